"""Words that take back what a permissive licence grants, written into its text or right around it.

Whoever reads "MIT" uses it for everything: a text that is MIT's but for one sentence on commercial use is another
licence. Above it lies `detection`; a licence that restricts by its own words (CC-BY-NC, PolyForm) is none of these.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.mcp_server.analysis.licences.model import LicenceMatch

RESTRICTED = "LicenseRef-Additional-Restrictions"
DOUBT = 0.9
"""What such a text is called is our word and not SPDX's."""

AROUND_LINES = 12
_GATE = re.compile(
    r"commerc|academic|educational|research|personal|machine learning|train|hosted|managed|as a service|compet|military"
)
_PERMISSIVE = frozenset(
    (
        *("MIT", "MIT-0", "X11", "ISC", "0BSD", "Zlib", "BSL-1.0", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"),
        *("BSD-4-Clause", "Unlicense", "BSD-2-Clause-Views", "BSD-1-Clause", "MIT-CMU", "HPND"),
    )
)
_PURPOSE = r"(?:non[- ]?commercial|academic|educational|research|personal|evaluation|internal)"
_TAKEN_BACK = LazyPattern(
    rf"\bfor (?:\w{{1,14}},? ){{0,4}}{_PURPOSE}"
    r"(?:[,/]? (?:and/or |and |or )?[\w-]{1,16}){0,4} (?:purposes?|use) only\b"
    rf"|\bonly (?:be used |for |permitted for |allowed for ){{1,2}}(?:\w{{1,14}},? ){{0,3}}{_PURPOSE}\b"
    r"|\b(?:for|permitted for) (?:\w{1,14},? ){0,3}non[- ]?commercial(?:[,/]? [\w-]{1,16}){0,2} (?:purposes?|use)\b"
    r"|\bcommercial use (?:is |are )?(?:requires?|not (?:permitted|allowed|granted)|prohibited|forbidden|excluded)\b"
    r"|\b(?:may|must|shall|can) ?not (?:be )?(?:used?|sell|sold|offer(?:ed)?|provided?|resell|resold|distributed?)\b"
    r"(?![^.]{0,60}(?:endorse|advertising|warrant))[^.]{0,100}?"
    r"\b(?:commercial(?:ly)?|machine learning|train(?:ing)?|(?:hosted|managed) (?:or \w{1,12} )?service|as a service|"
    r"competing|military)\b"
)


def restricted(found: Sequence[LicenceMatch], text: str) -> list[LicenceMatch]:
    """The matches; a permissive text with such words in it or near it is joined by what takes back."""
    if not any(each.expression in _PERMISSIVE for each in found) or not _GATE.search(text.lower()):
        return list(found)
    lines = text.lower().split("\n")
    made: list[LicenceMatch] = []
    for each in found:
        line = _line(each, found, lines) if _is_text(each) and each.expression in _PERMISSIVE else 0
        if line:
            made.append(replace(each, score=min(each.score, DOUBT)))
            made.append(LicenceMatch(RESTRICTED, DOUBT, line, line, "licences.rider"))
        else:
            made.append(each)
    return made


def _is_text(each: LicenceMatch) -> bool:
    return each.rule in ("licences.text", "licences.similar")


def _line(each: LicenceMatch, found: Sequence[LicenceMatch], lines: Sequence[str]) -> int:
    """The line of the words, 0 where there are none; the stretch ends where another licence's begins."""
    others = [one for one in found if one is not each]
    first = max((one.end_line + 1 for one in others if one.end_line < each.start_line), default=1)
    last = min((one.start_line - 1 for one in others if one.start_line > each.end_line), default=len(lines))
    first, last = max(first, each.start_line - AROUND_LINES), min(last, each.end_line + AROUND_LINES)
    flat = " ".join(" ".join(line.strip(" \t*#/;>|").split()) for line in lines[first - 1 : last])
    taken = _TAKEN_BACK.search(flat)
    if taken is None:
        return 0
    passed = 0
    for number in range(first, last + 1):
        passed += len(" ".join(lines[number - 1].strip(" \t*#/;>|").split())) + 1
        if passed > taken.start():
            return number
    return last
