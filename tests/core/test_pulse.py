"""A call at work is never silent for two seconds, whatever its engines say (S-42)."""

import math
from itertools import pairwise

import anyio
import pytest

from plumbrule.core.calls import Admission, CallRuntime, guarded
from plumbrule.core.context import report_progress
from plumbrule.core.pulse import SILENCE_S, Pulse


class Hours:
    """A clock that runs when somebody sleeps by it; at `end` whoever sleeps is cancelled."""

    def __init__(self, end: float, scope: anyio.CancelScope) -> None:
        self.now, self._end, self._scope = 0.0, end, scope

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.now > self._end:
            self._scope.cancel()
        await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize(("said", "total"), [((), 1.0), ((0.3, 0.2, 0.99, math.nan), 1.0), ((5.0,), None)])
async def test_a_slow_phase_is_never_silent_for_two_seconds_and_numbers_grow(  # S-42
    said: tuple[float, ...], total: float | None
) -> None:
    heard: list[tuple[float, float]] = []
    with anyio.CancelScope() as scope:
        hours = Hours(600.0, scope)

        async def hear(done: float, _total: float | None, message: str) -> None:
            assert message
            heard.append((hours.now, done))

        pulse = Pulse(hear, clock=lambda: hours.now, wait=hours.sleep)
        for done in said:
            await pulse(done, total, "reading")
        await pulse.beat()
    times = [0.0, *(when for when, _ in heard)]
    assert max(after - before for before, after in pairwise(times)) <= 2.0
    assert times[-1] >= 598.0
    numbers = [done for _, done in heard]
    assert all(after > before for before, after in pairwise(numbers))
    assert total is None or max(numbers) < total
    assert SILENCE_S <= 2.0


async def test_nothing_follows_the_end_of_the_work() -> None:
    heard: list[float] = []
    with anyio.CancelScope() as scope:
        hours = Hours(60.0, scope)

        async def hear(done: float, _total: float | None, _message: str) -> None:
            heard.append(done)

        pulse = Pulse(hear, clock=lambda: hours.now, wait=hours.sleep)
        await pulse(1.0, 1.0, "done")
        await pulse.beat()
    assert heard == [1.0]


async def test_a_call_that_waits_is_heard_until_it_ends_and_not_after() -> None:
    heard: list[str] = []
    enough = anyio.Event()

    async def hear(_done: float, _total: float | None, message: str) -> None:
        heard.append(message)
        if len(heard) == 4:
            enough.set()

    async def work() -> str:
        await report_progress(0.1, 1.0, "waiting")
        await enough.wait()
        return "done"

    runtime = CallRuntime(mask=str, mask_value=lambda one: one, admission=Admission(1), silence_s=0.01)
    with anyio.fail_after(20):
        outcome = await guarded(runtime, "slow", work, progress=hear)
    assert outcome.value == "done"
    assert heard == ["waiting"] * 4
