"""C#: definitions, usings and the names in use. What the code does with its surroundings is in `csharp_uses`.

Names hold the types around a member, not its namespace: that is the file's `package` import. Where no modifier says
who may use a member, C# says: members of classes and structs are private, of interfaces and enums public, outer types
internal (C# specification, 7.5.2 declared accessibility).
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import csharp_uses
from plumbrule.mcp_server.analysis.syntax.extractors.common import (
    comment_above,
    doc_line,
    error_lines,
    folded,
    parents,
)
from plumbrule.mcp_server.analysis.syntax.extractors.mending import best_tree, without_branches
from plumbrule.mcp_server.analysis.syntax.extractors.outline import (
    Scope,
    captured,
    counted,
    offered,
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
[(namespace_declaration) (file_scoped_namespace_declaration)] @namespace
[(using_directive) (extern_alias_directive)] @using
(class_declaration) @def.class
(struct_declaration) @def.struct
(record_declaration) @def.record
(interface_declaration) @def.interface
(enum_declaration) @def.enum
(enum_member_declaration) @def.member
(delegate_declaration) @def.type
(method_declaration) @def.method
(constructor_declaration) @def.constructor
(destructor_declaration) @def.destructor
[(operator_declaration) (conversion_operator_declaration)] @def.operator
(property_declaration) @def.property
(indexer_declaration) @def.indexer
(event_declaration) @def.event
(event_field_declaration) @def.events
(field_declaration) @def.fields
(local_function_statement) @def.function
[
  (if_statement) (for_statement) (foreach_statement) (while_statement) (do_statement) (catch_clause)
  (conditional_expression)
] @branch
(switch_section "case" @branch)
(switch_expression_arm) @arm
(binary_expression operator: ["&&" "||" "??"] @branch)
(invocation_expression function: [
  (identifier) @ref
  (member_access_expression name: (identifier) @ref)
  (conditional_access_expression (member_binding_expression name: (identifier) @ref))
  (member_access_expression expression: (identifier) @ref)
])
(member_access_expression expression: (identifier) @ref)
(generic_name (identifier) @ref)
(type_argument_list (identifier) @ref)
(object_creation_expression type: (identifier) @ref)
(qualified_name name: (identifier) @ref)
(base_list (identifier) @ref)
(primary_constructor_base_type type: (identifier) @ref)
(attribute name: (identifier) @ref)
(variable_declaration type: (identifier) @ref)
(parameter type: (identifier) @ref)
(property_declaration type: (identifier) @ref)
(method_declaration returns: (identifier) @ref)
(nullable_type type: (identifier) @ref)
(array_type type: (identifier) @ref)
(typeof_expression type: (identifier) @ref)
(cast_expression type: (identifier) @ref)
(as_expression right: (identifier) @ref)
(is_expression right: (identifier) @ref)
(declaration_pattern type: (identifier) @ref)
(catch_declaration type: (identifier) @ref)
(type_parameter_constraint type: (identifier) @ref)
"""

_CALLABLE = frozenset(("method", "constructor", "destructor", "operator", "property", "indexer", "event", "function"))
_USINGS = "[(using_directive) (extern_alias_directive)] @using"
_TORN = re.compile(rb"^[ \t]*namespace\s+([A-Za-z_][\w.]*)\s*(?:[{;\r\n]|$)", re.MULTILINE)
_TYPES = frozenset(("class", "struct", "record", "interface", "enum", "type"))
_KINDS: dict[str, SymbolKind] = {
    "class": "class",
    "struct": "struct",
    "record": "record",
    "interface": "interface",
    "enum": "enum",
    "member": "member",
    "type": "type",
    "method": "method",
    "constructor": "constructor",
    "destructor": "method",
    "operator": "operator",
    "property": "property",
    "indexer": "property",
    "event": "event",
    "function": "function",
}
_EXTENSION = re.compile(
    rb"(?<![\w.@])extension\s*(?:<[^<>{}()\n]{1,200}>\s*)?\([^(){}\n]{1,300}\)(?:\s{1,40}where\s[^{};\n]{1,200})?(?=\s*\{)"
)
"""A block of extension members (C# 14), which the grammar takes for a constructor."""
_VISIBLE = re.compile(rb"[^\n]")
_ACCESS = ("public", "protected", "internal", "private", "file")
_BODIES = frozenset(("block", "arrow_expression_clause", "declaration_list", "enum_member_declaration_list", "="))


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """What one C# file defines, imports and uses."""
    if b"extension" in raw:
        tree = _with_extensions(raw, tree)
    written = tree
    tree = best_tree(raw, tree, _mended)
    captures = captured(tree, _QUERY)
    if tree is not written:
        # What a branch imports that is left out now is imported all the same.
        captures["using"] = captured(written, _USINGS).get("using", [])
    captures.setdefault("branch", []).extend(
        arm for arm in captures.get("arm", ()) if (first := part(arm, 0)) is None or first.type != "discard"
    )
    found = Extracted(errors=error_lines(tree), refs=counted(raw, captures.get("ref", ())))
    scopes = outlined(captures, _CALLABLE)
    for scope in scopes:
        _define(raw, scope, found.symbols)
    found.imports = _imports(raw, captures, scopes)
    found.uses = csharp_uses.uses(raw, tree)
    return found


def _with_extensions(raw: bytes, tree: "Tree") -> "Tree":
    """The tree of the bytes in which blocks of extension members are classes, as their members are written in these."""
    shown_as = _as_classes(raw)
    if shown_as == raw:
        return tree
    from tree_sitter import Parser  # a binding that only workers need

    return Parser(tree.language).parse(shown_as)


def _mended(raw: bytes) -> bytes:
    return without_branches(_as_classes(raw))


def _class(found: "re.Match[bytes]") -> bytes:
    return b"class E" + _VISIBLE.sub(b" ", found[0][len(b"class E") :])


def _as_classes(raw: bytes) -> bytes:
    return _EXTENSION.sub(_class, raw)


def _namespaces(raw: bytes, nodes: list["Node"], scopes: list[Scope]) -> list[Import]:
    """Where the file stands, with the types that it adds there; nested namespaces written out."""
    nodes.sort(key=lambda node: node.start_byte)
    if not nodes and (torn := _TORN.search(raw)) is not None:
        # Conditional compilation can tear a file apart for the grammar, and the namespace with it.
        name = torn[1].decode("utf-8", "replace")
        names = offered(scopes, _TYPES, torn.start(), len(raw))
        return [Import(name, raw.count(b"\n", 0, torn.start(1)) + 1, "package", names)] if names else []
    # A file-scoped namespace ends at its semicolon but holds the rest of the file.
    ends = [node.end_byte if node.type == "namespace_declaration" else len(raw) for node in nodes]
    spans = [(node.start_byte, end) for node, end in zip(nodes, ends, strict=True)]
    found: list[Import] = []
    for node, (start, end), above in zip(nodes, spans, parents(spans), strict=True):
        name = node.child_by_field_name("name")
        written = said(raw, name) if name is not None else ""
        full = f"{found[above].target}.{written}" if above >= 0 else written
        found.append(Import(full[:300], row(node), "package", offered(scopes, _TYPES, start, end)))
    return found


def _imports(raw: bytes, captures: dict[str, list["Node"]], scopes: list[Scope]) -> list[Import]:
    found = _namespaces(raw, captures.get("namespace", []), scopes)
    for node in captures.get("using", ()):
        if node.type == "extern_alias_directive":
            continue
        words = {child.type for child in node.children}
        alias = node.child_by_field_name("name")
        target = next((child for child in reversed(node.named_children) if child.type != "comment"), None)
        if target is None:
            continue
        flags = tuple(word for word in ("global", "static") if word in words) + (("alias",) if alias else ())
        written = said(raw, target).partition("<")[0].removeprefix("global::").strip()
        found.append(Import(written, row(node), "import", (said(raw, alias),) if alias else (), flags))
    return sorted(found, key=lambda each: each.line)


def _define(raw: bytes, scope: Scope, symbols: list[Symbol]) -> None:
    node, around = scope.node, scope.around
    head, attributes, words = _head(raw, node)
    visibility = _visibility(words, scope)
    modifiers = tuple(attributes) + tuple(word for word in words if word not in _ACCESS)
    doc = _summary(comment_above(raw, node.start_byte))
    first, last = node.start_point.row + 1, node.end_point.row + 1
    if attributes:
        first += raw.count(b"\n", node.start_byte, head)
    if scope.kind in ("fields", "events"):
        kind: SymbolKind = "event" if scope.kind == "events" else "constant" if "const" in words else "field"
        for name, signature in _declared(raw, node, head, kind):
            full = around.within(name) if around else name
            symbols.append(Symbol(kind, full, first, last, signature, visibility, doc, 0, modifiers))
        return
    name = _name(raw, scope)
    scope.name = around.within(name) if around else name
    end, has_body = _body_start(raw, node)
    complexity = 1 + scope.branches if has_body and scope.kind in _CALLABLE else 0
    signature = folded(raw, head, end).rstrip(";")
    kind = _KINDS[scope.kind]
    if name == "extension" and scope.kind == "class":
        kind, visibility = "extension", "public"
    symbols.append(Symbol(kind, scope.name, first, last, signature, visibility, doc, complexity, modifiers))
    if scope.kind == "record":
        symbols.extend(_positional(raw, scope))


def _head(raw: bytes, node: "Node") -> tuple[int, list[str], list[str]]:
    """Where the definition starts behind its attributes, the attributes, and its modifiers."""
    attributes: list[str] = []
    words: list[str] = []
    start = -1
    for child in node.children:
        if child.type == "attribute_list":
            attributes.append(shown(raw, child))
            continue
        if start < 0 and child.type != "comment":
            start = child.start_byte
        if child.type == "modifier":
            words.append(said(raw, child))
        elif start >= 0 and words and child.type != "comment":
            break
    return (node.start_byte if start < 0 else start), attributes, words


def _visibility(words: list[str], scope: Scope) -> Visibility:
    if "protected" in words:
        return "internal" if "private" in words else "protected"
    for word in words:
        if word == "file":
            return "private"
        if word in ("public", "internal", "private"):
            return word  # type: ignore[return-value]  # because the tuple above holds only words of the Literal
    around = scope.around
    if scope.kind == "function":
        return "private"
    if around is None:
        return "internal"
    return "public" if around.kind in ("interface", "enum") else "private"


def _name(raw: bytes, scope: Scope) -> str:
    node = scope.node
    if scope.kind == "indexer":
        return "this[]"
    if scope.kind == "operator":
        if (sign := node.child_by_field_name("operator")) is not None:
            return "operator " + said(raw, sign)
        of = node.child_by_field_name("type")
        return "operator " + (said(raw, of) if of is not None else "?")
    name = node.child_by_field_name("name")
    if scope.kind == "class" and raw.startswith(b"extension", node.start_byte):
        return "extension"
    word = said(raw, name) if name is not None else ""
    if scope.kind == "destructor":
        return "~" + word
    if scope.kind in ("method", "property", "event"):
        for child in node.children:
            if child.type == "explicit_interface_specifier":
                return said(raw, child).removesuffix(".") + "." + word
    return word


def _body_start(raw: bytes, node: "Node") -> tuple[int, bool]:
    """Where the signature ends, and whether there is a body."""
    end = node.end_byte
    body = False
    for child in node.children:
        if child.type == "accessor_list":
            plain = b"=>" not in (listed := raw[child.start_byte : child.end_byte]) and listed.count(b"{") == 1
            return (child.end_byte if plain else child.start_byte), not plain
        if child.type in _BODIES:
            return child.start_byte, child.type not in ("=", "declaration_list", "enum_member_declaration_list")
    return end, body


def _declared(raw: bytes, node: "Node", head: int, kind: SymbolKind) -> list[tuple[str, str]]:
    """The names that one field or event declaration gives, each with its signature; a constant keeps its value."""
    found: list[tuple[str, str]] = []
    for declaration in node.named_children:
        if declaration.type != "variable_declaration":
            continue
        declarators = [child for child in declaration.named_children if child.type == "variable_declarator"]
        if not declarators:
            continue
        prefix = folded(raw, head, declarators[0].start_byte)
        for declarator in declarators:
            name = declarator.child_by_field_name("name")
            if name is None:
                continue
            end = declarator.end_byte if kind == "constant" else name.end_byte
            found.append((said(raw, name), f"{prefix} {folded(raw, declarator.start_byte, end)}"[:300]))
    return found


def _positional(raw: bytes, scope: Scope) -> list[Symbol]:
    """The properties that a record's parameters make."""
    return [
        Symbol("property", scope.within(said(raw, name)), row(child), child.end_point.row + 1, shown(raw, child, 300))
        for parameters in scope.node.named_children
        if parameters.type == "parameter_list"
        for child in parameters.named_children
        if child.type == "parameter" and (name := child.child_by_field_name("name")) is not None
    ]


def _summary(comment: str) -> str:
    """The first line of a comment's `<summary>`, its tags taken out; of a plain comment the first line."""
    if not comment:
        return ""
    _, opened, rest = comment.partition("<summary>")
    inside = rest.partition("</summary>")[0] if opened else comment
    return _untagged(doc_line(inside)) if inside.strip() else ""


def _untagged(line: str) -> str:
    kept: list[str] = []
    for piece in line.split("<"):
        tag, closed, rest = piece.partition(">")
        if not kept or not closed:
            kept.append(piece)
            continue
        _, named, value = tag.partition('="')
        kept.append((value.partition('"')[0].removeprefix("T:") if named else "") + rest)
    return "".join(kept).strip()
