"""Reads what a survey needs from a snapshot, in batches, and keeps what was gathered so far when time runs out.

Above it lies `survey`. Two rounds: first the small files that tell most (manifests, licences, README, CI, likely places
of secrets), parsed in one worker round trip; then source files, streamed, for languages and lines. Cancelling `gather`
at any await leaves a `Collected` that is true as far as it goes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

import anyio
import anyio.to_thread

from plumbrule.core.context import report_progress
from plumbrule.core.facts import Skipped
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.analysis.aspects import Aspect, Wanted
from plumbrule.mcp_server.analysis.inventory import FoundManifest, Inventory, take
from plumbrule.mcp_server.analysis.languages.attributes import Attributes, parse_attributes
from plumbrule.mcp_server.analysis.languages.detection import HEAD_BYTES, Plan, plan, settle
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.languages.shares import count_lines
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.model import Detail, Risk
from plumbrule.mcp_server.analysis.parsing import OVER_LIMIT, parse_manifests
from plumbrule.mcp_server.analysis.reading import read_dependencies
from plumbrule.mcp_server.analysis.risks import MAX_SECRET_RISKS, secrets_in
from plumbrule.mcp_server.analysis.syntax.facts import Facts
from plumbrule.mcp_server.analysis.words import place
from plumbrule.mcp_server.analysis.workers import Workers
from plumbrule.mcp_server.dependencies.model import Manifest
from plumbrule.mcp_server.dependencies.requirement import Reading
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, Snapshot

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.history import Walked

BATCH_BYTES = 4_000_000
"""Read at once: large enough that a batch costs little, small enough for memory and for prompt cancellation."""

BATCH_FILES = 10_000
MANY_FILES = 5_000
"""From here on work that goes over all files leaves the event loop: 300,000 take seconds."""

SMALL_BYTES = 256_000
"""Licences, documents and secret candidates above this are cut there (documents) or left out (candidates)."""

MAX_LINKS = 500
MAX_LICENCES = 50
MAX_CONFIGURATION = 5_000
"""A tree may hold thousands of both; those beyond are counted as skipped."""

_OF_READINGS: frozenset[Aspect] = frozenset(("dependencies", "sbom"))
"""What needs locks and every word of manifests."""

PROGRESS_S = 1.0

_Made = TypeVar("_Made")
_Arguments = TypeVarTuple("_Arguments")

_LFS = b"version https://git-lfs.github.com/spec/v1\n"


@dataclass(slots=True)
class Collected:
    """What was read so far. `stages` names the stages that are done; the report is complete when all are."""

    inventory: Inventory = field(default_factory=Inventory)
    manifests: list[Manifest] = field(default_factory=list[Manifest])
    texts: dict[str, bytes] = field(default_factory=dict[str, bytes])
    readings: dict[str, Reading] = field(default_factory=dict[str, Reading])
    links: dict[str, bytes] = field(default_factory=dict[str, bytes])
    files: list[FileLanguage] = field(default_factory=list[FileLanguage])
    lines: dict[str, int] = field(default_factory=dict[str, int])
    packed: dict[str, Facts] = field(default_factory=dict[str, Facts])
    """What is known about the bytes of each file that was looked at; filled at `full` only."""
    past: "Walked | None" = None
    """What the log tells; filled at `full` only."""
    secrets: list[Risk] = field(default_factory=list[Risk])
    read: int = 0
    skipped: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    noted: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    limited: bool = False
    finished: bool = False

    def skip(self, reason: str, path: str, line: int = 0) -> None:
        """Note a file that was not looked at, once per reason; the first three of a reason are its examples."""
        if (reason, path) in self.noted:
            return
        self.noted.add((reason, path))
        self.counts[reason] = self.counts.get(reason, 0) + 1
        examples = self.skipped.setdefault(reason, [])
        if len(examples) < 3:
            examples.append(place(path, line))

    def skips(self) -> tuple[Skipped, ...]:
        """By reason, in the order of the alphabet."""
        return tuple(
            Skipped(reason, self.counts[reason], tuple(self.skipped.get(reason, ()))) for reason in sorted(self.counts)
        )


@dataclass(frozen=True, slots=True)
class Tools:
    """What gathering works with."""

    workers: Workers
    cache: Cache
    limits: SurveyLimits


async def gather(snapshot: Snapshot, wanted: Wanted, tools: Tools, into: Collected) -> None:
    """Fill `into`, stage by stage."""
    detail = wanted.detail
    into.inventory = await _aside(len(snapshot.entries), take, snapshot.entries, tools.limits.max_files)
    _note_inventory(into)
    await report_progress(0.05, 1.0, f"{len(snapshot.entries)} files listed")
    if wanted.of_names_alone:
        into.texts = dict(await snapshot.read(into.inventory.attributes, max_bytes=SMALL_BYTES))
        await _read_sources(snapshot, wanted, tools.limits, into)
        into.finished = True
        return
    manifests = await _read_small(snapshot, detail, tools.limits, into)
    parsed = await parse_manifests(manifests, into.texts, tools.workers, tools.cache, tools.limits.max_manifest_s)
    into.manifests += parsed
    for manifest in parsed:
        if manifest.fault:
            into.skip(manifest.fault, manifest.path, manifest.fault_line)
            into.limited |= manifest.fault == OVER_LIMIT
    if detail == "full" and wanted.aspects & _OF_READINGS:
        arguments = (into.inventory, into.texts, tools.workers, tools.cache)
        into.readings.update(await read_dependencies(snapshot, *arguments))
        await _read_configuration(snapshot, tools.limits, into)
    await report_progress(0.2, 1.0, f"{len(parsed)} manifests read")
    await _read_sources(snapshot, wanted, tools.limits, into)
    if wanted.detail == "full" and "history" in wanted.aspects:
        from plumbrule.mcp_server.analysis.history import past_of  # as no other level needs it

        into.past = await past_of(snapshot, tools.cache, tools.limits)
        into.limited |= into.past is not None and into.past.timed_out
    into.finished = True


def _note_inventory(into: Collected) -> None:
    inventory = into.inventory
    for reason, entries in (("symlink", inventory.symlinks), ("submodule", inventory.submodules)):
        for entry in entries:
            into.skip(reason, entry.path)
    if inventory.over:
        into.counts["over_limit"] = inventory.over
        into.limited = True


async def _read_small(snapshot: Snapshot, detail: Detail, limits: SurveyLimits, into: Collected) -> list[FoundManifest]:
    """Read what is small and telling; the manifests that are to be parsed."""
    inventory = into.inventory
    for reason, entries in (
        ("licence_not_read", inventory.licences[MAX_LICENCES:]),
        ("link_not_checked", inventory.symlinks[MAX_LINKS:]),
    ):
        for entry in entries:
            into.skip(reason, entry.path)
    manifests = _manifests_within(detail, limits, into)
    parsed = {one.entry.path: one.entry for one in manifests if one.rule.parser}
    documents = [inventory.readme] if inventory.readme else []
    documents += [entry for _, entry in inventory.documents]
    candidates = [entry for entry in inventory.secret_candidates if 0 < entry.size <= SMALL_BYTES]
    small = {
        entry.path: entry
        for entry in (
            *inventory.attributes,
            *inventory.reuse,
            *inventory.licences[:MAX_LICENCES],
            *documents,
            *candidates,
        )
    }
    read = dict(await snapshot.read([*parsed.values()], max_bytes=limits.max_manifest_bytes))
    others = [entry for path, entry in small.items() if path not in read]
    read.update(await snapshot.read([*others, *inventory.symlinks[:MAX_LINKS]], max_bytes=SMALL_BYTES))
    for entry in inventory.symlinks[:MAX_LINKS]:
        target = read.pop(entry.path, None)
        if target is not None:
            into.links[entry.path] = target
    into.texts = read
    into.read = len(read)
    for path in sorted({entry.path for entry in (*candidates, *documents)} | parsed.keys()):
        if path in read and _has_room_for_secrets(path, into):
            into.secrets += secrets_in(path, read[path])
    return manifests


async def _read_configuration(snapshot: Snapshot, limits: SurveyLimits, into: Collected) -> None:
    """The files that configure imports and are no manifests, whole."""
    from plumbrule.mcp_server.analysis.graph.resolving.table import is_configuration  # as no other level needs it

    found = [one for one in into.inventory.files if one.path not in into.texts and is_configuration(one.path)]
    into.texts.update(await snapshot.read(found[:MAX_CONFIGURATION], max_bytes=limits.max_manifest_bytes))
    for entry in found[MAX_CONFIGURATION:]:
        into.skip("over_limit", entry.path)
        into.limited = True


def _has_room_for_secrets(path: str, into: Collected) -> bool:
    """Whether `path` is searched too; a repository with hundreds of secrets has been told enough, and is told so."""
    if len(into.secrets) < MAX_SECRET_RISKS:
        return True
    into.skip("secrets_not_searched", path)
    into.limited = True
    return False


def _manifests_within(detail: Detail, limits: SurveyLimits, into: Collected) -> list[FoundManifest]:
    """The manifests to parse: the project's own and the shallow ones first, up to the limit, none too large."""
    most = limits.max_manifests if detail == "card" else limits.max_manifests * 10
    chosen: list[FoundManifest] = []
    parsed = 0
    for one in into.inventory.manifests:
        if one.rule.parser and one.entry.size > limits.max_manifest_bytes:
            into.skip("too_large", one.entry.path)
        elif one.rule.parser and parsed >= most:
            into.skip("over_limit", one.entry.path)
            into.limited = True
        else:
            chosen.append(one)
            parsed += bool(one.rule.parser)
    return chosen


async def _aside(count: int, work: Callable[[*_Arguments], _Made], *arguments: *_Arguments) -> _Made:
    """`work` on `count` files: in a thread when they are many, so that probes and other calls go on meanwhile."""
    if count < MANY_FILES:
        return work(*arguments)
    return await anyio.to_thread.run_sync(work, *arguments)


async def _read_sources(snapshot: Snapshot, asked: Wanted, limits: SurveyLimits, into: Collected) -> None:
    """Languages and lines; at `summary` and `full` every text file is also looked through for secrets."""
    attributes = parse_attributes(
        {entry.path: into.texts[entry.path] for entry in into.inventory.attributes if entry.path in into.texts}
    )
    count = len(into.inventory.files)
    planned = await _aside(count, plan, into.inventory.files, attributes)
    into.files = list(planned.files)
    unsure = {entry.path for entry in planned.ambiguous}
    wanted = await _aside(count, _wanted, planned, asked, limits, into)
    total = sum(entry.size for entry in wanted) or 1
    heads: dict[str, bytes] = {}
    by_path = {file.path: file for file in planned.files}
    done, told = 0, anyio.current_time()
    for batch in _batches(wanted):
        contents = await snapshot.read(batch, max_bytes=limits.max_file_bytes)
        await _aside(len(batch), _digest, batch, contents, unsure, heads, by_path, attributes, into)
        if asked.detail != "card":
            await _scan(contents, into)
        done += sum(entry.size for entry in batch)
        if anyio.current_time() - told >= PROGRESS_S:
            told = anyio.current_time()
            await report_progress(0.2 + 0.75 * done / total, 1.0, f"{into.read} files read")
    settled = replace(planned, files=[by_path[file.path] for file in planned.files])
    into.files = await _aside(count, settle, settled, heads)
    if planned.attributes.exhausted:
        into.skip("attributes_not_applied", ".gitattributes")
        into.limited = True
    for file in into.files:
        if file.binary:
            into.skip("binary", file.path)


def _wanted(planned: Plan, asked: Wanted, limits: SurveyLimits, into: Collected) -> list[Entry]:
    """What is read whole: counted files, those whose language the bytes decide, and at depth all other text."""
    unsure = {entry.path for entry in (*planned.ambiguous, *planned.suspicious)}
    wanted: list[Entry] = []
    left = limits.max_source_bytes
    entries = {entry.path: entry for entry in into.inventory.files}
    for file in planned.files:
        deep = asked.detail != "card" and not file.binary and not file.vendored and 0 < file.size <= SMALL_BYTES
        if not (file.path in unsure or deep or (file.counted and not asked.of_names_alone)):
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
        _has_room_for_secrets(path, into)  # notes each as not searched
