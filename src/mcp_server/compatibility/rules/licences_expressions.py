"""SPDX licence expressions as alternatives: each a set of licences that all hold at once.

The grammar is that of SPDX 2.3, annex D: `WITH` binds closest, then `AND`, then `OR`. Words are brought to SPDX's own
spelling by `analysis/licences`; a word that names no licence stays as it is and is unknown to every rule.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from plumbrule.mcp_server.analysis.licences.declared import normalise
from plumbrule.mcp_server.analysis.licences.names import identifier

MAX_CHARACTERS = 600
MAX_ALTERNATIVES = 64
MAX_DEPTH = 20

_TOKEN = re.compile(r"\s*(\(|\)|[^\s()]+)")


class Term(NamedTuple):
    """One licence with its exception ("" for none). Later versions are alternatives of their own."""

    licence: str
    exception: str = ""

    def __str__(self) -> str:
        return f"{self.licence} WITH {self.exception}" if self.exception else self.licence


Alternatives = tuple[frozenset[Term], ...]
"""Any of these may be chosen; of the chosen one every term holds."""

_LATER: dict[str, tuple[str, ...]] = {
    "EPL-1.0": ("EPL-2.0",),
    "MPL-1.0": ("MPL-1.1", "MPL-2.0"),
    "MPL-1.1": ("MPL-2.0",),
    "EUPL-1.0": ("EUPL-1.1", "EUPL-1.2"),
    "EUPL-1.1": ("EUPL-1.2",),
    "CDDL-1.0": ("CDDL-1.1",),
    "CECILL-2.0": ("CECILL-2.1",),
    "AFL-2.0": ("AFL-2.1", "AFL-3.0"),
    "AFL-2.1": ("AFL-3.0",),
    "Artistic-1.0": ("Artistic-2.0",),
    "Apache-1.1": ("Apache-2.0",),
    "CC-BY-SA-3.0": ("CC-BY-SA-4.0",),
}
"""What `+` adds. GNU licences have identifiers of their own for it."""


class _Unreadable(Exception):
    """No expression, or one too large to look at."""


@lru_cache(maxsize=4096)
def alternatives(expression: str) -> Alternatives | None:
    """What an expression offers, in its order; None for what is no expression, or has more choices than are judged."""
    if not expression.strip() or len(expression) > MAX_CHARACTERS:
        return None
    found = _parsed(expression)
    if found is None or any(not identifier(term.licence) for choice in found for term in choice):
        normal = normalise(expression).expression  # aliases, slashes, names in words
        if normal is not None and normal != expression:
            found = _parsed(normal) or found
    return found


def _parsed(expression: str) -> Alternatives | None:
    tokens = _TOKEN.findall(expression)
    try:
        found, at = _choice(tokens, 0, 0)
    except _Unreadable:
        return None
    return found if at == len(tokens) else None


def _choice(tokens: list[str], at: int, depth: int) -> tuple[Alternatives, int]:
    found, at = _together(tokens, at, depth)
    while at < len(tokens) and tokens[at].upper() == "OR":
        further, at = _together(tokens, at + 1, depth)
        found = _bounded(found + further)
    return found, at


def _together(tokens: list[str], at: int, depth: int) -> tuple[Alternatives, int]:
    found, at = _single(tokens, at, depth)
    while at < len(tokens) and tokens[at].upper() == "AND":
        further, at = _single(tokens, at + 1, depth)
        if len(found) * len(further) > MAX_ALTERNATIVES:
            raise _Unreadable
        found = _bounded(tuple(one | other for one in found for other in further))
    return found, at


def _single(tokens: list[str], at: int, depth: int) -> tuple[Alternatives, int]:
    if at >= len(tokens) or depth > MAX_DEPTH or tokens[at].upper() in ("AND", "OR", "WITH", ")"):
        raise _Unreadable
    if tokens[at] == "(":
        found, at = _choice(tokens, at + 1, depth + 1)
        if at >= len(tokens) or tokens[at] != ")":
            raise _Unreadable
        return found, at + 1
    if at + 2 < len(tokens) and tokens[at + 1].upper() == "WITH":
        if tokens[at + 2] in ("(", ")"):
            raise _Unreadable
        return tuple(frozenset((Term(one.licence, tokens[at + 2]),)) for one in _named(tokens[at])), at + 3
    return tuple(frozenset((one,)) for one in _named(tokens[at])), at + 1


def _named(word: str) -> tuple[Term, ...]:
    """The licence that a word names, in SPDX's current spelling, and with `+` its later versions."""
    known = identifier(word)
    if known is not None:
        licence, _, exception = known.partition(" WITH ")
        return (Term(licence, exception),)
    if word.endswith("+") and (base := identifier(word[:-1])) is not None:
        return tuple(Term(one) for one in (base, *_LATER.get(base, ())))
    return (Term(word),)


def _bounded(found: Alternatives) -> Alternatives:
    unique = tuple(dict.fromkeys(found))
    if len(unique) > MAX_ALTERNATIVES:
        raise _Unreadable
    return unique


_VERSIONS: dict[str, tuple[str, ...]] = {
    "GPL-1.0-or-later": ("GPL-1.0-only", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later"),
    "GPL-2.0-or-later": ("GPL-2.0-only", "GPL-3.0-only", "GPL-3.0-or-later"),
    "GPL-3.0-or-later": ("GPL-3.0-only",),
    "LGPL-2.0-or-later": ("LGPL-2.0-only", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later"),
    "LGPL-2.1-or-later": ("LGPL-2.1-only", "LGPL-3.0-only", "LGPL-3.0-or-later"),
    "LGPL-3.0-or-later": ("LGPL-3.0-only",),
    "AGPL-3.0-or-later": ("AGPL-3.0-only",),
}
"""The versions that "or later" lets one choose; a later version than the newest is nobody's yet."""


@lru_cache(maxsize=1024)
def outbound_choices(expression: str) -> Alternatives | None:
    """The licences that a work under `expression` can be given out under: its alternatives, and for each "or later" the
    versions. What was written comes first; None as for `alternatives`."""
    written = alternatives(expression)
    if written is None:
        return None
    found = list(written)
    for choice in written:
        spread: list[frozenset[Term]] = [frozenset()]
        for term in sorted(choice):
            versions = [term, *(Term(one, term.exception) for one in _VERSIONS.get(term.licence, ()))]
            spread = [so_far | {one} for so_far in spread for one in versions]
            if len(spread) > MAX_ALTERNATIVES:
                return written
        found += spread
    return tuple(dict.fromkeys(found))
