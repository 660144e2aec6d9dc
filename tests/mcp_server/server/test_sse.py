"""The superseded SSE transport: both eras, sessions that cannot be guessed or borrowed, and the same end."""

import hashlib
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.sse import sse_client
from serving import WAIT_S, http

EXIT_S = 20
TOKENS = {"alice": "a" * 43, "bob": "b" * 43}
ENTRIES = [f"{name}:{hashlib.sha256(token.encode()).hexdigest()}" for name, token in TOKENS.items()]


def bearer(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {TOKENS[name]}"}


@pytest.mark.parametrize("mode", ["legacy", "auto", "2026-07-28"])
async def test_the_sdks_client_talks_to_it_in_every_era(mode: str) -> None:  # S-01
    heard: list[float] = []

    async def listen(done: float, _: float | None, __: str | None) -> None:
        heard.append(done)

    with http("sse") as (server, base):
        with anyio.fail_after(WAIT_S):
            async with Client(sse_client(base + "/sse"), mode=mode) as client:
                result = await client.call_tool("behave", {"mode": "progress"}, progress_callback=listen)
                assert not result.is_error
        server.signal()
        assert server.wait(EXIT_S) == 0
    assert heard == sorted(heard)
    assert heard[-1] == 5


async def test_a_cancelled_call_leaves_no_child() -> None:  # S-07
    with http("sse") as (server, base), anyio.fail_after(WAIT_S):
        async with Client(sse_client(base + "/sse"), mode="legacy") as client:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(client.call_tool, "behave", {"mode": "child"})
                await anyio.to_thread.run_sync(server.log.until, r"child \d+")
                tasks.cancel_scope.cancel()
            await anyio.to_thread.run_sync(server.log.until, "child gone")


def test_running_calls_finish_before_the_stream_ends(tmp_path: Path) -> None:  # F1, S-112
    with http("sse", grace_s=60) as (server, base), ThreadPoolExecutor(1) as pool:
        talk = pool.submit(anyio.run, waiting_call, base, str(tmp_path / "open"))
        while "calls 1" not in httpx2.get(base + "/readyz?verbose").text:
            pass
        server.signal()
        (tmp_path / "open").touch()
        assert talk.result(timeout=WAIT_S) is False
        assert server.wait(EXIT_S) == 0


async def waiting_call(base: str, gate: str) -> bool:
    """Whether a call that waits for the file `gate` was an error."""
    with anyio.fail_after(WAIT_S):
        async with Client(sse_client(base + "/sse"), mode="legacy") as client:
            await client.list_tools()  # else the SDK's client lists after the call, which a draining server refuses
            return bool((await client.call_tool("behave", {"mode": "gate", "until": gate})).is_error)


def test_a_guessed_session_and_a_borrowed_one_look_the_same() -> None:  # A04, A05
    with (
        http("sse", tokens=ENTRIES) as (_, base),
        httpx2.stream("GET", base + "/sse", headers=bearer("alice"), timeout=WAIT_S) as stream,
    ):
        lines = stream.iter_lines()
        endpoint = next(line for line in lines if line.startswith("data: ")).removeprefix("data: ")
        ping = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"})
        own = {"content-type": "application/json"}
        guessed = f"/messages/?session_id={uuid.uuid4().hex}"
        foreign = httpx2.post(base + endpoint, content=ping, headers=bearer("bob") | own)
        unknown = httpx2.post(base + guessed, content=ping, headers=bearer("bob") | own)
        assert foreign.status_code == unknown.status_code == 404
        assert foreign.content == unknown.content
        assert httpx2.post(base + endpoint, content=ping, headers=own).status_code == 401
        assert httpx2.post(base + endpoint, content=ping, headers=bearer("alice") | own).status_code == 202


def test_streams_are_bounded() -> None:  # A12
    with http("sse", max_sessions=1) as (_, base):
        with httpx2.stream("GET", base + "/sse", timeout=WAIT_S) as first:
            assert first.status_code == 200
            assert httpx2.get(base + "/sse").status_code == 503
        assert httpx2.get(base + "/mcp").status_code == 404
