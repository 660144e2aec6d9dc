"""Lines that only moved: what stands in a file as before, further up or down, and every place that names such a line.

Most edits add or take lines above imports, routes or findings without changing them. Their order stays, so whatever
was chosen or sorted by it stays too; only the numbers are other ones.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, cast

from plumbrule.mcp_server.analysis.revising.pairs import Beyond, Pair
from plumbrule.mcp_server.analysis.sections.ready import BETWEEN

_PLACED = {"raw_imports": 1, "raw_uses": 2, "secrets": 1, "texts": 3, "licences": 1}
"""Where a row of these holds its line."""

SECTIONS = ("risks", "structure", "architecture", "imports", "dependencies", "licences", "findings", "scorecard")
"""What names such lines; `structure.api` and `entry_points` name definitions."""

_EDGE = re.compile(rb'(?<=,"line":)\d+')


def moved_lines(pair: Pair) -> dict[int, int]:
    """Where the lines of imports, uses, secrets, texts and licence tags are now; nothing when all stay.

    Raises:
        Beyond: there are others, or two that stood apart stand on one line.
    """
    found: dict[int, int] = {}
    for name, at in _PLACED.items():
        old, new = (_rows(index, name) for index in (pair.old, pair.new))
        if len(old) != len(new):
            raise Beyond
        for before, after in zip(old, new, strict=True):
            if [*before[:at], *before[at + 1 :]] != [*after[:at], *after[at + 1 :]]:
                raise Beyond
            if found.setdefault(before[at], after[at]) != after[at]:
                raise Beyond
    ordered = [found[line] for line in sorted(found)]
    if any(first >= second for first, second in pairwise(ordered)):
        raise Beyond
    return found if any(old != new for old, new in found.items()) else {}


def _rows(index: object, name: str) -> list[list[Any]]:
    rows: Iterable[Iterable[Any]] = getattr(index, name)
    return [list(row) for row in rows]


def with_lines(value: Any, path: str, moved: Mapping[int, int]) -> Any:
    """A part of a report's JSON with the lines of `path` where they are now.

    Raises:
        Beyond: it names a line that is not known to have moved or stayed.
    """
    if isinstance(value, str):
        return _with_line(value, path, moved)
    if isinstance(value, list):
        return [with_lines(one, path, moved) for one in cast("list[Any]", cast("object", value))]
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", cast("object", value)).items()
        return {name: part if name == "api" else with_lines(part, path, moved) for name, part in parts}
    return value


def _with_line(text: str, path: str, moved: Mapping[int, int]) -> str:
    line = text[len(path) + 1 :]
    if not text.startswith(f"{path}:") or not line.isdigit():
        return text
    if int(line) not in moved:
        raise Beyond
    return f"{path}:{moved[int(line)]}"


def edges_with_lines(rows: bytes, moved: Mapping[int, int]) -> bytes:
    """The rows of one file's edges."""

    def line(found: re.Match[bytes]) -> bytes:
        return b"%d" % moved[int(found[0])]

    return BETWEEN.join(_EDGE.sub(line, row, count=1) for row in rows.split(BETWEEN))
