"""Brings the report of a full survey up to date for a few changed files, byte for byte as a survey from nothing.

Above it lies `survey`, which makes a full one when there is no base, or the change reaches further than what was kept
of it. Only the changed files are read and parsed. One edited file of Django's 6,900: a third of a full survey's CPU.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import anyio.to_thread
import orjson

from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.analysis.code_rows import file_row, symbols_row
from plumbrule.mcp_server.analysis.collected import SMALL_BYTES, Tools
from plumbrule.mcp_server.analysis.collector import collector_resting
from plumbrule.mcp_server.analysis.graph.roles import parts_of
from plumbrule.mcp_server.analysis.inventory import MAX_CANDIDATES
from plumbrule.mcp_server.analysis.languages.attributes import ATTRIBUTES_FILE, Attributes, parse_attributes
from plumbrule.mcp_server.analysis.languages.detection import Plan, plan
from plumbrule.mcp_server.analysis.reading_code import CodeReader, Known, Reading, known_before
from plumbrule.mcp_server.analysis.revising import parts
from plumbrule.mcp_server.analysis.revising.base import Base, Changed
from plumbrule.mcp_server.analysis.revising.moved import edges_with_lines, moved_lines
from plumbrule.mcp_server.analysis.revising.pairs import Beyond, Pair, require_same
from plumbrule.mcp_server.analysis.revising.record import Rows, record_of, rows_of, with_rows
from plumbrule.mcp_server.analysis.syntax.facts import index_of
from plumbrule.mcp_server.analysis.told_report import ROWS
from plumbrule.mcp_server.platforms.ports.snapshot import Snapshot

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.sections.quality import History


async def revised(snapshot: Snapshot, raw: bytes, tools: Tools) -> tuple[bytes, bytes] | None:
    """The report as `record` keeps it, and whole; None when a full survey must make it. `raw` is the base."""
    base = _base(raw)
    changed = None if base is None else base.changed(snapshot)
    if base is None or changed is None:
        return None
    more = sum(one.entry.size - one.was.size for one in changed)
    kept = tools.cache.get(base.report)
    if kept is None or base.bytes + more > tools.limits.max_source_bytes:
        return None
    if max((one.entry.size for one in changed), default=0) > min(SMALL_BYTES, tools.limits.max_file_bytes):
        return None
    try:
        pairs = await _pairs(snapshot, changed, tools) if changed else []
        past = await _past(snapshot, base, pairs, tools)
        colons = [entry.path for entry in snapshot.entries if ":" in entry.path]
        if any(path.startswith(f"{one.path}:") for path in colons for one in pairs):
            raise Beyond  # a file may be called like a line of another
        return await anyio.to_thread.run_sync(_patched, kept, base, pairs, past)
    except Beyond:
        return None


def _base(raw: bytes) -> Base | None:
    try:
        return Base(raw)
    except (ValueError, KeyError):
        return None


async def _pairs(snapshot: Snapshot, changed: Sequence[Changed], tools: Tools) -> list[Pair]:
    """The facts of the changed files before and after.

    Raises: Beyond: those from before are gone, or a language is no longer the same.
    """
    attributes = await _attributes(snapshot)
    planned = plan([one.entry for one in changed], attributes)
    if attributes.exhausted:
        raise Beyond
    reading = Reading()
    reader = CodeReader(
        snapshot,
        tools.workers,
        tools.cache,
        tools.grammars,
        max_file_bytes=tools.limits.max_file_bytes,
        file_s=tools.limits.max_parse_s,
    )
    await reader.read([one.entry for one in changed], planned, reading)
    return [_pair(one, planned, at, reading, tools.cache) for at, one in enumerate(changed)]


async def _past(snapshot: Snapshot, base: Base, pairs: Sequence[Pair], tools: Tools) -> "History | None":
    """The history, where it is another one since the base; nothing of the content is read for it.

    Raises: Beyond: there was none, or there is none now, or it could not be read to its end.
    """
    if snapshot.origin.commit == base.commit:
        return None
    from plumbrule.mcp_server.analysis.history import history_from, past_of  # as only a new commit needs it

    own = base.own(snapshot)
    found = None if own is None else await past_of(snapshot, tools.cache, tools.limits)
    if own is None or found is None or found.timed_out or snapshot.origin.commit is None:
        raise Beyond
    for one in pairs:
        if one.path in own:
            own[one.path] = (own[one.path] or 0) + one.lines
    return history_from(found, own, snapshot.origin.commit)


async def _attributes(snapshot: Snapshot) -> Attributes:
    named = [one for one in snapshot.entries if one.path.endswith(ATTRIBUTES_FILE)]
    files = [one for one in named if one.path.rpartition("/")[2] == ATTRIBUTES_FILE and one.kind != "symlink"]
    if len(files) > MAX_CANDIDATES:
        raise Beyond
    return parse_attributes(await snapshot.read(files, max_bytes=SMALL_BYTES) if files else {})


def _pair(one: Changed, planned: Plan, at: int, reading: Reading, cache: Cache) -> Pair:
    path = one.entry.path
    now = reading.known.get(path)
    was = known_before(one.was, planned.files[at], planned.attributes, cache)
    if now is None or was is None or not _is_text(now) or not _is_text(was):
        raise Beyond
    if was.file._replace(size=one.entry.size) != now.file or path in (entry.path for entry in reading.waiting):
        raise Beyond
    pair = Pair(now.file, one.was.size, index_of(was.facts), index_of(now.facts), was.facts, now.facts)
    require_same(pair)
    return pair


def _is_text(known: Known) -> bool:
    return not (known.candidates or known.file.binary or known.file.rule == "languages.pointer")


def _patched(kept: bytes, base: Base, pairs: Sequence[Pair], past: "History | None") -> tuple[bytes, bytes]:
    with collector_resting():
        first = kept.index(b"\n")
        head: parts.Head = orjson.loads(kept[first + 1 : kept.index(b"\n", first + 1)])
        moved = {one.path: lines for one in pairs if (lines := moved_lines(one))}
        parts.lines(head, moved)
        parts.size(head, pairs)
        parts.languages(head, base, pairs)
        parts.symbols(head, pairs)
        parts.architecture(head, base, pairs)
        parts.structure(head, base, pairs)
        parts.quality(head, base, pairs)
        parts.history(head, base, pairs, past)
        raw = orjson.dumps(head)
        rows = [*_rows(head, pairs), *(_edges(kept, moved) if "imports" in head else ())]
        try:
            return record_of(base.report, raw, rows), with_rows(kept, raw, rows)
        except ValueError as error:
            raise Beyond from error


_FILES, _SYMBOLS, _IMPORTS = (number for number, _ in enumerate(ROWS))


def _rows(head: parts.Head, pairs: Sequence[Pair]) -> Iterator[Rows]:
    """The rows of the changed files."""
    for one in pairs:
        alone = parts.alone(one.file, one.new, one.new_facts)
        if "files" in head:
            yield Rows(_FILES, one.path, file_row(one.file, parts_of(alone.languages).get(one.path), one.new))
        if "symbols" in head and (one.new.errors or one.new_facts.symbols != b"[]"):
            yield Rows(_SYMBOLS, one.path, symbols_row(alone, one.path))


def _edges(kept: bytes, moved: Mapping[str, Mapping[int, int]]) -> Iterator[Rows]:
    """The imports between files that stand on other lines now."""
    for path, lines in moved.items():
        if rows := rows_of(kept, _IMPORTS, path):
            yield Rows(_IMPORTS, path, edges_with_lines(rows, lines))
