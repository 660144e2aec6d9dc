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

_COMMENT = re.compile(rb"#[^\n]*")
_SPACE = re.compile(r"[\s\\]+")
_FROM = re.compile(r"from\s*((?:\.\s*)*)(?:(?!import\b)([\w.]+)\s+)?import\b\s*(.*)", re.DOTALL)
_SURVIVES = re.compile(rb"except\s*(?::|\(?[^:)]*\b(?:ImportError|ModuleNotFoundError|Exception|BaseException)\b)")
MAX_STATEMENT_BYTES = 200_000
MAX_KEPT_BYTES = 200
"""Files of one repository begin with the same statements: shorter ones are read once."""

_Stated = tuple[str, ImportKind, tuple[str, ...]]


def imports_of(raw: bytes, captures: "Mapping[str, Sequence[Node]]", functions: Sequence[Span]) -> list[Import]:
    """One `Import` for each module that a statement names, in the order of the text."""
    nodes = captures.get("import", ())
    if not nodes:
        return []
    spans = sorted((node.start_byte, node.end_byte, node.start_point[0] + 1) for node in nodes)
    flags = _flags(raw, captures, functions, [start for start, _, _ in spans])
    found: list[Import] = []
    for at, (start, end, line) in enumerate(spans):
        piece = raw[start : min(end, start + MAX_STATEMENT_BYTES)]
        found += [Import(target, line, kind, names, flags[at]) for target, kind, names in _stated(piece)]
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
    raw: bytes, captures: "Mapping[str, Sequence[Node]]", functions: Sequence[Span], points: Sequence[int]
) -> list[tuple[str, ...]]:
    """The flags of the import at each point."""
    guards = [
        (guarded.start_byte, guarded.end_byte)
        for condition, guarded in zip(_ordered(captures, "condition"), _ordered(captures, "guarded"), strict=True)
        if raw[condition.start_byte : condition.end_byte].endswith(b"TYPE_CHECKING")
    ]
    found: list[tuple[str, ...]] = [()] * len(points)
    for flag, spans in (("type", guards), ("lazy", functions), ("optional", _survived(raw, captures))):
        for at, owner in enumerate(owners(spans, points) if spans else ()):
            if owner >= 0:
                found[at] = (*found[at], flag)
    return found


def _ordered(captures: "Mapping[str, Sequence[Node]]", name: str) -> "list[Node]":
    return sorted(captures.get(name, ()), key=_start)


def _start(node: "Node") -> int:
    return node.start_byte


def _survived(raw: bytes, captures: "Mapping[str, Sequence[Node]]") -> list[Span]:
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
