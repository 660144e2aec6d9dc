"""Kotlin's tokens: strings and comments covered, brackets paired, then one token at a time from any place.

Above lie `kotlin_ends` and `kotlin_heads`, which read declarations from them. What a string template holds belongs
to its string: nothing is declared there that others see. Everything is linear in the bytes.
"""

import re
from typing import Literal, NamedTuple

_OPENING = re.compile(rb"//|/\*|(?<!\$)\$*\"\"\"|(?<!\$)\$*\"|'(?:[^'\\\n]|\\[^\n]{1,8}?)'|`[^`\n]*`|[{}]")
_NOTE = re.compile(rb"/\*|\*/")
_TEXT = {b'"': re.compile(rb'[\\"\n]|(?<!\$)\$+\{'), b'"""': re.compile(rb'"""+|(?<!\$)\$+\{')}
"""What ends a string or opens a template in it. A run of dollars is looked at from its first alone."""
_VISIBLE = re.compile(rb"[^\n]")
_BRACKET = re.compile(rb"[(){}\[\]]")
_CLOSING = {b")": b"(", b"]": b"[", b"}": b"{"}
_TOKEN = re.compile(
    rb"[ \t\r\f]*(?:(?P<line>\n)|(?P<word>[A-Za-z_$\x80-\xff][\w$\x80-\xff]*|`[^`\n]*`)"
    rb"|(?P<value>\"_*\"|'_*'|[0-9]\w*(?:\.[0-9]\w*)?)"
    rb"|(?P<mark>\?\.|\?:|::|&&|\|\||->|!!(?!=)|[!=]==?|<=|>=|\.\.<?|\+\+|--|[-+*/%]=|![ ]?(?:in|is)\b|[^\s]))"
)
_IMPOSSIBLE = re.compile(
    rb"(?<![=!<>+*/%-])=\s*(?:[)\],;}]|\Z)|\(\s*,|,\s*,|(?<!\.)\.\s*[)\],;}=]|(?:&&|\|\||\?:)\s*[)\],;}]"
    rb"|(?<![:.\w`])(?:va[lr]|class|interface|package|import|fun)\s*[)\]{},;=]|[=+*%]\s+[=*%]\s"
    rb"|(?<!\+)\+\s*[)\]},;]|(?<!-)-\s*[)\]},;]|\bva[lr][ \t]+\w+[ \t]+[0-9\"]|[(,][ \t]*\w+:[ \t]*\w+[ \t]+\w+:(?!:)"
    rb"|\bclass[ \t]+\w+[ \t]+(?:extends|implements)\b|\b(?:public|private|protected)[ \t]+static\b"
)
"""Marks that no Kotlin has beside each other."""
MAX_ARGUMENT_TOKENS = 300
"""How far the end of type arguments is looked for behind a `<`."""

MAX_LINE_BYTES = 200
"""How far before a brace its line's beginning is looked for."""

Kind = Literal["line", "word", "value", "mark", "end"]


class Token(NamedTuple):
    """One token; `end` of the file has no bytes."""

    kind: Kind
    text: bytes
    start: int
    end: int


def masked(raw: bytes) -> bytes:
    """The bytes with the inside of strings written over with `_` and comments with spaces: lines and offsets stay."""
    out = bytearray(raw)
    if raw.startswith(b"#!"):
        _blank(out, raw, 0, _line_end(raw, 0))
    if raw.startswith(b"\xef\xbb\xbf"):
        out[:3] = b"   "
    at = 0
    while found := _OPENING.search(raw, at):
        start, said = found.start(), found.group()
        at = found.end()
        if said == b"//":
            at = _line_end(raw, at)
            _blank(out, raw, start, at)
        elif said == b"/*":
            at = _note_end(raw, at)
            _blank(out, raw, start, at)
        elif said.endswith(b'"'):
            at = _string_end(raw, at, said)
            if at - start > 1:
                # What is never closed closes too much: the brackets tell that the file is broken.
                closed = raw[at - 1 : at] == b'"' and at - start >= 2 * len(said.lstrip(b"$"))
                out[start:at] = b'"' + b"_" * (at - start - 2) + (b'"' if closed else b")")
        elif said[:1] == b"'":
            out[start:at] = b"'" + b"_" * (at - start - 2) + b"'"
    return bytes(out)


def _blank(out: bytearray, raw: bytes, start: int, end: int) -> None:
    out[start:end] = _VISIBLE.sub(b" ", raw[start:end])


def _line_end(raw: bytes, at: int) -> int:
    end = raw.find(b"\n", at)
    return len(raw) if end < 0 else end


def _note_end(raw: bytes, at: int) -> int:
    """Comments nest (Kotlin specification, "Comments")."""
    depth = 1
    while depth and (found := _NOTE.search(raw, at)):
        depth += 1 if found.group() == b"/*" else -1
        at = found.end()
    return at if not depth else len(raw)


def _string_end(raw: bytes, at: int, opening: bytes) -> int:
    """Where a string ends that began before `at`: its templates hold code, which may hold strings.

    With dollars in front of the quotes as many begin a template (Kotlin 2.2, "Multi-dollar interpolation").
    """
    around: list[tuple[bytes, int]] = [_sort(opening)]
    braces: list[int] = []
    while around:
        if len(around) == len(braces):
            at = _template_end(raw, at, around, braces)
            continue
        quote, dollars = around[-1]
        found = _TEXT[quote].search(raw, at)
        if found is None:
            return len(raw)
        at = found.end()
        said = found.group()
        if said == b"\\":
            at += 1
        elif said == b"\n":
            around.pop()
            at = found.start()
        elif said.endswith(b"{"):
            if len(said) - 1 >= dollars:
                braces.append(0)
        else:
            around.pop()
    return min(at, len(raw))


def _sort(opening: bytes) -> tuple[bytes, int]:
    quote = opening.lstrip(b"$")
    return quote, max(1, len(opening) - len(quote))


def _template_end(raw: bytes, at: int, around: list[tuple[bytes, int]], braces: list[int]) -> int:
    """Goes on inside a template up to its end or to the next string in it."""
    found = _OPENING.search(raw, at)
    if found is None:
        around.clear()
        return len(raw)
    said, at = found.group(), found.end()
    if said == b"{":
        braces[-1] += 1
    elif said == b"}":
        if braces[-1]:
            braces[-1] -= 1
        else:
            braces.pop()
    elif said == b"//":
        return _line_end(raw, at)
    elif said == b"/*":
        return _note_end(raw, at)
    elif said.endswith(b'"'):
        around.append(_sort(said))
    return at


class Tokens:
    """The tokens of masked bytes from any place, and the partner of each opening bracket."""

    __slots__ = ("_arguments", "_pairs", "_unpaired", "code")

    def __init__(self, raw: bytes) -> None:
        self.code = masked(raw)
        self._pairs, self._unpaired = _paired(self.code)
        self._arguments: dict[int, int] = {}

    def broken(self) -> bool:
        """Whether brackets do not pair, or marks stand beside each other as in no Kotlin."""
        return self._unpaired or _IMPOSSIBLE.search(self.code) is not None

    def at(self, place: int) -> Token:
        """The token that begins behind white space at `place`; a line's end is one."""
        found = _TOKEN.match(self.code, place)
        if found is None:
            return Token("end", b"", len(self.code), len(self.code))
        kind: Kind = found.lastgroup  # type: ignore[assignment]  # the groups of the pattern
        return Token(kind, found[kind], found.start(kind), found.end())

    def seen(self, place: int) -> Token:
        """As `at`, over the ends of lines."""
        one = self.at(place)
        while one.kind == "line":
            one = self.at(one.end)
        return one

    def closed(self, opening: int) -> int:
        """Behind the partner of the bracket at `opening`; the end of what is around it where there is none."""
        return self._pairs.get(opening, len(self.code))

    def after(self, one: Token) -> int:
        """Behind a token, an opening bracket with all that it holds."""
        return self.closed(one.start) if one.text in (b"(", b"[", b"{") else one.end

    def arguments(self, opening: int) -> int:
        """Behind the `>` that closes the `<` at `opening`; `opening` itself where it opens no type arguments.

        What one look has told of the brackets inside is kept: no token is looked at for ever.
        """
        known = self._arguments.get(opening)
        if known is not None:
            return known
        waiting: list[int] = []
        place = opening
        for _ in range(MAX_ARGUMENT_TOKENS):
            one = self.at(place)
            said = one.text
            place = one.end
            if said == b"<":
                waiting.append(one.start)
            elif said in (b">", b">="):
                first = waiting.pop()
                self._arguments[first] = one.start + 1
                if not waiting:
                    return one.start + 1
            elif said in (b"(", b"["):
                place = self.closed(one.start)
            elif one.kind in ("value", "end") or (one.kind == "mark" and said not in _IN_ARGUMENTS):
                break
        self._arguments.update((each, each) for each in waiting)
        return opening


_IN_ARGUMENTS = frozenset((b".", b",", b"?", b"*", b":", b"->", b"@", b"&", b"::"))


def _paired(code: bytes) -> tuple[dict[int, int], bool]:
    """Each opening bracket's place to the place behind its partner, and whether one has none.

    A brace closes what is left open inside it. Where braces are left open at the end, those that stand first on their
    lines close by their indentation.
    """
    pairs, left, odd = _matched(code, indented=False)
    return _matched(code, indented=True)[0] if left else pairs, odd


def _matched(code: bytes, *, indented: bool) -> tuple[dict[int, int], bool, bool]:
    """The pairs, whether a brace was left open, and whether any bracket has no partner."""
    pairs: dict[int, int] = {}
    waiting: list[tuple[bytes, int, int]] = []
    braces = 0
    odd = False
    for found in _BRACKET.finditer(code):
        said, start = found.group(), found.start()
        opening = _CLOSING.get(said)
        if opening is None:
            waiting.append((said, start, _indent(code, start)[0] if indented and said == b"{" else 0))
            braces += said == b"{"
            continue
        if (said == b"}" and not braces) or (said != b"}" and (not waiting or waiting[-1][0] != opening)):
            odd = True
            continue
        if said == b"}":
            indent, first = _indent(code, start) if indented else (0, False)
            while waiting[-1][0] != b"{" or (first and braces > 1 and waiting[-1][2] > indent):
                braces -= waiting[-1][0] == b"{"
                pairs[waiting.pop()[1]] = start
                odd = True
            braces -= 1
        pairs[waiting.pop()[1]] = start + 1
    return pairs, braces > 0, odd or bool(waiting)


def _indent(code: bytes, at: int) -> tuple[int, bool]:
    """How far the line of a brace is indented, and whether the brace is its first."""
    begin = code.rfind(b"\n", max(0, at - MAX_LINE_BYTES), at) + 1
    line = code[begin:at]
    kept = len(line) - len(line.lstrip())
    return kept, kept == len(line)
