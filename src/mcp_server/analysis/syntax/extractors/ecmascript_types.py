"""Types that the grammar of TypeScript cannot read although the compiler does.

`import("./x").Name<T>` and `import("./x").Name[]` tear up the declarations around them, and compilers write them into
every second declaration file; so do `export type *`, `in` and `out` of type parameters, and soft keywords beside or
instead of a name. Where a file has syntax errors these are covered by as many bytes of harmless code, and the tree that
is less damaged counts; names and the imports that were covered are read from the file's own bytes.
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import ecmascript_queries
from plumbrule.mcp_server.analysis.syntax.extractors.repairing import better
from plumbrule.mcp_server.analysis.syntax.model import Import

if TYPE_CHECKING:
    from tree_sitter import Tree

_IMPORTED_TYPE = re.compile(
    rb"""(?<![\w$.])import\([ ]{0,4}(["'])([^"'\\\r\n]{1,300})\1[ ]{0,4}\)"""
    rb"""(?=\.([\w$]{1,200})(?:\.[\w$]{1,200}){0,8}(?:[<\[,>;|&)}]|\s))"""
)
_BLANKED = re.compile(
    rb"""\bexport\s+(type)\s+\*"""
    rb"""|[<,]\s*(?:const\s+)?(in\s+out|in|out)\s+[A-Za-z_$]"""  # variance, TypeScript 4.7
    rb"""|\b(?:abstract|declare|override|private|protected|public|static)\s+(accessor)\s+[\w$#'"\[]"""
    rb"""|\b(abstract)\s+[gs]et\s*[(<]"""
    rb"""|(?<![\w$.])(static)\s+(?:readonly\s+)?\[[ ]{0,4}\w{1,80}[ ]{0,4}:"""
    rb"""|\bimport\s+(defer)\s+\*"""
)
_USING = re.compile(rb"(?<![\w$.])(using)(?![\w$])(?!\s+[\w$])")
_TUPLE_LABEL = re.compile(rb"\[\s*(symbol|string|number|object)(?=\??:)")
_CALL_SIGNATURE = re.compile(rb"(?:[\w>\])}]|\*/)[ \t]*(?:\r?\n[ \t]*)+([ \t])<[A-Za-z_$]")
"""A generic call signature that begins a line is read as arguments of the type on the line above it."""
_NAMELESS = re.compile(rb"\bexport default function[ ]?(?=[(<])")
_NAMED = b"export function default"


def readable(raw: bytes, tree: "Tree") -> tuple["Tree", list[Import]]:
    """The tree to read from, and the imports of types that are not in it."""
    if not tree.root_node.has_error:
        return tree, []
    if not ecmascript_queries.is_typescript(tree.language):
        return better(tree, _over(_USING, b"_", raw), raw), []
    covered = _over(_TUPLE_LABEL, b"_", _over(_USING, b"_", _over(_BLANKED, b" ", raw)))
    if not ecmascript_queries.knows_jsx(tree.language):
        covered = _over(_CALL_SIGNATURE, b";", covered)
    # A nameless function without a body, as compilers write it, gets a name of the same length.
    covered = _NAMELESS.sub(lambda one: _NAMED[: len(one[0]) - 1] + b"_", covered)
    of_types = b"import(" in raw
    if of_types:
        covered = _IMPORTED_TYPE.sub(lambda match: b"i" + b"_" * (len(match[0]) - 1), covered)
    chosen = better(tree, covered, raw)
    if chosen is tree or not of_types:
        return chosen, []
    found: list[Import] = []
    for match in _IMPORTED_TYPE.finditer(raw):
        node = chosen.root_node.descendant_for_byte_range(match.start(), match.end())
        if node is not None and node.end_byte == match.end() and node.type in ("identifier", "type_identifier"):
            target, name = match[2].decode("utf-8", "replace"), match[3].decode("utf-8", "replace")
            found.append(Import(target, node.start_point.row + 1, "type", (name,), ("type",)))
    return chosen, found


def _over(pattern: "re.Pattern[bytes]", mark: bytes, raw: bytes) -> bytes:
    """The bytes with the one group of every match overwritten."""
    pieces: list[bytes] = []
    at = 0
    for found in pattern.finditer(raw):
        start, end = found.span(found.lastindex or 0)
        pieces += (raw[at:start], mark * (end - start))
        at = end
    return b"".join((*pieces, raw[at:]))
