"""Serving one client over standard input and output, on the event loop and without threads.

The SDK's own transport hops to a worker thread for each read, write and flush (60 % of its time), drops malformed
lines without a word and dies at once on SIGTERM. This one reads and writes the descriptors that `server/descriptors`
claimed, answers what it cannot understand, and drains before it ends. Above: `server/transports`. Below:
`server/lines`.
"""

import asyncio
import logging
import os
from collections import deque
from types import TracebackType
from typing import Any, Self

import anyio
from mcp.shared.message import SessionMessage
from mcp.types import INTERNAL_ERROR, INVALID_REQUEST
from mcp_types import JSONRPCError, JSONRPCMessage, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse, RequestId

from plumbrule.mcp_server.server.descriptors import StdioPipes
from plumbrule.mcp_server.server.lines import LineSplitter, Refusal, decode, encode

CHUNK_BYTES = 256 * 1024
MAX_WAITING_LINES = 256
"""Lines read and not yet taken; beyond it the pipe fills and the client waits."""

MAX_OUTSTANDING = 1024
"""Requests without an answer yet; beyond it no further line is taken."""

_log = logging.getLogger(__name__)


class _Stream:
    """What the SDK asks of both ends besides the data."""

    async def aclose(self) -> None:
        """Nothing to close here: the descriptors belong to the transport, which outlives the loop."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> bool | None:
        del exc_type, exc_val, exc_tb
        await self.aclose()
        return None


class StdioTransport:
    """Both ends of one connection.

    `incoming` and `outgoing` go to the SDK. Input ends for the SDK only when every request has its answer or
    `abandon()` was called, because it cancels what runs as soon as it sees the end.
    """

    def __init__(self, pipes: StdioPipes, *, max_line_bytes: int) -> None:
        self._writer = _Writer(pipes.output_fd)
        self._reader = _Reader(pipes.input_fd, max_line_bytes)
        self.outstanding: set[str] = set()  # as text: clients may cancel 1 as "1", and the SDK lets them
        self.ended = anyio.Event()
        """Set when no further request will be taken: end of input, a broken output, or `stop()`."""
        self._settled = asyncio.Event()
        self._abandoned = False
        self.incoming = _Incoming(self)
        self.outgoing = _Outgoing(self)

    def stop(self) -> None:
        """Take no further requests."""
        self._reader.close()

    def abandon(self) -> None:
        """Let the SDK see the end of input now, whatever is still running."""
        self._abandoned = True
        self._reader.close()
        self._writer.hurry()
        self._settled.set()

    async def receive(self) -> SessionMessage:
        while True:
            line = await self._reader.next_line()
            if isinstance(line, _End):
                self.ended.set()
                await self._wait_settled(0)
                raise anyio.EndOfStream
            message = (
                Refusal(INVALID_REQUEST, "Invalid request: the line is too long.") if line is None else decode(line)
            )
            if isinstance(message, Refusal):
                _log.warning("refused a line on standard input: %s", message.message)
                await self._write(message.encoded())
            elif message is not None:
                await self._note_received(message)
                return SessionMessage(message)

    async def send(self, item: SessionMessage) -> None:
        message = item.message
        try:
            line = encode(message)
        except (TypeError, ValueError) as error:
            _log.error("a message could not be written as JSON", exc_info=error)
            if not isinstance(message, JSONRPCResponse):
                return
            line = Refusal(INTERNAL_ERROR, "The result could not be written.", message.id).encoded()
        await self._write(line)
        if isinstance(message, JSONRPCResponse | JSONRPCError) and message.id is not None:
            self._note_settled(message.id)

    async def _write(self, line: bytes) -> None:
        try:
            await self._writer.write(line)
        except OSError:  # the client is gone: there is nobody left to serve or to tell
            self.abandon()

    async def _note_received(self, message: JSONRPCMessage) -> None:
        if isinstance(message, JSONRPCRequest):
            await self._wait_settled(MAX_OUTSTANDING - 1)
            self.outstanding.add(str(message.id))
        elif isinstance(message, JSONRPCNotification) and message.method == "notifications/cancelled":
            cancelled = (message.params or {}).get("requestId")
            if isinstance(cancelled, str | int):
                self._note_settled(cancelled)  # it is not answered any more

    def _note_settled(self, request_id: RequestId) -> None:
        self.outstanding.discard(str(request_id))
        self._settled.set()

    async def _wait_settled(self, at_most: int) -> None:
        while len(self.outstanding) > at_most and not self._abandoned:
            self._settled.clear()
            await self._settled.wait()

    def close(self) -> None:
        self._reader.close()
        self._writer.close()


class _Incoming(_Stream):
    def __init__(self, transport: StdioTransport) -> None:
        self._transport = transport

    async def receive(self) -> SessionMessage | Exception:
        return await self._transport.receive()

    def __aiter__(self) -> Any:  # the SDK's protocol type for it is in a private module
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self._transport.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None


class _Outgoing(_Stream):
    def __init__(self, transport: StdioTransport) -> None:
        self._transport = transport

    async def send(self, item: SessionMessage, /) -> None:
        await self._transport.send(item)


class _End:
    """The type of the mark for the end of input."""


_END = _End()


class _Reader:
    """Lines from a descriptor of any kind.

    Pipes, sockets and terminals are watched by the event loop. Regular files and the null device cannot be watched
    and never block, so they are read directly.
    """

    def __init__(self, fd: int, max_line_bytes: int) -> None:
        self._fd = fd
        self._splitter = LineSplitter(max_line_bytes)
        self._lines: deque[bytes | _End | None] = deque()
        self._wanted: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._watching = False
        self._watchable = True
        self._ended = False

    async def next_line(self) -> bytes | _End | None:
        """The next line, None for one that was too long, the end mark for ever after the last."""
        while not self._lines:
            if self._ended:
                return _END
            await self._more()
        return self._lines.popleft()

    async def _more(self) -> None:
        self._watch()
        if not self._watchable:
            self._read()
            await asyncio.sleep(0)  # a long file must not keep the answers waiting
            return
        self._wanted = self._loop.create_future()
        try:
            await self._wanted
        finally:
            self._wanted = None

    def _watch(self) -> None:
        if self._watching or not self._watchable:
            return
        try:
            self._loop.add_reader(self._fd, self._read)
            self._watching = True
        except OSError:  # epoll's refusal of regular files and the null device
            self._watchable = False

    def _read(self) -> None:
        try:
            chunk = os.read(self._fd, CHUNK_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            chunk = b""
        if chunk:
            self._lines.extend(self._splitter.feed(chunk))
        else:
            self._end()
        if len(self._lines) > MAX_WAITING_LINES:
            self._unwatch()
        self._wake()

    def _end(self) -> None:
        self._unwatch()
        rest = self._splitter.rest()
        if rest and not self._ended:
            self._lines.append(rest)
        self._ended = True

    def _wake(self) -> None:
        if self._wanted is not None and not self._wanted.done() and (self._lines or self._ended):
            self._wanted.set_result(None)

    def _unwatch(self) -> None:
        if self._watching:
            self._loop.remove_reader(self._fd)
            self._watching = False

    def close(self) -> None:
        self._unwatch()
        self._ended = True
        self._wake()


class _Writer:
    """Whole lines to a descriptor, one after the other, waiting for a slow reader."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lock = asyncio.Lock()
        self._writers = 0  # `Lock.locked()` is false while the lock passes from one to the next
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Future[None] | None = None
        self._hurried = False
        self._was_blocking = os.get_blocking(fd)
        os.set_blocking(fd, False)

    async def write(self, line: bytes) -> None:
        """Write `line` wholly.

        Raises:
            OSError: the other side is gone.
        """
        if not self._writers:
            # The common case needs no lock: nothing else can run before this write has returned.
            line = line[self._write_some(line) :]
            if not line:
                return
        self._writers += 1
        try:
            async with self._lock:
                await self._write_all(line)
        finally:
            self._writers -= 1

    def _write_some(self, line: bytes | memoryview) -> int:
        try:
            return os.write(self._fd, line)
        except (BlockingIOError, InterruptedError):
            return 0

    async def _write_all(self, line: bytes) -> None:
        left = memoryview(line)
        # Half a line on the wire would spoil every later one, so cancellation waits for the line's end.
        with anyio.CancelScope(shield=True):
            while left:
                left = left[self._write_some(left) :]
                if left:
                    await self._writable()

    async def _writable(self) -> None:
        if self._hurried:
            raise BrokenPipeError("the client does not read")
        self._waiting = ready = self._loop.create_future()
        self._loop.add_writer(self._fd, _fulfil, ready)
        try:
            await ready
        finally:
            self._waiting = None
            self._loop.remove_writer(self._fd)

    def hurry(self) -> None:
        """Wait for nobody from here on: a client that has stopped reading must not hold the shutdown up."""
        self._hurried = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(BrokenPipeError("the client does not read"))

    def close(self) -> None:
        """Give the descriptor back as it was: a terminal is shared with the shell."""
        os.set_blocking(self._fd, self._was_blocking)


def _fulfil(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
