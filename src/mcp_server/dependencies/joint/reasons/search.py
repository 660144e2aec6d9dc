"""The minimal reasons that stand in the way of a solution, and all changes of the least cost: implicit hitting sets.

Known cores give the cheapest candidates; a candidate that the oracle refuses gives a new core, one that it accepts is
a correction. When every candidate of the least cost was accepted there is no other fix of that cost. Any conflict that
shares nothing with those found would have made every candidate fail, so none is left out.
(Moreno-Centeno & Karp, "The Implicit Hitting Set Approach", Operations Research 61, 2013; Liffiton et al., "Fast,
flexible MUS enumeration", Constraints 21, 2016.) Below: `shrinking`, `hitting`. Above: the checks of each ecosystem.
"""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.joint.question import Answer, Solved, Unsolved
from plumbrule.mcp_server.dependencies.joint.reasons.hitting import cheapest_first
from plumbrule.mcp_server.dependencies.joint.reasons.levels import Levels
from plumbrule.mcp_server.dependencies.joint.reasons.proving import Prover, together
from plumbrule.mcp_server.dependencies.joint.reasons.relaxation import Rewrite
from plumbrule.mcp_server.dependencies.joint.reasons.shrinking import Core, core_within

MAX_CORES = 25
MAX_CORRECTIONS = 32
MAX_UNANSWERED = 6
"""Candidates that the oracle cannot judge; after so many the rest is taken to be as unknown."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Levels at which the oracle found a solution. `rewritten` are asks with what replaces them, when the solution is
    of the changed text rather than of the ask without its bound."""

    levels: Levels
    solved: Solved
    rewritten: tuple[tuple[int, Rewrite], ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A candidate that has a solution which nobody wants; `reason` completes "it does not help: "."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A candidate that does not help, and what stands in its way; without core and reason the oracle cannot tell."""

    levels: Levels
    core: Core | None = None
    reason: str = ""

    @property
    def unanswered(self) -> bool:
        return self.core is None and not self.reason


class Attempt(Protocol):
    """Tries a candidate against the cores that are known so far. None when the budget is spent; `Unsolved` only for
    what the oracle itself refuses."""

    async def __call__(self, levels: Levels, cores: Sequence[Core]) -> Correction | Refused | Answer | None: ...


@dataclass(frozen=True, slots=True)
class Found:
    """`complete` says that there are no other corrections of their cost, and no conflict apart from `cores`."""

    cores: tuple[Core, ...]
    corrections: tuple[Correction, ...] = ()
    failed: tuple[Failed, ...] = ()
    complete: bool = True
    limit: str = ""


class Search:
    """One search. `seeds` are cores that are already proven; `attempt` is how a candidate is tried."""

    def __init__(self, prover: Prover, seeds: Sequence[Core] = (), attempt: Attempt | None = None) -> None:
        self._prover = prover
        self._attempt: Attempt = attempt or self._asked
        self._cores = list(seeds)
        for seed in seeds:
            prover.note(seed.levels, holds=False)
        self._corrections: dict[Levels, Correction] = {}
        self._failed: dict[Levels, Failed] = {}

    async def run(self) -> Found:
        """Until everything of the least cost is known, or the budget is spent."""
        least: int | None = None
        complete, limit = True, ""
        while round_ := self._next(least):
            if len(self._corrections) + len(round_) > MAX_CORRECTIONS:
                complete, limit = False, "explanation.fixes"
                break
            # One alone until one was accepted: a refusal brings a core that makes other candidates of its round moot.
            batch = round_ if least is not None else round_[:1]
            answers = await together([partial(self._attempt, one, tuple(self._cores)) for one in batch])
            for levels, answer in zip(batch, answers, strict=True):
                if await self._take(levels, answer) and least is None:
                    least = self._prover.ladders.cost(levels)
            if self._prover.limit or len(self._cores) >= MAX_CORES:
                complete, limit = False, self._prover.limit or "explanation.conflicts"
                break
            if sum(one.unanswered for one in self._failed.values()) >= MAX_UNANSWERED:
                break
        complete = complete and not any(one.unanswered for one in self._failed.values())
        return Found(
            tuple(self._cores),
            tuple(self._corrections[levels] for levels in sorted(self._corrections)),
            tuple(self._failed.values()),
            complete,
            limit,
        )

    async def _asked(self, levels: Levels, cores: Sequence[Core]) -> Answer | None:  # noqa: ARG002 - as an Attempt
        return await self._prover.answer(levels)

    def _next(self, least: int | None) -> list[Levels]:
        """The untried candidates of the least cost that there still is, none when that cost is known to be passed."""
        ladders = self._prover.ladders
        found: list[Levels] = []
        for levels in cheapest_first(ladders, [core.levels for core in self._cores]):
            cost = ladders.cost(levels)
            if (least is not None and cost > least) or (found and cost > ladders.cost(found[0])):
                break
            if levels not in self._corrections and levels not in self._failed:
                found.append(levels)
        return found

    async def _take(self, levels: Levels, answer: Correction | Refused | Answer | None) -> bool:
        """Whether the candidate was accepted; a refusal is explained."""
        match answer:
            case Correction():
                self._prover.note(levels, holds=True)
                self._corrections[levels] = answer
                return True
            case Solved():
                self._corrections[levels] = Correction(levels, answer)
                return True
            case Unsolved():
                core = await core_within(self._prover, levels)
                self._failed[levels] = Failed(levels, core)
                if core not in self._cores:
                    self._cores.append(core)
            case Refused(reason):
                self._failed[levels] = Failed(levels, reason=reason)
            case _:
                if not self._prover.limit:
                    self._failed[levels] = Failed(levels)
        return False
