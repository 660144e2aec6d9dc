"""The licences of releases, as their registries declare them; for what no lock says.

Python: the core metadata beside the files (PEP 658), else the source distribution's own when it is small, read in a
worker. npm: the manifest of the version. A release never changes, so an answer is kept for as long as the cache keeps
anything. Who is asked first is answered first: within `wall_s` as many as that allows; the rest is unknown.
"""

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from typing import cast
from urllib.parse import quote

import anyio
import orjson

from plumbrule.core.errors import BlockedUrl, Offline, PlumbruleError, Unavailable
from plumbrule.core.http import Digest, Http
from plumbrule.core.store.cache import Cache
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.advisories.findings import Pinned
from plumbrule.mcp_server.dependencies.engines.indexes import PythonIndex
from plumbrule.mcp_server.dependencies.engines.listing import Listing, Release
from plumbrule.mcp_server.dependencies.engines.shims import Workers
from plumbrule.mcp_server.dependencies.published.metadata import licence_words, npm_licence
from plumbrule.mcp_server.platforms.ports.advisories import Silence

READ_PKG_INFO = "plumbrule.mcp_server.dependencies.published.metadata:read"
CONCURRENT = 8
MAX_METADATA_BYTES = 2 << 20
MAX_SDIST_BYTES = 2 << 20
"""Larger ones are not fetched for a line of text."""

MAX_READ_S = 5.0
REDIRECTS = 2
UNKNOWN_TTL_S = 86_400.0
"""For so long a release that tells nothing is not asked again."""

_FORM = "2"

Words = tuple[str, ...]
"""What a release declares: its licence field ("" for none), then its classifiers; empty: it declares nothing."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What releases declare; absent: nobody could tell. `silence` says why not everybody was asked."""

    words: Mapping[Pinned, Words]
    silence: Silence | None = None


class LastingHttp(Http):
    """A client that stays open when one of its borrowers is done with it; whoever made it calls `aclose`."""

    async def __aexit__(self, *_: object) -> None:
        return None


class PublishedLicences:
    """Asks the registries that the settings name. `http` makes a client, which one question shares."""

    def __init__(
        self,
        indexes: Sequence[PythonIndex],
        npm_url: str,
        cache: Cache,
        http: Callable[[], LastingHttp],
        workers: Workers | None = None,
        *,
        wall_s: float = 6.0,
        requests_per_minute: int = 600,
    ) -> None:
        self._indexes = tuple(indexes)
        self._npm_url = npm_url.rstrip("/")
        self._cache = cache
        self._http = http
        self._workers = workers
        self._wall_s = wall_s
        self._pause_s = 60 / requests_per_minute
        self._at_once = max(1, requests_per_minute // 10 - CONCURRENT)

    async def of(self, packages: Sequence[Pinned]) -> Declared:
        """What each package declares, in the order in which they should be asked.

        Nothing but cancellation is raised.
        """
        wanted = [one for one in dict.fromkeys(packages) if one.ecosystem in ("python", "javascript")]
        keys = {self._key(one): one for one in wanted}
        kept = self._cache.get_many(keys)
        known = {keys[key]: cast("list[str] | None", orjson.loads(raw)) for key, raw in kept.items()}
        found: dict[Pinned, Words] = {one: tuple(words) for one, words in known.items() if words is not None}
        missing = [one for one in wanted if one not in known]
        silent: dict[str, Silence] = {}
        if missing:
            http = self._http()
            try:
                with anyio.move_on_after(self._wall_s) as limit:
                    await self._ask(http, missing, found, silent)
            finally:
                await http.aclose()
            if limit.cancelled_caught:
                silent[""] = "limit_hit"
        return Declared({one: found[one] for one in wanted if one in found}, next(iter(silent.values()), None))

    async def _ask(
        self, http: LastingHttp, missing: list[Pinned], found: dict[Pinned, Words], silent: dict[str, Silence]
    ) -> None:
        """`silent` takes the ecosystems whose registry does not answer: the others would wait as long for the same."""
        listing = Listing(self._indexes, self._cache, lambda: http)
        limiter = anyio.CapacityLimiter(CONCURRENT)

        async def ask(one: Pinned) -> None:
            async with limiter:
                if one.ecosystem in silent:
                    return
                try:
                    if one.ecosystem == "javascript":
                        words = await self._npm(http, one)
                    else:
                        words = await self._python(http, listing, one)
                except (Unavailable, Offline, BlockedUrl) as error:
                    silent[one.ecosystem] = "offline" if isinstance(error, Offline) else "unreachable"
                    return
                except PlumbruleError:  # not there, too large, or it crashed its reader: of this one nobody knows
                    words = None
            if words is not None:
                found[one] = words
            self._cache.put(self._key(one), orjson.dumps(words), None if words is not None else UNKNOWN_TTL_S)

        async with anyio.create_task_group() as group:
            for number, one in enumerate(missing):
                if number >= self._at_once:
                    await anyio.sleep(self._pause_s)  # no faster than a host is asked
                group.start_soon(ask, one)

    async def _npm(self, http: Http, one: Pinned) -> Words | None:
        address = f"{self._npm_url}/{quote(one.name, safe='@/')}/{quote(one.version, safe='')}"
        document = await http.get_json(address, max_bytes=MAX_METADATA_BYTES)
        if not isinstance(document, dict):
            return None
        return npm_licence(cast("dict[str, object]", document))

    async def _python(self, http: Http, listing: Listing, one: Pinned) -> Words | None:
        release = next((each for each in await listing.releases(one.name) if each.version == one.version), None)
        if release is None:
            return None
        if release.metadata:
            digest = Digest("sha256", release.metadata_sha256) if release.metadata_sha256 else None
            raw = await _downloaded(http, release.metadata, MAX_METADATA_BYTES, digest)
            return licence_words(raw.decode("utf-8", "replace"))
        return await self._of_sdist(http, release)

    async def _of_sdist(self, http: Http, release: Release) -> Words | None:
        if self._workers is None or not release.sdist_sha256 or release.sdist_size > MAX_SDIST_BYTES:
            return None
        raw = await _downloaded(http, release.sdist, MAX_SDIST_BYTES, Digest("sha256", release.sdist_sha256))
        answer = await self._workers.run(READ_PKG_INFO, {"raw": raw}, limit_s=MAX_READ_S)
        return tuple(cast("list[str]", answer)) if isinstance(answer, list) else None

    def _key(self, one: Pinned) -> str:
        name = orjson.dumps([_FORM, self._npm_url if one.ecosystem == "javascript" else "", *one])
        return f"licence:{hashlib.sha256(name).hexdigest()}"


async def _downloaded(http: Http, url: str, max_bytes: int, digest: Digest | None) -> bytes:
    sink = io.BytesIO()
    await http.download(url, sink, max_bytes=max_bytes, digest=digest, redirects=REDIRECTS)
    return sink.getvalue()
