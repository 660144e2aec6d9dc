"""The check of an ecosystem by its declared ranges: exact about direct requirements, honest about all others.

Below: `gathered` statements, `clashing`, `fixing`, `locked`. Above: `static/build`, `compatibility/check`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from anyio.lowlevel import checkpoint

from plumbrule.mcp_server.dependencies.joint.asks import NotChecked, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Alone, Checked, Conflict, EngineFact
from plumbrule.mcp_server.dependencies.joint.static.clashing import joint_clashes, own_faults
from plumbrule.mcp_server.dependencies.joint.static.fixing import fixes_of
from plumbrule.mcp_server.dependencies.joint.static.locked import basis_of, differing, least_packages, locked_packages
from plumbrule.mcp_server.dependencies.joint.static.once import once_clashes
from plumbrule.mcp_server.dependencies.joint.static.outdated import outdated_in, told
from plumbrule.mcp_server.dependencies.joint.static.rules import Rules
from plumbrule.mcp_server.dependencies.joint.static.statements import Gathered, Statement, gathered
from plumbrule.mcp_server.dependencies.joint.static.telling import conflict_of
from plumbrule.mcp_server.dependencies.joint.targets import Target

ENGINE = "range-algebra"
ENGINE_VERSION = "1"
MAX_CONFLICTS = 50
MAX_NOTES = 20
BETWEEN_PAUSES = 20
_UNKNOWN = (
    "direct requirements were compared by exact range algebra; what their packages ask for in turn was not resolved, "
    "because no registry was asked, and neither whether such versions exist."
)


@dataclass(frozen=True, slots=True)
class Found:
    """The clashes of one ecosystem; `clashing` holds all statements of each package that clashes over repositories."""

    conflicts: tuple[Conflict, ...]
    clashing: tuple[tuple[Statement, ...], ...]
    faulty: frozenset[int]
    of_ranges: int
    """How many of the conflicts are of version ranges."""


class DeclaredCheck:
    """An `EcosystemCheck` without an engine."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    @property
    def ecosystem(self) -> str:
        return self._rules.ecosystem

    def not_checked(self, subjects: Sequence[Subject], wishes: Wishes) -> Sequence[NotChecked]:
        """Places, overrides, unreadable ranges and computed statements."""
        return gathered(self._rules, subjects, wishes).not_checked

    async def check(self, subjects: Sequence[Subject], target: Target, wishes: Wishes) -> Checked:
        """The verdict; the target's platform and runtimes play no part in it."""
        del target
        rules = self._rules
        known = gathered(rules, subjects, wishes)
        found = await clashes(rules, subjects, wishes, known)
        packages = locked_packages(rules, subjects, wishes)
        packages += least_packages(rules, subjects, known.statements, packages)
        basis = basis_of(rules, subjects, wishes)
        unreadable = bool(known.faults) and not found.conflicts
        of_ranges = len(found.conflicts) == found.of_ranges and not found.faulty
        fixes = fixes_of(rules, subjects, found.clashing) if wishes.fixes and of_ranges else ()
        return Checked(
            rules.ecosystem,
            "incompatible" if found.conflicts else "unknown" if unreadable else "compatible",
            basis,
            reason="unreadable" if unreadable else "",
            blockers=tuple(sorted({path for _, path in known.faults})) if unreadable else (),
            conflicts=found.conflicts,
            fixes=fixes,
            packages=packages,
            alone=alone_of(rules, subjects, known, found.faulty),
            engines=(EngineFact(ENGINE, ENGINE_VERSION, 1),),
            limits_hit=limits_of(known, found),
            notes=tuple(notes_of(rules, subjects, known, basis, differing(rules, packages))),
        )


async def clashes(rules: Rules, subjects: Sequence[Subject], wishes: Wishes, known: Gathered) -> Found:
    """Own faults first; a repository with one for a package takes no part in the joint question about it."""
    conflicts: list[Conflict] = list(once_clashes(rules, subjects, wishes))
    once = len(conflicts)
    clashing: list[tuple[Statement, ...]] = []
    faulty: set[int] = set()
    for at, subject in enumerate(subjects) if wishes.locked else ():
        for pair in islice(outdated_in(rules, at, subject), MAX_CONFLICTS):
            conflicts.append(conflict_of(rules, subjects, pair, "lock", len(conflicts) + 1))
            faulty.add(at)
    for number, (_, statements) in enumerate(sorted(known.by_name().items())):
        if number % BETWEEN_PAUSES == 0:
            await checkpoint()  # pure work, but thousands of hostile ranges take seconds: others have their turn
        if len(conflicts) >= MAX_CONFLICTS:
            break
        own = own_faults(rules, statements)
        guilty = {one.subject for members in own for one in members}
        joint = joint_clashes(rules, [one for one in statements if one.subject not in guilty])
        faulty |= guilty
        for members in own:
            conflicts.append(conflict_of(rules, subjects, members, "alone", len(conflicts) + 1))
        for members in joint:
            conflicts.append(conflict_of(rules, subjects, members, "static", len(conflicts) + 1))
        if joint:
            clashing.append(tuple(statements))
    kept = tuple(conflicts[:MAX_CONFLICTS])
    return Found(kept, tuple(clashing), frozenset(faulty), len(kept) - once)


def alone_of(rules: Rules, subjects: Sequence[Subject], known: Gathered, faulty: frozenset[int]) -> tuple[Alone, ...]:
    """How each repository stands that asks for something."""
    unreadable = {at for at, _ in known.faults}
    found: list[Alone] = []
    for at, subject in enumerate(subjects):
        if at in faulty:
            found.append(Alone(at, "incompatible"))
        elif at in unreadable:
            found.append(Alone(at, "unknown", "unreadable"))
        elif any(one.ecosystem == rules.ecosystem for one in subject.joined.direct):
            found.append(Alone(at, "compatible"))
    return tuple(found)


def limits_of(known: Gathered, found: Found) -> tuple[str, ...]:
    limits = ["static.statements"] if known.cut else []
    return (*limits, "static.conflicts") if len(found.conflicts) >= MAX_CONFLICTS else tuple(limits)


def notes_of(rules: Rules, subjects: Sequence[Subject], known: Gathered, basis: str, locked: str) -> list[str]:
    """What was not known or was assumed, one sentence each."""
    notes = [f"{rules.title}: {_UNKNOWN}"]
    if basis == "locks" and locked:
        notes.append(locked)
    if known.conditional:
        notes.append(f"{known.conditional} requirements under conditions (platforms, frameworks) were not compared.")
    if known.managed:
        notes.append(f"{known.managed} requirements take their version from outside of what was read.")
    for at, subject in enumerate(subjects):
        pair = next(outdated_in(rules, at, subject), None)
        if pair is not None:
            notes.append(f"{subjects[at].label}: {told(pair)}")
    for at, path in known.faults[:MAX_NOTES]:
        notes.append(f"{subjects[at].label}: {path} could not be read.")
    return notes[:MAX_NOTES]
