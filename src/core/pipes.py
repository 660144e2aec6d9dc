"""Bytes through the pipes of a child process without blocking the event loop and without a deadlock.

`core.process` and `core.workers` lie above. Every read tries first and waits only when the pipe is empty, which
saves the event loop's round trip for most of a long output.
"""

import fcntl
import os
from collections.abc import Callable
from typing import IO, Literal

import anyio
import anyio.lowlevel

from plumbrule.core.errors import LimitExceeded

CHUNK_BYTES = 1 << 18
PIPE_BYTES = 1 << 20
"""Linux's default bound for an unprivileged pipe (/proc/sys/fs/pipe-max-size); the default of 64 kB makes git and us
take turns sixteen times as often."""

F_SETPIPE_SZ = 1031
"""From linux/fcntl.h; the module has the name only where it was built with it."""

TURN_BYTES = 1 << 20
"""After so much without a wait other tasks get a turn, and a cancellation is noticed."""


def grow_pipe(fd: int) -> None:
    """Ask for a larger pipe. It is only faster: a refusal (per-user cap, not Linux) changes nothing else."""
    try:
        fcntl.fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES)
    except OSError:
        return


class _Source:
    """Reads one non-blocking descriptor, fair to other tasks."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._since_turn = 0

    async def receive(self) -> bytes:
        """The next bytes, empty at the end."""
        while True:
            try:
                chunk = os.read(self._fd, CHUNK_BYTES)
            except BlockingIOError:
                await anyio.wait_readable(self._fd)
                self._since_turn = 0
                continue
            self._since_turn += len(chunk)
            if self._since_turn >= TURN_BYTES:
                self._since_turn = 0
                await anyio.lowlevel.checkpoint()
            return chunk


class Drain:
    """Empties a pipe to its end and keeps a bounded part: the first bytes or the last ones.

    `on_full` is called once when more than `total_bytes` (by default `max_bytes`) have come; the pipe is emptied
    no further.
    """

    def __init__(
        self,
        fd: int,
        *,
        keep: Literal["head", "tail"],
        max_bytes: int,
        on_full: Callable[[], None],
        total_bytes: int | None = None,
    ) -> None:
        self._source = _Source(fd)
        self._keep = keep
        self._max_bytes = max_bytes
        self._total_bytes = max_bytes if total_bytes is None else total_bytes
        self._on_full = on_full
        self._chunks: list[bytes] = []
        self._held = 0
        self._seen = 0
        self.overflowed = False
        self.finished = anyio.Event()

    async def run(self) -> None:
        """Empty the pipe; sets `finished` at its end."""
        try:
            await self._empty()
        finally:
            self.finished.set()

    async def _empty(self) -> None:
        while chunk := await self._source.receive():
            self._seen += len(chunk)
            self._take(chunk)
            if self._seen > self._total_bytes:
                self.overflowed = True
                self._on_full()
                return

    def kept(self) -> bytes:
        """What was kept, at most `max_bytes`."""
        whole = b"".join(self._chunks)
        return whole[: self._max_bytes] if self._keep == "head" else whole[-self._max_bytes :]

    def _take(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._held += len(chunk)
        if self._keep == "tail" and self._held > 2 * self._max_bytes + CHUNK_BYTES:
            self._chunks = [self.kept()]
            self._held = len(self._chunks[0])


class PipeReader:
    """Takes exact pieces from a pipe, at most `max_bytes` in all."""

    def __init__(self, fd: int, *, max_bytes: int) -> None:
        self._source = _Source(fd)
        self._buffer = bytearray()
        self._start = 0
        self._left = max_bytes

    async def read_exact(self, count: int) -> bytes | None:
        """The next `count` bytes, None when the pipe ends first."""
        while len(self._buffer) - self._start < count:
            if not await self._more():
                return None
        return self._cut(count)

    async def read_until(self, mark: bytes, max_bytes: int) -> bytes | None:
        """What comes up to and with `mark`, None when the pipe ends first."""
        searched = 0
        while True:
            found = self._buffer.find(mark, self._start + max(0, searched - len(mark) + 1))
            if found >= 0 and found + len(mark) - self._start <= max_bytes:
                return self._cut(found + len(mark) - self._start)
            searched = len(self._buffer) - self._start
            if found >= 0 or searched >= max_bytes:
                raise LimitExceeded(f"A line from a child process is longer than {max_bytes} bytes.")
            if not await self._more():
                return None

    async def read_some(self) -> bytes:
        """What is there, at least one byte; empty at the end."""
        if len(self._buffer) == self._start and not await self._more():
            return b""
        return self._cut(len(self._buffer) - self._start)

    async def _more(self) -> bool:
        chunk = await self._source.receive()
        self._left -= len(chunk)
        if self._left < 0:
            raise LimitExceeded("A child process printed more than its limit.")
        if self._start:
            del self._buffer[: self._start]
            self._start = 0
        self._buffer += chunk
        return bool(chunk)

    def _cut(self, count: int) -> bytes:
        end = self._start + count
        with memoryview(self._buffer) as view:
            piece = bytes(view[self._start : end])
        self._start = end
        return piece


class PipeWriter:
    """Writes to a child's stdin, one request after the other."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._fd = pipe.fileno()
        self._turn = anyio.Lock()
        os.set_blocking(self._fd, False)

    async def write(self, request: bytes) -> bool:
        """Send `request` whole; False when the child no longer reads."""
        async with self._turn:
            rest = memoryview(request)
            while rest:
                try:
                    rest = rest[os.write(self._fd, rest) :]
                except BlockingIOError:
                    await anyio.wait_writable(self._fd)
                except BrokenPipeError:
                    return False
            return True

    async def write_and_close(self, request: bytes) -> None:
        """Send `request` and end the input. A child that stops reading early is its own business."""
        await self.write(request)
        self.close()

    async def aclose(self) -> None:
        """End the input after everything that is being written."""
        async with self._turn:
            self.close()

    def close(self) -> None:
        if not self._pipe.closed:
            self._pipe.close()
