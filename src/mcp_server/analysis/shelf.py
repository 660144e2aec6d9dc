"""What is known about each file by path: in memory for a usual repository, on disk for a large one.

Above it lie `reading_code`, which fills it, and `report`; below it `spill`. Readers see mappings and do not know which
kind they have: of a large repository each look reads and decodes anew, some ten microseconds.
"""

from collections.abc import Iterator, Mapping, Sequence

from plumbrule.mcp_server.analysis.spill import Spill
from plumbrule.mcp_server.analysis.syntax.facts import NOTHING_KNOWN, Facts, Index, index_of, packed, unpacked

_NOTHING = -1
_RECENT = 512
"""Decoded indexes that are kept: resolvers and followers of exports look at the same ones again and again."""


class Shelf(Mapping[str, Facts]):
    """Facts on disk; iterates in the order in which they were put."""

    def __init__(self) -> None:
        self._spill = Spill()
        self._numbers: dict[str, int] = {}

    def put(self, path: str, facts: Facts) -> None:
        self._numbers[path] = _NOTHING if facts is NOTHING_KNOWN else self._spill.add(packed(facts))

    def only(self, paths: Sequence[str]) -> "Chosen":
        """These files' facts, in this order."""
        return Chosen(self, paths)

    def __getitem__(self, path: str) -> Facts:
        number = self._numbers[path]
        return NOTHING_KNOWN if number == _NOTHING else unpacked(self._spill[number])

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, path: object) -> bool:
        return path in self._numbers


class Chosen(Mapping[str, Facts]):
    """The facts of some files in the order of `paths`."""

    def __init__(self, shelf: Shelf, paths: Sequence[str]) -> None:
        self._shelf = shelf
        self._places = dict.fromkeys(paths)

    def indexes(self) -> "Indexes":
        return Indexes(self)

    def __getitem__(self, path: str) -> Facts:
        if path not in self._places:
            raise KeyError(path)
        return self._shelf[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, path: object) -> bool:
        return path in self._places


class Indexes(Mapping[str, Index]):
    """The indexes of the same files, decoded when they are looked at."""

    def __init__(self, facts: Mapping[str, Facts]) -> None:
        self._facts = facts
        self._recent: dict[str, Index] = {}

    def __getitem__(self, path: str) -> Index:
        known = self._recent.get(path)
        if known is None:
            known = index_of(self._facts[path])
            if len(self._recent) >= _RECENT:
                self._recent.clear()
            self._recent[path] = known
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def __contains__(self, path: object) -> bool:
        return path in self._facts
