"""The memory cache: bounds, ages, and agreement with a slow oracle."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from plumbrule.core.clock import ManualClock
from plumbrule.core.store.memory import ENTRY_OVERHEAD_BYTES, MemoryCache

KEYS = st.sampled_from(["a", "b", "c", "d", "e"])
VALUES = st.binary(max_size=60)


def test_a_value_is_found_with_its_age_until_its_time_is_over() -> None:
    clock = ManualClock()
    cache = MemoryCache(10, 10_000, ttl_s=60, clock=clock)
    cache.put("k", b"v")
    clock.advance(59)
    found = cache.find("k")
    assert found is not None
    assert (found.value, found.age_s, found.left_s) == (b"v", 59, 1)
    clock.advance(1)
    assert cache.get("k") is None
    assert cache.info().entries == 0


def test_a_put_can_shorten_the_life_of_a_value_but_not_lengthen_it() -> None:
    clock = ManualClock()
    cache = MemoryCache(10, 10_000, ttl_s=60, clock=clock)
    cache.put("short", b"v", ttl_s=5)
    cache.put("long", b"v", ttl_s=600)
    clock.advance(5)
    assert cache.get("short") is None
    clock.advance(55)
    assert cache.get("long") is None


def test_the_least_recently_used_entry_leaves_first() -> None:
    cache = MemoryCache(2, 10_000)
    cache.put("a", b"1")
    cache.put("b", b"2")
    cache.get("a")
    cache.put("c", b"3")
    assert [cache.get(key) for key in "abc"] == [b"1", None, b"3"]


def test_bytes_are_bounded_too() -> None:
    cache = MemoryCache(100, 3 * (ENTRY_OVERHEAD_BYTES + 101))
    for key in "abcd":
        cache.put(key, bytes(100))
    assert cache.info().entries == 3
    assert cache.get("a") is None


def test_a_value_larger_than_the_cache_is_not_kept_and_replaces_the_old_one_all_the_same() -> None:
    cache = MemoryCache(100, 1000)
    cache.put("k", b"old")
    cache.put("k", bytes(1001))
    assert cache.get("k") is None
    assert cache.info().dropped == 1


class MemoryAgainstOracle(RuleBasedStateMachine):
    """F21: the cache agrees with an ordered dict that is bounded by hand."""

    TTL_S = 30.0
    LIMIT = 3

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.cache = MemoryCache(self.LIMIT, 100_000, ttl_s=self.TTL_S, clock=self.clock)
        self.oracle: dict[str, tuple[bytes, float]] = {}

    def alive(self, key: str) -> bytes | None:
        value, expires_at = self.oracle.get(key, (b"", -1.0))
        if expires_at <= self.clock.monotonic():
            self.oracle.pop(key, None)
            return None
        self.oracle[key] = self.oracle.pop(key)  # used: to the end
        return value

    @rule(key=KEYS, value=VALUES, ttl_s=st.none() | st.sampled_from([1.0, 10.0, 100.0]))
    def put(self, key: str, value: bytes, ttl_s: float | None) -> None:
        self.cache.put(key, value, ttl_s)
        self.oracle.pop(key, None)
        self.oracle[key] = (value, self.clock.monotonic() + min(self.TTL_S, ttl_s or self.TTL_S))
        while len(self.oracle) > self.LIMIT:
            del self.oracle[next(iter(self.oracle))]

    @rule(key=KEYS)
    def get(self, key: str) -> None:
        assert self.cache.get(key) == self.alive(key)

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        self.cache.delete(key)
        self.oracle.pop(key, None)

    @rule(seconds=st.sampled_from([0.5, 5.0, 29.0]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def clear(self) -> None:
        self.cache.clear()
        self.oracle.clear()

    @invariant()
    def size_is_the_sum(self) -> None:
        report = self.cache.info()
        assert report.entries == len(self.oracle)
        assert report.size_bytes == sum(
            len(key) + len(value) + ENTRY_OVERHEAD_BYTES for key, (value, _) in self.oracle.items()
        )


TestMemoryAgainstOracle = MemoryAgainstOracle.TestCase
TestMemoryAgainstOracle.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
