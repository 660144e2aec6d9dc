"""PHP: definitions, imports and the names in use, also between pieces of HTML. `php_uses` has what the code does.

Names hold the class around a member, not the namespace: that is the file's `package` import. A member without a
modifier is public (PHP manual, "Visibility").
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import php_calls, php_uses
from plumbrule.mcp_server.analysis.syntax.extractors.common import comment_above, doc_line, error_lines, folded, owners
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
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import, ImportKind, Symbol, SymbolKind, Visibility

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_QUERY = """
(namespace_definition name: (_) @namespace)
(namespace_use_declaration) @using
[(include_expression) (include_once_expression) (require_expression) (require_once_expression)] @include
(class_declaration) @def.class
(anonymous_class) @def.anonymous
(interface_declaration) @def.interface
(trait_declaration) @def.trait
(enum_declaration) @def.enum
(enum_case) @def.member
(method_declaration) @def.method
(function_definition) @def.function
(property_declaration) @def.fields
(property_promotion_parameter) @def.promoted
(const_declaration) @def.constants
(function_call_expression function: (name) @_define (#any-of? @_define "define" "DEFINE")) @def.defined
[
  (if_statement) (else_if_clause) (for_statement) (foreach_statement) (while_statement) (do_statement)
  (case_statement) (catch_clause) (conditional_expression) (match_conditional_expression)
] @branch
(binary_expression operator: ["&&" "||" "and" "or" "xor" "??"] @branch)
(function_call_expression function: (name) @ref)
(member_call_expression name: (name) @ref)
(nullsafe_member_call_expression name: (name) @ref)
(scoped_call_expression scope: (name) @ref @named)
(scoped_call_expression name: (name) @ref)
(scoped_property_access_expression scope: (name) @ref @named)
(class_constant_access_expression . (name) @ref @named)
(object_creation_expression (name) @ref @named)
(named_type (name) @ref @named)
(base_clause (name) @ref @base)
(class_interface_clause (name) @ref @base)
(use_declaration (name) @ref @base)
(attribute (name) @ref @named)
(binary_expression operator: "instanceof" right: (name) @ref @named)
(qualified_name (name) @ref) @full
"""
_CALLABLE = frozenset(("method", "function"))
_OFFERED = frozenset(("class", "interface", "trait", "enum", "function"))
_KINDS: dict[str, SymbolKind] = {
    "class": "class",
    "interface": "interface",
    "trait": "trait",
    "enum": "enum",
    "member": "member",
    "method": "method",
    "function": "function",
    "promoted": "property",
}
_SORTS = frozenset(("function", "const"))
_ACCESS: dict[str, Visibility] = {"public": "public", "protected": "protected", "private": "private"}
_BODIES = frozenset(("declaration_list", "enum_declaration_list", "compound_statement", "property_hook_list"))
_INCLUDES: dict[str, ImportKind] = {"include": "include", "require": "require"}
_HERE = re.compile(r"^(?:__DIR__|dirname\(\s*__FILE__\s*\))$")
_ABOVE = re.compile(r"^dirname\(\s*(?P<of>__DIR__|__FILE__|dirname\(.*\))\s*(?:,\s*(?P<levels>\d))?\s*\)$")
ANONYMOUS = "class@anonymous"
"""What PHP itself calls a class without a name."""


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """What one PHP file defines, imports and uses."""
    captures = captured(tree, _QUERY)
    found = Extracted(errors=_errors(raw, tree), refs=counted(raw, captures.get("ref", ())))
    scopes = outlined(captures, _CALLABLE)
    for scope in scopes:
        _define(raw, scope, found.symbols)
    found.imports = _imports(raw, captures, scopes)
    found.uses = php_uses.uses(raw, tree)
    return found


def _errors(raw: bytes, tree: "Tree") -> list[int]:
    """The lines with syntax errors; what stands behind `__halt_compiler();` is bytes of an archive."""
    errors = error_lines(tree)
    end = _HALT.search(raw) if errors else None
    return errors if end is None else [line for line in errors if line <= raw.count(b"\n", 0, end.end()) + 1]


_HALT = re.compile(rb"^[^\n#'\"/*]{0,200}\b__halt_compiler\s{0,9}\(\s{0,9}\)\s{0,9};", re.IGNORECASE | re.MULTILINE)


def _imports(raw: bytes, captures: dict[str, list["Node"]], scopes: list[Scope]) -> list[Import]:
    stands = sorted(captures.get("namespace", ()), key=lambda node: node.start_byte)
    ends = [*(node.start_byte for node in stands[1:]), len(raw)]
    found = [
        Import(said(raw, node), row(node), "package", offered(scopes, _OFFERED, node.start_byte, end))
        for node, end in zip(stands, ends, strict=False)
    ]
    for node in captures.get("using", ()):
        found.extend(_used(raw, node))
    includes = sorted(captures.get("include", ()), key=lambda node: node.start_byte)
    spans = [(scope.start, scope.end) for scope in scopes if scope.kind in _CALLABLE]
    for node, owner in zip(includes, owners(spans, [node.start_byte for node in includes]), strict=True):
        path = included_path(raw, part(node, 0))
        if path:
            kind = _INCLUDES[node.type.partition("_")[0]]
            found.append(Import(path, row(node), kind, (), ("lazy",) if owner >= 0 else ()))
    found.extend(_references(raw, captures, found))
    return sorted(found, key=lambda each: each.line)


def _references(raw: bytes, captures: dict[str, list["Node"]], imports: list[Import]) -> list[Import]:
    """Classes that are named without a `use`, each once: those of the own namespace, and those written in full.

    What a class extends, implements or uses has to be there when it is loaded; the rest waits until code runs.
    """
    called = {one.names[0]: one.target for one in imports if one.kind == "use" and not _SORTS & {*one.flags}}
    space = next((one.target for one in reversed(imports) if one.kind == "package"), "")
    statements = sorted((node.start_byte, node.end_byte) for node in captures.get("using", ()))
    lines: dict[str, tuple[int, bool]] = {}
    for sort in ("base", "named", "full"):
        nodes = sorted(captures.get(sort, ()), key=lambda node: node.start_byte)
        for node, statement in zip(nodes, owners(statements, [node.start_byte for node in nodes]), strict=True):
            target = _full_name(said(raw, node), called, space)
            if statement < 0 and target:
                line, lazy = lines.get(target, (row(node), True))
                lines[target] = (min(line, row(node)), lazy and sort != "base")
    known = set(called.values())
    return [
        Import(target, line, "use", (), ("lazy", "reference") if lazy else ("reference",))
        for target, (line, lazy) in sorted(lines.items())
        if target not in known
    ]


def _full_name(written: str, called: dict[str, str], space: str) -> str:
    """A class name in full, by PHP's rules for names; "" for one of the global namespace."""
    if written.startswith("\\"):
        return written[1:] if "\\" in written[1:] else ""
    first, mark, rest = written.partition("\\")
    if first.lower() in ("self", "static", "parent", "namespace"):
        return ""
    if first in called:
        return called[first] + mark + rest if mark else ""
    return f"{space}\\{written}" if space else written if mark else ""


def _used(raw: bytes, node: "Node") -> list[Import]:
    """The imports of one `use`, groups spread out."""
    found: list[Import] = []
    prefix = ""
    sort: tuple[str, ...] = ()
    clauses: list[Node] = []
    for child in node.children:
        if child.type == "namespace_name":
            prefix = said(raw, child) + "\\"
        elif child.type in ("function", "const"):
            sort = (child.type,)
        elif child.type == "namespace_use_clause":
            clauses.append(child)
        elif child.type == "namespace_use_group":
            clauses.extend(each for each in child.named_children if each.type == "namespace_use_clause")
    for clause in clauses:
        alias, kind = clause.child_by_field_name("alias"), clause.child_by_field_name("type")
        name = next((each for each in clause.named_children if each.type in ("name", "qualified_name")), None)
        if name is None:
            continue
        target = prefix.removeprefix("\\") + said(raw, name).removeprefix("\\")
        called = said(raw, alias) if alias is not None else target.rpartition("\\")[2]
        flags = (kind.type,) if kind is not None else sort
        found.append(Import(target, row(clause), "use", (called,), flags))
    return found


def included_path(raw: bytes, node: "Node | None") -> str:
    """The literal path of an include: `x.php`, or `__DIR__/../x.php` where it starts at the file; else ""."""
    for _ in range(3):
        if node is not None and node.type == "parenthesized_expression":
            node = part(node, 0)
    if node is None:
        return ""
    if node.type != "binary_expression":
        return php_calls.literal(raw, node) or ""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    tail = php_calls.literal(raw, right)
    if left is None or not tail:
        return ""
    base = said(raw, left)[:200]
    if _HERE.match(base):
        return "__DIR__/" + tail.lstrip("/")
    ups = 0
    while (above := _ABOVE.match(base)) is not None:
        ups += int(above["levels"] or 1)
        base = above["of"]
    if base not in ("__DIR__", "__FILE__") or not ups:
        return ""
    ups -= base == "__FILE__"
    return "__DIR__/" + "../" * min(ups, 20) + tail.lstrip("/")


def _define(raw: bytes, scope: Scope, symbols: list[Symbol]) -> None:
    node, around = scope.node, scope.around
    if scope.kind == "defined":
        _defined(raw, node, symbols)
        return
    head, attributes, words, visibility = _head(raw, node)
    if scope.kind == "anonymous":
        scope.name = around.within(ANONYMOUS) if around else ANONYMOUS
        return
    comment = comment_above(raw, node.start_byte, ())
    doc = doc_line(comment) if comment.startswith("/**") else ""
    modifiers = tuple(attributes) + tuple(word for word in words if word not in _ACCESS)
    first, last = node.start_point.row + 1, node.end_point.row + 1
    if attributes:
        first += raw.count(b"\n", node.start_byte, head)
    if scope.kind in ("fields", "constants"):
        kind: SymbolKind = "constant" if scope.kind == "constants" else "property"
        for name, signature in _declared(raw, node, head, scope.kind):
            full = around.within(name) if around else name
            symbols.append(Symbol(kind, full, first, last, signature, visibility, doc, 0, modifiers))
        return
    named = node.child_by_field_name("name")
    name = said(raw, named).lstrip("&$") if named is not None else ""
    holder = around.around if scope.kind == "promoted" and around is not None else around
    scope.name = holder.within(name) if holder else name
    body = next((child for child in node.children if child.type in _BODIES), None)
    signature = folded(raw, head, body.start_byte if body is not None else node.end_byte).rstrip(";")
    complexity = 1 + scope.branches if body is not None and scope.kind in _CALLABLE else 0
    sort = _KINDS[scope.kind]
    if name == "__construct" and scope.kind == "method":
        sort = "constructor"
    symbols.append(Symbol(sort, scope.name, first, last, signature, visibility, doc, complexity, modifiers))


def _head(raw: bytes, node: "Node") -> tuple[int, list[str], list[str], Visibility]:
    """Where the definition starts behind its attributes, the attributes, the modifiers, and who may use it."""
    attributes: list[str] = []
    words: list[str] = []
    start = -1
    visibility: Visibility = "public"
    for child in node.children:
        if child.type == "attribute_list":
            attributes.extend(shown(raw, group) for group in child.named_children if group.type == "attribute_group")
            continue
        if child.type == "comment":
            continue
        if start < 0:
            start = child.start_byte
        if not child.type.endswith("_modifier"):
            break
        word = said(raw, child).lower()
        words.append(word)
        if child.type == "visibility_modifier" and "(" not in word:
            visibility = _ACCESS.get(word, "public")
    return (node.start_byte if start < 0 else start), attributes, words, visibility


def _declared(raw: bytes, node: "Node", head: int, kind: str) -> list[tuple[str, str]]:
    """The names of one property or constant declaration with their signatures; a constant keeps its value."""
    element = "const_element" if kind == "constants" else "property_element"
    elements = [child for child in node.named_children if child.type == element]
    if not elements:
        return []
    prefix = folded(raw, head, elements[0].start_byte)
    found: list[tuple[str, str]] = []
    for each in elements:
        name = part(each, 0)
        if name is not None:
            end = each.end_byte if kind == "constants" else name.end_byte
            found.append((said(raw, name).lstrip("$"), f"{prefix} {folded(raw, each.start_byte, end)}"[:300]))
    return found


def _defined(raw: bytes, node: "Node", symbols: list[Symbol]) -> None:
    """The constant that `define('NAME', value)` makes."""
    arguments = php_calls.arguments(node)
    name = php_calls.literal(raw, arguments[0]) if len(arguments) > 1 else None
    if name:
        symbols.append(Symbol("constant", name, row(node), node.end_point.row + 1, shown(raw, node, 300)))
