"""The HTTP client against a loopback server that misbehaves in every way we know."""

# ruff: noqa: E501 - tables

import asyncio
import gzip
import hashlib
import io
import ssl
import subprocess
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from plumbrule.core import context
from plumbrule.core.clock import ManualClock
from plumbrule.core.errors import (
    AuthRequired,
    BlockedUrl,
    ConfigurationError,
    InvalidRepository,
    LimitExceeded,
    NotFound,
    Offline,
    PlumbruleError,
    RateLimited,
    Unavailable,
    UpstreamTimeout,
)
from plumbrule.core.http import Digest, Http
from plumbrule.core.resilience.retry import RetryPolicy
from plumbrule.core.security.urls import NetworkSettings, url_policy

Handler = Callable[[asyncio.StreamWriter, dict[str, str]], Awaitable[None]]
FAST = RetryPolicy(attempts=3, base_s=0.001, max_s=0.001)


class Server:
    """A raw HTTP/1.1 server: one handler per path writes whatever bytes it likes. Remembers what it was asked."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.connections = 0
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def on(self, path: str, raw: bytes) -> None:
        async def write(writer: asyncio.StreamWriter, headers: dict[str, str]) -> None:
            writer.write(raw)
            await writer.drain()
            writer.close()

        self.handlers[path] = write

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            self.asked.append((path, headers))
            await self.handlers[path](writer, headers)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}"]
    fields = {"content_length": str(len(body)), **headers}
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    started = Server()
    await started.start()
    yield started
    await started.stop()


def client(server: Server, *, origins: tuple[str, ...] = (), **options: object) -> Http:
    network = NetworkSettings(
        extra_origins=(server.origin, *origins),
        connect_timeout_s=1.0,
        read_timeout_s=0.3,
        total_timeout_s=2.0,
        requests_per_minute=60_000,
    )
    options.setdefault("retry", FAST)
    return Http(network, url_policy(network), **options)  # type: ignore[arg-type]


async def test_an_answer_comes_back_whole_and_the_connection_knows_no_environment(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.on("/a?b=c", answer(gzip.compress(b"hello" * 100), content_encoding="gzip", ETag='"x"', Set_Cookie="s=1"))
    async with client(server) as http:
        got = await http.get(f"{server.origin}/a?b=c", max_bytes=500)
        assert (got.status, got.body, got.etag, str(got.url)) == (200, b"hello" * 100, '"x"', f"{server.origin}/a?b=c")
        await http.get(f"{server.origin}/a?b=c", max_bytes=500)
    headers = server.asked[1][1]
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert headers["accept-encoding"] == "gzip"
    assert headers["user-agent"].startswith("plumbrule/")
    assert "cookie" not in headers
    assert "authorization" not in headers


async def test_a_request_inside_a_call_shows_in_its_trace_by_host_alone(server: Server) -> None:  # S-136
    seen: list[object] = []

    @contextmanager
    def span(name: str, attributes: Mapping[str, str | int | bool]) -> Iterator[None]:
        seen.append((name, dict(attributes)))
        yield

    server.on("/private?token=x", answer(b"ok"))
    token = context.enter(context.Call("12345678", "x", inner_span=span))
    try:
        async with client(server) as http:
            await http.get(f"{server.origin}/private?token=x", max_bytes=2)
    finally:
        context.leave(token)
    where = {"http.request.method": "GET", "server.address": "127.0.0.1", "server.port": server.port}
    assert seen == [("GET", where)]


async def test_offline_means_offline(server: Server) -> None:
    http = Http(NetworkSettings(offline=True, extra_origins=(server.origin,)), url_policy(NetworkSettings()))
    with pytest.raises(Offline):
        await http.get(f"{server.origin}/a", max_bytes=5)
    assert server.connections == 0


@pytest.mark.parametrize(
    ("status", "headers", "kind", "attempts"),
    [
        ("404 Not Found", {}, NotFound, 1),
        ("410 Gone", {}, NotFound, 1),
        ("401 Unauthorized", {}, AuthRequired, 1),
        ("403 Forbidden", {}, AuthRequired, 1),
        ("403 Forbidden", {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "1700000100"}, RateLimited, 1),
        ("429 Slow", {"Retry_After": "7200"}, RateLimited, 1),
        ("429 Slow", {"Retry_After": "-5"}, RateLimited, 3),
        ("429 Slow", {"Retry_After": "1" + "0" * 30}, RateLimited, 1),
        ("429 Slow", {"Retry_After": "Tue, 14 Nov 2023 23:13:20 GMT"}, RateLimited, 1),
        ("429 Slow", {"Retry_After": "nonsense"}, RateLimited, 3),
        ("500 Oops", {}, Unavailable, 3),
        ("503 Busy", {"Retry_After": "60"}, Unavailable, 1),
        ("418 Teapot", {}, Unavailable, 1),
        ("204 Nothing", {}, Unavailable, 1),
        ("206 Part", {}, Unavailable, 1),
    ],
)  # fmt: skip
async def test_each_status_means_one_kind_of_error(  # F6
    server: Server, status: str, headers: dict[str, str], kind: type[PlumbruleError], attempts: int
) -> None:
    server.on("/x", answer(b"secret text of theirs", status, **headers))
    async with client(server, clock=ManualClock(wall=1_700_000_000.0)) as http:
        with pytest.raises(PlumbruleError) as caught:
            await http.get(f"{server.origin}/x", max_bytes=100)
    assert type(caught.value) is kind
    assert "theirs" not in caught.value.message + caught.value.hint
    assert len(server.asked) == attempts
    if kind is RateLimited and "Tue" in str(headers):
        assert caught.value.retry_after_s == 3600
    if "X_RateLimit_Reset" in headers:
        assert caught.value.retry_after_s == 100


async def test_a_passing_fault_is_overcome(server: Server) -> None:  # F7
    async def flaky(writer: asyncio.StreamWriter, headers: dict[str, str]) -> None:
        writer.write(answer(b"ok") if len(server.asked) >= 3 else answer(status="502 Bad"))
        await writer.drain()

    server.handlers["/x"] = flaky
    async with client(server) as http:
        assert (await http.get(f"{server.origin}/x", max_bytes=10)).body == b"ok"
    assert len(server.asked) == 3


BOMB = gzip.compress(bytes(64 << 20), 9)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", Unavailable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Unavailable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nhalf", Unavailable),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n", Unavailable),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Unavailable),
        (b"\x00\xff garbage \r\n\r\n", Unavailable),
        (b"SSH-2.0-OpenSSH\r\n", Unavailable),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200_000, Unavailable),
        (answer(b"x" * 101), LimitExceeded),
        (answer(b"x" * 101, content_length=""), LimitExceeded),
        (answer(BOMB, content_encoding="gzip"), LimitExceeded),
        (answer(b"not gzip", content_encoding="gzip"), Unavailable),
        (answer(gzip.compress(gzip.compress(b"x")), content_encoding="gzip, gzip"), Unavailable),
        (answer(zlib.compress(b"x"), content_encoding="deflate"), Unavailable),
        (answer(b"x", content_encoding="br"), Unavailable),
    ],
    ids=["nothing", "truncated", "two-lengths", "bad-chunk", "cut-chunk", "garbage", "ssh", "headers", "announced",
         "too-long", "bomb", "no-gzip", "twice", "deflate", "brotli"],
)  # fmt: skip
async def test_broken_and_oversized_answers_end_in_a_clear_error(  # F4 F8
    server: Server, raw: bytes, kind: type[PlumbruleError]
) -> None:
    server.on("/x", raw)
    async with client(server) as http:
        with pytest.raises(PlumbruleError) as caught:
            await http.get(f"{server.origin}/x", max_bytes=100)
    assert type(caught.value) is kind


async def test_endless_and_silent_answers_end_at_their_limits(server: Server) -> None:  # F4 S-111
    async def endless(writer: asyncio.StreamWriter, headers: dict[str, str]) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        while True:
            writer.write(b"data: x\n\n" * 1000)
            await writer.drain()

    async def silent(writer: asyncio.StreamWriter, headers: dict[str, str]) -> None:
        await asyncio.sleep(30)

    async def drip(writer: asyncio.StreamWriter, headers: dict[str, str]) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    server.handlers |= {"/endless": endless, "/silent": silent, "/drip": drip}
    async with client(server) as http:
        with pytest.raises(LimitExceeded):
            await http.get(f"{server.origin}/endless", max_bytes=1 << 20)
        with anyio.fail_after(4), pytest.raises(UpstreamTimeout):
            await http.get(f"{server.origin}/silent", max_bytes=100)
        with anyio.fail_after(4), pytest.raises(UpstreamTimeout, match="within 2 s"):
            await http.get(f"{server.origin}/drip", max_bytes=10_000)


async def test_a_closed_port_is_unavailable(server: Server) -> None:
    await server.stop()
    async with client(server) as http:
        with pytest.raises(Unavailable):
            await http.get(f"{server.origin}/x", max_bytes=1)


async def test_requests_share_a_connection_and_none_outlives_the_client() -> None:  # S-142
    opened, closed = 0, anyio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(answer(b"ok"))
        except (asyncio.IncompleteReadError, ConnectionError):
            closed.set()
        finally:
            writer.close()

    kept = Server()
    kept._serve = serve  # type: ignore[method-assign]
    await kept.start()
    async with client(kept) as http:
        for _ in range(5):
            assert (await http.get(f"{kept.origin}/x", max_bytes=2)).body == b"ok"
        assert opened == 1
        assert not closed.is_set()
    with anyio.fail_after(5):
        await closed.wait()
    await kept.stop()


async def test_cancellation_gives_the_connection_back(server: Server) -> None:  # F24
    async def silent(writer: asyncio.StreamWriter, headers: dict[str, str]) -> None:
        await asyncio.sleep(30)

    server.handlers["/silent"] = silent
    server.on("/x", answer(b"ok"))
    async with client(server) as http:
        for _ in range(25):
            with anyio.move_on_after(0.02) as scope:
                await http.get(f"{server.origin}/silent", max_bytes=1)
            assert scope.cancelled_caught
        assert (await http.get(f"{server.origin}/x", max_bytes=2)).body == b"ok"


async def test_cancellation_at_every_await_point_loses_no_connection(server: Server) -> None:  # F24
    server.on("/x", answer(b"ok"))
    async with client(server) as http:
        for steps in range(150):
            async with anyio.create_task_group() as group:
                group.start_soon(lambda: http.get(f"{server.origin}/x", max_bytes=2))
                for _ in range(steps):
                    await anyio.lowlevel.checkpoint()
                group.cancel_scope.cancel()
        assert (await http.get(f"{server.origin}/x", max_bytes=2)).body == b"ok"


REDIRECT_TARGETS = [
    "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "http://127.0.0.1:1/", "https://evil.com/", "//evil.com/",
    "http://[::1]/", "javascript:alert(1)", "", "relative", "https://github.com@evil.com/", "http://127.0.0.1/", "\x7f",
]  # fmt: skip


@pytest.mark.parametrize("target", REDIRECT_TARGETS)
async def test_a_redirect_to_anywhere_else_is_refused_and_never_contacted(server: Server, target: str) -> None:  # A41
    server.on("/x", answer(b"", "302 Found", Location=target))
    async with client(server) as http:
        with pytest.raises(BlockedUrl, match=r"127\.0\.0\.1 redirected") as caught:
            await http.get(f"{server.origin}/x", max_bytes=1, redirects=3)
    assert not target or target not in caught.value.message
    assert server.connections == 1


async def test_redirects_are_followed_only_when_asked_for_and_only_so_far(server: Server) -> None:
    for step in range(6):
        server.on(f"/{step}", answer(b"", "307 Temporary", Location=f"/{step + 1}"))
    server.on("/done", answer(b"done"))
    server.on("/once", answer(b"", "301 Moved", Location=f"{server.origin}/done"))
    async with client(server) as http:
        with pytest.raises(BlockedUrl):
            await http.get(f"{server.origin}/once", max_bytes=10)
        final = await http.get(f"{server.origin}/once", max_bytes=10, redirects=1)
        assert (final.body, final.url.path) == (b"done", "/done")
        with pytest.raises(BlockedUrl):
            await http.get(f"{server.origin}/0", max_bytes=10, redirects=99)
    assert [path for path, _ in server.asked[-4:]] == ["/0", "/1", "/2", "/3"]


async def test_a_credential_reaches_its_own_origin_and_no_other(server: Server) -> None:  # A26 A61
    other = Server()
    await other.start()
    other.on("/final", answer(b"ok"))
    server.on("/x", answer(b"", "302 Found", Location=f"{other.origin}/final"))
    async with client(server, origins=(other.origin,), credentials={server.origin: "Bearer canary"}) as http:
        assert (await http.get(f"{server.origin}/x", max_bytes=9, redirects=1)).body == b"ok"
    await other.stop()
    assert server.asked[0][1]["authorization"] == "Bearer canary"
    assert "canary" not in str(other.asked)


@pytest.mark.parametrize("name", ["Authorization", "cookie", "HOST", "Accept-Encoding"])
async def test_a_caller_cannot_set_headers_that_are_not_its_own(server: Server, name: str) -> None:
    async with client(server) as http:
        with pytest.raises(ValueError, match="not the caller's"):
            await http.get(f"{server.origin}/x", max_bytes=1, headers={name: "x"})


async def test_a_known_etag_gets_a_304(server: Server) -> None:
    async def conditional(writer: asyncio.StreamWriter, headers: dict[str, str]) -> None:
        fresh = headers.get("if-none-match") == '"v1"'
        writer.write(answer(status="304 Not Modified", ETag='"v1"') if fresh else answer(b"body", ETag='"v1"'))
        await writer.drain()

    server.handlers["/x"] = conditional
    async with client(server) as http:
        first = await http.get(f"{server.origin}/x", max_bytes=10)
        again = await http.get(f"{server.origin}/x", max_bytes=10, etag=first.etag)
    assert (first.status, again.status, again.body) == (200, 304, b"")


@pytest.mark.parametrize("body", [b"[" * 100_000, b"", b"<html>", b'{"a": NaN}', b'"\xff"'])
async def test_what_is_no_json_is_named_so(server: Server, body: bytes) -> None:  # F8
    server.on("/x", answer(body))
    server.on("/ok", answer(b'{"a": [1]}'))
    async with client(server) as http:
        with pytest.raises(Unavailable, match="not JSON"):
            await http.get_json(f"{server.origin}/x")
        assert await http.get_json(f"{server.origin}/ok") == {"a": [1]}


async def test_a_download_is_capped_and_must_match_its_digest(server: Server) -> None:
    published = gzip.compress(b"sdist")
    server.on("/f", answer(published))
    server.on("/encoded", answer(published, content_encoding="gzip"))
    good = Digest("sha256", hashlib.sha256(published).hexdigest().upper())
    async with client(server) as http:
        sink = io.BytesIO(b"left over from before, longer than the file that comes now")
        assert await http.download(f"{server.origin}/f", sink, max_bytes=100, digest=good) == len(published)
        assert sink.getvalue() == published
        with pytest.raises(InvalidRepository, match="sha512"):
            await http.download(f"{server.origin}/f", sink, max_bytes=100, digest=Digest("sha512", "00"))
        with pytest.raises(LimitExceeded):
            await http.download(f"{server.origin}/f", sink, max_bytes=5)
        with pytest.raises(Unavailable):
            await http.download(f"{server.origin}/encoded", sink, max_bytes=100)


async def test_a_download_that_breaks_off_starts_over(server: Server) -> None:
    async def once_broken(writer: asyncio.StreamWriter, headers: dict[str, str]) -> None:
        writer.write(answer(b"whole") if len(server.asked) > 1 else answer(b"who", content_length="5"))
        await writer.drain()

    server.handlers["/f"] = once_broken
    sink = io.BytesIO()
    async with client(server) as http:
        assert await http.download(f"{server.origin}/f", sink, max_bytes=100) == 5
    assert sink.getvalue() == b"whole"


async def test_a_host_that_asks_for_a_pause_is_left_alone(server: Server) -> None:  # S-97 F6
    clock = ManualClock()
    server.on("/x", answer(b"", "429 Slow", Retry_After="60"))
    server.on("/ok", answer(b"ok"))
    async with client(server, clock=clock) as http:
        for _ in range(3):
            with pytest.raises(RateLimited) as caught:
                await http.get(f"{server.origin}/x", max_bytes=10)
        assert caught.value.retry_after_s == 60
        assert len(server.asked) == 1
        clock.advance(61)
        assert (await http.get(f"{server.origin}/ok", max_bytes=10)).body == b"ok"


async def test_requests_to_one_host_are_limited_and_other_hosts_are_not(server: Server) -> None:  # S-97
    other = Server()
    await other.start()
    clock = ManualClock()
    network = NetworkSettings(extra_origins=(server.origin, other.origin), requests_per_minute=20)
    for each in (server, other):
        each.on("/x", answer(b"ok"))
    async with Http(network, url_policy(network), clock=clock) as http:
        for _ in range(2):
            await http.get(f"{server.origin}/x", max_bytes=2)
        with pytest.raises(RateLimited, match=r"network\.requests_per_minute") as caught:
            await http.get(f"{server.origin}/x", max_bytes=2)
        assert caught.value.retry_after_s == 3.0
        await http.get(f"{other.origin}/x", max_bytes=2)
        clock.advance(3)
        await http.get(f"{server.origin}/x", max_bytes=2)
    assert len(server.asked) == 3
    await other.stop()


async def test_an_allowed_name_that_leads_inside_is_refused_and_not_contacted(server: Server) -> None:  # A39 A40 S-102
    async def inside(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with client(server, resolver=inside) as http:
        with pytest.raises(BlockedUrl, match="not public"):
            await http.get("https://github.com/x", max_bytes=1)
    assert server.connections == 0


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A self-signed certificate for forge.test and its key."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    try:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=forge.test", "-addext", "subjectAltName=DNS:forge.test", "-keyout", key, "-out", cert],
            check=True, capture_output=True,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return cert, key


async def test_a_pinned_connection_keeps_the_name_for_the_certificate(certificate: tuple[Path, Path]) -> None:  # A40
    cert, key = certificate
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    names: list[str | None] = []
    tls.sni_callback = lambda connection, name, context: names.append(name)
    server = Server()
    await server.start(tls)
    server.on("/x", answer(b"ok"))
    asked: list[str] = []

    async def only_we_know(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    origin, wrong = f"https://forge.test:{server.port}", f"https://other.test:{server.port}"

    async def fetch(url: str, ca_file: str | None) -> bytes:
        network = NetworkSettings(extra_origins=(origin, wrong), ca_file=ca_file)
        async with Http(network, url_policy(network), resolver=only_we_know, retry=FAST) as http:
            return (await http.get(url, max_bytes=9)).body

    assert await fetch(f"{origin}/x", str(cert)) == b"ok"
    assert (names, asked) == (["forge.test"], ["forge.test"])
    assert server.asked[0][1]["host"] == f"forge.test:{server.port}"
    with pytest.raises(Unavailable, match="certificate"):
        await fetch(f"{wrong}/x", str(cert))
    with pytest.raises(Unavailable, match="certificate"):
        await fetch(f"{origin}/x", None)
    with pytest.raises(ConfigurationError):
        await fetch(f"{origin}/x", str(key.parent))
    assert len(server.asked) == 1
    await server.stop()


async def test_a_dead_address_does_not_hold_up_a_living_one(server: Server) -> None:  # F23
    async def both(host: str, port: int) -> list[str]:
        return ["127.9.9.9", "127.0.0.1"]

    server.on("/x", answer(b"ok"))
    name = f"http://forge.test:{server.port}"
    async with client(server, origins=(name,), resolver=both) as http:
        assert (await http.get(f"{name}/x", max_bytes=9)).body == b"ok"


async def test_everything_goes_through_a_configured_proxy_by_name(server: Server) -> None:
    async def never(host: str, port: int) -> list[str]:
        raise AssertionError(host)

    server.on("http://forge.test:81/x", answer(b"through the proxy"))
    network = NetworkSettings(extra_origins=("http://forge.test:81",), proxy=server.origin)
    async with Http(network, url_policy(network), resolver=never, retry=FAST) as http:
        assert (await http.get("http://forge.test:81/x", max_bytes=99)).body == b"through the proxy"


async def test_a_question_is_posted_as_json_and_asked_again_when_the_answer_fails(server: Server) -> None:
    seen: list[bytes] = []

    async def read(writer: asyncio.StreamWriter, headers: dict[str, str]) -> None:
        seen.append(headers["content-length"].encode() + b" " + headers["content-type"].encode())
        writer.write(answer(status="503 Busy") if len(seen) == 1 else answer(b'{"a": 1}'))
        await writer.drain()

    server.handlers["/q"] = read
    async with client(server) as http:
        assert await http.post_json(f"{server.origin}/q", {"queries": [1]}) == {"a": 1}
    assert seen == [b"15 application/json"] * 2


async def test_a_posted_question_goes_nowhere_else_and_has_an_end(server: Server) -> None:
    server.on("/moved", answer(status="307 Moved", location=f"{server.origin}/q"))
    server.on("/text", answer(b"<html>"))
    server.on("/large", answer(b'"' + b"a" * 200 + b'"'))
    async with client(server) as http:
        with pytest.raises(BlockedUrl):
            await http.post_json(f"{server.origin}/moved", {})
        with pytest.raises(Unavailable):
            await http.post_json(f"{server.origin}/text", {})
        with pytest.raises(LimitExceeded):
            await http.post_json(f"{server.origin}/large", {}, max_bytes=100)
        with pytest.raises(LimitExceeded):
            await http.post_json(f"{server.origin}/q", "a" * (5 << 20))
        with pytest.raises(BlockedUrl):
            await http.post_json("https://elsewhere.example.org/q", {})
    assert [path for path, _ in server.asked] == ["/moved", "/text", "/large"]
    refused = Http(NetworkSettings(offline=True), url_policy(NetworkSettings()))
    with pytest.raises(Offline):
        await refused.post_json(f"{server.origin}/q", {})
