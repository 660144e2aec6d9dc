"""Over HTTP: who may come in, what is refused, what probes see, and how it ends."""

import hashlib
import json
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from serving import INITIALIZE, MODERN_META, WAIT_S, http

from plumbrule.core.errors import ConfigurationError
from plumbrule.mcp_server.server.http_security import AllowedHosts, AllowedOrigins, check_exposure, is_loopback
from plumbrule.mcp_server.server.settings import HttpSettings

EXIT_S = 20
TOKENS = {"alice": "a" * 43, "bob": "b" * 43}
ENTRIES = [f"{name}:{hashlib.sha256(token.encode()).hexdigest()}" for name, token in TOKENS.items()]


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """One server without authentication for the tests that do not end it."""
    with http(max_body_bytes=100_000, receive_timeout_s=1, max_sessions=3) as (_, url):
        yield url


@pytest.fixture(scope="module")
def locked() -> Iterator[str]:
    """One server with two tokens."""
    with http(tokens=ENTRIES) as (_, url):
        yield url


def post(base: str, body: Any, headers: dict[str, str] | None = None, path: str = "/mcp") -> httpx2.Response:
    """One POST of the modern era, routed by headers as the protocol wants."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    own = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    if isinstance(body, dict) and "_meta" in body.get("params", {}):
        own |= {"mcp-protocol-version": "2026-07-28", "mcp-method": body["method"]}
        if "name" in body["params"]:
            own["mcp-name"] = body["params"]["name"]
    return httpx2.post(base + path, content=content, headers=own | (headers or {}), timeout=WAIT_S, verify=False)


def echo(mode: str = "", **arguments: Any) -> dict[str, Any]:
    params = {"name": "behave", "arguments": {"mode": mode, **arguments}, "_meta": MODERN_META}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@contextmanager
def connected(base: str) -> Iterator[socket.socket]:
    parts = urlsplit(base)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=WAIT_S) as connection:
        yield connection


def raw(base: str, data: bytes) -> bytes:
    """What comes back on a fresh connection until it is closed."""
    with connected(base) as connection:
        connection.sendall(data)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def wait_for(base: str, text: str) -> None:
    """Until the operator's page says `text`."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if text in httpx2.get(base + "/readyz?verbose").text:
            return
    raise AssertionError(f"never {text}")


# --- both eras ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["legacy", "auto", "2026-07-28"])
async def test_the_sdks_client_talks_to_it_in_every_era(base: str, mode: str) -> None:  # S-01
    heard: list[float] = []

    async def listen(done: float, _: float | None, __: str | None) -> None:
        heard.append(done)

    async with Client(base + "/mcp", mode=mode) as client:
        result = await client.call_tool("behave", {"mode": "progress"}, progress_callback=listen)
        assert not result.is_error
        with pytest.raises(MCPError) as caught:
            await client.read_resource("echo://card/missing")
        assert caught.value.code == -32602
    assert heard == sorted(heard)
    assert heard[-1] == 5


def test_a_client_that_goes_away_cancels_its_call_and_its_child() -> None:  # S-07
    with http() as (server, base):
        with pytest.raises(httpx2.ReadTimeout):
            headers = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "behave"}
            accept = {"accept": "application/json, text/event-stream"}
            httpx2.post(base + "/mcp", json=echo("child"), headers=headers | accept, timeout=1)
        server.log.until("child gone")


def test_a_cancelled_call_of_the_handshake_era_ends_its_stream_and_its_child() -> None:  # S-07
    with http() as (server, base), ThreadPoolExecutor(1) as pool:
        opening = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
        session = {"mcp-session-id": post(base, opening).headers["mcp-session-id"]}
        post(base, {"jsonrpc": "2.0", "method": "notifications/initialized"}, session)
        request = {**echo("child"), "id": 7}
        del request["params"]["_meta"]
        call = pool.submit(post, base, request, session)
        server.log.until(r"child \d+")
        cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
        assert post(base, cancelled, session).status_code == 202
        server.log.until("child gone")
        assert '"result"' not in call.result(timeout=WAIT_S).text


# --- who may come in ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example:80", 421),
        ("localhost:1@evil.example", 421),
        ("", 421),
        ("LOCALHOST", 200),
        ("localhost:9999", 200),
        ("[::1]:80", 200),
    ],
)
def test_only_known_hosts_are_answered(base: str, host: str, status: int) -> None:  # A01
    assert post(base, echo(), {"host": host}).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://evil.example", 403),
        ("null", 403),
        ("http://localhost.evil.example", 403),
        ("file://localhost", 403),
        ("http://localhost:3000", 200),
        ("https://127.0.0.1", 200),
    ],
)
def test_foreign_pages_are_refused_without_cors_headers(base: str, origin: str, status: int) -> None:  # A02
    answer = post(base, echo(), {"origin": origin})
    assert answer.status_code == status
    assert not any(name.startswith("access-control") for name in answer.headers)


def test_settings_add_hosts_and_origins() -> None:  # S-103
    settings = HttpSettings(
        host="0.0.0.0",
        allowed_hosts=("mcp.example.com", "other.example:8443"),
        allowed_origins=("https://app.example.com/",),
    )
    hosts, origins = AllowedHosts(settings), AllowedOrigins(settings.allowed_origins)
    accepted = {"mcp.example.com", "MCP.example.com:443", "other.example:8443", "localhost:1"}
    for host in accepted | {"other.example", "other.example:1", "0.0.0.0", "mcp.example.com:x", "x.mcp.example.com"}:
        assert hosts.accepts([(b"host", host.encode())]) == (host in accepted), host
    assert not hosts.accepts([(b"host", b"localhost"), (b"host", b"localhost")])
    assert not hosts.accepts([])
    assert origins.accepts([(b"origin", b"https://app.example.com")])
    assert not origins.accepts([(b"origin", b"http://app.example.com")])


def test_a_plain_text_post_runs_nothing(base: str) -> None:  # A03
    assert post(base, echo(), {"content-type": "text/plain"}).status_code in (400, 415)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Bearer",
        "Bearer " + "c" * 43,
        "Bearer " + "a" * 42,
        "Bearer " + "A" * 43,
        "Basic " + "a" * 43,
        "Bearer " + "a" * 43 + " " + "a" * 43,
        "Bearer " + "a" * 2000,
    ],
)
def test_without_a_right_token_there_is_only_401(locked: str, authorization: str | None) -> None:  # A19, S-103
    headers = {} if authorization is None else {"authorization": authorization}
    for path in ("/mcp", "/metrics", "/health", "/nothing"):
        answer = post(locked, echo(), headers, path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_each_token_is_its_own_principal_in_the_result_and_the_log(locked: str) -> None:  # S-130
    for name, token in TOKENS.items():
        answer = post(locked, echo(), bearer(token))
        assert answer.json()["result"]["structuredContent"]["principal"] == name


def test_a_token_in_the_url_is_refused(locked: str, base: str) -> None:
    for url in (locked, base):
        answer = post(url, echo(), bearer(TOKENS["alice"]), "/mcp?access_token=" + TOKENS["alice"])
        assert answer.status_code == 400


async def test_a_session_of_one_principal_does_not_exist_for_another(locked: str) -> None:  # A05
    opened = post(locked, {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}, bearer("a" * 43))
    session = {"mcp-session-id": opened.headers["mcp-session-id"], "mcp-protocol-version": "2025-11-25"}
    ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
    assert post(locked, ping, bearer("a" * 43) | session).status_code == 200
    foreign = post(locked, ping, bearer("b" * 43) | session)
    unknown = post(locked, ping, bearer("b" * 43) | session | {"mcp-session-id": "0" * 32})
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_an_open_address_without_a_token_is_refused(host: str) -> None:  # A18
    with pytest.raises(ConfigurationError, match="without authentication"):
        check_exposure(HttpSettings(host=host))
    check_exposure(HttpSettings(host=host, insecure_no_auth=True))
    check_exposure(HttpSettings(host=host, tokens=tuple(ENTRIES)))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_loopback_needs_no_token(host: str) -> None:
    assert is_loopback(host)
    check_exposure(HttpSettings(host=host))


def test_a_flood_of_one_client_leaves_places_for_the_other() -> None:  # A75
    with http(tokens=ENTRIES, max_calls=4) as (server, base), ThreadPoolExecutor(10) as pool:
        flood = [pool.submit(post, base, echo("sleep", seconds=2), bearer(TOKENS["alice"])) for _ in range(8)]
        server.log.until("plumbrule.calls call")  # the first that was refused
        assert "principal" in post(base, echo(), bearer(TOKENS["bob"])).json()["result"]["structuredContent"]
        results = [call.result(timeout=WAIT_S).json()["result"]["structuredContent"] for call in flood]
    refused = [result["error"] for result in results if "error" in result]
    assert {error["code"] for error in refused} == {"rate_limited"}
    assert all(error["retry_after_s"] > 0 for error in refused)


def test_a_thousand_calls_at_once_are_answered_or_refused_and_none_is_lost() -> None:  # F12
    with http(max_calls=100) as (_, base), ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(lambda _: post(base, echo("sleep", seconds=0.2)).json(), range(1000)))
    codes = {answer["result"]["structuredContent"].get("error", {}).get("code") for answer in answers}
    assert len(answers) == 1000
    assert None in codes
    assert codes <= {None, "overloaded"}


def test_a_refusal_is_one_log_line_that_names_the_host(locked: str) -> None:
    with http() as (server, base):
        post(base, echo(), {"host": "mcp.example.com"})
        server.log.until("refused a request with status 421")


# --- malformed, oversized, slow -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 100_000, 400),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"n":' + b"9" * 50_000 + b"}}", 400),
        (b"x" * 100_001, 413),
        (json.dumps([{"jsonrpc": "2.0", "id": 1, "method": "ping"}] * 100).encode(), 400),
        (b'{"jsonrpc":"2.0","id":1,"result":{}}', 400),
        (b"\xff\xfe", 400),
    ],
)
def test_a_body_that_is_no_request_is_refused(base: str, body: bytes, status: int) -> None:  # A06, A08, A11
    assert post(base, body, {"mcp-protocol-version": "2026-07-28"}).status_code == status


@pytest.mark.parametrize("text", ['"\\ud800"', "1e400", "NaN", "123456789012345678901234567890"])
def test_arguments_that_json_cannot_give_back_are_answered(base: str, text: str) -> None:  # A08
    body = json.dumps(echo("MARK")).replace('"MARK"', text).encode()
    routing = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "behave"}
    answer = post(base, body, routing)
    assert answer.json().get("error", {}).get("code") in (-32602, -32700) or "result" in answer.json()
    assert post(base, echo()).status_code == 200


def test_an_endless_body_is_cut(base: str) -> None:  # A06
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * 10_000

    routing = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    try:
        status = httpx2.post(base + "/mcp", content=endless(), headers=routing, timeout=WAIT_S).status_code
    except httpx2.TransportError:  # the connection was closed while we were still sending
        status = 413
    assert status == 413


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("mcp-method", "tools/list", -32020),
        ("mcp-name", "echo", -32020),
        ("mcp-protocol-version", "1999-01-01", -32022),
    ],
)
def test_headers_that_contradict_the_body_are_refused(
    base: str, header: str, value: str, code: int
) -> None:  # A09, A10
    answer = post(base, echo(), {header: value})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code or header == "mcp-protocol-version"


@pytest.mark.parametrize(
    "request_head",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"X-A: b\r\n folded\r\nContent-Length: 0\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n",
    ],
)
def test_ambiguous_framing_is_refused_and_the_connection_closed(base: str, request_head: bytes) -> None:  # A15
    said = raw(base, b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + request_head)
    assert said.startswith(b"HTTP/1.1 4")
    assert said.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "start",
    [b"", b"POST /mcp HT", b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12"],
)
def test_a_slow_request_is_cut_and_others_are_served_meanwhile(base: str, start: bytes) -> None:  # A07
    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()
        slow = pool.submit(raw, base, start)
        assert post(base, echo()).status_code == 200
        assert b"200 OK" not in slow.result(timeout=WAIT_S)
        assert time.monotonic() - started < 19  # the default would take 20 s


def test_a_slow_second_request_on_a_connection_is_cut_too(base: str) -> None:  # A07
    said = raw(base, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\nGET /livez HT")
    assert said.count(b"200 OK") == 1


def test_sessions_and_streams_are_bounded_and_refused_with_a_time_to_come_back(base: str) -> None:  # A12
    opening = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
    opened = []
    try:
        while (answer := post(base, opening)).status_code == 200:
            opened.append(answer.headers["mcp-session-id"])
            assert len(opened) <= 3
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
    finally:
        for session in opened:
            httpx2.delete(base + "/mcp", headers={"mcp-session-id": session})


def test_an_idle_session_is_closed_and_its_client_told_to_begin_anew() -> None:  # A12
    with http(session_idle_s=1) as (server, base):
        opening = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
        session = {"mcp-session-id": post(base, opening).headers["mcp-session-id"]}
        server.log.until("idle timeout")
        assert post(base, {"jsonrpc": "2.0", "id": 2, "method": "ping"}, session).status_code == 404


def test_a_forwarded_address_changes_nothing(base: str) -> None:  # A16
    forged = {"x-forwarded-for": "127.0.0.1", "x-forwarded-host": "localhost", "forwarded": "host=localhost"}
    assert post(base, echo(), forged | {"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    "path", ["/mcp/../metrics", "//metrics", "/%2e%2e/metrics", "/mcp/", "/MCP", "/admin", "/messages/", "/sse"]
)
def test_no_other_path_leads_anywhere(locked: str, path: str) -> None:  # A37
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".encode()
    assert raw(locked, head + b"\r\n").startswith(b"HTTP/1.1 401")
    token = f"Authorization: Bearer {TOKENS['alice']}\r\n\r\n".encode()
    assert raw(locked, head + token).startswith(b"HTTP/1.1 404")


# --- probes -------------------------------------------------------------------------------------------------------


def test_probes_are_open_and_details_are_not(locked: str) -> None:  # A36, S-134
    probe_host = {"host": "10.1.2.3:8765"}
    for path in ("/livez", "/readyz"):
        answer = httpx2.get(locked + path, headers=probe_host)
        assert (answer.status_code, answer.text) == (200, "ok\n")
    for path in ("/readyz?verbose", "/health"):
        assert httpx2.get(locked + path).status_code == 401
        assert httpx2.get(locked + path, headers=bearer(TOKENS["bob"])).status_code == 200


def test_pages_are_read_only(locked: str) -> None:
    for path in ("/livez", "/readyz", "/health"):
        assert httpx2.post(locked + path, headers=bearer(TOKENS["bob"])).status_code == 405
    assert httpx2.head(locked + "/livez").content == b""


def test_the_listening_line_names_the_address_and_an_address_in_use_is_named(base: str) -> None:
    port = urlsplit(base).port
    with pytest.raises(AssertionError, match=f"Cannot listen on 127.0.0.1:{port}"), http(port=port):
        pass


# --- the end ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("era", ["modern", "legacy"])
def test_running_calls_finish_while_probes_see_503(number: int, era: str, tmp_path: Path) -> None:  # F1, S-112
    with http(grace_s=60) as (server, base), ThreadPoolExecutor(60) as pool:
        headers: dict[str, str] = {}
        body = echo("gate", until=str(tmp_path / "open"))
        if era == "legacy":
            opening = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
            session = post(base, opening).headers["mcp-session-id"]
            headers = {"mcp-session-id": session, "mcp-protocol-version": "2025-11-25"}
            post(base, {"jsonrpc": "2.0", "method": "notifications/initialized"}, headers)
            del body["params"]["_meta"]
        calls = [pool.submit(post, base, {**body, "id": n}, headers) for n in range(50)]
        wait_for(base, "calls 50")
        server.signal(number)
        while (ready := httpx2.get(base + "/readyz")).status_code == 200:
            pass
        assert (ready.status_code, ready.text) == (503, "draining\n")
        refused = post(base, echo())
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "1"
        (tmp_path / "open").touch()
        answers = [call.result(timeout=WAIT_S) for call in calls]
        assert all(answer.status_code == 200 and '"isError":false' in answer.text for answer in answers)
        assert server.wait(EXIT_S) == 0


def test_a_call_beyond_the_grace_is_cut_and_the_exit_is_in_time() -> None:  # F1
    with http(grace_s=0.5) as (server, base), ThreadPoolExecutor(1) as pool:
        call = pool.submit(post, base, echo("child"))
        server.log.until(r"child \d+")
        server.signal()
        assert server.wait(0.5 + EXIT_S) == 0
        assert call.result(timeout=WAIT_S).status_code == 503
        assert any("child gone" in line for line in server.log.rest())


def test_open_streams_end_with_the_server() -> None:  # S-112
    with http() as (server, base), ThreadPoolExecutor(2) as pool:
        opening = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
        session = post(base, opening).headers["mcp-session-id"]
        listening = {
            "jsonrpc": "2.0",
            "id": 5,
            "method": "subscriptions/listen",
            "params": {"notifications": {"toolsListChanged": True}, "_meta": MODERN_META},
        }
        modern = pool.submit(post, base, listening)
        legacy_headers = {"mcp-session-id": session, "accept": "text/event-stream"}
        legacy = pool.submit(httpx2.get, base + "/mcp", headers=legacy_headers, timeout=WAIT_S)
        wait_for(base, "requests 1, streams 1")
        server.signal()
        assert server.wait(EXIT_S) == 0
        assert '"id":5' in modern.result(timeout=WAIT_S).text
        assert legacy.result(timeout=WAIT_S).status_code == 200


def test_a_second_signal_ends_it_at_once_with_130() -> None:  # S-112
    with http(grace_s=60) as (server, base), ThreadPoolExecutor(1) as pool:
        call = pool.submit(post, base, echo("sleep", seconds=60))
        wait_for(base, "calls 1")
        server.signal()
        while httpx2.get(base + "/readyz").status_code == 200:
            pass
        server.signal(signal.SIGINT)
        assert server.wait(EXIT_S) == 130
        assert call.result(timeout=WAIT_S).status_code == 503


async def test_an_authenticated_client_works_through_the_sdk(locked: str) -> None:
    async with httpx2.AsyncClient(headers=bearer(TOKENS["bob"]), timeout=WAIT_S) as http_client:
        transport = streamable_http_client(locked + "/mcp", http_client=http_client)
        async with Client(transport, mode="legacy") as client:
            result = await client.call_tool("behave", {"mode": "x"})
    assert result.structured_content is not None
    assert result.structured_content["principal"] == "bob"
