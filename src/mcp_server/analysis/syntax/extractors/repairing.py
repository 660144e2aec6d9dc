"""A second parse of a damaged file, over bytes of the same length in which known stumbling blocks are covered.

Grammars know less than compilers: macros that stand for keywords, soft keywords used as names. An extractor covers them
and asks for the better of two trees. Offsets and lines stay those of the file, whose own bytes give every text.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Tree


def damage(root: "Node") -> int:
    """How much could not be parsed: the bytes of damaged regions outside of what stands whole in them, and one for each
    damaged region and for each token that had to be invented."""
    if not root.has_error:
        return 0
    total = 0
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_missing:
            total += 1
            continue
        children = node.children
        if node.is_error:
            total += 1 + node.end_byte - node.start_byte
            total -= sum(child.end_byte - child.start_byte for child in children if child.child_count)
        waiting.extend(child for child in children if child.has_error or child.is_missing)
    return total


def better(tree: "Tree", covered: bytes, raw: bytes, *, or_equal: bool = False) -> "Tree":
    """The tree of `covered` when it is less damaged than `tree`, which is of `raw`. Both have the same length.

    `or_equal` prefers it too when both are damaged alike.
    """
    if covered == raw or len(covered) != len(raw):
        return tree
    from tree_sitter import Parser  # a binding that only workers need

    second = Parser(tree.language).parse(covered)
    return second if damage(second.root_node) < damage(tree.root_node) + or_equal else tree
