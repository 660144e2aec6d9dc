"""The ASGI application before the SDK's: who may come in, health pages, and the count of what is under way.

Checks stand in one order for every path: path, Host, Origin, credentials, shutdown, room. The SDK's own Host and
Origin check is off, because it would run too late (after authentication) and not at all for the health pages.
Below: the SDK's endpoint. Above: `server/uvicorn_server`.
"""

import logging
from collections.abc import Awaitable, Callable, Generator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

import anyio
import orjson
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken

from plumbrule.mcp_server.server.auth import Authenticator, has_token_in_query
from plumbrule.mcp_server.server.health import Health, Page
from plumbrule.mcp_server.server.http_security import AllowedHosts, AllowedOrigins

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Metrics = Callable[[], tuple[bytes, str]]
"""The exposition text and its content type."""

MAX_LOGGED_CHARACTERS = 100
_log = logging.getLogger(__name__)

OPEN_PAGES = ("/livez", "/readyz")
"""Answered to anybody under any Host, as long as no details are asked for."""

READING = ("GET", "HEAD")

RETRY_AFTER = (b"retry-after", b"1")


class Front:
    """The whole HTTP surface of one server.

    Args:
        routes: exact paths and path prefixes (ending in `/`) of the protocol's endpoints.
        max_streams: most open event streams (GET requests to a route).
        calls_running: how many calls run, whichever request started them.
    """

    def __init__(
        self,
        routes: Mapping[str, Application],
        *,
        hosts: AllowedHosts,
        origins: AllowedOrigins,
        authenticator: Authenticator,
        health: Health,
        metrics: Metrics | None,
        max_streams: int,
        calls_running: Callable[[], int],
    ) -> None:
        self._routes = routes
        self._hosts = hosts
        self._origins = origins
        self._authenticator = authenticator
        self._health = health
        self._metrics = metrics
        self._max_streams = max_streams
        self._calls_running = calls_running
        self._requests: set[anyio.CancelScope] = set()
        self._streams: set[anyio.CancelScope] = set()
        self._ended = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        # httptools keeps blanks around header values; the protocol compares them (conformance http-header-validation).
        scope["headers"] = headers = [(name, value.strip(b" \t")) for name, value in scope["headers"]]
        path: str = scope["path"]
        if path in OPEN_PAGES and not scope["query_string"] and scope["method"] in READING:
            page = self._health.live() if path == "/livez" else await self._health.ready()
            await _answer(scope, send, page)
            return
        application = self._application(path)
        refusal = self._refusal(scope, headers, found=application is not None)
        if refusal is not None:
            _log_refusal(scope, headers, refusal[0].status)
            await _answer(scope, send, *refusal)
        else:
            assert application is not None
            await application(scope, receive, send)

    def _application(self, path: str) -> Application | None:
        if path in (*OPEN_PAGES, "/health") or (path == "/metrics" and self._metrics is not None):
            return self._operator_page
        if path in self._routes:
            return self._tracked(self._routes[path])
        for prefix, application in self._routes.items():
            if prefix.endswith("/") and path.startswith(prefix):
                return self._tracked(application)
        return None

    def _refusal(
        self, scope: Scope, headers: list[tuple[bytes, bytes]], *, found: bool
    ) -> tuple[Page, list[tuple[bytes, bytes]]] | None:
        if not self._hosts.accepts(headers):
            return Page(421, b"This server does not answer to that Host; see http.allowed_hosts.\n"), []
        if not self._origins.accepts(headers):
            return Page(403, b"This Origin is not allowed; see http.allowed_origins.\n"), []
        if has_token_in_query(scope["query_string"]):
            return Page(400, b"Credentials belong in the Authorization header, not in the URL.\n"), []
        if self._authenticator.required:
            given = _single(headers, b"authorization")
            name = self._authenticator.identify(given)
            if name is None:
                # RFC 6750 3.1: no error code for a request that offered nothing.
                challenge = b'Bearer realm="plumbrule"' + (b"" if given is None else b', error="invalid_token"')
                return Page(401, b"A valid bearer token is required.\n"), [(b"www-authenticate", challenge)]
            scope["user"] = AuthenticatedUser(AccessToken(token="", client_id=name, scopes=[]))
        return None if found else (Page(404, b"Not found.\n"), [])

    async def _operator_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        if scope["method"] not in READING:
            await _answer(scope, send, Page(405, b"Only GET and HEAD.\n"), [(b"allow", b"GET, HEAD")])
            return
        if scope["path"] == "/metrics":
            assert self._metrics is not None
            body, content_type = self._metrics()
            page = Page(200, body, content_type.encode())
        elif scope["path"] == "/livez":
            page = self._health.live()
        elif scope["path"] == "/health":
            page = await self._health.details(self._load())
        else:
            page = await self._health.verbose(self._load())
        await _answer(scope, send, page)

    def _load(self) -> dict[str, int]:
        return {"calls": self._calls_running(), "requests": len(self._requests), "streams": len(self._streams)}

    def _tracked(self, application: Application) -> Application:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            is_stream = scope["method"] == "GET"
            under_way = self._streams if is_stream else self._requests
            if self._health.state == "draining":
                await _answer(scope, send, _unavailable("The server is shutting down."), [RETRY_AFTER])
            elif is_stream and len(self._streams) >= self._max_streams:
                await _answer(scope, send, _unavailable("Too many open streams."), [RETRY_AFTER])
            else:
                await _run(application, scope, receive, send, under_way)

        return handle

    async def drain(self, grace_s: float) -> None:
        """Let what runs finish for `grace_s`, then end it; event streams end once nothing can come on them."""
        with anyio.move_on_after(grace_s):
            while (self._requests or self._calls_running()) and not self._ended:  # noqa: ASYNC110 - two counters, once
                await anyio.sleep(0.02)
            if self._streams:
                await anyio.sleep(0.05)  # answers of calls that ended just now are on their way to these streams
        self.end_everything()

    def end_everything(self) -> None:
        """Cancel every request and stream."""
        self._ended = True
        for scope in [*self._requests, *self._streams]:
            scope.cancel()


async def _run(
    application: Application, scope: Scope, receive: Receive, send: Send, under_way: set[anyio.CancelScope]
) -> None:
    """Run one request so that `drain` can wait for it and end it; whatever happens, the response is completed."""
    response = _Response(scope, send)
    with _listed(under_way) as cancel_scope:
        await application(scope, receive, response.send)
    if cancel_scope.cancelled_caught:
        await response.complete()


@contextmanager
def _listed(under_way: set[anyio.CancelScope]) -> Generator[anyio.CancelScope]:
    with anyio.CancelScope() as cancel_scope:
        under_way.add(cancel_scope)
        try:
            yield cancel_scope
        finally:
            under_way.discard(cancel_scope)


class _Response:
    """Watches a response go out, so that it can be ended properly when its request is cut short."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._started = False
        self._finished = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started = True
            if message["status"] == 503:
                message = {**message, "headers": [*message.get("headers", ()), RETRY_AFTER]}
        elif message["type"] == "http.response.body":
            self._finished = not message.get("more_body", False)
        await self._send(message)

    async def complete(self) -> None:
        if not self._started:
            await _answer(self._scope, self._send, _unavailable("The server was shut down."), [RETRY_AFTER])
        elif not self._finished:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


async def _answer(scope: Scope, send: Send, page: Page, extra: list[tuple[bytes, bytes]] | None = None) -> None:
    headers = [
        (b"content-type", page.content_type),
        (b"content-length", str(len(page.body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        *(extra or ()),
    ]
    await send({"type": "http.response.start", "status": page.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else page.body
    await send({"type": "http.response.body", "body": body})


def _log_refusal(scope: Scope, headers: list[tuple[bytes, bytes]], status: int) -> None:
    """One line with what an operator needs to tell an attack from a missing setting."""
    client = scope.get("client") or ("", 0)
    host = (_single(headers, b"host") or b"").decode("latin-1")[:MAX_LOGGED_CHARACTERS]
    path = str(scope["path"])[:MAX_LOGGED_CHARACTERS]
    fields = {"status": status, "path": path, "host": host, "client": client[0]}
    _log.warning("refused a request with status %d", status, extra=fields)


def _unavailable(reason: str) -> Page:
    error = {"code": -32000, "message": reason}
    return Page(503, orjson.dumps({"jsonrpc": "2.0", "id": None, "error": error}), b"application/json")


def _single(headers: list[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """The header's value when it is there exactly once."""
    values = [value for key, value in headers if key == name]
    return values[0] if len(values) == 1 else None
