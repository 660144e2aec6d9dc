"""Progress notifications for one call: growing, not too many, and none after the answer.

`server/boundary` makes one feed for each call and hands it to `core.context`.
"""

import math
from collections.abc import Awaitable, Callable

import anyio

MIN_INTERVAL_S = 0.1
"""Between two notifications; what comes sooner is dropped unless it completes the work."""

Report = Callable[[float, float | None, str], Awaitable[None]]


class ProgressFeed:
    """A `core.context.ProgressSink` that keeps the protocol's rules whatever the engines report."""

    def __init__(self, report: Report, mask: Callable[[str], str]) -> None:
        self._report = report
        self._mask = mask
        self._last = -math.inf
        self._sent_at = -math.inf
        self._closed = False

    async def __call__(self, done: float, total: float | None, message: str) -> None:
        if self._closed or not math.isfinite(done) or done <= self._last:
            return
        now = anyio.current_time()
        complete = total is not None and done >= total
        if now - self._sent_at < MIN_INTERVAL_S and not complete:
            return
        self._last = done
        self._sent_at = now
        await self._report(done, total, self._mask(message))

    def close(self) -> None:
        """From here on nothing is sent: the call has its answer."""
        self._closed = True
