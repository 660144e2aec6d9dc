"""Unions of intervals put in order, and what one leaves of another."""

from collections.abc import Callable, Iterable
from functools import reduce

from plumbrule.mcp_server.dependencies.ranges.intervals import EVERYTHING, Interval, Key, Ranges, meet

_FIRST: tuple[int, Key] = (-1, ((), (), ()))


def _low(one: Interval) -> tuple[tuple[int, Key], int]:
    """Where an interval begins, in an order."""
    return (_FIRST if one.low is None else (0, one.low)), 0 if one.low_in or one.low is None else 1


def ordered(ranges: Iterable[Interval]) -> Ranges:
    """The same versions in the fewest intervals, lowest first."""
    made: list[Interval] = []
    for one in sorted(ranges, key=_low):
        if made and _touches(made[-1], one):
            made[-1] = _spanned(made[-1], one)
        else:
            made.append(one)
    return tuple(made)


def _touches(first: Interval, second: Interval) -> bool:
    """Whether nothing lies between two intervals of which the first begins no later."""
    if first.high is None or second.low is None:
        return True
    return second.low < first.high or (second.low == first.high and (first.high_in or second.low_in))


def _spanned(first: Interval, second: Interval) -> Interval:
    if first.high is None or second.high is None:
        return first._replace(high=None, high_in=False)
    if (second.high, second.high_in) > (first.high, first.high_in):
        return first._replace(high=second.high, high_in=second.high_in)
    return first


def common(unions: Iterable[Ranges]) -> Ranges:
    """The versions of all unions, in order; everything when there are none."""
    return reduce(_met, map(ordered, unions), EVERYTHING)


def _met(first: Ranges, second: Ranges) -> Ranges:
    """What two ordered unions share, in one walk along both: a hostile range has hundreds of pieces."""
    found: list[Interval] = []
    at, other = 0, 0
    while at < len(first) and other < len(second):
        shared = meet(first[at], second[other])
        if shared is not None:
            found.append(shared)
        if _ends_first(first[at], second[other]):
            at += 1
        else:
            other += 1
    return ordered(found)


def _ends_first(one: Interval, other: Interval) -> bool:
    if one.high is None or other.high is None:
        return other.high is None and one.high is not None
    return (one.high, one.high_in) < (other.high, other.high_in)


Reader = Callable[[str], Ranges | None]


def any_of(parts: Iterable[str], read: Reader) -> Ranges | None:
    """What at least one of the parts allows; None when one cannot be read."""
    found: list[Interval] = []
    for part in parts:
        one = read(part)
        if one is None:
            return None
        found += one
    return ordered(found)


def all_of(terms: Iterable[str], read: Reader) -> Ranges | None:
    """What all terms allow; None when one cannot be read."""
    found: Ranges = EVERYTHING
    for term in terms:
        one = read(term)
        if one is None:
            return None
        found = _met(found, ordered(one))
    return found


def complement(ranges: Iterable[Interval]) -> Ranges:
    """The versions outside of a union."""
    left: list[Interval] = []
    low: Key | None = None
    low_in = True
    for one in ordered(ranges):
        if one.low is not None:
            left.append(Interval(low, low_in, one.low, not one.low_in))
        if one.high is None:
            return tuple(left)
        low, low_in = one.high, not one.high_in
    return (*left, Interval(low, low_in))
