"""Retrying with a budget, a server's pauses and a deadline."""

import anyio
import pytest

from plumbrule.core.errors import NotFound, RateLimited, Unavailable
from plumbrule.core.resilience.retry import RetryBudget, RetryPolicy, TryAgain, retrying


class Upstream:
    """Fails as its script says (a pause, or None for no word), then answers; remembers attempts and sleeps."""

    def __init__(self, *script: float | None) -> None:
        self.script = list(script)
        self.attempts = 0
        self.slept: list[float] = []

    async def attempt(self) -> str:
        self.attempts += 1
        if self.script:
            raise TryAgain(Unavailable(f"attempt {self.attempts}"), self.script.pop(0))
        return "answer"

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def call(self, *, budget: RetryBudget | None = None, left_s: float = 60.0, attempts: int = 4) -> str:
        return await retrying(
            self.attempt,
            policy=RetryPolicy(attempts=attempts),
            budget=budget or RetryBudget(),
            deadline=anyio.current_time() + left_s,
            sleep=self.sleep,
            jitter=lambda low, high: high,
        )


async def test_a_passing_failure_is_overcome_with_growing_pauses() -> None:
    upstream = Upstream(None, None, None)
    assert await upstream.call() == "answer"
    assert upstream.slept == [0.25, 0.5, 1.0]


async def test_the_last_failure_is_reported_as_it_was() -> None:
    upstream = Upstream(*[None] * 9)
    with pytest.raises(Unavailable, match="attempt 4"):
        await upstream.call()


async def test_other_errors_are_not_tried_again() -> None:
    async def missing() -> None:
        raise NotFound("no")

    with pytest.raises(NotFound):
        await retrying(missing, policy=RetryPolicy(), budget=RetryBudget(), deadline=anyio.current_time() + 9)


@pytest.mark.parametrize(("pause_s", "attempts"), [(1.0, 2), (10.0, 2), (11.0, 1), (7200.0, 1), (1e9, 1)])
async def test_a_server_that_asks_for_a_pause_gets_it_or_the_caller_is_told(
    pause_s: float, attempts: int
) -> None:  # F6
    upstream = Upstream(pause_s)
    if attempts == 2:
        assert await upstream.call() == "answer"
        assert upstream.slept == [pause_s + 0.25]
    else:
        with pytest.raises(Unavailable):
            await upstream.call()
        assert upstream.slept == []
    assert upstream.attempts == attempts


async def test_no_retry_starts_that_the_deadline_would_end() -> None:  # F4
    upstream = Upstream(5.0)
    with pytest.raises(Unavailable):
        await upstream.call(left_s=4.0)
    assert upstream.attempts == 1


async def test_a_storm_of_failures_is_hardly_amplified() -> None:  # F5
    budget = RetryBudget()
    attempts = 0
    for _ in range(3000):
        upstream = Upstream(*[None] * 9)
        with pytest.raises(Unavailable):
            await upstream.call(budget=budget)
        attempts += upstream.attempts
    assert attempts <= 1.2 * 3000


async def test_after_a_storm_retries_come_back_with_success() -> None:  # F5
    budget = RetryBudget()
    while budget.spend():
        pass
    for _ in range(4):
        assert await Upstream().call(budget=budget) == "answer"
    assert await Upstream(None).call(budget=budget) == "answer"


async def test_the_cause_is_kept() -> None:
    async def failing() -> None:
        raise TryAgain(RateLimited("slow down", retry_after_s=99), 99) from OSError("reset")

    with pytest.raises(RateLimited) as caught:
        await retrying(failing, policy=RetryPolicy(), budget=RetryBudget(), deadline=anyio.current_time() + 9)
    assert isinstance(caught.value.__cause__, OSError)
