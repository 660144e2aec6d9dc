"""Source files, streamed: languages and lines, secrets at `summary`, everything that stands in them at `full`.

Above it lies `gathering`. Cancelling at any await leaves a `Collected` that is true as far as it goes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from plumbrule.core.context import report_progress
from plumbrule.mcp_server.analysis.aspects import Wanted
from plumbrule.mcp_server.analysis.collected import SMALL_BYTES, Collected, Tools, aside
from plumbrule.mcp_server.analysis.languages.attributes import Attributes, parse_attributes
from plumbrule.mcp_server.analysis.languages.detection import HEAD_BYTES, Plan, plan, settle
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.languages.shares import count_lines
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.model import Risk
from plumbrule.mcp_server.analysis.risks import MAX_SECRET_RISKS, secrets_in, secrets_known
from plumbrule.mcp_server.analysis.spill import is_many
from plumbrule.mcp_server.analysis.syntax.facts import index_of
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, Snapshot

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.reading_code import Reading

BATCH_BYTES = 4_000_000
"""Read at once: large enough that a batch costs little, small enough for memory and for prompt cancellation."""

BATCH_FILES = 10_000
PROGRESS_S = 1.0

_LFS = b"version https://git-lfs.github.com/spec/v1\n"


async def read_sources(snapshot: Snapshot, asked: Wanted, tools: Tools, into: Collected) -> None:
    """Languages and lines; at `summary` every text file is also looked through for secrets, at `full` read whole."""
    attributes = parse_attributes(
        {entry.path: into.texts[entry.path] for entry in into.inventory.attributes if entry.path in into.texts}
    )
    count = len(into.inventory.files)
    planned = await aside(count, plan, into.inventory.files, attributes)
    into.files = list(planned.files)
    wanted = await aside(count, _wanted, planned, asked, tools.limits, into)
    if asked.detail == "full" and not asked.of_names_alone:
        await _read_known(snapshot, planned, wanted, tools, into)
    else:
        await _read_briefly(snapshot, planned, wanted, asked, tools.limits, into)
    if planned.attributes.exhausted:
        into.skip("attributes_not_applied", ".gitattributes")
        into.limited = True
    for file in into.files:
        if file.binary:
            into.skip("binary", file.path)


async def _read_known(snapshot: Snapshot, planned: Plan, wanted: list[Entry], tools: Tools, into: Collected) -> None:
    """Everything that stands in the files, from the cache or through the workers."""
    from plumbrule.mcp_server.analysis.reading_code import CodeReader, Reading  # a card needs no hashes and no trees
    from plumbrule.mcp_server.analysis.shelf import Shelf

    limits = tools.limits
    reader = CodeReader(
        snapshot,
        tools.workers,
        tools.cache,
        tools.grammars,
        max_file_bytes=limits.max_file_bytes,
        file_s=limits.max_parse_s,
    )
    reading = Reading(shelf=Shelf() if is_many(len(planned.files)) else None)
    try:
        await reader.read(wanted, planned, reading)
    finally:
        with anyio.CancelScope(shield=True):  # what was known when time ran out
            await aside(len(planned.files), _take, planned, reading, into)


def _take(planned: Plan, reading: "Reading", into: Collected) -> None:
    """What is known, in the order of the paths, whatever the order in which workers answered."""
    known, paths = reading.known, list[str]()
    into.files = [known[file.path].file if file.path in known else file for file in planned.files]
    for path in reading.unreadable:
        into.skip("unreadable", path)
    for file in into.files:
        if file.path not in known:
            continue
        into.read += file.path not in into.texts
        if file.rule == "languages.pointer":
            into.skip("lfs_pointer", file.path)
        facts = reading.facts(file.path)
        index = index_of(facts)
        into.lines[file.path] = index.code + index.comment + index.blank
        if file.binary:
            continue
        paths.append(file.path)
        if reading.shelf is None:
            into.packed[file.path] = facts
            into.indexes[file.path] = index
        if index.fault:
            into.skip(f"not_parsed_{index.fault}", file.path)
        if file.path not in into.texts and index.secrets and into.has_room_for_secrets(file.path):
            into.secrets += secrets_known(file.path, index.secrets)
    if reading.shelf is not None:
        into.shelf, into.shelved = reading.shelf, paths


async def _read_briefly(
    snapshot: Snapshot, planned: Plan, wanted: list[Entry], asked: Wanted, limits: SurveyLimits, into: Collected
) -> None:
    """Lines, and the languages that the bytes decide."""
    count = len(into.inventory.files)
    attributes = planned.attributes
    unsure = {entry.path for entry in planned.ambiguous}
    total = sum(entry.size for entry in wanted) or 1
    heads: dict[str, bytes] = {}
    by_path = {file.path: file for file in planned.files}
    done, told = 0, anyio.current_time()
    for batch in _batches(wanted):
        contents = await snapshot.read(batch, max_bytes=limits.max_file_bytes)
        await aside(len(batch), _digest, batch, contents, unsure, heads, by_path, attributes, into)
        if asked.detail != "card":
            await _scan(contents, into)
        done += sum(entry.size for entry in batch)
        if anyio.current_time() - told >= PROGRESS_S:
            told = anyio.current_time()
            await report_progress(0.2 + 0.75 * done / total, 1.0, f"{into.read} files read")
    settled = replace(planned, files=[by_path[file.path] for file in planned.files])
    into.files = await aside(count, settle, settled, heads)


def _wanted(planned: Plan, asked: Wanted, limits: SurveyLimits, into: Collected) -> list[Entry]:
    """What is read whole: counted files, those whose language the bytes decide, and at depth all other text."""
    brief = asked.of_names_alone  # what merely could be other than its name says is not read then
    unsure = {entry.path for entry in (*planned.ambiguous, *(() if brief else planned.suspicious))}
    wanted: list[Entry] = []
    left = limits.max_source_bytes
    entries = {entry.path: entry for entry in into.inventory.files}
    for file in planned.files:
        searched = asked.detail != "card" and not file.binary and not _of_others(file)
        deep = searched and 0 < file.size <= SMALL_BYTES
        if not (file.path in unsure or deep or (file.counted and not asked.of_names_alone)):
            if searched and file.size > SMALL_BYTES and asked.detail == "full" and not asked.of_names_alone:
                into.skip("not_searched", file.path)  # large data: neither parsed nor looked through for findings
            continue
        if file.size > limits.max_file_bytes:
            into.skip("too_large", file.path)
        elif file.size > left:
            into.skip("over_limit", file.path)
            into.limited = True
        elif file.size != 0:
            wanted.append(entries[file.path])
            left -= max(file.size, 0)
    return wanted


def _of_others(file: FileLanguage) -> bool:
    """Vendored by path, and not what hides there as configuration: `.github/` and the like are read by machines and
    agents. What `.gitattributes` calls vendored is read too: a repository may not hide its own files."""
    if not file.vendored or file.vendored == "vendored.attributes" or file.path.startswith("."):
        return False
    from plumbrule.mcp_server.analysis.graph.roles import is_others  # as a card never asks

    return is_others(file.path, file.vendored)


def _batches(wanted: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for entry in wanted:
        if batch and (size + entry.size > BATCH_BYTES or len(batch) >= BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += max(entry.size, 0)
    if batch:
        yield batch


def _digest(
    batch: list[Entry],
    contents: Mapping[str, bytes],
    unsure: set[str],
    heads: dict[str, bytes],
    by_path: dict[str, FileLanguage],
    attributes: Attributes,
    into: Collected,
) -> None:
    """Lines of the batch, and the languages that its bytes decide alone; heads of unsure files wait for the rest."""
    confirming: dict[str, bytes] = {}
    for entry in batch:
        raw = contents.get(entry.path)
        if raw is None:
            into.skip("unreadable", entry.path)
            continue
        into.read += entry.path not in into.texts
        if raw.startswith(_LFS) and len(raw) < 1024:
            into.skip("lfs_pointer", entry.path)
        into.lines[entry.path] = count_lines(raw)
        (heads if entry.path in unsure else confirming)[entry.path] = raw[:HEAD_BYTES]
    files = [by_path[path] for path in confirming]
    for file in settle(Plan(files, (), (), attributes), confirming):
        by_path[file.path] = file


async def _scan(contents: Mapping[str, bytes], into: Collected) -> None:
    """Look for secrets in a thread: other calls go on meanwhile."""

    def scan() -> list[Risk]:
        found: list[Risk] = []
        for path, raw in contents.items():
            if path not in into.texts and b"\0" not in raw[:4096]:
                found += secrets_in(path, raw)
        return found

    if len(into.secrets) < MAX_SECRET_RISKS:
        into.secrets += await anyio.to_thread.run_sync(scan)
        return
    for path in contents:
        into.has_room_for_secrets(path)  # notes each as not searched
