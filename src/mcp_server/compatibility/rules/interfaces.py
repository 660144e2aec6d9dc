"""Where repositories meet although no package says so: import names, commands, ports, variables, their own versions.

Only what is certain from both sides: tests, examples and documents were left out by the survey; a variable counts when
both give it a default and the defaults differ. Two states of one repository meet nowhere.
Below: what `subject` read and the surveys' reports. Above: `compatibility/surroundings`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.words import evidence, word
from plumbrule.mcp_server.compatibility.report import InterfaceClash, InterfaceSide
from plumbrule.mcp_server.compatibility.rules.own_versions import published_clashes
from plumbrule.mcp_server.compatibility.subject import Side

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.model import RepositoryReport

MAX_OF_A_KIND = 50
_COMMON_FOLDERS = frozenset(
    (
        *("test", "tests", "testing", "doc", "docs", "example", "examples", "sample", "samples", "src", "lib"),
        *("scripts", "tools", "benchmark", "benchmarks", "ci", "build", "dist"),
    )
)
"""Folders of packages that nobody ships."""

_INSTALLED = {
    "pyproject": "pip",
    "setup-py": "pip",
    "setup-cfg": "pip",
    "poetry": "pip",
    "package-json": "npm",
    "cargo": "cargo",
    "gemspec": "gem",
    "composer": "composer",
}
"""The begin of an entry point's rule to the tool that puts such commands into one folder."""


class Seen(NamedTuple):
    """One name at one side: where, and what it means there."""

    side: int
    name: str
    evidence: Evidence
    meaning: str = ""


def interfaces_of(sides: Sequence[Side], reports: Sequence["RepositoryReport | None"]) -> tuple[InterfaceClash, ...]:
    """Every clash, in a fixed order. `reports` are surveys (`detail="full"`, aspect `structure`), one for each side;
    where one is missing its commands, ports and variables are unknown and nothing is said of them."""
    found: list[InterfaceClash] = []
    meets = _meeting(sides)
    found += _clashes("import_name", _import_names(sides), sides, meets, _told_import)
    found += _clashes("console_script", _commands(reports), sides, meets, _told_command)
    found += _clashes("port", _ports(sides, reports), sides, meets, _told_port)
    found += _clashes("environment_variable", _variables(reports), sides, meets, _told_variable, _differ)
    found += published_clashes(sides, meets)
    return tuple(found)


def _meeting(sides: Sequence[Side]) -> frozenset[tuple[int, int]]:
    """Pairs of sides that are different repositories."""

    return frozenset(
        (first, second)
        for (first, one), (second, other) in combinations(enumerate(sides), 2)
        if one.subject is not None and other.subject is not None and not _same(one, other)
    )


def _same(one: Side, other: Side) -> bool:
    """Whether both are states of one repository, or of one folder of it."""
    mine, theirs = one.source, other.source
    if mine is None or theirs is None or mine.subpath != theirs.subpath:
        return False
    return (mine.url or f"{mine.kind}:{mine.name}") == (theirs.url or f"{theirs.kind}:{theirs.name}")


def _import_names(sides: Sequence[Side]) -> Iterator[Seen]:
    """Top-level packages of Python that a distribution ships; the name of the distribution is their meaning."""
    for at, side in enumerate(sides):
        if side.subject is None or side.asked is None:
            continue
        shipped = [one.name for one in side.subject.published if one.ecosystem == "python"]
        if not shipped:
            continue
        for folder in side.asked.packages:
            name = folder.rpartition("/")[2]
            if name.lower() not in _COMMON_FOLDERS:
                place = evidence(f"{folder}/__init__.py", "component.package")
                yield Seen(at, name, place, shipped[0])


def _commands(reports: Sequence["RepositoryReport | None"]) -> Iterator[Seen]:
    for at, report in enumerate(reports):
        for one in report.entry_points if report else ():
            tool = _INSTALLED.get(one.evidence.rule.partition(".")[0])
            if tool and one.kind in ("console_script", "gui_script", "bin"):
                yield Seen(at, f"{tool}:{one.name}", one.evidence, one.target or "")


def _ports(sides: Sequence[Side], reports: Sequence["RepositoryReport | None"]) -> Iterator[Seen]:
    """Ports that programs listen on or images expose; of composed services those on the host, where they meet."""
    for at, side in enumerate(sides):
        for manifest in side.asked.manifests if side.asked else ():
            for one in manifest.declarations:
                if one.label == "host-port":
                    yield Seen(at, one.value, evidence(manifest.path, one.rule, one.line))
    for at, report in enumerate(reports):
        for port in report.structure.ports if report and report.structure else ():
            if port.evidence.rule != "compose.ports":
                yield Seen(at, str(port.number), port.evidence)


def _variables(reports: Sequence["RepositoryReport | None"]) -> Iterator[Seen]:
    for at, report in enumerate(reports):
        for one in report.structure.environment if report and report.structure else ():
            if one.default is not None:
                yield Seen(at, one.name, one.evidence, one.default)


def _clashes(
    kind: str,
    seen: Iterable[Seen],
    sides: Sequence[Side],
    meets: frozenset[tuple[int, int]],
    told: Callable[[str, Sequence[Seen], Sequence[Side]], str],
    differ: Callable[[Seen, Seen], bool] | None = None,
) -> list[InterfaceClash]:
    """The names that two different repositories have, each once with all its sides."""
    found: list[InterfaceClash] = []
    for name, places in sorted(_by_name(seen).items()):
        first_of = list({one.side: one for one in reversed(places)}.values())[::-1]
        taking = [
            (one, other)
            for one, other in combinations(first_of, 2)
            if (one.side, other.side) in meets and (differ is None or differ(one, other))
        ]
        if not taking:
            continue
        among = [one for one in first_of if any(one in pair for pair in taking)]
        shown = name.partition(":")[2] or name
        members = tuple(
            InterfaceSide(sides[one.side].label, one.evidence, word(one.meaning) if one.meaning else None)
            for one in among
        )
        found.append(_clash(kind, word(shown), members, told(name, among, sides)))
    return found[:MAX_OF_A_KIND]


def _clash(kind: str, name: str, members: tuple[InterfaceSide, ...], explanation: str) -> InterfaceClash:
    known = {
        "import_name": InterfaceClash("import_name", name, members, explanation),
        "console_script": InterfaceClash("console_script", name, members, explanation),
        "port": InterfaceClash("port", name, members, explanation),
        "environment_variable": InterfaceClash("environment_variable", name, members, explanation),
    }
    return known[kind]


def _by_name(seen: Iterable[Seen]) -> Mapping[str, list[Seen]]:
    found: dict[str, list[Seen]] = {}
    for one in seen:
        found.setdefault(one.name, []).append(one)
    return found


def _differ(one: Seen, other: Seen) -> bool:
    """Whether two defaults are different values, however they are written."""
    return _plain(one.meaning) != _plain(other.meaning)


_TRUE = frozenset(("1", "true", "yes", "on"))
_FALSE = frozenset(("0", "false", "no", "off", "none", "null", ""))


def _plain(default: str) -> str:
    bare = re.sub(r"^[bruf]{0,2}([\"'`])(.*)\1$", r"\2", default.strip(), flags=re.IGNORECASE).strip().lower()
    if bare in _TRUE:
        return "true"
    return "false" if bare in _FALSE else bare


def _who(among: Sequence[Seen], sides: Sequence[Side]) -> str:
    labels = [sides[one.side].label for one in among]
    return f"{', '.join(labels[:-1])} and {labels[-1]}"


def _told_import(name: str, among: Sequence[Seen], sides: Sequence[Side]) -> str:
    if len({one.meaning for one in among}) == 1:
        return f"{_who(among, sides)} are both the distribution {among[0].meaning}: only one of them can be installed."
    return f"{_who(among, sides)} ship the import package {name}: in one environment one overwrites files of the other."


def _told_command(name: str, among: Sequence[Seen], sides: Sequence[Side]) -> str:
    tool, _, command = name.partition(":")
    return f"{_who(among, sides)} install the command {command} by {tool}: the one installed last is the one that runs."


def _told_port(name: str, among: Sequence[Seen], sides: Sequence[Side]) -> str:
    return f"{_who(among, sides)} use port {name}: side by side in one network, a host or a pod, one has to move."


def _told_variable(name: str, among: Sequence[Seen], sides: Sequence[Side]) -> str:
    defaults = ", ".join(f"{sides[one.side].label} {word(one.meaning, 60)}" for one in among)
    return f"{name} has different defaults ({defaults}): set for one, it changes the other in one environment."
