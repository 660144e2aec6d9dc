"""uvicorn, with the three things it lacks: a bound on slow requests, a drain, and an exit that is not a signal.

uvicorn has no timeout on headers or bodies (one byte every five seconds holds a connection for ever), waits without
end for event streams, and raises the signal again when it has finished (exit code -15).
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

import uvicorn

if TYPE_CHECKING:
    from plumbrule.mcp_server.server.front import Front

CLOSE_TIMEOUT_S = 1
"""After the drain nothing should be left; connections that still are get this long."""


def configured(front: "Front", *, receive_timeout_s: float) -> uvicorn.Config:
    """Settings of uvicorn for us: nothing logged, rewritten, upgraded or believed of what a proxy says."""
    return uvicorn.Config(
        front,
        http=cast("type[asyncio.Protocol]", partial(_BoundedProtocol, receive_timeout_s)),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=CLOSE_TIMEOUT_S,
    )


class DrainingServer(uvicorn.Server):
    """Ends by `drain` and then by closing connections; handles no signals itself."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._drain = drain

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to `server/signals`."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what runs while the listener is still open, so that probes see 503 and not a closed door."""
        await self._drain()
        await super().shutdown(sockets)


class _RequestState(Protocol):
    """What uvicorn keeps about the request on a connection."""

    more_body: bool
    response_complete: bool


class _HttpProtocol(Protocol):
    """What both of uvicorn's HTTP protocol classes are; they share no base class."""

    @property
    def cycle(self) -> _RequestState | None: ...
    def connection_made(self, transport: asyncio.Transport) -> None: ...
    def connection_lost(self, exc: Exception | None) -> None: ...
    def data_received(self, data: bytes) -> None: ...
    def eof_received(self) -> None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...


def _new_http_protocol(**arguments: Any) -> _HttpProtocol:
    """A connection's protocol as uvicorn makes it: httptools where it is installed, else h11."""
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:  # no httptools wheel for this interpreter
        from uvicorn.protocols.http.h11_impl import H11Protocol

        return H11Protocol(**arguments)
    return HttpToolsProtocol(**arguments)


class _BoundedProtocol(asyncio.Protocol):
    """Puts one clock on each request, from its first byte to the last of its body, and ends the connection by it."""

    def __init__(self, receive_timeout_s: float, **arguments: Any) -> None:
        self._inner = _new_http_protocol(**arguments)
        self._receive_timeout_s = receive_timeout_s
        self._clock: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._start_clock()
        self._inner.connection_made(self._transport)

    def data_received(self, data: bytes) -> None:
        if self._clock is None and self._is_idle():
            self._start_clock()
        self._inner.data_received(data)
        cycle = self._inner.cycle
        if cycle is not None and not cycle.response_complete and not cycle.more_body:
            self._stop_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        self._inner.connection_lost(exc)

    def eof_received(self) -> None:
        self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def _is_idle(self) -> bool:
        return self._inner.cycle is None or self._inner.cycle.response_complete

    def _start_clock(self) -> None:
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        self._clock = loop.call_later(self._receive_timeout_s, self._transport.abort)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
