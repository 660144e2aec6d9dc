"""Scala 2 and 3: definitions, imports, exports and the names in use. `scala_uses` has what the code does.

Names hold the classes and objects around a member, not the package: that is the file's `package` import. Without a
modifier a member is public; `private[x]` is visible inside `x`, which is `internal` here (Scala Language
Specification, 5.2). Methods of an `extension` are members of what is around it.
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import scala_uses
from plumbrule.mcp_server.analysis.syntax.extractors.common import doc_above, error_lines, folded, owners
from plumbrule.mcp_server.analysis.syntax.extractors.mending import best_tree, blanked
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

_MEMBERS = "[(val_definition) (var_definition) (val_declaration) (var_declaration)] @def.value"
_QUERY = f"""
(package_clause) @package
(package_object) @def.package_object
[(import_declaration) (export_declaration)] @import
(class_definition) @def.class
(object_definition) @def.object
(trait_definition) @def.trait
(enum_definition) @def.enum
[(simple_enum_case) (full_enum_case)] @def.member
[(function_definition) (function_declaration)] @def.function
(compilation_unit {_MEMBERS})
(template_body {_MEMBERS})
(with_template_body {_MEMBERS})
(enum_body {_MEMBERS})
(type_definition) @def.type
(given_definition) @def.given
(extension_definition) @def.extension
[
  (if_expression) (for_expression) (while_expression) (do_while_expression) (guard)
] @branch
(case_clause pattern: (_) @case)
(infix_expression operator: (operator_identifier) @branch (#any-of? @branch "&&" "||"))
(call_expression function: (identifier) @ref)
(call_expression function: (field_expression field: (identifier) @ref))
(call_expression function: (generic_function function: (identifier) @ref))
(generic_function function: (field_expression field: (identifier) @ref))
(field_expression value: (identifier) @ref)
(type_identifier) @type
(infix_expression right: (identifier) @ref)
(case_class_pattern type: (type_identifier) @ref)
"""
_CALLABLE = frozenset(("function",))
_OFFERED = frozenset(("class", "object", "trait", "enum", "type", "function", "value", "given", "package_object"))
_KINDS: dict[str, SymbolKind] = {
    "package_object": "object",
    "class": "class",
    "object": "object",
    "trait": "trait",
    "enum": "enum",
    "member": "member",
    "value": "property",
    "type": "type",
    "given": "implementation",
    "extension": "extension",
}
_MIXED = re.compile(rb"^[ \t]+(with[ \t]+[\w\[\], .]{1,200}\{\})", re.MULTILINE)
_DOLLAR = re.compile(rb"(?<![\w\"$\\])\$(?=\()")
_BELOW = re.compile(
    rb"^([^\n{}=]{0,300}\b(?:class|object|trait|with|extends)\b[^\n{}=]{0,300})\n([ \t]*)\{", re.MULTILINE
)
"""A body that begins on a line of its own, which the grammar takes for a block beside its class."""
_COMMENTS = frozenset(("comment", "block_comment"))
MAX_TAIL_BYTES = 2_000
"""White space behind a body that is taken off it."""
_OPEN = frozenset(("class", "object", "trait", "enum", "given", "extension", "package_object"))
_PLAIN = frozenset(
    ("case", "opaque_modifier", "open_modifier", "inline_modifier", "infix_modifier", "transparent_modifier")
)
_ANNOTATED = re.compile(rb"\bclass\s+\w+\s*(?:\[[^\]\n]*\])?\s*(@[\w.]+(?:\([^()\n]*\))?)\s*(?:\w+\s*)?\(")
_GIVEN = re.compile(rb"^[ \t]*given\b[^\n]*\bwith[ \t]*(\{[ \t]*\})", re.MULTILINE)
_BODIES = frozenset(("template_body", "with_template_body", "enum_body", "="))


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """What one Scala file defines, imports and uses."""
    raised = _BELOW.sub(_raised, raw)
    if raised != raw:
        from tree_sitter import Parser  # a binding that only workers need

        tree = Parser(tree.language).parse(raised)
    tree = best_tree(raised, tree, _mend)
    captures = captured(tree, _QUERY)
    captures.setdefault("branch", []).extend(
        pattern for pattern in captures.get("case", ()) if pattern.type != "wildcard"
    )
    scopes = outlined(captures, _CALLABLE)
    names = captures.get("ref", []) + captures.get("type", [])
    found = Extracted(errors=error_lines(tree), refs=counted(raw, names))
    for scope in scopes:
        _define(raw, scope, found.symbols)
    functions = [scope for scope in scopes if scope.kind == "function"]
    found.imports = _packages(raw, captures.get("package", ()), scopes) + _imports(
        raw, captures.get("import", ()), functions
    )
    found.imports.sort(key=lambda each: each.line)
    found.uses = scala_uses.uses(raw, tree)
    return found


def _raised(found: "re.Match[bytes]") -> bytes:
    return found[1] + b"{\n" + found[2]


def _mend(raw: bytes) -> bytes:
    """Without annotations of constructors (`class A @Inject() (b: B)`) and empty bodies of givens and mixins."""
    return _DOLLAR.sub(b"_", blanked(blanked(blanked(raw, _ANNOTATED), _GIVEN), _MIXED))


def _packages(raw: bytes, nodes: "list[Node] | tuple[()]", scopes: list[Scope]) -> list[Import]:
    """The package of the file: clauses without a body add to one another, those with one stand alone."""
    found: list[Import] = []
    chained: list[str] = []
    for node in sorted(nodes, key=lambda node: node.start_byte):
        name = node.child_by_field_name("name")
        if name is None:
            continue
        written = said(raw, name).replace(" ", "")
        if node.child_by_field_name("body") is not None:
            names = offered(scopes, _OFFERED, node.start_byte, node.end_byte)
            found.append(Import(".".join([*chained, written]), row(node), "package", names))
            continue
        chained.append(written)
        if len(chained) > 1:
            # What the file adds, it adds to the innermost; the outer ones only show their members.
            found[-1] = found[-1]._replace(names=())
        found.append(Import(".".join(chained), row(node), "package", offered(scopes, _OFFERED, 0, len(raw))))
    return found


def _imports(raw: bytes, nodes: "list[Node] | tuple[()]", functions: list[Scope]) -> list[Import]:
    ordered = sorted(nodes, key=lambda node: node.start_byte)
    spans = [(scope.start, scope.end) for scope in functions]
    found: list[Import] = []
    for node, within in zip(ordered, owners(spans, [node.start_byte for node in ordered]), strict=True):
        export = node.type == "export_declaration"
        nested = node.start_byte > 0 and raw[node.start_byte - 1 : node.start_byte] in (b" ", b"\t", b"{", b";")
        for target, names in _importers(raw, node):
            flags: tuple[str, ...] = ("lazy",) if within >= 0 else ()
            if nested and _is_value(raw, target.partition(".")[0]):
                flags = (*flags, "local")
            found.append(Import(target, row(node), "export" if export else "import", names, flags))
    return found


def _is_value(raw: bytes, name: str) -> bool:
    """Whether a file binds a name as a value or parameter: what is imported from it is no package."""
    word = re.escape(name.encode())
    return re.search(rb"\b(?:val|var|given)\s+" + word + rb"\b|[(,]\s*(?:\w+\s+)*" + word + rb"\s*:", raw) is not None


def _importers(raw: bytes, node: "Node") -> list[tuple[str, tuple[str, ...]]]:
    """Each path of one import with the names taken from it: the last step, those in braces, or `*`."""
    found: list[tuple[str, tuple[str, ...]]] = []
    path: list[str] = []
    names: list[str] | None = None
    for child in [*node.children, None]:
        if child is None or child.type == ",":
            if names is None and len(path) > 1:
                names = [path.pop()]
            if path and names is not None:
                found.append((".".join(path), tuple(names)))
            path, names = [], None
        elif child.type == "namespace_wildcard":
            names = ["*" if said(raw, child) == "_" else said(raw, child)]
        elif child.type == "namespace_selectors":
            names = [_selected(raw, each) for each in child.named_children]
        elif child.type in ("as_renamed_identifier", "arrow_renamed_identifier"):
            names = [_selected(raw, child)]
        elif child.type.endswith("identifier"):
            path.append(said(raw, child).strip("`"))
    return found


def _selected(raw: bytes, node: "Node") -> str:
    """What a selector takes, by its own name where it was: `b as c` takes `b`, `_` takes all."""
    if node.type == "namespace_wildcard":
        return "*" if said(raw, node) == "_" else said(raw, node)
    name = node.child_by_field_name("name")
    return said(raw, name if name is not None else node).strip("`")


def _define(raw: bytes, scope: Scope, symbols: list[Symbol]) -> None:
    node, around = scope.node, scope.around
    head, attributes, words, visibility = _head(raw, node)
    if around is not None and around.kind not in _OPEN:
        visibility = "private"
    modifiers = tuple(attributes) + tuple(words)
    doc = doc_above(raw, node.start_byte, ())
    first, last = row(node), _last_line(raw, node)
    if attributes:
        first += raw.count(b"\n", node.start_byte, head)
    body = node.child_by_field_name("body") if scope.kind == "function" else None
    signature = folded(raw, head, _signature_end(node, scope.kind)).rstrip(":{")
    complexity = 1 + scope.branches if body is not None else 0
    outer = _outer(around)
    scope.name = outer.name if outer is not None else ""
    for name in _names(raw, scope):
        full = outer.within(name) if outer is not None else name
        symbols.append(
            Symbol(_kind(scope, name), full, first, last, signature.rstrip(), visibility, doc, complexity, modifiers)
        )
        scope.name = full
    if scope.kind in ("class", "enum", "trait"):
        symbols.extend(_parameters(raw, scope, "case" in words))


def _last_child(node: "Node") -> "Node | None":
    """The last child that is no comment and has some text."""
    for child in reversed(node.children):
        if child.type not in _COMMENTS and child.start_byte < child.end_byte:
            return child
    return None


def _last_line(raw: bytes, node: "Node") -> int:
    """The last line that holds something: for the grammar a body by indentation has the comments behind it, too."""
    tail = raw[max(node.start_byte, node.end_byte - MAX_TAIL_BYTES) : node.end_byte]
    kept = tail.rstrip()
    if not kept.endswith(b"*/") and b"//" not in kept[kept.rfind(b"\n") + 1 :]:
        return node.end_point.row + 1 - tail.count(b"\n", len(kept))
    last: Node = node
    while (inner := _last_child(last)) is not None:
        last = inner
    return last.end_point.row + 1


def _outer(around: Scope | None) -> Scope | None:
    """The scope that gives its name: extensions give none."""
    for _ in range(100):
        if around is None or around.kind != "extension":
            break
        around = around.around
    return around


def _kind(scope: Scope, name: str) -> SymbolKind:
    if scope.kind != "function":
        return _KINDS[scope.kind]
    if name == "this":
        return "constructor"
    return "method" if scope.around is not None and scope.around.kind in _OPEN else "function"


def _head(raw: bytes, node: "Node") -> tuple[int, list[str], list[str], Visibility]:
    """Where the definition starts behind its annotations, these, the modifiers, and who may use it."""
    attributes: list[str] = []
    words: list[str] = []
    visibility: Visibility = "public"
    start = -1
    for child in node.children:
        if child.type == "annotation":
            if start < 0:
                attributes.append(shown(raw, child))
            continue
        if child.type.endswith("comment"):
            continue
        if start < 0:
            start = child.start_byte
        if child.type == "modifiers":
            for each in said(raw, child).split():
                plain, bracket, scope = each.partition("[")
                if plain in ("private", "protected"):
                    qualified = plain == "private" and bracket and scope != "this]"
                    visibility = "internal" if qualified else "private" if plain == "private" else "protected"
                else:
                    words.append(each)
        elif child.type in _PLAIN:
            words.append(said(raw, child))
        else:
            break
    return (node.start_byte if start < 0 else start), attributes, words, visibility


def _names(raw: bytes, scope: Scope) -> list[str]:
    node = scope.node
    if scope.kind == "extension":
        parameters = node.child_by_field_name("parameters")
        parameter = part(parameters, 0)
        kind = parameter.child_by_field_name("type") if parameter is not None else None
        return [shown(raw, kind)] if kind is not None else []
    if scope.kind == "value" and (pattern := node.child_by_field_name("pattern")) is not None:
        return _bound(raw, pattern)
    names = node.children_by_field_name("name")
    if scope.kind == "given" and not names:
        kind = node.child_by_field_name("return_type")
        words = [] if kind is None else shown(raw, kind).replace("[", " ").replace("]", " ").replace(",", " ").split()
        return ["given_" + "_".join(word.rpartition(".")[2] for word in words)] if words else []
    return [said(raw, name).strip("`") for name in names if name.is_named]


def _bound(raw: bytes, pattern: "Node") -> list[str]:
    """The names that a pattern binds; extractors' own names are not among them."""
    found: list[str] = []
    waiting = [pattern]
    while waiting:
        node = waiting.pop()
        if node.type in ("identifier", "operator_identifier"):
            found.append(said(raw, node).strip("`"))
        elif node.type == "capture_pattern":
            waiting.extend(child for child in (node.child_by_field_name("pattern"), part(node, 0)) if child)
        elif node.type == "typed_pattern":
            if (inner := node.child_by_field_name("pattern")) is not None:
                waiting.append(inner)
        elif node.type in ("identifiers", "tuple_pattern", "case_class_pattern"):
            waiting.extend(reversed([child for child in node.named_children if "type" not in child.type]))
    return found


def _signature_end(node: "Node", kind: str) -> int:
    if kind in ("type", "member"):
        return node.end_byte
    if kind == "extension":
        parameters = node.child_by_field_name("parameters")
        return parameters.end_byte if parameters is not None else node.end_byte
    return next(
        (
            child.start_byte
            for child in node.children
            if child.type in _BODIES or (kind == "function" and child.type in ("block", "indented_block"))
        ),
        node.end_byte,
    )


def _parameters(raw: bytes, scope: Scope, case: bool) -> list[Symbol]:
    """The members that a class's parameters make: those with `val` or `var`, of a case class all of the first list."""
    found: list[Symbol] = []
    for at, parameters in enumerate(scope.node.children_by_field_name("class_parameters")):
        for child in parameters.named_children:
            name = child.child_by_field_name("name")
            if child.type != "class_parameter" or name is None:
                continue
            member = any(each.type in ("val", "var") for each in child.children)
            if member or (case and at == 0):
                head, attributes, words, visibility = _head(raw, child)
                end = (child.child_by_field_name("default_value") or child).start_byte
                end = end if end > name.end_byte else child.end_byte
                signature = folded(raw, head, end).rstrip("= ")
                found.append(
                    Symbol(
                        "property",
                        scope.within(said(raw, name)),
                        row(child),
                        child.end_point.row + 1,
                        signature,
                        visibility,
                        "",
                        0,
                        tuple(attributes) + tuple(words),
                    )
                )
    return found
