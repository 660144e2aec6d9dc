"""Signs in the content that decide between languages which share an extension.

Each extension has its signs in order; the first that holds names the language. A sign holds when all its patterns are
found and none of its refusals. Patterns are multi-line, look at one line at a time and repeat over bounded or disjoint
character sets, so that a hostile file of the size that is looked at costs milliseconds.
"""

import codecs
import re
from functools import cache

from plumbrule.mcp_server.analysis.languages.sign import Sign, Signs

CONSIDERED_BYTES = 50 * 1024  # as linguist: the head of a file is enough, and bounds the work


@cache
def all_signs() -> Signs:
    """Every extension's signs; imported on first use because most repositories need few of them."""
    from plumbrule.mcp_server.analysis.languages import signs_common, signs_guessed, signs_rare

    together: Signs = {}
    for signs in (signs_common.SIGNS, signs_rare.SIGNS, signs_guessed.SIGNS):
        for extension, own in signs.items():
            together[extension] = together.get(extension, ()) + own
    return together


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.MULTILINE)


def _text(data: bytes) -> bytes:
    """Without the mark of UTF-8, lines ending in line feeds."""
    data = data.removeprefix(codecs.BOM_UTF8)
    return data.replace(b"\r\n", b"\n") if b"\r" in data else data


def read_sign(extension: str, data: bytes) -> Sign | None:
    """The first sign of an extension (lower case, with its dot) that holds for the content, or None."""
    signs = all_signs().get(extension)
    if not signs:
        return None
    text = _text(data[:CONSIDERED_BYTES])
    found = _first(signs, text)
    if found is None and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        found = _first(signs, _text(data[:CONSIDERED_BYTES].decode("utf-16", "replace").encode("utf-8", "replace")))
    return found


def _first(signs: tuple[Sign, ...], text: bytes) -> Sign | None:
    for sign in signs:
        if all(_compiled(p).search(text) for p in sign.patterns) and not any(
            _compiled(p).search(text) for p in sign.refusals
        ):
            return sign
    return None
