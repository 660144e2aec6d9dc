"""The calls of an ECMAScript file as routes, ports and commands are read from: receiver, method, arguments, values.

One query, run only over files that contain the words of a framework. Nothing recurses: chains and values are followed
for a bounded number of steps.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.syntax.extractors import common, ecmascript_queries

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_QUERY = """
(call_expression) @call
(new_expression) @new
(variable_declarator name: (identifier) value: (_)) @bound
(export_statement value: (object) @default)
"""
MAX_CHAIN = 100
"""Links of a chain `a.b().c()` that are followed; route tables are written as one, and each call follows it anew."""
MAX_STEPS = 12
_NUMBER = re.compile(r"[\d_]{2,7}")
_READING = frozenset((b"Number", b"parseInt", b"normalizePort", b"String", b"toNumber", b"int", b"parsePort"))
_INSIDE = frozenset(
    ("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "await_expression")
) | {"unary_expression"}
FUNCTIONS = frozenset(("arrow_function", "function_expression", "generator_function"))


@dataclass(slots=True)
class Call:
    """`root.link("/x").method(arguments)`."""

    node: "Node"
    method: str
    root: str = ""
    """The name that the chain begins with, or the last name of `this.app`."""
    maker: str = ""
    """What is called or constructed where the chain begins, "" when it begins with a name."""
    arguments: "list[Node]" = field(default_factory=list["Node"])
    links: "list[tuple[str, Node]]" = field(default_factory=list["tuple[str, Node]"])
    """The calls between, the last one first."""

    @property
    def start(self) -> int:
        return self.node.start_byte


@dataclass(slots=True)
class Calls:
    """All of a file."""

    root: "Node"
    found: list[Call]
    made: "list[Node]"
    """`new X(…)` expressions."""
    values: "dict[str, Node]"
    """What each name is first bound to."""
    defaults: "list[Node]"
    """Objects that are the default export."""


def calls_of(tree: "Tree") -> Calls:
    """Every call in source order."""
    captured = common.captures(ecmascript_queries.compiled(tree.language, _QUERY), tree)
    nodes = sorted(captured.get("call", ()), key=_start)
    values: dict[str, Node] = {}
    for one in sorted(captured.get("bound", ()), key=_start):
        name, value = one.child_by_field_name("name"), one.child_by_field_name("value")
        if name is not None and value is not None:
            values.setdefault(said(name), value)
    found = [call for call in map(_call, nodes) if call is not None]
    return Calls(
        tree.root_node, found, sorted(captured.get("new", ()), key=_start), values, captured.get("default", [])
    )


def said(node: "Node | None") -> str:
    """The node's own text."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def literal(node: "Node | None") -> str | None:
    """The value of a string, or of a template without substitutions."""
    if node is None or node.type not in ("string", "template_string") or node.end_byte - node.start_byte > 1_000:
        return None
    if any(one.type == "template_substitution" for one in node.named_children):
        return None
    return common.unquoted(said(node))


def literals(node: "Node | None") -> list[str]:
    """The value of a string, or those of an array of strings."""
    if node is not None and node.type == "array":
        return [text for one in node.named_children if (text := literal(one)) is not None]
    text = literal(node)
    return [] if text is None else [text]


def arguments_of(call: "Node") -> "list[Node]":
    given = call.child_by_field_name("arguments")
    if given is None or given.type != "arguments":
        return []
    return [one for one in given.named_children if one.type != "comment"]


def pairs(node: "Node") -> "Iterator[tuple[str, Node]]":
    """Key and value of each member of an object that has both; a shorthand or a method is its own value."""
    for one in node.named_children if node.type == "object" else ():
        if one.type == "pair":
            key, value = one.child_by_field_name("key"), one.child_by_field_name("value")
            if key is not None and value is not None:
                yield (literal(key) or said(key)), value
        elif one.type == "shorthand_property_identifier":
            yield said(one), one
        elif one.type == "method_definition":
            yield said(one.child_by_field_name("name")), one


def member(node: "Node", *names: str) -> "Node | None":
    """The value of the first member of an object with one of the names."""
    return next((value for key, value in pairs(node) if key in names), None)


def number(node: "Node | None", values: "dict[str, Node]") -> int | None:
    """The literal number that an expression falls back to: of `Number(process.env.PORT) || 3000` it is 3000."""
    for _ in range(MAX_STEPS):
        if node is None:
            return None
        if node.type in ("number", "string"):
            text = said(node).strip("'\"")
            return int(text.replace("_", "")) if _NUMBER.fullmatch(text) and text.isascii() else None
        node = _inner(node, values)
    return None


def _inner(node: "Node", values: "dict[str, Node]") -> "Node | None":
    if node.type in ("identifier", "shorthand_property_identifier"):
        return values.get(said(node))
    if node.type in _INSIDE:
        return next((one for one in node.named_children if one.type != "comment"), None)
    if node.type == "binary_expression":
        operator = node.child_by_field_name("operator")
        return node.child_by_field_name("right") if said(operator) in ("||", "??") else None
    if node.type == "ternary_expression":
        return node.child_by_field_name("alternative")
    if node.type == "call_expression":
        function = node.child_by_field_name("function")
        if function is not None and function.type == "member_expression":
            function = function.child_by_field_name("property")
        if function is not None and (function.text or b"") in _READING:
            return next(iter(arguments_of(node)), None)
    return None


def _start(node: "Node") -> int:
    return node.start_byte


def _call(node: "Node") -> Call | None:
    function = node.child_by_field_name("function")
    if function is None:
        return None
    if function.type == "identifier":
        return Call(node, said(function), arguments=arguments_of(node))
    if function.type != "member_expression":
        return None
    call = Call(node, said(function.child_by_field_name("property")), arguments=arguments_of(node))
    _follow(call, function.child_by_field_name("object"))
    return call


def _follow(call: Call, at: "Node | None") -> None:
    """Fills in where the chain begins."""
    for _ in range(MAX_CHAIN):
        if at is None:
            return
        if at.type in ("identifier", "this"):
            call.root = said(at)
            return
        if at.type == "member_expression":
            call.root = said(at.child_by_field_name("property"))
            return
        if at.type == "new_expression":
            call.maker = said(at.child_by_field_name("constructor")).rpartition(".")[2]
            call.links.append(("new", at))
            return
        if at.type in _INSIDE:
            at = next(iter(at.named_children), None)
            continue
        inner = at.child_by_field_name("function") if at.type == "call_expression" else None
        if inner is None:
            return
        if inner.type != "member_expression":
            call.maker = said(inner) if inner.type == "identifier" else ""
            call.links.append(("new", at))
            return
        call.links.append((said(inner.child_by_field_name("property")), at))
        owner = inner.child_by_field_name("object")
        if owner is not None and owner.type == "identifier" and call.links[-1][0] in _MAKING:
            call.maker = call.links[-1][0]
        at = owner


_MAKING = frozenset(("Router", "Server", "createServer", "server"))
"""Methods that give a new router: `express.Router()`."""


def below(spans: Sequence[tuple[int, int, str]], at: int) -> str:
    """What the spans around an offset say; they come in order, the outer ones first."""
    return "".join(text for start, end, text in spans if start <= at < end)
