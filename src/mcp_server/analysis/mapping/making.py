"""Makes the index of a map from a repository: reads the facts of all files, and keeps what came of it.

Below it: `gathering`, which takes the facts of unchanged files from the cache. Above it: `mapper`.
"""

import anyio
import anyio.to_thread

from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.analysis.aspects import Wanted
from plumbrule.mcp_server.analysis.collected import Collected, Tools
from plumbrule.mcp_server.analysis.deadlines import soft_deadline
from plumbrule.mcp_server.analysis.gathering import gather
from plumbrule.mcp_server.analysis.graph.roles import parts_of
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.mapping.index import MappedSource, build
from plumbrule.mcp_server.analysis.mapping.keeping import Opened, kept
from plumbrule.mcp_server.analysis.model import wire
from plumbrule.mcp_server.analysis.report_frame import coverage_of
from plumbrule.mcp_server.analysis.syntax.grammars import Grammars
from plumbrule.mcp_server.analysis.words import place
from plumbrule.mcp_server.analysis.workers import Workers
from plumbrule.mcp_server.platforms.ports.snapshot import Snapshot

WANTED = Wanted("full", frozenset(("symbols",)))

OWN = frozenset(("source", "tooling"))


class Maker:
    """Makes indexes; its `made` is what `Mapper` calls."""

    def __init__(self, cache: Cache, workers: Workers, limits: SurveyLimits, grammars: Grammars) -> None:
        self._cache = cache
        self._tools = Tools(workers, cache, limits, grammars)

    async def made(self, snapshot: Snapshot, key: str) -> Opened:
        """The index of a snapshot, kept under `key` when it is whole and the key is not ""."""
        collected = Collected()
        with anyio.CancelScope(deadline=soft_deadline(len(snapshot.entries))):
            await gather(snapshot, WANTED, self._tools, collected)
        return await anyio.to_thread.run_sync(self._indexed, snapshot, collected, key)

    def _indexed(self, snapshot: Snapshot, collected: Collected, key: str) -> Opened:
        coverage = coverage_of(snapshot, "card", collected)
        files = {file.path: file for file in collected.files}
        parts = parts_of(files)
        packed, _ = collected.facts(sorted(collected.known_paths()))
        sources = [
            MappedSource(place(path), parts.get(path) in OWN, facts.symbols, facts.refs)
            for path, facts in packed.items()
            if parts.get(path) != "vendored"
        ]
        key = key if coverage.complete else ""
        return kept(build(sources), wire(coverage), self._cache, key, finished=collected.finished)
