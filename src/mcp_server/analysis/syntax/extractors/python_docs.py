"""The first line of a docstring as `ast` and `help()` have it: prefixes, joined literals and escapes read."""

import re
import unicodedata

from plumbrule.mcp_server.analysis.syntax.extractors.common import DOC_CHARS

_STRING = re.compile(r"([A-Za-z]{0,2})(\"\"\"|'''|\"|')")
_ESCAPE = re.compile(
    r"\\(?:(\r?\n)|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^{}\n]{1,60})\}|(.))",
    re.DOTALL,
)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "\\": "\\", "'": "'", '"': '"'}
_BETWEEN = re.compile(r"(?:\s++|\\\r?\n|#[^\n]*+)*+")


def first_line(literal: str) -> str:
    """The first line that says something; "" for bytes and f-strings, which are no documentation.

    `literal` is a string literal as it is written, or several that stand together; it may be cut at its end.
    """
    said: list[str] = []
    at = 0
    while (opening := _STRING.match(literal, at)) is not None:
        prefix, quote = opening[1].lower(), opening[2]
        if prefix not in ("", "r", "u"):
            return ""
        end = _end(literal, opening.end(), quote)
        inner = literal[opening.end() : end]
        said.append(_ESCAPE.sub(_unescaped, inner) if "\\" in inner and prefix != "r" else inner)
        at = end + len(quote)
        if at >= len(literal):
            break
        between = _BETWEEN.match(literal, at)
        at = between.end() if between else at
    whole = "".join(said).strip()
    return whole.splitlines()[0].rstrip()[:DOC_CHARS] if whole else ""


def _end(literal: str, start: int, quote: str) -> int:
    """Where the quote that closes a literal begins, or the text's end."""
    at = start
    while True:
        at = literal.find(quote, at)
        if at < 0:
            return len(literal)
        before = at
        while before > start and literal[before - 1] == "\\":
            before -= 1
        if (at - before) % 2 == 0:
            return at
        at += 1


def _unescaped(found: re.Match[str]) -> str:
    joint, octal, two, four, eight, name, plain = found.groups()
    if joint is not None:
        return ""
    if plain is not None:
        return _PLAIN.get(plain, found[0])
    if name is not None:
        try:
            return unicodedata.lookup(name)
        except KeyError:
            return found[0]
    point = int(octal, 8) if octal else int(two or four or eight, 16)
    return chr(point) if point < 0x110000 and not 0xD800 <= point < 0xE000 else "\ufffd"
