"""Whether SQL is broken in a way that every dialect would say: quotes that do not end, brackets that do not match.

No grammar reads all dialects: of 130 files that their own databases take, 127 hold something that the grammar here does
not know. So only what is wrong in each of them counts as a syntax error.
"""

import re

_COPY = re.compile(rb"^copy\s[^;\n]{0,2000}\bfrom\s+stdin\b[^;\n]{0,200};", re.IGNORECASE | re.MULTILINE)
_TOKENS = re.compile(
    rb"--[^\n]*|/\*|'|\"|`|\$(?:[A-Za-z_]\w{0,60})?\$|[()]|^[ \t]*\\[^\n]*|^[ \t]*#[^\n]*", re.MULTILINE
)
_QUOTES = (b"'", b'"', b"`", b"/*")
MAX_BYTES = 2_000_000
"""Of a longer file nothing is said: it is a dump, and what broke it is not a person."""


def unbalanced(raw: bytes) -> list[int]:
    """The line where a quote or bracket begins that has no end, or a bracket ends that has no beginning; [] if none.

    A backslash before a quote escapes it in some dialects and not in others: what one reading takes is right.
    """
    if len(raw) > MAX_BYTES:
        return []
    raw = _without_copied(raw)
    found = _fault(raw, escapes=False)
    if found is None or _fault(raw, escapes=True) is None:
        return []
    return [raw.count(b"\n", 0, found) + 1]


def _without_copied(raw: bytes) -> bytes:
    """Without the rows between `COPY … FROM stdin;` and `\\.`, of which the line ends stay."""
    pieces: list[bytes] = []
    at = 0
    for copy in _COPY.finditer(raw):
        if copy.end() < at:
            continue
        end = raw.find(b"\n\\.", copy.end())
        if end < 0:
            break
        pieces += (raw[at : copy.end()], b"\n" * raw.count(b"\n", copy.end(), end))
        at = end
    return b"".join([*pieces, raw[at:]])


def _fault(raw: bytes, *, escapes: bool) -> int | None:
    """The offset of the first fault."""
    opened: list[int] = []
    at = 0
    while (token := _TOKENS.search(raw, at)) is not None:
        at = token.end()
        mark = token[0]
        if mark == b"(":
            opened.append(token.start())
        elif mark == b")":
            if not opened:
                return token.start()
            opened.pop()
        elif mark in _QUOTES or mark.startswith(b"$"):
            at = _closing(raw, at, mark, escapes=escapes)
            if at < 0:
                return token.start()
    return opened[0] if opened else None


def _closing(raw: bytes, at: int, mark: bytes, *, escapes: bool) -> int:
    """Behind the end of what `mark` began; -1 where it has none."""
    close = b"*/" if mark == b"/*" else mark
    while (end := raw.find(close, at)) >= 0:
        slashes = end - len(raw[at:end].rstrip(b"\\")) - at
        if not escapes or mark not in (b"'", b'"') or slashes % 2 == 0:
            return end + len(close)
        at = end + 1
    return -1
