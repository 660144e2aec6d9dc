"""Sentences that place a work under a licence without its text: notices, choices, pointers, exceptions, riders.

The text is taken paragraph by paragraph, in lower case with single spaces and without comment marks; every pattern
looks at a bounded stretch of one paragraph.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.mcp_server.analysis.licences.model import LicenceMatch
from plumbrule.mcp_server.analysis.licences.names import Named, address, names_in

_MAX_PARAGRAPH = 2_000
_MARK = LazyPattern(r"[\s*#/;%>|\-=~_`'\"!.]{0,40}")
_CHOICE = LazyPattern(
    r"\b(?:dual|double|tri|triple|multi)[- ]?licen[cs](?:ed|ing)|\beither (?:of|license|licence|the)\b|"
    r"\bat your (?:option|choice|discretion)\b|\bterms of (?:\W?either|any)\b|"
    r"\b(?:choose|choice) (?:between|of|one|either)\b|"
    r"\bone of the following\b|\bunder the following secondary licen[cs]es\b"
)
_LATER_VERSION = LazyPattern(r"\(?at your (?:option|choice)\)?,? any later")
_GRANT = LazyPattern(
    r"\b(?:licen[cs]ed|released|distributed|available|provided|published|covered|governed|offered|shared|placed|is|are)"
    r"(?: \w{1,12}){0,2} (?:under|by|with)\b|\bunder (?:the )?(?:terms|conditions|provisions)\b|\bsubject to the\b"
    r"|\blicen[cs]ed?\s?:|\bredistribute (?:it|this)[^.]{0,40} under\b|\bthis (?:file|code|software|work) is (?:an? )?"
)
_HEADING = LazyPattern(
    r"(?:[#=*\s]{0,8})(?:the )?(?:software |project )?licen[cs](?:e|es|ing)(?: information| terms)?[\s:#=*.]{0,8}\Z"
)
_FILES = LazyPattern(r"\b(?:licen[cs]e|copying)[-_.][\w.-]{2,40}", re.IGNORECASE)
_RIDERS = (("commons clause", "LicenseRef-Commons-Clause"),)
_TITLES = (
    ("business source license", "BUSL-1.1"),
    ("elastic license 2.0", "Elastic-2.0"),
    ("functional source license, version 1.1, apache 2.0 future license", "FSL-1.1-ALv2"),
    ("functional source license, version 1.1, alv2 future license", "FSL-1.1-ALv2"),
    ("functional source license, version 1.1, mit future license", "FSL-1.1-MIT"),
    ("redis source available license", "LicenseRef-RSALv2"),
    ("confluent community license", "LicenseRef-Confluent-Community"),
    ("timescale license agreement", "LicenseRef-Timescale"),
    ("polyform shield license 1.0.0", "LicenseRef-PolyForm-Shield-1.0.0"),
    ("polyform perimeter license 1.0.0", "LicenseRef-PolyForm-Perimeter-1.0.0"),
    ("polyform strict license 1.0.0", "LicenseRef-PolyForm-Strict-1.0.0"),
    ("polyform free trial license 1.0.0", "LicenseRef-PolyForm-Free-Trial-1.0.0"),
    ("polyform internal use license 1.0.0", "LicenseRef-PolyForm-Internal-Use-1.0.0"),
    ("sustainable use license", "LicenseRef-Sustainable-Use"),
    ("fair core license", "LicenseRef-FCL-1.0"),
    ("elastic license agreement", "LicenseRef-Elastic-1.0"),
    ("server side public license", "SSPL-1.0"),
)
_EXCEPTIONS = (
    ("llvm exceptions to the apache 2.0 license", "LLVM-exception"),
    ("gcc runtime library exception", "GCC-exception-3.1"),
    ("classpath exception", "Classpath-exception-2.0"),
    ('"classpath" exception', "Classpath-exception-2.0"),
    ("runtime library exception to the apache 2.0 license", "Swift-exception"),
    ("bison parser skeleton", "Bison-exception-2.2"),
    ("autoconf configure script exception", "Autoconf-exception-3.0"),
    ("syscall", "Linux-syscall-note"),
)
_BASES = {"LLVM-exception": ("Apache-2.0",), "Swift-exception": ("Apache-2.0",)}


# What such a paragraph says holds for a part of the work.
_PARTIAL = LazyPattern(
    r"\b(?:in the documentation|documentation (?:is|are)|third[- ]party|bundled|fonts?|icons?|logos?)\b"
)


# A source-available licence names the one that follows it after years: no grant of today.
_LATER_LICENCE = LazyPattern(r"\bchange licen[cs]e\s?:|\bgrant of future licen[cs]e\b")


class Paragraph(NamedTuple):
    """A paragraph as one line in lower case, and the lines (from 1) that it spans."""

    text: str
    start_line: int
    end_line: int


def paragraphs(text: str, covered: Iterable[tuple[int, int]]) -> list[Paragraph]:
    """The paragraphs of a text without the lines that licence texts cover (pairs of first and last line)."""
    hidden: set[int] = set()
    for first, last in covered:
        hidden.update(range(first, last + 1))
    found: list[Paragraph] = []
    kept: list[str] = []
    start = 0
    lines = text.lower().split("\n")
    for number, line in enumerate([*lines, ""], 1):
        mark = _MARK.match(line)
        words = " ".join(line[mark.end() if mark else 0 :].split())
        if words and number not in hidden:
            start = start if kept else number
            kept.append(words)
        elif kept:
            found.append(Paragraph(" ".join(kept)[:_MAX_PARAGRAPH], start, number - 1))
            kept = []
    return found


def find_notices(text: str, covered: Iterable[tuple[int, int]]) -> list[LicenceMatch]:
    """The licences that sentences outside the covered lines name, in order."""
    blocks = paragraphs(text, covered)
    found: list[LicenceMatch] = []
    skip_to = -1
    for at, block in enumerate(blocks):
        found += _titles(block)
        if at <= skip_to:
            continue
        if _is_choice(block.text):
            match, skip_to = _choice(blocks, at)
            if match is not None:
                found.append(match)
                continue
        if _HEADING.match(block.text) and at + 1 < len(blocks):
            match = _under_heading(blocks[at + 1])
            if match is not None:
                found.append(match)
                skip_to = at + 1
                continue
        found += _notices(block)
    return found


def find_exceptions(lowered: str) -> list[str]:
    """The SPDX exceptions whose words stand in a text."""
    flat = " ".join(lowered.split())
    found = [name for words, name in _EXCEPTIONS if words in flat and ("exception" in flat)]
    return list(dict.fromkeys(found))


def bases_of(exception: str) -> tuple[str, ...]:
    """What an exception may follow: prefixes of identifiers."""
    return _BASES.get(exception, ("GPL-", "LGPL-", "AGPL-"))


def _is_choice(text: str) -> bool:
    found = _CHOICE.search(text)
    if found is None or _PARTIAL.search(text):
        return False
    return not _LATER_VERSION.match(text, max(found.start() - 1, 0)) or bool(_CHOICE.search(text, found.end()))


def _choice(blocks: list[Paragraph], at: int) -> tuple[LicenceMatch | None, int]:
    """The licences offered by the paragraph, or by the list that follows it; and the last paragraph that it took."""
    named: list[str] = []
    for last in range(at, min(at + 4, len(blocks))):
        named += [each.expression for each in names_in(blocks[last].text)]
        distinct = list(dict.fromkeys(named))
        more = last + 1 < len(blocks) and names_in(blocks[last + 1].text) and len(blocks[last + 1].text) < 200
        if len(distinct) > 1 and not more:
            expression = " OR ".join(sorted(distinct))
            return LicenceMatch(expression, 0.95, blocks[at].start_line, blocks[last].end_line, "licences.choice"), last
    if files := _FILES.findall(blocks[at].text):
        detail = " ".join(dict.fromkeys(name.rstrip(".") for name in files))
        return LicenceMatch("", 0.9, blocks[at].start_line, blocks[at].end_line, "licences.choice", detail), at
    return None, at


def _under_heading(block: Paragraph) -> LicenceMatch | None:
    named = names_in(block.text[:300])
    if not named:
        return None
    return _match(named, block, 0.9)


_PERL = LazyPattern(r"\bsame terms as (?:the )?perl\b")
_REFUSED = LazyPattern(
    r"\bproprietary and confidential\b|\bconfidential and proprietary\b|\bis proprietary (?:software|to)\b|"
    r"\bunauthori[sz]ed (?:copying|use|reproduction|distribution)\b[^.]{0,120}\bprohibited\b|"
    r"\bno licen[cs]e (?:is|or right is) (?:hereby )?granted\b"
)
_ADDRESS = LazyPattern(r"\b(?:https?://|www\.)[^\s<>()\"']{5,200}")
_MAX_POINTER = 200


def _notices(block: Paragraph) -> list[LicenceMatch]:
    span = (block.start_line, block.end_line)
    if _PERL.search(block.text) and not _PARTIAL.search(block.text):
        return [LicenceMatch("Artistic-1.0-Perl OR GPL-1.0-or-later", 0.95, *span, "licences.choice")]
    named = names_in(block.text)
    if not named and len(block.text) <= _MAX_POINTER and "licen" in block.text:
        meant = {meaning for each in _ADDRESS.findall(block.text) if (meaning := address(each))}
        return [LicenceMatch(meant.pop(), 0.8, *span, "licences.notice")] if len(meant) == 1 else []
    if not named or _PARTIAL.search(block.text) or _LATER_LICENCE.search(block.text):
        return []
    granted = [each for each in named if any(_grants(block.text, each))]
    return [_match(granted, block, 0.9)] if granted else []


_OF_OTHERS = LazyPattern(
    r"\b(?:uses|using|depends? on|dependency|dependencies|based on|derived from|adapted from|ported from|"
    r"includes?|including|contains?|thanks to)\b"
)
"""A sentence that goes on about somebody else's work."""


def _grants(text: str, each: Named) -> Iterable[bool]:
    """Whether words of granting stand in the 160 characters before the name, without a full stop between."""
    before = text[max(each.start - 160, 0) : each.start]
    sentence = before[before.rfind(". ") + 1 :]
    yield _GRANT.search(sentence) is not None and not _OF_OTHERS.search(sentence)


def _match(named: list[Named], block: Paragraph, score: float) -> LicenceMatch:
    distinct = sorted(dict.fromkeys(each.expression for each in named))
    offered = len(distinct) > 1 and f"{block.text[named[0].end : named[-1].start]} ".find(" or ") >= 0
    expression = (" OR " if offered else " AND ").join(distinct)
    rule = "licences.choice" if offered else "licences.notice"
    return LicenceMatch(expression, score, block.start_line, block.end_line, rule)


def refusal_in(text: str) -> LicenceMatch | None:
    """What a file that names no licence says where it grants none at all."""
    for block in paragraphs(text, ()):
        if _REFUSED.search(block.text):
            span = (block.start_line, block.end_line)
            return LicenceMatch("LicenseRef-Proprietary", 0.9, *span, "licences.notice")
    return None


def _titles(block: Paragraph) -> list[LicenceMatch]:
    head = block.text[:120]
    span = (block.start_line, block.end_line)
    found = [LicenceMatch(ref, 0.9, *span, "licences.title") for title, ref in _TITLES if head.startswith(title)]
    return found + [LicenceMatch(ref, 0.95, *span, "licences.rider") for words, ref in _RIDERS if words in head]
