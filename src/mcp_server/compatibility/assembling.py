"""The parts of an answer put together: one verdict, conflicts and fixes under stable ids, texts made safe."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from plumbrule.mcp_server.analysis.words import evidence
from plumbrule.mcp_server.compatibility.answered import ORDER, Answered, joint_set
from plumbrule.mcp_server.compatibility.cleaned import cleaned
from plumbrule.mcp_server.compatibility.report import (
    SCHEMA,
    CompatibilityReport,
    EcosystemFact,
    NotCheckedFact,
    RepositoryFact,
    TargetVerdict,
)
from plumbrule.mcp_server.compatibility.rules.target_facts import target_fact
from plumbrule.mcp_server.compatibility.subject import Side
from plumbrule.mcp_server.compatibility.surroundings import Around
from plumbrule.mcp_server.dependencies.joint.asks import NotChecked, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import (
    BlockedFix,
    Checked,
    Conflict,
    EngineFact,
    Fix,
    Verdict,
)
from plumbrule.mcp_server.dependencies.joint.targets import Target, shown

UNTRUSTED = (
    "/summary",
    "/repositories",
    "/conflicts",
    "/fixes",
    "/blocked_fixes",
    "/runtimes",
    "/ecosystems",
    "/licences",
    "/interfaces",
    "/vulnerabilities",
    "/packages",
    "/engine",
)
T = TypeVar("T", Conflict, Fix)


def report_of(
    sides: Sequence[Side],
    answers: Sequence[Answered],
    not_checked: Sequence[NotChecked],
    around: Around,
    wishes: Wishes,
) -> CompatibilityReport:
    """The public result. `answers` holds one for each target, in the caller's order.

    `wishes` say which statements took part, and what the caller added.
    """
    several = len(answers) > 1
    verdicts = [one.verdict(sides) for one in answers]
    worst = min(range(len(answers)), key=lambda at: ORDER.index(verdicts[at][0]))
    verdict, reason = verdicts[worst]
    conflicts = _numbered("C", _merged([(one.target, one.conflicts) for one in answers], several=several))
    fixes = _numbered("F", _merged([(one.target, _fixes_of(one)) for one in answers], several=several))
    first = answers[worst]
    report = CompatibilityReport(
        schema=SCHEMA,
        verdict=verdict,
        summary=_summary(verdict, reason, first, sides, conflicts, fixes, wishes.added),
        target=target_fact(first.target),
        repositories=tuple(
            _repository(number, side, first, not_checked, around, wishes) for number, side in enumerate(sides)
        ),
        reason=reason or None,
        conflicts=conflicts,
        fixes=fixes,
        blocked_fixes=_distinct([one for each in answers for checked in each.checked for one in checked.blocked]),
        runtimes=first.runtimes,
        ecosystems=tuple(_ecosystem(one, sides) for one in first.checked),
        licences=around.licences,
        interfaces=around.interfaces,
        vulnerabilities=around.vulnerabilities,
        packages=joint_set(answers),
        targets=tuple(
            TargetVerdict(target_fact(one.target), each[0], each[1] or None)
            for one, each in zip(answers, verdicts, strict=True)
        )
        if several
        else (),
        engine=_engines(answers),
        limits_hit=tuple(
            dict.fromkeys(
                [limit for each in answers for one in each.checked for limit in one.limits_hit]
                + [*around.limits_hit]
                + ["survey.manifests" for side in sides if side.asked is not None and side.asked.cut]
            )
        ),
        untrusted=UNTRUSTED,
    )
    return with_live_pointers(cleaned(report))


def with_live_pointers(report: CompatibilityReport) -> CompatibilityReport:
    """The report with `untrusted` naming only fields that are there."""
    return replace(report, untrusted=tuple(one for one in UNTRUSTED if getattr(report, one[1:])))


def numbered_fixes(answer: Answered) -> tuple[Fix, ...]:
    """The fixes of one target under the ids that a report about it alone gives them."""
    return _numbered("F", _merged([(answer.target, _fixes_of(answer))], several=False))


def _fixes_of(answer: Answered) -> tuple[Fix, ...]:
    return (*answer.runtime_fixes, *(fix for one in answer.checked for fix in one.fixes))


def _merged(by_target: Sequence[tuple[Target, Sequence[T]]], *, several: bool) -> list[T]:
    """The same thing under several targets once, with the targets that it holds for."""
    found: dict[object, tuple[T, list[str]]] = {}
    for target, items in by_target:
        for item in items:
            bare = replace(item, id="", targets=())
            found.setdefault(bare, (bare, []))[1].append(shown(target))
    return [replace(one, targets=tuple(targets) if several else ()) for one, targets in found.values()]


def _numbered(letter: str, items: Sequence[T]) -> tuple[T, ...]:
    return tuple(replace(one, id=f"{letter}{number}") for number, one in enumerate(items, 1))


def _distinct(items: Sequence[BlockedFix]) -> tuple[BlockedFix, ...]:
    return tuple(dict.fromkeys(items))


def _repository(
    number: int,
    side: Side,
    answer: Answered,
    not_checked: Sequence[NotChecked],
    around: Around,
    wishes: Wishes,
) -> RepositoryFact:
    if side.subject is None:
        error = side.error
        assert error is not None  # a side is read or says why not
        told = {"code": error.code, "message": error.message, "hint": error.hint}
        return RepositoryFact(side.label, side.source, error={name: text for name, text in told.items() if text})
    left_out = [one for one in not_checked if one.subject == number]
    alone: list[Verdict] = [one.verdict for checked in answer.checked for one in checked.alone if one.subject == number]
    return RepositoryFact(
        label=side.label,
        source=side.source,
        resolves_alone=min(alone, key=ORDER.index, default=None),
        parsed=sum(one.asked.scope in wishes.scopes and not one.asked.reference for one in side.subject.joined.direct),
        ecosystems=tuple(sorted({one.ecosystem for one in side.subject.joined.direct})),
        licence=around.expressions[number] if around.expressions else None,
        not_checked=tuple(
            NotCheckedFact(_written(one, side.subject), evidence(one.path, one.reason, one.line)) for one in left_out
        ),
    )


_OPTIONS = {"include": "-r", "constraints": "-c"}


def _written(one: NotChecked, subject: Subject) -> str:
    """The statement as it stands in the file; an include that was not followed by its option and name."""
    reading = subject.joined.readings.get(one.path)
    if one.written or reading is None:
        return one.written
    facts = (fact for fact in reading.facts if fact.line == one.line and fact.kind in _OPTIONS)
    return next((f"{_OPTIONS[fact.kind]} {fact.name}" for fact in facts), "")


def _ecosystem(checked: Checked, sides: Sequence[Side]) -> EcosystemFact:
    asking = [
        side.label
        for side in sides
        if side.subject is not None and any(one.ecosystem == checked.ecosystem for one in side.subject.joined.direct)
    ]
    return EcosystemFact(
        checked.ecosystem,
        checked.verdict,
        checked.basis,
        tuple(asking),
        checked.reason or None,
        checked.blockers,
        checked.notes,
    )


def _engines(answers: Sequence[Answered]) -> tuple[EngineFact, ...]:
    """Each engine once; its calls for all targets together."""
    calls: Counter[tuple[str, str]] = Counter()
    said: dict[tuple[str, str], str] = {}
    for one in (engine for answer in answers for checked in answer.checked for engine in checked.engines):
        calls[one.name, one.version] += one.calls
        said.setdefault((one.name, one.version), one.said)
    return tuple(EngineFact(name, version, calls[name, version], said[name, version]) for name, version in said)


REASONS = {
    "unreadable": "a repository could not be read",
    "needs_build": "a package would have to be built to know what it asks for",
    "unreachable": "the package index was not reachable",
    "missing_package": "the index has no such package",
    "limit_hit": "a limit was hit first",
    "engine_missing": "the program that resolves these packages is not installed",
    "engine_failed": "the resolver failed",
    "not_static": "only running its code could tell what a repository asks for",
    "not_supported": "there are no rules for one of the ecosystems yet",
}


def _summary(
    verdict: Verdict,
    reason: str,
    answer: Answered,
    sides: Sequence[Side],
    conflicts: Sequence[Conflict],
    fixes: Sequence[Fix],
    added: Sequence[str],
) -> str:
    names = [side.label for side in sides] + [f"{text} (added)" for text in added]
    who = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    on = f"on {shown(answer.target)}"
    if verdict == "compatible":
        count = sum(len(one.packages) for one in answer.checked)
        return f"{who}: compatible {on}" + (f", {count} packages together." if count else ".")
    if verdict == "unknown":
        blockers = [name for one in answer.checked for name in one.blockers][:5]
        about = f" ({', '.join(blockers)})" if blockers else ""
        return f"{who}: unknown {on}: {REASONS.get(reason, reason)}{about}."
    first = conflicts[0].sentence if conflicts else ""
    more = f" {len(conflicts) - 1} more conflicts." if len(conflicts) > 1 else ""
    helps = f" {len(fixes)} smallest fixes were verified." if len(fixes) > 1 else ""
    helps = " One smallest fix was verified." if len(fixes) == 1 else helps
    return f"{who}: incompatible {on}. {first}{more}{helps}"
