"""A revised report as it is kept: what is different from the report that it revises, some kilobytes instead of all.

One line that names the kept report, one with everything but rows, one that says whose rows follow, and those.
`told_report` and `kept_report` never see it: whoever reads the cache makes it whole first.
"""

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.analysis.sections.ready import AFTER, BEFORE, BETWEEN

_MARK = b'{"revises":'


class Rows(NamedTuple):
    """The rows of a file (its path as it is shown) in a block, by the block's number; they stand together there."""

    block: int
    path: str
    rows: bytes


def record_of(revised: str, head: bytes, rows: Sequence[Rows]) -> bytes:
    """The value to keep. `revised` is the key of the report; `head` its JSON but for rows, brought up to date."""
    places = orjson.dumps([[one.block, one.path, len(one.rows)] for one in rows])
    body = b"".join([one.rows for one in rows])
    return b"\n".join((orjson.dumps({"revises": revised}), head, places, body))


def whole(raw: bytes | None, cache: Cache) -> bytes | None:
    """A kept report, made whole when it is a revision; None when what it revises is gone."""
    if raw is None or not raw.startswith(_MARK):
        return raw
    try:
        first, head, places, body = raw.split(b"\n", 3)
        kept = cache.get(orjson.loads(first)["revises"])
        if kept is None:
            return None
        rows: list[Rows] = []
        at = 0
        for block, path, length in orjson.loads(places):
            rows.append(Rows(block, path, body[at : at + length]))
            at += length
        return with_rows(kept, head, rows)
    except (ValueError, KeyError):
        return None


def with_rows(kept: bytes, head: bytes, rows: Sequence[Rows]) -> bytes:
    """The report `kept` with another head and other rows.

    Raises:
        ValueError: one of them has no row there.
    """
    view = memoryview(kept)
    deep, sizes = orjson.loads(kept[: kept.index(b"\n")])
    pieces: list[bytes | memoryview] = []
    for number, (at, end) in enumerate(_blocks(kept)):
        count, length = sizes[number]
        places = sorted((*_place(kept, one.path, at, end), one.rows) for one in rows if one.block == number)
        pieces.append(b"\n")
        done = at
        for start, stop, new in places:
            pieces += (view[done:start], new)
            length += len(new) - (stop - start)
            done = stop
        pieces.append(view[done:end])
        sizes[number] = [count, length]
    return b"".join((orjson.dumps([deep, sizes]), b"\n", head, *pieces))


def rows_of(kept: bytes, block: int, path: str) -> bytes:
    """The rows of a file in a block; none where it has none."""
    at, end = _blocks(kept)[block]
    try:
        start, stop = _place(kept, path, at, end)
    except ValueError:
        return b""
    return kept[start:stop]


def _blocks(kept: bytes) -> list[tuple[int, int]]:
    """Where each block begins and ends."""
    first = kept.index(b"\n")
    at = kept.index(b"\n", first + 1) + 1
    found: list[tuple[int, int]] = []
    for _, length in orjson.loads(kept[:first])[1]:
        found.append((at, at + length))
        at += length + 1
    return found


def _place(kept: bytes, path: str, at: int, end: int) -> tuple[int, int]:
    """Where the rows of `path` stand in the block from `at` to `end`.

    Raises:
        ValueError: there are none.
    """
    begins = b'{"path":' + orjson.dumps(path) + b","
    start = at + len(BEFORE)
    if not kept.startswith(begins, start):
        start = kept.index(BETWEEN + begins, at, end) + len(BETWEEN)
    stop = start
    while True:
        stop = kept.find(BETWEEN, stop, end)
        if stop < 0:
            return start, end - len(AFTER)
        if not kept.startswith(begins, stop + len(BETWEEN)):
            return start, stop
        stop += len(BETWEEN)
