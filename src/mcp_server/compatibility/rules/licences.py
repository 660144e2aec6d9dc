"""Whether the licences of a joint set allow it, under a stated combination. Never legal advice.

Direction: code flows from an inbound side into a work that is given out under the outbound side's licence, which that
side keeps. A package flows into the repository that uses it, by linking, whatever the repositories do with each other.
Repositories flow into each other, both ways, as `use` says; linked ones bring their packages along. So a pair may be
fine one way and not the other: GPL code cannot go into an MIT work, and MIT code can go into a GPL work.
`combined_under` then names the sides' licences under which the whole can be given out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from plumbrule.mcp_server.compatibility.report import LicencePair, Licences, LicenceSide, LicenceVerdict, Use
from plumbrule.mcp_server.compatibility.rules.licences_duties import duties_of
from plumbrule.mcp_server.compatibility.rules.licences_expressions import (
    Alternatives,
    Term,
    alternatives,
    outbound_choices,
)
from plumbrule.mcp_server.compatibility.rules.licences_families import members_of
from plumbrule.mcp_server.compatibility.rules.licences_pairs import Judgement, judged_pair
from plumbrule.mcp_server.compatibility.rules.licences_wording import because

MAX_PAIRS = 200
MAX_UNKNOWN = 200
"""Pairs and sides listed; further ones count in the verdict."""

_RANK: Mapping[LicenceVerdict, int] = {"compatible": 0, "review": 1, "incompatible": 2}
_NO_LICENCE = Judgement(
    "review",
    "licence-pair.unknown",
    "One side names no licence that can be read: without one all rights are reserved, so its owner has to be asked.",
)


def judged(sides: Sequence[LicenceSide], use: Use) -> Licences:
    """The verdict over all sides: repositories (`package` None) and the packages that each of them uses.

    A package whose licence nobody knows stands in `unknown` alone; with it the verdict is `review` at best.
    """
    unknown = [one for one in sides if _readable(one.expression) is None]
    flows = list(_flows(sides, use))
    found: dict[tuple[LicenceSide, LicenceSide], Judgement] = {}
    for inbound, outbound, how in flows:
        judgement = judged_expressions(inbound.expression, outbound.expression, how)
        if judgement.verdict != "compatible" and not (inbound.package and _readable(inbound.expression) is None):
            found[inbound, outbound] = judgement
    repositories = [one for one in sides if one.package is None]
    pairs = [
        _pair(inbound, outbound, one)
        for (inbound, outbound), one in found.items()
        if not _told(inbound, outbound, found, repositories)
    ]
    pairs += _without_common_choice(flows, found)
    pairs.sort(key=_order)
    return Licences(
        verdict=_worst_of([one.verdict for one in pairs], unknown=bool(unknown)),
        use=use,
        pairs=tuple(pairs[:MAX_PAIRS]),
        checked=len(flows),
        unknown=tuple(unknown[:MAX_UNKNOWN]),
        obligations=duties_of((one.expression for one in sides if one.expression), use),
        combined_under=_combined_under(sides, use),
    )


@lru_cache(maxsize=16384)
def judged_expressions(inbound: str | None, outbound: str | None, use: Use) -> Judgement:
    """One expression in a work under another: of each the best choice, and of a choice all its licences."""
    if inbound and (members := members_of(inbound)):
        return _of_family(inbound, members, outbound, use)
    offered, kept = _readable(inbound), _kept(outbound)
    if offered is None or kept is None:
        return _NO_LICENCE
    best: Judgement | None = None
    for given_out in kept:
        for choice in offered:
            one = _worst(choice, given_out, use)
            if best is None or _RANK[one.verdict] < _RANK[best.verdict]:
                best = one
        if best is not None and best.verdict == "compatible":
            return best
    return best or _NO_LICENCE


def _of_family(words: str, members: Sequence[str], outbound: str | None, use: Use) -> Judgement:
    """What holds for every member; where they differ, nobody can tell."""
    found = [judged_expressions(one, outbound, use) for one in members]
    if len({one.verdict for one in found}) == 1:
        return found[0]
    rule = "licence-pair.family"
    return Judgement("review", rule, because(rule, words, outbound or "", use))


def _worst(choice: Iterable[Term], given_out: Iterable[Term], use: Use) -> Judgement:
    found = [judged_pair(part, whole, use) for part in sorted(choice) for whole in sorted(given_out)]
    return max(found, key=lambda one: _RANK[one.verdict])


def _readable(expression: str | None) -> tuple[frozenset[Term], ...] | None:
    if expression is None or expression.upper() in ("NOASSERTION", "NONE"):
        return None
    if members := members_of(expression):
        return tuple(frozenset((Term(one),)) for one in members)
    return alternatives(expression)


def _flows(sides: Sequence[LicenceSide], use: Use) -> Iterator[tuple[LicenceSide, LicenceSide, Use]]:
    """What flows into what, and how."""
    repositories = [one for one in sides if one.package is None]
    for inbound in sides:
        for outbound in repositories:
            own = inbound.repository == outbound.repository
            if inbound.package is None:
                if not own:
                    yield inbound, outbound, use
            elif own or use == "linked":
                yield inbound, outbound, "linked"


def _told(
    inbound: LicenceSide,
    outbound: LicenceSide,
    found: Mapping[tuple[LicenceSide, LicenceSide], Judgement],
    repositories: Sequence[LicenceSide],
) -> bool:
    """Whether a package that another repository brings along is told by a nearer pair: with its own repository, or
    between the two repositories."""
    if inbound.package is None or inbound.repository == outbound.repository:
        return False
    own = [one for one in repositories if one.repository == inbound.repository]
    return any((inbound, one) in found or (one, outbound) in found for one in own)


def _without_common_choice(
    flows: Sequence[tuple[LicenceSide, LicenceSide, Use]],
    found: Mapping[tuple[LicenceSide, LicenceSide], Judgement],
) -> Iterator[LicencePair]:
    """Two inbound sides that an outbound one with a choice takes in under different choices only.

    GPL-2.0-or-later takes in GPL-2.0-only as version 2 and Apache-2.0 as version 3, and not both at once.
    """
    by_work: dict[str, dict[str, LicenceSide]] = {}
    for inbound, outbound, how in flows:
        if how == "linked" and (inbound, outbound) not in found and inbound.expression and outbound.expression:
            by_work.setdefault(outbound.expression, {}).setdefault(inbound.expression, inbound)
    for work, parts in by_work.items():
        choices = outbound_choices(work) or ()
        if len(choices) < 2:
            continue
        fits = {part: {at for at, one in enumerate(choices) if _takes(one, part)} for part in parts}
        told = sorted(fits)
        for at, first in enumerate(told):
            for second in told[at + 1 :]:
                if fits[first].isdisjoint(fits[second]):
                    rule = "licence-pair.no-common-choice"
                    judgement = Judgement("incompatible", rule, because(rule, first, second))
                    yield _pair(parts[first], parts[second], judgement)


def _kept(outbound: str | None) -> Alternatives | None:
    """What a work can be given out under; a family of licences is none that could be kept."""
    if outbound is None or _readable(outbound) is None or members_of(outbound):
        return None
    return outbound_choices(outbound)


def _takes(given_out: Iterable[Term], inbound: str) -> bool:
    offered = _readable(inbound) or ()
    if members_of(inbound):
        return all(_worst(choice, given_out, "linked").verdict == "compatible" for choice in offered)
    return any(_worst(choice, given_out, "linked").verdict == "compatible" for choice in offered)


def _combined_under(sides: Sequence[LicenceSide], use: Use) -> tuple[str, ...]:
    """The repositories' licences under which everything can be given out as one work."""
    if use != "linked":
        return ()
    inbound = dict.fromkeys(one.expression for one in sides)
    offered = sorted({one.expression for one in sides if one.package is None and one.expression})
    return tuple(
        work
        for work in offered
        if any(
            all(part is not None and _takes(choice, part) for part in inbound)
            for choice in outbound_choices(work) or ()
        )
    )


def _worst_of(verdicts: Sequence[LicenceVerdict], *, unknown: bool) -> LicenceVerdict:
    """A licence that nobody knows is for review, even where nothing flows anywhere."""
    least: LicenceVerdict = "review" if unknown else "compatible"
    return max((least, *verdicts), key=lambda one: _RANK[one])


def _pair(inbound: LicenceSide, outbound: LicenceSide, judgement: Judgement) -> LicencePair:
    return LicencePair(inbound, outbound, judgement.verdict, judgement.sentence, judgement.rule)


def _order(pair: LicencePair) -> tuple[object, ...]:
    inbound, outbound = pair.inbound, pair.outbound
    return (
        -_RANK[pair.verdict],
        inbound.package is not None,
        inbound.repository,
        inbound.package or "",
        outbound.repository,
        outbound.package or "",
    )
