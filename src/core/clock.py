"""Time as an argument: what caches, limits and leases ask instead of the `time` module.

`monotonic` measures, `wall` dates. Only what outlives the process may use `wall`: it can jump in both directions.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from; both readings are in seconds."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back, means nothing in another process."""
        ...

    def wall(self) -> float:
        """Seconds since 1970 UTC, as the machine believes."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()


class ManualClock:
    """A clock that stands still until it is told to move; for simulations and tests."""

    def __init__(self, wall: float = 1_700_000_000.0) -> None:
        self._monotonic = 1000.0
        self._wall = wall

    def monotonic(self) -> float:
        return self._monotonic

    def wall(self) -> float:
        return self._wall

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass on both clocks."""
        if seconds < 0:
            raise ValueError("time does not run backwards; see set_wall")
        self._monotonic += seconds
        self._wall += seconds

    def set_wall(self, wall: float) -> None:
        """Turn the wall clock, as an administrator or NTP does; the monotonic one is untouched."""
        self._wall = wall


SYSTEM_CLOCK = SystemClock()
