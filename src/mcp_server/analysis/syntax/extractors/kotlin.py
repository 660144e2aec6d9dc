"""What a Kotlin file defines, imports and uses. Above lies the batch in a worker; `kotlin_uses` reads the calls.

The walk goes through the bodies of types. Everything is public unless it says otherwise (Kotlin documentation,
"Visibility modifiers"). Members of a companion are named with it (`A.Companion.make`), an extension by its own name.
"""

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.mcp_server.analysis.syntax.extractors.common import doc_above, error_lines, folded, text
from plumbrule.mcp_server.analysis.syntax.extractors.java_uses import Routes, commands_of, prefixes_of, routes_of
from plumbrule.mcp_server.analysis.syntax.extractors.kotlin_repair import BARE_ANNOTATION, covered
from plumbrule.mcp_server.analysis.syntax.extractors.kotlin_uses import uses_of
from plumbrule.mcp_server.analysis.syntax.extractors.lexical import (
    branches,
    branching,
    referred,
    words_between,
    words_of,
)
from plumbrule.mcp_server.analysis.syntax.extractors.repairing import better
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import, Symbol, SymbolKind, Use, Visibility

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Query, Tree

_TOKEN = re.compile(
    rb"//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/)?"
    rb'|"""[^"]*(?:"(?!"")[^"]*)*(?:"{3,})?|"[^"\\\n]*(?:\\.[^"\\\n]*)*"?'
    rb"|'(?:[^'\\\n]|\\[^\n]{1,8}?)'"
    rb"|([.:@<]?[A-Za-z_]\w*[({:<]?|&&|\|\||\?:)",
    re.DOTALL,
)
_BRANCHES = branching((b"if", b"for", b"while", b"catch", b"&&", b"||", b"?:"))
_WHEN = branching((b"when",))
_KEYWORD_LIST = """
as break class continue do else false for fun if in interface is null object package return super this throw true try
typealias typeof val var when while by catch constructor delegate dynamic field file finally get import init param
property receiver set setparam where value abstract actual annotation companion const crossinline data enum expect
external final infix inline inner internal lateinit noinline open operator out override private protected public reified
sealed suspend tailrec vararg it String Int Long Boolean Unit Any Nothing
"""
_KEYWORDS = frozenset(_KEYWORD_LIST.split())
_VISIBLE: dict[str, Visibility] = {"protected": "protected", "private": "private", "internal": "internal"}
_CLASSES: dict[str, SymbolKind] = {"enum": "enum", "annotation": "annotation"}
_BODIES = frozenset(("class_body", "enum_class_body"))
_PROPERTY_ENDS = frozenset(("=", "property_delegate", "getter", "setter"))


class _Scope(NamedTuple):
    prefix: str = ""
    routes: Routes = Routes()


class _Head(NamedTuple):
    """The words and annotations in front of a declaration, its visibility, and where it goes on."""

    words: tuple[str, ...]
    annotations: "tuple[Node, ...]"
    visibility: Visibility
    start: int


class _File:
    __slots__ = ("found", "language", "raw", "spans", "uses", "words")

    def __init__(self, raw: bytes, language: "Language") -> None:
        self.raw = raw
        self.language = language
        self.words: Counter[bytes] = Counter()
        self.spans: list[tuple[int, int]] = []
        """Functions whose words are counted, in order."""
        self.found = Extracted()
        self.uses: list[Use] = []

    def text(self, node: "Node") -> str:
        return text(self.raw, node.start_byte, node.end_byte)


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """The facts of one Kotlin file."""
    bare = BARE_ANNOTATION.search(raw) is not None
    if bare or tree.root_node.has_error:
        tree = better(tree, covered(raw), raw, or_equal=bare)
    file = _File(raw, tree.language)
    waiting: list[tuple[Node, _Scope]] = [(node, _Scope()) for node in reversed(tree.root_node.named_children)]
    while waiting:
        node, scope = waiting.pop()
        waiting.extend(reversed(_visited(file, node, scope)))
    file.words.update(words_between(raw, _TOKEN, file.spans))
    found = file.found
    tops = (each.name for each in found.symbols if "." not in each.name and each.visibility != "private")
    found.exports = tuple(dict.fromkeys(tops))
    found.errors = error_lines(tree)
    found.refs = referred(file.words, (symbol.name for symbol in found.symbols), _KEYWORDS)
    found.uses = uses_of(raw, tree.root_node, file.words, found, file.uses)
    return found


def _visited(file: _File, node: "Node", scope: _Scope) -> "list[tuple[Node, _Scope]]":
    """Records one declaration and gives those inside it."""
    kind = node.type
    if kind in ("class_declaration", "object_declaration", "companion_object"):
        return _type(file, node, scope)
    if kind == "function_declaration":
        _function(file, node, scope, node.child_by_field_name("name"))
    elif kind == "secondary_constructor":
        _function(file, node, scope, None)
    elif kind == "property_declaration":
        _properties(file, node, scope)
    elif kind == "enum_entry":
        name = next((child for child in node.named_children if child.type == "identifier"), None)
        _add(file, "member", node, scope, name, _head(file, node), node.end_byte)
    elif kind == "type_alias":
        name = node.child_by_field_name("type") or next(
            (c for c in node.named_children if c.type == "identifier"), None
        )
        _add(file, "type", node, scope, name, _head(file, node), node.end_byte)
    elif kind == "import":
        _import(file, node)
    elif kind == "package_header":
        file.found.imports.append(Import(_dotted(file, node), node.start_point[0] + 1, "package"))
    elif kind == "ERROR":
        return _damaged(file, node, scope)
    return []


def _damaged(file: _File, node: "Node", scope: _Scope) -> "list[tuple[Node, _Scope]]":
    """What stands in a damaged region; a type whose body broke still gives its name to what follows."""
    inner = scope
    opened = ""
    found: list[tuple[Node, _Scope]] = []
    for child in node.children:
        if child.type in ("class", "interface", "object"):
            opened = child.type
        elif child.type == "identifier" and opened:
            kind: SymbolKind = "interface" if opened == "interface" else "object" if opened == "object" else "class"
            _add(file, kind, child, inner, child, _Head((), (), "public", child.start_byte), child.end_byte)
            inner, opened = _Scope(f"{inner.prefix}.{file.text(child)}".lstrip("."), inner.routes), ""
        elif child.is_named:
            found.append((child, inner))
    return found


def _dotted(file: _File, node: "Node") -> str:
    name = next((each for each in node.named_children if each.type.endswith("identifier")), None)
    return "".join(file.text(name).split()).replace("`", "") if name is not None else ""


def _import(file: _File, node: "Node") -> None:
    target, line = _dotted(file, node), node.start_point[0] + 1
    if not target:
        return
    last = node.children[-1]
    if last.type == "*":
        names: tuple[str, ...] = ("*",)
    elif last.type == "identifier":
        names = (file.text(last),)
    else:
        names = (target.rpartition(".")[2],)
    file.found.imports.append(Import(target, line, "import", names))


def _head(file: _File, node: "Node") -> _Head:
    first = node.children[0] if node.child_count else None
    if first is None or first.type != "modifiers":
        return _Head((), (), "public", node.start_byte)
    annotations: list[Node] = []
    words: list[str] = []
    for child in first.named_children:
        if child.type == "annotation":
            annotations.append(child)
        elif not child.type.endswith("comment"):
            words.append(file.text(child))
    said: list[Visibility] = [_VISIBLE[word] for word in words if word in _VISIBLE]
    return _Head(tuple(words), tuple(annotations), said[0] if said else "public", first.end_byte)


def _add(
    file: _File,
    kind: SymbolKind,
    node: "Node",
    scope: _Scope,
    name: "Node | str | None",
    head: _Head,
    end: int,
    complexity: int = 0,
) -> str:
    """Adds a symbol whose signature ends at a byte; gives its qualified name."""
    if name is None:
        return scope.prefix
    known = name if isinstance(name, str) else file.text(name).strip("`")
    qualified = f"{scope.prefix[:240]}.{known}" if scope.prefix else known
    signature = " ".join((*head.words, folded(file.raw, head.start, end).rstrip(" {;=")))
    shown = [word for word in head.words if word not in _VISIBLE and word != "public"]
    shown.extend(" ".join(file.text(each)[:120].split()) for each in head.annotations)
    file.found.symbols.append(
        Symbol(
            kind,
            qualified,
            node.start_point[0] + 1,
            node.end_point[0] + 1,
            signature[:300],
            head.visibility,
            doc_above(file.raw, node.start_byte, ()),
            complexity,
            tuple(shown),
        )
    )
    return qualified


def _type(file: _File, node: "Node", scope: _Scope) -> "list[tuple[Node, _Scope]]":
    head = _head(file, node)
    body = next((child for child in node.named_children if child.type in _BODIES), None)
    name: Node | str | None = node.child_by_field_name("name")
    kind: SymbolKind = "object"
    if node.type == "companion_object":
        name = name or next((c for c in node.named_children if c.type == "identifier"), None) or "Companion"
    elif node.type == "class_declaration":
        said: list[SymbolKind] = [_CLASSES[word] for word in head.words if word in _CLASSES]
        kind = said[0] if said else "class"
        if any(child.type == "interface" for child in node.children[:4]):
            kind = "interface"
        elif b"annotation" in file.raw[head.start : node.end_byte][:12]:
            kind = "annotation"  # covered for the second parse
    qualified = _add(file, kind, node, scope, name, head, body.start_byte if body is not None else node.end_byte)
    commands_of(file.raw, head.annotations, file.found.imports, file.uses)
    inner = _Scope(qualified, prefixes_of(file.raw, head.annotations, scope.routes))
    for child in node.named_children:
        if child.type == "primary_constructor":
            _constructor_properties(file, child, inner)
    return [(child, inner) for child in body.named_children] if body is not None else []


def _constructor_properties(file: _File, node: "Node", scope: _Scope) -> None:
    """`class A(val x: Int)` declares a property."""
    for listed in node.named_children:
        for parameter in listed.named_children if listed.type == "class_parameters" else ():
            if any(child.type in ("val", "var") for child in parameter.children):
                name = next((child for child in parameter.named_children if child.type == "identifier"), None)
                _add(file, "property", parameter, scope, name, _head(file, parameter), parameter.end_byte)


def _function(file: _File, node: "Node", scope: _Scope, name: "Node | None") -> None:
    counted = words_of(_TOKEN.findall(file.raw, node.start_byte, node.end_byte))
    file.words.update(counted)
    file.spans.append((node.start_byte, node.end_byte))
    head = _head(file, node)
    body = next((child for child in node.named_children if child.type in ("function_body", "block")), None)
    complexity = 0
    if body is not None:
        complexity = 1 + branches(counted, _BRANCHES)
        if branches(counted, _WHEN):
            complexity += _cases(file, node)
    end = body.start_byte if body is not None else node.end_byte
    if node.type == "secondary_constructor":
        call = next((child for child in node.named_children if child.type == "constructor_delegation_call"), None)
        end = call.start_byte if call is not None else end
        _add(file, "constructor", node, scope, scope.prefix.rpartition(".")[2], head, end, complexity)
        return
    _add(file, "method" if scope.prefix else "function", node, scope, name, head, end, complexity)
    if head.annotations:
        routes_of(file.raw, head.annotations, scope.routes, file.uses)


def _cases(file: _File, node: "Node") -> int:
    """The cases of every `when` in a function, `else` apart."""
    from tree_sitter import QueryCursor  # a binding that only workers need

    return len(QueryCursor(_when_entries(file.language)).captures(node).get("case", ()))


@lru_cache(maxsize=2)
def _when_entries(language: "Language") -> "Query":
    from tree_sitter import Query  # a binding that only workers need

    return Query(language, "(when_entry condition: (_)) @case")


def _properties(file: _File, node: "Node", scope: _Scope) -> None:
    head = _head(file, node)
    kind: SymbolKind = "constant" if "const" in head.words else "property"
    end = node.end_byte
    if kind == "property":
        end = next((child.start_byte for child in node.children if child.type in _PROPERTY_ENDS), node.end_byte)
    for child in node.named_children:
        if child.type == "variable_declaration":
            _add(file, kind, node, scope, child.named_children[0] if child.named_child_count else None, head, end)
        elif child.type == "multi_variable_declaration":
            for each in child.named_children:
                _add(file, kind, node, scope, each.named_children[0] if each.named_child_count else None, head, end)
