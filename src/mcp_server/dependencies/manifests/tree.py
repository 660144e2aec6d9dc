"""Nested values of a manifest (TOML, JSON, YAML) with the line of each key, read through one small value.

Above it lie the parsers of ecosystems; `texts` makes it from bytes. Nothing here raises for a wrong shape: a manifest
that holds a list where a word belongs simply does not declare that word.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from plumbrule.core.values import dataclass

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """The root table, and the line (from 1) of keys; list items are keyed by their index as text."""

    root: object
    lines: Mapping[Path, int]

    def at(self, *keys: str) -> object | None:
        """The value below `keys`, or None."""
        value = self.root
        for key in keys:
            if isinstance(value, dict):
                value = cast(dict[str, object], value).get(key)
            elif isinstance(value, list) and key.isdigit() and int(key) < len(cast(list[object], value)):
                value = cast(list[object], value)[int(key)]
            else:
                return None
        return value

    def text(self, *keys: str) -> str:
        """The text below `keys`, "" when it is absent or no text. Numbers are given as written by `str`."""
        value = self.at(*keys)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        return str(value)

    def table(self, *keys: str) -> dict[str, object]:
        """The table below `keys`, empty when it is none."""
        value = self.at(*keys)
        return cast(dict[str, object], value) if isinstance(value, dict) else {}

    def items(self, *keys: str) -> list[object]:
        """The list below `keys`, empty when it is none."""
        value = self.at(*keys)
        return cast(list[object], value) if isinstance(value, list) else []

    def strings(self, *keys: str) -> Iterator[tuple[str, int]]:
        """The texts of the list below `keys` with their lines; other items are left out."""
        for index, item in enumerate(self.items(*keys)):
            if isinstance(item, str):
                yield item, self.line(*keys, str(index))

    def line(self, *keys: str) -> int:
        """The line of the key, or of the nearest key above it that has one; 1 at the least."""
        for length in range(len(keys), 0, -1):
            found = self.lines.get(keys[:length])
            if found is not None:
                return found
        return 1
