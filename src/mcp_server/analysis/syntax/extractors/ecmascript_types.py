"""`import("./x").Name<T>` where a type stands: the grammar reads it only without type arguments.

One of them tears up the declarations around it, and compilers write it into every second declaration file. So where
such a file has syntax errors the import is covered by a name of the same length, and the tree that is less damaged
counts; the imports that were covered are read from the file's own bytes.
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.repairing import better
from plumbrule.mcp_server.analysis.syntax.model import Import

if TYPE_CHECKING:
    from tree_sitter import Tree

_WITH_ARGUMENTS = re.compile(
    rb"""(?<![\w$.])import\([ ]{0,4}(["'])([^"'\\\r\n]{1,300})\1[ ]{0,4}\)"""
    rb"""(?=\.([\w$]{1,200})(?:\.[\w$]{1,200}){0,8}<)"""
)


def readable(raw: bytes, tree: "Tree") -> tuple["Tree", list[Import]]:
    """The tree to read from, and the imports of types that are not in it."""
    if not tree.root_node.has_error or b"import(" not in raw:
        return tree, []
    covered = _WITH_ARGUMENTS.sub(lambda match: b"i" + b"_" * (len(match[0]) - 1), raw)
    chosen = better(tree, covered, raw)
    if chosen is tree:
        return tree, []
    found: list[Import] = []
    for match in _WITH_ARGUMENTS.finditer(raw):
        node = chosen.root_node.descendant_for_byte_range(match.start(), match.end())
        if node is not None and node.type == "identifier" and node.end_byte == match.end():  # not in a comment
            target, name = match[2].decode("utf-8", "replace"), match[3].decode("utf-8", "replace")
            found.append(Import(target, node.start_point.row + 1, "type", (name,), ("type",)))
    return chosen, found
