"""The packed SPDX list: identifiers and names of all licences, and their texts as pairs of words to match against.

Made by `scripts/build_licences.py` from npm's `spdx-license-list` (its data are CC0). The file holds a header, an index
of the rarest word pairs of each text, and the texts' words, each compressed for itself: one match reads a handful.
"""

import sys
import zlib
from array import array
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypedDict, cast

import orjson

MAGIC = b"SPDXPK01"
_FILE = "spdx.bin"


class KnownLicence(NamedTuple):
    """One identifier of the list. `text` is the number of its text, -1 for a deprecated or text-less identifier."""

    identifier: str
    name: str
    osi_approved: bool
    text: int


class PackedText(NamedTuple):
    """One text: its identifier, whether it is the text without its appendix, and how many words it has."""

    identifier: str
    partial: bool
    words: int


class _Header(TypedDict):
    source: str
    licences: list[tuple[str, str, bool, int]]
    texts: list[tuple[str, bool, int, int, int]]
    index: int


class Spdx:
    """The list, with texts unpacked when they are asked for."""

    def __init__(self, packed: bytes) -> None:
        if packed[:8] != MAGIC:
            raise ValueError("not a packed SPDX list")
        size = int.from_bytes(packed[8:12], "little")
        header = cast(_Header, orjson.loads(packed[12 : 12 + size]))
        self.source = header["source"]
        self.licences = {row[0]: KnownLicence(*row) for row in header["licences"]}
        self._by_lower = {identifier.lower(): identifier for identifier in self.licences}
        self.texts = [PackedText(*row[:3]) for row in header["texts"]]
        self._spans = [row[3:5] for row in header["texts"]]
        self._packed = packed
        self._index_at = 12 + size
        self._index_pairs = header["index"]
        self._blobs_at = self._index_at + self._index_pairs * 6
        self._unpacked: dict[int, dict[int, int]] = {}
        self._rare: Mapping[int, list[int]] | None = None

    def identifier(self, word: str) -> str | None:
        """The list's spelling of an identifier given in any case, or None."""
        return self._by_lower.get(word.lower())

    def rare_pairs(self) -> Mapping[int, list[int]]:
        """For each indexed word pair the numbers of the texts that it is rare and telling for."""
        if self._rare is None:
            count = self._index_pairs
            middle = self._index_at + count * 4
            pairs = _numbers("I", self._packed[self._index_at : middle])
            owners = _numbers("H", self._packed[middle : middle + count * 2])
            rare: defaultdict[int, list[int]] = defaultdict(list)
            for pair, owner in zip(pairs, owners, strict=True):
                rare[pair].append(owner)
            self._rare = rare
        return self._rare

    def words(self, text: int) -> "array[int]":
        """The words of a text, as `words_of` makes them."""
        start, length = self._spans[text]
        at = self._blobs_at + start
        return _numbers("H", zlib.decompress(self._packed[at : at + length]))

    def pair_counts(self, text: int) -> dict[int, int]:
        """How often each word pair stands in a text. Remembered; callers must not change it."""
        counts = self._unpacked.get(text)
        if counts is None:
            counts = dict[int, int]()
            for first, second in pairwise(self.words(text)):
                pair = first << 16 | second
                counts[pair] = counts.get(pair, 0) + 1
            self._unpacked[text] = counts
        return counts

    def telling_pairs(self, text: int, most: int) -> int:
        """How many different word pairs a text has, counted up to `most`.

        A text of three times as many words has that many different ones (tested on the whole list), so only short
        texts are unpacked for it: unpacking every candidate took a quarter of a licence's match.
        """
        return most if self.texts[text].words >= 3 * most else min(most, len(self.pair_counts(text)))


def _numbers(code: str, packed: bytes) -> "array[int]":
    numbers: array[int] = array(code)
    numbers.frombytes(packed)
    if sys.byteorder == "big":  # the file is little-endian
        numbers.byteswap()
    return numbers


@cache
def spdx() -> Spdx:
    """The list, read on first use."""
    return Spdx(Path(__file__).with_name(_FILE).read_bytes())
