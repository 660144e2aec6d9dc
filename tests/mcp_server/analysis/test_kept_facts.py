"""Facts of files in the cache: a survey that is cut goes on from them, and neither damage nor neighbours spoil them."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.lowlevel
import orjson
import pytest

from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.store.sqlite import SqliteCache
from plumbrule.core.workers import WorkerPool
from plumbrule.mcp_server.analysis import reading_code
from plumbrule.mcp_server.analysis.model import wire
from plumbrule.mcp_server.analysis.survey import Surveyor
from plumbrule.mcp_server.analysis.workers import READ_FILES

FILES: dict[str, bytes | str] = {
    f"pkg/m{n:03}.py": f"from pkg import m{(n + 1) % 90:03}\n\n\ndef run_{n}(value):\n    return value\n"
    for n in range(90)
}


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    async with WorkerPool() as workers:
        yield workers


@pytest.fixture(autouse=True)
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    # A bound, not behaviour: with the real one several tasks would need thousands of files.
    monkeypatch.setattr(reading_code, "TASK_FILES", 10)


async def full(snapshot, cache, workers) -> bytes:
    class Sources:
        @asynccontextmanager
        async def open(self, source):
            yield snapshot

    return orjson.dumps(wire(await Surveyor(Sources(), cache, workers).survey("./demo", detail="full")))


async def test_a_cut_full_survey_keeps_its_facts_and_the_next_parses_only_the_rest(memory_snapshot, pool, monkeypatch):
    cache, run, parsed = MemoryCache(10_000, 50_000_000), pool.run, []
    with anyio.CancelScope() as scope:

        async def cut(target, payload, *, limit_s=None):
            if target == READ_FILES:
                if len(parsed) == reading_code.MOST_TASKS:  # the first has been answered: its place is free
                    with anyio.fail_after(20):
                        while cache.info().entries < 10:
                            await anyio.lowlevel.checkpoint()
                    scope.cancel()
                    await anyio.sleep_forever()
                parsed.append(len(payload["files"]))
            return await run(target, payload, limit_s=limit_s)

        # The real pool works; only the moment of the cut is chosen here.
        monkeypatch.setattr(pool, "run", cut)
        await full(memory_snapshot(FILES), cache, pool)
    assert scope.cancelled_caught
    again: list[int] = []

    async def counted(target, payload, *, limit_s=None):
        if target == READ_FILES:
            again.append(len(payload["files"]))
        return await run(target, payload, limit_s=limit_s)

    monkeypatch.setattr(pool, "run", counted)
    resumed = await full(memory_snapshot(FILES), cache, pool)
    assert 0 < sum(again) <= len(FILES) - 10
    monkeypatch.undo()
    assert resumed == await full(memory_snapshot(FILES), MemoryCache(10_000, 50_000_000), pool)


async def test_damaged_rows_of_facts_are_read_anew(memory_snapshot, pool, tmp_path: Path) -> None:
    place = tmp_path / "kept" / "answers.db"
    cache = SqliteCache(place, 50_000_000)
    first = await full(memory_snapshot(FILES), cache, pool)
    cache.close()
    with sqlite3.connect(place) as raw:
        changed = raw.execute("UPDATE bodies SET value = CAST('x' || value AS BLOB) WHERE id % 3 = 0").rowcount
    raw.close()
    assert changed >= 30
    assert await full(memory_snapshot(FILES), cache, pool) == first
    cache.close()


async def test_surveys_that_share_a_cache_at_once_say_the_same(memory_snapshot, pool, tmp_path: Path) -> None:
    found: list[bytes] = []

    async def one() -> None:
        cache = SqliteCache(tmp_path / "kept" / "answers.db", 50_000_000)  # a connection of its own, as a process has
        found.append(await full(memory_snapshot(FILES), cache, pool))
        cache.close()

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(one)
    assert len(found) == 3
    assert len(set(found)) == 1
