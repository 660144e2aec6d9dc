"""Programs run for us: an argv, never a shell; nothing inherited that was not named; bounded in every direction.

`run` waits for a program and hands back what it printed; `open_process` talks to one that stays, such as
`git cat-file --batch`. Each gets its own session, so that the whole group can be killed: at the wall-clock limit,
at the output cap, on cancellation, and for stragglers that outlive the program itself. Below lie `core.child`,
which starts and ends it, `core.launcher`, which sets the resource limits, and `core.pipes`, which moves the bytes.
POSIX only.

The child is a plain `subprocess.Popen` (vfork) and its exit is seen through a pidfd: with the limits and the caps this
takes 0.5 ms of our CPU, where asyncio's bare subprocess takes 0.4 and anyio's 0.5 (`benchmarks/processes`). Error
texts name the program and the limit only; what it printed is in a field, for the caller to judge, because a
repository may have written it.
"""

import os
import shutil
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import Literal

import anyio
from anyio.abc import TaskGroup

from plumbrule.core.child import REAP_S, Child, started
from plumbrule.core.context import inner_span
from plumbrule.core.errors import LimitExceeded, MissingDependency, WorkerCrashed
from plumbrule.core.launcher import launch_argv
from plumbrule.core.pipes import Drain, PipeReader, grow_pipe
from plumbrule.core.values import dataclass

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin"
"""Where programs are looked up unless the caller says otherwise. Not the caller's PATH: it may name a work tree."""

DRAIN_S = 1.0
"""How long output may still arrive after the program and its group are dead (a runaway that left the session)."""

MAX_STDERR_BYTES = 32 << 20
"""A program that complains this much is killed: git's sideband can be endless, and reading it costs us CPU."""


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """What one program may use.

    `memory_bytes` is address space, with what is mapped of files; `data_bytes` is what the program itself allocates,
    and so the bound of its resident memory beside the files. `cpu_s` counts the program alone, not its children.
    `stdout_bytes` is the most that is taken; of stderr the last `stderr_bytes` are kept.
    `grace_s` lies between SIGTERM (so that git removes its lock files) and SIGKILL.
    """

    wall_s: float = 60.0
    cpu_s: int = 60
    memory_bytes: int = 768 << 20
    data_bytes: int = 448 << 20
    file_bytes: int = 1 << 30
    open_files: int = 256
    stdout_bytes: int = 64 << 20
    stderr_bytes: int = 64 << 10
    grace_s: float = 0.3

    def as_rlimits(self) -> dict[str, int]:
        """In the words of `core.launcher`. A core dump would hold whatever the program had in memory: none."""
        return {
            "as": self.memory_bytes,
            "data": min(self.data_bytes, self.memory_bytes),
            "cpu": self.cpu_s,
            "fsize": self.file_bytes,
            "nofile": self.open_files,
            "core": 0,
        }


@dataclass(frozen=True, slots=True)
class Completed:
    """A program that ended. `returncode` is negative for a signal; `truncated` when stdout hit its cap."""

    returncode: int
    stdout: bytes
    stderr: bytes
    truncated: bool = False


class ProcessTimeout(LimitExceeded):
    """The program ran into its wall-clock limit and was killed. `stderr` is what it said, untrusted."""

    def __init__(self, program: str, limit_s: float, stderr: bytes = b"") -> None:
        super().__init__(
            f"{program} did not finish within {limit_s:g} s and was stopped.",
            hint="The source may be too large or its server too slow.",
        )
        self.stderr = stderr


class ProcessEnded(WorkerCrashed):
    """A program that should have stayed ended. `stderr` is what it said, untrusted."""

    def __init__(self, program: str, returncode: int | None, stderr: bytes) -> None:
        super().__init__(f"{program} ended before its answer was complete.")
        self.returncode = returncode
        self.stderr = stderr


def base_env(home: Path, *, path: str = SYSTEM_PATH) -> dict[str, str]:
    """The environment to start from: where programs lie, one locale, and a private home instead of the user's."""
    place = str(home)
    return {"PATH": path, "LC_ALL": "C.UTF-8", "HOME": place, "XDG_CONFIG_HOME": place, "TMPDIR": place}


async def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    limits: ProcessLimits | None = None,
    stdin: bytes | None = None,
    cwd: Path | None = None,
    pass_fds: Sequence[int] = (),
    overflow: Literal["raise", "truncate"] = "raise",
    dies_with_parent: bool = False,
    install_hint: str = "",
) -> Completed:
    """Run a program to its end and return what it printed, whatever its return code.

    `env` is the whole environment. `cwd` is `/` unless given, so that no folder of the user's decides anything.
    `stdin` is empty unless given. `pass_fds` are inherited under their own numbers. `overflow` says what a full
    stdout means. `dies_with_parent` has the kernel kill the program when the thread that started it ends (Linux).
    `install_hint` is told when the program is missing. Nothing the program started in its session
    outlives this call, cancelled or not.

    Raises:
        MissingDependency: the program is not in `env["PATH"]`.
        ProcessTimeout: `limits.wall_s` passed.
        LimitExceeded: more output than `limits` allow.
    """
    limits = limits or ProcessLimits()
    with (
        _span(argv),
        _started(argv, env, limits, cwd, pass_fds, stdin is not None, dies_with_parent, install_hint) as child,
    ):
        stdout = Drain(child.stdout, keep="head", max_bytes=limits.stdout_bytes, on_full=child.kill)
        stderr = Drain(child.stderr, keep="tail", max_bytes=limits.stderr_bytes, total_bytes=MAX_STDERR_BYTES,
                       on_full=child.kill)  # fmt: skip
        with anyio.move_on_after(limits.wall_s) as wall:
            async with _supervised(child, limits), anyio.create_task_group() as group:
                group.start_soon(stdout.run)
                group.start_soon(stderr.run)
                if child.stdin is not None:
                    group.start_soon(child.stdin.write_and_close, stdin or b"")
                await child.exited()
                child.kill()  # stragglers would hold the pipes open
                group.cancel_scope.deadline = anyio.current_time() + DRAIN_S
        if wall.cancelled_caught:
            raise ProcessTimeout(child.program, limits.wall_s, stderr.kept())
        truncated = stdout.overflowed
        if stderr.overflowed or (truncated and overflow == "raise"):
            cap = MAX_STDERR_BYTES if stderr.overflowed else limits.stdout_bytes
            raise LimitExceeded(f"{child.program} printed more than {cap} bytes and was stopped.")
        return Completed(child.peek(), stdout.kept(), stderr.kept(), truncated)


class Conversation:
    """A program that answers while it is asked. One reader at a time; requests may be fed while replies are read."""

    def __init__(self, child: Child, limits: ProcessLimits, group: TaskGroup, complaints: Drain) -> None:
        self._child = child
        self._group = group
        self._complaints = complaints
        self._replies = PipeReader(child.stdout, max_bytes=limits.stdout_bytes)

    @property
    def stderr(self) -> bytes:
        """The end of what the program complained so far; untrusted."""
        return self._complaints.kept()

    @property
    def pid(self) -> int:
        return self._child.pid

    async def write(self, request: bytes) -> None:
        """Send `request` whole. Only for requests whose replies fit the pipe; else use `feed`."""
        assert self._child.stdin is not None
        if not await self._child.stdin.write(request):
            raise await self._ended()

    def feed(self, requests: bytes) -> None:
        """Send `requests` in the background, so that replies can be read meanwhile however many there are."""
        assert self._child.stdin is not None
        self._group.start_soon(self._child.stdin.write, requests)

    async def finish(self) -> None:
        """Say that no request follows, after all that was fed."""
        assert self._child.stdin is not None
        await self._child.stdin.aclose()

    async def read_exact(self, count: int) -> bytes:
        """The next `count` bytes.

        Raises:
            ProcessEnded: the program ended first.
            LimitExceeded: the program's whole output passed its cap.
        """
        reply = await self._replies.read_exact(count)
        if reply is None:
            raise await self._ended()
        return reply

    async def read_until(self, mark: bytes, *, max_bytes: int = 1 << 16) -> bytes:
        """What comes up to `mark`, and `mark`. Raises as `read_exact`, also when `max_bytes` hold no mark."""
        reply = await self._replies.read_until(mark, max_bytes)
        if reply is None:
            raise await self._ended()
        return reply

    async def read_some(self) -> bytes:
        """What has arrived, at least one byte; empty at the end of the output."""
        return await self._replies.read_some()

    async def wait(self) -> int:
        """The return code, once the program has ended by itself. Call `finish` first where it waits for input."""
        await self._child.exited()
        with anyio.move_on_after(DRAIN_S):  # so that `stderr` has its last words
            await self._complaints.finished.wait()
        return self._child.peek()

    async def _ended(self) -> ProcessEnded:
        """The error, with the return code and the last words of a program that is ending."""
        code: int | None = None
        with anyio.move_on_after(DRAIN_S):
            code = await self.wait()
            await self._complaints.finished.wait()
        return ProcessEnded(self._child.program, code, self.stderr)


@asynccontextmanager
async def open_process(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    limits: ProcessLimits | None = None,
    cwd: Path | None = None,
    pass_fds: Sequence[int] = (),
    dies_with_parent: bool = True,
    install_hint: str = "",
) -> AsyncGenerator[Conversation]:
    """A program to talk to, killed with its group when the context ends. Arguments and errors as for `run`.

    It may stay long, so by default it also dies when we are killed (on Linux; 0.6 ms).

    `limits.wall_s` bounds the whole conversation.
    """
    limits = limits or ProcessLimits()
    with _span(argv), _started(argv, env, limits, cwd, pass_fds, True, dies_with_parent, install_hint) as child:
        grow_pipe(child.stdout)
        failure: Exception | None = None
        stderr = Drain(child.stderr, keep="tail", max_bytes=limits.stderr_bytes, total_bytes=MAX_STDERR_BYTES,
                       on_full=child.kill)  # fmt: skip
        with anyio.move_on_after(limits.wall_s) as wall:
            async with _supervised(child, limits), anyio.create_task_group() as group:
                group.start_soon(stderr.run)
                try:
                    yield Conversation(child, limits, group, stderr)
                except Exception as error:  # raised again below, where the group does not wrap it
                    failure = error
                group.cancel_scope.cancel()
        if failure is not None:
            raise failure
        if wall.cancelled_caught:
            raise ProcessTimeout(child.program, limits.wall_s, stderr.kept())


@asynccontextmanager
async def _supervised(child: Child, limits: ProcessLimits) -> AsyncGenerator[None]:
    """However the body ends, the group is dead and the child can be reaped when this does; shielded and bounded."""
    try:
        yield
    finally:
        with anyio.CancelScope(shield=True, deadline=anyio.current_time() + limits.grace_s + REAP_S):
            await child.stop(limits.grace_s)


def _span(argv: Sequence[str]) -> AbstractContextManager[object]:
    """The program's name only: its arguments may name a private repository."""
    name = Path(argv[0]).name
    return inner_span(name, {"process.executable.name": name})


def _started(
    argv: Sequence[str],
    env: Mapping[str, str],
    limits: ProcessLimits,
    cwd: Path | None,
    pass_fds: Sequence[int],
    wants_stdin: bool,
    dies_with_parent: bool,
    install_hint: str,
) -> AbstractContextManager[Child]:
    program = find_program(argv[0], env, install_hint)
    launched = launch_argv([program, *argv[1:]], limits.as_rlimits(), dies_with_parent=dies_with_parent)
    return started(Path(program).name, launched, env=env, cwd=cwd, pass_fds=pass_fds, stdin=wants_stdin)


def find_program(name: str, env: Mapping[str, str], install_hint: str = "") -> str:
    """The absolute path of `name`, looked up in `env["PATH"]` only.

    Raises:
        MissingDependency: it is not there, or not executable.
    """
    relative = os.sep in name and not Path(name).is_absolute()
    found = None if relative else shutil.which(name, path=env.get("PATH", ""))
    if found is None or not Path(found).is_absolute():
        short = Path(name).name
        raise MissingDependency(
            f"The program {short} is not installed, or not where programs are looked up.",
            hint=install_hint or f"Install {short} and try again.",
        )
    return found
