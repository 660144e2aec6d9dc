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
from plumbrule.mcp_server.compatibility.rules.licences_expressions import Term, alternatives, outbound_choices
from plumbrule.mcp_server.compatibility.rules.licences_pairs import Judgement, judged_pair
from plumbrule.mcp_server.compatibility.rules.licences_wording import because

MAX_PAIRS = 200
"""Pairs listed; further ones are counted in `checked` and in the verdict."""

_RANK: Mapping[LicenceVerdict, int] = {"compatible": 0, "review": 1, "incompatible": 2}
_NO_LICENCE = Judgement(
    "review",
    "licence-pair.unknown",
    "One side names no licence that can be read: without one all rights are reserved, so its owner has to be asked.",
)


def judged(sides: Sequence[LicenceSide], use: Use) -> Licences:
    """The verdict over all sides: repositories (`package` None) and the packages that each of them uses."""
    flows = list(_flows(sides, use))
    found: dict[tuple[LicenceSide, LicenceSide], Judgement] = {}
    for inbound, outbound, how in flows:
        judgement = judged_expressions(inbound.expression, outbound.expression, how)
        if judgement.verdict != "compatible":
            found[inbound, outbound] = judgement
    pairs = [
        _pair(inbound, outbound, one)
        for (inbound, outbound), one in found.items()
        if not _told(inbound, outbound, found)
    ]
    pairs += _without_common_choice(flows, found)
    pairs.sort(key=_order)
    return Licences(
        verdict=_worst_of([one.verdict for one in pairs]) if pairs else _alone(sides),
        use=use,
        pairs=tuple(pairs[:MAX_PAIRS]),
        checked=len(flows),
        unknown=tuple(one for one in sides if _readable(one.expression) is None),
        obligations=duties_of((one.expression for one in sides if one.expression), use),
        combined_under=_combined_under(sides, use),
    )


@lru_cache(maxsize=16384)
def judged_expressions(inbound: str | None, outbound: str | None, use: Use) -> Judgement:
    """One expression in a work under another: of each the best choice, and of a choice all its licences."""
    offered, kept = _readable(inbound), outbound_choices(outbound) if _readable(outbound) else None
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


def _worst(choice: Iterable[Term], given_out: Iterable[Term], use: Use) -> Judgement:
    found = [judged_pair(part, whole, use) for part in sorted(choice) for whole in sorted(given_out)]
    return max(found, key=lambda one: _RANK[one.verdict])


def _readable(expression: str | None) -> tuple[frozenset[Term], ...] | None:
    if expression is None or expression.upper() in ("NOASSERTION", "NONE"):
        return None
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
    inbound: LicenceSide, outbound: LicenceSide, found: Mapping[tuple[LicenceSide, LicenceSide], Judgement]
) -> bool:
    """Whether a package that another repository brings along is told by a nearer pair: with its own repository, or
    between the two repositories."""
    if inbound.package is None or inbound.repository == outbound.repository:
        return False
    return any(
        (one is inbound and into.repository == inbound.repository)
        or (one.package is None and one.repository == inbound.repository and into is outbound)
        for one, into in found
    )


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


def _takes(given_out: Iterable[Term], inbound: str) -> bool:
    offered = alternatives(inbound) or ()
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


def _worst_of(verdicts: Sequence[LicenceVerdict]) -> LicenceVerdict:
    return max(verdicts, key=lambda one: _RANK[one])


def _alone(sides: Sequence[LicenceSide]) -> LicenceVerdict:
    """Nothing flows anywhere: a licence nobody knows is still no licence to use."""
    return "review" if any(_readable(one.expression) is None for one in sides) else "compatible"


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
