"""One question about Python on one target: asked jointly, each side alone when there is no answer, then explained.

What can be solved together can be solved apart, so nobody is asked alone as long as the joint question has an answer.
Below: `python_algebra` (what needs no index), `reasons` (the search), an engine. Above: `python`.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import anyio

from plumbrule.core.context import current_call
from plumbrule.mcp_server.dependencies.joint.asks import Ask, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Alone, Checked, Conflict, EngineFact
from plumbrule.mcp_server.dependencies.joint.python_algebra import disjoint_cores, excluding_target
from plumbrule.mcp_server.dependencies.joint.python_relaxing import PythonRelaxation
from plumbrule.mcp_server.dependencies.joint.python_told import (
    ECOSYSTEM,
    joint_packages,
    own_packages,
    own_versions,
    runtime_company,
    target_words,
)
from plumbrule.mcp_server.dependencies.joint.question import Answer, Engine, Question, Solved, Unknown, Unsolved
from plumbrule.mcp_server.dependencies.joint.reasons.explaining import Companion, Explained, Explainer
from plumbrule.mcp_server.dependencies.joint.reasons.levels import DROPPED, FULL, Ladders, Levels, changed, full, only
from plumbrule.mcp_server.dependencies.joint.reasons.oracle import JointOracle
from plumbrule.mcp_server.dependencies.joint.reasons.proving import MAX_SECONDS, Budget, Prover, together
from plumbrule.mcp_server.dependencies.joint.reasons.search import Found
from plumbrule.mcp_server.dependencies.joint.reasons.securing import Vulnerable, secured
from plumbrule.mcp_server.dependencies.joint.reasons.shrinking import Core, core_within
from plumbrule.mcp_server.dependencies.joint.reasons.telling import CALLER, RULE_PUBLISHED
from plumbrule.mcp_server.dependencies.joint.targets import Target

RESERVE_S = 3.0
"""Of a call's time, kept for putting the answer together; a third of what is left, when that is less."""
MAX_SAID = 500
MAX_UNTOLD = 4
MAX_LEFT_OUT = 4
"""How often packages that nobody can judge are left out, to see whether the others clash all the same."""
WHY = {
    "missing_package": "the index does not have",
    "needs_build": "without building it nobody can read",
    "not_static": "only running its code would tell of",
}
LUCK = ("unreachable", "engine_missing", "engine_failed", "limit_hit")
"""Reasons that say nothing of the packages: the next call would fare as this one."""


class ByThemselves(NamedTuple):
    """How the sides stand, each alone: what an engine said, the verdicts, the packages that stood in the way."""

    answers: Sequence[Answer | None]
    verdicts: tuple[Alone, ...]
    blockers: tuple[str, ...]


class PythonCase:
    """One question and everything that is known about it."""

    def __init__(
        self,
        engine: Engine,
        subjects: Sequence[Subject],
        asks: Sequence[Ask],
        target: Target,
        wishes: Wishes,
        vulnerable: Vulnerable | None = None,
    ) -> None:
        self._engine = engine
        self._subjects = tuple(subjects)
        self._labels = [one.label for one in subjects]
        self._asks = tuple(asks)
        self._target = target
        self._wishes = wishes
        self._vulnerable = vulnerable
        self._relaxation = PythonRelaxation()
        self._own = own_packages(asks, subjects, self.label)
        self._notes = list(self._own.notes)
        self._excluded = excluding_target(asks, target)
        excluded = [at for core in self._excluded for at in core.members]
        self._pythons = runtime_company(asks, excluded, self.label)
        self._settled = dict.fromkeys(excluded, target.python) | dict(self._own.versions)
        frame = Question(
            (),
            target,
            exclude_newer=wishes.exclude_newer,
            prereleases="allow" if wishes.prereleases else "if-necessary",
        )
        self._ladders = Ladders([self._relaxation.ladder(ask) for ask in asks])
        self._oracle = self._made_oracle(frame)
        self._prover = Prover(self._oracle, self._ladders, Budget(until=_soft_deadline()))
        # By itself a repository has nobody beside it who is what it asks for: then the index is asked.
        lone = self._oracle_without(self._own.asks - self._own.foreign, frame)
        self._lone = Prover(lone, self._ladders, self._prover.budget)
        self._doubtful: tuple[str, ...] = ()
        self._by_themselves: ByThemselves | None = None

    @property
    def oracle(self) -> JointOracle:
        """The question as engines are asked it."""
        return self._oracle

    def label(self, subject: int) -> str:
        """What conflicts call a side."""
        return self._labels[subject] if 0 <= subject < len(self._labels) else CALLER

    def _made_oracle(self, frame: Question) -> JointOracle:
        return self._oracle_without(self._own.asks, frame)

    def _oracle_without(self, elsewhere: frozenset[int], frame: Question) -> JointOracle:
        return JointOracle(self._engine, self._asks, self.label, frame, self._relaxation, self._settled, elsewhere)

    async def checked(self, second: Engine | None = None) -> Checked:
        """The whole answer."""
        if not self._asks:
            return Checked(ECOSYSTEM, "compatible", "nothing", notes=tuple(self._notes))
        everything = full(len(self._asks))
        seeds = self._seeds()
        for core in seeds:
            self._prover.note(core.levels, holds=False)
            if not self._own.excluded.keys() & set(core.members):
                self._lone.note(core.levels, holds=False)
        answer = None if seeds else await self._prover.answer(everything)
        held = await self._held_to_own(answer)
        if held is not None:
            return await held.checked(second)
        if isinstance(answer, Solved):
            return self._compatible(answer, await self._others(second, answer))
        if not seeds and not isinstance(answer, Unsolved):
            return await self._not_known(answer)
        return await self._incompatible(seeds, second)

    async def _held_to_own(self, answer: Answer | None) -> "PythonCase | None":
        """The question with what the repositories themselves are, where packages of others ask for that too.

        Only for names that the engine met in the index by itself: nobody is told of others, and a version that the
        index does not have cannot be asked for.
        """
        known = frozenset(ask.name for ask in self._asks if ask.rule == RULE_PUBLISHED)
        wanted = own_versions(self._subjects, answer, known)
        held: list[Ask] = []
        for ask, version in wanted:
            if version in await self._engine.versions(ask.name, self._target, self._wishes.exclude_newer):
                held.append(ask)
            else:
                self._notes.append(
                    f"{self.label(ask.subject)} is {ask.written}, which the index does not have: what other packages "
                    "ask of it was not compared with that."
                )
        if not held:
            return None
        asks = (*self._asks, *held)
        return PythonCase(self._engine, self._subjects, asks, self._target, self._wishes, self._vulnerable)

    def _seeds(self) -> list[Core]:
        """What is certain without an engine."""
        asks = self._asks
        own = [Core(only(full(len(asks)), (at,)), minimal=True) for at in sorted(self._own.excluded)]
        clashing = disjoint_cores(asks, self._target, self._relaxation)
        elsewhere = self._own.asks
        return [*self._excluded, *own, *(core for core in clashing if not elsewhere & set(core.members))]

    def _compatible(self, solved: Solved, engines: tuple[EngineFact, ...]) -> Checked:
        self._assume(solved)
        return Checked(
            ECOSYSTEM,
            "compatible",
            "resolved",
            packages=joint_packages(solved, [*self._labels, CALLER]),
            alone=tuple(Alone(at, "compatible") for at in self._sides()),
            engines=(self._fact(), *engines),
            notes=tuple(self._notes),
        )

    def _sides(self) -> list[int]:
        return sorted({ask.subject for ask in self._asks if ask.subject >= 0})

    def _alone_levels(self, side: int) -> Levels:
        """What a side asks for. A Python that excludes the target because of another side's is no fault of its own."""
        return tuple(
            FULL if ask.subject == side and at not in self._pythons else DROPPED for at, ask in enumerate(self._asks)
        )

    async def _ask_alone(self) -> ByThemselves:
        """Each side by itself; what is implied already is not asked. Together with what a proof names, confirmed."""
        everything = full(len(self._asks))
        proof = self._prover.proof(everything)
        named = self._oracle.suspects(proof, everything) if isinstance(proof, Unsolved) else ()
        wanted = {(self._prover_of(side), self._alone_levels(side)): None for side in self._sides()}
        if named:
            wanted[self._prover, only(everything, named)] = None
        await together([partial(prover.holds, levels) for prover, levels in wanted])
        answers = [self._prover_of(side).proof(self._alone_levels(side)) for side in self._sides()]
        self._by_themselves = ByThemselves(answers, self._alone(), self._unjudged(answers))
        return self._by_themselves

    def _prover_of(self, side: int) -> Prover:
        """Who knows how a side stands by itself."""
        return self._lone if any(self._asks[at].subject == side for at in self._own.foreign) else self._prover

    def _alone(self) -> tuple[Alone, ...]:
        found: list[Alone] = []
        for side in self._sides():
            levels = self._alone_levels(side)
            prover = self._prover_of(side)
            holds, answer = prover.known(levels), prover.proof(levels)
            if holds is None:
                found.append(Alone(side, "unknown", answer.reason if isinstance(answer, Unknown) else "limit_hit"))
            else:
                found.append(Alone(side, "compatible" if holds else "incompatible"))
        return tuple(found)

    async def _incompatible(self, seeds: list[Core], second: Engine | None = None) -> Checked:
        until = min(anyio.current_time() + MAX_SECONDS, _soft_deadline())
        self._prover.budget = Budget(until=until)
        answers, alone, blockers = self._by_themselves or await self._ask_alone()
        reachable = not any(isinstance(one, Unknown) and one.reason in LUCK for one in answers)
        if reachable and blockers and not self._doubtful:
            self._leave_out(blockers, seeds)
        explainer = self._explainer()
        if reachable or not seeds:
            explained = await explainer.explain(await self._refined(seeds), fixes=self._wishes.fixes)
        else:
            explained = explainer.told(Found(tuple(seeds), complete=False), fixes=False)
            self._notes.append("Changes that would help were not worked out: no engine answered.")
        self._notes += self._untold(explained)
        fixes = explained.fixes
        if self._wishes.secure and self._vulnerable is not None:
            fixes = await secured(explained, self._prover, self._vulnerable)
        if self._doubtful:
            fixes = tuple(replace(one, verified=False) for one in fixes)
        proof = self._prover.proof(full(len(self._asks)))
        said = proof.said[:MAX_SAID] if isinstance(proof, Unsolved) else ""
        others = await self._others(second, Unsolved())
        answered = any(isinstance(one, Solved | Unsolved) for one in self._prover.answers())
        return Checked(
            ECOSYSTEM,
            "incompatible",
            "resolved" if answered else "declared",
            blockers=blockers,
            conflicts=self._verified(explained, seeds),
            fixes=fixes,
            blocked=explained.blocked,
            alone=alone,
            engines=(self._fact(said), *others) if self._fact().calls else others,
            limits_hit=explained.limits_hit,
            notes=tuple(self._notes),
        )

    async def _refined(self, seeds: Sequence[Core]) -> list[Core]:
        """What ranges exclude, with what there really is: one of two that exclude each other may have no version."""
        found: list[Core] = []
        for seed in seeds:
            core = await core_within(self._prover, seed.levels) if len(seed.members) > 1 else seed
            core = seed if core.members == seed.members else core
            if core not in found:
                found.append(core)
        return found

    def _explainer(self) -> Explainer:
        company: dict[int, Sequence[Companion]] = dict(self._pythons)
        company |= {at: (one,) for at, one in self._own.excluded.items()}
        return Explainer(ECOSYSTEM, self._oracle, self._prover, "python", target_words(self._target), company)

    def _verified(self, explained: Explained, seeds: Sequence[Core]) -> tuple[Conflict, ...]:
        """Where packages were left out that nobody can judge, that the rest would hold was shown by ranges alone."""
        if not self._doubtful:
            return explained.conflicts
        certain = {conflict.id for core in seeds for conflict in self._explainer().conflicts(core)}
        return tuple(one if one.id in certain else replace(one, verified=False) for one in explained.conflicts)

    def _unjudged(self, answers: Sequence[Answer | None]) -> tuple[str, ...]:
        """The packages for which a side could not be judged by itself; told for each side."""
        found: set[str] = set()
        for side, answer in zip(self._sides(), answers, strict=True):
            if isinstance(answer, Unknown) and answer.packages:
                found |= set(answer.packages)
                why = WHY.get(answer.reason, "nobody could judge")
                self._notes.append(f"{self.label(side)} by itself is unknown: {why} {', '.join(answer.packages)}.")
        return tuple(sorted(found))

    def _untold(self, explained: Explained) -> list[str]:
        """Changes of which nobody could tell whether they help."""
        found: list[str] = []
        for one in explained.found.failed:
            written = " and ".join(self._asks[at].written for at in changed(one.levels))
            if one.unanswered and written and len(found) < MAX_UNTOLD:
                found.append(f"Whether another bound of {written} would help could not be told.")
        return found

    def _leave_out(self, packages: Sequence[str], seeds: Sequence[Core]) -> None:
        """From here on the question is put without packages that nobody can judge: what clashes still, clashes."""
        self._doubtful = tuple(packages)
        self._notes.append(f"Left out, because they could not be judged: {', '.join(packages)}.")
        overrides = tuple(f"{name} ; python_version < '0'" for name in packages)
        before, self._oracle = self._prover, self._made_oracle(replace(self._oracle.frame, overrides=overrides))
        self._prover = Prover(self._oracle, self._ladders, before.budget)
        self._prover.inherit(before)
        for core in seeds:
            self._prover.note(core.levels, holds=False)

    async def _not_known(self, answer: Answer | None) -> Checked:
        """No answer: one side alone may have none all the same, or the packages that can be judged may clash."""
        _, alone, blockers = await self._ask_alone()
        lone = [self._alone_levels(one.subject) for one in alone if one.verdict == "incompatible"]
        if lone:
            return await self._incompatible([await core_within(self._prover, levels) for levels in lone])
        if isinstance(answer, Unknown) and answer.reason not in LUCK and await self._clash_without(answer):
            return await self._incompatible([])
        reason = answer.reason if isinstance(answer, Unknown) else "limit_hit"
        said = answer.said[:MAX_SAID] if isinstance(answer, Unknown) else ""
        return Checked(
            ECOSYSTEM,
            "unknown",
            "nothing",
            reason,
            blockers=answer.packages if isinstance(answer, Unknown) else blockers,
            alone=alone,
            engines=(self._fact(said),),
            limits_hit=(self._prover.limit,) if self._prover.limit else (),
            notes=tuple(self._notes),
        )

    async def _clash_without(self, answer: Unknown) -> bool:
        """Whether there is no solution even when the packages that stood in the way ask for nothing and fit all."""
        left_out: set[str] = set()
        everything = full(len(self._asks))
        for _ in range(MAX_LEFT_OUT):
            if not set(answer.packages) - left_out:
                return False
            left_out |= set(answer.packages)
            overrides = tuple(f"{name} ; python_version < '0'" for name in sorted(left_out))
            oracle = self._made_oracle(replace(self._oracle.frame, overrides=overrides))
            again = await self._prover.within(partial(self._engine.solve, oracle.question(everything)))
            if isinstance(again, Unsolved):
                self._leave_out(sorted(left_out), ())
                return True
            if not isinstance(again, Unknown) or again.reason in LUCK:
                return False
            answer = again
        return False

    async def _others(self, second: Engine | None, first: Answer) -> tuple[EngineFact, ...]:
        """What another engine says to the same question; that it says otherwise is told."""
        if second is None:
            return ()
        answer = await second.solve(self._oracle.question(full(len(self._asks))))
        said = "" if isinstance(answer, Solved) else answer.said[:MAX_SAID]
        if isinstance(answer, Unknown):
            self._notes.append(f"{second.name} could not tell: {answer.reason}.")
        elif isinstance(answer, Solved) != isinstance(first, Solved):
            word = "has a solution" if isinstance(answer, Solved) else "has none"
            self._notes.append(f"{second.name} disagrees: to it the question {word}.")
        return (EngineFact(second.name, second.version, 1, said),)

    def _assume(self, solved: Solved) -> None:
        for name, how in sorted((solved.assumed or {}).items()):
            self._notes.append(f"{name} was not built: {how}.")

    def _fact(self, said: str = "") -> EngineFact:
        calls = self._prover.calls + self._lone.calls
        return EngineFact(self._engine.name, self._engine.version, calls, said)


def _soft_deadline() -> float:
    """When to stop, on `anyio.current_time()`'s clock, so that what there is still arrives in time."""
    call = current_call()
    if call is None or call.deadline is None:
        return float("inf")
    left = max(call.deadline - anyio.current_time(), 0.0)
    return call.deadline - min(RESERVE_S, left / 3)
