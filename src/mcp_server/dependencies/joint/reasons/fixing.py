"""Tries a candidate as the edit that it would become: bounds moved no further than needed, and solved with them.

First the nearest version that everything known allows; when that has no solution, the ask without its bound says
which version would do. Below: `oracle`, `search`. Above: `explaining`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import anyio

from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.question import Answer, Question, Solved, Unsolved
from plumbrule.mcp_server.dependencies.joint.reasons.levels import BARE, DROPPED, FULL, Levels, only, raised
from plumbrule.mcp_server.dependencies.joint.reasons.oracle import JointOracle
from plumbrule.mcp_server.dependencies.joint.reasons.proving import Prover
from plumbrule.mcp_server.dependencies.joint.reasons.relaxation import Rewrite
from plumbrule.mcp_server.dependencies.joint.reasons.search import Correction, Refused
from plumbrule.mcp_server.dependencies.joint.reasons.shrinking import Core
from plumbrule.mcp_server.dependencies.joint.reasons.trails import shared

Rewrites = Mapping[int, Rewrite]

ONLY_PRERELEASES = "only a pre-release would do"
NO_EDIT = "no bound that its author could write allows a version that works"


class Fixer:
    """Makes corrections whose solution is that of the edited files."""

    def __init__(self, oracle: JointOracle, prover: Prover) -> None:
        self._oracle = oracle
        self._prover = prover
        self._worked: dict[int, Rewrite] = {}
        self._solving: dict[tuple[int, Core], Sequence[str]] = {}
        self._locks: dict[int, anyio.Lock] = {}
        self._strict = oracle.frame.prereleases != "allow" and not _names_prerelease(oracle)

    async def attempt(self, levels: Levels, cores: Sequence[Core]) -> Correction | Refused | Answer | None:
        """As `search.Attempt`."""
        hinted = await self._hinted(levels, cores)
        if hinted:
            answer = await self._asked(levels, hinted)
            if isinstance(answer, Solved) and not self._unwanted(levels, answer):
                return self._correction(levels, answer, hinted)
            if isinstance(answer, Unsolved) and await self._clash_apart(levels, answer):
                return answer
        answer = await self._prover.answer(levels)
        if not isinstance(answer, Solved):
            return answer
        return await self._settled(levels, answer, strict=False)

    async def _clash_apart(self, levels: Levels, refused: Unsolved) -> bool:
        """Whether a refusal of edits is for requirements that the edits do not touch: then no other edit helps."""
        named = self._oracle.suspects(refused, levels)
        untouched = [at for at in named if levels[at] == FULL]
        if not untouched or len(untouched) < len(named):
            return False
        return await self._prover.holds(only(levels, untouched)) is False

    async def _settled(self, levels: Levels, solved: Solved, *, strict: bool) -> Correction | Refused | None:
        """The bounds moved to the versions of a solution, and solved again."""
        if not strict and self._unwanted(levels, solved):
            question = replace(self._oracle.question(levels), prereleases="disallow")
            again = await self._prover.within(lambda: self._oracle.engine.solve(question))
            if again is None:
                return None
            return await self._settled(levels, again, strict=True) if isinstance(again, Solved) else _ONLY_PRERELEASES
        versions = {pin.name: pin.version for pin in solved.pins}
        rewrites: dict[int, Rewrite] = {}
        for at in self._moved(levels):
            ask = self._oracle.asks[at]
            version = self._oracle.settled.get(at) or versions.get(ask.name)
            if version is None:
                continue  # a constraint on what nobody chose any more
            rewrite = self._oracle.relaxation.widened(ask, version)
            if rewrite is None:
                return Refused(NO_EDIT)
            rewrites[at] = rewrite
        if not rewrites:
            return Correction(levels, solved)
        answer = await self._asked(levels, rewrites, strict=strict)
        if isinstance(answer, Solved) and not self._unwanted(levels, answer):
            return self._correction(levels, answer, rewrites)
        return Refused(NO_EDIT) if answer is not None else None

    async def _asked(self, levels: Levels, rewrites: Rewrites, *, strict: bool = False) -> Answer | None:
        """What the engine says to these edits."""
        question = self._question(levels, rewrites, strict=strict)
        return await self._prover.within(lambda: self._oracle.engine.solve(question))

    def _correction(self, levels: Levels, solved: Solved, rewrites: Rewrites) -> Correction:
        self._worked.update(rewrites)
        return Correction(levels, solved, tuple(sorted(rewrites.items())))

    def _question(self, levels: Levels, rewrites: Rewrites, *, strict: bool) -> Question:
        texts = {at: one.requirement for at, one in rewrites.items()}
        question = self._oracle.question(levels, texts)
        return replace(question, prereleases="disallow") if strict else question

    def _moved(self, levels: Levels) -> list[int]:
        return [at for at, level in enumerate(levels) if level == BARE]

    def _unwanted(self, levels: Levels, solved: Solved) -> bool:
        """Whether a solution takes pre-releases that nobody asked for: of what changes, or of what did without so far.

        There are packages that have no others (`0.48b0`), and whoever needs those takes them.
        """
        if not self._strict:
            return False
        final = self._oracle.relaxation.final
        early = {pin.name for pin in solved.pins if not final(pin.version)}
        if not early:
            return False
        before = [pin for one in self._prover.answers() if isinstance(one, Solved) for pin in one.pins]
        released = {pin.name for pin in before if final(pin.version)}
        moved = {self._oracle.asks[at].name for at in self._moved(levels)}
        return bool(early & (released | moved))

    async def _hinted(self, levels: Levels, cores: Sequence[Core]) -> Rewrites:
        """An edit for every moved bound that has worked, or is the nearest by what is known, or solves its core."""
        found: dict[int, Rewrite] = {}
        for at in self._moved(levels):
            rewrite = self._worked.get(at)
            if rewrite is None:
                settled = self._oracle.settled.get(at)
                nearest = [settled] if settled else await self._nearest(at, levels) or await self._of_core(at, cores)
                rewrite = self._oracle.relaxation.widened(self._oracle.asks[at], nearest[0]) if nearest else None
            if rewrite is None:
                return {}
            found[at] = rewrite
        return found

    async def _of_core(self, at: int, cores: Sequence[Core]) -> Sequence[str]:
        """The version with which an ask solves its own core: a small question, put once."""
        core = next((one for one in cores if one.levels[at] == FULL), None)
        if core is None:
            return ()
        async with self._locks.setdefault(at, anyio.Lock()):
            if (at, core) not in self._solving:
                self._solving[at, core] = await self._asked_core(at, core)
        return self._solving[at, core]

    async def _asked_core(self, at: int, core: Core) -> Sequence[str]:
        levels = raised(core.levels, at, BARE)
        answer = await self._next_above(at, levels) or await self._prover.answer(levels)
        pins = answer.pins if isinstance(answer, Solved) and not self._unwanted(levels, answer) else ()
        return [pin.version for pin in pins if pin.name == self._oracle.asks[at].name]

    async def _next_above(self, at: int, levels: Levels) -> Solved | None:
        """The solution with the lowest version above the bound, when nothing goes below what its side has by itself.

        What that side has is in the engine's cache; without it an engine that prefers the lowest reads the metadata
        of everything old (18 s in place of 1 s, cold).
        """
        above = self._oracle.relaxation.above(self._oracle.asks[at])
        own = self._oracle.asks[at]
        alone = self._prover.proof(tuple(FULL if ask.subject == own.subject else DROPPED for ask in self._oracle.asks))
        if not above or not isinstance(alone, Solved):
            return None
        floors = [self._oracle.relaxation.no_lower(pin.name, pin.version) for pin in alone.pins if pin.name != own.name]
        question = self._oracle.question(levels, {at: above})
        question = replace(question, constraints=(*question.constraints, *floors), preference="lowest")
        answer = await self._prover.within(lambda: self._oracle.engine.solve(question))
        return answer if isinstance(answer, Solved) and not self._unwanted(levels, answer) else None

    async def _nearest(self, at: int, levels: Levels) -> Sequence[str]:
        ask = self._oracle.asks[at]
        relaxation = self._oracle.relaxation
        standing = [one for other, one in enumerate(self._oracle.asks) if levels[other] == FULL]
        others = [relaxation.constraint(one) for one in standing if one.name == ask.name and relaxation.constraint(one)]
        proven = others + self._proven(ask.name, standing)
        if not proven:
            return ()
        frame = self._oracle.frame
        engine = self._oracle.engine
        listed = await self._prover.in_time(lambda: engine.versions(ask.name, frame.target, frame.exclude_newer))
        versions = listed or self._seen(ask.name)
        for constraints in (proven, others):
            nearest = relaxation.nearest(ask, constraints, versions) if constraints else ()
            if nearest:
                return nearest
        return ()

    def _seen(self, name: str) -> list[str]:
        """The versions of a package in solutions so far."""
        solved = [one for one in self._prover.answers() if isinstance(one, Solved)]
        return sorted({pin.version for one in solved for pin in one.pins if pin.name == name})

    def _proven(self, name: str, standing: Sequence[Ask]) -> list[str]:
        """What packages need of one, as far as proofs said; of the versions that the standing asks allow."""
        relaxation = self._oracle.relaxation
        parties = {self._oracle.label(ask.subject) for ask in self._oracle.asks}
        bounds: dict[str, list[str]] = {}
        for ask in standing:
            bounds.setdefault(ask.name, []).append(relaxation.constraint(ask))
        refusals = [one for one in self._prover.answers() if isinstance(one, Unsolved)]
        found: dict[str, list[str]] = {}
        for edge in (edge for one in refusals for edge in one.edges if edge.name == name and edge.asker not in parties):
            if not relaxation.disjoint([*bounds.get(edge.asker, ()), relaxation.versions(edge.version)]):
                found.setdefault(edge.asker, []).append(relaxation.versions(edge.constraint))
        return [common for _, one in sorted(found.items()) if (common := shared(relaxation, one))]


_ONLY_PRERELEASES = Refused(ONLY_PRERELEASES)


def _names_prerelease(oracle: JointOracle) -> bool:
    return any(oracle.relaxation.names_prerelease(ask) for ask in oracle.asks)
