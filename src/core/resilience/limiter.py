"""Token buckets per key: so many at once, so many a second after that, and a pause where the other side asked for one.

Used for clients (a principal per key) and for platforms (an origin per key). Taking never waits: who finds the
bucket empty is told when to come back, so that nobody stands in a line before others. Time comes from an injected
monotonic clock. The number of keys is bounded without ever forgetting a debt: only full buckets are dropped, and
when there is none a newcomer is refused, since otherwise many names would be a way around the limit.
"""

import math
from collections import OrderedDict

from plumbrule.core.clock import Clock
from plumbrule.core.errors import RateLimited
from plumbrule.core.values import dataclass

MAX_KEYS = 10_000
SWEEP = 8
"""How many of the oldest buckets are looked at for one that can go; more would make a full table slow."""

MAX_PENALTY_S = 3600.0
"""A server that asks for more is asked again after this."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    updated: float
    closed_until: float = -math.inf


class TokenBuckets:
    """`burst` tokens to begin with, `rate_per_s` coming back, for each key of at most `max_keys`.

    `what` names the limit in the refusal, for example "calls of this client".
    """

    def __init__(
        self, *, rate_per_s: float, burst: float, clock: Clock, what: str, setting: str = "", max_keys: int = MAX_KEYS
    ) -> None:
        self._rate = rate_per_s
        self._burst = burst
        self._clock = clock
        self._what = what
        self._setting = setting
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: str, cost: float = 1.0) -> None:
        """Take `cost` tokens of `key`.

        Raises:
            RateLimited: there are not enough, or the key is closed; `retry_after_s` says when to come back.
        """
        wait_s = self._wait_s(key, cost)
        if wait_s > 0:
            raise self._refusal(wait_s)

    def close_for(self, key: str, pause_s: float) -> None:
        """Refuse `key` for `pause_s` seconds (at most an hour), as its other side asked. Never shortens a pause."""
        bucket = self._bucket(key)
        if bucket is not None and pause_s > 0:
            bucket.closed_until = max(bucket.closed_until, self._clock.monotonic() + min(pause_s, MAX_PENALTY_S))

    def _wait_s(self, key: str, cost: float) -> float:
        bucket = self._bucket(key)
        if bucket is None:
            return 1 / self._rate
        now = self._clock.monotonic()
        if now < bucket.closed_until:
            return bucket.closed_until - now
        if bucket.tokens >= cost:
            bucket.tokens -= cost
            return 0.0
        return (cost - bucket.tokens) / self._rate

    def _bucket(self, key: str) -> _Bucket | None:
        """The bucket of `key`, refilled up to now; None when there is no room for a new one."""
        now = self._clock.monotonic()
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self._max_keys and not self._drop_a_full_one(now):
                return None
            bucket = self._buckets[key] = _Bucket(self._burst, now)
        else:
            self._refill(bucket, now)
            self._buckets.move_to_end(key)
        return bucket

    def _refill(self, bucket: _Bucket, now: float) -> None:
        bucket.tokens = min(self._burst, bucket.tokens + max(0.0, now - bucket.updated) * self._rate)
        bucket.updated = max(bucket.updated, now)

    def _drop_a_full_one(self, now: float) -> bool:
        for key in [key for key, _ in zip(self._buckets, range(SWEEP), strict=False)]:
            bucket = self._buckets[key]
            self._refill(bucket, now)
            if bucket.tokens >= self._burst and now >= bucket.closed_until:
                del self._buckets[key]
                return True
        return False

    def _refusal(self, wait_s: float) -> RateLimited:
        wait_s = math.ceil(wait_s * 10) / 10
        limits = f" ({self._setting})" if self._setting else ""
        return RateLimited(
            f"Too many {self._what}; the limit is {self._burst:g} at once and {self._rate * 60:g} a minute{limits}.",
            hint=f"Wait {wait_s:g} s and try again.",
            retry_after_s=wait_s,
        )
