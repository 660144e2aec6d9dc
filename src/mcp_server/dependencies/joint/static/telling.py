"""Statements as members of conflicts, and the plain sentence that a set of them makes.

Below: `static/statements`. Above: the checks. Texts are cleaned where the report is put together.
"""

from collections.abc import Sequence

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.dependencies.joint.asks import Subject
from plumbrule.mcp_server.dependencies.joint.findings import Conflict, ConflictKind, Member
from plumbrule.mcp_server.dependencies.joint.static.rules import Rules
from plumbrule.mcp_server.dependencies.joint.static.statements import LOCK, OF_CALLER, Statement

MAX_TOLD = 6
CALLER = "your request"


def label_of(one: Statement, subjects: Sequence[Subject]) -> str:
    """The repository's label; the caller's own requirements have a side of their own."""
    return CALLER if one.subject == OF_CALLER else subjects[one.subject].label


def evidence_of(one: Statement) -> Evidence | None:
    """Where a statement stands, None for the caller's own."""
    if one.subject == OF_CALLER:
        return None
    return Evidence(f"{one.stated.path}:{one.stated.asked.line}", one.stated.asked.rule)


def member_of(one: Statement, subjects: Sequence[Subject]) -> Member:
    return Member(label_of(one, subjects), one.written, evidence_of(one), one.stated.asked.name)


def conflict_of(
    rules: Rules, subjects: Sequence[Subject], members: Sequence[Statement], kind: ConflictKind, number: int
) -> Conflict:
    """A proven set. `number` makes the id unique within its ecosystem."""
    return Conflict(
        id=f"{rules.ecosystem}-{number}",
        kind=kind,
        ecosystem=rules.ecosystem,
        packages=(members[0].stated.asked.name,),
        members=tuple(member_of(one, subjects) for one in members),
        sentence=sentence(rules, subjects, members, kind),
        verified=True,
    )


def sentence(rules: Rules, subjects: Sequence[Subject], members: Sequence[Statement], kind: ConflictKind) -> str:
    """Who asks for what, and that no version is all of it."""
    name = members[0].stated.asked.name
    told: dict[str, list[str]] = {}
    for one in members[:MAX_TOLD]:
        where = f" ({one.stated.path}:{one.stated.asked.line})" if kind in ("alone", "lock") and one.stated.path else ""
        told.setdefault(label_of(one, subjects), []).append(f"{one.constraint}{where}")
    verb = "locks" if all(one.stated.asked.rule == LOCK for one in members) else "asks for"
    asks = [f"{label} {verb} {name} {' and '.join(texts)}" for label, texts in told.items()]
    line = f"; {rules.title} takes only one of each compatible line" if rules.line is not None else ""
    pair = 2
    all_of = "that" if len(members) == 1 else "both" if len(members) == pair else "all of these"
    return f"{_listed(asks)}: no version of {name} is {all_of}{line}."


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
