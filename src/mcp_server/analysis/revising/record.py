"""A revised report as it is kept: what is different from the report that it revises, some kilobytes instead of all.

One line that names the kept report, one with everything but rows, one that says whose rows follow, and the rows.
`told_report` and `kept_report` never see it: whoever reads the cache makes it whole first.
"""

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.analysis.told_report import AFTER, BEFORE, BETWEEN

_MARK = b'{"revises":'


class Row(NamedTuple):
    """The row of a file (its path as it is shown) in a block of rows, by the block's number."""

    block: int
    path: str
    row: bytes


def record_of(revised: str, head: bytes, rows: Sequence[Row]) -> bytes:
    """The value to keep. `revised` is the key of the report; `head` its JSON but for rows, brought up to date."""
    places = orjson.dumps([[one.block, one.path] for one in rows])
    return b"\n".join((orjson.dumps({"revises": revised}), head, places, *(one.row for one in rows)))


def whole(raw: bytes | None, cache: Cache) -> bytes | None:
    """A kept report, made whole when it is a revision; None when what it revises is gone."""
    if raw is None or not raw.startswith(_MARK):
        return raw
    try:
        first, head, places, *rows = raw.split(b"\n")
        kept = cache.get(orjson.loads(first)["revises"])
        if kept is None:
            return None
        named = zip(orjson.loads(places), rows, strict=True)
        return with_rows(kept, head, [Row(block, path, row) for (block, path), row in named])
    except (ValueError, KeyError):
        return None


def with_rows(kept: bytes, head: bytes, rows: Sequence[Row]) -> bytes:
    """The report `kept` with another head and other rows.

    Raises:
        ValueError: one of them has no row there.
    """
    first = kept.index(b"\n")
    deep, sizes = orjson.loads(kept[:first])
    at = kept.index(b"\n", first + 1) + 1
    view = memoryview(kept)
    pieces: list[bytes | memoryview] = []
    for number, (count, length) in enumerate(sizes):
        end = at + length
        done = at
        places = sorted((*_place(kept, one.path, at, end), one.row) for one in rows if one.block == number)
        pieces.append(b"\n")
        for start, stop, row in places:
            pieces += (view[done:start], row)
            length += len(row) - (stop - start)
            done = stop
        pieces.append(view[done:end])
        sizes[number] = [count, length]
        at = end + 1
    return b"".join((orjson.dumps([deep, sizes]), b"\n", head, *pieces))


def _place(kept: bytes, path: str, at: int, end: int) -> tuple[int, int]:
    """Where the row of `path` stands in the block from `at` to `end`."""
    begins = b'{"path":' + orjson.dumps(path) + b","
    start = at + len(BEFORE)
    if not kept.startswith(begins, start):
        start = kept.index(BETWEEN + begins, at, end) + len(BETWEEN)
    stop = kept.find(BETWEEN, start, end)
    return start, end - len(AFTER) if stop < 0 else stop
