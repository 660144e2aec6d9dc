"""SQL: what statements create, and the tables they name.

The grammar reads the common ground of the dialects. Where it stumbles, what a line that begins with `CREATE` says it
creates is still taken, unless the line lies in a comment.
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import doc_above, folded, owners
from plumbrule.mcp_server.analysis.syntax.extractors.outline import captured, counted, row, said
from plumbrule.mcp_server.analysis.syntax.extractors.sql_balance import unbalanced
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Symbol, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_QUERY = """
(create_table) @table
[(create_view) (create_materialized_view)] @view
(create_index) @index
(create_function) @function
(create_trigger) @trigger
(create_type) @type
(relation (object_reference name: (identifier) @ref))
(invocation (object_reference name: (identifier) @ref))
[(comment) (marginalia)] @comment
"""
_KINDS: tuple[SymbolKind, ...] = ("table", "view", "index", "function", "trigger", "type")
_NAME = r"(?:[\w$]+|\"[^\"\n]+\"|`[^`\n]+`|\[[^\]\n]+\])"
_CREATE = re.compile(
    rf"""^[ \t]*create\s+(?:or\s+(?:replace|alter)\s+)?
    (?:(?:global|local|temp|temporary|unlogged|unique|clustered|nonclustered|materialized|recursive|force|editionable|external|virtual|foreign|constraint|definer\s*=\s*\S+|
       fulltext|spatial|algorithm\s*=\s*\w+|sql\s+security\s+\w+)\s+)*
    (table|view|index|function|procedure|proc|trigger|type)\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?(?!(?:on|if|using)\b)
    ({_NAME}(?:\s*\.\s*{_NAME}){{0,3}})""".encode(),
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_QUOTES = re.compile(r"[\"`\[\]]")
_MARKS = (b"--", b"#")


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """What one SQL file creates and reads."""
    captures = captured(tree, _QUERY)
    found = Extracted(
        errors=unbalanced(raw) if tree.root_node.has_error else [], refs=counted(raw, captures.get("ref", ()))
    )
    for kind in _KINDS:
        for node in captures.get(kind, ()):
            if name := _name(raw, kind, node):
                found.symbols.append(
                    _symbol(raw, kind, name, node.start_byte, node.end_byte, row(node), node.end_point.row + 1)
                )
    if tree.root_node.has_error or b"rocedure" in raw or b"ROCEDURE" in raw:
        _stumbled(raw, captures.get("comment", ()), found)
    found.symbols.sort(key=lambda symbol: (symbol.line, symbol.name, symbol.kind))
    return found


def _name(raw: bytes, kind: str, node: "Node") -> str:
    for child in node.named_children:
        if kind == "index":
            if child.type == "identifier":
                return _plain(said(raw, child))
            if child.type == "keyword_on":
                return ""
        elif child.type == "object_reference":
            return _plain(said(raw, child))
    return ""


def _plain(name: str) -> str:
    """A name without its quotes; white space inside of them belongs to it."""
    return _QUOTES.sub("", re.sub(r"\s*\.\s*", ".", name))


def _symbol(raw: bytes, kind: SymbolKind, name: str, start: int, end: int, first: int, last: int) -> Symbol:
    """A symbol; its signature ends where columns or a body begin."""
    head = raw[start : min(end, start + 1200)]
    stop = re.search(rb"\bAS\b|\bBEGIN\b|\$\$", head, re.IGNORECASE) if kind != "index" else None
    if kind == "table":
        bracket = head.find(b"(")
        cut = bracket if bracket >= 0 else len(head)
        cut = min(cut, stop.start()) if stop is not None else cut
    else:
        cut = stop.start() if stop is not None and kind != "type" else len(head)
    signature = folded(raw, start, start + cut).rstrip(";")
    return Symbol(kind, name, first, last, signature, "public", doc_above(raw, start, _MARKS))


def _stumbled(raw: bytes, comments: "list[Node] | tuple[()]", found: Extracted) -> None:
    """Adds what the tree does not have because the grammar could not read the statement."""
    known = {(symbol.kind, symbol.name.lower()) for symbol in found.symbols}
    spans = sorted((node.start_byte, node.end_byte) for node in comments)
    created = list(_CREATE.finditer(raw))
    for match, comment in zip(created, owners(spans, [match.start(1) for match in created]), strict=True):
        word = match[1].decode().lower()
        kind: SymbolKind = "procedure" if word.startswith("proc") else word  # type: ignore[assignment]  # because the pattern names only kinds
        name = _plain(match[2].decode("utf-8", "replace"))
        if comment >= 0 or (kind, name.lower()) in known:
            continue
        known.add((kind, name.lower()))
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        end = _end_of(raw, kind, match.end())
        first = raw.count(b"\n", 0, start) + 1
        found.symbols.append(_symbol(raw, kind, name, start, end, first, first + raw.count(b"\n", start, end)))


_BODIED = frozenset(("function", "procedure", "trigger"))
_DOLLARS = re.compile(rb"\$\w*\$")
_OVER = re.compile(rb"^end\b[^\n]*$|^(?=go[ \t]*\r?$|delimiter\b|/[ \t]*\r?$|create\s)", re.IGNORECASE | re.MULTILINE)
_BEGINS = re.compile(rb"\b(?:begin|as|is)\b", re.IGNORECASE)


def _end_of(raw: bytes, kind: SymbolKind, at: int) -> int:
    """Where a statement ends: at its semicolon; a body at its closing quote, or at the `END`, `GO`, `DELIMITER` or `/`
    that begins a line."""
    plain = raw.find(b";", at)
    plain = len(raw) if plain < 0 else plain
    if kind not in _BODIED:
        return plain
    begins = _BEGINS.search(raw, at, min(plain, at + 5_000))
    if begins is None:
        return plain
    quote = _DOLLARS.search(raw, begins.end(), begins.end() + 50)
    if quote is not None:
        closing = raw.find(quote[0], quote.end())
        end = raw.find(b";", closing) if closing >= 0 else -1
        return end if end >= 0 else len(raw)
    over = _OVER.search(raw, begins.end())
    if over is None:
        return max(plain, at) if begins[0].lower() != b"begin" else len(raw.rstrip())
    return over.end() if over.end() > over.start() else len(raw[: over.start()].rstrip())
