"""Puts the adapters together: from what the caller typed to an open snapshot. The one module that names them all."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from plumbrule.core.errors import InvalidArgument, PlumbruleError, Unsupported
from plumbrule.core.security.paths import PathPolicy, admit
from plumbrule.core.security.urls import NetworkSettings, url_policy
from plumbrule.mcp_server.platforms.limits import SourceSettings
from plumbrule.mcp_server.platforms.local import LocalSources
from plumbrule.mcp_server.platforms.ports.snapshot import Snapshot
from plumbrule.mcp_server.platforms.ports.source import Sources
from plumbrule.mcp_server.platforms.source import GitSource, PathSource, parse_source
from plumbrule.mcp_server.platforms.workspace import Workspace


def build_sources(
    settings: SourceSettings,
    network: NetworkSettings,
    *,
    paths: PathPolicy,
    cache_folder: Path,
    now_s: Callable[[], float] = time.time,
) -> Sources:
    """Sources over the real world.

    `paths` says which local paths may be named: `roots=None` for the command line, the configured roots on stdio,
    none over HTTP. `cache_folder` is ours alone; fetched repositories and temporary folders live in it.

    Raises:
        ConfigurationError: a setting is no host, origin or token.
    """
    workspace = Workspace(cache_folder / "tmp")
    local = LocalSources(paths, workspace, settings.local(), settings.archive(), now_s)
    return _Sources(local, paths, network)


class _Sources:
    def __init__(self, local: LocalSources, paths: PathPolicy, network: NetworkSettings) -> None:
        self._local = local
        self._paths = paths
        self._urls = url_policy(network)

    @asynccontextmanager
    async def open(self, source: str) -> AsyncIterator[Snapshot]:
        """See the port."""
        wanted = parse_source(source, self._urls)
        if isinstance(wanted, GitSource) and wanted.short:
            self._refuse_ambiguous(source)
        if not isinstance(wanted, PathSource):
            raise Unsupported("Remote sources are not read yet.", hint="Clone it and name the folder.")
        async with self._local.open(wanted.text) as snapshot:
            yield snapshot

    def _refuse_ambiguous(self, source: str) -> None:
        """`owner/name` is GitHub, unless a folder of that name lies here: then nobody can tell what was meant."""
        if self._paths.cwd is None or self._paths.roots == ():
            return
        name = source.partition("@")[0]
        try:
            admit(f"./{name}", self._paths)
        except PlumbruleError:
            return
        raise InvalidArgument(
            f"'{name}' is a folder here, and could be a repository on GitHub.",
            hint=f"Write ./{source} for the folder or https://github.com/{name} for the repository.",
            retry_with={"source": f"./{source}"},
        )
