"""Why a package has its version: who asks for it, which releases are newer, and what an engine says against those.

One question beside the lock's own: the same with "newer than this". Its proof names who holds the package back.
Below: the engine, `dependencies/lock`. Above: `resolution`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import reduce

from plumbrule.core.errors import InvalidArgument
from plumbrule.core.facts import Evidence
from plumbrule.core.fields import nearest
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.words import evidence, word
from plumbrule.mcp_server.compatibility.resolution_report import Explanation, Holder, Reason
from plumbrule.mcp_server.dependencies.joint.question import Edge, Engine, Pin, Question, Solved, Unknown, Unsolved
from plumbrule.mcp_server.dependencies.lock.grammar import Grammar
from plumbrule.mcp_server.dependencies.lock.model import Asking
from plumbrule.mcp_server.dependencies.lock.posed import Posed

MAX_NEWER = 50
MAX_HOLDERS = 12
MAX_REASONS = 20
MAX_MOVED = 6


Askings = Callable[[str], Sequence[Asking]]


@dataclass(frozen=True, slots=True)
class Explained:
    """A solution that something of is explained: of which question, by which engine, in whose grammar."""

    engine: Engine
    posed: Posed
    pins: Sequence[Pin]
    askings: Askings
    grammar: Grammar


async def explanation_of(name: str, about: Explained) -> Explanation:
    """Why the package of this name has its version.

    Raises:
        InvalidArgument: it is not in the joint set.
    """
    wanted = about.grammar.name(name)
    pins = [pin for pin in about.pins if pin.name == wanted]
    if not pins:
        near = nearest(wanted, [pin.name for pin in about.pins])
        raise InvalidArgument(
            f"{wanted[:80]!r} is not in the joint set." + (f" Did you mean {near!r}?" if near else ""),
            hint="Without explain the result lists all packages.",
        )
    pin = reduce(lambda one, other: other if about.grammar.later(other.version, one.version) else one, pins)
    question = about.posed.question
    versions = await about.engine.versions(wanted, question.target, question.exclude_newer)
    newer = [one for one in versions if about.grammar.later(one, pin.version)]
    reasons = _reasons(wanted, about.askings(wanted))[:MAX_REASONS]
    told = Explanation(wanted, pin.version, "", reasons, tuple(newer[:MAX_NEWER]), len(newer))
    if not newer:
        return replace(told, sentence=_newest(pin, question, known=bool(versions)), verified=bool(versions))
    return await _against_newer(told, about)


def _newest(pin: Pin, question: Question, *, known: bool) -> str:
    if not known:
        return f"{pin.name} is {pin.version}; which releases are newer could not be found out."
    until = f" until {question.exclude_newer}" if question.exclude_newer else ""
    return f"{pin.name} is {pin.version}, the newest final release for this target{until}."


async def _against_newer(told: Explanation, about: Explained) -> Explanation:
    """Asks for a newer one; the proof that there is none names who is against it."""
    question = about.posed.question
    above = about.grammar.above(told.package, told.version)
    plain = question.prereleases == "if-necessary" and all(about.grammar.final(pin.version) for pin in about.pins)
    asked = replace(question, prereleases="disallow") if plain else question
    answer = await about.engine.solve(replace(asked, constraints=(*question.constraints, above)))
    newest = told.newer[0]
    count = f"{told.newer_count} newer" if told.newer_count > 1 else "one newer"
    start = f"{told.package} is {told.version}, and there are {count}, up to {newest}"
    if told.newer_count == 1:
        start = f"{told.package} is {told.version}, and there is {newest}"
    if isinstance(answer, Unknown):
        return replace(told, sentence=f"{start}; whether one could be taken is unknown ({answer.reason}).")
    if isinstance(answer, Solved):
        return replace(told, sentence=f"{start}. {_possible(told.package, answer, about)}", verified=True)
    holders = tuple(_holders(told, answer, about))
    by = f": {_names(holders)}" if holders else ""
    none = "It cannot be taken" if told.newer_count == 1 else "None of them can be taken"
    return replace(told, sentence=f"{start}. {none}{by}.", held_by=holders, verified=True)


def _possible(name: str, other: Solved, about: Explained) -> str:
    """What else would move: a resolver takes the newest of each package in turn, and somebody is last."""
    before = {pin.name: pin.version for pin in about.pins}
    after = {pin.name: pin.version for pin in other.pins}
    lower = [
        f"{one} falls from {before[one]} to {version}"
        for one, version in sorted(after.items())
        if one != name and one in before and about.grammar.later(before[one], version)
    ]
    more = f" and {len(lower) - MAX_MOVED} more fall" if len(lower) > MAX_MOVED else ""
    shown = ", ".join(lower[:MAX_MOVED]) + more
    what = f"{name} {after[name]} could be taken" if name in after else "Without it there is a solution too"
    return f"{what}; then {shown}." if lower else f"{what} as well; ask for it with a constraint."


def _names(holders: Sequence[Holder]) -> str:
    told = [f"{one.asker} asks for {one.constraint}" for one in holders[:2]]
    return ", and ".join(told) + (f", and {len(holders) - 2} more" if len(holders) > 2 else "")


def _holders(told: Explanation, answer: Unsolved, about: Explained) -> Iterable[Holder]:
    """The constraints of the proof that say no to newer ones; when none does by itself, those on what they need."""

    def excluded(edge: Edge) -> int:
        return sum(not about.grammar.allows(edge.constraint, one) for one in told.newer)

    edges = [edge for edge in answer.edges if edge.name == told.package and excluded(edge)]
    if not edges:
        needs = {edge.name for edge in answer.edges if edge.asker == told.package}
        edges = [edge for edge in answer.edges if edge.name in needs and edge.constraint]
    seen: set[tuple[str, str, str]] = set()
    for edge in sorted(edges, key=lambda one: (-excluded(one), one)):
        key = (edge.asker, edge.name, edge.constraint)
        if key not in seen and len(seen) < MAX_HOLDERS:
            seen.add(key)
            yield from _holder(edge, about)


def _holder(edge: Edge, about: Explained) -> Iterable[Holder]:
    """A repository's own statements, each with its place; a package with what leads to it."""
    posed = about.posed
    own = [
        ask
        for ask in posed.asks
        if ask.name == edge.name and ask.kind != "runtime" and posed.label(ask.subject) == edge.asker
    ]
    for ask in own:
        yield Holder(edge.asker, word(ask.written), evidence(ask.path, ask.rule, ask.line) if ask.path else None)
    if not own:
        asker = word(f"{edge.asker} {edge.version}".strip())
        reasons = _reasons(edge.asker, about.askings(edge.asker))
        yield Holder(asker, word(f"{edge.name}{edge.constraint}"), None, reasons)


def _reasons(name: str, askings: Iterable[Asking]) -> tuple[Reason, ...]:
    return tuple(
        Reason(name, one.repository, one.requirement, Evidence(one.at, one.rule) if one.at else None, one.through)
        for one in askings
    )
