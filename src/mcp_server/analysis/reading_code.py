"""Reads what stands in every text file: from the cache where the content is known, else through the workers.

Above it lies `gathering`, which asks for this at `full`; below it `file_facts`, the worker's side. What is known about
a file is a function of its content, its name and what the attributes say of it, and is kept under these: an unchanged
file is neither read nor parsed, on any branch and in any clone. While workers parse, the next files are read; what is
under way is bounded. Whatever was finished is kept at once, so that a call cut short goes on from there the next time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b, sha1
from typing import NamedTuple, TypeVar

import anyio
import anyio.to_thread
import orjson

from plumbrule.core.context import report_progress
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.analysis.answers import lasts
from plumbrule.mcp_server.analysis.code_parser import CodeParser
from plumbrule.mcp_server.analysis.edition import edition
from plumbrule.mcp_server.analysis.languages.attributes import Attributes
from plumbrule.mcp_server.analysis.languages.detection import HEAD_BYTES, Plan, ask_neighbours, decided
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.shelf import Shelf
from plumbrule.mcp_server.analysis.syntax.facts import NOTHING_KNOWN, Facts, packed, unpacked
from plumbrule.mcp_server.analysis.syntax.grammars import Grammars
from plumbrule.mcp_server.analysis.syntax.readers import READERS
from plumbrule.mcp_server.analysis.workers import READ_FILES, Workers
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, Snapshot

WAVE_BYTES = 4_000_000
WAVE_FILES = 2_000
"""Looked up and read at once."""

TASK_BYTES = 800_000
TASK_FILES = 500
"""One round trip of a worker: a few tenths of a second, so that two workers end at nearly the same time."""

MOST_TASKS = 6
"""Under way at once, at work or waiting: bounds the memory that files wait in."""

MANY_UNKNOWN = 100
"""Files of one wave that are worth a worker each: they start while the files are read."""

PROGRESS_S = 1.0
T = TypeVar("T")


class Known(NamedTuple):
    """One file: its language as settled by its bytes, the languages that they leave open, and its facts."""

    file: FileLanguage
    candidates: tuple[str, ...]
    facts: Facts


@dataclass(slots=True)
class Reading:
    """What is known so far, by path; `unreadable` could not be read. Files that wait for their neighbours to tell
    their language are in `waiting`."""

    known: dict[str, Known] = field(default_factory=dict[str, Known])
    shelf: Shelf | None = None
    """Holds the facts of a large repository; those in `known` are then empty."""
    unreadable: list[str] = field(default_factory=list[str])
    waiting: list[Entry] = field(default_factory=list[Entry])

    def take(self, path: str, known: Known) -> None:
        """Remember what is known about a file."""
        if self.shelf is not None:
            self.shelf.put(path, known.facts)
            known = known._replace(facts=NOTHING_KNOWN)
        self.known[path] = known

    def facts(self, path: str) -> Facts:
        """The facts of a file that is known."""
        return self.known[path].facts if self.shelf is None else self.shelf[path]


class _Question(NamedTuple):
    """A file that is to be known, and the key of the answer ("" until its content is known)."""

    entry: Entry
    planned: FileLanguage
    about: str
    key: str


class CodeReader:
    """Reads the files of one snapshot. `max_file_bytes` of each at most; a file's own parsing takes `file_s` of CPU."""

    def __init__(
        self,
        snapshot: Snapshot,
        workers: Workers,
        cache: Cache,
        grammars: Grammars,
        *,
        max_file_bytes: int,
        file_s: float,
    ) -> None:
        self._snapshot = snapshot
        self._workers = workers
        self._cache = cache
        self._parser = CodeParser(workers, grammars, file_s)
        self._max_file_bytes = max_file_bytes
        self._tasks = anyio.CapacityLimiter(MOST_TASKS)

    async def read(self, wanted: Sequence[Entry], plan: Plan, into: Reading) -> None:
        """Fill `into` with every wanted file."""
        await self._read(wanted, {file.path: file for file in plan.files}, plan.attributes, into)
        if into.waiting:
            settled = await anyio.to_thread.run_sync(_settled, plan, into)
            await self._read_settled(settled, into)

    async def _read(
        self, wanted: Sequence[Entry], planned: dict[str, FileLanguage], attributes: Attributes, into: Reading
    ) -> None:
        """Every file whose language its bytes tell; the others are left `waiting`, without facts."""
        total = sum(max(entry.size, 1) for entry in wanted) or 1
        done, told = 0, anyio.current_time()
        async with anyio.create_task_group() as group:
            for wave in waves(wanted, WAVE_BYTES, WAVE_FILES, _size):
                questions = await anyio.to_thread.run_sync(_questions, wave, planned, attributes)
                await self._answer(questions, attributes, into, group.start_soon)
                done += sum(max(entry.size, 1) for entry in wave)
                if anyio.current_time() - told >= PROGRESS_S:
                    told = anyio.current_time()
                    await report_progress(0.2 + 0.7 * done / total, 1.0, f"{len(into.known)} files read")

    async def _read_settled(self, settled: Sequence[tuple[Entry, FileLanguage]], into: Reading) -> None:
        """The facts of files whose language their neighbours have told."""
        for wave in waves([entry for entry, _ in settled], WAVE_BYTES, WAVE_FILES, _size):
            files = {entry.path: file for entry, file in settled}
            contents = await self._snapshot.read(wave, max_bytes=self._max_file_bytes)
            keys = {
                entry.path: f"facts/{edition()}/{blob_id(contents[entry.path])}/{files[entry.path].language}"
                for entry in wave
                if entry.path in contents
            }
            kept = self._cache.get_many(keys.values())
            asked: list[tuple[str, str, bytes]] = []
            for path, key in keys.items():
                if key in kept:
                    into.take(path, Known(files[path], (), unpacked(kept[key])))
                else:
                    asked.append((path, files[path].language or "", contents[path]))
            async with anyio.create_task_group() as group:
                for task in waves(asked, TASK_BYTES, TASK_FILES, lambda one: len(one[2])):
                    place = object()
                    await self._tasks.acquire_on_behalf_of(place)
                    group.start_soon(self._settled_task, task, place, files, keys, into)

    async def _settled_task(
        self,
        task: list[tuple[str, str, bytes]],
        place: object,
        files: dict[str, FileLanguage],
        keys: dict[str, str],
        into: Reading,
    ) -> None:
        try:
            answers = await self._parser.facts(task)
        finally:
            self._tasks.release_on_behalf_of(place)
        for (path, _, _), facts in zip(task, answers, strict=True):
            into.take(path, Known(files[path], (), facts))
        kept = {keys[path]: packed(facts) for (path, _, _), facts in zip(task, answers, strict=True) if lasts(facts)}
        await anyio.to_thread.run_sync(self._cache.put_many, kept)

    async def _answer(
        self,
        questions: list[_Question],
        attributes: Attributes,
        into: Reading,
        start: Callable[..., object],
    ) -> None:
        left = await self._looked_up([one for one in questions if one.key], into)
        unread = [one for one in questions if not one.key]
        if not left and not unread:
            return
        if len(left) + len(unread) >= MANY_UNKNOWN:
            self._workers.prepare(READ_FILES, MOST_TASKS)
        contents = await self._snapshot.read([one.entry for one in (*left, *unread)], max_bytes=self._max_file_bytes)
        if unread:
            named = await anyio.to_thread.run_sync(_named, unread, contents, into)
            left += await self._looked_up(named, into)
        tasks = await anyio.to_thread.run_sync(self._prepared, left, contents, attributes, into)
        for task in tasks:
            place = object()
            await self._tasks.acquire_on_behalf_of(place)
            start(self._run, task, place, into)

    async def _looked_up(self, questions: list[_Question], into: Reading) -> list[_Question]:
        """The questions that the cache does not answer."""
        if not questions:
            return []
        kept = await anyio.to_thread.run_sync(self._cache.get_many, [one.key for one in questions])
        left: list[_Question] = []
        for one in questions:
            raw = kept.get(one.key)
            known = None if raw is None else _revived(one, raw)
            if known is None:
                left.append(one)
            else:
                into.take(one.entry.path, known)
                if known.candidates:
                    into.waiting.append(one.entry)
        return left

    def _prepared(
        self, questions: list[_Question], contents: Mapping[str, bytes], attributes: Attributes, into: Reading
    ) -> "list[list[tuple[_Question, Known, bytes]]]":
        """Languages by the bytes; the tasks for the workers. Files without text, or waiting, are answered here."""
        tasks: list[tuple[_Question, Known, bytes]] = []
        kept: dict[str, bytes] = {}
        for one in questions:
            raw = contents.get(one.entry.path)
            if raw is None:
                into.unreadable.append(one.entry.path)
                continue
            file, candidates = decided(one.planned, raw[:HEAD_BYTES], attributes.of(one.entry.path))
            known = Known(file, candidates, NOTHING_KNOWN)
            if file.binary or file.rule == "languages.pointer" or candidates:
                into.take(one.entry.path, known)
                kept |= _row(one, known)
                if candidates:
                    into.waiting.append(one.entry)
            else:
                tasks.append((one, known, raw))
        if kept:
            self._cache.put_many(kept)
        tasks.sort(key=lambda task: _grammar(task[1].file))
        return list(waves(tasks, TASK_BYTES, TASK_FILES, _effort))

    async def _run(self, task: "list[tuple[_Question, Known, bytes]]", place: object, into: Reading) -> None:
        try:
            answers = await self._parser.facts(
                [(one.entry.path, known.file.language or "", raw) for one, known, raw in task]
            )
        finally:
            self._tasks.release_on_behalf_of(place)
        kept: dict[str, bytes] = {}
        for (one, known, _), facts in zip(task, answers, strict=True):
            full = known._replace(facts=facts)
            into.take(one.entry.path, full)
            if lasts(facts):
                kept |= _row(one, full)
        await anyio.to_thread.run_sync(self._cache.put_many, kept)


def waves(items: Sequence[T], most_bytes: int, most: int, size: Callable[[T], int]) -> Iterator[list[T]]:
    """The items in order, in lists of at most `most` whose sizes sum to `most_bytes` or little more."""
    batch: list[T] = []
    held = 0
    for item in items:
        if batch and (held + size(item) > most_bytes or len(batch) >= most):
            yield batch
            batch, held = [], 0
        batch.append(item)
        held += size(item)
    if batch:
        yield batch


def known_before(was: Entry, planned: FileLanguage, attributes: Attributes, cache: Cache) -> Known | None:
    """What is kept of an earlier state of a file; `planned` is what its path tells."""
    about = _about(planned, attributes)
    question = _Question(was, planned._replace(size=was.size), about, _key(was.blob, about))
    raw = cache.get(question.key)
    return None if raw is None else _revived(question, raw)


def blob_id(raw: bytes) -> str:
    """The object id that git gives these bytes (SHA-1; a name, not a proof)."""
    return sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()


def _settled(plan: Plan, reading: Reading) -> list[tuple[Entry, FileLanguage]]:
    """The waiting files in their order, with the language that the repository's other files suggest."""
    known = reading.known
    files = [known[file.path].file if file.path in known else file for file in plan.files]
    places = {file.path: at for at, file in enumerate(files)}
    waiting = sorted(reading.waiting, key=lambda entry: places[entry.path])
    ask_neighbours(files, [(places[one.path], known[one.path].candidates) for one in waiting], plan.attributes)
    return [(one, files[places[one.path]]) for one in waiting]


def _size(entry: Entry) -> int:
    return max(entry.size, 0)


def _grammar(file: FileLanguage) -> str:
    """Files of one grammar go together, so that not every worker compiles the queries of all; the quick ones without a
    grammar go last, so that workers end together."""
    reader = READERS.get(file.language or "")
    return "~" if reader is None else reader.grammar


def _effort(task: "tuple[_Question, Known, bytes]") -> int:
    """The bytes that are parsed: what is only searched takes a tenth of the time."""
    size = len(task[2])
    return size if task[1].file.language in READERS else size // 4


def _questions(wave: list[Entry], planned: Mapping[str, FileLanguage], attributes: Attributes) -> list[_Question]:
    made: list[_Question] = []
    for entry in wave:
        file = planned[entry.path]
        about = _about(file, attributes)
        made.append(_Question(entry, file, about, _key(entry.blob, about) if entry.blob else ""))
    return made


def _about(file: FileLanguage, attributes: Attributes) -> str:
    """A digest of everything but the content that decides what is known: name, what the path tells, attributes."""
    name = file.path.rpartition("/")[2]
    said = attributes.of(file.path)
    parts = repr((name, file[2:], said)).encode("utf-8", "surrogatepass")
    return blake2b(parts, digest_size=8).hexdigest()


def _key(blob: str, about: str) -> str:
    return f"file/{edition()}/{blob}/{about}"


def _named(questions: list[_Question], contents: Mapping[str, bytes], into: Reading) -> list[_Question]:
    """The questions with keys, now that the content is known."""
    named: list[_Question] = []
    for one in questions:
        raw = contents.get(one.entry.path)
        if raw is None:
            into.unreadable.append(one.entry.path)
        else:
            named.append(one._replace(key=_key(blob_id(raw), one.about)))
    return named


def _row(one: _Question, known: Known) -> dict[str, bytes]:
    """The answer as it is kept; nothing for one whose words no JSON takes."""
    file = known.file
    told: list[object] = [file.language, file.group, file.type, file.vendored, file.generated, file.documentation]
    told += [file.binary, file.counted, file.rule, file.detail]
    try:
        return {one.key: orjson.dumps([told, known.candidates]) + b"\n" + packed(known.facts)}
    except TypeError:  # a lone surrogate in the name's ending
        return {}


def _revived(one: _Question, raw: bytes) -> Known | None:
    """The way back from `_row`; None for what cannot be read."""
    head, _, body = raw.partition(b"\n")
    try:
        told, candidates = orjson.loads(head)
        return Known(FileLanguage(one.entry.path, one.planned.size, *told), tuple(candidates), unpacked(body))
    except (ValueError, TypeError):
        return None
