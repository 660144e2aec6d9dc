"""What every extractor needs: folded signatures, documentation above a definition, scopes, complexity, error lines.

Below lie the bytes of one file and its syntax tree, above lie the extractors. Nothing here recurses and nothing asks a
node for its parent (tree-sitter finds a parent by walking down from the root): a tree may be 100,000 levels deep.
Nesting is worked out from spans, `(start byte, end byte)` pairs in order of their start with the outer one first.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Query, Tree

SIGNATURE_CHARS = 300
DOC_CHARS = 160
NAME_CHARS = 240
"""The longest prefix of a qualified name that is written out. Without it 100,000 nested definitions take gigabytes."""
MAX_ERRORS = 100
"""Lines with errors that are kept for one file: past them it is not code of that language."""
MAX_COMMENT_BYTES = 20_000
"""How far above a definition the beginning of its comment is looked for, so that hostile files stay linear."""
MAX_INDENT_BYTES = 500
MAX_DEPTH = 3_000
"""How deep `captures` looks. Real code reaches it only in chains of thousands of calls or operators."""
MAX_BARE_TOKENS = 15_000

Span = tuple[int, int]

_OPENING = re.compile(
    r"^\s*(?:/\*\*?!?|\(\*+|--\[=*\[|=begin\b|<!--|\*(?!/)|///?[/!]?|#[!#]*|--+(?: ?\||-)*|;+|%+)?[ \t]?|^\s*\*+/\s*$"
)
_CLOSING = re.compile(r"\s*(?:\*+/|\*+\)|\]=*\]|-->)\s*$")
_RULE = re.compile(r"^[\W_]*$")
_DESCRIBING_TAGS = frozenset(("brief", "desc", "description", "fileoverview", "overview", "remarks", "summary"))
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f", "v": "\v", "\n": "", "\r\n": ""}


def text(raw: bytes, start: int, end: int) -> str:
    """The bytes from `start` to `end` as text; what is not UTF-8 becomes U+FFFD."""
    return raw[start:end].decode("utf-8", "replace")


def folded(raw: bytes, start: int, end: int, limit: int = SIGNATURE_CHARS) -> str:
    """The bytes from `start` to `end` on one line, white space folded, at most `limit` characters.

    `end` is where the body starts. What is cut ends in an ellipsis.
    """
    # Four bytes a character and as much white space again; what lies beyond could not be shown. Mostly less is enough.
    for most in (limit * 2, limit * 8):
        line = b" ".join(raw[start : min(end, start + most)].split()).decode("utf-8", "replace")
        if len(line) > limit:
            return line[: limit - 1].rstrip() + "…"
        if end <= start + most:
            break
    return line


def doc_line(comment: str, limit: int = DOC_CHARS) -> str:
    r"""The first line of a comment that says something, without its marks (`/**`, `///`, `#`, `--`) and ruled lines.

    A line that begins with a tag (`@param`, `\param`) ends the search, unless the tag announces the description.
    """
    for line in comment[: limit * 40].splitlines():
        said = _CLOSING.sub("", _OPENING.sub("", line, count=1)).strip()
        if said[:1] in ("@", "\\"):
            tag, _, said = said[1:].partition(" ")
            if tag.lower() not in _DESCRIBING_TAGS:
                return ""
        if said and not _RULE.match(said):
            return said if len(said) <= limit else said[: limit - 1].rstrip() + "…"
    return ""


def comment_above(
    raw: bytes, start: int, line_marks: tuple[bytes, ...] = (b"//",), *, block: bool = True, blank_lines: int = 0
) -> str:
    """The comment that ends right above the definition at `start`: one block, or a run of line comments; else "".

    No more than `blank_lines` may lie between. It is read from the bytes, because capturing every comment of a file
    costs more than capturing all its definitions. `block` allows `/* */`; `line_marks` are the marks of line comments.
    """
    head = raw.rfind(b"\n", max(0, start - MAX_INDENT_BYTES), start) + 1
    end = start if not head or raw[head:start].strip() else head
    gap = raw[max(0, end - MAX_INDENT_BYTES) : end]
    kept = len(gap.rstrip())
    if gap.count(b"\n", kept) > 1 + blank_lines:
        return ""
    end -= len(gap) - kept
    if block and raw.endswith(b"*/", 0, end):
        opening = _opening(raw, max(0, end - MAX_COMMENT_BYTES), end - 2)
        return "" if opening < 0 else text(raw, opening, end)
    return _run_of_line_comments(raw, end, line_marks) if line_marks else ""


def _opening(raw: bytes, earliest: int, closing: int) -> int:
    """Where the block comment begins whose `*/` is at `closing`; -1 if not after `earliest`.

    A glob in it (`src/*.ts`) looks like another beginning: what a line begins with comes before the nearest.
    """
    nearest = raw.rfind(b"/*", earliest, closing)
    if nearest < 0 or (raw[nearest + 2 : nearest + 3] == b"*" and not raw[nearest - 1 : nearest].strip()):
        return nearest
    before = raw.rfind(b"*/", earliest, nearest)
    earliest = earliest if before < 0 else before + 2
    at = nearest
    while at >= 0:
        head = raw.rfind(b"\n", earliest, at) + 1 or earliest
        first = head + len(raw[head:at]) - len(raw[head:at].lstrip())
        if raw.startswith(b"/*", first):
            return first
        at = raw.rfind(b"/*", earliest, head)
    return nearest


def _run_of_line_comments(raw: bytes, end: int, marks: tuple[bytes, ...]) -> str:
    earliest = max(0, end - MAX_COMMENT_BYTES)
    top = end
    while top > earliest:
        stop = top - 1 if top != end else end
        begin = raw.rfind(b"\n", earliest, stop) + 1 or earliest
        if not raw[begin:stop].lstrip().startswith(marks):
            break
        top = begin
    return text(raw, top, end)


def doc_above(raw: bytes, start: int, line_marks: tuple[bytes, ...] = (b"//",), *, block: bool = True) -> str:
    """The first line of the documentation right above the definition at `start`."""
    return doc_line(comment_above(raw, start, line_marks, block=block))


def unquoted(literal: str) -> str:
    """The value of a string literal with one-character quotes, C-like escapes read."""
    inner = literal[1:-1]
    return _ESCAPE.sub(_unescaped, inner) if "\\" in inner else inner


def _unescaped(found: re.Match[str]) -> str:
    braced, four, two, plain = found.groups()
    if plain is not None:
        return _PLAIN_ESCAPES.get(plain, plain)
    point = int(braced or four or two, 16)
    return chr(point) if point < 0x110000 and not 0xD800 <= point < 0xE000 else "\ufffd"


def parents(spans: Sequence[Span]) -> list[int]:
    """For each span the position of the innermost earlier one that holds it, or -1.

    `spans` are in order of start, the longer first among those that start together.
    """
    found: list[int] = []
    open_: list[int] = []
    for at, (start, _) in enumerate(spans):
        while open_ and spans[open_[-1]][1] <= start:
            open_.pop()
        found.append(open_[-1] if open_ else -1)
        open_.append(at)
    return found


def owners(spans: Sequence[Span], points: Sequence[int]) -> list[int]:
    """For each of the ascending `points` the position of the innermost span that holds it, or -1."""
    found: list[int] = []
    open_: list[int] = []
    following = 0
    for point in points:
        while following < len(spans) and spans[following][0] <= point:
            while open_ and spans[open_[-1]][1] <= spans[following][0]:
                open_.pop()
            open_.append(following)
            following += 1
        while open_ and spans[open_[-1]][1] <= point:
            open_.pop()
        found.append(open_[-1] if open_ else -1)
    return found


def complexities(functions: Sequence[Span], branches: Sequence[int]) -> list[int]:
    """McCabe's number for each function: 1 plus the branches in it, those of functions inside it apart.

    `branches` are the ascending start bytes of everything that adds a way through: `if`, loops, cases, `catch`, `&&`.
    Give the spans of anonymous functions too, or their branches count for the function around them.
    """
    counts = [1] * len(functions)
    for owner in owners(functions, branches):
        if owner >= 0:
            counts[owner] += 1
    return counts


def qualified(names: Sequence[str], above: Sequence[int]) -> list[str]:
    """The dotted names: each name behind those of the spans around it. `above` is what `parents` gives.

    An empty name stands for a span that gives no name of its own (an anonymous function): what lies in it is named
    as if it lay around it.
    """
    found: list[str] = []
    for name, parent in zip(names, above, strict=True):
        prefix = found[parent] if parent >= 0 else ""
        if len(prefix) > NAME_CHARS:
            prefix = prefix[:NAME_CHARS] + "…"
        found.append(f"{prefix}.{name}" if prefix and name else name or prefix)
    return found


def line_starts(raw: bytes) -> list[int]:
    """The offset of each line's first byte. Lines end at line feeds, as tree-sitter counts them."""
    return [0, *(found.end() for found in re.finditer(b"\n", raw))]


def line_of(starts: Sequence[int], offset: int) -> int:
    """The line that holds the byte at `offset`, counted from 1. `starts` is what `line_starts` gives."""
    return bisect_right(starts, offset)


def captures(query: "Query", tree: "Tree") -> "dict[str, list[Node]]":
    """What `query` captures, by capture name, in bounded time: use this and no cursor of your own.

    tree-sitter's queries take time squared in two cases, both minutes for a megabyte. Nesting of 100,000 levels: nodes
    below `MAX_DEPTH` are not looked at. And a root that is one error around a long run of bare tokens (`{{{{{{{{`):
    that is no code, and nothing is captured; `error_lines` names it. Never pass `progress_callback`: it crashes the
    process in 0.26.1.
    """
    from tree_sitter import QueryCursor  # a binding that only workers need

    if _only_tokens(tree.root_node):
        return {}
    cursor = QueryCursor(query)
    cursor.set_max_start_depth(MAX_DEPTH)
    return cursor.captures(tree.root_node)


def _only_tokens(root: "Node") -> bool:
    """Whether finding the next named sibling of each child of `root` would take more than about a tenth of a second."""
    if not root.is_error or root.child_count < MAX_BARE_TOKENS:
        return False
    effort = run = 0
    cursor = root.walk()
    more = cursor.goto_first_child()
    while more:
        node = cursor.node
        run = 0 if node is None or node.is_named else run + 1
        effort += run
        if effort > MAX_BARE_TOKENS**2 // 2:
            return True
        more = cursor.goto_next_sibling()
    return False


def error_lines(tree: "Tree") -> list[int]:
    """The lines of syntax errors, ascending: the first line of each outermost region, at most `MAX_ERRORS`.

    Costs nothing for a tree without errors, else a walk that enters only what holds one.
    """
    if not tree.root_node.has_error:
        return []
    lines: list[int] = []
    cursor = tree.walk()
    going = True
    while going and len(lines) < MAX_ERRORS:
        node = cursor.node
        if node is not None and node.has_error:
            if not (node.is_error or node.is_missing):
                if cursor.goto_first_child():
                    continue
            elif not lines or lines[-1] != node.start_point.row + 1:
                lines.append(node.start_point.row + 1)
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                going = False
                break
    return lines
