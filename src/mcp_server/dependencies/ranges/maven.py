"""Maven's and Gradle's version order and ranges.

Order: `ComparableVersion` (Maven's "Version Order Specification"): numbers, then qualifiers alpha, beta, milestone, rc,
snapshot, none, sp, and after these any other word. A range stands in brackets and is hard; a bare version is a wish.
"""

import re

from plumbrule.mcp_server.dependencies.ranges.intervals import EVERYTHING, Interval, Key, Ranges
from plumbrule.mcp_server.dependencies.ranges.unions import ordered

_RANKS = {
    "alpha": -5,
    "a": -5,
    "beta": -4,
    "b": -4,
    "milestone": -3,
    "m": -3,
    "rc": -2,
    "cr": -2,
    "snapshot": -1,
    "": 0,
    "ga": 0,
    "final": 0,
    "release": 0,
    "sp": 1,
}
_OTHER_WORD = 2
_PIECE = re.compile(r"(\[|\(|\])\s*([^,\[\]()]*?)\s*(?:(,)\s*([^,\[\]()]*?)\s*)?(\]|\)|\[)")
_PLAIN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]*$")
MAX_CHARS = 1_000


def order_of(version: str) -> Key | None:
    """A version's place in Maven's order, None for what is no version (a property, a word alone)."""
    text = version.strip()
    if len(text) > MAX_CHARS or not _PLAIN.match(text) or not re.match(r"\d|v\d", text):
        return None
    tokens = re.findall(r"\d+|[A-Za-z]+", text.removeprefix("v").partition("+")[0])
    numbers: list[int] = []
    while tokens and tokens[0].isdigit():
        numbers.append(int(tokens.pop(0)[:18]))
    while numbers and not numbers[-1]:
        numbers.pop()
    padded = (*numbers, *(0 for _ in range(4 - len(numbers))))
    tail = [_identifier(token) for token in tokens]
    while tail and tail[-1] == (0, 0, ""):
        tail.pop()
    rank = tail[0][0] if tail else 0
    return padded, (rank,), tuple(tail)


def _identifier(token: str) -> tuple[int, int, str]:
    if token.isdigit():
        return _OTHER_WORD + 1, int(token[:18]), ""
    rank = _RANKS.get(token.lower(), _OTHER_WORD)
    return (rank, 0, token.lower() if rank == _OTHER_WORD else "")


def hard_range(text: str) -> Ranges | None:
    """The versions of `[1.0,2.0)`, `[1.0]`, `]1.0,2.0[` or several of them; None for a bare version or other text."""
    bare = text.strip()
    if not bare or bare[0] not in "[(]" or len(bare) > MAX_CHARS:
        return None
    pieces: list[Interval] = []
    at = 0
    while at < len(bare):
        one = _PIECE.match(bare, at)
        if one is None:
            return None
        made = _interval(one)
        if made is None:
            return None
        pieces.append(made)
        at = one.end()
        at += len(re.match(r"\s*,?\s*", bare[at:]).group())  # type: ignore[union-attr] # because it matches the empty text
    return ordered(pieces)


def _interval(one: re.Match[str]) -> Interval | None:
    first, last = one[2], one[4] if one[3] else one[2]
    low, high = order_of(first) if first else None, order_of(last) if last else None
    if (first and low is None) or (last and high is None) or (not one[3] and low is None):
        return None
    return Interval(low, one[1] == "[", high, one[5] == "]")


def prefix_range(text: str) -> Ranges | None:
    """Gradle's `1.+`: all versions that begin so; None for another text."""
    one = re.fullmatch(r"((?:\d+\.)*)\+", text.strip())
    if one is None:
        return None
    numbers = [int(part[:12]) for part in one[1].split(".") if part]
    if not numbers:
        return EVERYTHING
    low, high = order_of(one[1][:-1]), order_of(".".join(map(str, (*numbers[:-1], numbers[-1] + 1))))
    return (Interval(low, True, high),)
