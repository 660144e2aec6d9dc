"""One licence in a work under another: what the texts allow, for each way in which the two can meet. Pure.

Inbound code is linked into a work that is given out under the outbound licence; that is judged first. Works that lie
side by side in one delivery, or that only talk over a network, meet less closely, so less can stand in the way.
"""

from functools import lru_cache
from typing import NamedTuple

from plumbrule.mcp_server.compatibility.report import LicenceVerdict, Use
from plumbrule.mcp_server.compatibility.rules.licences_expressions import Term
from plumbrule.mcp_server.compatibility.rules.licences_kinds import (
    EXCEPTIONS,
    LIKE,
    LINKING,
    OUTPUT,
    SAME_FOR_ALL,
    SERVICE,
    kind_of,
)
from plumbrule.mcp_server.compatibility.rules.licences_matrix import matrix
from plumbrule.mcp_server.compatibility.rules.licences_wording import because


class Judgement(NamedTuple):
    """`rule` is one of `licences_rules.RULES`; `sentence` says why, "" where all is fine."""

    verdict: LicenceVerdict
    rule: str
    sentence: str = ""


_DISPUTED: dict[str, str] = {"Python-2.0": "GPL", "FTL": "GPL-3.0"}
"""The FSF calls the licence of Python 2.0.1 and later, which SPDX lists under the same identifier, compatible with
every GPL, and the FreeType licence compatible with version 3; OSADL calls both incompatible."""

_WEAK = ("file", "library")
_COPYLEFT = ("strong", "network")


@lru_cache(maxsize=8192)
def judged_pair(inbound: Term, outbound: Term, use: Use) -> Judgement:
    """Whether code under `inbound` may meet a work given out under `outbound` in this way."""
    linked = _linked(inbound, outbound)
    if use == "linked" or linked.verdict == "compatible":
        return linked
    return _side_by_side(inbound, outbound, linked) if use == "bundled" else _networked(inbound, outbound, linked)


def _linked(inbound: Term, outbound: Term) -> Judgement:
    if inbound == outbound and _knows(inbound):
        return Judgement("compatible", "licence-pair.same")
    if inbound.exception or outbound.exception:
        return _with_exceptions(inbound, outbound)
    return _plain(inbound.licence, outbound.licence)


def _knows(term: Term) -> bool:
    """Whether the same identifier means the same terms."""
    kind = kind_of(term.licence)
    if kind == "source-available":
        return term.licence in SAME_FOR_ALL or term.licence.startswith(("CC-BY-N", "PolyForm-"))
    return kind not in ("unknown", "proprietary") or LIKE.get(term.licence, term.licence) in matrix().place


def _plain(inbound: str, outbound: str) -> Judgement:
    """Without exceptions."""
    if inbound == outbound and _knows(Term(inbound)):
        return Judgement("compatible", "licence-pair.same")
    for one in (inbound, outbound):
        if kind_of(one) == "unknown" and one not in matrix().place:
            return _found("review", "licence-pair.unknown", inbound, outbound)
    if (restricted := _restricted(inbound, outbound)) is not None:
        return restricted
    if kind_of(inbound) == "font":
        return Judgement("compatible", "licence-pair.font")
    if "document" in (kind_of(inbound), kind_of(outbound)) or kind_of(outbound) == "font":
        return _with_document(inbound, outbound)
    return _by_matrix(inbound, outbound)


def _restricted(inbound: str, outbound: str) -> Judgement | None:
    """Where one side is no open source; None where both are."""
    into, of = kind_of(outbound), kind_of(inbound)
    if of == "proprietary":
        return _found("review", "licence-pair.proprietary", inbound, outbound)
    if of == "source-available":
        if inbound == outbound:
            return _found("review", "licence-pair.licensor-terms", inbound, outbound)
        verdict: LicenceVerdict = "review" if into in ("source-available", "proprietary") else "incompatible"
        return _found(verdict, "licence-pair.source-available", inbound, outbound)
    if into not in ("source-available", "proprietary"):
        return None
    if of in ("permissive", "font"):
        return Judgement("compatible", "licence-pair.permissive")
    if of in _WEAK:
        return Judgement("compatible", "licence-pair.weak-copyleft")
    if of in _COPYLEFT:
        return _found("incompatible", "licence-pair.copyleft", inbound, outbound)
    return _found("review", "licence-pair.unclear", inbound, outbound)


def _with_document(inbound: str, outbound: str) -> Judgement:
    if (inbound, outbound) in (("CC-BY-SA-4.0", "GPL-3.0-only"), ("CC-BY-SA-4.0", "GPL-3.0-or-later")):
        return Judgement("compatible", "licence-pair.document")  # Creative Commons' list of compatible licences
    if kind_of(inbound) == "permissive":
        return Judgement("compatible", "licence-pair.permissive")
    return _found("review", "licence-pair.document", inbound, outbound)


def _by_matrix(inbound: str, outbound: str) -> Judgement:
    relation = matrix().relation(LIKE.get(inbound, inbound), LIKE.get(outbound, outbound))
    of, into = kind_of(inbound), kind_of(outbound)
    if relation is None:
        return _by_kind(inbound, outbound)
    if relation in "syYI":
        return Judgement("compatible", "licence-pair.osadl")
    if relation == "L":
        return Judgement("compatible", "licence-pair.combined")
    if inbound in _DISPUTED and _DISPUTED[inbound] in outbound:
        return _found("review", "licence-pair.disputed", inbound, outbound)
    if of in _WEAK and into in ("permissive", *_WEAK):
        return Judgement("compatible", "licence-pair.weak-copyleft")
    if relation in "uUCO":
        return _found("review", "licence-pair.unclear", inbound, outbound)
    if into in _WEAK and of not in _COPYLEFT:
        return _found("review", "licence-pair.weak-copyleft", inbound, outbound)
    rule = "licence-pair.copyleft" if of in _COPYLEFT and into == "permissive" else "licence-pair.osadl"
    return _found("incompatible", rule, inbound, outbound)


def _by_kind(inbound: str, outbound: str) -> Judgement:
    """For licences that the matrix lacks: only what follows from their kind alone."""
    of, into = kind_of(inbound), kind_of(outbound)
    if of == "permissive" and into == "permissive":
        return Judgement("compatible", "licence-pair.permissive")
    if of in _WEAK and into == "permissive":
        return Judgement("compatible", "licence-pair.weak-copyleft")
    if of in _COPYLEFT and into == "permissive":
        return _found("incompatible", "licence-pair.copyleft", inbound, outbound)
    if inbound in ("CECILL-2.0", "CECILL-2.1", "CECILL-C") and "GPL" in outbound:
        return Judgement("compatible", "licence-pair.copyleft")  # CeCILL 2, article 5.3.4: explicit
    return _found("review", "licence-pair.unclear", inbound, outbound)


def _with_exceptions(inbound: Term, outbound: Term) -> Judgement:
    """An exception adds a permission: what is allowed without it is allowed with it. A word after `WITH` that SPDX
    does not list may take a permission back instead, as the Commons Clause does."""
    if matrix().relation(str(inbound), str(outbound)) in ("s", "y", "Y"):
        return Judgement("compatible", "licence-pair.osadl")
    base = _plain(inbound.licence, outbound.licence)
    for one in (inbound, outbound):
        if one.exception and one.exception not in EXCEPTIONS and base.verdict == "compatible":
            return _found("review", "licence-pair.exception-unclear", str(inbound), str(outbound))
    if outbound.exception and inbound.exception != outbound.exception:
        # The whole can keep its exception only where the inbound code asks for nothing that the exception gives away.
        if base.verdict == "compatible" and kind_of(inbound.licence) not in _COPYLEFT:
            return base
        if base.verdict == "compatible":
            return _found("review", "licence-pair.exception-unclear", str(inbound), str(outbound))
    if base.verdict == "compatible" or not inbound.exception:
        return base
    if inbound == Term("Apache-2.0", "LLVM-exception") and "GPL-2.0" in outbound.licence:
        return Judgement("compatible", "licence-pair.exception")  # its second paragraph is written for GPL version 2
    if inbound.exception in LINKING and kind_of(inbound.licence) in (*_COPYLEFT, *_WEAK):
        return Judgement("compatible", "licence-pair.exception")
    if inbound.exception in OUTPUT:
        return base._replace(sentence=because("licence-pair.exception", str(inbound), str(outbound)))
    return _found("review", "licence-pair.exception-unclear", str(inbound), str(outbound))


def _side_by_side(inbound: Term, outbound: Term, linked: Judgement) -> Judgement:
    """Mere aggregation (GPL-2.0 section 2, GPL-3.0 section 5): allowed between separate works, which is not ours to
    judge."""
    if linked.verdict == "incompatible":
        rule = linked.rule if kind_of(inbound.licence) == "source-available" else "licence-pair.aggregate"
        return _found("review", rule, str(inbound), str(outbound), use="bundled")
    return linked


def _networked(inbound: Term, outbound: Term, linked: Judgement) -> Judgement:
    kind = kind_of(inbound.licence)
    if kind == "source-available":
        rule = "licence-pair.network" if inbound.licence in SERVICE else linked.rule
        return _found("review", rule, str(inbound), str(outbound), use="network")
    if kind == "network":
        return _found("review", "licence-pair.network", str(inbound), str(outbound), use="network")
    if linked.rule in ("licence-pair.unknown", "licence-pair.proprietary"):
        return linked
    if any(one.exception and one.exception not in EXCEPTIONS for one in (inbound, outbound)):
        return linked
    return Judgement("compatible", "licence-pair.network")


def _found(verdict: LicenceVerdict, rule: str, inbound: str, outbound: str, use: Use = "linked") -> Judgement:
    return Judgement(verdict, rule, because(rule, inbound, outbound, use))
