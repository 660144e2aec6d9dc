"""What Swift code does with its surroundings: environment, ports, Vapor's routes, commands, dangerous calls."""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.outline import matched, row, said, shown
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_SIGNS = (
    b"environment[",
    b"Environment.get",
    b"getenv",
    b"import Vapor",
    b"ParsableCommand",
    b"unarchiveObject",
    b"sqlite3_exec",
    b"evaluateJavaScript",
    b"Insecure.",
)
"""Where none of these stands there is nothing to look for. One pattern of all takes ten times as long to search."""
_QUERY = """
(call_expression . (simple_identifier) @function (call_suffix) @arguments) @call
(call_expression . (navigation_expression target: (_) @on
  suffix: (navigation_suffix suffix: (simple_identifier) @method)) (call_suffix) @arguments) @call
(assignment target: (directly_assignable_expression (navigation_expression
  suffix: (navigation_suffix suffix: (simple_identifier) @set))) result: (integer_literal) @value) @call
(class_declaration name: (type_identifier) @type
  (inheritance_specifier inherits_from: (user_type (type_identifier) @parent))) @call
"""
_VERBS = frozenset(("get", "post", "put", "patch", "delete"))
_METHOD = re.compile(r"(?:HTTPMethod)?\.(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)")
_PARSABLE = frozenset(("ParsableCommand", "AsyncParsableCommand"))
_COMMAND_NAME = re.compile(r"\bcommandName:\s*\"([^\"\\]+)\"")
_GROUPED = re.compile(r"\b(?:let|var)\s+(\w+)(?:\s*:[^=\n]+)?\s*=\s*(?:try\s+)?$")
_PARAMETER = re.compile(r"^\{\s*(?:\[[^\]]*\]\s*)?\(?\s*(\w+)[^{}]{0,80}?\bin\b")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SECRET_NAME = re.compile(r"pass(?:word|wd|phrase)|signature", re.IGNORECASE)


def uses(raw: bytes, tree: "Tree") -> list[Use]:
    """The uses in order of their lines."""
    if not any(sign in raw for sign in _SIGNS):
        return []
    found: list[Use] = []
    prefixes: dict[str, str] = {}
    vapor = b"import Vapor" in raw
    for match in matched(tree, _QUERY):
        node = match["call"][0]
        if "type" in match:
            _command(raw, match, node, found)
        elif "set" in match:
            if said(raw, match["set"][0]) == "port" and vapor:
                found.append(Use("port", said(raw, match["value"][0]).replace("_", ""), row(node), "port.listen"))
        elif "function" in match:
            _called(raw, said(raw, match["function"][0]), "", node, match["arguments"][0], found)
        else:
            name, on = said(raw, match["method"][0]), said(raw, match["on"][0])[:200]
            _called(raw, name, on, node, match["arguments"][0], found)
            if vapor:
                _routed(raw, name, on, node, match["arguments"][0], prefixes, found)
    return sorted(set(found), key=lambda use: (use.line, use.rule, use.value, use.detail))


def _values(suffix: "Node") -> list[tuple[str, "Node"]]:
    """The arguments of a call in brackets: label and expression."""
    listed = next((child for child in suffix.named_children if child.type == "value_arguments"), None)
    found: list[tuple[str, Node]] = []
    for argument in listed.named_children if listed is not None else ():
        value = argument.child_by_field_name("value")
        label = argument.child_by_field_name("name")
        if argument.type == "value_argument" and value is not None:
            found.append((label.type if label is not None else "", value))
    return found


def _literal(raw: bytes, node: "Node") -> str | None:
    """The value of a string without interpolation; None for anything else."""
    if node.type != "line_string_literal" or any(child.type != "line_str_text" for child in node.named_children):
        return None
    return said(raw, node)[1:-1]


def _called(raw: bytes, name: str, on: str, node: "Node", suffix: "Node", found: list[Use]) -> None:
    values = _values(suffix)
    if not values:
        return
    first = values[0][1]
    if (
        (name == "getenv" and not on)
        or (name == "get" and on == "Environment")
        or (name == "environment" and on.endswith("processInfo"))
    ):
        if key := _literal(raw, first):
            found.append(Use("env", key, row(node), "env.read"))
    elif name == "unarchiveObject" and on == "NSKeyedUnarchiver":
        found.append(Use("danger", shown(raw, node), row(node), "danger.deserialize"))
    elif name == "evaluateJavaScript" and first.type == "line_string_literal" and _literal(raw, first) is None:
        found.append(Use("danger", shown(raw, node), row(node), "danger.eval"))
    elif name == "sqlite3_exec" and len(values) > 1 and values[1][1].type == "line_string_literal":
        if _literal(raw, values[1][1]) is None:
            found.append(Use("danger", shown(raw, node), row(node), "danger.sql"))
    elif name == "hash" and on in ("Insecure.MD5", "Insecure.SHA1") and _SECRET_NAME.search(shown(raw, first)):
        found.append(Use("danger", shown(raw, node), row(node), "danger.weak-hash"))


def _command(raw: bytes, match: dict[str, list["Node"]], node: "Node", found: list[Use]) -> None:
    """A command of ArgumentParser: the name that is configured, else the type's name in the library's own spelling."""
    if said(raw, match["parent"][0]) not in _PARSABLE:
        return
    named = _COMMAND_NAME.search(said(raw, node)[:4000])
    name = named[1] if named else _CAPITAL.sub("-", said(raw, match["type"][0])).lower()
    found.append(Use("command", name, row(node), "command.swift-argument-parser"))


def _routed(
    raw: bytes, name: str, on: str, node: "Node", suffix: "Node", prefixes: dict[str, str], found: list[Use]
) -> None:
    path: list[str] = []
    verb = name.upper() if name in _VERBS else ""
    handled = any(child.type == "lambda_literal" for child in suffix.named_children)
    for at, (_, value) in enumerate(_values(suffix)):
        if not at and name == "on" and (method := _METHOD.fullmatch(said(raw, value)[:20])):
            verb = method[1]
            continue
        if (part := _literal(raw, value)) is None:
            handled = handled or value.type in ("simple_identifier", "navigation_expression")
            break
        path.append(part.strip("/"))
    prefix = prefixes.get(on, "")
    whole = prefix + "".join("/" + part for part in path if part)
    if (verb or name == "webSocket") and handled and re.fullmatch(r"\w+(?:\.routes)?", on):
        found.append(Use("route", whole or "/", row(node), "route.vapor", verb or "GET"))
    elif name == "grouped" and path:
        before = raw[max(0, node.start_byte - 120) : node.start_byte].decode("utf-8", "replace")
        if (assigned := _GROUPED.search(before)) is not None:
            prefixes[assigned[1]] = whole[:300]
    elif name == "group" and path:
        closure = next((child for child in suffix.named_children if child.type == "lambda_literal"), None)
        if closure is not None and (parameter := _PARAMETER.match(said(raw, closure)[:200])) is not None:
            prefixes[parameter[1]] = whole[:300]
