"""What the grammars of JavaScript and TypeScript cannot read although the compiler does.

`import("./x").Name<T>` and `import("./x").Name[]` tear up the declarations around them, and compilers write them into
every second declaration file; so do `export type *`, variance, an `&` or `class=` in JSX. Where a file has syntax
errors these are covered by as many bytes of harmless code, and the tree that is less damaged counts; names and the
imports that were covered are read from the file's own bytes.
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
    rb"""(?:(?=\.([\w$]{1,200})(?:\.[\w$]{1,200}){0,8}(?:[<\[,>;|&)}]|\s))|(?<=["']\))(?=[>\],;]))"""
)
_BLANKED = re.compile(
    rb"""\bexport\s+(type)\s+\*"""
    rb"""|[<,]\s*(?:const\s+)?(in\s+out|in|out)\s+[A-Za-z_$]"""  # variance, TypeScript 4.7
    rb"""|^[ \t]{0,200}(in\s+out|in|out)[ \t]{1,9}[A-Z_$][\w$]{0,80}(?=\s{0,20}(?:extends\b|[,>=]))"""
    rb"""|\b(?:abstract|declare|override|private|protected|public|static)\s+(accessor)\s+[\w$#'"\[]"""
    rb"""|\b(abstract)\s+[gs]et\s*[(<]"""
    rb"""|\b(abstract|readonly)\s+(?:override|private|protected|public|static)\s"""
    rb"""|(?<![\w$.])(static)\s+(?:readonly\s+)?\[[ ]{0,4}\w{1,80}[ ]{0,4}:"""
    rb"""|\bimport\s+(defer)\s+\*""",
    re.MULTILINE,
)
_BLANKED_SCRIPT = re.compile(
    rb"""(?:"[^"\r\n]{0,300}"|'[^'\r\n]{0,300}')\s{0,20}((?:with|assert)\s{0,20}\{[^{}]{0,300}\})"""
    rb"""|(?<=\s)(accessor)\s+[\w$#'"\[]"""
    rb"""|\bimport\s+(defer)\s+\*"""
)
_ATTRIBUTE = re.compile(rb"(?<=[\s\"'}])(class|for)(?=\s{0,20}=\s{0,20}[\"'{`])")
_USING = re.compile(rb"(?<![\w$.])(using)(?![\w$])(?!\s+[\w$])")
_RESOURCE = re.compile(
    rb"(?<![\w$.])(?:await[ \t]{1,9})?using(?=[ \t]{1,9}[A-Za-z_$][\w$]{0,80}\s{0,20}(?:[:=,]|of\b))"
)
_TUPLE_LABEL = re.compile(rb"\[\s*(symbol|string|number|object)(?=\??:)")
_NEXT_MEMBER = (
    rb"(?:[\w>\])}'\"]|\*/)[ \t]*(?:\r?\n[ \t]*)+([ \t])"
    rb"(?:\[[\w.$]{1,80}\]\s{0,20}[=(;:?]|in(?:stanceof)?(?:\??:|[\d_$])"
)
_SEPARATED = re.compile(_NEXT_MEMBER + rb")")
_SEPARATED_TYPED = re.compile(_NEXT_MEMBER + rb"|<\s{0,40}[A-Za-z_$])")
"""A member that begins a line is read as going on with the line above it, where that has no semicolon."""
_NAMELESS = re.compile(rb"\bexport default function[ ]?(?=[(<])")
_NAMED = b"export function default"
_VISIBLE = re.compile(rb"[^\r\n]")
_CONTROL = bytes.maketrans(bytes([*range(9), *range(14, 32)]), b" " * 27)
_TAGGED = re.compile(rb">[ \t]{0,9}`")
MAX_ARGUMENT_BYTES = 1_000
MAX_COMMENTS = 5


def readable(raw: bytes, tree: "Tree") -> tuple["Tree", list[Import]]:
    """The tree to read from, and the imports of types that are not in it."""
    if not tree.root_node.has_error:
        return tree, []
    typed = ecmascript_queries.is_typescript(tree.language)
    jsx = ecmascript_queries.knows_jsx(tree.language)
    covered = _over(_USING, b"_", _RESOURCE.sub(lambda one: b"const".rjust(len(one[0])), raw.translate(_CONTROL)))
    if jsx:  # an entity is read, any other `&` in a text or attribute is not; in code both operators are alike
        covered = covered.replace(b"&", b"|")
    covered = _typed(covered, jsx) if typed else _over(_ATTRIBUTE, b"_", _over(_BLANKED_SCRIPT, b" ", covered))
    if not typed:
        covered = _separated(_SEPARATED, covered)
    chosen = better(tree, covered, raw)
    if chosen is tree or not typed or b"import(" not in raw:
        return chosen, []
    return chosen, _covered_imports(raw, chosen)


def _typed(raw: bytes, jsx: bool) -> bytes:
    """TypeScript with what its grammar cannot read covered."""
    covered = _over(_TUPLE_LABEL, b"_", _over(_BLANKED, b" ", raw))
    covered = _without_arguments(_separated(_SEPARATED if jsx else _SEPARATED_TYPED, covered))
    # A nameless function without a body, as compilers write it, gets a name of the same length.
    covered = _NAMELESS.sub(lambda one: _NAMED[: len(one[0]) - 1] + b"_", covered)
    return _IMPORTED_TYPE.sub(lambda match: b"i" + b"_" * (len(match[0]) - 1), covered)


def _covered_imports(raw: bytes, tree: "Tree") -> list[Import]:
    found: list[Import] = []
    for match in _IMPORTED_TYPE.finditer(raw):
        node = tree.root_node.descendant_for_byte_range(match.start(), match.end())
        # Not one in a comment, nor one that stands uncovered in the tree.
        if node is not None and node.end_byte == match.end() and node.type in ("identifier", "type_identifier"):
            names = (match[3].decode("utf-8", "replace"),) if match[3] else ()
            target = match[2].decode("utf-8", "replace")
            found.append(Import(target, node.start_point.row + 1, "type", names, ("type",)))
    return found


def _without_arguments(raw: bytes) -> bytes:
    """`` styled.div<{ a: string }>`…` `` without the arguments of the template's tag."""
    if b"`" not in raw:
        return raw
    pieces: list[bytes] = []
    at = 0
    for found in _TAGGED.finditer(raw):
        start = _opening(raw, max(at, found.start() - MAX_ARGUMENT_BYTES), found.start())
        if start > at:
            pieces += (raw[at:start], _VISIBLE.sub(b" ", raw[start : found.start() + 1]))
            at = found.start() + 1
    return b"".join((*pieces, raw[at:])) if pieces else raw


def _opening(raw: bytes, earliest: int, closing: int) -> int:
    """Where the `<` is that the `>` at `closing` belongs to, right behind a tag; -1 without one."""
    depth = 0
    for at in range(closing, earliest, -1):
        one = raw[at]
        if one == 62:  # ">", which no arrow ends with here
            depth += raw[at - 1] != 61
        elif one == 60:
            depth -= 1
            if not depth:
                before = raw[at - 1 : at]
                return at if before.isalnum() or before in (b"_", b"$", b")", b"]") else -1
        elif one == 96:
            break
    return -1


def _separated(pattern: "re.Pattern[bytes]", raw: bytes) -> bytes:
    """The bytes with a semicolon before each member that the grammar would join to the line above it."""
    pieces: list[bytes] = []
    at = 0
    for found in pattern.finditer(raw):
        space = found.start(1)
        before = _code_before(raw, found.start() + 1 + raw.startswith(b"*/", found.start()))
        if before and before not in b";,{([:=|&":
            pieces += (raw[at:space], b";")
            at = space + 1
    return b"".join((*pieces, raw[at:]))


def _code_before(raw: bytes, end: int) -> bytes:
    """The last byte of code before `end`, comments apart; b"" where it lies too far away to be told."""
    for _ in range(MAX_COMMENTS):
        earliest = max(0, end - MAX_ARGUMENT_BYTES)
        end = earliest + len(raw[earliest:end].rstrip())
        if end == earliest:
            break
        if raw.endswith(b"*/", earliest, end):
            end = raw.rfind(b"/*", max(0, end - 4 * MAX_ARGUMENT_BYTES), end - 2)
        else:
            line = raw.find(b"//", raw.rfind(b"\n", earliest, end) + 1 or earliest, end)
            if line < 0:
                return raw[end - 1 : end]
            end = line
        if end < 0:
            break
    return b""


def _over(pattern: "re.Pattern[bytes]", mark: bytes, raw: bytes) -> bytes:
    """The bytes with the one group of every match overwritten, line ends kept."""
    pieces: list[bytes] = []
    at = 0
    for found in pattern.finditer(raw):
        start, end = found.span(found.lastindex or 0)
        pieces += (raw[at:start], _VISIBLE.sub(mark, raw[start:end]))
        at = end
    return b"".join((*pieces, raw[at:]))
