"""What the licences of a set ask of whoever gives the joint work out: one sentence for each kind of duty."""

from collections.abc import Iterable

from plumbrule.mcp_server.compatibility.report import Use
from plumbrule.mcp_server.compatibility.rules.licences_expressions import alternatives
from plumbrule.mcp_server.compatibility.rules.licences_kinds import LIKE, Kind, kind_of

_DUTIES: dict[Kind, str] = {
    "strong": "copyleft: give out the whole work they are linked into under their terms, with its source ({names})",
    "network": "network: offer the source to everyone who uses the program over a network ({names})",
    "library": "library copyleft: give the library's source, and let users replace the library ({names})",
    "file": "file copyleft: give the source of these files with every change to them, under their licence ({names})",
    "source-available": "limits on use: read what their licences keep back before you use or offer them ({names})",
    "document": "share alike: give out adapted texts and data under their licence ({names})",
    "permissive": "notices: keep copyright notices and licence texts with every copy ({names})",
    "font": "fonts: keep their licence with them, and do not sell them by themselves ({names})",
}
_SOURCE_KINDS: tuple[Kind, ...] = ("strong", "network", "source-available", "library", "file", "document", "font")
_NOTHING = frozenset(("0BSD", "Unlicense", "WTFPL", "blessing"))
"""Licences that ask for nothing."""

MAX_NAMES = 6


def duties_of(expressions: Iterable[str], use: Use) -> tuple[str, ...]:
    """The duties, gravest first. Where an expression offers a choice, the duties of its first choice are told.

    Works that only talk over a network are given out by nobody, so there only what holds for network users is told.
    """
    names: dict[Kind, set[str]] = {}
    for expression in dict.fromkeys(expressions):
        for term in (alternatives(expression) or (frozenset(),))[0]:
            kind = kind_of(term.licence)
            if LIKE.get(term.licence, term.licence) in _NOTHING:
                continue
            names.setdefault(kind, set()).add(str(term))
            if kind == "network":
                names.setdefault("strong", set()).add(str(term))
    kinds: tuple[Kind, ...] = (*_SOURCE_KINDS, "permissive") if use != "network" else ("network", "source-available")
    return tuple(_DUTIES[kind].format(names=_listed(names[kind])) for kind in kinds if kind in names)


def _listed(names: set[str]) -> str:
    shown = sorted(names)
    more = len(shown) - MAX_NAMES
    return ", ".join(shown[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
