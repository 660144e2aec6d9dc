"""The licence that a file states in its own comments: `SPDX-License-Identifier` tags (SPDX 2.3, annex E; REUSE 3.3).

A pure function of bytes that is called for every text file of a repository: a file without the words costs one search.
"""

import re
from functools import lru_cache

TAG = b"SPDX-License-Identifier:"
MAX_TAGS = 20
MAX_EXPRESSION_BYTES = 200

_IGNORED = re.compile(
    rb"REUSE-IgnoreStart.*?(?:REUSE-IgnoreEnd|\Z)|SPDX-SnippetBegin.*?(?:SPDX-SnippetEnd|\Z)", re.DOTALL
)
"""What REUSE passes over, and what holds for a part of the file only."""

_ENDS = re.compile(r"\*/|-->|\*\)|\*\}|#\}|%>|-\}|\"\"\"|'''|\?>|\\n|</|[\"'`<>]|\]\]")
"""What ends a comment, or a string around the tag."""

_QUOTED = re.compile(rb"[\"'`]")
_WORD = re.compile(r"\(|\)|[^\s()]+")
_TRAILING = " \t*#;/!%.,|-=~"
"""What boxes and line ends put behind an expression."""


def tags_in(raw: bytes) -> list[tuple[str, int]]:
    """SPDX expressions that the file's tags state, canonical, each once with its first line.

    A tag inside a string literal is text about a tag, and what no SPDX expression can be read from says nothing.
    0.2 us for a file of 10 KB without a tag, 4 us with one.
    """
    at = raw.find(TAG)
    if at < 0:
        return []
    ignored = [found.span() for found in _IGNORED.finditer(raw)] if b"REUSE-Ig" in raw or b"SPDX-Sn" in raw else []
    found: dict[str, int] = {}
    for _ in range(MAX_TAGS):
        if not any(start <= at < end for start, end in ignored):
            expression = _stated_at(raw, at)
            if expression:
                found.setdefault(expression, raw.count(b"\n", 0, at) + 1)
        at = raw.find(TAG, at + len(TAG))
        if at < 0:
            break
    return list(found.items())


def _stated_at(raw: bytes, at: int) -> str:
    """The expression of the tag at this byte, "" when there is none."""
    line = max(raw.rfind(b"\n", 0, at), raw.rfind(b"\r", 0, at)) + 1
    if _in_string(raw[max(line, at - 200) : at]):
        return ""
    start = at + len(TAG)
    end = raw.find(b"\n", start, start + MAX_EXPRESSION_BYTES)
    return expression_of(raw[start : end if end >= 0 else start + MAX_EXPRESSION_BYTES].decode("utf-8", "replace"))


def _in_string(before: bytes) -> bool:
    """Whether a quote opens before the tag. One that is the line's first character opens a comment in Vim script, and
    `'` in Visual Basic; in roff it follows a dot."""
    lead = before.strip()
    if lead in (b'"', b"'", b'.\\"', b"'\\\""):
        return before[-1:] in b"\"'"
    return _QUOTED.search(before) is not None and not lead.startswith((b"#", b"//", b"*", b"/*", b"--", b"<!--"))


@lru_cache(maxsize=512)
def expression_of(text: str) -> str:
    """The canonical expression that a tag's text begins with, "" when it begins with none.

    Further words behind an expression (a copyright line in the same comment) are passed over.
    """
    from plumbrule.mcp_server.analysis.licences.declared import normalise  # 12 ms that few workers need

    ended = _ENDS.search(text)
    text = (text[: ended.start()] if ended else text).strip(" \t\r").rstrip(_TRAILING)
    if not text:
        return ""
    whole = normalise(text)
    if whole.rule == "declared.spdx" and whole.expression:
        return whole.expression
    words = _WORD.findall(text)[:41]
    for count in range(len(words) - 1, 0, -1):
        if words[count - 1].upper() in ("OR", "AND", "WITH", "("):
            continue
        begun = normalise(" ".join(words[:count]))
        if begun.rule == "declared.spdx" and begun.expression:
            return begun.expression
    return whole.expression if whole.rule == "declared.alias" and whole.expression else ""
