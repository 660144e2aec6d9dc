"""The wire below `core.http`: pooled connections to addresses that the guard checked, and to nothing else.

Here, and only here, httpx2 and httpcore2 are imported; `core.http` loads this on its first request, because the
import and the certificate store cost 0.1 s that a run without network must not pay. A host is looked up once per
connection, every answer is judged, and the connection goes to a judged address; name, SNI and certificate check stay
the host's. No environment variable, netrc, cookie or redirect has any effect.
"""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Literal, cast

import anyio
import httpcore2
import httpx2

from plumbrule.core.errors import BlockedUrl, ConfigurationError, Unavailable, UpstreamTimeout
from plumbrule.core.resilience.retry import TryAgain
from plumbrule.core.security.addresses import Resolver, resolve_public
from plumbrule.core.security.urls import NetworkSettings, Origin, RemoteUrl, UrlPolicy, parse_origin

STAGGER_S = 0.25
"""How long one address is tried alone before the next one is tried beside it (RFC 8305, 5)."""

MAX_CONNECTIONS = 20
MAX_IDLE = 10
IDLE_S = 30.0

_WIRE_FAULTS = (
    httpx2.HTTPError,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.TimeoutException,
)


class Wire:
    """Sends requests, over connections that live until `close`."""

    def __init__(self, network: NetworkSettings, policy: UrlPolicy, resolver: Resolver, user_agent: str) -> None:
        timeout = httpx2.Timeout(network.read_timeout_s, connect=network.connect_timeout_s, pool=network.read_timeout_s)
        self._client = httpx2.AsyncClient(
            transport=_Transport(_pool(network, policy, resolver)),
            timeout=timeout,
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
            # Nothing that one host sets is ever sent, to it or to another.
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),
        )

    async def close(self) -> None:
        await self._client.aclose()

    @asynccontextmanager
    async def ask(
        self, method: Literal["GET", "POST"], url: RemoteUrl, headers: Mapping[str, str], posted: bytes | None = None
    ) -> AsyncGenerator[httpx2.Response]:
        """The answer to one request, its body still to be read.

        Raises:
            TryAgain: around `Unavailable` or `UpstreamTimeout`, also while the body is read.
            Unavailable: for what trying again cannot help, such as a certificate.
        """
        try:
            async with self._client.stream(method, str(url), headers=dict(headers), content=posted) as response:
                yield response
        except _WIRE_FAULTS as error:
            raise translated(error, url.host) from error


def translated(error: Exception, host: str) -> Exception:
    """What a failure of the wire means to the caller. Its text is not repeated: the other side may have written it."""
    if isinstance(error, httpx2.TimeoutException | httpcore2.TimeoutException):
        return TryAgain(UpstreamTimeout(f"{host} did not answer in time."))
    if _is_certificate_fault(error):
        return Unavailable(
            f"The certificate of {host} is not trusted.",
            hint="A company's own authority is configured with network.ca_file.",
        )
    if isinstance(error, httpx2.DecodingError):
        return Unavailable(f"{host} sent an answer that cannot be decompressed.")
    if isinstance(error, httpcore2.ConnectError):
        return TryAgain(Unavailable(f"{host} cannot be reached.", hint="Check the network and network.proxy."))
    return TryAgain(Unavailable(f"{host} broke off or answered with something that is not HTTP."))


def _is_certificate_fault(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


class _Transport(httpx2.AsyncBaseTransport):
    """Carries httpx2's requests to a pool of ours; httpx2's own transport cannot be given a network backend."""

    def __init__(self, pool: httpcore2.AsyncConnectionPool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert isinstance(request.stream, httpx2.AsyncByteStream)
        answer = await self._pool.handle_async_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx2.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()


class _CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections, to judged addresses of hosts that the policy knows."""

    def __init__(self, policy: UrlPolicy, resolver: Resolver, timeout_s: float, proxy: Origin | None) -> None:
        self._policy = policy
        self._resolver = resolver
        self._timeout_s = timeout_s
        self._proxy = proxy
        # The name is a stand-in where anyio is missing, which a type checker has to allow for.
        self._tcp = cast("httpcore2.AsyncNetworkBackend", httpcore2.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore2's
        local_address: str | None = None,  # noqa: ARG002 - as above
        socket_options: "Iterable[httpcore2.SOCKET_OPTION] | None" = None,  # noqa: ARG002 - as above
    ) -> httpcore2.AsyncNetworkStream:
        target = self._target(host.strip("[]"), port)
        addresses = await resolve_public(target, resolver=self._resolver, timeout_s=self._timeout_s)
        return await _first_connected(self._tcp, addresses, port, timeout or self._timeout_s)

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)

    def _target(self, host: str, port: int) -> RemoteUrl:
        """The connection as a judged URL; a second look, whatever the layers above may have let through."""
        known = [self._proxy] if self._proxy is not None else list(self._policy.origins)
        for origin in known:
            if origin.host == host and origin.port == port:
                return RemoteUrl(origin, "/", configured=True)
        if self._proxy is not None or host not in self._policy.hosts or port != 443:
            raise BlockedUrl("A connection to a host that nobody allowed was refused.")
        return RemoteUrl(Origin("https", host, port), "/")


async def _first_connected(
    tcp: httpcore2.AsyncNetworkBackend, addresses: tuple[str, ...], port: int, limit_s: float
) -> httpcore2.AsyncNetworkStream:
    """A stream to the address that answers first, each getting a head start over the next (RFC 8305)."""
    streams: list[httpcore2.AsyncNetworkStream] = []
    failures: list[Exception] = []
    try:
        with anyio.move_on_after(limit_s):
            await _race(tcp, addresses, port, limit_s, streams, failures)
    except BaseException:  # cancelled at the very moment of success
        await _close_all(streams)
        raise
    await _close_all(streams[1:])
    if streams:
        return streams[0]
    raise failures[0] if len(failures) == len(addresses) else httpcore2.ConnectTimeout("no address answered")


async def _race(
    tcp: httpcore2.AsyncNetworkBackend,
    addresses: tuple[str, ...],
    port: int,
    limit_s: float,
    streams: list[httpcore2.AsyncNetworkStream],
    failures: list[Exception],
) -> None:
    """Fill `streams` with the first success, or more when several come at once, and `failures` with the rest."""
    async with anyio.create_task_group() as group:

        async def attempt(address: str, done: anyio.Event) -> None:
            try:
                streams.append(await tcp.connect_tcp(address, port, limit_s))
                group.cancel_scope.cancel()
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failures.append(error)
            finally:
                done.set()

        for address in addresses:
            done = anyio.Event()
            group.start_soon(attempt, address, done)
            with anyio.move_on_after(STAGGER_S):
                await done.wait()


async def _close_all(streams: Sequence[httpcore2.AsyncNetworkStream]) -> None:
    if streams:
        with anyio.CancelScope(shield=True):
            for stream in streams:
                await stream.aclose()


def _pool(network: NetworkSettings, policy: UrlPolicy, resolver: Resolver) -> httpcore2.AsyncConnectionPool:
    proxy = parse_origin(network.proxy, "network.proxy") if network.proxy else None
    backend = _CheckedBackend(policy, resolver, network.connect_timeout_s, proxy)
    if proxy is not None:
        return httpcore2.AsyncHTTPProxy(
            str(proxy),
            ssl_context=_trust(network),
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_IDLE,
            keepalive_expiry=IDLE_S,
            network_backend=backend,
        )
    return httpcore2.AsyncConnectionPool(
        ssl_context=_trust(network),
        max_connections=MAX_CONNECTIONS,
        max_keepalive_connections=MAX_IDLE,
        keepalive_expiry=IDLE_S,
        network_backend=backend,
    )


def _trust(network: NetworkSettings) -> ssl.SSLContext:
    """Whose certificates count: the system's authorities, or the configured ones instead."""
    if network.ca_file is None:
        return httpx2.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=network.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError("network.ca_file is not a readable PEM file of certificates.") from error
