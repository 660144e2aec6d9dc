"""Arguments and literals of PHP calls, as the readers of its uses want them."""

from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.outline import said

if TYPE_CHECKING:
    from tree_sitter import Node


def arguments(call: "Node") -> list["Node"]:
    """The expressions of a call's arguments."""
    listed = call.child_by_field_name("arguments") or call.child_by_field_name("parameters")
    if listed is None:
        return []
    return [
        each.named_children[-1] for each in listed.named_children if each.type == "argument" and each.named_children
    ]


def literal(raw: bytes, node: "Node | None") -> str | None:
    """The value of a string without interpolation; None for anything else."""
    if node is None or node.type not in ("string", "encapsed_string"):
        return None
    if any(child.type not in ("string_content", "escape_sequence") for child in node.named_children):
        return None
    return said(raw, node)[1:-1]


def elements(raw: bytes, node: "Node | None") -> dict[str, "Node"]:
    """The entries of an array by their literal keys; positions are the keys of those without one."""
    found: dict[str, Node] = {}
    if node is None or node.type != "array_creation_expression":
        return found
    entries = [each for each in node.named_children if each.type == "array_element_initializer" and each.named_children]
    for at, each in enumerate(entries):
        key = literal(raw, each.named_children[0]) if each.named_child_count == 2 else str(at)
        if key is not None:
            found[key] = each.named_children[-1]
    return found


def strings(raw: bytes, node: "Node | None") -> list[str] | None:
    """A literal, or the literals of an array; None where code computes any of them or there is none."""
    if node is None:
        return None
    if node.type != "array_creation_expression":
        one = literal(raw, node)
        return None if one is None else [one]
    found = [literal(raw, each) for each in elements(raw, node).values()]
    return None if None in found else [each for each in found if each is not None]
