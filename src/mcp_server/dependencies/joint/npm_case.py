"""One question about npm in one sense of "together", on one target: asked, and explained when there is no answer.

Below: `npm_algebra` (what needs no registry), `reasons` (the search), an engine. Above: `npm`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import anyio

from plumbrule.core.context import current_call
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.findings import Conflict, ConflictKind, Member
from plumbrule.mcp_server.dependencies.joint.npm_algebra import disjoint_cores
from plumbrule.mcp_server.dependencies.joint.npm_asks import JAVASCRIPT
from plumbrule.mcp_server.dependencies.joint.npm_relaxing import NpmRelaxation
from plumbrule.mcp_server.dependencies.joint.npm_requirement import NODE, WRITTEN, parse_requirement
from plumbrule.mcp_server.dependencies.joint.question import Answer, Engine, Question, Solved, Unknown, Unsolved
from plumbrule.mcp_server.dependencies.joint.reasons.explaining import Companion, Explained, Explainer
from plumbrule.mcp_server.dependencies.joint.reasons.levels import BARE, DROPPED, FULL, Ladders, full, only
from plumbrule.mcp_server.dependencies.joint.reasons.oracle import JointOracle, Label
from plumbrule.mcp_server.dependencies.joint.reasons.proving import MAX_SECONDS, Budget, Prover
from plumbrule.mcp_server.dependencies.joint.reasons.search import Found
from plumbrule.mcp_server.dependencies.joint.reasons.shrinking import Core
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.ranges.npm_algebra import versions_of

RESERVE_S = 3.0
"""Of a call's time, kept for putting the answer together; a third of what is left, when that is less."""
MAX_LEFT_OUT = 4
"""How often packages that nobody can judge are left out, to see whether the others clash all the same."""
LUCK = ("unreachable", "engine_missing", "engine_failed", "limit_hit")
"""Reasons that say nothing of the packages."""


@dataclass(frozen=True, slots=True)
class Told:
    """Why there is no answer. `doubtful` are packages that were left out because nobody could judge them."""

    explained: Explained
    doubtful: tuple[str, ...] = ()


class NpmCase:
    """One question. `foreign` are asks for what another repository of the question is, with the clash where its version
    does not suit; no registry is asked about them."""

    def __init__(
        self,
        engine: Engine,
        asks: Sequence[Ask],
        label: Label,
        frame: Question,
        foreign: dict[int, Companion | None] | None = None,
        versions: dict[int, str] | None = None,
    ) -> None:
        self._engine = engine
        self._label = label
        self._asks = tuple(asks)
        self._foreign = foreign or {}
        self._settled = versions or {}
        self._relaxation = NpmRelaxation()
        self._frame = frame = replace(frame, constraints=(*frame.constraints, *_written(asks, frame)))
        elsewhere = frozenset(self._foreign)
        self.oracle = JointOracle(engine, asks, label, frame, self._relaxation, self._settled, elsewhere)
        self.prover = Prover(
            self.oracle, Ladders([self._relaxation.ladder(ask) for ask in asks]), Budget(until=soft_deadline())
        )
        self.answer: Answer | None = None
        self.seeds = self._seeds()

    @property
    def question(self) -> Question:
        """All of it."""
        return self.oracle.question(full(len(self._asks)))

    def _seeds(self) -> list[Core]:
        """What is certain without an engine."""
        everything = full(len(self._asks))
        own = [Core(only(everything, (at,)), minimal=True) for at, clash in sorted(self._foreign.items()) if clash]
        if self._frame.workspace:
            return own
        clashing = disjoint_cores(self._asks)
        return [*own, *(core for core in clashing if not set(self._foreign) & set(core.members))]

    async def ask(self) -> Answer | None:
        """The answer; `Unsolved` without a call when that is certain; None when time is up. Asked once."""
        if self.answer is not None:
            return self.answer
        for core in self.seeds:
            self.prover.note(core.levels, holds=False)
        if self.seeds:
            self.answer = Unsolved()
        elif not self._asks:
            self.answer = Solved(())
        else:
            self.answer = await self.prover.answer(full(len(self._asks)))
        return self.answer

    def suspects(self) -> Sequence[int]:
        """The asks that took part in the answer no."""
        if self.seeds:
            return sorted({at for core in self.seeds for at in core.members})
        everything = full(len(self._asks))
        return self.oracle.suspects(self.answer, everything) if isinstance(self.answer, Unsolved) else ()

    def stands_alone(self, subject: int) -> None:
        """Note that one side by itself has a solution, as another question has shown."""
        levels = tuple(FULL if ask.subject == subject else DROPPED for ask in self._asks)
        self.prover.note(levels, holds=True)

    async def explain(self, *, fixes: bool) -> Told:
        """The conflicts with fixes. Where the registry cannot be asked, what algebra alone says."""
        explainer = self._explainer(self.oracle, self.prover)
        self.prover.budget = Budget(until=min(anyio.current_time() + MAX_SECONDS, soft_deadline()))
        if self.seeds:
            beside = await self._beside_seeds()
            if isinstance(beside, Unknown) and beside.reason not in LUCK:
                told = await self._without_unjudged(beside, fixes=fixes)
                if told is not None:
                    return told
            if beside is None or isinstance(beside, Unknown):
                found = Found(tuple(self.seeds), complete=False, limit=self.prover.limit)
                return Told(_distinct(explainer, explainer.told(found, fixes=False)))
        return Told(_distinct(explainer, await explainer.explain(self.seeds, fixes=fixes)))

    async def _beside_seeds(self) -> Answer | None:
        """What the engine says when nobody bounds what clashes for certain."""
        clashing = {at for core in self.seeds for at in core.members}
        return await self.prover.answer(tuple(BARE if at in clashing else FULL for at in range(len(self._asks))))

    async def _without_unjudged(self, answer: Unknown, *, fixes: bool) -> Told | None:
        names = {ask.name for ask in self._asks} & set(answer.packages)
        if not names:
            return None
        kept = [at for at, ask in enumerate(self._asks) if ask.name not in names]
        numbers = {at: number for number, at in enumerate(kept)}
        foreign = {numbers[at]: clash for at, clash in self._foreign.items() if at in numbers}
        versions = {numbers[at]: version for at, version in self._settled.items() if at in numbers}
        asks = [self._asks[at] for at in kept]
        case = NpmCase(self._engine, asks, self._label, self._frame, foreign, versions)
        await case.ask()
        told = await case.explain(fixes=fixes)
        self.prover.calls += case.prover.calls
        return replace(told, doubtful=tuple(sorted({*names, *told.doubtful})))

    async def explain_without(self, answer: Unknown, *, fixes: bool) -> Told | None:
        """Whether the rest clashes when direct requirements that nobody can judge are left out; None: it does not."""
        left_out: set[str] = set()
        asks = list(self._asks)
        for _ in range(MAX_LEFT_OUT):
            names = {ask.name for ask in asks} & set(answer.packages)
            if not names:
                return None
            left_out |= names
            asks = [ask for ask in asks if ask.name not in names]
            case = NpmCase(self._engine, asks, self._label, self._frame)
            case.prover.budget = self.prover.budget
            again = await case.ask()
            self.prover.calls += case.prover.calls
            if isinstance(again, Unsolved):
                told = await case.explain(fixes=fixes)
                self.prover.calls += case.prover.calls
                return replace(told, doubtful=tuple(sorted(left_out)))
            if not isinstance(again, Unknown) or again.reason in LUCK:
                return None
            answer = again
        return None

    def _explainer(self, oracle: JointOracle, prover: Prover) -> Explainer:
        company: dict[int, Sequence[Companion]] = {at: (one,) for at, one in self._foreign.items() if one is not None}
        return Explainer(JAVASCRIPT, oracle, prover, NODE, target_words(self._frame.target), company)


def _written(asks: Sequence[Ask], frame: Question) -> Iterator[str]:
    """What asks say, for the engine to know from where another version is near."""
    for ask in asks:
        one = parse_requirement(ask.requirement)
        text = f"{WRITTEN}{one.name}@{one.range}"
        if one.package == one.name and versions_of(one.range) is not None and text not in frame.constraints:
            yield text


def _distinct(explainer: Explainer, explained: Explained) -> Explained:
    """Conflicts of asks as they stand. A core in which some have lost their bound tells why a fix does not help; it is
    a conflict of its own only where no other one has the same members."""
    told: list[Conflict] = []
    seen: list[frozenset[int]] = []
    for core in sorted(explained.found.cores, key=lambda one: BARE in one.levels):
        members = frozenset(core.members)
        if not (BARE in core.levels and any(one <= members for one in seen)):
            seen.append(members)
            told += explainer.conflicts(core)
    return replace(explained, conflicts=tuple(told))


def renamed(conflicts: Sequence[Conflict], name: Callable[[str], str]) -> tuple[Conflict, ...]:
    """Conflicts whose parties were manifests, with their repositories' labels; those about Node are of a runtime."""

    def member(one: Member) -> Member:
        return replace(one, repository=name(one.repository))

    found: list[Conflict] = []
    for conflict in conflicts:
        members = tuple(member(one) for one in conflict.members)
        alone = len({one.repository for one in members}) == 1
        of_node = NODE in conflict.packages or any(NODE in one.via for one in members)
        kind: ConflictKind = "runtime" if of_node else "alone" if alone else conflict.kind
        if kind == "packages" and any(one.via or _is_peer(one) for one in members):
            kind = "peer"  # whatever else packages need of each other can be nested
        found.append(replace(conflict, members=members, kind=kind))
    return tuple(found)


def _is_peer(one: Member) -> bool:
    return one.evidence is not None and one.evidence.rule == "package-json.peerDependencies"


def target_words(target: Target) -> str:
    """A target as a sentence names it."""
    return (f"Node {target.node}" if target.node else "any Node") + f" on {target.platform}"


def soft_deadline() -> float:
    """When to stop, on `anyio.current_time()`'s clock, so that what there is still arrives in time."""
    call = current_call()
    if call is None or call.deadline is None:
        return float("inf")
    left = max(call.deadline - anyio.current_time(), 0.0)
    return call.deadline - min(RESERVE_S, left / 3)
