"""Unions of intervals in the notation of an ecosystem, as short as they can be said."""

from itertools import pairwise
from typing import NamedTuple

from plumbrule.mcp_server.dependencies.ranges.intervals import Interval, Key, Ranges
from plumbrule.mcp_server.dependencies.ranges.unions import ordered


class Notation(NamedTuple):
    """How an ecosystem writes a range. `least_numbers` are always shown; `equal` stands before one version."""

    every: str
    all_of: str
    any_of: str
    blank: str
    least_numbers: int
    equal: str
    unequal: str = ""
    """For the versions between two pieces, "" where the notation has no such word."""
    wildcard: str = ""


_NOTATIONS: dict[str, Notation] = {
    "python": Notation("*", ",", " || ", "", 2, "==", "!=", ".*"),
    "javascript": Notation("*", " ", " || ", "", 1, ""),
    "rust": Notation("*", ", ", " or ", "", 1, "="),
    "php": Notation("*", " ", " || ", "", 2, "", "!="),
    "ruby": Notation(">= 0", ", ", " or ", " ", 1, "= ", "!= "),
    "elixir": Notation(">= 0.0.0", " and ", " or ", " ", 3, "== ", "!= "),
    "dart": Notation("any", " ", " or ", "", 3, ""),
    "terraform": Notation(">= 0", ", ", " or ", " ", 1, "= ", "!= "),
    "conda": Notation("*", ",", "|", "", 2, "==", "!=", ".*"),
    "plain": Notation("*", " ", " or ", "", 1, ""),
}


_FLOORS = ((), ((0, 0, ""),))
"""Where pre-releases begin, said as `intervals.floor` and as npm (`-0`) says it; nobody writes either."""


def worded(ranges: Ranges, ecosystem: str) -> str:
    """The union as its ecosystem writes it; "" for no version at all."""
    if ecosystem in ("jvm", "dotnet"):
        return _bracketed(ordered(ranges))
    notation = _NOTATIONS.get(ecosystem, _NOTATIONS["plain"])
    pieces = _without_gaps(ordered(ranges))
    if len(pieces) > 1 and notation.unequal:
        told = _with_holes(pieces, notation)
        if told:
            return told
    return notation.any_of.join(_piece(one, notation) for one in pieces)


def _without_gaps(pieces: Ranges) -> list[Interval]:
    """Pieces between which only pre-releases of the next version lie, as one: nobody writes `<3.12 || >=3.12`."""
    made: list[Interval] = []
    for one in pieces:
        before = made[-1].high if made else None
        follows = before is not None and one.low is not None and before[0] == one.low[0] and one.low_in
        if follows and before is not None and before[2] in _FLOORS:
            made[-1] = made[-1]._replace(high=one.high, high_in=one.high_in)
        else:
            made.append(one)
    return made


def _piece(one: Interval, notation: Notation) -> str:
    if one.low is None and one.high is None:
        return notation.every
    if one.low is not None and one.low == one.high:
        partial_is_wider = not notation.blank and not notation.wildcard  # `=1.2` is all of 1.2 to Cargo
        return notation.equal + shown(one.low, 3 if partial_is_wider else notation.least_numbers)
    return notation.all_of.join(_bounds(one, notation))


def _bounds(one: Interval, notation: Notation) -> list[str]:
    told: list[str] = []
    if one.low is not None:
        exact = notation.least_numbers if one.low_in else 3
        told.append((">=" if one.low_in else ">") + notation.blank + shown(one.low, exact))
    if one.high is not None:
        exact = 3 if one.high_in else notation.least_numbers
        told.append(("<=" if one.high_in else "<") + notation.blank + shown(one.high, exact))
    return told


def _with_holes(pieces: list[Interval], notation: Notation) -> str:
    """One range with the versions that it leaves out, "" when what lies between two pieces has no name."""
    holes: list[str] = []
    for first, second in pairwise(pieces):
        hole = _hole(first, second, notation)
        if not hole:
            return ""
        holes.append(hole)
    whole = Interval(pieces[0].low, pieces[0].low_in, pieces[-1].high, pieces[-1].high_in)
    bounds = _bounds(whole, notation)
    low = bounds[:1] if whole.low is not None else []
    return notation.all_of.join((*low, *holes, *bounds[len(low) :]))


def _hole(first: Interval, second: Interval, notation: Notation) -> str:
    if first.high is None or second.low is None:
        return ""
    if first.high == second.low and not first.high_in and not second.low_in:
        return notation.unequal + shown(first.high, 2)
    begin, end = first.high[0], second.low[0]
    numbers = next((at for at in range(4) if begin[at] != end[at]), 4)
    last = numbers < 4 and end[numbers] == begin[numbers] + 1 and not any((*begin[numbers + 1 :], *end[numbers + 1 :]))
    if last and notation.wildcard and not first.high_in and second.low_in:
        return notation.unequal + ".".join(map(str, begin[: numbers + 1])) + notation.wildcard
    return ""


def shown(version: Key, least_numbers: int = 1) -> str:
    """A version's text; trailing zeros beyond the least count of numbers are left out."""
    numbers, _, before = version
    kept = max(least_numbers, max((at + 1 for at, number in enumerate(numbers) if number), default=1))
    text = ".".join(map(str, numbers[:kept]))
    shown_before = () if before in _FLOORS else before
    words = [word if kind else str(number) for kind, number, word in shown_before]
    return f"{'.'.join(map(str, numbers[: max(kept, 3)]))}-{'.'.join(words)}" if words else text


def _bracketed(pieces: Ranges) -> str:
    """NuGet's and Maven's intervals."""
    told: list[str] = []
    for one in pieces:
        low = "" if one.low is None else shown(one.low, 2)
        high = "" if one.high is None else shown(one.high, 2)
        if low and one.low == one.high:
            told.append(f"[{low}]")
        else:
            opened, closed = "[" if low and one.low_in else "(", "]" if high and one.high_in else ")"
            told.append(f"{opened}{low},{high}{closed}")
    return ",".join(told)
