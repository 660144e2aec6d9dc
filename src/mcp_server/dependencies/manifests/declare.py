"""The commonest declaration: a text under a key is a name, a version, a description or a licence."""

from plumbrule.mcp_server.dependencies.manifests.tree import Tree
from plumbrule.mcp_server.dependencies.model import Declaration, Field


def words(tree: Tree, rule: str, base: tuple[str, ...], *pairs: tuple[Field, str]) -> list[Declaration]:
    """One declaration for each field whose key below `base` holds a text."""
    return [
        Declaration(field, text, tree.line(*base, key), rule) for field, key in pairs if (text := tree.text(*base, key))
    ]


def members(tree: Tree, rule: str, *keys: str) -> list[Declaration]:
    """The workspace patterns of a list; one that begins with `!` is left out of the workspace."""
    return [
        Declaration("without", pattern[1:], line, rule)
        if pattern.startswith("!")
        else Declaration("member", pattern, line, rule)
        for pattern, line in tree.strings(*keys)
    ]
