"""Processes that parse what strangers wrote, so that a crash, a hang or a glutton costs one task and not the server.

Engines name a function (`"module:function"`) and give a payload of plain values; `core.worker_main` runs it on the
other side under memory, CPU and file limits, without environment, and answers in JSON. Workers start when they are
needed, are used again, are replaced after so many tasks and after every failure, and die with us.
"""

import logging
import marshal
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Annotated, Any, cast

import anyio
import orjson
from typing_extensions import Doc

import plumbrule
from plumbrule.core import errors, worker_main
from plumbrule.core.child import REAP_S, Child, started
from plumbrule.core.errors import LimitExceeded, PlumbruleError, WorkerCrashed
from plumbrule.core.interval import Interval
from plumbrule.core.launcher import launch_argv
from plumbrule.core.pipes import PipeReader, grow_pipe
from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.values import dataclass
from plumbrule.core.worker_mark import Mark

log = logging.getLogger("plumbrule.workers")

ENGINE_ROOMS = tuple(
    f"plumbrule.mcp_server.{room}."
    for room in ("analysis", "dependencies", "compatibility", "documentation", "synthesis")
)
"""Where functions may lie that a worker runs: engines, which compute; nothing that talks to the outside."""

TARGET = LazyPattern(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*")
MAX_MESSAGE_BYTES = 256 << 20
"""One payload or one result; more is a fault of ours or of a worker that was taken over."""

OPEN_FILES = 64


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Settings section `workers`: the processes that parse untrusted files."""

    count: Annotated[int, Interval(ge=0, le=64), Doc("How many run at once; 0 means one per core, at most eight.")] = 0
    memory_mb: Annotated[int, Interval(ge=128, le=65536), Doc("Address space of one worker in MiB.")] = 1024
    task_s: Annotated[float, Interval(ge=0.1, le=3600), Doc("Seconds after which one task is given up.")] = 30.0
    tasks_per_worker: Annotated[
        int, Interval(ge=1, le=1_000_000), Doc("Tasks after which a worker is replaced, against leaks.")
    ] = 500

    def parallel(self) -> int:
        """How many workers run at once."""
        return self.count or min(8, _cores())


class WorkerPool:
    """Runs functions in workers. `async with WorkerPool(limits) as pool:`; leaving it ends every worker.

    `rooms` are the module prefixes that may be named, `paths` more folders to import from.
    """

    def __init__(
        self, limits: WorkerLimits | None = None, *, rooms: Sequence[str] = ENGINE_ROOMS, paths: Sequence[Path] = ()
    ) -> None:
        self.limits = limits or WorkerLimits()
        self._rooms = tuple(rooms)
        self._paths = tuple(str(path) for path in paths)
        self._places = anyio.Semaphore(self.limits.parallel())
        self._idle: list[_Worker] = []
        self._closed = False

    async def __aenter__(self) -> "WorkerPool":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the idle workers; those at work end with the calls that use them."""
        self._closed = True
        while self._idle:
            await self._idle.pop().end()

    def prepare(self, target: str, count: int) -> None:
        """Start up to `count` workers that import the module of `target` until they are asked, for a caller who will
        ask soon and has other work first. Returns at once; never more than `limits.parallel()` in all.

        Only in the event loop's thread: workers die with the thread that started them.
        """
        self._check(target)
        busy = self.limits.parallel() - self._places.value
        for _ in range(min(count - len(self._idle), self.limits.parallel() - busy - len(self._idle))):
            self._idle.append(self._start(target.partition(":")[0]))

    async def run(self, target: str, payload: object, *, limit_s: float | None = None) -> object:
        """What `target` ("module:function") returns for `payload`: bytes as they are, all else as JSON has it (tuples
        are lists, dataclasses dicts).

        `payload` is anything of None, bool, int, float, str, bytes, list, tuple, dict, set. Waits for a free worker.
        `limit_s` (by default `limits.task_s`) counts from then. A cancelled call kills its worker.

        Raises:
            WorkerCrashed: the worker died, ran out of memory or time, or the function failed by a fault of its own.
            LimitExceeded: payload or result is larger than 256 MiB.
            PlumbruleError: what the function itself raised.
        """
        self._check(target)
        request = marshal.dumps((target, cast(Any, payload)))  # raises ValueError for what it cannot carry
        if len(request) > MAX_MESSAGE_BYTES:
            raise LimitExceeded("What a worker was to look at is larger than 256 MiB.")
        async with self._places:
            worker = self._idle.pop() if self._idle else self._start()
            try:
                kind, body = await worker.ask(request, limit_s or self.limits.task_s)
            except BaseException:
                await worker.end()
                raise
            await self._put_back(worker, kind)
        return _result(target, kind, body)

    async def _put_back(self, worker: "_Worker", kind: int) -> None:
        worn_out = worker.tasks >= self.limits.tasks_per_worker or kind == worker_main.OUT_OF_MEMORY
        if worn_out or self._closed:
            await worker.end()
        else:
            self._idle.append(worker)

    def _check(self, target: str) -> None:
        if not TARGET.fullmatch(target) or not target.startswith(self._rooms):
            raise ValueError(f"{target} does not lie in a room whose functions may run in a worker")

    def _start(self, module: str = "") -> "_Worker":
        cpu_s = str(max(1, round(self.limits.task_s)))
        mark = Mark()
        words = [cpu_s, ",".join(self._rooms), module, str(mark.fd)]
        script = [sys.executable, "-I", "-S", "-B", worker_main.__file__, *words]
        rlimits = {"as": self.limits.memory_mb << 20, "fsize": 0, "nofile": OPEN_FILES, "nproc": 0, "core": 0}
        argv = launch_argv([*script, *_import_paths(), *self._paths], rlimits, dies_with_parent=True)
        return _Worker(argv, mark)


class _Worker:
    """One process and the conversation with it. It dies with the thread that started it, which is the event loop's."""

    def __init__(self, argv: Sequence[str], mark: Mark) -> None:
        self._owned = ExitStack()
        self._owned.callback(mark.close)
        self._mark = mark
        fds = [mark.fd] if mark.fd >= 0 else []
        try:
            child = started("worker", argv, env={"LC_ALL": "C.UTF-8"}, stderr=False, pass_fds=fds)
            self._child: Child = self._owned.enter_context(child)
        except BaseException:  # out of processes or descriptors
            self._owned.close()
            raise
        self._answers = PipeReader(self._child.stdout, max_bytes=sys.maxsize)
        self.tasks = 0
        grow_pipe(self._child.stdout)

    async def ask(self, request: bytes, limit_s: float) -> tuple[int, bytes]:
        """The kind and the body of the answer to one request."""
        self.tasks += 1
        self._mark.clear()
        with anyio.move_on_after(limit_s):
            return await self._exchange(request)
        late = WorkerCrashed(f"A worker did not finish within {limit_s:g} s.", hint="The file it parsed is too hard.")
        late.begun = self._mark.begun()
        raise late

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        assert self._child.stdin is not None
        await self._child.stdin.write(len(request).to_bytes(worker_main.LENGTH_BYTES, "big"))
        await self._child.stdin.write(request)
        head = await self._answers.read_exact(1 + worker_main.LENGTH_BYTES)
        if head is None:
            raise await self._death()
        length = int.from_bytes(head[1:], "big")
        if length > MAX_MESSAGE_BYTES:
            raise LimitExceeded("A worker's answer is larger than 256 MiB.")
        body = await self._answers.read_exact(length)
        if body is None:
            raise await self._death()
        return head[0], body

    async def _death(self) -> WorkerCrashed:
        await self._child.exited()
        code = self._child.peek()
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            death = WorkerCrashed("A worker used more CPU time or memory than it may and was stopped.")
            death.out_of_cpu = code == -signal.SIGXCPU
        else:
            cause = signal.Signals(-code).name if code < 0 else f"status {code}"
            death = WorkerCrashed(f"A worker crashed ({cause}) on what it parsed.")
        death.begun = self._mark.begun()
        return death

    async def end(self) -> None:
        """Kill the process and give everything back; shielded and bounded."""
        with anyio.CancelScope(shield=True, deadline=anyio.current_time() + REAP_S):
            self._child.kill()
            await self._child.exited()
        self._owned.close()


def _result(target: str, kind: int, body: bytes) -> object:
    if kind == worker_main.RAW:
        return body
    if kind == worker_main.OK:
        return _parsed(body)
    if kind == worker_main.OUT_OF_MEMORY:
        raise WorkerCrashed("A worker ran out of memory.", hint="Raise workers.memory_mb.")
    told = _parsed(body)
    if not isinstance(told, list) or not told:
        raise WorkerCrashed("A worker's answer cannot be read.")
    first, *rest = [str(part) for part in cast("list[object]", told)]
    if kind == worker_main.KNOWN and first in _kinds() and len(rest) == 2:
        raise _kinds()[first](rest[0], hint=rest[1])
    log.error("a function failed in a worker", extra={"target": target, "kind": first, "trace": "".join(rest)})
    raise WorkerCrashed(f"{target.rpartition('.')[2]} failed in its worker ({first[:60]}).")


def _parsed(body: bytes) -> object:
    document: object
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        # Names that are not UTF-8 are lone surrogates, which only the slower parser takes.
        import json  # for this case only

        try:
            document = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise WorkerCrashed("A worker's answer cannot be read.") from error
    return document


@cache
def _kinds() -> dict[str, type[PlumbruleError]]:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PlumbruleError)]
    return {kind.code: kind for kind in kinds if "code" in vars(kind)}


@cache
def _import_paths() -> tuple[str, ...]:
    """Where a worker imports from: our package as it runs here (wheel or checkout) and the installed ones.

    Not the rest of `sys.path`: under `python -m` its first entry is the working folder, which may be a repository.
    """
    ours = Path(plumbrule.__path__[0]).parent
    installed = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    return tuple(dict.fromkeys([str(ours), *installed]))


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
