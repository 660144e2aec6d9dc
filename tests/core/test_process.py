"""Real child processes under `core.process`."""

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from plumbrule.core import context, launcher, process
from plumbrule.core.errors import LimitExceeded, MissingDependency
from plumbrule.core.process import ProcessEnded, ProcessLimits, ProcessTimeout, base_env, open_process, run

PYTHON = [sys.executable, "-I", "-S", "-c"]
LONG = "600"


def is_alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


async def until_dead(*pids: int) -> None:
    with anyio.fail_after(5):
        while any(is_alive(pid) for pid in pids):
            await anyio.sleep(0.01)


async def until_written(path: Path) -> int:
    with anyio.fail_after(5):
        while not (path.exists() and path.read_text().endswith("\n")):
            await anyio.sleep(0.005)
    return int(path.read_text())


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return base_env(tmp_path)


@pytest.fixture(params=["pidfd", "polling"])
def exit_watch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "polling":
        monkeypatch.delattr(os, "pidfd_open")
    return str(request.param)


async def test_a_program_gets_its_input_and_gives_its_output_and_return_code(
    env: dict[str, str], exit_watch: str
) -> None:
    done = await run(["sh", "-c", "cat; echo oops >&2; exit 7"], env=env, stdin=b"hello")
    assert (done.returncode, done.stdout, done.stderr, done.truncated) == (7, b"hello", b"oops\n", False)


async def test_a_program_without_input_reads_an_empty_one(env: dict[str, str]) -> None:
    assert (await run(["cat"], env=env)).stdout == b""


async def test_work_inside_a_call_shows_in_its_trace_without_its_arguments(env: dict[str, str]) -> None:  # S-136
    seen: list[object] = []

    @contextmanager
    def span(name: str, attributes: Mapping[str, str | int | bool]) -> Iterator[None]:
        seen.append((name, dict(attributes)))
        yield
        seen.append("done")

    token = context.enter(context.Call("12345678", "x", inner_span=span))
    try:
        await run(["true", "private/name"], env=env)
        async with open_process(["/bin/cat"], env=env):
            pass
    finally:
        context.leave(token)
    assert seen == [
        ("true", {"process.executable.name": "true"}),
        "done",
        ("cat", {"process.executable.name": "cat"}),
        "done",
    ]


async def test_a_signal_shows_as_a_negative_return_code(env: dict[str, str], exit_watch: str) -> None:
    assert (await run(["sh", "-c", "kill -9 $$"], env=env)).returncode == -9


async def test_input_and_output_larger_than_any_pipe_do_not_deadlock(env: dict[str, str]) -> None:
    sent = os.urandom(5 << 20)
    done = await run(["cat"], env=env, stdin=sent)
    assert done.stdout == sent


async def test_a_program_may_ignore_its_input(env: dict[str, str]) -> None:
    assert (await run(["true"], env=env, stdin=b"x" * (4 << 20))).returncode == 0


async def test_nothing_is_inherited_that_was_not_named(  # A60 A72
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLUMBRULE_CANARY", "ghp_canary")
    leak = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(leak, True)
    try:
        done = await run(["sh", "-c", f"env; pwd; ls /proc/self/fd | grep -x {leak}; umask"], env=env)
    finally:
        os.close(leak)
    lines = done.stdout.decode().splitlines()
    assert sorted(line.partition("=")[0] for line in lines if "=" in line and not line.startswith(("PWD", "_"))) == [
        "HOME",
        "LC_ALL",
        "PATH",
        "TMPDIR",
        "XDG_CONFIG_HOME",
    ]
    assert "/" in lines
    assert str(leak) not in lines
    assert lines[-1] == "0077"
    assert "canary" not in done.stdout.decode()


async def test_a_named_descriptor_is_inherited(env: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"token")
    os.close(writing)
    try:
        done = await run(["cat", f"/proc/self/fd/{reading}"], env=env, pass_fds=[reading])
    finally:
        os.close(reading)
    assert done.stdout == b"token"


async def test_arguments_are_never_read_by_a_shell(env: dict[str, str], tmp_path: Path) -> None:
    hostile = f"$(touch {tmp_path}/canary); `touch {tmp_path}/canary` | touch {tmp_path}/canary"
    done = await run(["printf", "%s", hostile], env=env)
    assert done.stdout.decode() == hostile
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("folders", [launcher.SYSTEM_FOLDERS, ()], ids=["prlimit", "script"])
async def test_every_limit_holds_in_the_child(
    env: dict[str, str], folders: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher.launch_argv, "__kwdefaults__", {"dies_with_parent": False, "system_folders": folders})
    limits = ProcessLimits(memory_bytes=1 << 29, cpu_s=7, file_bytes=1 << 20, open_files=33)
    done = await run(["cat", "/proc/self/limits"], env=env, limits=limits)
    table = {line[:26].strip(): line[26:].split()[:2] for line in done.stdout.decode().splitlines()}
    assert table["Max address space"] == [str(1 << 29)] * 2
    assert table["Max cpu time"] == ["7", "7"]
    assert table["Max file size"] == [str(1 << 20)] * 2
    assert table["Max open files"] == ["33", "33"]
    assert table["Max core file size"] == ["0", "0"]


async def test_memory_beyond_the_limit_is_refused_to_the_child(env: dict[str, str]) -> None:
    hungry = [*PYTHON, "x = bytearray(1 << 30)"]
    done = await run(hungry, env=env, limits=ProcessLimits(memory_bytes=1 << 28))
    assert done.returncode == 1
    assert b"MemoryError" in done.stderr


async def test_a_missing_program_is_named_with_what_to_type(env: dict[str, str]) -> None:
    with pytest.raises(MissingDependency, match="gitt") as caught:
        await run(["gitt", "--version"], env=env, install_hint="Type: apt install gitt")
    assert caught.value.hint == "Type: apt install gitt"


@pytest.mark.parametrize("name", ["./evil", "sub/evil"])
async def test_a_program_is_never_taken_from_the_working_folder(
    name: str, tmp_path: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path, tmp_path / "sub"):
        folder.mkdir(exist_ok=True)
        (folder / "evil").write_text("#!/bin/sh\ntouch canary\n")
        (folder / "evil").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    for argv, path in (([name], env["PATH"]), (["evil"], "."), (["evil"], "")):
        with pytest.raises(MissingDependency):
            await run(argv, env={**env, "PATH": path}, cwd=tmp_path)


async def test_the_wall_clock_limit_kills_the_whole_group(env: dict[str, str], exit_watch: str) -> None:  # S-111
    script = f"sleep {LONG} & echo $! >&2; sleep {LONG}"
    with pytest.raises(ProcessTimeout, match=r"sh did not finish within 0\.3 s") as caught:
        await run(["sh", "-c", script], env=env, limits=ProcessLimits(wall_s=0.3))
    await until_dead(int(caught.value.stderr))


async def test_a_program_that_ignores_sigterm_is_killed(env: dict[str, str]) -> None:
    script = f"trap '' TERM; echo $$ >&2; while :; do sleep {LONG}; done"
    with pytest.raises(ProcessTimeout) as caught:
        await run(["sh", "-c", script], env=env, limits=ProcessLimits(wall_s=0.3, grace_s=0.1))
    await until_dead(int(caught.value.stderr))


async def test_endless_output_is_cut_at_its_cap(env: dict[str, str]) -> None:
    limits = ProcessLimits(stdout_bytes=100_000)
    with pytest.raises(LimitExceeded, match="yes printed more than 100000 bytes"):
        await run(["yes"], env=env, limits=limits)
    done = await run(["yes"], env=env, limits=limits, overflow="truncate")
    assert done.truncated
    assert len(done.stdout) == 100_000


async def test_output_of_exactly_the_cap_is_whole(env: dict[str, str]) -> None:
    done = await run(["printf", "12345"], env=env, limits=ProcessLimits(stdout_bytes=5))
    assert (done.stdout, done.truncated) == (b"12345", False)


async def test_endless_complaints_are_cut_and_the_last_ones_kept(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = await run(["sh", "-c", "seq 1 50000 >&2"], env=env, limits=ProcessLimits(stderr_bytes=12))
    assert done.stderr == b"49999\n50000\n"
    monkeypatch.setattr(process, "MAX_STDERR_BYTES", 1 << 20)
    with pytest.raises(LimitExceeded):
        await run(["sh", "-c", "yes >&2"], env=env)


async def test_a_straggler_neither_outlives_nor_delays_the_call(
    env: dict[str, str], exit_watch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "DRAIN_S", 60.0)
    with anyio.fail_after(10):
        done = await run(["sh", "-c", f"sleep {LONG} & echo $!"], env=env)
    await until_dead(int(done.stdout))


async def test_a_runaway_in_its_own_session_does_not_hold_the_call(env: dict[str, str]) -> None:
    with anyio.fail_after(10):
        done = await run(["sh", "-c", f"setsid sleep {LONG} & echo $!; exec sleep 0.1"], env=env)
    for line in done.stdout.split():
        os.kill(int(line), 9)


@pytest.mark.parametrize("delay_s", [0.0, 0.001, 0.01, 0.1])
async def test_cancellation_kills_the_tree_at_any_moment(  # F24
    env: dict[str, str], tmp_path: Path, delay_s: float, exit_watch: str
) -> None:
    note = tmp_path / "pids"
    script = f"sleep {LONG} & echo $! > {note}; wait"
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: run(["sh", "-c", script], env=env))
            await anyio.sleep(delay_s)
            if delay_s == 0.1:
                await until_written(note)
            group.cancel_scope.cancel()
    assert not _children()
    if note.exists() and note.read_text().strip():
        await until_dead(int(note.read_text()))


@pytest.mark.parametrize("way", ["run", "conversation"])
async def test_cancellation_at_every_await_point_leaves_no_child_and_no_descriptor(  # F24
    env: dict[str, str], way: str, exit_watch: str
) -> None:
    async def work() -> None:
        if way == "run":
            await run(["cat"], env=env, stdin=b"x" * 200_000)
            return
        async with open_process(["cat"], env=env) as child:
            child.feed(b"x" * 200_000)
            await child.read_exact(200_000)
            await child.finish()
            await child.wait()

    await work()
    before = len(os.listdir("/proc/self/fd"))
    finished = 0
    for steps in range(0, 60, 2):
        async with anyio.create_task_group() as group:

            async def whole() -> None:
                nonlocal finished
                await work()
                finished += 1

            group.start_soon(whole)
            for _ in range(steps):
                await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
        assert not _children()
        assert len(os.listdir("/proc/self/fd")) == before
    assert finished < 30


def _children() -> list[int]:
    me = os.getpid()
    found: list[int] = []
    for task in Path(f"/proc/{me}/task").iterdir():
        found += [int(pid) for pid in (task / "children").read_text().split()]
    return [pid for pid in found if is_alive(pid)]


async def test_many_runs_leave_no_descriptor_no_thread_and_no_zombie(env: dict[str, str]) -> None:
    await run(["true"], env=env)
    before = (len(os.listdir("/proc/self/fd")), threading.active_count())
    for _ in range(5):
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(lambda: run(["sh", "-c", "echo x; exit 1"], env=env))
    assert (len(os.listdir("/proc/self/fd")), threading.active_count()) == before
    assert not [pid for pid in os.listdir("/proc") if pid.isdigit() and _is_our_zombie(pid)]


def _is_our_zombie(pid: str) -> bool:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return fields[0] == "Z" and fields[1] == str(os.getpid())


async def test_a_conversation_is_fed_while_its_replies_are_read(env: dict[str, str]) -> None:
    requests = b"".join(b"%07d\n" % number for number in range(500_000))
    async with open_process(["cat"], env=env) as cat:
        cat.feed(requests)
        assert await cat.read_until(b"\n") == b"0000000\n"
        assert await cat.read_exact(len(requests) - 8) == requests[8:]
        await cat.write(b"ping\n")
        assert await cat.read_until(b"\n") == b"ping\n"
        await cat.finish()
        assert await cat.read_some() == b""
        assert await cat.wait() == 0


async def test_a_conversation_says_when_its_program_ended_and_why(env: dict[str, str], exit_watch: str) -> None:
    async with open_process(["sh", "-c", "printf abc; echo gone >&2; exit 3"], env=env) as child:
        assert await child.read_exact(2) == b"ab"
        with pytest.raises(ProcessEnded, match="sh ended before its answer was complete") as caught:
            await child.read_exact(2)
    assert (caught.value.returncode, caught.value.stderr) == (3, b"gone\n")


async def test_an_error_in_a_conversation_comes_out_as_it_is_and_kills_the_program(env: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        async with open_process(["sleep", LONG], env=env) as child:
            pid = child.pid
            raise KeyError("x")
    assert not is_alive(pid)


async def test_a_conversation_has_a_wall_clock_limit_and_an_output_cap(env: dict[str, str]) -> None:
    with pytest.raises(ProcessTimeout):
        async with open_process(["sleep", LONG], env=env, limits=ProcessLimits(wall_s=0.2)) as child:
            await child.read_exact(1)
    with pytest.raises(LimitExceeded):
        async with open_process(["yes"], env=env, limits=ProcessLimits(stdout_bytes=1 << 20)) as child:
            while await child.read_some():
                pass


async def test_a_line_without_an_end_is_refused(env: dict[str, str]) -> None:
    async with open_process(["sh", "-c", "yes | tr -d '\\n'"], env=env) as child:
        with pytest.raises(LimitExceeded):
            await child.read_until(b"\n", max_bytes=1000)


async def test_a_cancelled_conversation_kills_its_program(env: dict[str, str]) -> None:
    with anyio.move_on_after(0.2):
        async with open_process(["sh", "-c", f"sleep {LONG}"], env=env) as child:
            pid = child.pid
            await child.read_exact(1)
    await until_dead(pid)


@pytest.mark.parametrize("folders", [launcher.SYSTEM_FOLDERS, ()], ids=["setpriv", "script"])
async def test_a_program_dies_with_its_parent_when_asked(
    env: dict[str, str], tmp_path: Path, folders: tuple[str, ...]
) -> None:
    note = tmp_path / "pid"
    child = launcher.launch_argv(
        ["/bin/sh", "-c", f"echo $$ > {note}; exec sleep {LONG}"], {}, dies_with_parent=True, system_folders=folders
    )
    script = f"import subprocess, time; subprocess.Popen({child!r}, start_new_session=True); time.sleep({LONG})"
    async with open_process([*PYTHON, script], env=env) as parent:
        pid = await until_written(note)
        os.kill(parent.pid, 9)
        await until_dead(pid)
