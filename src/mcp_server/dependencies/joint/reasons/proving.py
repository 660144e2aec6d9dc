"""Asks an oracle whether a configuration can be solved, never twice for what an earlier answer already implies.

Bounded by calls and by a moment; when they are spent every further question is answered with None, and `limits_hit`
says which limit it was. Below: `levels`. Above: `shrinking`, `search`.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Literal, Protocol, TypeVar

import anyio

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.joint.question import Answer, Solved, Unsolved
from plumbrule.mcp_server.dependencies.joint.reasons.levels import Ladders, Levels, kept, weaker

MAX_CALLS = 60
MAX_SECONDS = 20.0
AT_ONCE = 3
"""Engines side by side: two cores, and each waits for its index a part of the time."""

Limit = Literal["", "explanation.calls", "explanation.seconds"]
T = TypeVar("T")


class Oracle(Protocol):
    """One question of one ecosystem, asked at any configuration."""

    async def answer(self, levels: Levels) -> Answer: ...

    def suspects(self, answer: Unsolved, levels: Levels) -> Sequence[int]:
        """The asks that took part, as far as the engine says; empty when it does not. May be too many, or wrong."""
        ...


@dataclass(frozen=True, slots=True)
class Budget:
    """`until` is a moment on `anyio.current_time()`'s clock."""

    calls: int = MAX_CALLS
    until: float = float("inf")


class Prover:
    """What is known about configurations, and the one door to the oracle."""

    def __init__(self, oracle: Oracle, ladders: Ladders, budget: Budget) -> None:
        self.oracle = oracle
        self.ladders = ladders
        self.budget = budget
        self.calls = 0
        self.limit: Limit = ""
        self._answers: dict[Levels, Answer] = {}
        self._under_way: dict[Levels, anyio.Event] = {}
        self._solved: list[Levels] = []
        self._unsolved: list[Levels] = []

    def note(self, levels: Levels, *, holds: bool) -> None:
        """What somebody else proved: an engine at a stricter question, or range algebra."""
        known = self._solved if holds else self._unsolved
        known.append(self.ladders.canonical(levels))

    def inherit(self, other: "Prover") -> None:
        """The solutions of a stricter question: they are solutions of this one too. Its calls count as ours."""
        self.calls += other.calls
        for levels, answer in other._answers.items():
            if isinstance(answer, Solved):
                self._answers[levels] = answer
                self.note(levels, holds=True)

    def known(self, levels: Levels) -> bool | None:
        """What earlier answers imply, None when nothing."""
        levels = self.ladders.canonical(levels)
        if any(weaker(levels, one) for one in self._solved):
            return True
        if any(weaker(one, levels) for one in self._unsolved):
            return False
        return None

    def unsolved_within(self, levels: Levels) -> Levels:
        """The smallest configuration inside this one that is known to have no solution; itself when there is none."""
        inside = [one for one in self._unsolved if weaker(one, self.ladders.canonical(levels))]
        return min(inside, key=lambda one: len(kept(one)), default=levels)

    def proof(self, levels: Levels) -> Answer | None:
        """The oracle's own answer to exactly this configuration, if it was asked."""
        return self._answers.get(self.ladders.canonical(levels))

    def answers(self) -> Iterable[Answer]:
        """Everything the oracle answered so far, in the order of the answers."""
        return self._answers.values()

    async def holds(self, levels: Levels) -> bool | None:
        """Whether the configuration can be solved; None when nobody can tell."""
        known = self.known(levels)
        if known is not None:
            return known
        answer = await self.answer(levels)
        if isinstance(answer, Solved):
            return True
        return False if isinstance(answer, Unsolved) else None

    async def answer(self, levels: Levels) -> Answer | None:
        """The oracle's answer; None when the budget is spent."""
        levels = self.ladders.canonical(levels)
        if levels in self._under_way:
            await self._under_way[levels].wait()
        if levels in self._answers:
            return self._answers[levels]
        done = self._under_way[levels] = anyio.Event()
        try:
            return await self._ask(levels)
        finally:
            del self._under_way[levels]
            done.set()

    async def _ask(self, levels: Levels) -> Answer | None:
        answer = await self.within(lambda: self.oracle.answer(levels))
        if answer is None:
            return None
        self._answers[levels] = answer
        if isinstance(answer, Solved | Unsolved):
            self.note(levels, holds=isinstance(answer, Solved))
        return answer

    async def within(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        """One call of an engine within the budget; None when it is spent, before or meanwhile."""
        if self.limit:
            return None
        if self.calls >= self.budget.calls:
            self.limit = "explanation.calls"
            return None
        self.calls += 1
        return await self.in_time(ask)

    async def in_time(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        """Something that is no question, while there is time; None when that is up."""
        with anyio.CancelScope(deadline=self.budget.until) as scope:
            return await ask()
        if scope.cancelled_caught:
            self.limit = "explanation.seconds"
        return None


async def together(asks: Iterable[Callable[[], Awaitable[T]]]) -> list[T]:
    """Their results in their order, a few at once."""
    wanted = list(asks)
    if len(wanted) == 1:
        return [await wanted[0]()]
    found: dict[int, T] = {}
    limiter = anyio.CapacityLimiter(AT_ONCE)

    async def run(at: int) -> None:
        async with limiter:
            found[at] = await wanted[at]()

    async with anyio.create_task_group() as group:
        for at in range(len(wanted)):
            group.start_soon(run, at)
    return [found[at] for at in range(len(wanted))]
