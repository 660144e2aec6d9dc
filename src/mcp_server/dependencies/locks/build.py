"""What all lock readers share: packages gathered first, their requests turned into positions when all are known."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Any, cast

import orjson

from plumbrule.mcp_server.dependencies.model import MalformedManifest
from plumbrule.mcp_server.dependencies.requirement import Locked, Reading


def loaded(raw: bytes) -> dict[str, Any]:
    """The table of a JSON lock, empty when it holds none.

    Raises:
        MalformedManifest: not JSON, with the line where known.
    """
    try:
        return as_table(orjson.loads(raw))
    except orjson.JSONDecodeError as error:
        raise MalformedManifest("malformed", getattr(error, "lineno", 0)) from error


def as_table(value: Any) -> dict[str, Any]:
    """A JSON object, empty for any other value."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def table_in(value: Any, key: str) -> dict[str, Any]:
    """The object below a key, empty when there is none."""
    return as_table(as_table(value).get(key))


def list_in(value: Any, key: str) -> list[Any]:
    """The array below a key, empty when there is none."""
    found: Any = as_table(value).get(key)
    if not isinstance(found, list):
        return []
    return cast("list[object]", found)


class Packages:
    """Packages in the order of the lock, and what each asks for by words that are looked up at the end."""

    def __init__(self) -> None:
        self.made: list[Locked] = []
        self._asks: list[Iterable[str]] = []
        self.keys: dict[str, int] = {}
        """Any word under which a package may be asked for; the first that claims it has it."""

    def add(self, package: Locked, asks: Iterable[str], *keys: str) -> int:
        """Put a package in; its position."""
        position = len(self.made)
        self.made.append(package)
        self._asks.append(asks)
        for key in keys:
            self.keys.setdefault(key, position)
        return position

    def extend(self, position: int, asks: Iterable[str]) -> None:
        """Add to what a package asks for."""
        self._asks[position] = [*self._asks[position], *asks]

    def reading(self, find: Callable[[int, str], int | None] | None = None) -> Reading:
        """The lock; `find` looks a word up from a package's position, by default among the keys."""
        found = Reading()
        for position, (package, words) in enumerate(zip(self.made, self._asks, strict=True)):
            if find is None:
                asks = [at for word in words if (at := self.keys.get(word)) is not None]
            else:
                asks = [at for word in words if (at := find(position, word)) is not None]
            found.packages.append(package._replace(asks=list(dict.fromkeys(asks))) if asks else package)
        return found


class LineOf:
    """Lines of positions in bytes or text, from 1."""

    def __init__(self, raw: bytes) -> None:
        self._ends = [one.start() for one in re.finditer(rb"\n", raw)]

    def __call__(self, position: int) -> int:
        return bisect_right(self._ends, position - 1) + 1 if position else 1


def lines_of_keys(raw: bytes, opening: bytes = rb"\{") -> list[tuple[str, int]]:
    """Every JSON key whose value begins with `opening`, with its line, in the order of the file."""
    line_of = LineOf(raw)
    pattern = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*:\s*' + opening)
    return [(one[1].decode("utf-8", "replace"), line_of(one.start())) for one in pattern.finditer(raw)]
