"""A repository that is itself a package another one asks for, at a version which the other does not want.

Only static versions and ranges that can be read; versions that releases set (0.0.0) say nothing.
Below: the range grammars. Above: `rules/interfaces`.
"""

from collections.abc import Iterator, Sequence

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.words import evidence, word
from plumbrule.mcp_server.compatibility.report import InterfaceClash, InterfaceSide
from plumbrule.mcp_server.compatibility.subject import Side
from plumbrule.mcp_server.dependencies.joining.join import Stated
from plumbrule.mcp_server.dependencies.joint.asks import Published
from plumbrule.mcp_server.dependencies.joint.static.rules import JVM, RULES
from plumbrule.mcp_server.dependencies.ranges.grammars import npm
from plumbrule.mcp_server.dependencies.ranges.intervals import contains, key_of
from plumbrule.mcp_server.dependencies.ranges.python import allows, specifiers_of

RULE = "interface.published"
_UNSET = ("", "0", "0.0.0", "0.0", "0.0.0-development", "0.0.0-semantically-released")
_SCOPES = frozenset(("runtime", "optional", "peer", "build"))
_BY_ECOSYSTEM = {rules.ecosystem: rules for rules in (*RULES, JVM)}


def published_clashes(sides: Sequence[Side], meets: frozenset[tuple[int, int]]) -> Iterator[InterfaceClash]:
    """Each package with each other repository that asks for another version of it, once."""
    for at, side in enumerate(sides):
        for package in side.subject.published if side.subject else ():
            if package.version in _UNSET or "$" in package.version:
                continue
            for other_at, other in enumerate(sides):
                if (min(at, other_at), max(at, other_at)) in meets:
                    asked = next((one for one in _asking(other, package) if _outside(package, one)), None)
                    if asked is not None:
                        yield _clash(side, package, other, asked)


def _asking(side: Side, package: Published) -> Iterator[Stated]:
    name = _normal(package.ecosystem, package.name)
    for one in side.subject.joined.direct if side.subject else ():
        counts = one.asked.constraint and not one.asked.reference and one.asked.scope in _SCOPES
        if counts and one.ecosystem == package.ecosystem and _normal(one.ecosystem, one.asked.name) == name:
            yield one


def _normal(ecosystem: str, name: str) -> str:
    if ecosystem == "python":
        return name.replace("_", "-").replace(".", "-").lower()
    rules = _BY_ECOSYSTEM.get(ecosystem)
    return rules.normal(name) if rules else name


def _outside(package: Published, one: Stated) -> bool:
    """Whether the range certainly excludes the version."""
    text = one.asked.constraint
    if package.ecosystem == "python":
        return specifiers_of(text) is not None and not allows(text, package.version)
    rules = _BY_ECOSYSTEM.get(package.ecosystem)
    ranges = npm(text) if package.ecosystem == "javascript" else rules.read(text) if rules else None
    order = rules.order if rules else key_of
    version = order(package.version)
    return ranges is not None and version is not None and not contains(ranges, version)


def _clash(side: Side, package: Published, other: Side, asked: Stated) -> InterfaceClash:
    name, version = word(package.name), word(package.version, 60)
    constraint = word(asked.asked.constraint, 100)
    members = (
        InterfaceSide(side.label, evidence(package.path, RULE, package.line), version),
        InterfaceSide(other.label, Evidence(*_place(asked)), constraint),
    )
    told = f"{side.label} is {name} {version}, and {other.label} asks for {name} {constraint}: as it stands here, "
    return InterfaceClash("published_version", name, members, f"{told}{other.label} would not take it.")


def _place(asked: Stated) -> tuple[str, str]:
    shown = evidence(asked.path, asked.asked.rule, asked.asked.line)
    return shown.at, shown.rule
