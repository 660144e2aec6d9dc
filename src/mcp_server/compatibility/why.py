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
    """Asks for a newer one, and again with those above it as they are; the proofs name who is against it."""
    grammar, question = about.grammar, about.posed.question
    plain = question.prereleases == "if-necessary" and all(grammar.final(pin.version) for pin in about.pins)
    asked = replace(question, prereleases="disallow") if plain else question
    wanted = (*question.constraints, grammar.above(told.package, told.version))
    answer = await about.engine.solve(replace(asked, constraints=wanted))
    start = _beginning(told)
    if isinstance(answer, Unknown):
        return replace(told, sentence=f"{start}; whether one could be taken is unknown ({answer.reason}).")
    held = {**_askers(told.package, about), **(_fallen(told, answer, about) if isinstance(answer, Solved) else {})}
    above = [grammar.exact(name, version) for name, version in sorted(held.items())]
    beside = await about.engine.solve(replace(asked, constraints=(*wanted, *above))) if above else answer
    proofs = [one for one in (answer, beside) if isinstance(one, Unsolved)]
    holders = _holders(told, proofs, about)
    by = f": {_names(holders)}" if holders else ""
    if isinstance(answer, Solved):
        return replace(told, sentence=f"{start}{by}. {_possible(told, answer, about)}", held_by=holders, verified=True)
    none = "It cannot be taken" if told.newer_count == 1 else "None of them can be taken"
    return replace(told, sentence=f"{start}. {none}{by}.", held_by=holders, verified=True)


def _beginning(told: Explanation) -> str:
    if told.newer_count == 1:
        return f"{told.package} is {told.version}, and there is {told.newer[0]}"
    return f"{told.package} is {told.version}, and there are {told.newer_count} newer, up to {told.newer[0]}"


def _askers(name: str, about: Explained) -> dict[str, str]:
    """The packages that ask for it with their versions; of several versions of one nobody knows which."""
    versions: dict[str, list[str]] = {}
    for pin in about.pins:
        versions.setdefault(pin.name, []).append(pin.version)
    askers = sorted({asker for pin in about.pins if pin.name == name for asker in pin.via if asker in versions})
    return {asker: versions[asker][0] for asker in askers if len(versions[asker]) == 1 and asker != name}


def _fallen(told: Explanation, other: Solved, about: Explained) -> dict[str, str]:
    """The packages that another solution takes in an earlier version, with the one that they have."""
    before = {pin.name: pin.version for pin in about.pins}
    after = {pin.name: pin.version for pin in other.pins if pin.name != told.package}
    return {
        name: before[name]
        for name, version in sorted(after.items())
        if name in before and about.grammar.later(before[name], version)
    }


def _possible(told: Explanation, other: Solved, about: Explained) -> str:
    """What else would move: a resolver takes the newest of each package in turn, and somebody is last."""
    name = told.package
    after = {pin.name: pin.version for pin in other.pins}
    lower = [f"{one} falls from {was} to {after[one]}" for one, was in _fallen(told, other, about).items()]
    more = f" and {len(lower) - MAX_MOVED} more fall" if len(lower) > MAX_MOVED else ""
    shown = ", ".join(lower[:MAX_MOVED]) + more
    if name not in after:
        return f"Asked for a newer one, the resolver does without it: {shown or 'nothing needs it then'}."
    return f"{name} {after[name]} could be taken" + (f"; then {shown}." if lower else ": ask for it with a constraint.")


def _names(holders: Sequence[Holder]) -> str:
    told = [f"{one.asker} asks for {one.constraint}" for one in holders[:2]]
    return ", and ".join(told) + (f", and {len(holders) - 2} more" if len(holders) > 2 else "")


def _holders(told: Explanation, proofs: Sequence[Unsolved], about: Explained) -> tuple[Holder, ...]:
    """The constraints of the proofs that say no to newer ones: repositories' own first, then those of packages as they
    are in the lock. When none does by itself, those on what newer ones need."""
    labels = {about.posed.label(ask.subject) for ask in about.posed.asks}

    def excluded(edge: Edge) -> int:
        return sum(not about.grammar.allows(edge.constraint, one) for one in told.newer)

    edges = dict.fromkeys(_of_lock(edge, about) or edge for proof in proofs for edge in proof.edges)
    against = [edge for edge in edges if edge.name == told.package and excluded(edge)]
    own = [edge for edge in against if edge.asker in labels or _of_lock(edge, about)] or against
    if not own:
        needs = {edge.name for edge in edges if edge.asker == told.package}
        own = [edge for edge in edges if edge.name in needs and edge.constraint and edge.asker != told.package]
    ordered = sorted(own, key=lambda edge: (edge.asker not in labels, -excluded(edge), edge))
    return tuple(holder for edge in ordered[:MAX_HOLDERS] for holder in _holder(edge, about))


def _of_lock(edge: Edge, about: Explained) -> Edge | None:
    """The same of the asker's version in the lock, when the proof speaks of versions among which that is."""
    for pin in about.pins:
        if pin.name == edge.asker and (edge.version == pin.version or about.grammar.allows(edge.version, pin.version)):
            return edge._replace(version=pin.version)
    return None


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
