"""Starts `echo_app.py` (or another program that serves) as a process and talks to it, with a bound on every wait."""

import json
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ECHO_APP = str(Path(__file__).with_name("echo_app.py"))
WAIT_S = 30
LISTENING = re.compile(r"listening on (http://[^\s\",]+)")


class Output:
    """Lines of a pipe, read by a thread so that the process never blocks on it."""

    def __init__(self, pipe: Any) -> None:
        self.lines: list[str] = []
        self._queue: queue.Queue[str | None] = queue.Queue()
        self._thread = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self._thread.start()

    def _read(self, pipe: Any) -> None:
        with pipe:
            for raw in pipe:
                self._queue.put(raw.decode("utf-8", "replace"))
        self._queue.put(None)

    def next(self) -> str | None:
        """The next line, None at the end."""
        line = self._queue.get(timeout=WAIT_S)
        if line is not None:
            self.lines.append(line)
        return line

    def until(self, pattern: str) -> re.Match[str]:
        """The first further line that matches."""
        while (line := self.next()) is not None:
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"no line matched {pattern!r} in:\n{''.join(self.lines)}")

    def rest(self) -> list[str]:
        """What comes until the end."""
        start = len(self.lines)
        while self.next() is not None:
            pass
        return self.lines[start:]


class Served:
    """A serving process with its output read line by line."""

    def __init__(
        self,
        *arguments: str,
        stdin: Any = subprocess.PIPE,
        command: tuple[str, ...] = (),
        reads: bool = True,
        **popen: Any,
    ) -> None:
        self.process = subprocess.Popen(
            [*(command or (sys.executable, ECHO_APP)), *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **popen,
        )
        if reads:
            self.out = Output(self.process.stdout)
        self.log = Output(self.process.stderr)

    def signal(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def wait(self, limit_s: float = WAIT_S) -> int:
        """The exit code; a process that does not end in time fails the test."""
        return self.process.wait(timeout=limit_s)

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: object) -> None:
        self.write(json.dumps(message).encode() + b"\n")

    def end_input(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def receive(self) -> dict[str, Any]:
        """The next message on standard output."""
        line = self.out.next()
        assert line is not None, "".join(self.log.rest())
        return json.loads(line)

    def ask(self, method: str, params: object = None, *, id: int | str = 1) -> dict[str, Any]:
        """Send a request and give its answer, skipping what comes before it."""
        self.send({"jsonrpc": "2.0", "id": id, "method": method, **({} if params is None else {"params": params})})
        while (message := self.receive()).get("id") != id:
            pass
        return message

    def introduce(self) -> dict[str, Any]:
        """The handshake of the handshake era."""
        answer = self.ask("initialize", INITIALIZE, id="init")
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return answer

    def close(self) -> None:
        if self.process.stdin is not None and not self.process.stdin.closed:
            with suppress(BrokenPipeError):
                self.process.stdin.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=WAIT_S)
        if self.process.stdout is not None and not hasattr(self, "out"):
            self.process.stdout.close()


INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}

MODERN_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
}


@contextmanager
def stdio(*, reads: bool = True, **options: object) -> Iterator[Served]:
    """The echo server over stdio."""
    served = Served("stdio", *_pairs(options), reads=reads)
    try:
        yield served
    finally:
        served.close()


@contextmanager
def http(transport: str = "http", **options: object) -> Iterator[tuple[Served, str]]:
    """The echo server over HTTP or SSE, and its base address."""
    served = Served(transport, *_pairs(options), stdin=subprocess.DEVNULL)
    try:
        url = served.log.until(LISTENING.pattern)[1]
        yield served, url.rsplit("/", 1)[0]
    finally:
        served.close()


def _pairs(options: dict[str, object]) -> list[str]:
    return [f"{key}={json.dumps(value)}" for key, value in options.items()]
