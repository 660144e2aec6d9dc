"""The sentence that goes with a judgement: plain words, the licences by identifier, the clause where one decides."""

from plumbrule.mcp_server.compatibility.report import Use
from plumbrule.mcp_server.compatibility.rules.licences_kinds import SERVICE, kind_of

_GENERAL: dict[str, str] = {
    "licence-pair.osadl": "OSADL's matrix says that code under {i} cannot be given out in a work under {o}.",
    "licence-pair.copyleft": (
        "{i} is copyleft: a work that contains or links such code is given out under {i} as a whole, so it cannot stay "
        "under {o}."
    ),
    "licence-pair.weak-copyleft": (
        "{o} holds for the file or library itself: code under {i} may be linked with it and not be put into it, and "
        "which of the two this is has to be looked at."
    ),
    "licence-pair.exception": (
        "The exception of {i} is for what the program writes; the program's own code stays copyleft and cannot go into "
        "a work under {o}."
    ),
    "licence-pair.exception-unclear": (
        "Whether the exception holds for {i} in a work under {o} has to be read in its text."
    ),
    "licence-pair.source-available": (
        "{i} keeps back rights of use that {o} promises to everyone, so a work with such code cannot be given out "
        "under {o}."
    ),
    "licence-pair.licensor-terms": "{i} leaves its limits to each licensor; those of both sides have to be read.",
    "licence-pair.proprietary": "{i} grants nothing to the public; only its owner can allow it in a work under {o}.",
    "licence-pair.unknown": "There is no rule for {i} in a work under {o}: someone has to read the texts.",
    "licence-pair.no-common-choice": (
        "{i} and {o} each go into this work, but under different ones of the licences it offers, so no single one "
        "takes in both."
    ),
    "licence-pair.family": (
        "{i} names a family of licences, of which not all go into a work under {o}; its text has to be read."
    ),
    "licence-pair.document": (
        "{i} and {o} are made for different things (texts, data or fonts, and code); whether they can be one work has "
        "to be looked at."
    ),
    "licence-pair.disputed": "The Free Software Foundation calls {i} compatible with {o}, OSADL does not.",
    "licence-pair.unclear": "OSADL gives no general answer for {i} in a work under {o}: it depends on the case.",
    "licence-pair.aggregate": (
        "Linked into one program {i} would not go into {o}; side by side in one delivery they stand if they are "
        "separate works, which has to be looked at."
    ),
    "licence-pair.network": (
        "{i} also holds for those who use the program over a network; whether the work under {o} is a part of it has "
        "to be looked at."
    ),
}

_ONLY_2 = ("GPL-2.0-only", "LGPL-2.1-only", "LGPL-2.0-only", "GPL-1.0-only")
_ADVERTISING = ("BSD-4-Clause", "BSD-4-Clause-UC", "Apache-1.0", "Apache-1.1", "OpenSSL", "PHP-3.01")


def because(rule: str, inbound: str, outbound: str, use: Use = "linked") -> str:
    """One sentence for the reader."""
    special = _special(rule, inbound, outbound, use)
    return special or _GENERAL[rule].format(i=inbound, o=outbound)


def _special(rule: str, inbound: str, outbound: str, use: Use) -> str:
    if rule == "licence-pair.osadl":
        return _known_clash(inbound, outbound)
    if rule == "licence-pair.unknown":
        return _unknown(inbound, outbound)
    if rule == "licence-pair.network" and inbound in SERVICE:
        return f"{inbound} limits who may offer the program as a service; whether this is such an offer has to be read."
    if rule == "licence-pair.source-available" and use != "linked":
        return f"{inbound} is no open source licence: its limits on use hold for its part, whatever {outbound} allows."
    if rule == "licence-pair.source-available" and kind_of(outbound) in ("source-available", "proprietary"):
        return f"{inbound} keeps back rights of use; whether {outbound} leaves them alone has to be read."
    return ""


def _known_clash(inbound: str, outbound: str) -> str:
    """Pairs that many people meet, with the clause that decides."""
    if inbound == "Apache-2.0" and outbound in (*_ONLY_2, "GPL-2.0-or-later", "LGPL-2.1-or-later"):
        return (
            f"Apache-2.0's patent and indemnity terms are further restrictions that {outbound} does not allow "
            "(its section 6 or 10); version 3 accepts them."
        )
    if outbound in ("GPL-2.0-only", "GPL-1.0-only") and "GPL-3.0" in inbound:
        return f"{outbound} allows no later version, and {inbound} wants the whole under version 3."
    if inbound in ("GPL-2.0-only", "GPL-1.0-only") and "GPL-3.0" in outbound:
        return f"{inbound} allows no later version, so its code cannot be given out under {outbound}."
    if inbound in _ADVERTISING and "GPL" in outbound:
        return f"{inbound} asks for an acknowledgement or a name, a further restriction that {outbound} does not allow."
    if kind_of(inbound) in ("file", "strong", "network") and kind_of(outbound) not in ("permissive", "unknown"):
        return (
            f"{inbound} and {outbound} are copyleft licences of which each wants the whole, or its files, for itself."
        )
    return ""


def _unknown(inbound: str, outbound: str) -> str:
    silent = ("NOASSERTION", "NONE", "")
    if inbound in silent or outbound in silent:
        return "One side names no licence: without one all rights are reserved, so someone has to ask its owner."
    return ""
