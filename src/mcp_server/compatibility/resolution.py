"""The engine behind `resolve_dependencies`: the verdict first, then the lock of the same question, or of a fixed one.

Below it: `check` (reads the sides, knows the verdict), `locking` and `why`, the writers of `dependencies/lock`. Above
it: the tool, which sheds the result to a budget.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from plumbrule.core.context import report_progress
from plumbrule.core.errors import InvalidArgument
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.compatibility.answered import Answered
from plumbrule.mcp_server.compatibility.assembling import numbered_fixes
from plumbrule.mcp_server.compatibility.check import CompatibilityChecker, JointQuestion, Opened, ecosystems_of
from plumbrule.mcp_server.compatibility.lockers import Locked, Locker
from plumbrule.mcp_server.compatibility.locking import Settled, narrowed
from plumbrule.mcp_server.compatibility.refusing import fix_named, refusal, undecided_by, unreadable
from plumbrule.mcp_server.compatibility.resolution_report import OutputName, ResolutionQuestion, ResolutionReport
from plumbrule.mcp_server.compatibility.resolved import bill_report, report_of
from plumbrule.mcp_server.dependencies.joint.asks import NotChecked
from plumbrule.mcp_server.dependencies.joint.checking import EcosystemCheck
from plumbrule.mcp_server.dependencies.joint.findings import Fix
from plumbrule.mcp_server.dependencies.joint.question import Unknown

ECOSYSTEM: Mapping[OutputName, str] = {
    "pylock.toml": "python",
    "requirements.txt": "python",
    "pyproject.toml": "python",
    "package-lock.json": "javascript",
}
"""What an output is about; bills of materials are about all."""

LOCK_SHARE = 0.8
"""Of the whole, for the progress that is told: the verdict before it takes longer than the lock."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question on its way: what was opened, and what it is about."""

    question: ResolutionQuestion
    opened: Opened
    ecosystems: tuple[str, ...]


class Resolver:
    """Locks joint questions. `checks` and `lockers` are by ecosystem."""

    def __init__(
        self, checker: CompatibilityChecker, checks: Sequence[EcosystemCheck], lockers: Mapping[str, Locker]
    ) -> None:
        self._checker = checker
        self._checks = {check.ecosystem: check for check in checks}
        self._lockers = lockers

    async def resolve(self, question: ResolutionQuestion) -> ResolutionReport:
        """The lock with who asked for what.

        Raises:
            Incompatible: there is none; the message says why, the hint what helps.
            Undecided: nobody could tell.
            InvalidArgument: no repository has what the output is for; an unknown fix or package; a wrong target.
            PlumbruleError: a source could not be read.
        """
        asked = await self._opened(question)
        target = asked.opened.targets[0]
        answered = await self._answered(asked)
        fix: Fix | None = None
        if question.fix:
            fix = fix_named(question.fix, numbered_fixes(await self._checker.answer(asked.opened, target)))
            if fix.ecosystem not in asked.ecosystems:
                raise InvalidArgument(
                    f"{fix.id} is about {fix.ecosystem}, which {question.output} does not hold.", hint="Leave fix out."
                )
        else:
            await self._refuse(asked, answered)
        about = narrowed(target, asked.ecosystems)
        settled = Settled(asked.opened.sides, target, about, self._not_checked(asked), fix.changes if fix else ())
        return await self._locked(asked, answered, settled)

    async def _opened(self, question: ResolutionQuestion) -> _Asked:
        opened = await self._checker.open(
            JointQuestion(
                question.sources,
                (question.target,) if question.target else (),
                question.constraints,
                question.added,
                question.policy,
                question.exclude_newer,
            )
        )
        error = unreadable(opened.sides)
        if error is not None:
            raise error
        known = ecosystems_of(opened.subjects, opened.wishes)
        wanted = ECOSYSTEM.get(question.output)
        if wanted is not None and wanted not in known:
            raise _without(question, wanted, known)
        return _Asked(question, opened, known if wanted is None else (wanted,))

    async def _answered(self, asked: _Asked) -> Answered:
        """Of the ecosystems that the output is about."""
        target = asked.opened.targets[0]
        if not ECOSYSTEM.get(asked.question.output):
            return await self._checker.answer(asked.opened, target)
        (name,) = asked.ecosystems
        checked = await self._checks[name].check(asked.opened.subjects, target, asked.opened.wishes)
        return Answered(target, (checked,))

    async def _refuse(self, asked: _Asked, answered: Answered) -> None:
        """Ends here when there is no solution. Fixes have the ids of the whole report."""
        if refusal(answered, (), asked.ecosystems, self._lockers, {}) is None:
            return
        whole = await self._checker.answer(asked.opened, answered.target)
        fixes = numbered_fixes(whole)
        whole = replace(whole, target=narrowed(whole.target, asked.ecosystems))
        error = refusal(whole, fixes, asked.ecosystems, self._lockers, asked.question.arguments())
        if error is not None:
            raise error

    def _not_checked(self, asked: _Asked) -> tuple[NotChecked, ...]:
        found = [
            one
            for name in asked.ecosystems
            if name in self._checks
            for one in self._checks[name].not_checked(asked.opened.subjects, asked.opened.wishes)
        ]
        return tuple(sorted(found, key=lambda one: (one.subject, one.path, one.line)))

    async def _locked(self, asked: _Asked, answered: Answered, settled: Settled) -> ResolutionReport:
        await report_progress(LOCK_SHARE, 1.0, "locking")
        made: dict[str, Locked] = {}
        for name in asked.ecosystems:
            if name in self._lockers:
                locked = await self._lockers[name].locked(asked.opened, settled)
                if isinstance(locked, Unknown):
                    raise undecided_by(answered, locked)
                made[name] = locked
        question = asked.question
        if question.explain:
            (only,) = made.values() if len(made) == 1 else (made["python"],)
            report = report_of(question, asked.opened, answered, settled, only)
            return replace(report, explanation=await only.explained(question.explain))
        if ECOSYSTEM.get(question.output) is None:
            return bill_report(question, asked.opened, answered, settled, made)
        (locked,) = made.values()
        return report_of(question, asked.opened, answered, settled, locked)


def _without(question: ResolutionQuestion, wanted: str, known: Sequence[str]) -> InvalidArgument:
    """No side has the ecosystem; the output that would fit instead."""
    other: OutputName | None = None
    if "javascript" in known:
        other = "package-lock.json"
    elif "python" in known:
        other = "pylock.toml"
    elif known:
        other = "cyclonedx"
    return InvalidArgument(
        f"{question.output} is for {wanted}, and no repository here asks for any of its packages.",
        hint=f"They have {', '.join(known)}: ask for output={other}." if other else "They ask for no packages at all.",
        retry_with={**question.arguments(), "output": other} if other else None,
    )
