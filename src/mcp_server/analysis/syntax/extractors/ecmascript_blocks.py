"""The scripts of Vue, Svelte and Astro components, read where they stand: everything around them is made blank.

A blanked file has the length and the lines of the real one, so what the parser and the extractor say needs no shifting.
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import ecmascript
from plumbrule.mcp_server.analysis.syntax.model import Extracted

if TYPE_CHECKING:
    from tree_sitter import Tree

# Quoted attributes may hold `>`: `<script setup generic="T extends Array<string>">`.
_OPENING = re.compile(rb"<(script)((?:[^<>\"']|\"[^\"]{0,1000}\"|'[^']{0,1000}'){0,60})>|<!--", re.IGNORECASE)
_ELSEWHERE = re.compile(
    rb"\ssrc\s*=|\btype\s*=\s*['\"]?(?!(?:text|application)/(?:java|type|ecma)script|module|ts\b)[\w]", re.IGNORECASE
)
_FENCE = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<!--(?:[^-]|-(?!->))*-->)*---[ \t]*\r?\n")
_BESIDE = re.compile(rb"\ssrc\s{0,9}=\s{0,9}[\"'](\.{1,2}/[^\"'<>\\\s]{1,200})[\"']", re.IGNORECASE)
_SHOWN = re.compile(rb"[^\r\n]+")
_ASCII_LOWER = b"</script"


def scripts(raw: bytes) -> bytes:
    """The file with all but its scripts blank. Scripts of other types and those that lie elsewhere are blank too."""
    parts: list[bytes] = []
    at = 0
    lower = raw.lower()
    while (opening := _OPENING.search(raw, at)) is not None:
        start = opening.end()
        if opening.group(1) is None:
            end = raw.find(b"-->", start)
            start = len(raw) if end < 0 else end + 3
            parts.append(_blank(raw[at:start]))
            at = start
            continue
        end = lower.find(_ASCII_LOWER, start)
        end = len(raw) if end < 0 else end
        kept = not _ELSEWHERE.search(opening.group(2))
        parts.append(_blank(raw[at : opening.start()]))
        parts.append(_imported(opening.group(), opening.group(2)))
        parts.append(raw[start:end] if kept else _blank(raw[start:end]))
        at = end
    parts.append(_blank(raw[at:]))
    return b"".join(parts)


def _imported(opening: bytes, attributes: bytes) -> bytes:
    """The opening of a script as an import of what its `src` names below or beside the component; else blank."""
    source = _BESIDE.search(attributes)
    if source is None:
        return _blank(opening)
    said = b'import"' + source[1] + b'";'
    left = _blank(opening[: len(opening) - len(said)])
    # Line ends stay where they are: only an opening of one line is rewritten.
    return _blank(opening) if b"\n" in opening else said + left


def frontmatter_and_scripts(raw: bytes) -> bytes:
    """An Astro file with all but its frontmatter (TypeScript between two lines of `---`) and its scripts blank."""
    opening = _FENCE.match(raw)
    closing = raw.find(b"\n---", opening.end() - 1) if opening else -1
    if opening is None or closing < 0:
        return scripts(raw)
    start, end = max(closing, opening.end()), closing + 4
    return _blank(raw[: opening.end()]) + raw[opening.end() : start] + _blank(raw[start:end]) + scripts(raw[end:])


def _blank(piece: bytes) -> bytes:
    return _SHOWN.sub(lambda found: b" " * len(found.group()), piece)


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """What the scripts of a component say; `raw` and `tree` are those of `scripts`. The component is the default."""
    return ecmascript.extract_module(raw, tree, ("default",))
