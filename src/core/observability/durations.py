"""Durations in buckets that grow by 3 percent: any quantile to 1.5 percent in a few hundred integers."""

import math

GROWTH = 1.03
_LOG_GROWTH = math.log(GROWTH)
_FLOOR_S = 1e-6
"""Shorter durations count as one microsecond."""


class Durations:
    """What was recorded so far: how many, their sum, their quantiles. Not thread-safe by itself."""

    def __init__(self) -> None:
        self.count = 0
        self.sum_s = 0.0
        self._buckets: dict[int, int] = {}

    def add(self, duration_s: float) -> None:
        """Record one duration in seconds."""
        self.count += 1
        self.sum_s += duration_s
        bucket = math.floor(math.log(max(duration_s, _FLOOR_S) / _FLOOR_S) / _LOG_GROWTH)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1

    def quantile(self, share: float) -> float:
        """The duration in seconds that `share` (0 to 1) of all did not exceed; NaN when there are none."""
        if not self.count:
            return math.nan
        rank = max(1, math.ceil(share * self.count))
        for bucket in sorted(self._buckets):
            rank -= self._buckets[bucket]
            if rank <= 0:
                return float(_FLOOR_S * GROWTH ** (bucket + 0.5))
        raise AssertionError("the buckets hold every duration counted")
