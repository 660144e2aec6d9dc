"""From a joint question without an answer to what is told about it: conflicts, fixes, fixes that do not help.

The same for every ecosystem that has an engine; the grammar is its `Relaxation`'s. Below: everything else of
`reasons`. Above: the checks of each ecosystem.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.findings import (
    BlockedFix,
    Change,
    ChosenVersion,
    Conflict,
    Fix,
    Member,
)
from plumbrule.mcp_server.dependencies.joint.question import Edge, Unsolved
from plumbrule.mcp_server.dependencies.joint.reasons.fixing import Fixer
from plumbrule.mcp_server.dependencies.joint.reasons.levels import BARE, DROPPED, FULL, changed, full, only, weaker
from plumbrule.mcp_server.dependencies.joint.reasons.oracle import JointOracle
from plumbrule.mcp_server.dependencies.joint.reasons.proving import Prover
from plumbrule.mcp_server.dependencies.joint.reasons.relaxation import Way
from plumbrule.mcp_server.dependencies.joint.reasons.search import Correction, Failed, Found, Search
from plumbrule.mcp_server.dependencies.joint.reasons.shrinking import Core, core_within
from plumbrule.mcp_server.dependencies.joint.reasons.telling import evidence, identity, member, sentence
from plumbrule.mcp_server.dependencies.joint.reasons.trails import Met, meeting

MAX_BLOCKED = 8
Direction = Literal["upgrade", "downgrade", "mixed", "drop"]
DIRECTIONS: dict[frozenset[Way], Direction] = {
    frozenset({"upgrade"}): "upgrade",
    frozenset({"downgrade"}): "downgrade",
}


@dataclass(frozen=True, slots=True)
class Companion:
    """The other side of a clash that is no ask: another runtime's range, or what a repository itself is. `told` is
    its half of the sentence."""

    member: Member
    told: str


@dataclass(frozen=True, slots=True)
class Explained:
    """What is told. `found` is the search's own result; `ordered` its corrections in the order of `fixes`."""

    found: Found
    ordered: tuple[Correction, ...]
    conflicts: tuple[Conflict, ...]
    fixes: tuple[Fix, ...]
    blocked: tuple[BlockedFix, ...]
    limits_hit: tuple[str, ...]


class Explainer:
    """Explains one question. `about` is what a sentence says of the target when a runtime stands in the way.

    `company` are the other sides of asks that clash with something that is no ask.
    """

    def __init__(
        self,
        ecosystem: str,
        oracle: JointOracle,
        prover: Prover,
        runtime: str,
        about: str,
        company: Mapping[int, Sequence[Companion]] | None = None,
    ) -> None:
        self._ecosystem = ecosystem
        self._oracle = oracle
        self._prover = prover
        self._runtime = runtime
        self._about = about
        self._company = company or {}

    async def explain(self, seeds: Sequence[Core], *, fixes: bool) -> Explained:
        """Searches within the prover's budget and tells what was found; seeds are cores already proven."""
        fixer = Fixer(self._oracle, self._prover)
        search = Search(self._prover, seeds, fixer.attempt if fixes else None)
        found = await search.run()
        written = await self._as_written(found.cores)
        return self.told(replace(found, cores=tuple(written)), fixes=fixes)

    async def _as_written(self, cores: Sequence[Core]) -> list[Core]:
        """Cores of what is written: one that was found with a bound away is a reason only if it is one with it."""
        found: dict[tuple[int, ...], Core] = {core.members: core for core in cores if BARE not in core.levels}
        for core in cores:
            if BARE in core.levels and core.members not in found:
                levels = only(full(len(core.levels)), core.members)
                closer = await core_within(self._prover, levels)
                found.setdefault(closer.members, closer)
        return list(found.values())

    def told(self, found: Found, *, fixes: bool) -> Explained:
        """What a search found, in the words of the result."""
        limits = (found.limit,) if found.limit else ()
        conflicts = tuple(conflict for core in found.cores for conflict in self.conflicts(core))
        if not fixes:
            return Explained(found, (), conflicts, (), (), limits)
        ordered = tuple(sorted(found.corrections, key=self._order))
        told = tuple(self.fix(one, found.cores) for one in ordered)
        return Explained(found, ordered, conflicts, told, tuple(self._blocked(found)), limits)

    def conflicts(self, core: Core) -> list[Conflict]:
        """A core with its members, the way from each of them to where they meet, and its sentence."""
        asks, met = self._met(core)
        members = self._members(asks, met)
        company = self._company.get(core.members[0], ()) if len(asks) == 1 else ()
        if company:
            told = sentence(asks, self._oracle.label, met).removesuffix(".")
            return [
                self._conflict(core, asks, met, (*members, one.member), f"{told}, and {one.told}.") for one in company
            ]
        told = sentence(asks, self._oracle.label, met, self._ending(asks, met))
        return [self._conflict(core, asks, met, members, told)]

    def _conflict(self, core: Core, asks: Sequence[Ask], met: Met, members: tuple[Member, ...], told: str) -> Conflict:
        parts = (f"{one.repository}\0{one.evidence}\0{one.requirement}" for one in members)
        alone = len({one.repository for one in members}) == 1
        return Conflict(
            identity(self._ecosystem, *parts),
            "runtime" if all(ask.kind == "runtime" for ask in asks) else "alone" if alone else "packages",
            self._ecosystem,
            tuple(dict.fromkeys((*met.packages, *(one.name for one in asks)))),
            members,
            told,
            core.minimal,
        )

    def _met(self, core: Core) -> tuple[list[Ask], Met]:
        asks = [self._oracle.asks[at] for at in core.members]
        parties = frozenset(self._oracle.label(ask.subject) for ask in self._oracle.asks)
        return asks, meeting(asks, self._edges(core), parties, self._oracle.relaxation)

    def _edges(self, core: Core) -> Sequence[Edge]:
        """Of the proof of exactly this core; of all proofs so far when an engine never gave that one."""
        proof = self._prover.proof(core.levels)
        if isinstance(proof, Unsolved):
            return proof.edges
        return [edge for one in self._prover.answers() if isinstance(one, Unsolved) for edge in one.edges]

    def _members(self, asks: Sequence[Ask], met: Met) -> tuple[Member, ...]:
        return tuple(
            member(ask, self._oracle.label(ask.subject), trail.hops)
            for ask, trail in zip(asks, met.trails, strict=True)
        )

    def _ending(self, asks: Sequence[Ask], met: Met) -> str:
        """What a sentence says last: about the target, or that there is no such version."""
        if self._runtime in met.packages or any(ask.name == self._runtime for ask in asks):
            return f", and the target is {self._about}"
        if len(asks) == 1 and not met.packages:
            return f", and no version of it can be had for {self._about}"
        alike = len({ask.name for ask in asks}) == 1
        return "" if met.packages or alike else "; no versions satisfy " + ("both" if len(asks) == 2 else "all")

    def _order(self, one: Correction) -> tuple[object, ...]:
        """Lightest first, upgrades before downgrades, then as the asks stand."""
        asks = self._oracle.asks
        downs = sum(rewrite.way == "downgrade" for _, rewrite in one.rewritten)
        weight = sum(self._oracle.relaxation.weight(asks[at]) for at in changed(one.levels))
        return (sum(level == DROPPED for level in one.levels), downs, weight, tuple(-level for level in one.levels))

    def fix(self, one: Correction, cores: Sequence[Core]) -> Fix:
        """A correction as edits, with the versions that it leads to."""
        changes = self._changes(one)
        asks = self._oracle.asks
        of_interest = {asks[at].name for at in changed(one.levels)}
        for core in cores:
            of_interest |= {asks[at].name for at in core.members} | set(self._met(core)[1].packages)
        settled = {asks[at].name: self._oracle.settled[at] for at in changed(one.levels) if at in self._oracle.settled}
        chosen = settled | {pin.name: pin.version for pin in one.solved.pins if pin.name in of_interest}
        resulting = tuple(ChosenVersion(name, version) for name, version in sorted(chosen.items()))
        direction = DIRECTIONS.get(frozenset(rewrite.way for _, rewrite in one.rewritten), "mixed")
        return Fix(
            identity(self._ecosystem, *(f"{each.repository}\0{each.evidence}\0{each.to}" for each in changes)),
            self._ecosystem,
            changes,
            resulting,
            verified=True,
            direction="drop" if DROPPED in one.levels else direction,
        )

    def _changes(self, one: Correction) -> tuple[Change, ...]:
        to = {at: rewrite.written for at, rewrite in one.rewritten}
        return tuple(
            Change(self._oracle.label(ask.subject), evidence(ask), ask.written, to.get(at, ""))
            for at in changed(one.levels)
            for ask in (self._oracle.asks[at],)
        )

    def _blocked(self, found: Found) -> list[BlockedFix]:
        """Candidates that were refused for a reason, apart from those that are a part of some fix."""
        told: list[BlockedFix] = []
        for one in found.failed:
            part = any(weaker(fix.levels, one.levels) for fix in found.corrections)
            if changed(one.levels) and not part and not one.unanswered and len(told) < MAX_BLOCKED:
                told.append(self._blocked_fix(one))
        return told

    def _blocked_fix(self, one: Failed) -> BlockedFix:
        asks = self._oracle.asks
        bare = tuple(
            Change(
                self._oracle.label(asks[at].subject),
                evidence(asks[at]),
                asks[at].written,
                "" if one.levels[at] == DROPPED else self._oracle.relaxation.bare(asks[at]),
            )
            for at in changed(one.levels)
        )
        if one.core is None:
            return BlockedFix(self._ecosystem, bare, f"It does not help: {one.reason}.")
        core, (held, met) = one.core, self._met(one.core)
        relaxed = [
            ask if core.levels[at] == FULL else ask._replace(written=f"any {self._oracle.relaxation.bare(ask)}")
            for at, ask in zip(core.members, held, strict=True)
        ]
        told = sentence(relaxed, self._oracle.label, met, self._ending(held, met))
        return BlockedFix(self._ecosystem, bare, f"It does not help: {told}", self._members(relaxed, met))
