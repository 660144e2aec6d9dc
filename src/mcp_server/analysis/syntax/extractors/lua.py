"""Lua: functions and the fields of modules, requires, the names in use, and what the code does with its surroundings.

A function is named as it is written (`M.foo`, and `M:foo` as `M.foo`), one in a table under the table's name.
`local` is private; everything else can be reached from outside.
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import doc_above, error_lines, folded, owners
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
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import, Symbol, SymbolKind, Use, Visibility

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_QUERY = """
(function_declaration) @def.function
(assignment_statement (expression_list value: (function_definition))) @def.assigned
(assignment_statement (expression_list value: (table_constructor))) @def.table
(chunk (assignment_statement (expression_list value: [(string) (number) (true) (false) (function_call) (identifier)
  (dot_index_expression) (binary_expression) (nil)])) @def.value)
(field name: (identifier) value: (function_definition)) @def.field
(field name: (identifier) value: (table_constructor)) @def.inner
(field name: (string) value: (function_definition)) @def.field
(field name: (string) value: (table_constructor)) @def.inner
(function_call name: (_) @called) @call
[
  (if_statement) (elseif_statement) (for_statement) (while_statement) (repeat_statement)
] @branch
(binary_expression operator: ["and" "or"] @branch)
(function_call name: (identifier) @ref)
(function_call name: (dot_index_expression field: (identifier) @ref))
(function_call name: (method_index_expression method: (identifier) @ref))
(dot_index_expression table: (identifier) @ref)
"""
_CALLABLE = frozenset(("function", "assigned", "field"))
_SHELLS = frozenset(("os.execute", "io.popen"))
_LOADERS = frozenset(("loadstring", "load"))


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """What one Lua file defines, requires and uses."""
    captures = captured(tree, _QUERY)
    found = Extracted(errors=error_lines(tree), refs=counted(raw, captures.get("ref", ())))
    scopes = outlined(captures, _CALLABLE)
    for scope in scopes:
        _define(raw, scope, found.symbols)
    calls = sorted(captures.get("call", ()), key=lambda node: node.start_byte)
    functions = [(scope.start, scope.end) for scope in scopes if scope.kind in _CALLABLE]
    for node, within in zip(calls, owners(functions, [node.start_byte for node in calls]), strict=True):
        _called(raw, node, ("lazy",) if within >= 0 else (), found)
    found.uses.sort(key=lambda use: (use.line, use.rule, use.value))
    return found


def _define(raw: bytes, scope: Scope, symbols: list[Symbol]) -> None:
    node, around = scope.node, scope.around
    name = _name(raw, scope)
    scope.name = around.within(name) if around is not None else name
    if not name or scope.kind in ("table", "inner"):
        return
    begin = raw.rfind(b"\n", max(0, scope.start - 500), scope.start) + 1
    local = raw[begin : scope.start].strip() == b"local" or raw.startswith(b"local", scope.start)
    start = (
        begin + raw[begin : scope.start].find(b"local") if raw[begin : scope.start].strip() == b"local" else scope.start
    )
    if scope.kind == "value" and (local or "." not in name) and local:
        return
    inner = around is not None and around.kind in _CALLABLE
    private = local or (inner and scope.kind != "field") or (around is not None and around.notes.get("local") == "yes")
    visibility: Visibility = "private" if private and "." not in name else "public"
    first, last = row(node), node.end_point.row + 1
    doc = doc_above(raw, start, (b"--",), block=False)
    kind: SymbolKind = "method" if ":" in said(raw, node)[:200].partition("(")[0] else "function"
    if scope.kind == "value":
        kind = "field" if "." in name else "variable"
    end = _parameters_end(node) if scope.kind in _CALLABLE else scope.end
    complexity = 1 + scope.branches if scope.kind in _CALLABLE else 0
    signature = folded(raw, start, end, 300 if scope.kind in _CALLABLE else 160)
    symbols.append(Symbol(kind, scope.name, first, last, signature, visibility, doc, complexity))


def _name(raw: bytes, scope: Scope) -> str:
    if scope.kind in ("function", "field", "inner"):
        name = scope.node.child_by_field_name("name")
    else:
        left = part(scope.node, 0)
        name = part(left, 0)
    if name is not None and name.type == "string":  # `["get"] = function` is `get = function`
        return _word_in(raw, name)
    if name is not None and name.type == "bracket_index_expression":
        table, key = name.child_by_field_name("table"), name.child_by_field_name("field")
        word = _word_in(raw, key)
        on = said(raw, table) if table is not None else ""
        return f"{on}.{word}" if word and re.fullmatch(r"[\w.]+", on) else ""
    if name is None or name.type not in ("identifier", "dot_index_expression", "method_index_expression"):
        return ""
    word = said(raw, name).replace(":", ".")
    return word if re.fullmatch(r"[\w.]+", word) else ""


def _word_in(raw: bytes, node: "Node | None") -> str:
    """The text of a string that could be written as a name."""
    text = _literal(raw, node) if node is not None else None
    return text if text is not None and re.fullmatch(r"[A-Za-z_]\w*", text) else ""


def _parameters_end(node: "Node") -> int:
    """The end of the parameters, which may lie inside the assigned function."""
    within = node
    if node.type == "assignment_statement":
        values = part(node, 1)
        within = next(
            (each for each in (values.named_children if values else ()) if each.type == "function_definition"), node
        )
    elif node.type == "field":
        within = node.child_by_field_name("value") or node
    parameters = within.child_by_field_name("parameters")
    return parameters.end_byte if parameters is not None else node.end_byte


def _literal(raw: bytes, node: "Node") -> str | None:
    """The value of a string; None for anything else."""
    content = node.child_by_field_name("content") if node.type == "string" else None
    return said(raw, content) if content is not None else "" if node.type == "string" else None


def _called(raw: bytes, node: "Node", flags: tuple[str, ...], found: Extracted) -> None:
    name, listed = node.child_by_field_name("name"), node.child_by_field_name("arguments")
    values = listed.named_children if listed is not None else []
    if name is None or not values:
        return
    word, first = said(raw, name)[:80], _literal(raw, values[0])
    if word == "require" and first:
        found.imports.append(Import(first, row(node), "require", (), flags))
    elif word in ("pcall", "xpcall") and len(values) > 1 and said(raw, values[0]) == "require":
        if target := _literal(raw, values[-1]):
            found.imports.append(Import(target, row(node), "require", (), (*flags, "optional")))
    elif word in ("dofile", "loadfile") and first:
        found.imports.append(Import(first, row(node), "include", (), flags))
    elif word == "os.getenv" and first:
        found.uses.append(Use("env", first, row(node), "env.read"))
    elif word in _LOADERS and first is None and _loads_code(raw, word, values[0]):
        found.uses.append(Use("danger", shown(raw, node), row(node), "danger.eval"))
    elif word in _SHELLS and not _fixed(values[0]):
        found.uses.append(Use("danger", shown(raw, node), row(node), "danger.shell"))
    elif word == "vim.api.nvim_create_user_command" and first:
        found.uses.append(Use("command", first, row(node), "command.neovim"))
    elif name.type == "method_index_expression":
        _method(raw, said(raw, name).rpartition(":")[2], node, values, found)


def _loads_code(raw: bytes, word: str, value: "Node") -> bool:
    """Whether a call of `load` is Lua's own and takes code: not a function of the file, nor one that gives pieces."""
    own = re.search(rb"\bfunction\s+(?:[\w.]+[.:])?" + word.encode() + rb"\b", raw)
    return own is None and value.type not in ("function_definition", "vararg_expression") and not _fixed(value)


def _fixed(node: "Node") -> bool:
    """Whether an expression is a string, or strings put together."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.type == "binary_expression":
            waiting.extend(side for key in ("left", "right") if (side := each.child_by_field_name(key)) is not None)
        elif each.type != "string":
            return False
    return True


def _method(raw: bytes, method: str, node: "Node", values: list["Node"], found: Extracted) -> None:
    first = _literal(raw, values[0])
    if method in ("listen", "bind") and values[-1].type == "number":
        found.uses.append(Use("port", said(raw, values[-1]), row(node), "port.listen"))
    elif method in ("get", "post", "put", "delete", "match") and first and len(values) > 1 and b"lapis" in raw:
        second = _literal(raw, values[1])
        path = second if method == "match" and second else first
        if path.startswith("/"):
            verb = "" if method == "match" else method.upper()
            found.uses.append(Use("route", path, row(node), "route.lapis", verb))
