"""How a finished report lies in the cache: its rows as they are, everything else as JSON, masked already when deep.

Rows make up most of a full report (10 MB of Django's) and are never parsed again: they come back as the bytes that go
into the next answer. Above it lies `survey`; `told_report` makes an answer from a kept one without any dataclass.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import orjson

from plumbrule.core.security.masking import Masker
from plumbrule.mcp_server.analysis.model import RepositoryReport, wire
from plumbrule.mcp_server.analysis.revive import revive
from plumbrule.mcp_server.analysis.sections.ready import AFTER, BEFORE, BETWEEN, NOTHING, Ready

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.large_report import Large

PLACES = (("files", ""), ("symbols", "files"), ("imports", "edges"))
"""Where a report holds rows: the field, and the field inside of it."""

_STAND_IN = Ready((b"0",))
"""Holds the place of rows in the JSON of the rest, so that their field keeps its turn."""


def kept(report: RepositoryReport) -> "bytes | Large":
    """The report as one value; with rows that lie on disk it stays in two parts."""
    bare = report
    rooms = [_rows(report, outer, inner) for outer, inner in PLACES]
    for (outer, inner), rows in zip(PLACES, rooms, strict=True):
        if rows:
            bare = _with_rows(bare, outer, inner, _STAND_IN)
    deep = report.detail == "full"
    head = _head(bare, deep)
    if not all(rows is None or isinstance(rows.rows, tuple) for rows in rooms):
        from plumbrule.mcp_server.analysis.large_report import Large  # few repositories are so large

        return Large(deep, head, tuple(None if rows is None else rows.rows for rows in rooms))
    blocks = [b"".join((BEFORE, BETWEEN.join(rows.rows), AFTER)) if rows else b"" for rows in rooms]
    sizes = [(-1 if rows is None else len(rows), len(block)) for rows, block in zip(rooms, blocks, strict=True)]
    return b"\n".join((orjson.dumps([deep, sizes]), head, *blocks))


def _head(bare: RepositoryReport, deep: bool) -> bytes:
    """The JSON of a report, with stand-ins for its rows."""
    told = wire(bare)
    # A turn is kept for `activity` too, which is no part of what is kept.
    parts = {one.name: told.get(one.name) for one in fields(bare) if one.name in told or one.name == "activity"}
    return orjson.dumps(Masker().mask_value(orjson.loads(orjson.dumps(parts))) if deep else parts)


def revived(raw: "bytes | Large") -> RepositoryReport:
    """The way back from `kept`.

    Raises:
        ValueError, TypeError, KeyError: it is none of ours.
    """
    if not isinstance(raw, bytes):
        report = revive(RepositoryReport, orjson.loads(raw.head))
        for (outer, inner), rows in zip(PLACES, raw.blocks, strict=True):
            report = report if rows is None else _with_rows(report, outer, inner, Ready(rows) if rows else NOTHING)
        return report
    first = raw.index(b"\n")
    second = raw.index(b"\n", first + 1)
    report = revive(RepositoryReport, orjson.loads(raw[first + 1 : second]))
    at = second + 1
    for (outer, inner), (count, length) in zip(PLACES, orjson.loads(raw[:first])[1], strict=True):
        block = raw[at + len(BEFORE) : at + length - len(AFTER)]
        at += length + 1
        if count >= 0:
            report = _with_rows(report, outer, inner, Ready(tuple(block.split(BETWEEN))) if count else NOTHING)
    return report


def masked_rows(report: RepositoryReport, hides: Callable[[bytes], bytes]) -> RepositoryReport:
    """The report with the secrets that the program itself knows hidden in its rows too."""
    for outer, inner in PLACES:
        rows = _rows(report, outer, inner)
        if rows:
            block = BETWEEN.join(rows.rows)
            safe = hides(block)
            if safe is not block:
                report = _with_rows(report, outer, inner, Ready(tuple(safe.split(BETWEEN))))
    return report


def _rows(report: RepositoryReport, outer: str, inner: str) -> Ready | None:
    room: Any = getattr(report, outer)
    found: Any = getattr(room, inner) if inner and room is not None else room
    return found if isinstance(found, Ready) else None


def _with_rows(report: RepositoryReport, outer: str, inner: str, rows: Ready) -> RepositoryReport:
    room: Any = getattr(report, outer)
    changed: dict[str, Any] = {outer: replace(room, **{inner: rows}) if inner else rows}
    return replace(report, **changed)
