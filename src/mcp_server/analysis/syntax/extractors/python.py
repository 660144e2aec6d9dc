"""Python: functions, classes, module and class variables, imports, uses; agrees with `ast` on all that `ast` knows.

One query finds everything; what belongs together is told by position, since definition, name and body of a pattern
come in the same order. `python_imports` reads import statements, `python_uses` what the calls do.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast

from plumbrule.mcp_server.analysis.syntax.extractors import common
from plumbrule.mcp_server.analysis.syntax.extractors.common import (
    SIGNATURE_CHARS,
    Span,
    complexities,
    folded,
    parents,
    qualified,
    text,
)
from plumbrule.mcp_server.analysis.syntax.extractors.python_docs import first_line
from plumbrule.mcp_server.analysis.syntax.extractors.python_imports import imports_of
from plumbrule.mcp_server.analysis.syntax.extractors.python_source import QUERY as OUTDATED
from plumbrule.mcp_server.analysis.syntax.extractors.python_source import errors_of, readable
from plumbrule.mcp_server.analysis.syntax.extractors.python_uses import uses_of
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Symbol, SymbolKind, Visibility

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Query, Tree

    Captures = Mapping[str, Sequence[Node]]

_QUERY = """
(function_definition body: (block) @function.body) @function
(class_definition body: (block) @class.body) @class
(decorator) @decorator
(comment) @comment
(expression_statement . [(string) (concatenated_string)] @statement .)

(module (expression_statement (assignment) @assigned))
(class_definition body: (block (expression_statement (assignment) @assigned)))
(module [(if_statement) (try_statement)] @forked)
(type_alias_statement) @alias

[(import_statement) (import_from_statement) (future_import_statement)] @import
(try_statement body: (block) @tried (except_clause) @caught)

[
  (if_statement) (elif_clause) (for_statement) (while_statement) (except_clause) (conditional_expression)
  (boolean_operator) (for_in_clause) (if_clause) (case_clause)
] @branch

(call function: (identifier) @ref)
(attribute attribute: (identifier) @ref)
(type (identifier) @ref)
(type (generic_type (identifier) @ref))
(argument_list (identifier) @ref)
(decorator (identifier) @ref)
(subscript value: (identifier) @ref)
(keyword_argument value: (identifier) @ref)
(import_from_statement name: (dotted_name (identifier) @ref))
(import_from_statement name: (aliased_import name: (dotted_name (identifier) @ref)))
"""

_GUARDS = "(if_statement condition: (_) @condition consequence: (block) @guarded)"
"""Asked of files that hold the word alone: every `if` of a tree is many."""

_NAMED = re.compile(rb"(?:async[\s\\]+)?(?:def|class)[\s\\]+([^\s\\(\[:#]+)")
_JOINT = re.compile(rb"\\\r?\n")
_COMMENTS = re.compile(rb"(?:#[^\n]*+\s++)*+")
_CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]*")
_TARGET = re.compile(r"[^\W\d]\w*")
_PLAIN_TARGET = re.compile(r"(?!type )([^\W\d]\w*) ?(?:=|:)")
_ENUMS = re.compile(r"\b(?:Str|Int)?(?:Enum|Flag)\b|\b(?:Text|Integer)?Choices\b")
_ALL = re.compile(rb"^__all__\b[^=\n]*=\s*[\[(]([^\])]*)[\])]", re.M)
_NAME_IN_QUOTES = re.compile(rb"['\"](\w+)['\"]")
_LEFT_OUT = frozenset(("__all__", "__slots__", "__path__", "_"))
MAX_DOC_BYTES = 2_000
MAX_HEAD_BYTES = 8_000
MAX_DECORATOR_CHARS = 120
MAX_VALUE_CHARS = 120
"""Of a variable's line: its value is shown as far as it helps to recognise it."""


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """What a Python file defines, imports and does."""
    seen = readable(raw)
    if seen is not raw:
        from tree_sitter import Parser  # a binding that only workers need

        whole, raw, tree = len(seen) == len(raw), seen, Parser(tree.language).parse(seen)
    else:
        whole = True
    captures = common.captures(_query(tree.language, _QUERY + OUTDATED), tree)
    guards = common.captures(_query(tree.language, _GUARDS), tree) if b"TYPE_CHECKING" in raw else {}
    refs = _refs(raw, captures.get("ref", []))
    broken = tree.root_node.has_error
    scopes = _scopes(raw, captures, broken=broken)
    symbols = _symbols(raw, scopes, captures)
    return Extracted(
        symbols=symbols,
        imports=imports_of(raw, captures, guards, [scope.span for scope in scopes if scope.is_function]),
        uses=uses_of(raw, tree.root_node, refs),
        errors=errors_of(raw, tree, captures, [scope.body for scope in scopes if scope.is_empty]),
        refs=refs,
        exports=_exports(raw) if b"__all__" in raw else None,
        comments=_comments(captures) if whole and not broken else None,
        typed=sum([one.complexity > 0 and "->" in one.signature and _is_typed(one.signature) for one in symbols]),
    )


@lru_cache(maxsize=8)
def _query(language: "Language", source: str) -> "Query":
    from tree_sitter import Query  # as above

    return Query(language, source)


class _Scope(NamedTuple):
    """A function or a class: from its first word (`async`, `def`, `class`) to the end of its body."""

    span: Span
    is_function: bool
    name: str
    body: int
    line: int
    end_line: int
    is_empty: bool


def _scopes(raw: bytes, captures: "Captures", *, broken: bool) -> list[_Scope]:
    """In the order of the text. Every definition has one body, and both come in the same order."""
    found: list[_Scope] = []
    notes = {node.end_byte for node in captures.get("comment", ())}
    for kind, is_function in (("function", True), ("class", False)):
        bodies = sorted([node.byte_range for node in captures.get(f"{kind}.body", ())])
        line, at = 1, 0  # lines are counted here: a node makes an object for each point that it is asked for
        for (start, node), (body, body_end) in zip(_by_start(captures.get(kind, ())), bodies, strict=True):
            end = node.end_byte
            named = _NAMED.match(raw, start, body)
            word = _identifier(named[1]) if named else ""
            line, at = line + raw.count(b"\n", at, start), start
            end_line = line + raw.count(b"\n", start, end)
            if end in notes or broken:
                end_line -= _trailing_comment_lines(raw, end, notes)
            found.append(_Scope((start, end), is_function, word, body, line, end_line, body == body_end))
    found.sort()
    return found


def _identifier(raw: bytes) -> str:
    """A name as Python compares it: in the normal form NFKC."""
    word = raw.decode("utf-8", "replace")
    return word if raw.isascii() else unicodedata.normalize("NFKC", word)


def _trailing_comment_lines(raw: bytes, end: int, notes: Collection[int]) -> int:
    """Lines at the end of a body that hold comments alone, and the blank ones before: `ast` does not count them.
    `notes` are the ends of all comments."""
    lines = 0
    while True:
        begin = raw.rfind(b"\n", 0, end) + 1
        line = raw[begin:end].rstrip()
        is_code = line.strip() and not (line.lstrip().startswith(b"#") and begin + len(line) in notes)
        if begin == 0 or is_code:
            return lines
        end = begin - 1
        lines += 1


def _by_start(nodes: "Sequence[Node]") -> "list[tuple[int, Node]]":
    starts = [node.start_byte for node in nodes]
    if starts != sorted(starts):
        return sorted(zip(starts, nodes, strict=True), key=_first)
    return list(zip(starts, nodes, strict=True))


def _comments(captures: "Captures") -> list[Span]:
    found: list[Span] = []
    for span in sorted([node.byte_range for name in ("comment", "statement") for node in captures.get(name, ())]):
        if not found or span[0] >= found[-1][1]:
            found.append(span)
    return found


def _symbols(raw: bytes, scopes: list[_Scope], captures: "Captures") -> list[Symbol]:
    spans = [scope.span for scope in scopes]
    above = parents(spans)
    names = qualified([scope.name for scope in scopes], above)
    branches = sorted([node.start_byte for node in captures.get("branch", ())])
    numbers = complexities(spans, branches)
    docs = _docs(raw, scopes, captures)
    cuts = _Cuts(captures)
    signatures = [_signature(raw, scope, cuts) for scope in scopes]
    modifiers = _modifiers(raw, scopes, captures, cuts)
    found: list[Symbol] = []
    for at, (_, is_function, name, _, line, end_line, _) in enumerate(scopes):
        signature = signatures[at]
        words = modifiers.get(at, ())
        kind: SymbolKind = "class"
        if is_function:
            kind = "method" if above[at] >= 0 and not scopes[above[at]].is_function else "function"
            if signature.startswith("async "):
                words = ("async", *words)
        # A class has no number: what stands in its body belongs to no function around it.
        number, doc = numbers[at] if is_function else 0, docs.get(at, "")
        found.append(Symbol(kind, names[at], line, end_line, signature, _visibility(name), doc, number, words))
    found += _variables(raw, _Nest(scopes, above), names, signatures, captures)
    found.sort(key=_by_line)
    return found


class _Nest:
    """Which scope holds a place. Asked for single places: a walk over all scopes would cost more than the answers."""

    def __init__(self, scopes: list[_Scope], above: list[int]) -> None:
        self.scopes = scopes
        self._above = above
        self._starts = [scope.span[0] for scope in scopes]

    def holder(self, place: int) -> int:
        """The position of the innermost scope around the place, -1 at the top of the module."""
        at = bisect_right(self._starts, place) - 1
        while at >= 0 and self.scopes[at].span[1] <= place:
            at = self._above[at]
        return at


def _signature(raw: bytes, scope: _Scope, cuts: "_Cuts") -> str:
    """Up to the colon before the body; comments between parameters are left out."""
    return _said(raw, scope.span[0], scope.body, cuts).rstrip(" :")


class _Cuts:
    """The comments of a file in their order; sorted when a head holds one."""

    def __init__(self, captures: "Captures") -> None:
        self._nodes = captures.get("comment", ())
        self._spans: list[Span] | None = None

    def between(self, start: int, end: int) -> list[Span]:
        if self._spans is None:
            self._spans = sorted([node.byte_range for node in self._nodes])
        return self._spans[bisect_left(self._spans, (start, 0)) : bisect_left(self._spans, (end, 0))]


def _said(raw: bytes, start: int, end: int, cuts: _Cuts, limit: int = SIGNATURE_CHARS) -> str:
    """A piece of code on one line, without its comments and without the marks that join lines."""
    if raw.find(b"#", start, end) < 0 and raw.find(b"\\", start, end) < 0:
        return folded(raw, start, end, limit)
    pieces: list[bytes] = []
    end = min(end, start + MAX_HEAD_BYTES)
    for first, last in cuts.between(start, end):
        pieces.append(raw[start:first])
        start = last
    head = _JOINT.sub(b" ", b"".join([*pieces, raw[start:end]]))
    return folded(head, 0, len(head), limit)


def _visibility(name: str) -> Visibility:
    return "private" if name.startswith("_") and not (name.startswith("__") and name.endswith("__")) else "public"


def _docs(raw: bytes, scopes: list[_Scope], captures: "Captures") -> dict[int, str]:
    """The first line of each docstring, by the position of its scope: the statement that a body begins with."""
    strings = {node.start_byte: node for node in captures.get("statement", ())}
    found: dict[int, str] = {}
    if not strings:
        return found
    for at, scope in enumerate(scopes):
        start = scope.body
        if raw.startswith(b"#", start):
            start = cast("re.Match[bytes]", _COMMENTS.match(raw, start)).end()  # it matches nothing at least
        node = strings.get(start)
        if node is not None:
            found[at] = first_line(text(raw, start, min(node.end_byte, start + MAX_DOC_BYTES)))
    return found


def _modifiers(raw: bytes, scopes: list[_Scope], captures: "Captures", cuts: "_Cuts") -> dict[int, tuple[str, ...]]:
    """Decorators as written, at the definition that follows them."""
    found: dict[int, tuple[str, ...]] = {}
    decorators = _by_start(captures.get("decorator", []))
    starts = [scope.span[0] for scope in scopes] if decorators else []
    for start, node in decorators:
        end = node.end_byte
        at = bisect_left(starts, end)
        if at < len(starts):
            found[at] = (*found.get(at, ()), _said(raw, start, end, cuts, MAX_DECORATOR_CHARS))
    return found


def _variables(raw: bytes, nest: _Nest, names: list[str], signatures: list[str], captures: "Captures") -> list[Symbol]:
    """Assignments at the top of the module and of classes, the first of each name; also `type X = ...`."""
    nodes = [*captures.get("assigned", []), *captures.get("alias", []), *_forked(captures.get("forked", []))]
    seen: set[str] = set()
    found: list[Symbol] = []
    first, before = 1, 0
    for start, node in _by_start(nodes):
        at = nest.holder(start)
        if at >= 0 and nest.scopes[at].is_function:
            continue
        end = node.end_byte
        line = folded(raw, start, min(end, start + MAX_HEAD_BYTES), MAX_VALUE_CHARS)
        plain = _PLAIN_TARGET.match(line)
        for name in (plain[1],) if plain else _targets(line):
            full = f"{names[at]}.{name}" if at >= 0 else name
            if name in _LEFT_OUT or full in seen:
                continue
            seen.add(full)
            first, before = first + raw.count(b"\n", before, start), start
            in_enum = at >= 0 and _ENUMS.search(signatures[at]) is not None
            kind = _variable_kind(name, line, in_class=at >= 0, in_enum=in_enum)
            last = first + raw.count(b"\n", start, end)
            found.append(Symbol(kind, full, first, last, line, _visibility(name)))
    return found


def _forked(forks: "Sequence[Node]") -> "list[Node]":
    """The assignments in the branches of an `if` or a `try` at the top of the module, `elif`, `finally` and what
    follows a `try` without failure apart."""
    found: list[Node] = []
    for fork in forks:
        blocks: list[Node] = []
        for part in fork.named_children:
            if part.type == "block":
                blocks.append(part)
            elif part.type == ("else_clause" if fork.type == "if_statement" else "except_clause"):
                blocks += [child for child in part.named_children if child.type == "block"]
        statements = [each for block in blocks for each in block.named_children if each.type == "expression_statement"]
        found += [child for each in statements for child in each.named_children if child.type == "assignment"]
    return found


def _targets(line: str) -> list[str]:
    """The plain names that an assignment binds: of `a, b = f()` both, of `a.b = 1` and `a[0] = 1` none."""
    if line.startswith("type "):
        name = _TARGET.match(line, 5)
        return [name[0]] if name else []
    left = line.partition("=")[0].partition(":")[0].strip(" ()[]")
    parts = [part.strip(" *()") for part in left.split(",")]
    return [part for part in parts if _TARGET.fullmatch(part)]


def _variable_kind(name: str, line: str, *, in_class: bool, in_enum: bool) -> SymbolKind:
    if line.startswith("type ") or "TypeAlias" in line.partition("=")[0]:
        return "type"
    if in_enum:
        return "field" if name.startswith("_") or ":" in line.partition("=")[0] else "member"
    if _CONSTANT.fullmatch(name):
        return "constant"
    return "field" if in_class else "variable"


def _refs(raw: bytes, nodes: "Sequence[Node]") -> dict[str, int]:
    counted = Counter([raw[node.start_byte : node.end_byte] for node in nodes])
    return {name.decode("utf-8", "replace"): count for name, count in sorted(counted.items())}


def _exports(raw: bytes) -> tuple[str, ...] | None:
    """The names in a literal `__all__`; None when it is put together some other way."""
    literal = _ALL.search(raw)
    if literal is None:
        return None
    return tuple(name.decode() for name in dict.fromkeys(_NAME_IN_QUOTES.findall(literal[1])))


def _first(pair: tuple[int, object]) -> int:
    return pair[0]


def _by_line(symbol: Symbol) -> tuple[int, int, str]:
    return (symbol.line, -symbol.end_line, symbol.name)


def _is_typed(signature: str) -> bool:
    """Whether the result and every parameter but self and cls are annotated."""
    arrow = signature.rfind("->")
    if arrow < 0 or signature.endswith("…"):
        return False
    inside = signature[signature.find("(") + 1 : signature.rfind(")", 0, arrow)]
    depth, part = 0, ""
    parts: list[str] = []
    for character in inside:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += character
    parts.append(part)
    bare = [one.strip() for one in parts if ":" not in one and one.strip() not in ("", "*", "/")]
    return all(one in ("self", "cls", "mcs") for one in bare)
