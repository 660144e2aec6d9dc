"""OSADL's licence compatibility matrix (CC-BY-4.0), read from `osadl.json`, which `scripts/build_osadl.py` makes.

OSADL asks whether code under one licence (inbound) may be put into a work that is given out under another (outbound).
Loading costs under a millisecond; nothing is loaded before the first question.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict, cast

import orjson

Relation = Literal["s", "y", "Y", "n", "N", "u", "U", "L", "I", "O", "C"]
"""One pair's answer, as the data write it: same, yes, no, unknown (a capital: OSADL's checklist of the outbound licence
states it); `L` it may be linked or combined, not inserted; `I` the inbound licence lets the code be taken under another
one first; `O` the outbound work must leave its licence first; `C` it depends, and the data do not say on what."""


class _Packed(TypedDict):
    source: str
    names: list[str]
    rows: list[str]


class Matrix(NamedTuple):
    """`source` names origin, licence and date of the data. `place` is each licence's row and column."""

    source: str
    place: Mapping[str, int]
    rows: tuple[str, ...]

    def relation(self, inbound: str, outbound: str) -> Relation | None:
        """What the data say of code under `inbound` in a work under `outbound`; None when they lack one of them."""
        column, row = self.place.get(inbound), self.place.get(outbound)
        return None if column is None or row is None else cast(Relation, self.rows[row][column])


@cache
def matrix() -> Matrix:
    """The matrix, read on first use."""
    packed = cast(_Packed, orjson.loads((Path(__file__).parent / "osadl.json").read_bytes()))
    return Matrix(packed["source"], {name: at for at, name in enumerate(packed["names"])}, tuple(packed["rows"]))
