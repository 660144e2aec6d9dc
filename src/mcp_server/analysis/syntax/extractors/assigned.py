"""What a name stands for where it is given: the value that the same function gave it last, a few statements above.

A statement for a database is put together on one line and executed on the next. Only what stands before the call in
the blocks around it counts, within bounds; what another branch or function assigns is not looked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

NAMES = frozenset(("identifier", "variable_name", "simple_identifier"))
"""How grammars call a bare name."""

MAX_SIBLINGS = 25
MAX_LEVELS = 12
MAX_INSIDE = 12
_ENDS = (
    "function_declaration function_definition method_declaration constructor_declaration arrow_function method "
    "function_expression method_definition func_literal lambda_expression lambda singleton_method program source_file "
    "compilation_unit module local_function_statement anonymous_function class_body"
)
_FUNCTIONS = frozenset(_ENDS.split())
_ASSIGNING = {
    "assignment_expression": ("left", "right"),
    "assignment": ("left", "right"),
    "variable_declarator": ("name", "value"),
    "short_var_declaration": ("left", "right"),
    "assignment_statement": ("left", "right"),
}
_AROUND = frozenset(
    (
        *("expression_statement", "local_variable_declaration", "lexical_declaration", "variable_declaration"),
        *("local_declaration_statement", "statement", "statement_list"),
    )
)


def assigned(given: "Node | None") -> "Node | None":
    """The value that a bare name was given last before it is used there; any other node as it is."""
    if given is None or given.type not in NAMES:
        return given
    wanted, node = given.text, given
    for _ in range(MAX_LEVELS):
        sibling = node.prev_named_sibling
        for _ in range(MAX_SIBLINGS):
            if sibling is None:
                break
            if (value := _value(sibling, wanted)) is not None:
                return value
            sibling = sibling.prev_named_sibling
        above = node.parent
        if above is None or above.type in _FUNCTIONS:
            return given
        node = above
    return given


def _value(statement: "Node", wanted: bytes | None) -> "Node | None":
    waiting = [statement]
    for _ in range(MAX_INSIDE):
        if not waiting:
            return None
        node = waiting.pop()
        fields = _ASSIGNING.get(node.type)
        if fields is not None:
            left, right = node.child_by_field_name(fields[0]), node.child_by_field_name(fields[1])
            right = right if right is not None or fields[1] != "value" else _last(node)
            if left is not None and right is not None and left.text == wanted:
                return _only(right)
        elif node.type in _AROUND:
            waiting.extend(node.named_children[:MAX_INSIDE])
    return None


def _last(declarator: "Node") -> "Node | None":
    """C#'s declarator has its value without a name of its own."""
    return declarator.named_children[-1] if declarator.named_child_count > 1 else None


def _only(right: "Node") -> "Node":
    """Go's lists of one."""
    return right.named_children[0] if right.type == "expression_list" and right.named_child_count == 1 else right
