"""Lines of code, comment and blank ones, by each language's comments and strings; and the text without its comments.

One pattern per language runs once over the bytes: it takes the code up to the next comment in one step, strings
included, so that a `#` in a string is no comment. Linear: every repetition is possessive. A line with code and a
comment is code. Blank is what holds white space only, inside of comments too (as cloc counts). In Python a string that
stands as a statement of its own is a comment: documentation (cloc does the same); its tree knows which, the pattern
guesses where there is none.
"""

import codecs
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from plumbrule.mcp_server.analysis.syntax.comment_marks import TABLE, Syntax


class Lines(NamedTuple):
    """The counts sum to the lines of the file; `stripped` is the text without comments, line for line."""

    code: int
    comment: int
    blank: int
    stripped: bytes
    bare: list[bytes] | None = None
    """The stripped text's lines without white space, where they were counted."""


_HASH_AT_WORD = frozenset(("Shell", "Makefile", "Dockerfile", "YAML", "fish", "PowerShell", "Tcl", "Nix", "Awk"))
"""Where `#` opens a comment only at the start of a word: `$#`, `${x#y}`, `a#b` are none."""

MAX_NESTED = 4
"""How deep comments are followed that hold others of their kind."""

_WITH_SCRIPTS = frozenset(
    ("HTML", "Vue", "Svelte", "Astro", "HTML+PHP", "Marko", "Riot", "mdsvex", "HTML+Razor", "Blade")
)
_SCRIPT = re.compile(rb"(?i)<(script|style)\b([^>]{0,400}+)>((?:[^<]++|<(?!/\1))*+)")
_FIRST_LINE = 512  # bytes in which the first line's mark is looked for
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BLANK = re.compile(rb"\n[ \t\r\v\f]*+(?=\n)")


def lines_of(language: str, raw: bytes, comments: Sequence[tuple[int, int]] | None = None) -> Lines:
    """The counts for `raw` in `language`. Without a known comment syntax every line that is not blank is code.

    `comments` are their spans, where a tree has told them: ascending, none in another.
    """
    if raw.startswith(_MARKS) and comments is None:
        raw = raw[3:] if raw.startswith(codecs.BOM_UTF8) else raw.decode("utf-16", "replace").encode("utf-8", "replace")
    total = raw.count(b"\n") + (bool(raw) and not raw.endswith(b"\n"))
    filled = _filled(raw)
    if (alone := _alone(language)) is not None:
        whole = len(alone.findall(raw)) + (alone.match(b"\n" + raw[:_FIRST_LINE]) is not None)
        return Lines(filled - whole, whole, total - filled, raw)
    pattern = _pattern(language) if comments is None else None
    if language in _WITH_SCRIPTS and pattern is not None and _SCRIPT.search(raw):
        stripped = _without_scripts_comments(pattern, raw)
    elif pattern is not None and _at_line_starts(language):
        stripped = _without_comments(pattern, b"\n" + raw)[1:]
    elif pattern is not None:
        stripped = _without_comments(pattern, raw)
    elif comments:
        stripped = _without(comments, raw)
    else:
        return Lines(filled, 0, total - filled, raw)
    if stripped is raw:
        return Lines(filled, 0, total - filled, raw)
    bare = bare_lines(stripped)
    code = min(filled, len(bare) - bare.count(b""))
    return Lines(code, filled - code, total - filled, stripped, bare)


def bare_lines(stripped: bytes) -> list[bytes]:
    """The lines without white space."""
    return stripped.translate(None, b" \t\r\v\f").split(b"\n")


def _filled(raw: bytes) -> int:
    """Lines with something else than white space."""
    ends = raw.count(b"\n")
    if not ends:
        return int(bool(raw.strip()))
    first, last = raw[: raw.index(b"\n")], raw[raw.rindex(b"\n") + 1 :]
    return ends - 1 - len(_BLANK.findall(raw)) + bool(first.strip()) + bool(last.strip())


def _without(comments: Sequence[tuple[int, int]], raw: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    for start, end in comments:
        parts.append(raw[at:start])
        if lines := raw.count(b"\n", start, end):
            parts.append(b"\n" * lines)
        at = end
    parts.append(raw[at:])
    return b"".join(parts)


def _without_comments(pattern: re.Pattern[bytes], raw: bytes) -> bytes:
    parts: list[bytes] = []
    end = 0
    for found in pattern.finditer(raw):
        code, comment = found.span(1)[1], found.group(2)
        parts.append(raw[found.start() : code])
        if b"\n" in comment:
            parts.append(b"\n" * comment.count(b"\n"))
        end = found.end()
    if not parts:
        return raw
    parts.append(raw[end:])
    return b"".join(parts)


def _without_scripts_comments(pattern: re.Pattern[bytes], raw: bytes) -> bytes:
    """The text without the comments of its markup, of its scripts and of its styles."""
    parts: list[bytes] = []
    end = 0
    for found in _SCRIPT.finditer(raw):
        parts.append(_without_comments(pattern, raw[end : found.start(3)]))
        inner = _pattern(
            "CSS" if found.group(1).lower() == b"style" and b"lang" not in found.group(2) else "TypeScript"
        )
        parts.append(_without_comments(inner, found.group(3)) if inner else found.group(3))
        end = found.end(3)
    parts.append(_without_comments(pattern, raw[end:]))
    return b"".join(parts)


@cache
def _at_line_starts(language: str) -> bool:
    """Whether comments may begin with the line feed before them, which the first line must be given."""
    syntax = TABLE[language]
    return bool(syntax.column or syntax.first or syntax.patterns or any(mark[0] == "\n" for mark, _ in syntax.block))


@cache
def _alone(language: str) -> re.Pattern[bytes] | None:
    """Where comments have lines of their own and no strings hide them: the start of such a line."""
    syntax = TABLE.get(language)
    if syntax is None or not syntax.first or syntax != Syntax(strings=(), first=syntax.first):
        return None
    return re.compile(_at_first(syntax.first))


@cache
def _pattern(language: str) -> re.Pattern[bytes] | None:
    """Group 1 is the code before a comment, group 2 the comment; None where the language has no known comments."""
    syntax = TABLE.get(language)
    if syntax is None:
        return None
    comments = [*syntax.patterns, *_blocks(syntax), *_line_comments(language, syntax)]
    strings = [*_raw_strings(syntax.raw), *_strings(syntax.strings)]
    if syntax.docstrings:
        # At the start of a line after indentation alone, and ending its line: a statement of its own.
        comments[:0] = [
            (
                rb"(?:\n|\A)[ \t]*+(?:[rRuUbB]{0,2}(?:"
                rb'"""(?:[^"\\]++|\\[\s\S]|"(?!""))*+"""|'
                rb"'''(?:[^'\\]++|\\[\s\S]|'(?!''))*+'''"
                rb'|(?<=[ \t])"(?!"")(?:[^"\\\n]++|\\.)*+")(?=[ \t]*(?:[#\n\r]|\Z)))'
            ),
        ]
    comment = b"|".join(comments)
    first = _starts(syntax)
    plain = rb"[^" + first + rb"]++"
    if syntax.docstrings:  # lines that begin with no string, and short strings, at once
        plain += rb"|\n\s*+(?![rRuUbB]{0,2}[\"'])" + rb'|"(?!"")[^"\\\n]*+"' + rb"|'(?!'')[^'\\\n]*+'"
    other = b"|".join([*strings, rb"[\s\S]"])
    code = plain + rb"|(?!" + comment + rb")(?:" + other + rb")"
    # With the end as an alternative no attempt fails: a failure would be tried again from every later byte.
    return re.compile(rb"((?:" + code + rb")*+)(" + comment + rb"|\Z)")


def _starts(syntax: Syntax) -> bytes:
    """Characters at which something other than plain code may begin, as the inside of a class."""
    marks: set[str] = {mark[0] for mark in (*syntax.line, *syntax.strings)}
    marks |= {opening.lstrip("\\")[0] for opening, _ in (*syntax.block, *syntax.raw)}
    if syntax.docstrings or syntax.column or syntax.first or syntax.patterns:
        marks.add("\n")
    return b"".join(re.escape(mark.encode()[:1]) for mark in sorted(marks))


def _line_comments(language: str, syntax: Syntax) -> Iterable[bytes]:
    for mark in syntax.line:
        before = rb"(?<![^\s;&|(){}])" if mark == "#" and language in _HASH_AT_WORD else b""
        before = rb"(?<!\\)" if mark == "%" else before
        yield before + re.escape(mark).encode() + rb"[^\n]*+"
    if syntax.column:
        yield rb"(?:\n|\A)[" + re.escape(syntax.column).encode() + rb"][^\n]*+"
    if syntax.first:
        yield _at_first(syntax.first) + rb"[^\n]*+"


def _at_first(marks: tuple[str, ...]) -> bytes:
    """One of the marks with only white space before it on its line. A mark that ends in a letter ends a word, too."""
    either = [re.escape(mark).encode() + (rb"\b" if mark[-1].isalpha() else b"") for mark in marks]
    return rb"\n[ \t]*+" + (either[0] if len(either) == 1 else rb"(?:" + b"|".join(either) + rb")")


def _blocks(syntax: Syntax) -> Iterable[bytes]:
    for opening, closing in syntax.block:
        none = rb"(?!" + re.escape(opening + syntax.directive).encode() + rb")" if syntax.directive else b""
        yield none + _until(opening, closing, MAX_NESTED if syntax.nested else 0)


def _until(opening: str, closing: str, depth: int = 0) -> bytes:
    """From one mark to the next other one, or to the end; `depth` is how many of the same kind may lie within."""
    start, end = re.escape(opening).encode(), re.escape(closing).encode()
    if opening.startswith("\n"):
        start = rb"(?:\n|\A)" + re.escape(opening[1:]).encode()
    if closing.startswith("\n"):
        end += rb"[^\n]*+"
    firsts = b"".join(
        re.escape(each.encode()[:1]) for each in sorted({closing[0], opening[0] if depth else closing[0]})
    )
    body = rb"(?:[^" + firsts + rb"]++|"
    if depth:
        body += _until(opening, closing, depth - 1) + rb"|"
    body += rb"(?!" + end + rb")[" + firsts + rb"])*+"
    return start + body + rb"(?:" + end + rb"|\Z)"


def _raw_strings(pairs: tuple[tuple[str, str], ...]) -> Iterable[bytes]:
    for opening, closing in pairs:
        if not opening.startswith("\\"):
            yield _until(opening, closing)
            continue
        quote = re.escape(closing[0]).encode()
        end = re.escape(closing).encode()
        body = rb"(?:[^" + quote + rb"\\]++|\\[\s\S]|(?!" + end + rb")" + quote + rb")*+"
        yield end + body + rb"(?:" + end + rb"|\Z)"


def _strings(marks: tuple[str, ...]) -> Iterable[bytes]:
    """Strings that end on their line, closed or not: an attempt that may fail would be made again at every quote."""
    for mark in marks:
        quote = re.escape(mark).encode()
        yield quote + rb"(?:[^" + quote + rb"\\\n]++|\\[\s\S])*+(?:" + quote + rb"|(?=\n)|\Z)"
