"""A second parse of what the grammar could not read although the language allows it.

Conditional compilation and some annotations tear a syntax tree apart: a whole class is lost for one `#else`. When a
file has syntax errors, those pieces are overwritten with spaces, byte for byte, and the file is parsed once more; the
better of the two trees counts. Offsets stay what they are, so names and signatures are read from the file itself.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import error_lines

if TYPE_CHECKING:
    from tree_sitter import Tree

_DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(if|elif|elseif|else|endif|error|warning|region|endregion|nullable|pragma)\b")
_VISIBLE = re.compile(rb"[^\s]")


def best_tree(raw: bytes, tree: "Tree", mend: Callable[[bytes], bytes]) -> "Tree":
    """`tree`, or the tree of the mended bytes where that has fewer errors. Costs nothing without errors."""
    if not tree.root_node.has_error:
        return tree
    mended = mend(raw)
    if mended == raw:
        return tree
    from tree_sitter import Parser  # a binding that only workers need

    other = Parser(tree.language).parse(mended)
    if not other.root_node.has_error:
        return other
    return other if len(error_lines(other)) < len(error_lines(tree)) else tree


def without_branches(raw: bytes) -> bytes:
    """The bytes with the first branch of each `#if` alone; directives and other branches are blank."""
    kept: list[bytes] = []
    hidden: list[bool] = []
    for line in raw.splitlines(keepends=True):
        found = _DIRECTIVE.match(line)
        word = found[1] if found is not None else b""
        if word == b"if":
            hidden.append(bool(hidden) and hidden[-1])
        elif word in (b"elif", b"elseif", b"else") and hidden:
            hidden[-1] = True
        elif word == b"endif" and hidden:
            hidden.pop()
        blank = bool(word) or (bool(hidden) and hidden[-1])
        kept.append(_VISIBLE.sub(b" ", line) if blank else line)
    return b"".join(kept)


def blanked(raw: bytes, pattern: "re.Pattern[bytes]") -> bytes:
    """The bytes with what the first group of `pattern` matches overwritten with spaces."""
    pieces: list[bytes] = []
    at = 0
    for found in pattern.finditer(raw):
        start, end = found.span(1)
        pieces.append(raw[at:start])
        pieces.append(_VISIBLE.sub(b" ", raw[start:end]))
        at = end
    return b"".join([*pieces, raw[at:]])
