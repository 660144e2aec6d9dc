"""Our whole boundary costs at most 60 us of CPU a call over the bare SDK's echo, over stdio and over HTTP.

CPU is the server's own, from the kernel's scheduler statistics; the peer runs in the same minute, rounds alternate,
and the least of five counts. Ours does all that a call gets: call id, checks, deadline, admission, one masking pass
and one JSON log line. Two peers: the SDK as it comes, and the SDK on our transport (over HTTP both are uvicorn with
httptools and uvloop), which leaves nothing but the boundary between the two; that difference is the bar.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SERVERS = Path(__file__).with_name("_echo_servers.py")
CALLS = 1500
WARM_UP = 300
ROUNDS = 5
BAR_US = 60.0
START_LIMIT_S = 30
TEXT = "x" * 64
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "benchmark", "version": "1"},
}
CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
BODY = json.dumps({**CALL, "params": {"name": "echo", "arguments": {"text": TEXT}, "_meta": META}}).encode()


def cpu_us(pid: int) -> float:
    """CPU time of all threads of a process."""
    tasks = Path(f"/proc/{pid}/task")
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1000


class Peer:
    """One echo server and a way to call it once."""

    def __init__(self, kind: str, transport: str) -> None:
        self.best_us = float("inf")
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `close`; a pipe would wake a reader at each line
        self.process = subprocess.Popen(
            [sys.executable, SERVERS, kind, transport],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
        )
        self.call: Callable[[], bytes] = self._over_stdio
        if transport == "http":
            self.url = self._address()
            self.call = self._over_http
            self._connect()

    def _over_stdio(self) -> bytes:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(BODY + b"\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def _address(self) -> str:
        give_up_at = time.monotonic() + START_LIMIT_S
        while time.monotonic() < give_up_at:
            if found := re.search(rb"listening on (http://[^\s\"]+)", os.pread(self.log.fileno(), 65536, 0)):
                return found[1].decode()
            time.sleep(0.05)
        raise RuntimeError("the server never said where it listens")

    def _connect(self) -> None:
        """A fresh connection for each round: uvicorn closes one that rests for five seconds."""
        parts = urlsplit(self.url)
        self.connection = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=START_LIMIT_S)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.connection.makefile("rb")
        self.head = (
            f"POST /mcp HTTP/1.1\r\nHost: localhost:{parts.port}\r\nContent-Type: application/json\r\n"
            "Accept: application/json, text/event-stream\r\nMcp-Protocol-Version: 2026-07-28\r\n"
            f"Mcp-Method: tools/call\r\nMcp-Name: echo\r\nContent-Length: {len(BODY)}\r\n\r\n"
        ).encode()

    def _over_http(self) -> bytes:
        self.connection.sendall(self.head + BODY)
        length = 0
        while (line := self.reader.readline()) != b"\r\n":
            if not line:
                raise RuntimeError("the server closed the connection")
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return self.reader.read(length)

    def check(self) -> None:
        """The answer is the right one, or nothing measured here means anything."""
        answer: Any = json.loads(self.call())
        assert answer["result"]["structuredContent"]["text"] == TEXT, answer

    def round(self, calls: int) -> None:
        if self.call == self._over_http:
            self._disconnect()
            self._connect()
        before = cpu_us(self.process.pid)
        for _ in range(calls):
            self.call()
        self.best_us = min(self.best_us, (cpu_us(self.process.pid) - before) / calls)

    def _disconnect(self) -> None:
        self.reader.close()
        self.connection.close()

    def close(self) -> None:
        if self.call == self._over_http:
            self._disconnect()
        self.process.kill()
        self.process.wait()
        self.log.close()


def compare(transport: str) -> bool:
    """Measure and print one transport; whether the bar holds."""
    kinds = ("ours", "bare-ours", "bare") if transport == "stdio" else ("ours", "bare")
    peers = {kind: Peer(kind, transport) for kind in kinds}
    try:
        for peer in peers.values():
            peer.check()
            peer.round(WARM_UP)
            peer.best_us = float("inf")
        for _ in range(ROUNDS):
            for peer in peers.values():
                peer.round(CALLS)
    finally:
        for peer in peers.values():
            peer.close()
    return report(transport, {kind: peer.best_us for kind, peer in peers.items()})


def report(transport: str, us: dict[str, float]) -> bool:
    rows = {"ours": "ours", "bare-ours": "bare SDK, our transport", "bare": "bare SDK"}
    for kind, label in rows.items():
        if kind in us:
            print(f"{transport:5}  {label:24} {us[kind]:5.0f} us CPU a call   ours is {us['ours'] / us[kind]:.2f}x")
    over = us["ours"] - us.get("bare-ours", us["bare"])
    verdict = "held" if over <= BAR_US else "MISSED"
    print(f"{transport:5}  {'the boundary alone':24} {over:+5.0f} us              bar {BAR_US:.0f} us: {verdict}")
    return over <= BAR_US


def main() -> int:
    if not Path("/proc/self/task").is_dir():
        print("this claim reads CPU time from Linux's /proc and says nothing elsewhere", file=sys.stderr)
        return 2
    return 0 if all([compare("stdio"), compare("http")]) else 1


if __name__ == "__main__":
    sys.exit(main())
