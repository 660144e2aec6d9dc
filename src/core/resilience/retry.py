"""Trying again, only where it can help and only as much as the other side can bear.

Full jitter between attempts, the server's own Retry-After first, never past the time that is left, and a budget
shared by all calls: retries are paid from what successes brought in, so that in a storm of failures there are nearly
none (gRPC's retry throttling, A6). One layer retries, the HTTP client; whatever calls it does not.
"""

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

from plumbrule.core.errors import PlumbruleError
from plumbrule.core.values import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`attempts` counts the first one. Waits are drawn from 0 to `base_s` doubled with each attempt, up to `max_s`;
    a Retry-After longer than `max_pause_s` is not waited for but reported."""

    attempts: int = 3
    base_s: float = 0.25
    max_s: float = 4.0
    max_pause_s: float = 10.0


class RetryBudget:
    """What retries are paid from: each costs 1, each success brings `per_success`, at most `capacity` is kept."""

    def __init__(self, *, capacity: float = 10.0, per_success: float = 0.5) -> None:
        self._capacity = capacity
        self._per_success = per_success
        self._tokens = capacity

    def earn(self) -> None:
        """A request succeeded."""
        self._tokens = min(self._capacity, self._tokens + self._per_success)

    def spend(self) -> bool:
        """Pay for one retry; False when that cannot be afforded."""
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class TryAgain(Exception):
    """Raised by an attempt whose failure may pass: `error` is what to report when it does not.

    `pause_s` is what the other side asked to wait, None when it said nothing.
    """

    def __init__(self, error: PlumbruleError, pause_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.pause_s = pause_s


async def retrying(
    attempt: Callable[[], Awaitable[T]],
    *,
    policy: RetryPolicy,
    budget: RetryBudget,
    deadline: float,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    jitter: Callable[[float, float], float] = random.uniform,
) -> T:
    """What `attempt` returns, tried again while it raises `TryAgain` and policy, budget and `deadline` allow.

    `deadline` is on `anyio.current_time()`. Any other error passes at once.

    Raises:
        PlumbruleError: the last attempt's own error.
    """
    import tenacity  # 26 ms that only a run with the network pays

    answers: list[T] = []

    async def tried() -> None:  # tenacity awaits only what it knows for a coroutine function, which a lambda is not
        answers.append(await attempt())

    def wait_s(state: tenacity.RetryCallState) -> float:
        failure = _failure(state)
        spread = jitter(0, min(policy.max_s, policy.base_s * 2 ** (state.attempt_number - 1)))
        return spread if failure.pause_s is None else failure.pause_s + spread

    def must_stop(state: tenacity.RetryCallState) -> bool:
        pause_s = _failure(state).pause_s or 0.0
        in_vain = pause_s > policy.max_pause_s or anyio.current_time() + pause_s >= deadline
        return state.attempt_number >= policy.attempts or in_vain or not budget.spend()

    retries = tenacity.AsyncRetrying(
        sleep=sleep, wait=wait_s, stop=must_stop, retry=tenacity.retry_if_exception_type(TryAgain), reraise=True
    )
    try:
        await retries(tried)
    except TryAgain as failure:
        raise failure.error from failure.__cause__
    budget.earn()
    return answers[0]


def _failure(state: "object") -> TryAgain:
    outcome = getattr(state, "outcome", None)
    failure = outcome.exception() if outcome is not None else None
    assert isinstance(failure, TryAgain)
    return failure
