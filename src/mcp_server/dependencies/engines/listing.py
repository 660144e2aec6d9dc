"""What an index lists of a package: its releases with what can be known without opening a file (PEP 503, 691, 700).

Asked through our own web client, distilled, and remembered for as long as the index says. Below: `indexes`. Above:
`uv` (which releases have no wheel, which versions exist), `shims`.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urljoin

import orjson
from anyio import to_thread

from plumbrule.core.clock import SYSTEM_CLOCK, Clock
from plumbrule.core.errors import NotFound, PlumbruleError
from plumbrule.core.http import Answer, Http
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.dependencies.engines.indexes import PythonIndex

if TYPE_CHECKING:
    from packaging.version import Version

ACCEPTED = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.2, text/html; q=0.1"
MAX_INDEX_BYTES = 64 << 20
REDIRECTS = 2
FRESH_S = 600.0
PAUSE_S = 15.0
FORM = "1"

_SDISTS = (".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz")


class Release(NamedTuple):
    """One version. `uploaded` is the earliest time of a file ("" where the index does not say).

    `sdist` is its URL and `sdist_sha256` what it must hash to. `metadata` is the URL of a file's core metadata
    (PEP 658), with its digest.
    """

    version: str
    requires_python: str = ""
    uploaded: str = ""
    yanked: bool = False
    wheels: int = 0
    sdist: str = ""
    sdist_sha256: str = ""
    sdist_size: int = 0
    metadata: str = ""
    metadata_sha256: str = ""

    @property
    def number(self) -> "Version":
        return parsed_version(self.version)


@lru_cache(maxsize=50_000)
def parsed_version(text: str) -> "Version":
    """A version of a listing, which holds none that cannot be read."""
    from packaging.version import Version  # 15 ms, when an engine is asked

    return Version(text)


class Listing:
    """Lists packages of the indexes in their order: the first that knows a name speaks for it."""

    def __init__(
        self, indexes: Sequence[PythonIndex], cache: Cache, http: Callable[[], Http], clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._indexes = tuple(indexes)
        self._cache = cache
        self._http = http
        self._clock = clock
        self._failed: dict[str, tuple[float, PlumbruleError]] = {}

    async def releases(self, package: str) -> Sequence[Release]:
        """Every release, oldest first; empty when no index has the package.

        Raises:
            PlumbruleError: an index could not be asked, so that nobody knows.
        """
        for index in self._indexes:
            url = f"{index.url}/{package}/"
            key = f"listing:{FORM}:{hashlib.sha256(url.encode()).hexdigest()}"
            kept = self._cache.get(key)
            if kept is None:
                kept = await self._once(index, url)
                self._cache.put(key, kept, FRESH_S)
            found = [Release(*row) for row in cast("list[list[Any]]", orjson.loads(kept))]
            if found:
                return found
        return ()

    async def _once(self, index: PythonIndex, url: str) -> bytes:
        """As `_asked`; an index that failed just now is not asked again at once, 50 ms of CPU a time."""
        until, failure = self._failed.get(index.name, (0.0, None))
        if failure is not None and self._clock.monotonic() < until:
            raise failure
        try:
            return await self._asked(url)
        except PlumbruleError as error:
            self._failed[index.name] = self._clock.monotonic() + PAUSE_S, error
            raise

    async def _asked(self, url: str) -> bytes:
        """The releases packed; an empty list for a package that is not there."""
        try:
            async with self._http() as http:
                answer = await http.get(
                    url, max_bytes=MAX_INDEX_BYTES, headers={"Accept": ACCEPTED}, redirects=REDIRECTS
                )
        except NotFound:
            return b"[]"
        return await to_thread.run_sync(_distilled, answer)


def _distilled(answer: Answer) -> bytes:
    base = str(answer.url)
    if "json" in answer.headers.get("content-type", ""):
        files = _files_of_json(answer.body)
    else:
        from plumbrule.core.index_page import files_of_page  # for indexes without JSON

        files = files_of_page(answer.body.decode("utf-8", "replace"))
    found: dict[str, Release] = {}
    for file in files:
        version = _version_of(_text(file.get("filename")))
        if version:
            before = found.get(version)
            found[version] = _with(before or Release(version, yanked=True), file, base)
    return orjson.dumps(sorted(found.values(), key=lambda one: one.number), default=tuple)


def _files_of_json(body: bytes) -> Sequence[Mapping[str, Any]]:
    try:
        document: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    files = _mapping(document).get("files")
    listed = cast("list[object]", files) if isinstance(files, list) else []
    return [_mapping(file) for file in listed]


def _with(release: Release, file: Mapping[str, Any], base: str) -> Release:
    """A release with what one more of its files says."""
    filename, url = _text(file.get("filename")), urljoin(base, _text(file.get("url")))
    uploaded = _text(file.get("upload-time"))
    times = [time for time in (release.uploaded, uploaded) if time]
    release = release._replace(
        requires_python=release.requires_python or _text(file.get("requires-python")),
        uploaded=min(times, default=""),
        yanked=release.yanked and bool(file.get("yanked")),
    )
    if filename.endswith(".whl"):
        release = release._replace(wheels=release.wheels + 1)
    elif not release.sdist:
        size = file.get("size")
        digest = _text(_mapping(file.get("hashes")).get("sha256"))
        release = release._replace(
            sdist=url.partition("#")[0], sdist_sha256=digest, sdist_size=size if isinstance(size, int) else 0
        )
    known = file.get("core-metadata", file.get("dist-info-metadata"))
    if known and not release.metadata:
        digest = _text(_mapping(known).get("sha256"))
        release = release._replace(metadata=f"{url.partition('#')[0]}.metadata", metadata_sha256=digest)
    return release


def _version_of(filename: str) -> str:
    from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename  # as above
    from packaging.version import InvalidVersion, Version

    try:
        if filename.endswith(".whl"):
            return str(Version(filename.split("-")[1]))
        for ending in _SDISTS:
            if filename.endswith(ending):
                return str(parse_sdist_filename(f"{filename.removesuffix(ending)}.tar.gz")[1])
    except (InvalidSdistFilename, InvalidWheelFilename, InvalidVersion, IndexError):
        pass
    return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def before(release: Release, moment: str) -> bool:
    """Whether a release was uploaded before a moment (RFC 3339, UTC); an index without times has none before it."""
    return not moment or ("" < release.uploaded < moment)


async def tried(listing: Listing, package: str) -> Sequence[Release] | None:
    """The releases, None when no index could be asked."""
    try:
        return await listing.releases(package)
    except PlumbruleError:
        return None
