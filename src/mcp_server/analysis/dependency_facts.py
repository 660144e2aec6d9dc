"""The report's `dependencies`: what manifests ask for, what locks answer, what clashes, what could not be read.

`declared` and `locked` are settled here; what the code imports is laid over it by the import graph.
"""

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.sections.dependencies import Dependencies, Dependency, LockedPackage, State
from plumbrule.mcp_server.analysis.words import evidence, place, word
from plumbrule.mcp_server.dependencies.joining.join import Below, Joined, Stated, join
from plumbrule.mcp_server.dependencies.purl import purl_of
from plumbrule.mcp_server.dependencies.requirement import SCOPES

MAX_PURL_CHARS = 300


def dependencies_of(deep: Deep) -> Dependencies:
    """Statements in the order of their manifests and lines, packages below them in the order of their locks."""
    joined = join(deep.gathered.readings)
    return Dependencies(
        direct=tuple(dependency(one) for one in joined.direct),
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
        purl=_purl(one.ecosystem, asked.name, version or exact(one), asked.reference),
        inherited_from=_place(one.set_at),
        group=word(asked.group) or None,
        marker=word(asked.marker) or None,
        extras=tuple(word(extra) for extra in asked.extras[:50]),
        reference=word(asked.reference) or None,
        alias=word(asked.alias) or None,
        hashes=asked.hashes or None,
        states=states,
    )


def exact(one: Stated) -> str:
    """The one version that a statement allows by its own ecosystem's grammar, "" when it allows several."""
    text = one.asked.constraint.strip()
    if one.ecosystem == "python":
        return text[2:].strip() if text.startswith("==") and "," not in text and "*" not in text else ""
    if one.ecosystem in ("docker", "github_actions", "pre-commit", "go"):
        return text
    return ""


def _purl(ecosystem: str, name: str, version: str, reference: str) -> str | None:
    return word(purl_of(ecosystem, name, version, reference), MAX_PURL_CHARS) or None


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
        purl=_purl(ecosystem, package.name, package.version, package.reference),
        depth=one.depth,
        parent=parent,
        scope=next((scope for scope in SCOPES if scope == one.scope), None),
    )


def _not_read(joined: Joined) -> tuple[Evidence, ...]:
    return tuple(evidence(path, rule, line) for path, line, rule in joined.not_read)
