"""The engines and the tools over them, each imported and made when somebody asks: a card needs one and no tool.

Part of the composition root: `app` hands in what they share.
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.core.store.cache import Cache
from plumbrule.core.workers import WorkerPool
from plumbrule.mcp_server.analysis.survey import Surveyor
from plumbrule.mcp_server.analysis.syntax.grammars import Grammars
from plumbrule.mcp_server.platforms.ports.advisories import Advisories
from plumbrule.mcp_server.platforms.ports.snapshot import Snapshot
from plumbrule.mcp_server.platforms.ports.source import Sources
from plumbrule.mcp_server.settings import Settings

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.changes.comparer import Comparer
    from plumbrule.mcp_server.analysis.mapping.keeping import Opened
    from plumbrule.mcp_server.analysis.mapping.mapper import Mapper
    from plumbrule.mcp_server.compatibility.build import JointEngines
    from plumbrule.mcp_server.compatibility.check import CompatibilityChecker
    from plumbrule.mcp_server.compatibility.resolution import Resolver
    from plumbrule.mcp_server.tools.spec import PublishedTool


class LazyEngines:
    """One object for each engine, made at its first use."""

    def __init__(
        self,
        settings: Settings,
        sources: Sources,
        surveyor: Surveyor,
        cache: Cache,
        workers: WorkerPool,
        grammars: Grammars,
        folder: Path,
        advisories: Advisories,
    ) -> None:
        self.surveyor = surveyor
        self._settings = settings
        self._sources = sources
        self._cache = cache
        self._workers = workers
        self._grammars = grammars
        self._folder = folder
        self._advisories = advisories

    @cached_property
    def mapper(self) -> "Mapper":
        from plumbrule.mcp_server.analysis.mapping.mapper import Mapper

        return Mapper(self._sources, self._cache, self._made_index)

    async def _made_index(self, snapshot: Snapshot, key: str) -> "Opened":
        """Reads a repository for a map; its room is imported when there is something to read."""
        from plumbrule.mcp_server.analysis.mapping.making import Maker

        return await Maker(self._cache, self._workers, self._settings.survey, self._grammars).made(snapshot, key)

    @cached_property
    def comparer(self) -> "Comparer":
        from plumbrule.mcp_server.analysis.changes.comparer import Comparer

        return Comparer(self._sources, self.surveyor)

    @cached_property
    def joint(self) -> "JointEngines":
        from plumbrule.mcp_server.compatibility.build import JointEngines, Shared

        settings = self._settings
        return JointEngines(
            Shared(
                sources=self._sources,
                workers=self._workers,
                cache=self._cache,
                surveys=self.surveyor,
                folder=self._folder,
                advisories=self._advisories,
                limits=settings.survey,
                resolution=settings.resolution,
                network=settings.network,
                pypi_url=settings.sources.pypi_url,
                npm_url=settings.sources.npm_url,
            )
        )

    @property
    def checker(self) -> "CompatibilityChecker":
        return self.joint.checker

    @property
    def resolver(self) -> "Resolver":
        return self.joint.resolver

    async def aclose(self) -> None:
        """End what was started for joint answers."""
        if "joint" in self.__dict__:
            await self.joint.aclose()

    @cached_property
    def tools(self) -> "tuple[PublishedTool, ...]":
        from plumbrule.mcp_server.tools.catalog import Engines, all_tools

        return all_tools(Engines(self.surveyor, self.comparer, self.mapper, self.checker, self.resolver))
