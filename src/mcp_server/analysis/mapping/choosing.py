"""From ranked files and their definitions to what fits a budget: the best definitions of the best files, no more.

Pure. `mapper` gives it the definitions of the few files that can still matter.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import NamedTuple

from plumbrule.core.tokens import token_bound
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.mapping.model import MappedFile
from plumbrule.mcp_server.analysis.mapping.words import words_of

MOST_OF_ONE_FILE = 14
"""Definitions of one file: beyond this the file itself is the better answer."""

MAX_SIGNATURE_CHARS = 150
ROW_TOKENS = 6
"""Quotes, commas and brackets of one row, by the bound of `core.tokens`."""

FILE_TOKENS = 16
BARE_FILE = 0.6
"""What a file without definitions is worth, on the scale of `_values`."""

_KINDS = {"class": 1.3, "interface": 1.3, "trait": 1.3, "struct": 1.3, "protocol": 1.3, "enum": 1.1, "module": 1.1}
_SLIGHT = {"field": 0.4, "variable": 0.6, "constant": 0.7, "member": 0.3, "property": 0.8, "namespace": 0.3}


class Row(NamedTuple):
    """One definition, as far as a map needs it. Lines count from 1; `name` is qualified."""

    kind: str
    name: str
    line: int
    end: int
    signature: str
    doc: str
    private: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """One file that may be shown: its score, why it is here, and its definitions in the order of their lines."""

    path: str
    score: float
    why: tuple[str, ...]
    symbols: Sequence[Row]


@dataclass(slots=True)
class _Taken:
    """What of one file is shown so far, by the definition's place in the file."""

    candidate: Candidate
    shown: dict[int, str] = field(default_factory=dict[int, str])


def choose(
    candidates: Sequence[Candidate],
    words: Mapping[str, float],
    rarity: Mapping[str, float],
    uses: Mapping[str, int],
    max_tokens: int,
) -> tuple[tuple[MappedFile, ...], int]:
    """The files to show, the best first, and how many tokens are left.

    `rarity` tells how much a word of the question says here, `uses` how many files use a name.
    """
    taken: dict[int, _Taken] = {}
    left = max_tokens
    for number, at in _in_order(candidates, words, rarity, uses):
        candidate = candidates[number]
        here = taken.get(number)
        if here is not None and len(here.shown) >= MOST_OF_ONE_FILE:
            continue
        row = "" if at < 0 else row_of(candidate.symbols[at])
        cost = (token_bound(row) + ROW_TOKENS if row else 0) + (0 if here else _head(candidate))
        if cost > left:
            if left < FILE_TOKENS * 2:
                break
            continue
        left -= cost
        here = taken.setdefault(number, _Taken(candidate))
        if row:
            here.shown[at] = row
    return tuple(_file(taken[number]) for number in sorted(taken)), left


def _in_order(
    candidates: Sequence[Candidate], words: Mapping[str, float], rarity: Mapping[str, float], uses: Mapping[str, int]
) -> list[tuple[int, int]]:
    """Definitions of all candidates, the most valuable first; -1 is a file without any, worth as much as an ordinary
    one: documents, settings, templates and scripts."""
    scored: list[tuple[float, int, int]] = []
    for number, candidate in enumerate(candidates):
        values = _values(candidate, words, rarity, uses)
        scored += [(-candidate.score * value, number, at) for at, value in enumerate(values)]
        if not values:
            scored.append((-candidate.score * BARE_FILE, number, -1))
    return [(number, at) for _, number, at in sorted(scored)]


def row_of(symbol: Row) -> str:
    """`first-last signature`, with the qualified name where the signature has the bare one."""
    name, signature = symbol.name, symbol.signature
    bare = name.rpartition(".")[2].partition("/")[0]
    if name in signature:  # `app.init = function` says it itself
        pass
    elif bare != name and bare in signature:
        signature = signature.replace(bare, name.partition("/")[0], 1)
    elif bare not in signature:
        signature = f"{name}: {signature}" if signature else name
    if len(signature) > MAX_SIGNATURE_CHARS:
        signature = signature[: MAX_SIGNATURE_CHARS - 1] + "…"
    lines = f"{symbol.line}-{symbol.end}" if symbol.end != symbol.line else f"{symbol.line}"
    return f"{lines} {signature}"


def _head(candidate: Candidate) -> int:
    return token_bound(candidate.path) + sum(token_bound(reason) + 2 for reason in candidate.why) + FILE_TOKENS


def _values(
    candidate: Candidate, words: Mapping[str, float], rarity: Mapping[str, float], uses: Mapping[str, int]
) -> list[float]:
    """What each definition of a file is worth, 1 being about an ordinary match."""
    values: list[float] = []
    for symbol in candidate.symbols:
        name = symbol.name
        bare = name.rpartition(".")[2].partition("/")[0]
        own = set(words_of(bare))
        around = set(words_of(name)) - own
        told = set(words_of(symbol.doc))
        match = sum(
            weight * rarity.get(word, 0.0) * (1.0 if word in own else 0.5 if word in told else 0.35)
            for word, weight in words.items()
            if word in own or word in told or word in around
        )
        value = 0.2 + 0.12 * math.log1p(uses.get(bare, 0)) + match
        value *= _KINDS.get(symbol.kind, 1.0) * _SLIGHT.get(symbol.kind, 1.0)
        if symbol.private:
            value *= 0.7 if match else 0.4
        values.append(value)
    return values


def _file(taken: _Taken) -> MappedFile:
    candidate = taken.candidate
    rows = tuple(taken.shown[at] for at in sorted(taken.shown))
    return MappedFile(candidate.path, candidate.why, rows, len(candidate.symbols) - len(rows))
