"""What each repository declares about one runtime, as ranges that can be joined; whose word counts.

Below: `rules/runtime_families`. Above: `rules/runtimes`, which makes facts and conflicts of it.
"""

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from plumbrule.mcp_server.compatibility.rules.runtime_families import FAMILIES, Family, family_of
from plumbrule.mcp_server.dependencies.joint.asks import RuntimeAsk, Subject
from plumbrule.mcp_server.dependencies.joint.runtime_ranges import is_range
from plumbrule.mcp_server.dependencies.ranges.intervals import Ranges
from plumbrule.mcp_server.dependencies.ranges.unions import common

MAX_PAIRS = 10
_TOOLS = {"go toolchain": "go"}


@dataclass(frozen=True, slots=True)
class Declared:
    """One statement. `ranges` is None when it cannot be read; then nothing is concluded from it."""

    subject: int
    ask: RuntimeAsk
    ranges: Ranges | None


@dataclass(frozen=True, slots=True)
class Runtime:
    """One runtime over all repositories.

    `counting` are the ranges of the joint question. A repository whose folders (several packages of one tree) exclude
    each other speaks by its shallowest folder, and `alone` holds the statements of one folder that exclude each other:
    the repository's own fault.
    """

    name: str
    family: Family
    ranges: tuple[Declared, ...]
    pins: tuple[Declared, ...]
    counting: tuple[Declared, ...]
    alone: tuple[tuple[Declared, ...], ...]

    @property
    def joint(self) -> Ranges:
        """The versions that every counting range allows."""
        return common(one.ranges for one in self.counting if one.ranges is not None)

    def blocking(self) -> list[tuple[Declared, ...]]:
        """Minimal sets of counting ranges without a common version: pairs where there are any, else one larger set."""
        return minimal_sets(self.counting)


def runtimes_in(subjects: Sequence[Subject]) -> Iterator[Runtime]:
    """Every runtime that is declared and known, in the families' order, extensions last."""
    declared = [(at, ask) for at, subject in enumerate(subjects) for ask in (*subject.runtimes, *_extensions(subject))]
    names = dict.fromkeys(_TOOLS.get(ask.name, ask.name) for _, ask in declared)
    order = {name: at for at, name in enumerate(FAMILIES)}
    for name in sorted(names, key=lambda one: (order.get(one, len(order)), one)):
        family = family_of(name)
        if family is not None:
            yield _runtime(name, family, [(at, ask) for at, ask in declared if _TOOLS.get(ask.name, ask.name) == name])


def _runtime(name: str, family: Family, asks: Sequence[tuple[int, RuntimeAsk]]) -> Runtime:
    made = [Declared(at, ask, family.read(ask)) for at, ask in asks]
    ranges = tuple(one for one in made if is_range(one.ask))
    counting: list[Declared] = []
    alone: list[tuple[Declared, ...]] = []
    for subject in dict.fromkeys(one.subject for one in ranges):
        mine = tuple(one for one in ranges if one.subject == subject)
        faults = [fault for own in _by_folder(mine) for fault in minimal_sets(own)]
        alone += faults
        if faults:
            continue  # its fault is told as its own; what it asks of others cannot be said
        counting += mine if _agree(mine) else _by_folder(mine)[0]
    pins = tuple(one for one in made if not is_range(one.ask))
    return Runtime(name, family, ranges, pins, tuple(counting), tuple(alone))


def _by_folder(declared: Sequence[Declared]) -> list[tuple[Declared, ...]]:
    """Shallow folders first, as the statements come."""
    folders: dict[str, list[Declared]] = {}
    for one in declared:
        folders.setdefault(posixpath.dirname(one.ask.path), []).append(one)
    return [tuple(found) for found in folders.values()]


def _agree(declared: Sequence[Declared]) -> bool:
    return bool(common(one.ranges for one in declared if one.ranges is not None))


def minimal_sets(declared: Sequence[Declared]) -> list[tuple[Declared, ...]]:
    """Sets that have no common version while each of their parts has one; one pair for each two repositories."""
    readable = [one for one in declared if one.ranges is not None]
    empty = [(one,) for one in readable if not one.ranges]
    if empty:
        return list(empty[:MAX_PAIRS])
    pairs: dict[tuple[int, int], tuple[Declared, ...]] = {}
    for first, second in combinations(readable, 2):
        if not _agree((first, second)):
            pairs.setdefault((first.subject, second.subject), (first, second))
    if pairs:
        return list(pairs.values())[:MAX_PAIRS]
    if _agree(readable):
        return []
    kept = readable
    for one in readable:  # deletion: what is not needed for the contradiction goes
        rest = [other for other in kept if other is not one]
        kept = rest if not _agree(rest) else kept
    return [tuple(kept)]


def _extensions(subject: Subject) -> Iterator[RuntimeAsk]:
    """`ext-*` of composer.json: the platform's, kept as facts by its reader."""
    for path, reading in subject.joined.readings.items():
        for fact in reading.of("platform"):
            if fact.name.startswith("ext-"):
                yield RuntimeAsk(fact.name, fact.value, path, fact.line, "composer.php")
