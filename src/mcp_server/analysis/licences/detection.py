"""The licences that one text names: full texts, SPDX headers, notices, choices, exceptions. A pure function.

A licence's own text cannot tell whether later versions are allowed: the GPL's text alone is reported as `-only`, the
lesser grant, and `verdict.combine` widens it where the metadata say "or later".
"""

import re
from dataclasses import replace

from plumbrule.mcp_server.analysis.licences.declared import normalise
from plumbrule.mcp_server.analysis.licences.model import LicenceMatch
from plumbrule.mcp_server.analysis.licences.notices import bases_of, find_exceptions, find_notices, refusal_in
from plumbrule.mcp_server.analysis.licences.restrictions import restricted
from plumbrule.mcp_server.analysis.licences.terms import terms_of
from plumbrule.mcp_server.analysis.licences.texts import MATCH, find_texts
from plumbrule.mcp_server.analysis.licences.words import MAX_TEXT, words_of

_HEADER = re.compile(r"SPDX-License-Identifier:[ \t]{0,8}([^\n\r\"'<>]{1,200})")
_MAX_HEADERS = 20
MAX_REFUSAL = 20_000
"""Characters of a text that says no more than that nothing is granted."""

_REPLACED = {"Nunit": "zlib-acknowledgement"}
"""Identifiers that SPDX deprecates for another one with the same words."""


def detect(text: str) -> list[LicenceMatch]:
    """Every licence that the text holds or names, by line. Looks at the first 256 Ki characters; 1 to 30 ms."""
    text = text[:MAX_TEXT]
    found = _headers(text)
    if len(text) < 40 and found:
        return found
    words = words_of(text)
    texts: list[LicenceMatch] = []
    for each in find_texts(words, text.lower()):
        rule = "licences.text" if each.score >= MATCH else "licences.similar"
        name = _REPLACED.get(each.identifier, each.identifier)
        texts.append(
            _by_its_terms(text, LicenceMatch(name, each.score, words.lines[each.first], words.lines[each.last], rule))
        )
    found = [each for each in found if not _is_inside(each, texts)] + texts
    covered = [(each.start_line, each.end_line) for each in found]
    found += find_notices(text, covered)
    if not found and len(text) <= MAX_REFUSAL and (refusal := refusal_in(text)):
        return [refusal]
    found = restricted(found, text)
    return sorted(_with_exceptions(found, text), key=lambda each: (each.start_line, -each.score))


def _headers(text: str) -> list[LicenceMatch]:
    found: list[LicenceMatch] = []
    for header in list(_HEADER.finditer(text))[:_MAX_HEADERS] if "SPDX-License-Identifier" in text else ():
        declared = normalise(header.group(1).split("*/")[0].split("-->")[0].strip(" \t*#;/"))
        if declared.expression:
            line = text.count("\n", 0, header.start()) + 1
            found.append(LicenceMatch(declared.expression, 1.0, line, line, "licences.header"))
    return found


def _by_its_terms(text: str, match: LicenceMatch) -> LicenceMatch:
    """A Business Source License is mostly its licensor's own parameters; three of these beside a part of its terms
    leave no doubt."""
    if match.expression != "BUSL-1.1" or match.rule == "licences.text" or len(terms_of(text)) < 3:
        return match
    return replace(match, score=0.95, rule="licences.title")


def _is_inside(header: LicenceMatch, texts: list[LicenceMatch]) -> bool:
    """Whether a tag stands in the middle of a licence's own words: then it is a part of these."""
    return any(text.start_line <= header.start_line <= text.end_line and text.rule == "licences.text" for text in texts)


def _with_exceptions(found: list[LicenceMatch], text: str) -> list[LicenceMatch]:
    """Matches with the exceptions that the same text grants."""
    if "xception" not in text.lower():
        return found
    for exception in find_exceptions(text.lower()):
        bases = bases_of(exception)
        found = [_excepted(each, exception, bases) for each in found]
    return found


def _excepted(each: LicenceMatch, exception: str, bases: tuple[str, ...]) -> LicenceMatch:
    """The match with the exception at each of the offered licences that it can follow."""
    if " AND " in each.expression or " WITH " in each.expression:
        return each
    parts = [f"{part} WITH {exception}" if part.startswith(bases) else part for part in each.expression.split(" OR ")]
    expression = " OR ".join(parts)
    if expression == each.expression:
        return each
    return replace(each, expression=expression, detail=f"licences.exception {exception}")
