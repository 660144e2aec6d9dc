"""Python's import statements, with what surrounds them: type checking, functions, and tries that survive a failure."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import Span, owners
from plumbrule.mcp_server.analysis.syntax.model import Import, ImportKind

if TYPE_CHECKING:
    from tree_sitter import Node

    _Captures = Mapping[str, Sequence[Node]]

_COMMENT = re.compile(rb"#[^\n]*")
_SPACE = re.compile(r"[\s\\]+")
_FROM = re.compile(r"from\s*((?:\.\s*)*)(?:(?!import\b)([\w.]+)\s+)?import\b\s*(.*)", re.DOTALL)
_SURVIVES = re.compile(rb"except\s*(?::|\(?[^:)]*\b(?:ImportError|ModuleNotFoundError|Exception|BaseException)\b)")
_LINE_FEED, _JOINT = b"\n\\"
MAX_STATEMENT_BYTES = 200_000
MAX_KEPT_BYTES = 200
"""Files of one repository begin with the same statements: shorter ones are read once."""

_Stated = tuple[str, ImportKind, tuple[str, ...]]


def imports_of(raw: bytes, captures: "_Captures", guards: "_Captures", functions: Sequence[Span]) -> list[Import]:
    """One `Import` for each module that a statement names, in the order of the text. `guards` are every `if` of the
    file with its condition; nothing where none asks for TYPE_CHECKING."""
    nodes = captures.get("import", ())
    if not nodes:
        return []
    spans = sorted([node.byte_range for node in nodes])
    flags = _flags(raw, captures, guards, functions, [start for start, _ in spans])
    found: list[Import] = []
    line, before = 1, 0
    for (start, end), flagged in zip(spans, flags, strict=True):
        line, before = line + raw.count(b"\n", before, start), start
        piece = raw[start : min(end, start + MAX_STATEMENT_BYTES)]
        found += [Import(target, line, kind, names, flagged) for target, kind, names in _stated(piece)]
    return found


def _stated(piece: bytes) -> tuple[_Stated, ...]:
    return _short_stated(piece) if len(piece) <= MAX_KEPT_BYTES else _read(piece)


def _read(piece: bytes) -> tuple[_Stated, ...]:
    if b"#" in piece:
        piece = _COMMENT.sub(b"", piece)
    statement = _SPACE.sub(" ", piece.decode("utf-8", "replace")).strip()
    if statement.startswith("from"):
        match = _FROM.match(statement)
        if match is None:
            return ()
        target = match[1].replace(" ", "") + (match[2] or "")
        names = tuple(_names(match[3]))
        return ((target, "from", names),) if target else ()
    return tuple((module, "import", ()) for module in _names(statement.removeprefix("import")))


_short_stated = lru_cache(maxsize=4_096)(_read)


def _names(listed: str) -> list[str]:
    """`a as b, c` as a and c: what they are called where they come from."""
    parts = (part.split(" as ")[0].strip() for part in listed.strip(" ()").split(","))
    return [part.replace(" ", "") for part in parts if part]


def _flags(
    raw: bytes, captures: "_Captures", guards: "_Captures", functions: Sequence[Span], points: Sequence[int]
) -> list[tuple[str, ...]]:
    """The flags of the import at each point."""
    found: list[tuple[str, ...]] = [()] * len(points)
    inside = [
        at for at, point in enumerate(points) if point and (raw[point - 1] != _LINE_FEED or raw[point - 2] == _JOINT)
    ]
    if not inside:  # a statement that begins its line lies in no other
        return found
    asked = [points[at] for at in inside]
    for flag, spans in (("type", _typing(raw, guards)), ("lazy", functions), ("optional", _survived(raw, captures))):
        for at, owner in zip(inside, owners(spans, asked) if spans else (), strict=False):
            if owner >= 0:
                found[at] = (*found[at], flag)
    return found


def _typing(raw: bytes, guards: "_Captures") -> list[Span]:
    """The bodies that only type checkers read."""
    return [
        guarded.byte_range
        for condition, guarded in zip(_ordered(guards, "condition"), _ordered(guards, "guarded"), strict=True)
        if raw.endswith(b"TYPE_CHECKING", condition.start_byte, condition.end_byte)
    ]


def _ordered(captures: "_Captures", name: str) -> "list[Node]":
    return sorted(captures.get(name, ()), key=_start)


def _start(node: "Node") -> int:
    return node.start_byte


def _survived(raw: bytes, captures: "_Captures") -> list[Span]:
    """The bodies of `try` statements that catch the absence of a module, and the handlers that import another one."""
    caught = {node.start_byte: node.end_byte for node in captures.get("caught", ())}
    tries = {node.start_byte: node.end_byte for node in captures.get("tried", ())}
    handlers = sorted(caught)
    found: list[Span] = []
    for start, end in tries.items():
        at = bisect_right(handlers, end - 1)
        if at < len(handlers) and not raw[end : handlers[at]].strip() and _SURVIVES.match(raw, handlers[at]):
            found += [(start, end), (handlers[at], caught[handlers[at]])]
    return sorted(found)
