"""uvicorn, with the three things it lacks: a bound on slow requests, a drain, and an exit that is not a signal.

uvicorn has no timeout on headers or bodies (one byte every five seconds holds a connection for ever), waits without
end for event streams, and raises the signal again when it has finished (exit code -15).
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from plumbrule.mcp_server.server.front import Front

CLOSE_TIMEOUT_S = 1
"""After the drain nothing should be left; connections that still are get this long."""


def configured(front: "Front", *, receive_timeout_s: float) -> uvicorn.Config:
    """Settings of uvicorn for us: nothing logged, rewritten, upgraded or believed of what a proxy says."""
    return uvicorn.Config(
        front,
        http=_bounded(_http_protocol(), receive_timeout_s),
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
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `server/signals`."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what runs while the listener is still open, so that probes see 503 and not a closed door."""
        await self._drain()
        await super().shutdown(sockets)


def _http_protocol() -> type[asyncio.Protocol]:
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:  # no httptools wheel for this interpreter
        from uvicorn.protocols.http.h11_impl import H11Protocol

        return H11Protocol
    return HttpToolsProtocol


def _bounded(protocol: Any, receive_timeout_s: float) -> Any:
    """`protocol` with one clock from the first byte of a request to the last byte of its body.

    Typed loosely because uvicorn's two protocol classes share no base class; both keep the request in `cycle`.
    """

    class BoundedProtocol(protocol):  # type: ignore[misc]  # the base is chosen at run time
        """Closes a connection whose request does not arrive in time."""

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self._receive_clock = self.loop.call_later(receive_timeout_s, transport.abort)

        def data_received(self, data: bytes) -> None:
            if self._receive_clock is None and self._is_idle():
                self._receive_clock = self.loop.call_later(receive_timeout_s, self.transport.abort)
            super().data_received(data)
            if not self._is_idle() and not self.cycle.more_body:
                self._stop_clock()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_clock()
            super().connection_lost(exc)

        def _is_idle(self) -> bool:
            return self.cycle is None or self.cycle.response_complete

        def _stop_clock(self) -> None:
            if self._receive_clock is not None:
                self._receive_clock.cancel()
                self._receive_clock = None

    return BoundedProtocol
