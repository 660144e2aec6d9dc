"""What the claims about compatibility share: repositories in memory read as real ones are, and a kept uv."""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from plumbrule.core.facts import Skipped
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.mcp_server.analysis.asking import asked_by
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.dependencies.engines.build import build_uv_engine, build_uv_program
from plumbrule.mcp_server.dependencies.engines.uv import UvEngine
from plumbrule.mcp_server.dependencies.joint.asks import Subject
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, Origin

PYPI = "https://pypi.org/simple"
NETWORK = NetworkSettings(extra_origins=("https://pypi.org", "https://files.pythonhosted.org"))
"""Also where these names lead to a mirror of the house."""


class InProcess:
    """Runs what workers run, here: these repositories are ours."""

    async def run(self, target: str, payload: object, *, limit_s: float | None = None) -> object:
        module, _, name = target.partition(":")
        return getattr(importlib.import_module(module), name)(payload)


class InMemory:
    """A repository of a few manifests (`platforms/ports/snapshot.Snapshot`, as far as manifests need it)."""

    def __init__(self, name: str, files: Mapping[str, str]) -> None:
        self._files = {path: text.encode() for path, text in files.items()}
        self.entries: Sequence[Entry] = [Entry(path, len(raw), "file", "") for path, raw in sorted(self._files.items())]
        self.skipped: Sequence[Skipped] = ()
        self.origin = Origin(f"./{name}", "path", name)

    async def read(self, wanted: Iterable[Entry], *, max_bytes: int) -> Mapping[str, bytes]:
        return {one.path: self._files[one.path][:max_bytes] for one in wanted}


async def subject(name: str, files: Mapping[str, str]) -> Subject:
    """A repository read as the compatibility check reads it."""
    cache = MemoryCache(1000, 50_000_000)
    found = await asked_by(InMemory(name, files), InProcess(), cache, SurveyLimits())  # type: ignore[arg-type] # partly
    return Subject(name, found.joined, found.runtimes, found.published)


class Unanswered(MemoryCache):
    """Keeps what was fetched, and no answer of an engine: each question is put again."""

    def get(self, key: str) -> bytes | None:
        return None if key.startswith("joint:") else super().get(key)


def fetched() -> MemoryCache:
    """A cache for several engines, one after the other."""
    return Unanswered(10_000, 500_000_000)


def engine(folder: Path, cache: MemoryCache) -> UvEngine:
    """A uv that keeps what it fetched in `folder` and `cache`, and remembers no answer beyond this instance."""
    program = build_uv_program(ResolutionSettings(), NETWORK, PYPI, folder)
    return build_uv_engine(program, cache, InProcess())
