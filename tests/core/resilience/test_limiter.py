"""Token buckets against a slow oracle and hostile keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.core.clock import ManualClock
from plumbrule.core.errors import RateLimited
from plumbrule.core.resilience.limiter import MAX_PENALTY_S, TokenBuckets


def buckets(clock: ManualClock, *, rate_per_s: float = 1.0, burst: float = 3, max_keys: int = 100) -> TokenBuckets:
    return TokenBuckets(rate_per_s=rate_per_s, burst=burst, clock=clock, what="calls", max_keys=max_keys)


def allowed(limit: TokenBuckets, key: str = "a") -> bool:
    try:
        limit.take(key)
    except RateLimited:
        return False
    return True


def test_a_burst_passes_and_the_next_is_told_when_to_come_back() -> None:  # S-97
    clock = ManualClock()
    limit = buckets(clock)
    assert [allowed(limit) for _ in range(4)] == [True, True, True, False]
    with pytest.raises(RateLimited) as caught:
        limit.take("a")
    assert caught.value.retry_after_s == 1.0
    clock.advance(1.0)
    assert [allowed(limit) for _ in range(2)] == [True, False]


def test_one_key_does_not_slow_another() -> None:  # S-97
    limit = buckets(ManualClock())
    assert [allowed(limit, "flood") for _ in range(50)].count(True) == 3
    assert allowed(limit, "quiet")


def test_a_key_stays_closed_as_long_as_its_other_side_asked_but_no_longer_than_an_hour() -> None:  # F6
    clock = ManualClock()
    limit = buckets(clock)
    limit.close_for("a", 7)
    limit.close_for("a", 2)
    clock.advance(6.9)
    assert not allowed(limit)
    clock.advance(0.2)
    assert allowed(limit)
    limit.close_for("a", 1e9)
    clock.advance(MAX_PENALTY_S + 1)
    assert allowed(limit)
    limit.close_for("a", -5)
    assert allowed(limit)


def test_many_names_are_no_way_around_the_limit() -> None:
    clock = ManualClock()
    limit = buckets(clock, max_keys=10)
    for number in range(10):
        assert allowed(limit, f"name{number}")
    assert not allowed(limit, "newcomer")
    assert len(limit) == 10
    clock.advance(5)
    assert allowed(limit, "newcomer")
    assert len(limit) == 10


def test_a_clock_that_stands_still_or_steps_back_gives_nothing_away() -> None:  # F11
    class Backwards(ManualClock):
        offset = 0.0

        def monotonic(self) -> float:
            return super().monotonic() + self.offset

    clock = Backwards()
    limit = buckets(clock)
    assert [allowed(limit) for _ in range(3)] == [True] * 3
    clock.offset = -100
    assert not allowed(limit)
    clock.offset = 0
    assert not allowed(limit)


@given(
    steps=st.lists(st.floats(0, 5, allow_nan=False), max_size=60),
    rate=st.floats(0.1, 10),
    burst=st.integers(1, 10),
)
def test_never_more_than_burst_plus_rate_times_time_passes(steps: list[float], rate: float, burst: int) -> None:
    clock = ManualClock()
    limit = buckets(clock, rate_per_s=rate, burst=burst)
    passed, elapsed = 0, 0.0
    for step in steps:
        clock.advance(step)
        elapsed += step
        passed += allowed(limit)
        assert passed <= burst + rate * elapsed + 1e-6
