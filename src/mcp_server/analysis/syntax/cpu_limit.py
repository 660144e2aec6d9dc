"""Interrupts what one file does to us after so many seconds of CPU, in the main thread of a worker."""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

REPEAT_S = 0.1
"""It fires again: an exception that is raised inside a destructor is lost."""


class TooSlow(Exception):
    """The file's own time is over."""


class CpuLimit:
    """`with CpuLimit(seconds) as limit:` raises TooSlow inside; `limit.over()` is for callbacks of C code.

    Only Python code can be interrupted; C code must ask, or be ended by the worker's own limits.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._end = float("inf")
        self._armed = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
        self._before: Callable[[int, FrameType | None], object] | int | None = None

    def __enter__(self) -> "CpuLimit":
        self._end = time.process_time() + self._limit_s
        if self._armed:
            self._before = signal.signal(signal.SIGPROF, self._expire)
            signal.setitimer(signal.ITIMER_PROF, self._limit_s, REPEAT_S)
        return self

    def __exit__(self, *_: object) -> None:
        if self._armed:
            self._armed = False
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, signal.SIG_DFL if self._before is None else self._before)

    def over(self) -> bool:
        """Whether the time is spent."""
        return time.process_time() > self._end

    def _expire(self, _signal: int, _frame: FrameType | None) -> None:
        if self._armed:
            raise TooSlow
