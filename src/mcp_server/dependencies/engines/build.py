"""The engines that the settings ask for, put together; nothing is written or asked before the first question."""

from base64 import b64encode
from functools import partial
from pathlib import Path

from plumbrule.core.clock import SYSTEM_CLOCK, Clock
from plumbrule.core.http import Http
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.dependencies.engines.indexes import index_policy, python_indexes
from plumbrule.mcp_server.dependencies.engines.listing import Listing
from plumbrule.mcp_server.dependencies.engines.npm import NpmEngine
from plumbrule.mcp_server.dependencies.engines.npm_program import NpmProgram
from plumbrule.mcp_server.dependencies.engines.pip import PipEngine
from plumbrule.mcp_server.dependencies.engines.shims import StandIns, Workers
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


def build_uv_engine(
    program: UvProgram, cache: Cache, workers: Workers | None = None, clock: Clock = SYSTEM_CLOCK
) -> UvEngine:
    """The oracle for Python. Without `workers` no source distribution is read: what needs it is unknown then."""
    policy = index_policy(program.network, program.indexes)
    http = partial(Http, program.network, policy, credentials=_credentials(program))
    listing = Listing(program.indexes, cache, http, clock)
    return UvEngine(program, cache, clock, listing=listing, stand_ins=StandIns(listing, cache, http, workers))


def build_pip_engine(
    settings: ResolutionSettings,
    network: NetworkSettings,
    pypi_url: str,
    cache_folder: Path,
    cache: Cache,
    clock: Clock = SYSTEM_CLOCK,
) -> PipEngine:
    """The second opinion on Python, asked on request."""
    indexes = python_indexes(pypi_url, settings.indexes, settings.index_credentials)
    return PipEngine(settings, network, indexes, cache_folder / "pip", cache, clock)


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


def _credentials(program: UvProgram) -> dict[str, str]:
    """What opens a private index to our own client."""
    return {
        one.origin: "Basic " + b64encode(f"{one.user}:{one.password}".encode()).decode()
        for one in program.indexes
        if one.user
    }
