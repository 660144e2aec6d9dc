"""Everything that Plumbrule asks the web, bounded in bytes and time, from hosts that the guard lets through.

GET, and POST for questions that are too long for an address: what is posted changes nothing on the other side.

Each URL passes `core.security.urls`, each redirect again (none unless asked for); what it resolves to is checked and
pinned by `core.http_transport`, the one module that imports httpx2. A credential belongs to one exact origin and is
sent to no other. Failures come out as `core.errors`; a URL appears in them as its host only.
"""

import hashlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import field
from typing import IO, TYPE_CHECKING, Literal, TypeVar

import anyio

from plumbrule import __version__
from plumbrule.core.clock import SYSTEM_CLOCK, Clock
from plumbrule.core.context import inner_span
from plumbrule.core.errors import BlockedUrl, InvalidRepository, LimitExceeded, Offline, Unavailable, UpstreamTimeout
from plumbrule.core.http_answers import failure_of, pause_s
from plumbrule.core.resilience.limiter import TokenBuckets
from plumbrule.core.resilience.retry import RetryBudget, RetryPolicy, retrying
from plumbrule.core.security.addresses import Resolver, SystemResolver
from plumbrule.core.security.urls import NetworkSettings, RemoteUrl, UrlPolicy, parse_remote_url
from plumbrule.core.values import dataclass

if TYPE_CHECKING:
    import httpx2

    from plumbrule.core.http_transport import Wire

T = TypeVar("T")
log = logging.getLogger("plumbrule.http")

MAX_JSON_BYTES = 16 << 20
"""Registry documents of the largest packages lie below 10 MB."""

MAX_POSTED_BYTES = 4 << 20
"""A question of ours, not an upload: a thousand packages of an advisory database's batch are 0.1 MB."""

MAX_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
RESERVED_HEADERS = frozenset({"authorization", "cookie", "host", "proxy-authorization", "accept-encoding", "range"})
"""What a caller cannot set: credentials go through `credentials`, the rest belongs to the wire."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are lower case. `status` is 200, or 304 with an empty body for a known `etag`."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: RemoteUrl

    @property
    def etag(self) -> str:
        return self.headers.get("etag", "")


@dataclass(frozen=True, slots=True)
class Digest:
    """What a download must hash to, in hex."""

    algorithm: Literal["sha256", "sha384", "sha512"]
    value: str


@dataclass(frozen=True, slots=True)
class _Request:
    url: RemoteUrl
    headers: Mapping[str, str]
    redirects: int
    deadline: float = field(default=0.0)
    posted: bytes | None = None


class Http:
    """A client to open once and share. `async with Http(...) as http:`.

    `credentials` maps an exact origin (`https://git.example.org`) to an Authorization header's value.
    Requests to one origin are limited as the settings say, and paused for as long as its host asks; `clock` measures
    both.
    """

    def __init__(
        self,
        network: NetworkSettings,
        policy: UrlPolicy,
        *,
        credentials: Mapping[str, str] | None = None,
        resolver: Resolver | None = None,
        retry: RetryPolicy | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._network = network
        self._policy = policy
        self._credentials = dict(credentials or {})
        self._limiter = TokenBuckets(
            rate_per_s=network.requests_per_minute / 60,
            burst=max(1, network.requests_per_minute // 10),
            clock=clock,
            what="requests to one host",
            setting="network.requests_per_minute",
        )
        self._resolver = resolver or SystemResolver()
        self._retry = retry or RetryPolicy()
        self._budget = RetryBudget()
        self._clock = clock
        self._wire: Wire | None = None

    async def __aenter__(self) -> "Http":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection, within 2 s."""
        wire, self._wire = self._wire, None
        if wire is not None:
            with anyio.CancelScope(shield=True, deadline=anyio.current_time() + 2.0):
                await wire.close()

    async def get(
        self,
        url: str,
        *,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        etag: str = "",
        redirects: int = 0,
    ) -> Answer:
        """The answer from `url` with a body of at most `max_bytes`, decompressed.

        `redirects` (at most 3) may be followed, each judged like a new URL. With `etag` the answer may be a 304.

        Raises:
            Offline, BlockedUrl: nothing was contacted.
            NotFound, AuthRequired, RateLimited, Unavailable, UpstreamTimeout: what the host made of it.
            LimitExceeded: the body is larger.
        """
        wanted = dict(headers or {})
        if etag:
            wanted["If-None-Match"] = etag

        async def read(response: "httpx2.Response", final: RemoteUrl) -> Answer:
            body = bytearray()
            async for chunk in self._chunks(response, final, max_bytes, decoded=True):
                body += chunk
            plain = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, plain, bytes(body), final)

        return await self._perform(url, wanted, redirects, read)

    async def get_json(
        self,
        url: str,
        *,
        max_bytes: int = MAX_JSON_BYTES,
        headers: Mapping[str, str] | None = None,
        redirects: int = 0,
    ) -> object:
        """The JSON document at `url`. Raises as `get`; `Unavailable` when it is not JSON or nested absurdly deep."""
        answer = await self.get(
            url, max_bytes=max_bytes, headers={"Accept": "application/json", **(headers or {})}, redirects=redirects
        )
        return _document(answer.body, answer.url)

    async def post_json(self, url: str, question: object, *, max_bytes: int = MAX_JSON_BYTES) -> object:
        """The JSON answer to a JSON question, which may be asked again when it fails; no redirect is followed.

        Raises as `get_json`; `LimitExceeded` when the question has over `MAX_POSTED_BYTES`.
        """
        import orjson

        posted = orjson.dumps(question)
        if len(posted) > MAX_POSTED_BYTES:
            raise LimitExceeded(f"A question of {len(posted)} bytes is not sent.", hint="Ask for less at once.")

        async def read(response: "httpx2.Response", final: RemoteUrl) -> object:
            body = bytearray()
            async for chunk in self._chunks(response, final, max_bytes, decoded=True):
                body += chunk
            return _document(bytes(body), final)

        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        return await self._perform(url, headers, 0, read, posted=posted)

    async def download(
        self, url: str, sink: IO[bytes], *, max_bytes: int, digest: Digest | None = None, redirects: int = 0
    ) -> int:
        """Write the file at `url` to `sink` as it was published; returns its size. Starts over on a retry.

        Raises:
            InvalidRepository: it does not hash to `digest`. What `sink` holds then must not be used.
            Others as `get`.
        """

        async def read(response: "httpx2.Response", final: RemoteUrl) -> int:
            sink.seek(0)
            sink.truncate()
            hashed = hashlib.new(digest.algorithm) if digest else None
            size = 0
            async for chunk in self._chunks(response, final, max_bytes, decoded=False):
                if hashed:
                    hashed.update(chunk)
                size += len(chunk)
                sink.write(chunk)
            if digest and hashed and hashed.hexdigest() != digest.value.lower():
                raise InvalidRepository(
                    f"The file from {final.host} does not match its published {digest.algorithm}.",
                    hint="Do not use it; the file or the index was changed.",
                )
            return size

        return await self._perform(url, {"Accept-Encoding": "identity"}, redirects, read, reserved=frozenset())

    async def _perform(
        self,
        text: str,
        headers: Mapping[str, str],
        redirects: int,
        read: "Callable[[httpx2.Response, RemoteUrl], Awaitable[T]]",
        *,
        reserved: frozenset[str] = RESERVED_HEADERS,
        posted: bytes | None = None,
    ) -> T:
        if not reserved.isdisjoint(name.lower() for name in headers):
            raise ValueError("this header is not the caller's to set")
        if self._network.offline:
            raise Offline("The network is switched off.", hint="Unset network.offline, or leave out --offline.")
        url = parse_remote_url(text, self._policy, for_git=False)
        limit_s = self._network.total_timeout_s
        request = _Request(url, headers, min(redirects, MAX_REDIRECTS), anyio.current_time() + limit_s, posted)
        with anyio.move_on_after(limit_s):
            return await retrying(
                lambda: self._follow(request, read),
                policy=self._retry,
                budget=self._budget,
                deadline=request.deadline,
            )
        raise UpstreamTimeout(f"{url.host} did not finish its answer within {limit_s:g} s.")

    async def _follow(self, request: _Request, read: "Callable[[httpx2.Response, RemoteUrl], Awaitable[T]]") -> T:
        url = request.url
        for left in range(request.redirects, -1, -1):
            async with self._asked(url, request.headers, request.posted) as response:
                if response.status_code not in REDIRECTS:
                    return await read(response, url)
                location = response.headers.get("location", "")
            url = self._next_hop(url, location, left)
        raise AssertionError("the last hop either returns or raises")

    @asynccontextmanager
    async def _asked(
        self, url: RemoteUrl, headers: Mapping[str, str], posted: bytes | None
    ) -> "AsyncGenerator[httpx2.Response]":
        method: Literal["GET", "POST"] = "GET" if posted is None else "POST"
        origin = str(url.origin)
        self._limiter.take(origin)
        credential = self._credentials.get(origin)
        sent = {**headers, "Authorization": credential} if credential else headers
        about: dict[str, str | int | bool] = {
            "http.request.method": method,
            "server.address": url.host,
            "server.port": url.origin.port,  # and no path: it may name a private repository
        }
        with inner_span(method, about):
            async with self._connected().ask(method, url, sent, posted) as response:
                log.debug("http answer", extra={"host": url.host, "status": response.status_code})
                self._heed(origin, response)
                failure = failure_of(response.status_code, response.headers, url.host, self._clock.wall())
                if failure is not None:
                    raise failure
                yield response

    def _heed(self, origin: str, response: "httpx2.Response") -> None:
        """Leave a host alone for as long as it asks."""
        wait_s = pause_s(response.status_code, response.headers, self._clock.wall())
        if wait_s:
            self._limiter.close_for(origin, wait_s)

    def _next_hop(self, url: RemoteUrl, location: str, left: int) -> RemoteUrl:
        target = f"{url.origin}{location}" if location.startswith("/") and location[:2] != "//" else location
        try:
            if left == 0:
                raise BlockedUrl("no redirect is followed here")
            return parse_remote_url(target, self._policy, for_git=False)
        except BlockedUrl as refusal:
            raise BlockedUrl(
                f"{url.host} redirected to an address that is not followed.",
                hint="Name the final address, if it is one you trust.",
            ) from refusal

    async def _chunks(
        self, response: "httpx2.Response", url: RemoteUrl, max_bytes: int, *, decoded: bool
    ) -> AsyncIterator[bytes]:
        """The body in pieces; counts what arrives and, decompressed, what comes of it (at most 1 MiB at a time)."""
        too_large = LimitExceeded(f"The answer from {url.host} is larger than {max_bytes} bytes.")
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > max_bytes:
            raise too_large
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in (("gzip", "identity") if decoded else ("identity",)):
            raise Unavailable(f"{url.host} answered in an encoding that was not asked for.")
        seen = 0
        async for chunk in response.aiter_bytes() if decoded else response.aiter_raw():
            seen += len(chunk)
            if seen > max_bytes:
                raise too_large
            yield chunk

    def _connected(self) -> "Wire":
        if self._wire is None:
            from plumbrule.core.http_transport import Wire  # 0.1 s with the certificates: only when the web is asked

            self._wire = Wire(self._network, self._policy, self._resolver, f"plumbrule/{__version__}")
        return self._wire


def _document(body: bytes, url: RemoteUrl) -> object:
    import orjson  # refuses more than 1,024 levels with an error, where json would exhaust the stack

    try:
        document: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unavailable(f"{url.host} answered with something that is not JSON.") from error
    return document
