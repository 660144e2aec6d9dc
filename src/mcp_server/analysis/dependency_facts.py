"""The report's `dependencies`: what manifests ask for, what locks answer, what clashes, what could not be read.

`declared` and `locked` are settled here; what the code imports is laid over it by the import graph.
"""

import re

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.sections.dependencies import Clash, Dependencies, Dependency, LockedPackage, State
from plumbrule.mcp_server.analysis.words import evidence, place, word
from plumbrule.mcp_server.dependencies.joining.clashes import Pair, clashes_in
from plumbrule.mcp_server.dependencies.joining.join import Below, Joined, Stated, join
from plumbrule.mcp_server.dependencies.purl import purl_of
from plumbrule.mcp_server.dependencies.requirement import scope_named

MAX_PURL_CHARS = 300


def dependencies_of(deep: Deep) -> Dependencies:
    """Statements in the order of their manifests and lines, packages below them in the order of their locks."""
    joined = join(deep.gathered.readings)
    return Dependencies(
        direct=tuple(dependency(one) for one in joined.direct),
        clashes=tuple(_clash(one) for one in clashes_in(joined)),
        transitive=tuple(_package(one) for one in joined.below),
        not_read=_not_read(joined),
    )


def dependency(one: Stated) -> Dependency:
    """One statement as the report shows it."""
    asked, locked = one.asked, one.locked
    states: tuple[State, ...] = ("declared", "locked") if locked else ("declared",)
    version = locked.version if locked else ""
    return Dependency(
        name=word(asked.name),
        ecosystem=one.ecosystem,
        scope=asked.scope,
        evidence=evidence(one.path, asked.rule, asked.line),
        constraint=word(asked.constraint) or None,
        locked=word(version) or None,
        purl=shown_purl(one.ecosystem, asked.name, version or exact(one), asked.reference) or None,
        inherited_from=_place(one.set_at),
        group=word(asked.group) or None,
        marker=word(asked.marker) or None,
        extras=tuple(word(extra) for extra in asked.extras[:50]),
        reference=word(asked.reference) or None,
        alias=word(asked.alias) or None,
        hashes=asked.hashes or None,
        states=states,
    )


_FULL = r"\d+\.\d+\.\d+[\w.+-]*"
_EXACT = {
    "python": re.compile(r"===?\s*([^\s,*]+)$"),
    "conda": re.compile(r"==\s*([^\s,*=]+)$"),
    "javascript": re.compile(rf"[=v]*({_FULL})$"),
    "rust": re.compile(rf"=\s*({_FULL})$"),
    "php": re.compile(rf"v?({_FULL})$"),
    "dart": re.compile(rf"({_FULL})$"),
    "ruby": re.compile(r"=?\s*(\d[\w.]*)$"),
    "elixir": re.compile(rf"(?:==\s*)?({_FULL})$"),
    "dotnet": re.compile(r"\[?(\d[\w.+-]*)\]?$"),
    "jvm": re.compile(r"\[?(\d[\w.-]*)\]?$"),
    "swift": re.compile(r"exact:\s*\"([^\"]+)\"$"),
    "terraform": re.compile(rf"=?\s*({_FULL})$"),
    "conan": re.compile(r"(\d[\w.+-]*)$"),
}
_PINS = frozenset(("docker", "github_actions", "pre-commit", "circleci", "go"))
"""What stands there is a version, tag or revision by the ecosystem's own rules."""


def exact(one: Stated) -> str:
    """The one version that a statement names by its own ecosystem's grammar, "" when it allows several.

    Maven and NuGet take the version that a direct dependency names, although both call it the least one.
    """
    text = one.asked.constraint.strip()
    if one.ecosystem in _PINS:
        return "" if "$" in text else text
    found = _EXACT[one.ecosystem].match(text) if one.ecosystem in _EXACT else None
    return found[1] if found else ""


def shown_purl(ecosystem: str, name: str, version: str, reference: str) -> str:
    """The purl, "" where there is none or it would have to be cut or masked: half a purl names another package."""
    purl = purl_of(ecosystem, name, version, reference)
    return purl if word(purl, MAX_PURL_CHARS) == purl else ""


def _place(set_at: str) -> str | None:
    path, _, line = set_at.rpartition(":")
    return place(path, int(line)) if path else None


def _package(one: Below) -> LockedPackage:
    package, lock = one.package, one.lock
    parent = None if one.parent is None else word(lock.packages[one.parent].name)
    ecosystem = package.ecosystem or lock.ecosystem
    return LockedPackage(
        name=word(package.name),
        version=word(package.version),
        ecosystem=ecosystem,
        evidence=evidence(lock.path, "lock.package", package.line),
        purl=shown_purl(ecosystem, package.name, package.version, package.reference) or None,
        depth=one.depth,
        parent=parent,
        scope=scope_named(one.scope),
    )


def _clash(pair: Pair) -> Clash:
    """Both statements with their places; a lock's side is the version it holds."""
    first, second = pair.first, pair.second
    set_at = _place(first.set_at)
    rule = first.asked.rule
    shown = Evidence(set_at, rule) if set_at else evidence(first.path, rule, first.asked.line)
    if second is not None:
        other = _place(second.set_at)
        text, rule = second.asked.constraint, second.asked.rule
        at = Evidence(other, rule) if other else evidence(second.path, rule, second.asked.line)
    else:
        assert first.lock is not None
        assert first.locked is not None
        text, at = first.locked.version, evidence(first.lock.path, "lock.package", first.locked.line)
    return Clash(word(first.asked.name), first.ecosystem, word(first.asked.constraint), shown, word(text), at)


def _not_read(joined: Joined) -> tuple[Evidence, ...]:
    return tuple(evidence(path, rule, line) for path, line, rule in joined.not_read)
