"""What Python's own reader does before its grammar: line ends and encodings, and text that the grammar here lets pass.

The grammar reads Python 2 and 3 as one language and takes empty bodies. No Python 3 does: such lines are errors here
too. Exactly two names after `except` pass in Python 3.14 (PEP 758); the second in lower case is the name of the
exception, as Python 2 had it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import MAX_ERRORS, error_lines

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

QUERY = """
[(print_statement . (chevron)? @chevron) (exec_statement)] @outdated
(raise_statement (expression_list)) @outdated
[(parameters (tuple_pattern) @outdated) (lambda_parameters (tuple_pattern) @outdated)]
(comparison_operator "<>" @outdated)
(except_clause value: (_) value: (_) @second)
(expression_statement (named_expression) @outdated)
"""
"""Captures that cost nothing in files without them."""

MAX_PLACES = 200
"""Of each doubtful word in one file."""

_LONE_RETURN = re.compile(rb"\r(?!\n)")
_COOKIE = re.compile(rb"(?m)\A(?:[^\n]*\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")
_CODEC = re.compile(
    r"(?i)(?:iso[-_])?(?:latin[-_]?\d+|l1|iso[-_]?8859[-_]\d+|8859[-_]\d+|cp\d+|windows[-_]125\d|koi8[-_][rut]|mac[-_]?roman|"
    r"euc[-_](?:jp|kr)|shift[-_]?jis|sjis|gbk|gb2312|gb18030|big5)"
)
"""Encodings of text that decode in linear time: not every name that Python knows does (punycode)."""

_ASYNC = re.compile(rb"\basync\b(?![\s\\]+(?:def|for|with)\b)")
_OLD_NUMBER = re.compile(rb"0(?<![\w.]0)(?:[0-9]*[1-9][0-9]*|[xX][0-9a-fA-F]+[lL])\b(?!\.[0-9])")
_OLD_LONG = re.compile(rb"L(?<=[0-9]L)\b(?!\.[0-9])")
_OLD_SMALL_LONG = re.compile(rb"l(?<=[0-9]l)\b(?!\.[0-9])")
"""Numbers with a leading zero and long ones. A letter that a pattern begins with is sought before anything is tried:
fourteen times as fast as to begin with a boundary. Small letters are many: asked where a file is old anyway."""

_EXCEPTION_NAME = re.compile(rb"[a-z_]\w*")
_COMMENTED = re.compile(rb"(?:\s++|#[^\n]*+)*+")


def readable(raw: bytes) -> bytes:
    """The bytes in UTF-8 with line feeds where lines end; `raw` itself where nothing is to do or can be done."""
    if b"\r" in raw and raw.count(b"\r") != raw.count(b"\r\n"):
        raw = _LONE_RETURN.sub(b"\n", raw)
    if raw.isascii() or _is_utf8(raw):
        return raw
    cookie = _COOKIE.match(raw)
    codec = cookie[1].decode("ascii", "replace") if cookie else ""
    if not _CODEC.fullmatch(codec):
        return raw
    try:
        return raw.decode(codec).encode()
    except (LookupError, UnicodeDecodeError):
        return raw


def errors_of(
    raw: bytes, tree: "Tree", captures: "Mapping[str, Sequence[Node]]", empty_bodies: Iterable[int]
) -> list[int]:
    """The lines of syntax errors, ascending: those that the grammar finds and those that it lets pass.

    `captures` are those of `QUERY`, `empty_bodies` where bodies without a statement begin.
    """
    places = [*_outdated(raw, captures), *_undecodable(raw)]
    places += _words(raw, tree.root_node, old=bool(places))
    for at in empty_bodies:
        after = _COMMENTED.match(raw, at)
        places.append(min(after.end() if after else at, len(raw.rstrip())))
    lines = error_lines(tree)
    if not places:
        return lines
    return sorted({*lines, *(raw.count(b"\n", 0, at) + 1 for at in sorted(places)[:MAX_ERRORS])})[:MAX_ERRORS]


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _undecodable(raw: bytes) -> Iterator[int]:
    """The first byte that is no UTF-8 and the first that is null: neither may stand in a program."""
    if not raw.isascii():
        try:
            raw.decode()
        except UnicodeDecodeError as error:
            yield error.start
    if b"\0" in raw:
        yield raw.index(b"\0")


def _outdated(raw: bytes, captures: "Mapping[str, Sequence[Node]]") -> Iterator[int]:
    """Statements of Python 2. `print >>file, words` is an expression in Python 3, if a useless one."""
    shifts = {node.start_byte for node in captures.get("chevron", ())}
    for node in captures.get("outdated", ()):
        start, end = node.byte_range
        if not (shifts and any(start < shift < start + 200 for shift in shifts) and node.type == "print_statement"):
            yield min(start, end)
    for node in captures.get("second", ()):
        if _EXCEPTION_NAME.fullmatch(raw, *node.byte_range):
            yield node.start_byte


def _words(raw: bytes, root: "Node", *, old: bool) -> Iterator[int]:
    """Words and numbers that were legal once, where the tree says that they are no text."""
    if b"async" in raw:
        yield from _of_type(raw, root, _ASYNC, ("identifier",))
    for pattern in (_OLD_NUMBER, _OLD_LONG, *((_OLD_SMALL_LONG,) if old else ())):
        yield from _of_type(raw, root, pattern, ("integer",))


def _of_type(raw: bytes, root: "Node", pattern: "re.Pattern[bytes]", types: tuple[str, ...]) -> Iterator[int]:
    for _, found in zip(range(MAX_PLACES), pattern.finditer(raw), strict=False):
        node = root.descendant_for_byte_range(*found.span())
        if node is not None and node.type in types:
            yield found.start()
