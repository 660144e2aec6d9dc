"""A repository in memory that obeys the snapshot port, and a surveyor over it with our real workers and cache."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from plumbrule.core.facts import Skipped
from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.workers import WorkerPool
from plumbrule.mcp_server.analysis.aspects import Detail
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.analysis.survey import Surveyor
from plumbrule.mcp_server.platforms.ports.snapshot import Activity, Change, Entry, LogEnd, Origin, Tag


class MemorySnapshot:
    """Files in memory. `content_id` "" means that the content's identity is not known cheaply."""

    def __init__(
        self,
        files: Mapping[str, bytes | str],
        *,
        content_id: str = "",
        links: Mapping[str, str] | None = None,
        submodules: Sequence[str] = (),
        activity: Activity | None = None,
        name: str = "demo",
        commit: str | None = None,
    ) -> None:
        self._files = {path: raw.encode() if isinstance(raw, str) else raw for path, raw in files.items()}
        links = links or {}
        entries = [Entry(path, len(raw), "file", "") for path, raw in self._files.items()]
        entries += [Entry(path, len(target), "symlink", "") for path, target in links.items()]
        entries += [Entry(path, 0, "submodule", "") for path in submodules]
        self.entries: Sequence[Entry] = sorted(entries, key=lambda one: one.path.encode("utf-8", "surrogateescape"))
        self.skipped: Sequence[Skipped] = ()
        self.origin = Origin("./demo", "path", name, commit=commit, content_id=content_id)
        self._links = {path: target.encode() for path, target in links.items()}
        self._activity = activity
        self.read_paths: list[str] = []
        self.missing: set[str] = set()
        self.changes: list[Change] = []
        self.tagged: list[Tag] = []

    async def read(self, wanted: Iterable[Entry], *, max_bytes: int) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {}
        for entry in wanted:
            self.read_paths.append(entry.path)
            raw = self._files.get(entry.path, self._links.get(entry.path))
            if raw is not None and entry.path not in self.missing:
                found[entry.path] = raw[:max_bytes]
        return found

    async def activity(self) -> Activity | None:
        return self._activity

    async def log(self, take: Callable[[Change], None], *, max_commits: int, max_s: float) -> LogEnd | None:
        for change in self.changes[:max_commits]:
            take(change)
        return ("whole" if len(self.changes) <= max_commits else "cut") if self.changes else None

    async def tags(self) -> Sequence[Tag]:
        return self.tagged


class MemorySources:
    """Every source is the one snapshot."""

    def __init__(self, snapshot: MemorySnapshot) -> None:
        self.snapshot = snapshot
        self.opened = 0

    @asynccontextmanager
    async def open(self, source: str) -> AsyncIterator[MemorySnapshot]:
        self.opened += 1
        yield self.snapshot


class Surveys:
    """Surveys snapshots in memory with one pool of workers."""

    def __init__(self, pool: WorkerPool) -> None:
        self.pool = pool
        self.cache = MemoryCache(10_000, 50_000_000)

    def surveyor(self, snapshot: MemorySnapshot, limits: SurveyLimits | None = None) -> Surveyor:
        return Surveyor(MemorySources(snapshot), self.cache, self.pool, limits)

    async def of(
        self,
        files: Mapping[str, bytes | str] | MemorySnapshot,
        *,
        detail: Detail = "summary",
        limits: SurveyLimits | None = None,
    ) -> RepositoryReport:
        snapshot = files if isinstance(files, MemorySnapshot) else MemorySnapshot(files)
        return await self.surveyor(snapshot, limits).survey("./demo", detail=detail)


@pytest.fixture
async def surveys() -> AsyncIterator[Surveys]:
    async with WorkerPool() as pool:
        yield Surveys(pool)


@pytest.fixture
def memory_snapshot() -> type[MemorySnapshot]:
    return MemorySnapshot
