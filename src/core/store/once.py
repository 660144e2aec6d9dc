"""One computation per key among the tasks of this process.

The first task to ask leads and computes inside its own call, with its own deadline; the others wait. A leader that is
cancelled hands over to one of them, so that one impatient caller never fails the rest. A failure is everyone's.
"""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import anyio

T = TypeVar("T")


class _Flight(Generic[T]):
    """A computation under way. No dataclass: making a generic one takes 2 ms of every start."""

    __slots__ = ("error", "landed", "values")

    def __init__(self) -> None:
        self.landed = anyio.Event()
        self.values: list[T] = []
        self.error: Exception | None = None


class SingleFlight(Generic[T]):
    """Shares running computations by key. It keeps nothing once they end: that is a cache's task.

    Bounded by its callers: there is never more than one flight per waiting task.
    """

    def __init__(self) -> None:
        self._flights: dict[str, _Flight[T]] = {}

    def __len__(self) -> int:
        """How many computations are under way."""
        return len(self._flights)

    async def run(self, key: str, compute: Callable[[], Awaitable[T]]) -> T:
        """The value of `compute()`, run at most once at a time per key.

        Raises what the computation raised, the same exception for every waiting task.
        """
        while True:
            flight = self._flights.get(key)
            if flight is None:
                return await self._lead(key, compute)
            await flight.landed.wait()
            if flight.values:
                return flight.values[0]
            if flight.error is not None:
                raise flight.error
            # The leader was cancelled: whoever wakes first takes its place, the rest wait for that one.

    async def _lead(self, key: str, compute: Callable[[], Awaitable[T]]) -> T:
        flight = _Flight[T]()
        self._flights[key] = flight
        try:
            value = await compute()
            flight.values.append(value)
            return value
        except Exception as error:
            flight.error = error
            raise
        finally:
            # Runs for cancellation too; no await between here and the waiters' wake-up, so no task sees half a state.
            del self._flights[key]
            flight.landed.set()
