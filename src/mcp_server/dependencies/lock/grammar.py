"""What an explanation needs of an ecosystem's versions: names, order, ranges. PEP 440's, and npm's own beside."""

from collections.abc import Callable
from typing import NamedTuple


class Grammar(NamedTuple):
    """`name` as solutions write it; `later` whether the first version comes after the second; `above` the constraint
    that only later versions meet, as engines are told it, `exact` that which one alone meets; `allows` whether a
    constraint of an engine's proof allows a version; `final` whether a version is no pre-release."""

    name: Callable[[str], str]
    later: Callable[[str, str], bool]
    above: Callable[[str, str], str]
    exact: Callable[[str, str], str]
    allows: Callable[[str, str], bool]
    final: Callable[[str], bool]


def python_grammar() -> Grammar:
    """PEP 440 and 503."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # 15 ms, when something is explained
    from packaging.utils import canonicalize_name
    from packaging.version import Version

    def later(one: str, other: str) -> bool:
        return Version(one) > Version(other)

    def above(name: str, version: str) -> str:
        return f"{name}>{version}"

    def exact(name: str, version: str) -> str:
        return f"{name}=={version}"

    def allows(constraint: str, version: str) -> bool:
        return any(one_allows(part, version) for part in constraint.replace(" ", "").split("|"))

    def one_allows(part: str, version: str) -> bool:
        try:
            return SpecifierSet(f"=={part}" if part[:1].isdigit() else part).contains(version, prereleases=True)
        except InvalidSpecifier:  # what an engine prints is not always PEP 440
            return True

    def finished(version: str) -> bool:
        return not Version(version).is_prerelease

    return Grammar(canonicalize_name, later, above, exact, allows, finished)


def npm_grammar() -> Grammar:
    """node-semver's."""
    from plumbrule.mcp_server.dependencies.ranges.npm import is_final, parse_version
    from plumbrule.mcp_server.dependencies.ranges.npm_algebra import satisfies, versions_of

    def later(one: str, other: str) -> bool:
        first, second = parse_version(one, loose=True), parse_version(other, loose=True)
        return first is not None and second is not None and first > second

    def above(name: str, version: str) -> str:
        return f"{name}@>{version}"

    def exact(name: str, version: str) -> str:
        return f"{name}@{version}"

    def allows(constraint: str, version: str) -> bool:
        within = constraint.removeprefix("@")
        return versions_of(within) is None or satisfies(version, within, prereleases=True)

    def finished(version: str) -> bool:
        key = parse_version(version, loose=True)
        return key is None or is_final(key)

    return Grammar(str, later, above, exact, allows, finished)
