"""Whether npm's requirements of several repositories hold together, in the three senses that the word has there.

`merged`: one package.json, each direct dependency once, strict peers. `workspace`: side by side, each with its own
copies. `runtime`: `engines` of every chosen package against the target's Node. The verdict is that of the combination
that was wished, and a Node that the caller named counts too; all three are told.
Below: `npm_asks`, `npm_members`, `npm_case`, an engine. Above: `compatibility/`.
"""

from collections.abc import Sequence
from dataclasses import replace

from plumbrule.mcp_server.dependencies.joint.asks import Ask, NotChecked, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Alone, Checked, EngineFact, Verdict
from plumbrule.mcp_server.dependencies.joint.npm_asks import JAVASCRIPT, Collected, npm_asks, npm_wished
from plumbrule.mcp_server.dependencies.joint.npm_case import LUCK, NpmCase, Told, renamed
from plumbrule.mcp_server.dependencies.joint.npm_members import mergeable, shared_overrides
from plumbrule.mcp_server.dependencies.joint.npm_own import foreign_asks
from plumbrule.mcp_server.dependencies.joint.npm_parts import Parts, joint_packages
from plumbrule.mcp_server.dependencies.joint.npm_requirement import ENGINES, NpmOracle, allows_node, full_node
from plumbrule.mcp_server.dependencies.joint.question import Answer, Question, Solved, Unknown, Unsolved
from plumbrule.mcp_server.dependencies.joint.reasons.securing import Vulnerable, secured
from plumbrule.mcp_server.dependencies.joint.reasons.telling import CALLER
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.ranges.npm_algebra import as_range, intersection, versions_of

MAX_SAID = 500
MAX_NESTED = 12
"""Requirements of one repository that are left nested one after the other; each costs a question."""


class NpmCheck:
    """As `checking.EcosystemCheck`."""

    def __init__(self, engine: NpmOracle, vulnerable: Vulnerable | None = None) -> None:
        self._engine = engine
        self._vulnerable = vulnerable

    @property
    def ecosystem(self) -> str:
        return JAVASCRIPT

    def not_checked(self, subjects: Sequence[Subject], wishes: Wishes) -> Sequence[NotChecked]:
        return [one for at, each in enumerate(subjects) for one in npm_asks(at, each, wishes).refused]

    async def check(self, subjects: Sequence[Subject], target: Target, wishes: Wishes) -> Checked:
        return await _Check(self._engine, subjects, target, wishes, self._vulnerable).checked()

    def case(self, subjects: Sequence[Subject], target: Target, wishes: Wishes) -> NpmCase:
        """The joint question as the engine is asked it, with its statements: for a lock."""
        return _Check(self._engine, subjects, target, wishes, None).primary


class _Check:
    """One check of several repositories on one target."""

    def __init__(
        self,
        engine: NpmOracle,
        subjects: Sequence[Subject],
        target: Target,
        wishes: Wishes,
        vulnerable: Vulnerable | None,
    ) -> None:
        self._engine = engine
        self._subjects = subjects
        self._labels = [one.label for one in subjects]
        self._target = target
        self._wishes = wishes
        self._vulnerable = vulnerable
        self._collected: list[Collected] = [npm_asks(at, each, wishes) for at, each in enumerate(subjects)]
        asks = [ask for each in self._collected for ask in each.asks]
        self._asks = [*asks, *npm_wished(wishes)]
        overrides, self._notes = shared_overrides([one.overrides for one in self._collected], asks, self.label)
        frame = Question((), target, overrides=tuple(one.told for one in overrides), exclude_newer=wishes.exclude_newer)
        self._frame = frame
        together, nested = mergeable(self._asks, self.label)
        foreign = foreign_asks(together, subjects, self.label)
        # A lock speaks for its own repository; one constraint for all members would bind the others.
        self._parts = Parts([ask for ask in self._asks if ask.kind != "lock"], self.label)
        apart = foreign_asks(self._parts.asks, subjects, self._parts.label, self._parts.subject)
        self._merged = NpmCase(engine, together, self.label, frame, foreign.clashes, foreign.versions)
        self._workspace = NpmCase(
            engine, self._parts.asks, self._parts.label, replace(frame, workspace=True), apart.side_by_side()
        )
        self._notes += foreign.notes
        if wishes.combination == "merged":
            self._notes += nested
        if wishes.exclude_newer:
            self._notes.append("The cut-off is taken from the publish times that the registry itself tells.")

    def label(self, subject: int) -> str:
        """What conflicts call a side."""
        return self._labels[subject] if 0 <= subject < len(self._labels) else CALLER

    @property
    def primary(self) -> NpmCase:
        """The question in the sense that was wished."""
        return self._merged if self._wishes.combination == "merged" else self._workspace

    async def checked(self) -> Checked:
        """The whole answer."""
        if not self._asks:
            return Checked(JAVASCRIPT, "compatible", "nothing", notes=tuple(self._notes))
        answer = await self.primary.ask()
        if isinstance(answer, Unsolved):
            await self._side_by_side()
            answer = await self._apart(answer)
        if isinstance(answer, Solved):
            found = await self._compatible(answer)
        elif isinstance(answer, Unsolved):
            told = await self.primary.explain(fixes=self._wishes.fixes)
            found = await self._secure(*self._incompatible(told, answer))
        else:
            found = await self._not_known(answer)
        found = await self._all_meanings(found)
        return replace(found, notes=tuple(dict.fromkeys((*found.notes, *self._notes))), engines=self._engines(found))

    async def _side_by_side(self) -> None:
        """Whoever stands beside the others in a workspace stands alone too: then nobody need be asked about that."""
        if self.primary is self._workspace or any(one.overrides for one in self._collected):
            return
        if isinstance(await self._workspace.ask(), Solved):
            for subject in self._parts.single():
                self._merged.stands_alone(subject)

    async def _apart(self, answer: Answer | None) -> Answer | None:
        """Members of one workspace may need copies of their own, which one package.json does not give them: what of a
        repository does not merge with the rest of it stays nested, as it is today."""
        if self.primary is self._workspace or not isinstance(self._workspace.answer, Solved):
            return answer
        nested: list[Ask] = []
        for subject in self._parts.several():
            nested += await self._own_clashes(subject)
        if not nested:
            return answer
        listed = ", ".join(f"{ask.written} ({ask.path}:{ask.line})" for ask in nested[:6])
        self._notes.append(f"{self.label(nested[0].subject)} keeps copies apart by itself; left nested: {listed}.")
        asks = [ask for ask in self._merged.oracle.asks if ask not in nested]
        foreign = foreign_asks(asks, self._subjects, self.label)
        calls = self._merged.prover.calls
        self._merged = NpmCase(self._engine, asks, self.label, self._frame, foreign.clashes, foreign.versions)
        self._merged.prover.calls = calls
        return await self._merged.ask()

    async def _own_clashes(self, subject: int) -> list[Ask]:
        """Of one repository's asks those to leave nested, deep manifests first, until the rest merges."""
        asks = [ask for ask in self._merged.oracle.asks if ask.subject == subject]
        nested: list[Ask] = []
        while len(nested) < MAX_NESTED:
            case = NpmCase(self._engine, asks, self.label, self._frame)
            answer = await case.ask()
            self._merged.prover.calls += case.prover.calls
            suspects = [asks[at] for at in case.suspects()] if isinstance(answer, Unsolved) else []
            if len({ask.path for ask in suspects}) < 2:
                break
            deepest = max(suspects, key=lambda ask: (ask.path.count("/"), ask.path, ask.line))
            nested.append(deepest)
            asks.remove(deepest)
        return nested

    async def _compatible(self, solved: Solved) -> Checked:
        for name, how in sorted((solved.assumed or {}).items()):
            self._notes.append(f"{name}: {how}, so the cut-off did not hold for it.")
        packages = joint_packages(solved, [*self._labels, CALLER], self._naming())
        alone = tuple(Alone(at, "compatible") for at in self._sides())
        return Checked(JAVASCRIPT, "compatible", "resolved", packages=packages, alone=alone)

    def _incompatible(self, told: Told, answer: Answer | None) -> tuple[Checked, Told]:
        explained = told.explained
        conflicts = renamed(explained.conflicts, self._naming())
        fixes, blocked = explained.fixes, explained.blocked
        if told.doubtful:
            self._notes.append(f"Left out, because they could not be judged: {', '.join(told.doubtful)}.")
            conflicts = tuple(replace(one, verified=False) for one in conflicts)
            fixes = tuple(replace(one, verified=False) for one in fixes)
        name = self._naming()
        fixes = tuple(
            replace(
                one,
                changes=tuple(replace(each, repository=name(each.repository)) for each in one.changes),
                resulting=tuple({each.package: each for each in one.resulting}.values()),  # nested copies come first
            )
            for one in fixes
        )
        if not explained.fixes and self._wishes.fixes and not explained.found.complete and not explained.limits_hit:
            self._notes.append("Changes that would help were not worked out: no engine answered.")
        answered = any(isinstance(one, Solved | Unsolved) for one in self.primary.prover.answers())
        said = answer.said[:MAX_SAID] if isinstance(answer, Unsolved) else ""
        found = Checked(
            JAVASCRIPT,
            "incompatible",
            "resolved" if answered else "declared",
            conflicts=conflicts,
            fixes=fixes,
            blocked=blocked,
            engines=(EngineFact(self._engine.name, self._engine.version, 0, said),),
            limits_hit=explained.limits_hit,
        )
        return found, told

    async def _secure(self, found: Checked, told: Told) -> Checked:
        if self._wishes.secure and self._vulnerable is not None and found.fixes:
            ranked = await secured(replace(told.explained, fixes=found.fixes), self.primary.prover, self._vulnerable)
            found = replace(found, fixes=ranked)
        return found

    async def _not_known(self, answer: Answer | None) -> Checked:
        """No answer: the packages that can be judged may clash all the same."""
        if isinstance(answer, Unknown) and answer.reason not in LUCK:
            told = await self.primary.explain_without(answer, fixes=self._wishes.fixes)
            if told is not None:
                return await self._secure(*self._incompatible(told, None))
        reason = answer.reason if isinstance(answer, Unknown) else "limit_hit"
        said = answer.said[:MAX_SAID] if isinstance(answer, Unknown) else ""
        limit = self.primary.prover.limit
        return Checked(
            JAVASCRIPT,
            "unknown",
            "nothing",
            reason,
            blockers=answer.packages if isinstance(answer, Unknown) else (),
            engines=(EngineFact(self._engine.name, self._engine.version, 0, said),),
            limits_hit=(limit,) if limit else (),
        )

    def _sides(self) -> list[int]:
        return sorted({ask.subject for ask in self._asks if ask.subject >= 0})

    async def _alone(self, found: Checked) -> tuple[Alone, ...]:
        """Each repository as its own workspace, under its own overrides. What stands side by side stands alone."""
        if isinstance(self._workspace.answer, Solved) and not any(one.overrides for one in self._collected):
            return tuple(Alone(at, "compatible") for at in self._sides())
        if found.reason in LUCK:
            return tuple(Alone(at, "unknown", found.reason) for at in self._sides())
        made: list[Alone] = []
        for at in self._sides():
            overrides = tuple(one.told for one in self._collected[at].overrides)
            frame = replace(self._workspace.question, parties=(), overrides=overrides, constraints=())
            parts = Parts([ask for ask in self._asks if ask.subject == at and ask.kind != "lock"], self.label)
            elsewhere = foreign_asks(parts.asks, self._subjects, parts.label, parts.subject)
            case = NpmCase(self._engine, parts.asks, parts.label, frame, dict.fromkeys(elsewhere.clashes))
            case.prover.budget = self.primary.prover.budget
            answer = await case.ask()
            self.primary.prover.calls += case.prover.calls
            if isinstance(answer, Unknown):
                made.append(Alone(at, "unknown", answer.reason))
            elif answer is None:
                made.append(Alone(at, "unknown", "limit_hit"))
            else:
                made.append(Alone(at, "compatible" if isinstance(answer, Solved) else "incompatible"))
        return tuple(made)

    async def _all_meanings(self, found: Checked) -> Checked:
        """The other combination and the runtime, each with its verdict and a sentence."""
        wished = self._wishes.combination
        other = self._workspace if wished == "merged" else self._merged
        verdict = _verdict(await other.ask()) if found.reason not in LUCK else "unknown"
        verdicts: dict[str, Verdict] = {wished: found.verdict, _OTHER[wished]: verdict}
        if not found.alone:
            found = replace(found, alone=await self._alone(found))
        found = await self._runtime(found, verdicts)
        self._notes.insert(0, _sentence(wished, verdicts))
        ordered = tuple((name, verdicts[name]) for name in ("merged", "workspace", "runtime"))
        return replace(found, combinations=ordered)

    async def _runtime(self, found: Checked, verdicts: dict[str, Verdict]) -> Checked:
        """`engines` of what was chosen. A Node that nobody named is only told about: another one may do."""
        node = full_node(self._target)
        verdicts["runtime"] = "unknown"
        if not node or found.verdict != "compatible":
            return found
        chosen = [one for one in await self._engine.chosen(self.primary.question) if one.node and not one.optional]
        excluding = [one for one in chosen if not allows_node(one.node, node)]
        verdicts["runtime"] = "incompatible" if excluding else "compatible"
        if not excluding:
            return found
        listed = ", ".join(f"{one.name} {one.version} ({one.node})" for one in excluding[:5])
        self._notes.append(f"engines.node of {len(excluding)} chosen packages excludes Node {node}: {listed}.")
        if any(text.startswith("node ") and "not given" in text for text in self._target.derived):
            shared = intersection([one.node for one in chosen if versions_of(one.node) is not None])
            if shared is not None and not shared.empty:
                self._notes.append(f"Every chosen package allows Node {as_range(shared)}.")
            return found
        return await self._excluded(found, node)

    async def _excluded(self, found: Checked, node: str) -> Checked:
        """What leads to packages that exclude the Node that the caller named, and what would help."""
        primary = self.primary
        strict = replace(primary.oracle.frame, constraints=(*primary.oracle.frame.constraints, f"{ENGINES}@{node}"))
        case = NpmCase(self._engine, primary.oracle.asks, primary.oracle.label, strict)
        answer = await case.ask()
        if not isinstance(answer, Unsolved):
            return found
        told, _ = self._incompatible(await case.explain(fixes=self._wishes.fixes), answer)
        primary.prover.calls += case.prover.calls
        return replace(told, basis="resolved", alone=found.alone, packages=found.packages)

    def _naming(self) -> "Parts":
        return self._parts

    def _engines(self, found: Checked) -> tuple[EngineFact, ...]:
        calls = self._merged.prover.calls + self._workspace.prover.calls
        said = found.engines[0].said if found.engines else ""
        return (EngineFact(self._engine.name, self._engine.version, calls, said),) if calls else ()


_OTHER = {"merged": "workspace", "workspace": "merged"}
_MEANING = {"merged": "Merged into one package.json", "workspace": "Side by side in one workspace"}


def _verdict(answer: Answer | None) -> Verdict:
    if isinstance(answer, Solved):
        return "compatible"
    return "incompatible" if isinstance(answer, Unsolved) else "unknown"


def _sentence(wished: str, verdicts: dict[str, Verdict]) -> str:
    other = _OTHER[wished]
    return (
        f"{_MEANING[wished]}: {verdicts[wished]}. {_MEANING[other]}: {verdicts[other]}. "
        f"Every chosen package's engines on the target's Node: {verdicts['runtime']}."
    )
