"""Opens published packages: which version is meant, its file fetched and verified, read in place as an archive.

Above `pypi` and `npm`, which know how their registry names a release's file; the rest is the same for both. A file is
kept under its own hash, so that a file which was verified once is not fetched again.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from anyio import to_thread

from plumbrule.core.context import report_progress
from plumbrule.core.errors import LimitExceeded
from plumbrule.core.http import Http
from plumbrule.core.security.addresses import Resolver
from plumbrule.core.security.urls import REGISTRY_HOSTS, NetworkSettings, UrlPolicy, parse_origin, url_policy
from plumbrule.mcp_server.platforms.archives import open_archive
from plumbrule.mcp_server.platforms.fetched import FetchedFolders, fetched_key
from plumbrule.mcp_server.platforms.limits import SourceSettings
from plumbrule.mcp_server.platforms.npm import find_npm_release
from plumbrule.mcp_server.platforms.ports.snapshot import Origin, Snapshot
from plumbrule.mcp_server.platforms.pypi import find_pypi_release
from plumbrule.mcp_server.platforms.release import ReleaseFile
from plumbrule.mcp_server.platforms.remote import FETCH_SHARE
from plumbrule.mcp_server.platforms.source import PackageSource
from plumbrule.mcp_server.platforms.workspace import Workspace

FILE_REDIRECTS = 2
"""Registries send downloads on to their file hosts; each hop is judged like a new address."""

_FILE = "file"


class Packages:
    """Opens `PackageSource`s."""

    def __init__(
        self,
        network: NetworkSettings,
        settings: SourceSettings,
        workspace: Workspace,
        folders: FetchedFolders,
        resolver: Resolver,
    ) -> None:
        self._network = network
        self._settings = settings
        self._workspace = workspace
        self._folders = folders
        self._resolver = resolver
        self._policy = _registry_policy(network, settings)

    @asynccontextmanager
    async def open(self, text: str, source: PackageSource) -> AsyncGenerator[Snapshot]:
        """The snapshot of a release's file. Errors as `Sources.open`."""
        async with Http(self._network, self._policy, resolver=self._resolver) as http:
            release = await self._release(http, source)
            key = fetched_key(source.registry, release.digest.algorithm, release.digest.value)
            with self._folders.held(key) as found:
                if found is not None:
                    async with self._snapshot(text, source, release, found / _FILE) as snapshot:
                        yield snapshot
                    return
            with self._workspace.folder() as temporary:
                made = temporary / "made"
                await self._download(http, release, made)
                # Opened before it is moved: a descriptor stays good wherever the file goes.
                async with self._snapshot(text, source, release, made / _FILE) as snapshot:
                    await to_thread.run_sync(self._folders.put, key, made)
                    yield snapshot

    async def _release(self, http: Http, source: PackageSource) -> ReleaseFile:
        if source.registry == "pypi":
            return await find_pypi_release(http, self._settings.pypi_url, source.name, source.version)
        return await find_npm_release(http, self._settings.npm_url, source.name, source.version)

    async def _download(self, http: Http, release: ReleaseFile, made: Path) -> None:
        limit = self._settings.archive_max_bytes
        if release.size is not None and release.size > limit:
            raise LimitExceeded(
                f"{release.filename[:100]} is over {limit} bytes.", hint="Raise sources.archive_max_bytes to read it."
            )
        await report_progress(0.0, 1.0, f"Downloading {release.filename[:100]}")
        made.mkdir(mode=0o700)  # noqa: ASYNC240 - one system call
        with (made / _FILE).open("wb") as sink:
            await http.download(release.url, sink, max_bytes=limit, digest=release.digest, redirects=FILE_REDIRECTS)
        await report_progress(FETCH_SHARE, 1.0, f"Downloaded {release.filename[:100]}")

    @asynccontextmanager
    async def _snapshot(
        self, text: str, source: PackageSource, release: ReleaseFile, file: Path
    ) -> AsyncGenerator[Snapshot]:
        origin = Origin(text, "purl", source.name, url=release.url, version=release.version)
        async with open_archive(file, origin, self._settings.archive()) as snapshot:
            yield snapshot


def _registry_policy(network: NetworkSettings, settings: SourceSettings) -> UrlPolicy:
    """The registries' hosts; one that an operator configured is trusted as that exact origin."""
    policy = url_policy(network, REGISTRY_HOSTS)
    public = SourceSettings()
    origins = set(policy.origins)
    for url, default, setting in (
        (settings.pypi_url, public.pypi_url, "sources.pypi_url"),
        (settings.npm_url, public.npm_url, "sources.npm_url"),
    ):
        if url != default:
            scheme, _, rest = url.partition("://")
            origins.add(parse_origin(f"{scheme}://{rest.partition('/')[0]}", setting))
    return UrlPolicy(policy.hosts, frozenset(origins))
