"""What an explanation needs of an ecosystem's versions: names, order, ranges. PEP 440's, and npm's own beside."""

from collections.abc import Callable
from typing import NamedTuple


class Grammar(NamedTuple):
    """`name` as solutions write it; `later` whether the first version comes after the second; `above` the constraint
    that only later versions meet, as engines are told it; `allows` whether a constraint of an engine's proof allows a
    version; `final` whether a version is no pre-release."""

    name: Callable[[str], str]
    later: Callable[[str, str], bool]
    above: Callable[[str, str], str]
    allows: Callable[[str, str], bool]
    final: Callable[[str], bool]


def python_grammar() -> Grammar:
    """PEP 440 and 503."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # 15 ms, when something is explained
    from packaging.utils import canonicalize_name
    from packaging.version import Version

    def allows(constraint: str, version: str) -> bool:
        try:
            return SpecifierSet(constraint.replace(" ", "")).contains(version, prereleases=True)
        except InvalidSpecifier:  # what an engine prints is not always PEP 440
            return True

    return Grammar(
        canonicalize_name,
        lambda one, other: Version(one) > Version(other),
        lambda name, version: f"{name}>{version}",
        allows,
        lambda version: not Version(version).is_prerelease,
    )


def npm_grammar() -> Grammar:
    """node-semver's."""
    from plumbrule.mcp_server.dependencies.ranges.npm import is_final, parse_version
    from plumbrule.mcp_server.dependencies.ranges.npm_algebra import satisfies, versions_of

    def later(one: str, other: str) -> bool:
        first, second = parse_version(one, loose=True), parse_version(other, loose=True)
        return first is not None and second is not None and first > second

    def allows(constraint: str, version: str) -> bool:
        within = constraint.removeprefix("@")
        return versions_of(within) is None or satisfies(version, within, prereleases=True)

    def finished(version: str) -> bool:
        key = parse_version(version, loose=True)
        return key is None or is_final(key)

    return Grammar(str, later, lambda name, version: f"{name}@>{version}", allows, finished)
