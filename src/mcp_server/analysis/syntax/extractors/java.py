"""What a Java file defines, imports and uses. Above lies the batch in a worker; `java_uses` reads calls, annotations.

The walk goes through the bodies of types; local and anonymous classes belong to the method around them. Visibility as
in the Java Language Specification 6.6 and 9.4: package access is `internal`, members of interfaces are public.
"""

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.mcp_server.analysis.syntax.extractors.common import doc_above, error_lines, folded, text
from plumbrule.mcp_server.analysis.syntax.extractors.java_routes import Routes, prefixes_of, routes_of
from plumbrule.mcp_server.analysis.syntax.extractors.java_uses import commands_of, uses_of
from plumbrule.mcp_server.analysis.syntax.extractors.jvm_names import java_names
from plumbrule.mcp_server.analysis.syntax.extractors.lexical import (
    branches,
    branching,
    referred,
    words_between,
    words_of,
)
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import, Symbol, SymbolKind, Use, Visibility

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_TOKEN = re.compile(
    rb"//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/)?"
    rb'|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:""")?|"[^"\\\n]*(?:\\.[^"\\\n]*)*"?'
    rb"|'(?:[^'\\\n]|\\[^\n]{1,8}?)'"
    rb"|([.:@<]?[A-Za-z_$][\w$]*[({:<]?|&&|\|\||\?(?!\s*(?:[>,&)]|extends\b|super\b)))",
    re.DOTALL,
)
_BRANCHES = branching((b"if", b"for", b"while", b"case", b"catch", b"&&", b"||", b"?"))
_KEYWORD_LIST = """
abstract assert boolean break byte case catch char class const continue default do double else enum extends final
finally float for goto if implements import instanceof int interface long native new non null package permits private
protected public record return sealed short static strictfp super switch synchronized this throw throws transient true
false try var void volatile when while yield String Object Override
"""
_KEYWORDS = frozenset(_KEYWORD_LIST.split())
_TYPES: dict[str, SymbolKind] = {
    "class_declaration": "class",
    "interface_declaration": "interface",
    "enum_declaration": "enum",
    "record_declaration": "record",
    "annotation_type_declaration": "annotation",
}
_MEMBERS: dict[str, SymbolKind] = {
    "method_declaration": "method",
    "annotation_type_element_declaration": "method",
    "constructor_declaration": "constructor",
    "compact_constructor_declaration": "constructor",
}
_VISIBLE: dict[str, Visibility] = {"public": "public", "protected": "protected", "private": "private"}
_OPEN = frozenset(("interface", "annotation"))


class _Scope(NamedTuple):
    prefix: str = ""
    kind: str = ""
    visibility: Visibility = "public"
    routes: Routes = Routes()


class _File:
    __slots__ = ("found", "raw", "spans", "uses", "words")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.words: Counter[bytes] = Counter()
        self.spans: list[tuple[int, int]] = []
        """Methods whose words are counted, in order."""
        self.found = Extracted()
        self.uses: list[Use] = []

    def text(self, node: "Node") -> str:
        return text(self.raw, node.start_byte, node.end_byte)


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """The facts of one Java file."""
    file = _File(raw)
    waiting: list[tuple[Node, _Scope]] = [(node, _Scope()) for node in reversed(tree.root_node.named_children)]
    while waiting:
        node, scope = waiting.pop()
        waiting.extend(reversed(_visited(file, node, scope)))
    file.words.update(words_between(raw, _TOKEN, file.spans))
    found = file.found
    found.exports = tuple(dict.fromkeys(each.name for each in found.symbols if "." not in each.name))
    found.errors = error_lines(tree)
    found.refs = referred(file.words, (symbol.name for symbol in found.symbols), _KEYWORDS)
    found.imports.extend(java_names(raw, found))
    found.uses = uses_of(raw, tree.root_node, file.words, found, file.uses)
    return found


def _visited(file: _File, node: "Node", scope: _Scope) -> "list[tuple[Node, _Scope]]":
    """Records one declaration and gives those inside it."""
    kind = node.type
    if kind in _TYPES:
        return _type(file, node, scope, _TYPES[kind])
    if kind in _MEMBERS:
        _method(file, node, scope, _MEMBERS[kind])
    elif kind in ("field_declaration", "constant_declaration"):
        _fields(file, node, scope)
    elif kind == "enum_constant":
        _add(file, "member", node, scope, node.child_by_field_name("name"), node.end_byte, visibility=scope.visibility)
    elif kind == "enum_body_declarations" or kind == "ERROR":
        return [(child, scope) for child in node.named_children]
    elif kind == "import_declaration":
        _import(file, node)
    elif kind == "package_declaration":
        file.found.imports.append(Import(_dotted(file, node), node.start_point[0] + 1, "package"))
    return []


def _dotted(file: _File, node: "Node") -> str:
    name = next((each for each in node.named_children if each.type.endswith("identifier")), None)
    return "".join(file.text(name).split()) if name is not None else ""


def _import(file: _File, node: "Node") -> None:
    target, line = _dotted(file, node), node.start_point[0] + 1
    flags = ("static",) if any(child.type == "static" for child in node.children[:3]) else ()
    if any(child.type == "asterisk" for child in node.named_children):
        file.found.imports.append(Import(target, line, "import", ("*",), flags))
    elif target:
        file.found.imports.append(Import(target, line, "import", (target.rpartition(".")[2],), flags))


def _modifiers(file: _File, node: "Node") -> "tuple[list[str], list[Node], int]":
    """Words, annotations, and where the declaration goes on behind them."""
    first = node.named_children[0] if node.named_child_count else None
    if first is None or first.type != "modifiers":
        return [], [], node.start_byte
    words: list[str] = []
    annotations: list[Node] = []
    for child in first.children:
        if child.type in ("marker_annotation", "annotation"):
            annotations.append(child)
        elif not child.type.endswith("_comment"):
            words.append(file.text(child))
    return words, annotations, first.end_byte


def _add(
    file: _File,
    kind: SymbolKind,
    node: "Node",
    scope: _Scope,
    name: "Node | None",
    end: int,
    *,
    complexity: int = 0,
    visibility: Visibility | None = None,
) -> "tuple[str, Visibility, list[Node]]":
    """Adds a symbol whose signature ends at a byte; gives its name, visibility and annotations."""
    words, annotations, start = _modifiers(file, node)
    seen = visibility or _seen(kind, scope, words)
    known = file.text(name) if name is not None else ""
    qualified = f"{scope.prefix[:240]}.{known}" if scope.prefix else known
    signature = folded(file.raw, start, end).rstrip(" ;{")
    signature = " ".join((*words, signature)) if words else signature
    shown = (*(word for word in words if word not in _VISIBLE), *(file.text(each)[:120] for each in annotations))
    file.found.symbols.append(
        Symbol(
            kind,
            qualified,
            node.start_point[0] + 1,
            node.end_point[0] + 1,
            signature[:300],
            seen,
            doc_above(file.raw, node.start_byte, ()),
            complexity,
            tuple(" ".join(word.split()) for word in shown),
        )
    )
    return qualified, seen, annotations


def _seen(kind: SymbolKind, scope: _Scope, words: list[str]) -> Visibility:
    """The visibility that the words give, else the standard one of the place."""
    standard: Visibility = "public" if scope.kind in _OPEN else "internal"
    if kind == "constructor" and scope.kind in ("enum", "record"):
        standard = "private" if scope.kind == "enum" else scope.visibility
    said: list[Visibility] = [_VISIBLE[word] for word in words if word in _VISIBLE]
    return said[0] if said else standard


def _type(file: _File, node: "Node", scope: _Scope, kind: SymbolKind) -> "list[tuple[Node, _Scope]]":
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None:
        return []
    end = body.start_byte if body is not None else node.end_byte
    qualified, visibility, annotations = _add(file, kind, node, scope, name, end)
    commands_of(file.raw, annotations, file.found.imports, file.uses)
    inner = _Scope(qualified, kind, visibility, prefixes_of(file.raw, annotations, scope.routes))
    return [(child, inner) for child in body.named_children] if body is not None else []


def _method(file: _File, node: "Node", scope: _Scope, kind: SymbolKind) -> None:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    counted = words_of(_TOKEN.findall(file.raw, node.start_byte, node.end_byte))
    file.words.update(counted)
    file.spans.append((node.start_byte, node.end_byte))
    complexity = 1 + branches(counted, _BRANCHES) if body is not None else 0
    end = body.start_byte if body is not None else node.end_byte
    _, _, annotations = _add(file, kind, node, scope, name, end, complexity=complexity)
    if annotations:
        routes_of(file.raw, annotations, scope.routes, file.uses)
        commands_of(file.raw, annotations, file.found.imports, file.uses)


def _fields(file: _File, node: "Node", scope: _Scope) -> None:
    words, _, _ = _modifiers(file, node)
    constant = scope.kind in _OPEN or ("static" in words and "final" in words)
    for declarator in node.children_by_field_name("declarator"):
        name = declarator.child_by_field_name("name")
        value = declarator.child_by_field_name("value")
        end = declarator.end_byte if constant or value is None else value.start_byte
        if name is not None:
            before = len(file.found.symbols)
            _add(file, "constant" if constant else "field", node, scope, name, end)
            added = file.found.symbols[before]
            file.found.symbols[before] = added._replace(signature=added.signature.rstrip("= "))
