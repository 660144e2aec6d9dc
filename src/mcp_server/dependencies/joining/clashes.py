"""Two statements of one repository that no version satisfies: between files, between scopes, against a lock.

Only what can be told from the words themselves: a tag, a branch, a place or an unknown grammar never clashes. Packages
of different ecosystems never meet. Where an ecosystem lets several versions live side by side (npm, Cargo), a clash
says that the repository asks for two of them.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from plumbrule.mcp_server.dependencies.joining.join import Joined, Stated
from plumbrule.mcp_server.dependencies.ranges.grammars import GRAMMARS, ranges_of
from plumbrule.mcp_server.dependencies.ranges.intervals import contains, intersection, key_of
from plumbrule.mcp_server.dependencies.ranges.python import allows, can_hold_together, disjoint

MAX_CLASHES = 500
MAX_STATEMENTS = 60
"""Different constraints of one package that are compared pair by pair."""


class Pair(NamedTuple):
    """The two statements; `second` is None when the lock that answers `first` is the other side."""

    first: Stated
    second: Stated | None


def clashes_in(joined: Joined) -> list[Pair]:
    """In the order of the first statements; the same pair of constraints once for each package."""
    by_name: dict[tuple[str, str], list[Stated]] = {}
    overridden = _overridden(joined)
    for one in joined.direct:
        if one.asked.rule == "pre-commit.additional":
            continue  # each hook has an environment of its own
        if one.asked.constraint and not one.asked.reference and one.ecosystem in ("python", *GRAMMARS):
            by_name.setdefault((one.ecosystem, one.asked.name.lower()), []).append(one)
    found: list[Pair] = []
    for (ecosystem, name), stated in by_name.items():
        found += _between(ecosystem, stated)
        if name not in overridden:
            found += _against_locks(ecosystem, stated)
        if len(found) > MAX_CLASHES:
            break
    return found[:MAX_CLASHES]


def _overridden(joined: Joined) -> set[str]:
    """Packages whose locked version somebody chose on purpose."""
    offers = (offer for reading in joined.readings.values() for offer in reading.offers)
    return {offer.name.lower() for offer in offers if offer.group == "override"}


def _between(ecosystem: str, stated: Sequence[Stated]) -> Iterator[Pair]:
    distinct: dict[tuple[str, str], Stated] = {}
    for one in stated:
        distinct.setdefault((one.asked.constraint, one.asked.marker if ecosystem == "python" else ""), one)
    statements = list(distinct.values())[:MAX_STATEMENTS]
    told: set[frozenset[str]] = set()
    for at, first in enumerate(statements):
        for second in statements[at + 1 :]:
            pair = frozenset((first.asked.constraint, second.asked.constraint))
            if pair not in told and _excluded(ecosystem, first, second):
                told.add(pair)
                yield Pair(first, second)


def _excluded(ecosystem: str, first: Stated, second: Stated) -> bool:
    """Whether no version can satisfy both where both hold."""
    one, other = first.asked, second.asked
    if ecosystem == "python":
        together = can_hold_together(one.marker, other.marker)
        return together and disjoint(one.constraint, other.constraint)
    if one.marker and other.marker and one.marker != other.marker:
        return False  # conditions of other grammars are not understood: two different ones may exclude each other
    mine, theirs = ranges_of(ecosystem, one.constraint), ranges_of(ecosystem, other.constraint)
    return mine is not None and theirs is not None and not intersection(mine, theirs)


def _against_locks(ecosystem: str, stated: Sequence[Stated]) -> Iterator[Pair]:
    for one in stated:
        locked = one.locked
        if locked is None or not locked.version or locked.reference or locked.own:
            continue
        if ecosystem == "python":
            outside = not allows(one.asked.constraint, locked.version)
        else:
            ranges, version = ranges_of(ecosystem, one.asked.constraint), key_of(locked.version)
            outside = ranges is not None and version is not None and not contains(ranges, version)
        if outside:
            yield Pair(one, None)
