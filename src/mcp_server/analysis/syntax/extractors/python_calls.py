"""One call of Python code as it is written: its function, its arguments, what it decorates and what it stands in."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.mcp_server.analysis.syntax.extractors.assigned import assigned
from plumbrule.mcp_server.analysis.syntax.extractors.common import folded, text
from plumbrule.mcp_server.analysis.syntax.use_rules import HOLE

if TYPE_CHECKING:
    from tree_sitter import Node

LISTED = frozenset(("path", "re_path", "url", "include", "Route", "WebSocketRoute", "Mount"))
"""Functions whose calls are entries of a list: what they stand in matters."""

MAX_STEPS = 40

_PREFIXING = frozenset(("path", "re_path", "url", "Mount"))
_LITERAL = re.compile(r"(?i)\A[ru]*(?P<quote>\"\"\"|'''|\"|')(?P<inner>.*)(?P=quote)\Z", re.DOTALL)
_CONSTANT = rb"(?m)^%b[ \t]*(?::[^=\n]{1,60})?=[ \t]*([\"'])([^\"'{}\n]*)\1[ \t]*(?:#.*)?$"
_FORMATTED = re.compile(r"f[\"']\{([\w.]+)\}([^{}\"']*)[\"']")
_DOTTED = re.compile(r"[\w.]+")


class Call(NamedTuple):
    """One call: the function as written, and its arguments as written."""

    function: str
    line: int
    positional: tuple[str, ...]
    named: Mapping[str, str]
    whole: str
    decorated: str
    """Name of the function that this call decorates, "" when it is no decorator."""
    held: str = ""
    """The variable whose value this call stands in, "" where nobody asked or there is none."""
    source: bytes = b""
    """The file, where constants of the module are looked up."""
    above: str = ""
    """The first arguments of the routing calls around this one, joined: `path("a/", include([HERE]))` has `a/`."""


def call_at(raw: bytes, node: "Node") -> Call | None:
    """The call whose function ends with the identifier `node`."""
    function = node
    parent = node.parent
    if parent is not None and parent.type == "attribute" and parent.child_by_field_name("attribute") == node:
        function, parent = parent, parent.parent
    if parent is None or parent.type != "call" or parent.child_by_field_name("function") != function:
        return None
    arguments = parent.child_by_field_name("arguments")
    if arguments is None or arguments.type != "argument_list":
        return None
    positional: list[str] = []
    named: dict[str, str] = {}
    for child in arguments.named_children:
        if child.type == "keyword_argument":
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is not None and value is not None:
                named[text(raw, name.start_byte, name.end_byte)] = folded(raw, value.start_byte, value.end_byte)
        elif child.type != "comment":
            child = (assigned(child) or child) if node.text == b"execute" and not positional else child
            positional.append(folded(raw, child.start_byte, child.end_byte))
    return Call(
        folded(raw, function.start_byte, function.end_byte),
        parent.start_point[0] + 1,
        tuple(positional),
        named,
        folded(raw, parent.start_byte, parent.end_byte, 120),
        _decorated(raw, parent),
        *_around(raw, parent, text(raw, node.start_byte, node.end_byte)),
    )


def _decorated(raw: bytes, call: "Node") -> str:
    decorator = call.parent
    if decorator is None or decorator.type != "decorator" or decorator.parent is None:
        return ""
    definition = decorator.parent.child_by_field_name("definition")
    name = definition.child_by_field_name("name") if definition is not None else None
    return text(raw, name.start_byte, name.end_byte) if name is not None else ""


def literal(source: str) -> str | None:
    """The value of a plain string literal; None for everything that is put together at run time."""
    match = _LITERAL.match(source)
    return match["inner"] if match and match["quote"] not in match["inner"] else None


def _around(raw: bytes, call: "Node", name: str) -> tuple[str, bytes, str]:
    """The variable that a call's value goes into, and the joined paths of the routing calls around it."""
    above = ""
    node = call.parent if name in LISTED or raw.startswith(b"web.", call.start_byte) else None
    for _ in range(MAX_STEPS):
        if node is None or node.type in ("block", "module", "decorator"):
            break
        if node.type in ("assignment", "augmented_assignment"):
            left = node.child_by_field_name("left")
            return (text(raw, left.start_byte, left.end_byte) if left is not None else ""), raw, above
        if node.type == "call":
            function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
            name = text(raw, function.start_byte, function.end_byte) if function is not None else ""
            if name.endswith(".add_routes"):
                return name.removesuffix(".add_routes").removesuffix(".router"), raw, above
            if name.rpartition(".")[2] in _PREFIXING and arguments is not None and arguments.named_children:
                first = arguments.named_children[0]
                above = prefix_of(raw, text(raw, first.start_byte, first.end_byte)) + above
        node = node.parent
    return "", raw, above


def prefix_of(raw: bytes, source: str) -> str:
    """A prefix as it is written: a literal, a constant of the module, holes where it is put together elsewhere."""
    value = literal(source)
    if value is not None:
        return value.lstrip("^")
    if source.isidentifier():
        given = set(re.findall(_CONSTANT % source.encode(), raw))
        return given.pop()[1].decode("utf-8", "replace") if len(given) == 1 else f"{HOLE}{source}{HOLE}"
    parts = _FORMATTED.fullmatch(source)
    if parts is not None:
        return prefix_of(raw, parts[1]) + parts[2]
    return f"{HOLE}{source if _DOTTED.fullmatch(source) else '?'}{HOLE}"


def is_literal(source: str) -> bool:
    if source.startswith(("[", "(")):
        return re.search(r"[a-zA-Z_]\w*\s*[,\])]", source) is None
    return literal(source) is not None
