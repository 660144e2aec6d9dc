"""Progress that never falls silent: while a call is at work, its reader hears of it at least every two seconds.

`core.calls` puts one around the sink of each call. Engines report when they know more; in between the last word is
said again with a number that is a little greater, as the protocol wants numbers that grow (MCP, "Progress").
"""

import math
from collections.abc import Awaitable, Callable

import anyio

from plumbrule.core.context import ProgressSink

SILENCE_S = 1.0
"""After so long without a word the last one is said again: two seconds are promised, and a busy machine is late."""

STEP = 0.002
"""Of what is left: a thousand repetitions never reach the end."""

FIRST_WORD = "working"


class Pulse:
    """A sink around another. `beat` runs beside the work until it is cancelled; `wait` sleeps so many seconds."""

    def __init__(
        self,
        sink: ProgressSink,
        silence_s: float = SILENCE_S,
        *,
        clock: Callable[[], float] = anyio.current_time,
        wait: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._sink = sink
        self._silence_s = silence_s
        self._clock = clock
        self._wait = wait
        self._heard_at = clock()
        self._last: tuple[float, float | None, str] = (0.0, 1.0, FIRST_WORD)

    async def __call__(self, done: float, total: float | None, message: str) -> None:
        """Pass on what an engine reports; what lags behind a repetition is said with a number that grows."""
        if not math.isfinite(done):
            return
        before, _, _ = self._last
        await self._tell(done if done > before or not before else self._further(total), total, message)

    async def beat(self) -> None:
        """Say the last word again whenever nothing was said for `silence_s`; nothing follows a completed work."""
        while True:
            left_s = self._heard_at + self._silence_s - self._clock()
            if left_s > 0:
                await self._wait(left_s)
                continue
            done, total, message = self._last
            self._heard_at = self._clock()
            if total is None or done < total:
                await self._tell(self._further(total), total, message)

    def _further(self, total: float | None) -> float:
        done = self._last[0]
        return done + STEP if total is None else done + max(total - done, 0.0) * STEP

    async def _tell(self, done: float, total: float | None, message: str) -> None:
        self._last = (done, total, message)
        self._heard_at = self._clock()
        await self._sink(done, total, message)
