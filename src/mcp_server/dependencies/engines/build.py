"""The engines that the settings ask for, put together; nothing is written or asked before the first question."""

from pathlib import Path

from plumbrule.core.clock import SYSTEM_CLOCK, Clock
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.dependencies.engines.indexes import python_indexes
from plumbrule.mcp_server.dependencies.engines.npm import NpmEngine
from plumbrule.mcp_server.dependencies.engines.npm_program import NpmProgram
from plumbrule.mcp_server.dependencies.engines.uv import UvEngine
from plumbrule.mcp_server.dependencies.engines.uv_program import UvProgram
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings


def build_uv_program(
    settings: ResolutionSettings, network: NetworkSettings, pypi_url: str, cache_folder: Path
) -> UvProgram:
    """The one uv of this process, for the oracle and for locks.

    `cache_folder` is where everything fetched lies; a folder of its own is made in it.

    Raises:
        ConfigurationError: an index or a credential is malformed.
    """
    indexes = python_indexes(pypi_url, settings.indexes, settings.index_credentials)
    return UvProgram(settings, network, indexes, cache_folder / "uv")


def build_uv_engine(program: UvProgram, cache: Cache) -> UvEngine:
    """The oracle for Python."""
    return UvEngine(program, cache)


def build_npm_engine(
    settings: ResolutionSettings,
    network: NetworkSettings,
    npm_url: str,
    cache_folder: Path,
    cache: Cache,
    clock: Clock = SYSTEM_CLOCK,
) -> NpmEngine:
    """The oracle for npm, and what writes its locks. Its `aclose` ends the program that it may have started.

    Raises:
        ConfigurationError: the registry's address is malformed.
    """
    return NpmEngine(NpmProgram(settings, network, npm_url, cache_folder / "npm"), cache, clock)
