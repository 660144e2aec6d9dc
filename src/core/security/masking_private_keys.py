"""Private keys: PEM over lines, on one line, cut at either end; PuTTY's files.

Beside `masking_structures`, which lists these readers with its own.
"""

# ruff: noqa: E501 - because a pattern broken over lines hides which alternatives it has
# ruff: noqa: ARG001 - because all readers have one signature, whether they look back or ahead or need to remember

import re
from collections.abc import Sequence

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.masking_assignments import Seen, Span

_NOTHING: Sequence[Span] = ()

_PEM_HEAD = LazyPattern(
    r"(?:[A-Z0-9]{1,20}(?: |%20|\+)){0,4}(?:PRIVATE(?: |%20|\+)KEY(?:(?: |%20|\+)BLOCK)?|OPENSSH PRIVATE KEY|ENCRYPTED MESSAGE|PGP MESSAGE) ?-{4,5}",
    re.IGNORECASE,
)
_PEM_BODY = LazyPattern(
    r"(?:(?:\s|\\{1,8}[nrt]|[\"'+,;|>#*]|<br ?/?>|&#1[03];|%0[AaDd]|%20|\\u000[aAdD]){0,16}+"
    r"(?:[A-Za-z0-9+/=]{16,}+(?:%(?:2[BbFf]|3[Dd])[A-Za-z0-9+/=]*+)*+|(?:Proc-Type|DEK-Info|Comment|Version|Hash|Charset): [^\r\n\\]{0,120}))++"
    r"(?:(?:\s|\\{1,8}[nrt]|[\"'+,;|>#*]){0,16}+[A-Za-z0-9+/=]{1,64}+(?![\w:. ]))?"
)
MAX_PEM_CHARS = 65_536


def pem(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The body of a private key in PEM: over lines, on one line with escapes, or cut before its END."""
    head = _PEM_HEAD.match(text, end)
    if head is None:
        return _NOTHING
    closing = text.find("-----END" if text[end - 7] == "-" else "---- END", head.end(), head.end() + MAX_PEM_CHARS)
    following = text.find("-----BEGIN", head.end(), head.end() + 4096 if closing < 0 else closing)
    if closing >= 0 and following < 0:
        return ((head.end(), closing),)
    body = _PEM_BODY.match(text, head.end())
    return ((head.end(), body.end()),) if body else _NOTHING


_PEM_END = LazyPattern(r"(?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY")
_PEM_LINE = LazyPattern(r"[\s>|\"'+#*,/]{0,40}(?:[A-Za-z0-9+/=]{1,100}(?:\\{1,4}[nr])?)[\s\"'+,;\\]{0,24}")
MIN_TAIL_CHARS = 24
MAX_TAIL_CHARS = 8_192


def pem_tail(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The lines before the END of a private key whose BEGIN was cut off."""
    if _PEM_END.match(text, end) is None:
        return _NOTHING
    lowest = max(seen.get(pem_tail, 0), start - MAX_TAIL_CHARS, text.rfind("-----BEGIN", 0, start))
    seen[pem_tail] = end
    at = start
    while at > lowest:
        line = text.rfind("\n", lowest, at - 1) + 1 or lowest
        if _PEM_LINE.fullmatch(text, line, at) is None:
            break
        at = line
    return ((at, start),) if start - at >= MIN_TAIL_CHARS else _NOTHING


_PUTTY = LazyPattern(
    r"[ \t]{0,4}\d{1,4}(?:\s|\\{1,4}[nr]){1,4}((?:[A-Za-z0-9+/=]{1,76}(?:\s|\\{1,4}[nr]){0,4}){1,200})"
)


def putty(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The private lines of a PuTTY key file."""
    found = _PUTTY.match(text, end)
    return (found.span(1),) if found else _NOTHING
