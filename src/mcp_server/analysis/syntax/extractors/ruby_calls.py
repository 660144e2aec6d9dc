"""Calls of Ruby code as the readers of its uses want them: name, receiver, arguments, options, block."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.outline import said

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(slots=True)
class Call:
    """One call: `on` is its receiver as written, "" without one."""

    name: str
    on: str
    node: "Node"
    arguments: list["Node"] = field(default_factory=list["Node"])
    block: "Node | None" = None


def call_of(raw: bytes, node: "Node", method: "Node") -> Call:
    """The call that a node is."""
    receiver = node.child_by_field_name("receiver")
    listed = node.child_by_field_name("arguments")
    on = said(raw, receiver)[:120] if receiver is not None else ""
    values = listed.named_children if listed is not None else []
    return Call(said(raw, method), on, node, values, node.child_by_field_name("block"))


def literal(raw: bytes, node: "Node | None") -> str | None:
    """The value of a string without interpolation or of a symbol; None for anything else."""
    if node is None:
        return None
    if node.type == "simple_symbol":
        return said(raw, node)[1:]
    if node.type != "string" or any(child.type != "string_content" for child in node.named_children):
        return None
    return "".join(said(raw, child) for child in node.named_children)


def options(raw: bytes, call: Call) -> dict[str, "Node"]:
    """The keyword arguments by name, also those inside braces; a key that is no symbol is left out."""
    found: dict[str, Node] = {}
    for each in call.arguments:
        for pair in each.named_children if each.type == "hash" else (each,):
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if pair.type == "pair" and key is not None and value is not None and key.type != "string":
                found[said(raw, key).strip(":")] = value
    return found


_WORD = re.compile(r"[\w?!]+")


def names_in(raw: bytes, node: "Node | None") -> list[str] | None:
    """The names of a symbol or string, or of an array of them in any form; None where code computes them."""
    if node is None:
        return None
    if node.type in ("symbol_array", "string_array"):
        return _WORD.findall(said(raw, node)[2:])
    if node.type == "array":
        found = [literal(raw, each) for each in node.named_children if each.type != "comment"]
        return None if None in found else [each for each in found if each is not None]
    one = literal(raw, node)
    return None if one is None else [one]
