"""Swift: definitions, imports and the names in use. `swift_uses` has what the code does with its surroundings.

Where no modifier says who may use a declaration it is `internal`, inside a private type private; members of a protocol
are as visible as the protocol, members of an extension as its modifier says (The Swift Programming Language, "Access
Control"). Members of an extension are named under the type that is extended.
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import swift_uses
from plumbrule.mcp_server.analysis.syntax.extractors.common import doc_above, error_lines, folded
from plumbrule.mcp_server.analysis.syntax.extractors.mending import best_tree, blanked, without_branches
from plumbrule.mcp_server.analysis.syntax.extractors.outline import (
    Scope,
    captured,
    counted,
    outlined,
    part,
    row,
    said,
    shown,
)
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import, Symbol, SymbolKind, Visibility

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_QUERY = """
(import_declaration) @import
(class_declaration) @def.class
(protocol_declaration) @def.protocol
(function_declaration) @def.function
(protocol_function_declaration) @def.function
(init_declaration) @def.constructor
(deinit_declaration) @def.deinit
(subscript_declaration) @def.subscript
(source_file (property_declaration) @def.property)
(class_body (property_declaration) @def.property)
(enum_class_body (property_declaration) @def.property)
(protocol_property_declaration) @def.property
(enum_entry) @def.member
(typealias_declaration) @def.type
(associatedtype_declaration) @def.type
(macro_declaration) @def.macro
[
  (if_statement) (guard_statement) (for_statement) (while_statement) (repeat_while_statement) (catch_block)
  (ternary_expression) (conjunction_expression) (disjunction_expression) (nil_coalescing_expression)
] @branch
(switch_entry) @case
(call_expression . (simple_identifier) @ref)
(call_expression . (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @ref)))
(navigation_expression target: (simple_identifier) @ref)
(user_type (type_identifier) @ref)
(macro_invocation (simple_identifier) @ref)
"""
_CALLABLE = frozenset(("function", "constructor", "deinit", "subscript", "property"))
_DECLARED: dict[str, SymbolKind] = {
    "class": "class",
    "struct": "struct",
    "enum": "enum",
    "actor": "class",
    "extension": "extension",
}
_ACCESS: dict[str, Visibility] = {
    "open": "public",
    "public": "public",
    "package": "internal",
    "internal": "internal",
    "fileprivate": "private",
    "private": "private",
}
_EMPTY_ATTRIBUTE = re.compile(rb"@\w+(\(\))")
_EMPTY_TUPLE = re.compile(rb"(?<!->)(?<!-> )(?<=[(,:\s])\(\)(?=\s*[,)])|(?<=\breturn )\(\)")
_DOLLAR = re.compile(rb"(?<=\w)\$")
_PREFIXED = re.compile(rb"((?:[(:,\[]|=)[ ]?)/(?=[A-Z\\(.])")
_CONSTRAINED = re.compile(rb"\btypealias\s[^\n=]{1,200}=[^\n{}]{1,300}?\s{1,40}(where\s[^\n]{1,300})")
_LESS = re.compile(rb"^([ \t]+)<(?= )", re.MULTILINE)
_YOUNG = re.compile(
    rb"\b(sending|consuming|borrowing|unsafe|isolated|nonisolated\((?:unsafe|nonsending)\))(?=\s+[@\w(])"
    rb"|(?:\btry[?!]?\s+)(await)\b|\bfor\s+(try\s+await)\b|\bin\s+(try)\b(?=[^\n]*\{)|\bthrows(\([\w.]+\))|(~)(?=Copyable)"
)
"""Words younger than the grammar, or in places where it does not expect them."""
_CAST = re.compile(rb"(\bas\?\s+[\w.]+\s)\?\?")
_BODIES = frozenset(
    (
        "class_body",
        "enum_class_body",
        "protocol_body",
        "function_body",
        "computed_property",
        "willset_didset_block",
        "macro_definition",
    )
)


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """What one Swift file defines, imports and uses."""
    tree = best_tree(raw, tree, _mend)
    captures = captured(tree, _QUERY)
    captures.setdefault("branch", []).extend(
        entry
        for entry in captures.get("case", ())
        if (first := part(entry, 0)) is None or first.type != "default_keyword"
    )
    found = Extracted(errors=error_lines(tree), refs=counted(raw, captures.get("ref", ())))
    for scope in outlined(captures, _CALLABLE):
        _define(raw, scope, found.symbols)
    found.imports = [
        _import(raw, node) for node in sorted(captures.get("import", ()), key=lambda node: node.start_byte)
    ]
    found.uses = swift_uses.uses(raw, tree)
    return found


def _mend(raw: bytes) -> bytes:
    """Without the other branches of `#if`, brackets with nothing in them, and words younger than the grammar."""
    mended = blanked(blanked(without_branches(raw), _EMPTY_ATTRIBUTE), _CONSTRAINED)
    mended = _YOUNG.sub(_hidden, mended)
    mended = mended.replace(b"#_sourceLocation", b"x_sourceLocation").replace(b"#isolation", b"xisolation")
    mended = _PREFIXED.sub(rb"\1 ", mended)
    mended = _CAST.sub(rb"\1+ ", mended)
    mended = _LESS.sub(rb"\1+", _DOLLAR.sub(b"_", mended))
    return _EMPTY_TUPLE.sub(b"0 ", mended)


def _hidden(found: "re.Match[bytes]") -> bytes:
    word = found[found.lastindex or 0]
    return found[0].replace(word, b" " * len(word))


def _import(raw: bytes, node: "Node") -> Import:
    """One import: the module, and the declaration taken from it (`import struct Foo.Bar`)."""
    written = next((said(raw, child) for child in node.named_children if child.type == "identifier"), "")
    kinds = {child.type for child in node.children}
    attributes = [said(raw, child).lstrip("@") for child in node.named_children if child.type == "modifiers"]
    flags = tuple(word for each in attributes for word in each.replace("@", " ").split())
    one = bool(kinds & {"class", "struct", "enum", "protocol", "func", "let", "var", "typealias"})
    target, _, name = written.rpartition(".") if one else (written, "", "")
    return Import(target or written, row(node), "import", (name,) if name else (), flags)


def _define(raw: bytes, scope: Scope, symbols: list[Symbol]) -> None:
    node, around = scope.node, scope.around
    head, attributes, words = _head(raw, node)
    visibility = _visibility(raw, words, scope)
    scope.notes["visibility"] = visibility
    doc = doc_above(raw, node.start_byte, (b"///",))
    first, last = row(node), node.end_point.row + 1
    if attributes:
        first += raw.count(b"\n", node.start_byte, head)
    modifiers = tuple(attributes) + tuple(word for word in words if word.partition("(")[0] not in _ACCESS)
    body = next((child for child in node.children if child.type in _BODIES), None)
    end = body.start_byte if body is not None else node.end_byte
    if body is None or body.type == "willset_didset_block":
        end = _value_start(node, end) if scope.kind == "property" else end
    signature = folded(raw, head, end).rstrip(";")
    complexity = 1 + scope.branches if scope.kind in _CALLABLE and body is not None else 0
    names = _names(raw, scope)
    kind = _kind(raw, scope)
    for name in names:
        full = around.within(name) if around is not None else name
        symbols.append(Symbol(kind, full, first, last, signature, visibility, doc, complexity, modifiers))
        scope.name = full


def _head(raw: bytes, node: "Node") -> tuple[int, list[str], list[str]]:
    """Where the declaration starts behind its attributes, the attributes, and its modifiers."""
    attributes: list[str] = []
    words: list[str] = []
    start = -1
    for child in node.children:
        if child.type == "modifiers":
            for each in child.named_children:
                if each.type == "attribute":
                    attributes.append(shown(raw, each))
                else:
                    start = each.start_byte if start < 0 else start
                    words.append(said(raw, each))
        elif child.type not in ("comment", "multiline_comment"):
            return (child.start_byte if start < 0 else start), attributes, words
    return (node.start_byte if start < 0 else start), attributes, words


def _visibility(raw: bytes, words: list[str], scope: Scope) -> Visibility:
    for word in words:
        if word in _ACCESS:
            return _ACCESS[word]
    around = scope.around
    if around is None:
        return "internal"
    if around.kind in _CALLABLE:
        return "private"
    outer: Visibility = _ACCESS.get(around.notes.get("visibility", ""), "internal")
    if around.kind == "protocol" or scope.kind == "member" or outer == "private":
        return outer
    declared = around.node.child_by_field_name("declaration_kind")
    return outer if declared is not None and said(raw, declared) == "extension" else "internal"


def _kind(raw: bytes, scope: Scope) -> SymbolKind:
    match scope.kind:
        case "class":
            declared = scope.node.child_by_field_name("declaration_kind")
            return _DECLARED.get(said(raw, declared) if declared is not None else "", "class")
        case "function":
            if scope.around is not None and scope.around.kind in ("class", "protocol"):
                return "method"
            return "function"
        case "deinit":
            return "method"
        case "subscript":
            return "property"
        case "property":
            if scope.around is None:
                return (
                    "constant"
                    if any(
                        child.type == "value_binding_pattern" and said(raw, child) == "let"
                        for child in scope.node.named_children
                    )
                    else "variable"
                )
            return "property"
        case "protocol":
            return "protocol"
        case "constructor":
            return "constructor"
        case "member":
            return "member"
        case "macro":
            return "macro"
        case _:
            return "type"


def _names(raw: bytes, scope: Scope) -> list[str]:
    node = scope.node
    match scope.kind:
        case "deinit" | "subscript":
            return [scope.kind]
        case "constructor":
            return ["init"]
        case "member":
            return [said(raw, name) for name in node.children_by_field_name("name")]
        case "property":
            return [word for name in node.children_by_field_name("name") for word in _bound(raw, name)]
        case "macro":
            return [said(raw, child) for child in node.named_children if child.type == "simple_identifier"][:1]
        case _:
            name = node.child_by_field_name("name")
            return [said(raw, name).partition("<")[0].strip("`")] if name is not None else []


def _bound(raw: bytes, pattern: "Node") -> list[str]:
    """The names that a pattern binds: one, or those of a tuple."""
    found: list[str] = []
    waiting = [pattern]
    while waiting:
        node = waiting.pop()
        if node.type == "simple_identifier":
            found.append(said(raw, node).strip("`"))
        elif node.type in ("pattern", "tuple_pattern", "tuple_pattern_item"):
            waiting.extend(reversed(node.named_children))
    return found


def _value_start(node: "Node", end: int) -> int:
    """Where a stored property's declaration ends: before its value, when it has one."""
    return next((child.start_byte for child in node.children if child.type == "="), end)
