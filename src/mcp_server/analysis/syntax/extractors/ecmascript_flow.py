"""JavaScript with Flow's types, read by the grammar of TSX: what only Flow writes is covered, byte for byte.

https://flow.org/en/docs/types: `?T` and exact objects are known to that grammar; variance signs, inexact objects,
`opaque` and `import typeof` are not.
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import ecmascript
from plumbrule.mcp_server.analysis.syntax.model import Extracted

if TYPE_CHECKING:
    from tree_sitter import Tree

# A spread of a type is told from one of a value by its capital letter and a line of its own.
_BLANKED = re.compile(
    rb"(?<=[{,;(|<\n])[ \t]{0,80}([+-])(?=[A-Za-z_$\[][\w$\]]{0,80}\??\s{0,9}[:(,>])"
    rb"|(?<=[{,\n])[ \t]{0,80}(\.\.\.[ \t]{0,9},?)(?=[ \t]{0,80}\r?\n?[ \t]{0,80}[}|\n])"
    rb"|^[ \t]{0,80}(\.\.\.(?:\$|React\.)?[A-Z][\w.$]{0,80}(?:<[^<>\n]{0,200}>)?,)[ \t]*\r?$"
    rb"|\b(opaque)\s+type\b|\b(declare)\s+(?:opaque|export)\b|(%checks\b)|\{(\|)|(\|)\}|[:<,(]\s{0,20}(\?)\(",
    re.MULTILINE,
)
_TYPEOF = re.compile(rb"(?:\bimport\s{1,9}|[{,]\s{0,80})(typeof)(?=\s{1,9}[\w$*{])")
_EXPORTS = re.compile(rb"\bdeclare module\.exports(?=\s{0,9}:)")


def typed(raw: bytes) -> bytes:
    """The file as the grammar of TSX can read it, of the same length and lines."""
    raw = _EXPORTS.sub(b"declare var exports   ", raw)
    raw = _over(_TYPEOF, b"type  ", raw)
    return _over(_BLANKED, b"", raw)


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """What the file says; `raw` and `tree` are those of `typed`."""
    return ecmascript.extract_module(raw, tree, (), flow=True)


def _over(pattern: "re.Pattern[bytes]", mark: bytes, raw: bytes) -> bytes:
    """The bytes with the one group of every match overwritten."""
    pieces: list[bytes] = []
    at = 0
    for found in pattern.finditer(raw):
        start, end = found.span(found.lastindex or 0)
        pieces += (raw[at:start], mark or b" " * (end - start))
        at = end
    return b"".join((*pieces, raw[at:]))
