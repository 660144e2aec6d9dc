"""Serving a built server: over standard input and output, over Streamable HTTP, over SSE.

Each function serves until a stop signal or the end of its input, finishes what runs, and gives the process's exit
code: 0, or 130 when a second signal forced the end. Above: `app`. Below: `server/stdio`, `server/front`.
"""

import logging
import os
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

import anyio

from plumbrule.core.errors import ConfigurationError
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.server.auth import Authenticator, parse_tokens
from plumbrule.mcp_server.server.build import ProtocolServer
from plumbrule.mcp_server.server.descriptors import StdioPipes
from plumbrule.mcp_server.server.front import Application, Front, Metrics, Receive, Scope, Send
from plumbrule.mcp_server.server.health import Health
from plumbrule.mcp_server.server.http_security import AllowedHosts, AllowedOrigins, check_exposure
from plumbrule.mcp_server.server.settings import HttpSettings, StdioSettings
from plumbrule.mcp_server.server.signals import StopSignals, end_process_after
from plumbrule.mcp_server.server.stdio import StdioTransport

PARENT_POLL_S = 1.0
CLEANUP_S = 0.5
"""What cancelled calls get to clean up at the end of a stdio session: drain and this stay within 2 s together."""

EXIT_MARGIN_S = 1.0
"""After the grace period the process is gone within this time, whatever still hangs."""

LISTEN_BACKLOG = 1024

_log = logging.getLogger(__name__)


async def serve_stdio(server: ProtocolServer, settings: StdioSettings, pipes: StdioPipes) -> int:
    """Serve the one client behind `pipes` (from `descriptors.claim_stdio`) and give the exit code."""
    transport = StdioTransport(pipes, max_line_bytes=settings.max_line_bytes)
    signals = StopSignals(finish=transport.stop, stop_now=transport.abandon)
    try:
        with signals.watching():
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_stop_with_parent, transport, pipes.parent_pid)
                tasks.start_soon(_end_stdio, server, transport, settings.drain_s)
                _log.info("serving on stdio", extra={"transport": "stdio"})
                await server.sdk.run(transport.incoming, transport.outgoing, server.sdk.create_initialization_options())
                tasks.cancel_scope.cancel()
    finally:
        transport.close()
    return signals.exit_code


async def _end_stdio(server: ProtocolServer, transport: StdioTransport, drain_s: float) -> None:
    """When input has ended, bound what is left: running calls get `drain_s`, their cleanup a little more."""
    await transport.ended.wait()
    server.listening.close()
    await anyio.sleep(drain_s)
    transport.abandon()
    timer = end_process_after(CLEANUP_S, 0)
    try:
        await anyio.sleep_forever()
    finally:
        timer.cancel()


async def _stop_with_parent(transport: StdioTransport, parent_pid: int) -> None:
    """End when the process that started us is gone: its end of the pipe may live on in a child of its."""
    while os.getppid() == parent_pid:  # noqa: ASYNC110 - the kernel sends no event for it
        await anyio.sleep(PARENT_POLL_S)
    transport.stop()


@dataclass(frozen=True, slots=True)
class _HttpEndpoints:
    """What one HTTP transport mounts, and what has to run around it."""

    name: str
    entry_path: str
    routes: dict[str, Application]
    running: Callable[[], AbstractAsyncContextManager[None]]


async def serve_http(
    server: ProtocolServer, settings: HttpSettings, *, health: Health | None = None, metrics: Metrics | None = None
) -> int:
    """Serve Streamable HTTP on `/mcp`, both eras, and give the exit code.

    Raises:
        ConfigurationError: the address cannot be listened on, or would be open to the network without a token.
    """
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager  # Starlette: not for stdio

    manager = StreamableHTTPSessionManager(
        server.sdk,
        max_request_body_size=settings.max_body_bytes,
        max_sessions=settings.max_sessions,
        session_idle_timeout=settings.session_idle_s,
    )
    endpoints = _HttpEndpoints("http", "/mcp", {"/mcp": manager.handle_request}, manager.run)
    return await _serve(server, settings, endpoints, health, metrics)


async def serve_sse(
    server: ProtocolServer, settings: HttpSettings, *, health: Health | None = None, metrics: Metrics | None = None
) -> int:
    """Serve the superseded SSE transport on `/sse` and `/messages/`, and give the exit code.

    Raises:
        ConfigurationError: as `serve_http`.
    """
    from mcp.server.sse import SseServerTransport  # Starlette: not for stdio

    sse = SseServerTransport("/messages/", max_request_body_size=settings.max_body_bytes)
    options = server.sdk.create_initialization_options()

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        async with sse.connect_sse(scope, receive, send) as (incoming, outgoing):
            await server.sdk.run(incoming, outgoing, options)

    routes: dict[str, Application] = {"/sse": stream, "/messages/": sse.handle_post_message}
    return await _serve(server, settings, _HttpEndpoints("sse", "/sse", routes, nullcontext), health, metrics)


async def _serve(
    server: ProtocolServer,
    settings: HttpSettings,
    endpoints: _HttpEndpoints,
    health: Health | None,
    metrics: Metrics | None,
) -> int:
    from plumbrule.mcp_server.server.uvicorn_server import DrainingServer, configured  # uvicorn: not for stdio

    check_exposure(settings)
    health = health or Health(server.runtime.mask)
    front = _front(server, settings, endpoints, health, metrics)
    listener = _listen(settings.host, settings.port)
    uvicorn = DrainingServer(
        configured(front, receive_timeout_s=settings.receive_timeout_s), lambda: front.drain(settings.grace_s)
    )

    def finish() -> None:
        health.state = "draining"
        server.listening.close()
        uvicorn.should_exit = True
        end_process_after(settings.grace_s + EXIT_MARGIN_S, 0)

    signals = StopSignals(finish, stop_now=front.end_everything)
    with signals.watching():
        async with endpoints.running():
            _log_listening(listener, endpoints)
            health.state = "ready"
            await uvicorn.serve(sockets=[listener])
    return signals.exit_code


def _front(
    server: ProtocolServer,
    settings: HttpSettings,
    endpoints: _HttpEndpoints,
    health: Health,
    metrics: Metrics | None,
) -> Front:
    return Front(
        endpoints.routes,
        hosts=AllowedHosts(settings),
        origins=AllowedOrigins(settings.allowed_origins),
        authenticator=Authenticator(parse_tokens(settings.tokens)),
        health=health,
        metrics=metrics,
        max_streams=settings.max_sessions,
        calls_running=lambda: server.runtime.admission.running,
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return socket.create_server(address[:2], family=family, backlog=LISTEN_BACKLOG)
    except OSError as error:
        raise ConfigurationError(
            f"Cannot listen on {host}:{port}: {error.strerror or error}.",
            hint="Choose another http.port (0 takes a free one) or http.host, or stop what listens there.",
        ) from error


def _log_listening(listener: socket.socket, endpoints: _HttpEndpoints) -> None:
    host, port = listener.getsockname()[:2]
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}{endpoints.entry_path}"
    _log.info("listening on %s", url, extra={"transport": endpoints.name, "url": url})
