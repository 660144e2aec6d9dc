"""Licence texts as words: the form in which two copies of one licence are equal.

Case, punctuation, line breaks, comment marks, list numbers, placeholders in angle brackets and copyright lines go;
spelling variants are folded. A word is kept as 16 bits of its CRC: pairs of words are what is compared, and a chance
equality of two pairs among the few thousand of a licence changes no score in its third digit.
"""

import re
from array import array
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

MAX_TEXT = 256 * 1024  # characters of a file that are looked at

_NOTICE_LINE = 240  # characters; a longer line that begins with a notice has the licence on it too
_COPYRIGHT = re.compile(
    r"[\W_]{0,20}(?:portions\s{1,4}|some\s{1,4}parts\s{1,4})?"
    r"(?:copyright\s{0,4}(?:\(c\)|©|&copy;|\d{4}|[<\[{]|by\b|:|notice\s{0,4}\Z)|(?:\(c\)|©)\s{0,4}(?:copyright\b|\d{4}|[<\[{]))"
    r"|[\W_]{0,20}all\s{1,4}rights\s{1,4}reserved[\W_]{0,20}\Z"
)
_GRANTS = re.compile(r"permission|(?:re)?distribut(?:e|ion)|as long as|provided that|free software|may be used")
"""Words of a short licence that stands on the line of its own notice."""

_LIST_MARK = re.compile(r"[\s*#/;%>|\-]{0,40}\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-z]|[ivx]{1,4})[.)](?:\s|\Z)")
_PLACEHOLDER = re.compile(r"<[^<>\n]{1,80}>")
_WORD = re.compile(r"[^\W_]+")
_VARIANTS = {
    "licence": "license",
    "licences": "licenses",
    "licenced": "licensed",
    "sublicence": "sublicense",
    "licencor": "licensor",
    "http": "https",
    "favour": "favor",
    "organisation": "organization",
    "noncommercially": "noncommercially",
    "behaviour": "behavior",
    "fulfil": "fulfill",
    "labour": "labor",
    "programme": "program",
    "judgement": "judgment",
    "acknowledgement": "acknowledgment",
    "whilst": "while",
}


class Words(NamedTuple):
    """The words of a text as 16-bit numbers, and the line (from 1) that each stands on."""

    hashes: "array[int]"
    lines: "array[int]"

    def pairs(self) -> list[int]:
        """Each word with its successor as one number; one less than there are words."""
        hashes = self.hashes
        return [first << 16 | second for first, second in pairwise(hashes)]


def words_of(text: str) -> Words:
    """The words of the first `MAX_TEXT` characters."""
    hashes, lines = array("H"), array("L")
    known: dict[str, int] = {}
    for number, line in enumerate(text[:MAX_TEXT].lower().split("\n"), 1):
        if len(line) <= _NOTICE_LINE and _COPYRIGHT.match(line) and not _GRANTS.search(line):
            continue
        if mark := _LIST_MARK.match(line):
            line = line[mark.end() :]
        if "<" in line:
            line = _PLACEHOLDER.sub(" ", line)
        for word in _WORD.findall(line):
            value = known.get(word)
            if value is None:
                value = known[word] = crc32(str(_VARIANTS.get(word, word)).encode()) & 0xFFFF
            hashes.append(value)
            lines.append(number)
    return Words(hashes, lines)
