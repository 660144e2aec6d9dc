"""Puts the adapters together: from what the caller typed to an open snapshot. The one module that names them all."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from plumbrule.core.errors import InvalidArgument, PlumbruleError
from plumbrule.core.security.paths import PathPolicy, admit
from plumbrule.core.security.urls import NetworkSettings, UrlPolicy, url_policy
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.platforms.limits import SourceSettings
from plumbrule.mcp_server.platforms.local import LocalSources
from plumbrule.mcp_server.platforms.ports.advisories import Advisories, Coordinates, Reported
from plumbrule.mcp_server.platforms.ports.snapshot import Snapshot
from plumbrule.mcp_server.platforms.ports.source import Sources
from plumbrule.mcp_server.platforms.source import GitSource, PathSource, parse_source
from plumbrule.mcp_server.platforms.workspace import Workspace

if TYPE_CHECKING:
    from plumbrule.core.security.addresses import Resolver
    from plumbrule.mcp_server.platforms.checkout import Checkout
    from plumbrule.mcp_server.platforms.fetched import FetchedFolders
    from plumbrule.mcp_server.platforms.packages import Packages

PUBLIC = SourceSettings()
PACKAGES_SHARE = 4
"""Packages are files of a few megabytes: a quarter of what is kept is theirs, the rest the repositories'."""


def build_sources(
    settings: SourceSettings,
    network: NetworkSettings,
    *,
    paths: PathPolicy,
    cache_folder: Path,
    resolver: "Resolver | None" = None,
    cache: Cache | None = None,
) -> Sources:
    """Sources over the real world. Nothing is opened, written or contacted before the first source is.

    `paths` says which local paths may be named: `roots=None` for the command line, the configured roots on stdio
    (`stdio_roots`), none over HTTP. `cache_folder` is ours alone: fetched repositories and packages are kept in it,
    and what a crash left behind in it is swept at the first use. `resolver` looks up host names.
    `cache` remembers the trees of commits.

    Raises:
        ConfigurationError: a setting is no host, origin or token.
    """
    workspace = Workspace(cache_folder / "tmp")
    local = LocalSources(paths, workspace, settings.local(), settings.archive(), cache)
    urls = url_policy(network)
    if settings.tokens or settings.pypi_url != PUBLIC.pypi_url or settings.npm_url != PUBLIC.npm_url:
        _remote_adapters(settings, network, workspace, cache_folder, resolver)  # so that a bad setting stops the start
    return _Sources(
        local,
        lambda: _remote_adapters(settings, network, workspace, cache_folder, resolver),
        workspace,
        paths,
        urls,
    )


def build_advisories(settings: SourceSettings, network: NetworkSettings, cache: Cache) -> Advisories:
    """The database of known vulnerabilities that the settings name. Nothing is contacted before the first question.

    Raises:
        ConfigurationError: `sources.osv_url` is no address of one.
    """
    lazy = _LazyAdvisories(settings, network, cache)
    if settings.osv_url != PUBLIC.osv_url:
        lazy.made()  # so that a bad setting stops the start
    return lazy


class _LazyAdvisories:
    """Imports the client of the web when somebody asks: 15 ms that nobody else should pay."""

    def __init__(self, settings: SourceSettings, network: NetworkSettings, cache: Cache) -> None:
        self._parts = (settings, network, cache)
        self._made: Advisories | None = None

    def made(self) -> Advisories:
        if self._made is None:
            from plumbrule.mcp_server.platforms.osv import OsvAdvisories

            settings, network, cache = self._parts
            self._made = OsvAdvisories(network, cache, url=settings.osv_url)
        return self._made

    async def reported(self, packages: Sequence[Coordinates]) -> Reported:
        """See the port."""
        return await self.made().reported(packages)


def _remote_adapters(
    settings: SourceSettings,
    network: NetworkSettings,
    workspace: Workspace,
    cache_folder: Path,
    resolver: "Resolver | None",
) -> "tuple[Checkout, Packages]":
    """The adapters that need a network. Their imports cost 15 ms, which a local source should not pay."""
    from plumbrule.core.security.addresses import SystemResolver
    from plumbrule.mcp_server.platforms.checkout import Checkout
    from plumbrule.mcp_server.platforms.credentials import parse_tokens
    from plumbrule.mcp_server.platforms.packages import Packages
    from plumbrule.mcp_server.platforms.remote import RemoteGit

    resolve = resolver or SystemResolver()
    clone = settings.clone()
    kept = fetched_folders(settings, cache_folder)
    checkout = Checkout(
        RemoteGit(network, clone, resolve),
        workspace,
        kept["repositories"],
        parse_tokens(settings.tokens),
        settings.local(),
        anyio.Semaphore(clone.concurrent),
    )
    return checkout, Packages(network, settings, workspace, kept["packages"], resolve)


def fetched_folders(settings: SourceSettings, cache_folder: Path) -> "dict[str, FetchedFolders]":
    """What was fetched and is kept, by kind: for `build_sources`, and for looking at it and clearing it."""
    from plumbrule.mcp_server.platforms.fetched import FetchedFolders

    for_packages = settings.cache_max_bytes // PACKAGES_SHARE
    return {
        "repositories": FetchedFolders(cache_folder / "repositories", settings.cache_max_bytes - for_packages),
        "packages": FetchedFolders(cache_folder / "packages", for_packages),
    }


def stdio_roots(settings: SourceSettings, home: Path) -> tuple[Path, ...]:
    """The folders that `sources.roots` names; a relative one has no meaning and is left out."""
    named = (
        home / root[2:] if root.startswith("~/") else home if root == "~" else Path(root) for root in settings.roots
    )
    return tuple(root for root in named if root.is_absolute())


class _Sources:
    def __init__(
        self,
        local: LocalSources,
        make_remote: "Callable[[], tuple[Checkout, Packages]]",
        workspace: Workspace,
        paths: PathPolicy,
        urls: UrlPolicy,
    ) -> None:
        self._local = local
        self._make_remote = make_remote
        self._remote: tuple[Checkout, Packages] | None = None
        self._workspace = workspace
        self._paths = paths
        self._urls = urls
        self._swept = False

    @asynccontextmanager
    async def open(self, source: str) -> AsyncGenerator[Snapshot]:
        """See the port."""
        if not self._swept:
            self._swept = True
            await to_thread.run_sync(self._workspace.sweep)
        async with self._opened(source) as snapshot:
            yield snapshot

    def _opened(self, text: str) -> AbstractAsyncContextManager[Snapshot]:
        wanted = parse_source(text, self._urls)
        if isinstance(wanted, PathSource):
            return self._local.open(wanted.text)
        if isinstance(wanted, GitSource) and wanted.short:
            self._refuse_ambiguous(text)
        if self._remote is None:
            self._remote = self._make_remote()
        checkout, packages = self._remote
        return checkout.open(text, wanted) if isinstance(wanted, GitSource) else packages.open(text, wanted)

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
