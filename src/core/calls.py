"""The one way in: `guarded()` runs a piece of work as a call, for the server and the command line alike.

Above it lie `server/boundary` and `cli`, which only map its outcome to the wire and to exit codes. It gives the
work a call id, a deadline, a place in the admission limit, a span and one log line, and turns whatever goes
wrong into an `ErrorReport` that has been masked. Cancellation passes through untouched.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field
from typing import Annotated, Generic, Protocol, TypeVar, cast

import anyio
from typing_extensions import Doc

from plumbrule.core import context
from plumbrule.core.clock import Clock
from plumbrule.core.errors import DeadlineExceeded, InternalError, Overloaded, PlumbruleError
from plumbrule.core.exhaustion import exhausted
from plumbrule.core.interval import Interval
from plumbrule.core.pulse import SILENCE_S, Pulse
from plumbrule.core.resilience.limiter import TokenBuckets
from plumbrule.core.values import dataclass

T = TypeVar("T")

LEAST_ANSWER_S = 1.0
"""Putting together what there is takes some tenths of a second, more on a busy machine."""

OVERLOAD_RETRY_S = 1.0
"""What a refused caller is told to wait: calls take seconds at most, so a place is free soon."""


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Settings section `limits`: what one process takes on.

    The deadline holds for the server only, below the 60 s at which hosts give up; a command line user can interrupt.
    """

    max_calls: Annotated[
        int, Interval(ge=1, le=1000), Doc("How many calls run at once; one more is refused at once.")
    ] = 32
    deadline_s: Annotated[
        float, Interval(ge=0.1, le=3600), Doc("Seconds after which a call of the server gives what it has.")
    ] = 50.0
    calls_per_minute: Annotated[
        int, Interval(ge=1, le=1_000_000), Doc("Calls of one HTTP client a minute; a tenth may come at once.")
    ] = 6000

    def client_rates(self, clock: Clock) -> TokenBuckets:
        """The buckets that hold each client to `calls_per_minute`."""
        return TokenBuckets(
            rate_per_s=self.calls_per_minute / 60,
            burst=max(1, self.calls_per_minute // 10),
            clock=clock,
            what="calls of this client",
            setting="limits.calls_per_minute",
        )


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """A failure as the client sees it; every text in it has been masked."""

    code: str
    message: str
    hint: str
    retryable: bool
    call_id: str
    retry_after_s: float | None = None
    retry_with: Mapping[str, object] | None = None

    def as_dict(self) -> dict[str, object]:
        """The wire form; absent optional fields are left out."""
        fields: dict[str, object] = {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "retryable": self.retryable,
            "call_id": self.call_id,
        }
        if self.retry_after_s is not None:
            fields["retry_after_s"] = self.retry_after_s
        if self.retry_with is not None:
            fields["retry_with"] = dict(self.retry_with)
        return fields


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What became of a call: exactly one of `value` and `error` is set (`value` may be None for work without one)."""

    call_id: str
    value: T | None = None
    error: ErrorReport | None = None


class Admission:
    """How many calls run at once. Refuses at once when full: a queue would only hide the overload."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.running = 0

    def enter(self) -> None:
        if self.running >= self.limit:
            raise Overloaded(
                f"The server already runs {self.limit} calls, its limit.",
                hint="Wait and call again, or raise limits.max_calls.",
                retry_after_s=OVERLOAD_RETRY_S,
            )
        self.running += 1

    def leave(self) -> None:
        self.running -= 1


class CallObserver(Protocol):
    """Metrics and traces, when they are on."""

    def span(self, tool: str, call_id: str) -> AbstractContextManager[object]: ...

    def finished(self, tool: str, code: str, duration_s: float) -> None: ...


@dataclass(frozen=True, slots=True)
class CallRuntime:
    """What every call shares. `mask` takes a string, or nested dicts and lists, and gives the same shape back.

    `rates` has a bucket per principal; None for the command line and stdio, where there is one user who may do this.
    """

    mask: Callable[[str], str]
    mask_value: Callable[[object], object]
    admission: Admission
    deadline_s: float | None = None
    hide_known: Callable[[bytes], bytes] = bytes
    """Hides in ready JSON what the program itself keeps secret."""
    observer: CallObserver | None = None
    rates: TokenBuckets | None = None
    silence_s: float = SILENCE_S
    """After so long without progress the last word is said again."""
    inner_span: context.InnerSpan | None = None
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("plumbrule.calls"))


async def guarded(
    runtime: CallRuntime,
    tool: str,
    work: Callable[[], Awaitable[T]],
    *,
    call_id: object = None,
    principal: str = "local",
    progress: context.ProgressSink | None = None,
) -> Outcome[T]:
    """Run `work` as one call and report what became of it.

    `call_id` is what the client offered; it is replaced when malformed. Only cancellation is raised.
    """
    deadline = None if runtime.deadline_s is None else anyio.current_time() + runtime.deadline_s
    pulse = None if progress is None else Pulse(progress, runtime.silence_s)
    call = context.Call(context.accepted_call_id(call_id), tool, deadline, principal, pulse, runtime.inner_span)
    token = context.enter(call)
    started = time.perf_counter()
    code = "cancelled"
    try:
        with _span(runtime, call):
            outcome = await (_attempt(runtime, call, work) if pulse is None else _heard(runtime, call, work, pulse))
        code = outcome.error.code if outcome.error else "ok"
        return outcome
    finally:
        _record(runtime, call, code, time.perf_counter() - started)
        context.leave(token)


def _span(runtime: CallRuntime, call: context.Call) -> AbstractContextManager[object]:
    return nullcontext() if runtime.observer is None else runtime.observer.span(call.tool, call.id)


async def _heard(
    runtime: CallRuntime, call: context.Call, work: Callable[[], Awaitable[T]], pulse: Pulse
) -> Outcome[T]:
    """The attempt, with a word to whoever listens whenever it is silent for long."""
    outcome: Outcome[T] | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pulse.beat)
        outcome = await _attempt(runtime, call, work)
        tasks.cancel_scope.cancel()
    assert outcome is not None  # the attempt turns failures into outcomes
    return outcome


async def _attempt(runtime: CallRuntime, call: context.Call, work: Callable[[], Awaitable[T]]) -> Outcome[T]:
    try:
        if runtime.rates is not None:
            runtime.rates.take(call.principal)
        return Outcome(call.id, value=await _admitted(runtime, work))
    except Exception as error:  # the one place that turns every failure into a reply
        known = _known(error)
        if known is None and (known := exhausted(error)) is not None:
            runtime.log.warning("the machine has no room for this call", exc_info=error, extra={"tool": call.tool})
        if known is None:
            runtime.log.error("call failed by a fault of ours", exc_info=error, extra={"tool": call.tool})
            known = InternalError(
                "Something went wrong inside Plumbrule.",
                hint=f"The log has the details under call id {call.id}.",
            )
        return Outcome(call.id, error=_report(runtime, call, known))


async def _admitted(runtime: CallRuntime, work: Callable[[], Awaitable[T]]) -> T:
    runtime.admission.enter()
    try:
        if runtime.deadline_s is None:
            return await work()
        with anyio.move_on_after(runtime.deadline_s + _grace_s(runtime.deadline_s)) as scope:
            return await work()
        assert scope.cancelled_caught
        raise DeadlineExceeded(
            f"The call did not finish within {runtime.deadline_s:g} s.",
            hint="Call again: what was fetched or parsed to its end is kept. Or ask for less detail.",
        )
    finally:
        runtime.admission.leave()


def _grace_s(deadline_s: float) -> float:
    """What a short deadline is exceeded by at most, so that an engine that stopped in time can say what it knows:
    engines keep a third of the time for that, of half a second too little to put an answer together."""
    return max(0.0, LEAST_ANSWER_S - deadline_s / 3)


def _known(error: BaseException) -> PlumbruleError | None:
    """The failure of ours in `error`, also when a task group wrapped it."""
    if isinstance(error, PlumbruleError):
        return error
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        found = [_known(inner) for inner in group.exceptions]
        if found and all(found):
            return found[0]
    return None


def _report(runtime: CallRuntime, call: context.Call, error: PlumbruleError) -> ErrorReport:
    # The masker gives back the shape that it took.
    retry_with = None if error.retry_with is None else runtime.mask_value(dict(error.retry_with))
    return ErrorReport(
        code=error.code,
        message=runtime.mask(error.message),
        hint=runtime.mask(error.hint),
        retryable=error.retryable,
        call_id=call.id,
        retry_after_s=error.retry_after_s,
        retry_with=cast("Mapping[str, object] | None", retry_with),
    )


def _record(runtime: CallRuntime, call: context.Call, code: str, duration_s: float) -> None:
    runtime.log.info(
        "call",
        extra={
            "tool": call.tool,
            "code": code,
            "duration_ms": round(duration_s * 1000, 3),
            "principal": call.principal,
        },
    )
    if runtime.observer is not None:
        runtime.observer.finished(call.tool, code, duration_s)
