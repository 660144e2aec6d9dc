"""Puts joint answers together: engines, a check for each ecosystem over them, the checker. `app` hands in the rest."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.cache import Cache
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.workers import Workers
from plumbrule.mcp_server.compatibility.advised import vulnerable_in
from plumbrule.mcp_server.compatibility.check import CompatibilityChecker
from plumbrule.mcp_server.compatibility.lockers import Locker, PythonLocker
from plumbrule.mcp_server.compatibility.npm_locking import NpmLocker
from plumbrule.mcp_server.compatibility.package_licences import PackageLicences
from plumbrule.mcp_server.compatibility.resolution import Resolver
from plumbrule.mcp_server.compatibility.subject import SubjectReader
from plumbrule.mcp_server.compatibility.surroundings import Surroundings, Surveys
from plumbrule.mcp_server.dependencies.advisories.asking import Advisor
from plumbrule.mcp_server.dependencies.engines.build import (
    build_npm_engine,
    build_pip_engine,
    build_uv_engine,
    build_uv_program,
)
from plumbrule.mcp_server.dependencies.joint.checking import EcosystemCheck
from plumbrule.mcp_server.dependencies.joint.npm import NpmCheck
from plumbrule.mcp_server.dependencies.joint.python import PythonCheck
from plumbrule.mcp_server.dependencies.joint.static.build import static_checks
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings
from plumbrule.mcp_server.dependencies.published.build import build_licences
from plumbrule.mcp_server.platforms.ports.advisories import Advisories
from plumbrule.mcp_server.platforms.ports.source import Sources

if TYPE_CHECKING:
    from plumbrule.mcp_server.dependencies.engines.npm import NpmEngine
    from plumbrule.mcp_server.dependencies.engines.pip import PipEngine
    from plumbrule.mcp_server.dependencies.engines.uv import UvEngine
    from plumbrule.mcp_server.dependencies.engines.uv_program import UvProgram


@dataclass(frozen=True, slots=True)
class Shared:
    """What joint answers share with the rest of the program. `folder` is where everything fetched lies."""

    sources: Sources
    workers: Workers
    cache: Cache
    surveys: Surveys
    folder: Path
    advisories: Advisories
    limits: SurveyLimits
    resolution: ResolutionSettings
    network: NetworkSettings
    pypi_url: str
    npm_url: str


class JointEngines:
    """Each made at its first use; nothing is started or contacted before the first question."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    @cached_property
    def uv_program(self) -> "UvProgram":
        shared = self._shared
        return build_uv_program(shared.resolution, shared.network, shared.pypi_url, shared.folder)

    @cached_property
    def uv_engine(self) -> "UvEngine":
        return build_uv_engine(self.uv_program, self._shared.cache, self._shared.workers)

    @cached_property
    def pip_engine(self) -> "PipEngine":
        shared = self._shared
        return build_pip_engine(shared.resolution, shared.network, shared.pypi_url, shared.folder, shared.cache)

    @cached_property
    def npm_engine(self) -> "NpmEngine":
        shared = self._shared
        return build_npm_engine(shared.resolution, shared.network, shared.npm_url, shared.folder, shared.cache)

    @cached_property
    def advisor(self) -> Advisor:
        return Advisor(self._shared.advisories if self._shared.resolution.advisories else None)

    @cached_property
    def checks(self) -> tuple[EcosystemCheck, ...]:
        python = PythonCheck(self.uv_engine, self.pip_engine, vulnerable=vulnerable_in("python", self.advisor))
        return (python, self.npm_check, *static_checks())

    @cached_property
    def npm_check(self) -> NpmCheck:
        return NpmCheck(self.npm_engine, vulnerable=vulnerable_in("javascript", self.advisor))

    @cached_property
    def checker(self) -> CompatibilityChecker:
        shared = self._shared
        reader = SubjectReader(shared.sources, shared.workers, shared.cache, shared.limits)
        return CompatibilityChecker(reader, self.checks, self.surroundings)

    @cached_property
    def surroundings(self) -> Surroundings:
        shared = self._shared
        published = build_licences(
            shared.resolution, shared.network, shared.pypi_url, shared.npm_url, shared.cache, shared.workers
        )
        return Surroundings(shared.surveys, self.advisor, PackageLicences(published))

    @cached_property
    def resolver(self) -> Resolver:
        lockers: dict[str, Locker] = {
            "python": PythonLocker(self.uv_engine),
            "javascript": NpmLocker(self.npm_engine, self.npm_check),
        }
        return Resolver(self.checker, self.checks, lockers)

    async def aclose(self) -> None:
        """End the programs that were started and stay: npm's is asked many questions."""
        if "npm_engine" in self.__dict__:
            await self.npm_engine.aclose()
