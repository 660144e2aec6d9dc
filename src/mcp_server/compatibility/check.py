"""The engine behind `check_compatibility`: reads every side, asks each ecosystem's check, and puts the answer together.

Below it: `subject` (sources become sides), the checks of `dependencies/joint`, the rules beside it. Above it: the tool,
which sheds the report to a budget, and `resolution`, which wants a lock of the same question.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import anyio

from plumbrule.core.context import report_progress
from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.analysis.deadlines import soft_deadline
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.compatibility.answered import Answered
from plumbrule.mcp_server.compatibility.assembling import report_of
from plumbrule.mcp_server.compatibility.report import CompatibilityReport
from plumbrule.mcp_server.compatibility.rules.runtime_fixes import runtime_fixes
from plumbrule.mcp_server.compatibility.rules.runtimes import runtime_conflicts, runtimes_of
from plumbrule.mcp_server.compatibility.subject import Side, SubjectReader
from plumbrule.mcp_server.compatibility.surroundings import Around, Surroundings
from plumbrule.mcp_server.compatibility.wishes import PolicyWord, use_of, wishes_of
from plumbrule.mcp_server.dependencies.joint.asks import NotChecked, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.checking import EcosystemCheck
from plumbrule.mcp_server.dependencies.joint.deriving import derived_target
from plumbrule.mcp_server.dependencies.joint.findings import Checked
from plumbrule.mcp_server.dependencies.joint.targets import Target, parse_target
from plumbrule.mcp_server.dependencies.joint.wished import wished_for
from plumbrule.mcp_server.dependencies.readers import INCLUDED, reader_of

MAX_SOURCES = 16
MAX_TARGETS = 8
READ_SHARE = 0.3
"""Of the whole, for the progress that is told: reading takes this much, the rest are engines."""


@dataclass(frozen=True, slots=True)
class JointQuestion:
    """What a caller asks. `targets` as `joint/targets.parse_target` reads them; none: one is worked out."""

    sources: tuple[str, ...]
    targets: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    policy: tuple[PolicyWord, ...] = ()
    exclude_newer: str = ""

    def arguments(self) -> dict[str, object]:
        """The arguments of the tool that ask the same, those that are empty left out."""
        lists: dict[str, object] = {
            "sources": list(self.sources),
            "targets": list(self.targets),
            "constraints": list(self.constraints),
            "add": list(self.added),
            "policy": list(self.policy),
            "exclude_newer": self.exclude_newer,
        }
        return {name: value for name, value in lists.items() if value}


@dataclass(frozen=True, slots=True)
class Opened:
    """A question read: its sides in the order of the sources, and what is wished of them."""

    question: JointQuestion
    sides: tuple[Side, ...]
    wishes: Wishes
    targets: tuple[Target, ...]

    @property
    def subjects(self) -> tuple[Subject, ...]:
        return tuple(side.subject for side in self.sides if side.subject is not None)


class CompatibilityChecker:
    """Answers joint questions; `checks` has one for each ecosystem that is known."""

    def __init__(self, reader: SubjectReader, checks: Sequence[EcosystemCheck], surroundings: Surroundings) -> None:
        self._reader = reader
        self._checks = {check.ecosystem: check for check in checks}
        self._surroundings = surroundings

    async def check(self, question: JointQuestion) -> CompatibilityReport:
        """The whole answer. A source that cannot be read is told in it, and keeps the verdict from `compatible`.

        Raises:
            InvalidArgument: a source twice, a wrong target, date or requirement.
            PlumbruleError: what opening raised, when no source could be read.
        """
        opened = await self.open(question)
        reports: list[RepositoryReport | None] = []
        answers: list[Answered] = []

        async def survey() -> None:
            reports.extend(await self._surroundings.reports(opened.sides))

        around = Around(limits_hit=("deadline",), cut_short=True)
        with anyio.CancelScope(deadline=soft_deadline()):  # what there is must still arrive in time
            async with anyio.create_task_group() as group:  # engines are other programs: we survey meanwhile
                group.start_soon(survey)
                for number, target in enumerate(opened.targets):
                    done = READ_SHARE + (1 - READ_SHARE) * number / len(opened.targets)
                    await report_progress(done, 1.0, "asking engines")
                    answers.append(await self.answer(opened, target))
            around = await self._surroundings.seen(opened.sides, reports, answers, use_of(question.policy))
        answers += [self._not_answered(opened, target) for target in opened.targets[len(answers) :]]
        report = report_of(opened.sides, answers, self.not_checked(opened), around, opened.wishes)
        return replace(report, retry_with=question.arguments()) if around.cut_short else report

    def _not_answered(self, opened: Opened, target: Target) -> Answered:
        """What algebra says about a target that no engine was asked about in time."""
        names = ecosystems_of(opened.subjects, opened.wishes)
        return Answered(
            target,
            tuple(Checked(name, "unknown", "nothing", "limit_hit") for name in names),
            runtimes_of(opened.subjects, target),
            runtime_conflicts(opened.subjects, target),
        )

    async def open(self, question: JointQuestion) -> Opened:
        """Read every source and settle the targets. Raises as `check`."""
        wishes = wishes_of(question.policy, question.constraints, question.added, question.exclude_newer)
        use_of(question.policy)
        given = _distinct([parse_target(text) for text in question.targets])
        _refuse_unfit(question)
        sides = await self._reader.read(question.sources)
        if all(side.error is not None for side in sides) and sides[0].error is not None:
            raise sides[0].error
        await report_progress(READ_SHARE, 1.0, f"{len(sides)} repositories read")
        subjects = [side.subject for side in sides if side.subject is not None]
        wanted: list[Target | None] = [*given] or [None]
        targets = [derived_target(one, subjects, wishes.exclude_newer) for one in wanted]
        return Opened(question, tuple(sides), wishes, tuple(targets))

    async def answer(self, opened: Opened, target: Target) -> Answered:
        """What the checks say about one target, in the order of the ecosystems' names."""
        names = ecosystems_of(opened.subjects, opened.wishes)
        found: dict[str, Checked] = {}

        async def ask(name: str) -> None:
            found[name] = await self._checks[name].check(opened.subjects, target, opened.wishes)

        async with anyio.create_task_group() as group:
            for name in names:
                if name in self._checks:
                    group.start_soon(ask, name)
        for name in names:
            if name not in self._checks:
                note = "no rules for this ecosystem yet: its requirements were listed, not compared"
                found[name] = Checked(name, "unknown", "nothing", "not_supported", notes=(note,))
        left_out = [one for one in self.not_checked(opened) if _hides_all(one, opened.wishes)]
        hidden = {_reader_of(one)[0]: one for one in reversed(left_out)}
        return Answered(
            target,
            tuple(_doubted(found[name], hidden.get(name)) for name in sorted(found)),
            runtimes_of(opened.subjects, target),
            runtime_conflicts(opened.subjects, target),
            runtime_fixes(opened.subjects) if opened.wishes.fixes else (),
        )

    def not_checked(self, opened: Opened) -> tuple[NotChecked, ...]:
        """What no engine was told, of every ecosystem in turn."""
        found: list[NotChecked] = []
        for name in ecosystems_of(opened.subjects, opened.wishes):
            if name in self._checks:
                found += self._checks[name].not_checked(opened.subjects, opened.wishes)
        return tuple(sorted(found, key=lambda one: (one.subject, one.path, one.line)))


def _hides_all(one: NotChecked, wishes: Wishes) -> bool:
    """Whether a place that was not read may hold any number of requirements: a list that code makes, a broken file."""
    if one.reason.endswith(".computed-optional"):
        return "optional" in wishes.scopes
    broken = one.reason.startswith("dependencies.") and not _reader_of(one)[1].startswith("locks.")
    return broken or one.reason.endswith(".computed")


def _reader_of(one: NotChecked) -> tuple[str, str]:
    """Ecosystem and reader; only an included requirements file has a name of its own."""
    return reader_of(one.path) or INCLUDED


def _doubted(checked: Checked, hidden: NotChecked | None) -> Checked:
    """`compatible` is not proven while a list of requirements is unknown; what was proven otherwise stands."""
    if hidden is None or checked.verdict != "compatible":
        return checked
    note = f"What {hidden.path} asks for is not all known ({hidden.reason})."
    return replace(checked, verdict="unknown", reason="not_static", notes=(*checked.notes, note))


_WITHOUT_VERSIONS = frozenset(("docker", "github_actions", "gitlab_ci", "circleci", "pre-commit", "native", "make"))
"""What stands there never meets in one resolution: each image, action and hook lives by itself."""


def ecosystems_of(subjects: Sequence[Subject], wishes: Wishes) -> tuple[str, ...]:
    """Ecosystems in which somebody asks for something that counts, or is a package; sorted."""
    found = {
        one.ecosystem
        for subject in subjects
        for one in subject.joined.direct
        if one.asked.scope in wishes.scopes or one.asked.scope == "peer"
    }
    found |= {one.ecosystem for subject in subjects for one in subject.published}
    found |= {wished_for(text)[0] for text in (*wishes.added, *wishes.constraints)}
    return tuple(sorted(found - _WITHOUT_VERSIONS))


def _distinct(targets: list[Target]) -> list[Target]:
    return list(dict.fromkeys(targets))


def _refuse_unfit(question: JointQuestion) -> None:
    if not 1 <= len(question.sources) <= MAX_SOURCES:
        raise InvalidArgument(f"sources takes 1 to {MAX_SOURCES} repositories.", hint="Name two or more to compare.")
    if len(question.targets) > MAX_TARGETS:
        raise InvalidArgument(f"targets takes at most {MAX_TARGETS}.", hint="Ask twice.")
    plain = [source.strip().rstrip("/") for source in question.sources]
    twice = next((source for number, source in enumerate(plain) if source in plain[:number]), None)
    if twice is not None:
        raise InvalidArgument(
            f"{twice[:100]!r} is named twice.", hint="Name each repository once; two states of one as X@v1 X@v2."
        )
