"""What stands in files: read once for each content, in workers, whatever their number and whatever befalls them."""

from collections.abc import AsyncIterator

import orjson
import pytest

from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.workers import WorkerLimits, WorkerPool
from plumbrule.mcp_server.analysis import reading_code
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.model import wire
from plumbrule.mcp_server.analysis.survey import Surveyor
from plumbrule.mcp_server.analysis.workers import READ_FILES

PY = "def f{0}(a, b):\n    '''Says {0}.'''\n    if a:\n        return b\n"
FILES: dict[str, bytes | str] = {
    **{f"pkg/m{n:03}.py": PY.format(n) + f"from pkg import m{(n + 1) % 200:03}\n" for n in range(200)},
    "pkg/__init__.py": "",
    "lib/util.sql": "create table a (b int);\n",
    "cmd/main.go": "package main\nfunc main() {}\n",
    "odd/café.py": "def naïve(): pass\n",
    "broken.py": "def f(:\n  pass\n",
    "README.md": "# Demo\n",
}  # fmt: skip


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    async with WorkerPool() as workers:
        yield workers


async def full(snapshot, cache, workers, **more) -> bytes:
    """The whole `full` report as bytes."""

    class Sources:
        from contextlib import asynccontextmanager

        @asynccontextmanager
        async def open(self, source):
            yield snapshot

    report = await Surveyor(Sources(), cache, workers, **more).survey("./demo", detail="full")
    return orjson.dumps(wire(report))


async def test_a_full_report_is_the_same_for_any_number_of_workers_and_from_the_cache(memory_snapshot, monkeypatch):
    monkeypatch.setattr(reading_code, "TASK_FILES", 7)
    seen: set[bytes] = set()
    for count in (1, 2, 3):
        cache = MemoryCache(10_000, 50_000_000)
        async with WorkerPool(WorkerLimits(count=count)) as workers:
            for _ in range(2):  # the second time from the facts
                seen.add(await full(memory_snapshot(FILES), cache, workers))
    assert len(seen) == 1
    report = orjson.loads(seen.pop())
    assert len(report["files"]) == len(FILES)
    assert report["coverage"]["complete"] is True
    rows = {row["path"]: row for row in report["symbols"]["files"]}
    assert rows["pkg/m007.py"]["symbols"][0]["doc"] == "Says 7."
    assert rows["broken.py"]["errors"] == [1]


async def test_an_unchanged_file_is_never_parsed_again_and_a_changed_one_alone_is(memory_snapshot, pool, monkeypatch):
    parsed: list[int] = []
    run = pool.run

    async def counted(target, payload, *, limit_s=None):
        if target == READ_FILES:
            parsed.append(len(payload["files"]))
        return await run(target, payload, limit_s=limit_s)

    monkeypatch.setattr(pool, "run", counted)
    cache = MemoryCache(10_000, 50_000_000)
    await full(memory_snapshot(FILES), cache, pool)
    first, parsed[:] = sum(parsed), []
    assert first >= 200
    moved = {path.replace("pkg/", "src/pkg/"): raw for path, raw in FILES.items()}  # another branch, another clone
    await full(memory_snapshot(moved), cache, pool)
    assert parsed == []
    await full(memory_snapshot(FILES | {"pkg/m003.py": "x = 1\n"}), cache, pool)
    assert parsed == [1]


async def test_a_grammar_that_hangs_costs_its_own_file_alone_and_that_once(memory_snapshot, pool, monkeypatch):
    run, asked = pool.run, []

    async def counted(target, payload, *, limit_s=None):
        if target == READ_FILES:
            asked.extend(raw for _, raw in payload["files"])
        return await run(target, payload, limit_s=limit_s)

    monkeypatch.setattr(pool, "run", counted)
    hanging = {"app/Hang.kt": "class A\n@file:", "app/Main.kt": "fun main() {}\n"}  # Kotlin's scanner never returns
    limits = SurveyLimits(max_parse_s=0.2)
    report = orjson.loads(
        await full(memory_snapshot(FILES | hanging), MemoryCache(10_000, 50_000_000), pool, limits=limits)
    )
    skipped = {one["reason"]: one for one in report["coverage"]["skipped"]}
    assert skipped["not_parsed_crashed"]["examples"] == ["app/Hang.kt"]
    rows = {row["path"]: row for row in report["symbols"]["files"]}
    assert rows["app/Main.kt"]["symbols"][0]["name"] == "main"
    assert asked.count(hanging["app/Hang.kt"].encode()) == 1
    assert all(asked.count(raw) <= 2 for raw in asked)
    assert len(rows["pkg/m007.py"]["symbols"]) == 1


async def test_a_parser_that_dies_costs_its_own_file_alone(memory_snapshot, pool, monkeypatch):
    run = pool.run

    async def dying(target, payload, *, limit_s=None):
        from plumbrule.core.errors import WorkerCrashed

        if target == READ_FILES and any(b"naive" in raw or b"na\xc3" in raw for _, raw in payload["files"]):
            raise WorkerCrashed("A worker crashed (SIGSEGV) on what it parsed.")
        return await run(target, payload, limit_s=limit_s)

    monkeypatch.setattr(pool, "run", dying)
    report = orjson.loads(await full(memory_snapshot(FILES), MemoryCache(10_000, 50_000_000), pool))
    skipped = {one["reason"]: one for one in report["coverage"]["skipped"]}
    assert skipped["not_parsed_crashed"]["count"] == 1
    assert skipped["not_parsed_crashed"]["examples"] == ["odd/café.py"]
    assert report["coverage"]["complete"] is False
    assert sum(one["functions"] for one in report["symbols"]["languages"]) >= 200


HOSTILE = {
    "deep.py": b"(" * 200_000,
    "deep.js": b"[" * 200_000,
    "nested.c": b"{" * 100_000,
    "line.js": b"a=" + b"1+" * 1_000_000,
    "nul.py": b"x = 1\n\0\0\0" * 1000,
    "many.py": b"def f(): pass\n" * 60_000,
    "quotes.py": b'"' * 300_001,
    "ticks.js": b"`${" * 50_000,
    "comment.c": b"/*" * 300_000,
    "latin.py": b"# \xff\xfe\ndef f\xff(): pass\n",
}


@pytest.mark.attacks
async def test_hostile_source_files_cost_themselves_alone(memory_snapshot, pool):
    report = orjson.loads(await full(memory_snapshot(HOSTILE | FILES), MemoryCache(10_000, 50_000_000), pool))
    assert len(report["files"]) == len(HOSTILE) + len(FILES)
    assert {row["path"] for row in report["symbols"]["files"]} >= {"pkg/m000.py", "cmd/main.go"}
