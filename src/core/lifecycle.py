"""Starting in order, stopping in reverse, and saying whether everything answers.

Above it lies `app`, which lists the parts; below it nothing. A part is a name with up to three functions. Stopping is
shielded from cancellation and bounded, for each part and in sum; a part that fails to stop never keeps the others from
stopping. Work that outlives a call but not the process is `core.background`'s.
"""

import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Literal, Self

import anyio

from plumbrule.core.values import dataclass

State = Literal["new", "starting", "ready", "draining", "stopped"]

START_LIMIT_S = 10.0
"""A part opens files and sockets; one that takes longer than this hangs."""

STOP_LIMIT_S = 5.0
"""For one part: flushing a log or closing a pool takes milliseconds."""

STOP_TOTAL_S = 30.0
"""For all parts: orchestrators kill 30 s after they asked (Kubernetes' terminationGracePeriodSeconds)."""

LEAST_STOP_S = 0.1
"""What every part gets, also when its predecessors used up the total."""

PING_LIMIT_S = 1.0
"""A probe's own patience is commonly 1 s (Kubernetes' timeoutSeconds)."""


async def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Part:
    """Something that starts and stops.

    `ping` raises when the part cannot serve; None for a part that cannot tell. A part that is not
    `required` shows in the report but not in the verdict.
    """

    name: str
    start: Callable[[], Awaitable[None]] = _nothing
    stop: Callable[[], Awaitable[None]] = _nothing
    ping: Callable[[], Awaitable[None]] | None = None
    required: bool = True
    start_limit_s: float = START_LIMIT_S
    stop_limit_s: float = STOP_LIMIT_S


@dataclass(frozen=True, slots=True)
class PartReport:
    """Whether one part answered, and what it said if not."""

    name: str
    ok: bool
    required: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The answer of `/readyz`: ready when started, not draining, and every required part answers."""

    ready: bool
    state: State
    parts: tuple[PartReport, ...]


@dataclass(frozen=True, slots=True)
class StopFault:
    """A part that did not stop as it should: it raised, or its time was up."""

    name: str
    reason: str


class Lifecycle(AbstractAsyncContextManager["Lifecycle"]):
    """Runs parts for the length of an `async with`.

    Entering starts them in order; when one fails, those already started are stopped and its error is raised. Leaving
    stops them in reverse and never raises: `faults` and the log have what went wrong.
    """

    def __init__(
        self,
        *parts: Part,
        stop_total_s: float = STOP_TOTAL_S,
        ping_limit_s: float = PING_LIMIT_S,
        log: logging.Logger | None = None,
    ) -> None:
        self._parts = parts
        self._started: list[Part] = []
        self._stop_total_s = stop_total_s
        self._ping_limit_s = ping_limit_s
        self._log = log or logging.getLogger("plumbrule.lifecycle")
        self.state: State = "new"
        self.faults: list[StopFault] = []

    async def __aenter__(self) -> Self:
        self.state = "starting"
        try:
            for part in self._parts:
                await self._start(part)
        except BaseException:
            await self._stop_all()
            raise
        self.state = "ready"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stop_all()

    def drain(self) -> None:
        """Say "not ready" from now on, while calls under way finish."""
        if self.state == "ready":
            self.state = "draining"

    async def readiness(self) -> Readiness:
        """Ask all parts at once; each has `ping_limit_s` seconds."""
        reports: dict[str, PartReport] = {}

        async def ask(part: Part) -> None:
            reports[part.name] = await self._ping(part)

        if self.state in ("ready", "draining"):
            async with anyio.create_task_group() as group:
                for part in self._parts:
                    group.start_soon(ask, part)
        ordered = tuple(reports[part.name] for part in self._parts if part.name in reports)
        healthy = all(report.ok for report in ordered if report.required)
        return Readiness(self.state == "ready" and healthy, self.state, ordered)

    async def _start(self, part: Part) -> None:
        try:
            with anyio.fail_after(part.start_limit_s):
                await part.start()
        except TimeoutError as error:
            raise TimeoutError(f"{part.name} did not start within {part.start_limit_s:g} s") from error
        self._started.append(part)

    async def _stop_all(self) -> None:
        self.state = "draining"
        deadline = anyio.current_time() + self._stop_total_s
        while self._started:
            part = self._started.pop()
            left_s = max(deadline - anyio.current_time(), LEAST_STOP_S)
            await self._stop(part, min(part.stop_limit_s, left_s))
        self.state = "stopped"

    async def _stop(self, part: Part, limit_s: float) -> None:
        with anyio.move_on_after(limit_s, shield=True) as scope:
            try:
                await part.stop()
            except Exception as error:  # reported, and the next part must still stop
                self._log.error("part failed to stop", exc_info=error, extra={"part": part.name})
                self.faults.append(StopFault(part.name, f"{type(error).__name__}: {error}"))
        if scope.cancelled_caught:
            self._log.error("part did not stop in time", extra={"part": part.name, "limit_s": limit_s})
            self.faults.append(StopFault(part.name, f"did not stop within {limit_s:g} s"))

    async def _ping(self, part: Part) -> PartReport:
        detail = f"no answer within {self._ping_limit_s:g} s"
        with anyio.move_on_after(self._ping_limit_s):
            try:
                if part.ping is not None:
                    await part.ping()
                return PartReport(part.name, True, part.required)
            except Exception as error:  # any failure of a ping is its answer
                detail = f"{type(error).__name__}: {error}"
        return PartReport(part.name, False, part.required, detail)
