"""One client on standard input and output: pure JSON-RPC, an answer to every line, a clean end."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from serving import ECHO_APP, INITIALIZE, MODERN_META, Served, stdio

EXIT_S = 20
"""The end comes 2 s after its reason (F2). A busy machine may take ten times that; what hangs here does so for 60 s."""


@contextmanager
def stdio_unread() -> Iterator[Served]:
    """The echo server with its handshake sent and its standard output left alone."""
    with stdio(reads=False) as server:
        server.send({"jsonrpc": "2.0", "id": "init", "method": "initialize", "params": INITIALIZE})
        server.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        yield server


def call(mode: str, number: int | str = 2, **arguments: Any) -> dict[str, Any]:
    params = {"name": "behave", "arguments": {"mode": mode, **arguments}}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def test_nothing_but_json_rpc_is_on_standard_output() -> None:  # S-01, A14
    with stdio() as server:
        server.introduce()
        server.send(call("print"))
        assert server.receive()["result"]["isError"] is False
        server.end_input()
        assert server.out.rest() == []
        assert server.wait() == 0
        noise = "".join(server.log.rest())
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in server.out.lines)
    assert "noise at start-up" in noise
    assert "noise from print" in noise
    assert "noise from a child" in noise


@pytest.mark.parametrize("mode", ["legacy", "auto", "2026-07-28"])
async def test_the_sdks_client_talks_to_it_in_every_era(mode: str) -> None:  # S-01
    parameters = StdioServerParameters(command=sys.executable, args=[ECHO_APP, "stdio"])
    heard: list[float] = []

    async def listen(done: float, _: float | None, __: str | None) -> None:
        heard.append(done)

    async with Client(parameters, mode=mode) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["echo", "behave"]
        result = await client.call_tool("behave", {"mode": "progress"}, progress_callback=listen)
    assert result.structured_content is not None
    assert result.structured_content["principal"] == "local"
    assert heard == sorted(heard)
    assert heard[-1] == 5


@pytest.mark.parametrize(
    ("line", "code", "number"),
    [
        (b"garbage\n", -32700, None),
        (b'{"jsonrpc":"2.0","id":7,\n', -32700, None),
        (b'"\xff\xfe"\n', -32700, None),
        (b"[" * 100_000 + b"\n", -32700, None),
        (b'{"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":NaN}}\n', -32700, None),
        (b'{"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":"\\ud800"}}\n', -32700, None),
        (b'[{"jsonrpc":"2.0","id":7,"method":"ping"}]\n', -32600, None),
        (b"17\n", -32600, None),
        (b'{"id":7,"method":"ping"}\n', -32600, 7),
        (b'{"jsonrpc":"2.0","id":true,"method":"ping"}\n', -32600, None),
        (b"x" * 3000 + b"\n", -32600, None),
        (b'{"jsonrpc":"2.0","id":9,"method":"no/such"}\r\n', -32601, 9),
    ],
)
def test_a_line_that_is_no_request_is_answered_and_the_stream_goes_on(
    line: bytes, code: int, number: int | None
) -> None:  # A08, A11, A13
    limit = 200_000 if len(line) > 50_000 else 2048
    with stdio(max_line_bytes=limit) as server:
        server.introduce()
        server.write(b"\r\n  \n" + line)
        answer = server.receive()
        assert answer["error"]["code"] == code
        assert answer["id"] == number
        assert server.ask("ping")["result"] == {}


def test_a_line_longer_than_the_pipe_is_skipped_whole() -> None:  # A13
    with stdio(max_line_bytes=100_000) as server:
        server.introduce()
        server.write(b"x" * 5_000_000 + b"\n")
        assert server.receive()["error"]["code"] == -32600
        assert server.ask("ping")["result"] == {}


def test_half_a_message_before_the_end_is_answered_and_the_exit_is_clean() -> None:  # A13
    with stdio() as server:
        server.introduce()
        server.write(b'{"jsonrpc":"2.0","id":1')
        server.end_input()
        assert server.receive()["error"]["code"] == -32700
        assert server.wait(EXIT_S) == 0


def test_requests_before_the_end_of_input_are_all_answered() -> None:
    with stdio(drain_s=30) as server:
        server.introduce()
        for number in range(50):
            server.send(call("sleep", number, seconds=0.1))
        server.end_input()
        assert {server.receive()["id"] for _ in range(50)} == set(range(50))
        assert server.wait(EXIT_S) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_lets_running_calls_finish(number: int) -> None:  # S-112, F1
    with stdio(drain_s=30) as server:
        server.introduce()
        server.send(call("sleep", seconds=0.5))
        server.send({"jsonrpc": "2.0", "id": 3, "method": "ping"})
        assert server.receive()["id"] == 3
        server.signal(number)
        assert server.receive()["result"]["isError"] is False
        assert server.wait(EXIT_S) == 0


@pytest.mark.parametrize("way", ["eof", "sigterm"])
def test_a_call_that_does_not_finish_is_cancelled_and_the_exit_is_in_time(way: str) -> None:  # F2
    with stdio() as server:
        server.introduce()
        server.send(call("child", seconds=60))
        pid = int(server.log.until(r"child (\d+)")[1])
        server.end_input() if way == "eof" else server.signal()
        assert server.wait(EXIT_S) == 0
        assert "error" in server.receive()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_second_signal_ends_it_at_once_with_130() -> None:  # S-112
    with stdio(drain_s=30) as server:
        server.introduce()
        server.send(call("sleep", seconds=60))
        server.ask("ping", id="p")
        server.signal(signal.SIGINT)
        server.signal(signal.SIGTERM)
        assert server.wait(EXIT_S) == 130


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_it_starts_ends_it_with_0(number: int) -> None:  # F1
    with stdio() as server:
        server.log.until("noise at start-up")
        server.signal(number)
        assert server.wait(EXIT_S) == 0


def test_an_open_subscription_does_not_hold_up_the_end() -> None:  # S-112
    with stdio() as server:
        params = {"notifications": {"toolsListChanged": True}, "_meta": MODERN_META}
        server.send({"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params})
        assert server.receive()["method"] == "notifications/subscriptions/acknowledged"
        server.signal()
        assert server.receive()["id"] == 1
        assert server.wait(EXIT_S) == 0


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_a_cancelled_call_is_not_answered_and_leaves_no_child(era: str) -> None:  # S-07
    meta = {"_meta": MODERN_META} if era == "modern" else {}
    with stdio() as server:
        if era == "legacy":
            server.introduce()
        request = call("child", seconds=60)
        request["params"] |= meta
        server.send(request)
        pid = int(server.log.until(r"child (\d+)")[1])
        server.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}})
        server.log.until("child gone")
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert server.ask("tools/list", meta, id="p")["result"]["tools"]
    assert not any(json.loads(line).get("id") == 2 for line in server.out.lines)


def test_a_client_that_does_not_read_holds_up_nobody_at_the_end() -> None:
    with stdio_unread() as server:
        for number in range(40):
            server.send(call("big", number, seconds=2000))
        server.log.until("plumbrule.calls call")
        server.signal()
        assert server.wait(EXIT_S) == 0


def test_a_client_that_reads_slowly_gets_every_line_whole() -> None:
    with stdio() as server:
        server.introduce()
        for number in range(30):
            server.send(call("big", number, seconds=2000))
        sizes = {len(server.receive()["result"]["structuredContent"]["rows"]) for _ in range(30)}
        assert sizes == {2000}


def test_a_client_that_is_gone_ends_it() -> None:  # F2
    with stdio_unread() as server:
        server.log.until("serving on stdio")
        server.process.stdout.close()
        server.send(call("sleep", seconds=0.01))
        assert server.wait(EXIT_S) == 0


@pytest.mark.parametrize("kind", ["file", "null", "socket"])
def test_standard_input_may_be_anything(kind: str, tmp_path: Path) -> None:
    requests = [
        {"jsonrpc": "2.0", "id": "init", "method": "initialize", "params": INITIALIZE},
        {"jsonrpc": "2.0", "id": 1, "method": "ping"},
    ]
    data = b"".join(json.dumps(request).encode() + b"\n" for request in requests)
    if kind == "socket":
        ours, theirs = socket.socketpair()
        with ours, theirs:
            process = subprocess.Popen(
                [sys.executable, ECHO_APP, "stdio"], stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL
            )
            theirs.close()
            ours.sendall(data)
            ours.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: ours.recv(65536), b""))
            assert process.wait(timeout=20) == 0
    else:
        path = tmp_path / "requests"
        path.write_bytes(data)
        with path.open("rb") if kind == "file" else Path(os.devnull).open("rb") as source:
            command = [sys.executable, ECHO_APP, "stdio"]
            done = subprocess.run(command, stdin=source, capture_output=True, timeout=20, check=False)
        assert done.returncode == 0
        said = done.stdout
    answers = [json.loads(line)["id"] for line in said.splitlines()]
    assert answers == ([] if kind == "null" else ["init", 1])


def test_it_ends_when_its_parent_dies() -> None:  # F2
    script = (
        "import subprocess,sys,os;"
        "p=subprocess.Popen([sys.executable,sys.argv[1],'stdio'],stdin=int(sys.argv[2]),stdout=subprocess.DEVNULL);"
        "sys.stdin.readline()"
    )
    read_end, write_end = os.pipe()
    try:
        parent = Served(ECHO_APP, str(read_end), command=(sys.executable, "-c", script), pass_fds=(read_end,))
        parent.log.until("serving on stdio")
        parent.process.kill()
        parent.wait()
        parent.close()
        parent.log.rest()  # ends when the orphan, which holds the same pipe, is gone too
    finally:
        os.close(read_end)
        os.close(write_end)
