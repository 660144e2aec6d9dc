"""No lock without a solution: why there is none, and what was proven to help, as the error that a caller reads."""

from collections.abc import Container, Mapping, Sequence

from plumbrule.core.errors import Incompatible, InvalidArgument, PlumbruleError, Undecided
from plumbrule.mcp_server.analysis.words import word
from plumbrule.mcp_server.compatibility.answered import Answered
from plumbrule.mcp_server.compatibility.assembling import REASONS
from plumbrule.mcp_server.compatibility.subject import Side
from plumbrule.mcp_server.dependencies.joint.findings import Change, Conflict, Fix
from plumbrule.mcp_server.dependencies.joint.question import Unknown
from plumbrule.mcp_server.dependencies.joint.targets import shown

MAX_CONFLICTS = 3
MAX_FIXES = 4
MAX_SENTENCE_CHARACTERS = 500
MAX_BLOCKERS = 5
LATER = ("unreachable", "limit_hit", "engine_failed")
"""Reasons that another call may not meet."""


def unreadable(sides: Sequence[Side]) -> PlumbruleError | None:
    """A source that could not be read: a lock without it would be of another question. None when all were read."""
    failed = [side for side in sides if side.error is not None]
    if not failed or failed[0].error is None:
        return None
    error = failed[0].error
    others = f" Nor could {len(failed) - 1} others be read." if len(failed) > 1 else ""
    return type(error)(
        f"{failed[0].label} could not be read: {error.message}{others}",
        hint=error.hint,
        retry_after_s=error.retry_after_s,
    )


def refusal(
    answered: Answered,
    fixes: Sequence[Fix],
    ecosystems: Sequence[str],
    resolved: Container[str],
    arguments: Mapping[str, object],
) -> PlumbruleError | None:
    """Why there is no lock; None when none of the ecosystems clashes, and those that are `resolved` have a solution."""
    runtimes = {"python": "python", "javascript": "node"}
    about = {runtimes.get(one, one) for one in ecosystems}
    conflicts = [one for one in answered.runtime_conflicts if about & set(one.packages)]
    checked = [one for one in answered.checked if one.ecosystem in ecosystems]
    conflicts += [conflict for one in checked for conflict in one.conflicts]
    if conflicts or any(one.verdict == "incompatible" for one in checked):
        helpful = [one for one in fixes if one.ecosystem in ecosystems]
        return incompatible(answered, conflicts, helpful, arguments)
    for one in checked:
        if one.verdict == "unknown" and one.ecosystem in resolved:
            return undecided(answered, one.reason, one.blockers)
    return None


def incompatible(
    answered: Answered, conflicts: Sequence[Conflict], fixes: Sequence[Fix], arguments: Mapping[str, object]
) -> Incompatible:
    """The chain of each conflict in plain words; the fixes by their ids, or what could be relaxed."""
    told = [word(one.sentence, MAX_SENTENCE_CHARACTERS) for one in conflicts[:MAX_CONFLICTS]]
    if len(conflicts) > MAX_CONFLICTS:
        told.append(f"And {len(conflicts) - MAX_CONFLICTS} more conflicts.")
    retry = {**arguments, "fix": fixes[0].id} if fixes else None
    return Incompatible(
        f"There is no joint lock for {shown(answered.target)}: " + " ".join(told),
        hint=_helps(fixes) if fixes else _relaxable(conflicts),
        retry_with=retry,
    )


def _helps(fixes: Sequence[Fix]) -> str:
    told = [f"{one.id}: {'; '.join(map(edit_words, one.changes))}" for one in fixes[:MAX_FIXES]]
    more = f" And {len(fixes) - MAX_FIXES} more." if len(fixes) > MAX_FIXES else ""
    return f"Verified changes: {'. '.join(told)}.{more} Call again with fix={fixes[0].id} to lock as if it were made."


def edit_words(one: Change) -> str:
    """`repo-a: numpy<2 becomes numpy<3`."""
    return f"{one.repository}: {word(one.requirement)} " + (f"becomes {word(one.to)}" if one.to else "goes")


def _relaxable(conflicts: Sequence[Conflict]) -> str:
    """Where no fix was proven: the statements of which one has to give way."""
    members = [f"{one.repository}: {word(one.requirement)}" for conflict in conflicts[:1] for one in conflict.members]
    if not members:
        return "check_compatibility tells what was found out."
    return f"No change was verified. One of these has to be relaxed: {'; '.join(members[:6])}."


def undecided(answered: Answered, reason: str, blockers: Sequence[str] = (), said: str = "") -> Undecided:
    """Nobody could tell; why."""
    about = f" ({', '.join(word(name) for name in blockers[:MAX_BLOCKERS])})" if blockers else ""
    more = f" {word(said)}" if said else ""
    why = f"{REASONS.get(reason, reason)}{about}"
    return Undecided(
        f"Whether there is a joint lock for {shown(answered.target)} is unknown: {why}.{more}",
        hint="Try again later." if reason in LATER else "check_compatibility tells what was found out.",
    )


def undecided_by(answered: Answered, unknown: Unknown) -> Undecided:
    """The same from an engine's own answer."""
    return undecided(answered, unknown.reason, unknown.packages, unknown.said)


def fix_named(name: str, fixes: Sequence[Fix]) -> Fix:
    """The fix of this id.

    Raises:
        InvalidArgument: there is none of it, or none at all.
    """
    found = next((one for one in fixes if one.id.lower() == name.strip().lower()), None)
    if found is None:
        known = ", ".join(one.id for one in fixes)
        raise InvalidArgument(
            f"There is no fix {name[:20]!r} for this question.",
            hint=f"Fixes: {known}." if known else "It has a solution as it stands, or no fix was found: leave fix out.",
        )
    return found
