"""The call under way: its id, its deadline, who asks, and where progress goes; one ContextVar for all of it."""

import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar, Token

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.values import dataclass

CALL_ID = LazyPattern(r"[A-Za-z0-9._-]{8,64}")
"""What a client's own id must look like; anything else is replaced, not refused."""

ProgressSink = Callable[[float, float | None, str], Awaitable[None]]
"""Takes done, total (None when unknown) and a message."""

InnerSpan = Callable[[str, Mapping[str, str | int | bool]], AbstractContextManager[object]]
"""Takes the name and the attributes of a piece of work inside the call, for traces."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    `deadline` is on the monotonic clock of `anyio.current_time()` in seconds, None for none.
    `principal` is the authenticated client's name, "local" on stdio and the command line.
    """

    id: str
    tool: str
    deadline: float | None = None
    principal: str = "local"
    progress: ProgressSink | None = None
    inner_span: InnerSpan | None = None


_current: ContextVar[Call | None] = ContextVar("plumbrule_call", default=None)


def current_call() -> Call | None:
    """The call that this task works for, or None outside of one."""
    return _current.get()


def enter(call: Call) -> Token[Call | None]:
    """Make `call` the current one for this task and the tasks it starts."""
    return _current.set(call)


def leave(token: Token[Call | None]) -> None:
    """Restore what was current before `enter`."""
    _current.reset(token)


def new_call_id() -> str:
    """A fresh id: 128 random bits as 32 hex digits."""
    return os.urandom(16).hex()


def accepted_call_id(offered: object) -> str:
    """The client's id when it is well formed, else a fresh one."""
    if isinstance(offered, str) and CALL_ID.fullmatch(offered):
        return offered
    return new_call_id()


async def report_progress(done: float, total: float | None, message: str) -> None:
    """Tell the caller how far the work is; does nothing when nobody listens. `done` must grow."""
    call = _current.get()
    if call is not None and call.progress is not None:
        await call.progress(done, total, message)


def inner_span(name: str, attributes: Mapping[str, str | int | bool]) -> AbstractContextManager[object]:
    """A span below the call's own, for work that leaves the process; nothing when traces are off."""
    call = _current.get()
    return nullcontext() if call is None or call.inner_span is None else call.inner_span(name, attributes)
