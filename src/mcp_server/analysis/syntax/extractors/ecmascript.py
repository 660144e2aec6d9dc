"""What one JavaScript, JSX, TypeScript or TSX file says, as the values of `syntax.model`.

Its rooms: `ecmascript_queries` (what is captured), `_scopes` (definitions and names), `_exports`, `_symbols`,
`_imports`, `_uses`. One query over the tree gives almost everything; nothing recurses.
"""

from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import common, ecmascript_queries
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_exports import Exports
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_imports import imports_of
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_scopes import Captured, Entry, entries_of
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_symbols import Symbols
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_types import readable
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_uses import uses_of
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import

if TYPE_CHECKING:
    from tree_sitter import Tree


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """Symbols, imports, uses, errors, references and exports of one file."""
    return extract_module(raw, tree, ())


def extract_module(raw: bytes, tree: "Tree", offered: tuple[str, ...], *, flow: bool = False) -> Extracted:
    """The same for a file that is a module in any case because it offers the names `offered` without saying so.

    `flow` tells JavaScript that TypeScript's grammar reads for the sake of Flow's types.
    """
    typescript = ecmascript_queries.is_typescript(tree.language) and not flow
    tree, of_types = readable(raw, tree)
    captured = common.captures(ecmascript_queries.definitions(tree.language), tree)
    entries = entries_of(raw, captured, typescript=typescript)
    exports = Exports(raw, entries, captured, offered)
    imports = imports_of(raw, entries, captured, typescript=typescript)
    if of_types:
        imports = sorted((*imports, *of_types), key=lambda one: one.line)
    return Extracted(
        Symbols(raw, entries, captured, exports, typescript=typescript).found,
        imports,
        uses_of(raw, tree, captured, imports),
        common.error_lines(tree),
        _references(raw, captured, entries, imports),
        exports.names,
    )


def _references(raw: bytes, captured: Captured, entries: list[Entry], imports: list[Import]) -> dict[str, int]:
    """How often each name is called, made with `new`, used as a type or an element, or imported."""
    counts: dict[bytes, int] = {}
    for role in ("ref", "new", "used", "element"):
        for node in captured.get(role, ()):
            name = raw[node.start_byte : node.end_byte]
            counts[name] = counts.get(name, 0) + 1
    for entry in entries:  # the name of a type stands in its definition too
        if entry.role in ("interface", "alias", "class") and entry.kept:
            name = entry.name.encode()
            if name in counts:
                counts[name] -= 1
    for one in imports:
        for taken in one.names:
            if taken not in ("*", "default"):
                name = taken.encode()
                counts[name] = counts.get(name, 0) + 1
    for word in (b"import", b"require", b""):
        counts.pop(word, None)
    shown = (
        (name.decode("utf-8", "replace"), count) for name, count in counts.items() if count > 0 and len(name) <= 100
    )
    return dict(sorted(shown))
