"""The name that a C or C++ declarator declares, and whether it declares a function.

Declarators are written inside out (ISO C 6.7.6): the name lies below pointers, arrays, references and parentheses.
"""

from typing import TYPE_CHECKING, NamedTuple

from plumbrule.mcp_server.analysis.syntax.extractors.common import text

if TYPE_CHECKING:
    from tree_sitter import Node

_STEPS = 60
_NAMES = frozenset(
    (
        "identifier",
        "field_identifier",
        "type_identifier",
        "qualified_identifier",
        "destructor_name",
        "operator_name",
        "template_function",
        "template_type",
        "namespace_identifier",
        "primitive_type",
    )
)


class Declared(NamedTuple):
    """`names` are the parts of a qualified name (`A::b` is `A`, `b`). A pointer to a function is no function."""

    names: tuple[str, ...]
    is_function: bool
    is_operator: bool


def declared(raw: bytes, node: "Node") -> Declared | None:
    """What one declarator declares; None for what has no name."""
    function = False
    at: Node | None = node
    for _ in range(_STEPS):
        if at is None:
            return None
        kind = at.type
        if kind == "function_declarator":
            function = True
        elif kind in ("pointer_declarator", "reference_declarator", "array_declarator"):
            function = False
        elif kind == "operator_cast":
            return Declared((_operator(raw, at),), True, True)
        elif kind in _NAMES:
            names = names_of(raw, at)
            operator = names[-1].startswith("operator") and not names[-1][8:9].isalnum() and names[-1][8:9] != "_"
            return Declared(names, function or _is_cast(at), operator or _is_cast(at)) if names[-1] else None
        at = at.child_by_field_name("declarator") or (at.named_children[-1] if at.named_child_count else None)
    return None


def names_of(raw: bytes, node: "Node") -> tuple[str, ...]:
    """The parts of a name, template arguments left out."""
    names: list[str] = []
    at: Node | None = node
    for _ in range(_STEPS):
        if at is None:
            break
        if at.type == "qualified_identifier":
            scope = at.child_by_field_name("scope")
            if scope is not None:
                names.append(_bare(raw, scope))
            at = at.child_by_field_name("name")
            continue
        names.append(_operator(raw, at) if at.type == "operator_cast" else _bare(raw, at))
        break
    return tuple(names) or ("",)


def _is_cast(node: "Node") -> bool:
    at: Node | None = node
    while at is not None and at.type == "qualified_identifier":
        at = at.child_by_field_name("name")
    return at is not None and at.type == "operator_cast"


def _bare(raw: bytes, node: "Node") -> str:
    if node.type in ("template_type", "template_function", "dependent_name"):
        name = node.child_by_field_name("name")
        node = name if name is not None else node
    word = text(raw, node.start_byte, node.end_byte)
    return (
        "".join(word.split())
        if node.type != "operator_name"
        else " ".join(word.split()).replace("operator ", "operator")
    )


def _operator(raw: bytes, node: "Node") -> str:
    """A conversion, up to its parameters: `operator bool`."""
    whole = text(raw, node.start_byte, node.end_byte)
    return " ".join(whole.partition("(")[0].split())
