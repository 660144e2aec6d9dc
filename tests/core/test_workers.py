"""Worker processes under functions that crash, hang, eat and lie."""

# ruff: noqa: E501 - a table of targets

import os
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from plumbrule.core.errors import InvalidRepository, WorkerCrashed
from plumbrule.core.process import base_env, open_process
from plumbrule.core.workers import ENGINE_ROOMS, WorkerLimits, WorkerPool

ENGINE = """
import ctypes, dataclasses, os, resource, sys, time

@dataclasses.dataclass
class Fact:
    name: str
    lines: tuple

def echo(payload): return payload
def size(payload): return {"bytes": len(payload), "type": type(payload).__name__}
def pid(payload): return os.getpid()
def facts(payload): return [Fact("a", (1, 2))]
def leave(payload): os._exit(payload)
def segfault(payload): ctypes.string_at(0)
def abort(payload): os.abort()
def eat(payload): return len(bytearray(payload))
def spin(payload):
    while True: pass
def sleep(payload): time.sleep(600)
def fail(payload): raise ValueError("ghp_" + "x" * 36)
def known(payload):
    from plumbrule.core.errors import InvalidRepository
    raise InvalidRepository("broken index", hint="fetch again")
def recurse(payload): return recurse(payload)
def nest(payload):
    value = []
    for _ in range(payload): value = [value]
    return value
def odd(payload): return {1, 2}
def noise(payload):
    print("noise"); sys.stdout.flush(); os.write(1, b"noise"); os.write(2, b"noise"); os.system("echo noise")
    return sys.stdin.read()
def lie(payload):
    for fd in range(3, 10):
        try: os.write(fd, payload)
        except OSError: pass
def around(payload):
    return {"environ": dict(os.environ), "cwd": os.getcwd(), "path": sys.path, "files": os.listdir("/proc/self/fd"),
            "limits": {name: resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in ("AS", "FSIZE", "NPROC", "CORE", "NOFILE")}}
def write(payload):
    with open(payload, "w") as file: file.write("x" * 100)
def meet(payload):
    mine, other = payload
    os.close(os.open(mine, os.O_CREAT))
    while not os.path.exists(other): time.sleep(0.005)
    return True
"""


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    (tmp_path / "hostile_engine.py").write_text(ENGINE)
    return tmp_path


def pool_over(engine: Path, **limits: float) -> WorkerPool:
    fields = {"count": 2, "task_s": 60.0, **limits}
    return WorkerPool(WorkerLimits(**fields), rooms=("hostile_engine",), paths=(engine,))  # type: ignore[arg-type]


@pytest.fixture
async def pool(engine: Path) -> AsyncIterator[WorkerPool]:
    async with pool_over(engine) as opened:
        yield opened


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def until_dead(pid: int) -> None:
    with anyio.fail_after(60):
        while is_alive(pid):
            await anyio.sleep(0.01)


async def pid_of(pool: WorkerPool) -> int:
    pid = await pool.run("hostile_engine:pid", None)
    assert isinstance(pid, int)
    return pid


async def test_plain_values_go_there_and_come_back(pool: WorkerPool) -> None:
    value = {"text": "é\u202e", "list": [1, 2.5, None, True], "name": "not utf-8 \udcff"}
    assert await pool.run("hostile_engine:echo", value) == value
    assert await pool.run("hostile_engine:size", b"x" * (20 << 20)) == {"bytes": 20 << 20, "type": "bytes"}
    assert await pool.run("hostile_engine:echo", "x" * (5 << 20)) == "x" * (5 << 20)
    assert await pool.run("hostile_engine:facts", None) == [{"name": "a", "lines": [1, 2]}]


@pytest.mark.parametrize(
    "target",
    [
        "os:system", "plumbrule.core.process:run", "plumbrule.mcp_server.server.build:create_server", "builtins:eval",
        "plumbrule.mcp_server.platforms.checkout:x", "plumbrule.mcp_server.analysis", "plumbrule.mcp_server.analysis.x:",
        "plumbrule.mcp_server.analysis.x:y.z", "plumbrule.mcp_server.analysis.x:y\n", "plumbrule.mcp_server.analysisx.y:z",
        "plumbrule.mcp_server.analysis..x:y", ":x", "",
    ],
)  # fmt: skip
async def test_only_engines_run_in_workers(target: str) -> None:
    async with WorkerPool() as pool:
        with pytest.raises(ValueError, match="room"):
            await pool.run(target, None)


def test_engines_are_no_room_that_reaches_outside() -> None:
    rooms = {prefix.removeprefix("plumbrule.mcp_server.") for prefix in ENGINE_ROOMS}
    assert rooms.isdisjoint({"server.", "platforms.", "cli.", "tools.", "settings.", "app.", ""})
    assert all(prefix.startswith("plumbrule.mcp_server.") and prefix.endswith(".") for prefix in ENGINE_ROOMS)


async def test_a_worker_runs_our_own_package_wherever_it_lies() -> None:
    async with WorkerPool(WorkerLimits(count=1), rooms=("plumbrule.core.",)) as pool:
        assert await pool.run("plumbrule.core.security.text:json_safe", "\udcff") == "\\xff"


@pytest.mark.parametrize(
    ("function", "payload", "said"),
    [
        ("leave", 0, "status 0"),
        ("leave", 9, "status 9"),
        ("segfault", None, "SIGSEGV"),
        ("abort", None, "SIGABRT"),
        ("eat", 8 << 30, "memory"),
        ("fail", None, "ValueError"),
        ("recurse", None, "RecursionError"),
        ("odd", None, "TypeError"),
        ("missing", None, "AttributeError"),
        ("nest", 100_000, "Error"),
        ("lie", b"o\x00\x00\x00\x03{{{", "cannot be read"),
        ("lie", b"\xff\x00\x00\x00\x03{{{", "cannot be read"),
        ("lie", b"k\x00\x00\x00\x02[]", "cannot be read"),
    ],
)  # fmt: skip
async def test_what_goes_wrong_in_a_worker_is_one_error_and_the_next_task_runs(  # F14
    engine: Path, function: str, payload: object, said: str
) -> None:
    async with pool_over(engine, count=1) as pool:
        with pytest.raises(WorkerCrashed, match=said) as caught:
            await pool.run(f"hostile_engine:{function}", payload)
    assert "ghp_" not in caught.value.message + caught.value.hint
    async with pool_over(engine, count=1) as pool:
        with pytest.raises(WorkerCrashed):
            await pool.run("hostile_engine:leave", 1)
        assert await pool.run("hostile_engine:echo", "next") == "next"


async def test_an_error_of_ours_comes_through_as_it_is(pool: WorkerPool) -> None:
    with pytest.raises(InvalidRepository, match="broken index") as caught:
        await pool.run("hostile_engine:known", None)
    assert caught.value.hint == "fetch again"


async def test_a_task_ends_at_its_wall_clock_limit_and_its_worker_with_it(pool: WorkerPool) -> None:  # S-111
    pid = await pid_of(pool)
    with pytest.raises(WorkerCrashed, match=r"within 0\.2 s"):
        await pool.run("hostile_engine:sleep", None, limit_s=0.2)
    await until_dead(pid)
    assert await pid_of(pool) != pid


async def test_a_task_ends_at_its_cpu_limit_however_long_it_may_take(engine: Path) -> None:
    async with pool_over(engine, task_s=1.0) as pool:
        with pytest.raises(WorkerCrashed, match="CPU"):
            await pool.run("hostile_engine:spin", None, limit_s=240)


async def test_cancellation_kills_the_worker(pool: WorkerPool) -> None:  # F24
    pid = await pid_of(pool)
    with anyio.move_on_after(0.1):
        await pool.run("hostile_engine:sleep", None)
    await until_dead(pid)
    assert await pool.run("hostile_engine:echo", 1) == 1


@pytest.mark.parametrize("delay_s", [0.0, 0.002, 0.01, 0.03])
async def test_cancellation_at_any_moment_loses_no_place(engine: Path, delay_s: float) -> None:  # F24
    async with pool_over(engine) as pool:
        for _ in range(5):
            async with anyio.create_task_group() as group:
                for _ in range(6):
                    group.start_soon(pool.run, "hostile_engine:size", b"x" * 100_000)
                await anyio.sleep(delay_s)
                group.cancel_scope.cancel()
        with anyio.fail_after(10):
            async with anyio.create_task_group() as group:
                for _ in range(6):
                    group.start_soon(pool.run, "hostile_engine:echo", "still two places")


async def test_cancellation_at_every_await_point_leaves_one_working_place(engine: Path) -> None:  # F24
    async with pool_over(engine, count=1) as pool:
        await pid_of(pool)
        before = len(os.listdir("/proc/self/fd"))
        for steps in range(0, 24, 2):
            async with anyio.create_task_group() as group:
                group.start_soon(pool.run, "hostile_engine:size", b"x" * 100_000)
                for _ in range(steps):
                    await anyio.lowlevel.checkpoint()
                group.cancel_scope.cancel()
            with anyio.fail_after(5):
                await pid_of(pool)
            assert len(os.listdir("/proc/self/fd")) == before


async def test_nothing_a_library_prints_or_reads_gets_between(
    pool: WorkerPool, capfd: pytest.CaptureFixture[str]
) -> None:  # A14
    assert await pool.run("hostile_engine:noise", None) == ""
    assert await pool.run("hostile_engine:echo", "clean") == "clean"
    assert capfd.readouterr() == ("", "")


async def test_a_worker_has_limits_and_knows_nothing_of_us(  # A72
    pool: WorkerPool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLUMBRULE_CANARY", "ghp_canary")
    monkeypatch.chdir(tmp_path)
    around = await pool.run("hostile_engine:around", None)
    assert isinstance(around, dict)
    assert set(around["environ"]) <= {"LC_ALL", "LC_CTYPE"}
    assert around["cwd"] == "/"
    assert str(Path.cwd()) not in [path for path in around["path"] if path != str(tmp_path)]
    assert around["limits"] == {
        "AS": [1 << 30, 1 << 30], "FSIZE": [0, 0], "NPROC": [0, 0], "CORE": [0, 0], "NOFILE": [64, 64],
    }  # fmt: skip
    assert len(around["files"]) <= 7
    with pytest.raises(WorkerCrashed, match="OSError"):
        await pool.run("hostile_engine:write", str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == b""


async def test_two_workers_run_at_the_same_time_and_no_third(pool: WorkerPool, tmp_path: Path) -> None:  # S-143
    mine, other = str(tmp_path / "one"), str(tmp_path / "two")
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(pool.run, "hostile_engine:meet", (mine, other))
            group.start_soon(pool.run, "hostile_engine:meet", (other, mine))
    pids: set[int] = set()

    async def note() -> None:
        pids.add(await pid_of(pool))

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(note)
    assert len(pids) <= 2


async def test_a_worker_is_used_again_and_replaced_after_its_share_of_tasks(engine: Path) -> None:
    async with pool_over(engine, count=1, tasks_per_worker=3) as pool:
        pids = [await pid_of(pool) for _ in range(6)]
    assert pids[0] == pids[1] == pids[2] != pids[3] == pids[4] == pids[5]


async def test_workers_start_only_when_needed_and_none_outlives_the_pool(engine: Path) -> None:  # F2
    before = len(os.listdir("/proc/self/fd"))
    async with pool_over(engine) as pool:
        assert len(os.listdir("/proc/self/fd")) == before
        pid = await pid_of(pool)
    assert not is_alive(pid)
    assert len(os.listdir("/proc/self/fd")) == before


async def test_many_crashes_leave_nothing_behind(engine: Path) -> None:  # F14
    async with pool_over(engine) as pool:
        await pid_of(pool)
        before = (len(os.listdir("/proc/self/fd")), threading.active_count())
        for _ in range(40):
            with pytest.raises(WorkerCrashed):
                await pool.run("hostile_engine:leave", 1)
        await pid_of(pool)
        assert (len(os.listdir("/proc/self/fd")), threading.active_count()) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # noqa: ASYNC222 - it does not wait


async def test_a_worker_dies_with_its_parent_even_at_work(engine: Path, tmp_path: Path) -> None:  # F2 F3
    script = f"""
import anyio
from pathlib import Path
from plumbrule.core.workers import WorkerLimits, WorkerPool
async def main():
    async with WorkerPool(WorkerLimits(count=1), rooms=("hostile_engine",), paths=(Path({str(engine)!r}),)) as pool:
        print(await pool.run("hostile_engine:pid", None), flush=True)
        await pool.run("hostile_engine:sleep", None)
anyio.run(main)
"""
    async with open_process([sys.executable, "-c", script], env=base_env(tmp_path)) as parent:
        pid = int(await parent.read_until(b"\n"))
        assert is_alive(pid)
        os.kill(parent.pid, 9)
        await until_dead(pid)


MARKED = """
import os
os.close(os.open(os.path.join({marks!r}, str(os.getpid())), os.O_CREAT))
def pid(_): return os.getpid()
"""


async def test_prepared_workers_import_before_they_are_asked_and_are_no_more_than_the_limit(engine: Path) -> None:
    marks = engine / "marks"
    marks.mkdir()
    (engine / "hostile_engine_marked.py").write_text(MARKED.format(marks=str(marks)))
    async with pool_over(engine) as pool:
        pool.prepare("hostile_engine_marked:pid", 9)
        with anyio.fail_after(60):
            while len(os.listdir(marks)) < 2:
                await anyio.sleep(0.01)
        pool.prepare("hostile_engine_marked:pid", 9)
        known = {int(name) for name in os.listdir(marks)}
        assert await pool.run("hostile_engine_marked:pid", None) in known
        assert {int(name) for name in os.listdir(marks)} == known
        with pytest.raises(ValueError, match="room"):
            pool.prepare("os:getpid", 1)
    for pid in known:
        await until_dead(pid)


async def test_a_module_that_cannot_be_imported_is_told_by_the_first_task(engine: Path) -> None:
    (engine / "hostile_engine_broken.py").write_text("import nothing_of_this_name\n")
    async with pool_over(engine) as pool:
        pool.prepare("hostile_engine_broken:f", 1)
        with pytest.raises(WorkerCrashed, match="ModuleNotFoundError"):
            await pool.run("hostile_engine_broken:f", None)
