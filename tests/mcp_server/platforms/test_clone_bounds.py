"""Fetches are bounded in bytes and in number, by the settings that say so."""

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from plumbrule.core.errors import LimitExceeded
from plumbrule.mcp_server.platforms.ports.source import Sources

Make = Callable[..., Sources]


async def test_clone_max_bytes_ends_a_fetch_that_writes_too_much(
    make_sources: Make, repository: Path, world, git
) -> None:
    for number in range(3):
        (repository / f"noise{number}").write_bytes(os.urandom(900_000))
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "big")
    git(world.root, "clone", "-q", "--bare", str(repository), "big.git")
    with pytest.raises(LimitExceeded):
        async with make_sources(clone_max_bytes=1 << 20).open(f"{world.url}/git/big.git"):
            pass
    async with make_sources().open(f"{world.url}/git/big.git") as snapshot:
        assert len(snapshot.entries) == 7


@pytest.mark.parametrize(("concurrent_clones", "met"), [(1, False), (2, True)])
async def test_concurrent_clones_bounds_how_many_fetches_run_at_once(
    make_sources: Make, served: str, world, git, concurrent_clones: int, met: bool
) -> None:
    git(world.root, "clone", "-q", "--bare", "project.git", "other.git")
    sources = make_sources(concurrent_clones=concurrent_clones)
    both_there = threading.Barrier(2, timeout=2)
    meetings: list[bool] = []

    class Gated(world.RequestHandlerClass):
        def _serve(self, body: bytes) -> None:
            if b"command=fetch" in body:
                with contextlib.suppress(threading.BrokenBarrierError):
                    both_there.wait()
                meetings.append(not both_there.broken)
            super()._serve(body)

    world.RequestHandlerClass = Gated

    async def fetch(url: str) -> None:
        async with sources.open(url):
            pass

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(fetch, served)
            group.start_soon(fetch, f"{world.url}/git/other.git")
    assert len(meetings) >= 2
    assert any(meetings) is met
