"""Unions of intervals over versions of up to four numbers and a pre-release, ordered as SemVer 2.0 orders them."""

import re
from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

Key = tuple[tuple[int, ...], tuple[int, ...], tuple[tuple[int, int, str], ...]]
"""Numbers (padded to four), 1 for a final version and 0 for a pre-release, the pre-release's identifiers."""

_VERSION = re.compile(
    r"v?=?\s*(\d+(?:\.\d+)*)(?:[-.+]?([A-Za-z][0-9A-Za-z.-]*)|-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$"
)
MAX_PARTS = 2_000
"""Intervals of one union; a hand-written range has five."""


class Interval(NamedTuple):
    """All versions from `low` to `high`; None is no bound on that side."""

    low: Key | None = None
    low_in: bool = True
    high: Key | None = None
    high_in: bool = False


Ranges = tuple[Interval, ...]
EVERYTHING: Ranges = (Interval(),)


def key_of(text: str) -> Key | None:
    """A version's place in the order, None when the text is no version."""
    found = _VERSION.match(text.strip())
    if not found:
        return None
    numbers = [int(part[:18]) for part in found[1].split(".")[:4]]
    release = (*numbers, *(0 for _ in range(4 - len(numbers))))
    before = found[2] or found[3]
    if not before:
        return release, (1,), ()
    return release, (0,), tuple(_identifier(part) for part in before.split("."))


def _identifier(part: str) -> tuple[int, int, str]:
    return (0, int(part[:18]), "") if part.isdigit() else (1, 0, part)


def release(*numbers: int) -> Key:
    """A final version."""
    return (*numbers, *(0 for _ in range(4 - len(numbers))))[:4], (1,), ()


def floor(*numbers: int) -> Key:
    """Below every pre-release of a version: where a half-open range ends that leaves them out."""
    return (*numbers, *(0 for _ in range(4 - len(numbers))))[:4], (0,), ()


def meet(first: Interval, second: Interval) -> Interval | None:
    """What two intervals share, None when that is nothing."""
    low, low_in = _higher(first, second)
    high, high_in = _lower(first, second)
    if low is not None and high is not None and (low > high or (low == high and not (low_in and high_in))):
        return None
    return Interval(low, low_in, high, high_in)


def _higher(first: Interval, second: Interval) -> tuple[Key | None, bool]:
    if first.low is None or second.low is None:
        one = second if first.low is None else first
        return one.low, one.low_in
    if first.low == second.low:
        return first.low, first.low_in and second.low_in
    one = max(first, second, key=lambda interval: interval.low or release(0))
    return one.low, one.low_in


def _lower(first: Interval, second: Interval) -> tuple[Key | None, bool]:
    if first.high is None or second.high is None:
        one = second if first.high is None else first
        return one.high, one.high_in
    if first.high == second.high:
        return first.high, first.high_in and second.high_in
    one = min(first, second, key=lambda interval: interval.high or release(0))
    return one.high, one.high_in


def intersection(first: Iterable[Interval], second: Iterable[Interval]) -> Ranges:
    """The versions of both unions."""
    pairs = product(tuple(first)[:MAX_PARTS], tuple(second)[:MAX_PARTS])
    found = (meet(one, other) for one, other in pairs)
    return tuple(one for one in found if one is not None)[:MAX_PARTS]


def contains(ranges: Ranges, version: Key) -> bool:
    """Whether a version lies in a union."""
    point = Interval(version, True, version, True)
    return any(meet(one, point) for one in ranges)
