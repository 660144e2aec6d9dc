"""What manifests and locks say about dependencies, through the worker processes and kept by content.

Above it lies `gathering`, which asks for this at `full` only: a card never opens a lock. Below it lies
`dependencies/readers` (the worker's side). A requirements file may name others: those inside the tree are read
too, round by round.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

from plumbrule.core.errors import WorkerCrashed
from plumbrule.core.store.cache import Cache
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.edition import edition
from plumbrule.mcp_server.analysis.inventory import Inventory, is_aside, is_material, is_of_tests
from plumbrule.mcp_server.analysis.workers import Workers
from plumbrule.mcp_server.dependencies.readers import CONSTRAINING, INCLUDED, reader_of, results
from plumbrule.mcp_server.dependencies.requirement import Reading, unpacked
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, Snapshot

TARGET = "plumbrule.mcp_server.dependencies.readers:read"

MAX_LOCK_BYTES = 32_000_000
"""The largest locks of known monorepos have 3 to 10 MB; a larger file is named and not read."""

BATCH_BYTES = 4_000_000
BATCH_FILES = 500
FILE_S = 8.0
BATCH_S = 20.0
START_S = 10.0
"""Seconds of CPU: a 5 MB lock takes half a second."""

MAX_FILES = 5_000
MAX_INCLUDE_ROUNDS = 8
MAX_INCLUDED = 200

_NOT_KEPT = frozenset(("crashed", "too_slow"))


@dataclass(frozen=True, slots=True)
class Sought:
    """One file that a reader answers for."""

    entry: Entry
    ecosystem: str
    reader: str


def sought(inventory: Inventory) -> list[Sought]:
    """The files whose dependencies are the project's: its own manifests, test projects, documentation's requirements.

    Fixtures, examples, templates and other people's code depend on what they like. In order of depth, then path.
    """
    found: list[Sought] = []
    for entry in inventory.files:
        row = reader_of(entry.path)
        if row is not None and belongs(entry.path, row[0]):
            found.append(Sought(entry, *row))
    found.sort(key=lambda one: (one.entry.path.count("/"), one.entry.path))
    return found


_BUILT = frozenset(("dotnet", "jvm"))
"""Ecosystems whose test folders hold modules of the build."""


_TEMPLATE = re.compile(
    r"(?i)(?:^|/)(?:_?templates?[-_][\w-]+|[\w-]+[-_]templates?|__typings__|cookiecutter[\w-]*|\{\{)/?"
)
_HIDDEN_FOLDER = re.compile(r"(?:^|/)\.[^/]+/")
_TOOLS = (".github/", ".forgejo/", ".gitea/", ".circleci/", ".devcontainer/", ".config/")
"""Hidden folders whose manifests are read by the tools that they belong to."""


def belongs(path: str, ecosystem: str) -> bool:
    """Whether a manifest's dependencies are the project's."""
    if _HIDDEN_FOLDER.search(path) and not path.startswith(_TOOLS):
        return False
    if not is_aside(path) and not _TEMPLATE.search(path):
        return True
    if is_material(path) or _TEMPLATE.search(path):
        return False
    if ecosystem in _BUILT:
        return is_of_tests(path)
    return path.count("/") == 1 or (path.count("/") == 2 and "/requirements/" in path)


async def read_dependencies(
    snapshot: Snapshot, inventory: Inventory, texts: Mapping[str, bytes], workers: Workers, cache: Cache
) -> dict[str, Reading]:
    """Readings by path, in the order of `sought`; `texts` holds what was read of the files before."""
    wanted = sought(inventory)
    files = {entry.path: entry for entry in inventory.files}
    readings: dict[str, Reading] = {}
    for one in wanted[MAX_FILES:]:
        readings[one.entry.path] = Reading(fault="over_limit")
    wanted = wanted[:MAX_FILES]
    for _ in range(MAX_INCLUDE_ROUNDS):
        bytes_by_path = await _bytes(snapshot, wanted, texts)
        readings.update(await _read(wanted, bytes_by_path, workers, cache))
        wanted = _included(readings, files)
        if not wanted:
            break
    return readings


async def _bytes(snapshot: Snapshot, wanted: list[Sought], texts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Their bytes; a file that was cut when it was read before is read again."""
    known = {
        one.entry.path: texts[one.entry.path]
        for one in wanted
        if one.entry.path in texts and len(texts[one.entry.path]) == one.entry.size
    }
    missing = [one.entry for one in wanted if one.entry.path not in known and one.entry.size <= MAX_LOCK_BYTES]
    if missing:
        known.update(await snapshot.read(missing, max_bytes=MAX_LOCK_BYTES))
    return known


async def _read(wanted: list[Sought], texts: Mapping[str, bytes], workers: Workers, cache: Cache) -> dict[str, Reading]:
    readings: dict[str, Reading] = {}
    pending: list[tuple[Sought, str]] = []
    for one in wanted:
        raw = texts.get(one.entry.path)
        if raw is None:
            fault = "too_large" if one.entry.size > MAX_LOCK_BYTES else "unreadable"
            readings[one.entry.path] = Reading(fault=fault)
            continue
        key = _key(one, raw)
        kept = cache.get(key)
        if kept is not None:
            readings[one.entry.path] = unpacked(kept)
        else:
            readings[one.entry.path] = Reading()  # keeps the order of `wanted`
            pending.append((one, key))
    for batch in _batches(pending, texts):
        given = await _given([one for one, _ in batch], texts, workers)
        for (one, key), packed in zip(batch, given, strict=True):
            reading = readings[one.entry.path] = unpacked(packed)
            if reading.fault not in _NOT_KEPT:
                cache.put(key, packed)
    return readings


def _key(one: Sought, raw: bytes) -> str:
    name = one.entry.path.rpartition("/")[2]
    digest = sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return f"asked/{edition()}/{one.reader}/{sha256(raw).hexdigest()}/{digest}"


def _batches(pending: list[tuple[Sought, str]], texts: Mapping[str, bytes]) -> Iterable[list[tuple[Sought, str]]]:
    batch: list[tuple[Sought, str]] = []
    size = 0
    for one in pending:
        length = len(texts[one[0].entry.path])
        if batch and (size + length > BATCH_BYTES or len(batch) >= BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += length
    if batch:
        yield batch


async def _given(batch: list[Sought], texts: Mapping[str, bytes], workers: Workers) -> list[bytes]:
    """The batch's packed readings; when the worker dies, both halves again, so that only one file is lost."""
    files = [[one.entry.path.rpartition("/")[2], one.reader, texts[one.entry.path]] for one in batch]
    try:
        payload = {"files": files, "file_limit_s": FILE_S, "batch_limit_s": BATCH_S}
        given = await workers.run(TARGET, payload, limit_s=BATCH_S + START_S)
    except WorkerCrashed:
        if len(batch) == 1:
            return [CRASHED]
        middle = len(batch) // 2
        first = await _given(batch[:middle], texts, workers)
        return first + await _given(batch[middle:], texts, workers)
    assert isinstance(given, bytes)
    return results(given)


CRASHED = b'[[],[],[],[],[],"crashed",0]'


def _included(readings: Mapping[str, Reading], files: Mapping[str, Entry]) -> list[Sought]:
    """Files of the tree that includes name and nobody has read yet."""
    found: dict[str, Sought] = {}
    for path, reading in readings.items():
        for kind, row in (("include", INCLUDED), ("constraints", CONSTRAINING)):
            for fact in reading.of(kind):
                target = inside(path, fact.name)
                if target and target in files and target not in readings and len(found) < MAX_INCLUDED:
                    found.setdefault(target, Sought(files[target], *row))
    return [found[path] for path in sorted(found)]


def inside(path: str, name: str) -> str:
    """Where `name` leads from the file at `path`, "" when that is outside of the tree or no path of it at all."""
    if not name or "://" in name or "\\" in name or "$" in name or name.startswith(("/", "~", "git@")):
        return ""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    return "" if target.startswith("..") or target == "." else target
