"""Definitions that one query found in a file, in the order of the file and nested by position.

Extractors of languages with blocks use it: each `@def.<kind>` capture of their query becomes a `Scope` that knows the
scope around it. Below lies `common` (spans, complexity), above lie the extractors. Nothing recurses.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import (
    MAX_BARE_TOKENS,
    MAX_DEPTH,
    NAME_CHARS,
    captures,
    folded,
    owners,
    parents,
    text,
)

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Query, Tree

PREFIX = "def."


@dataclass(slots=True)
class Scope:
    """One captured definition. `name` is set by the extractor, outer ones first, qualified with dots."""

    kind: str
    """What stands behind `def.` in the capture's name."""
    node: "Node"
    start: int
    end: int
    around: "Scope | None" = None
    branches: int = 0
    """Branches inside it and inside no deeper scope of the kinds that count."""
    name: str = ""
    notes: dict[str, str] = field(default_factory=dict[str, str])
    """What the extractor remembers for the scopes inside: the visibility in force, a route prefix."""

    def within(self, name: str) -> str:
        """The qualified name of `name` inside this scope."""
        if not self.name:
            return name
        prefix = self.name if len(self.name) <= NAME_CHARS else self.name[:NAME_CHARS] + "…"
        return f"{prefix}.{name}" if name else prefix


_PLACE = attrgetter("byte_range")


@lru_cache(maxsize=64)
def compiled(language: "Language", source: str) -> "Query":
    """The query, compiled once for each process."""
    from tree_sitter import Query  # a binding that only workers need

    return Query(language, source)


def captured(tree: "Tree", source: str) -> dict[str, list["Node"]]:
    """The nodes of each capture name in the order of the text, found in bounded time."""
    found = captures(compiled(tree.language, source), tree)
    for nodes in found.values():
        nodes.sort(key=_PLACE)  # tree-sitter gives them in the order of a set, another in each run
    return found


def matched(tree: "Tree", source: str) -> list[dict[str, list["Node"]]]:
    """The captures of each match, in the order in which the matches start; bounded as `common.captures` is."""
    from tree_sitter import QueryCursor  # a binding that only workers need

    root = tree.root_node
    if root.is_error and root.child_count >= MAX_BARE_TOKENS:
        return []
    cursor = QueryCursor(compiled(tree.language, source))
    cursor.set_max_start_depth(MAX_DEPTH)
    return [found for _, found in cursor.matches(root)]


def outlined(found: Mapping[str, Iterable["Node"]], counting: Collection[str]) -> list[Scope]:
    """The scopes in order of their start, outer ones first, with the branches of those whose kind is in `counting`."""
    scopes = [
        Scope(name[len(PREFIX) :], node, node.start_byte, node.end_byte)
        for name, nodes in found.items()
        if name.startswith(PREFIX)
        for node in nodes
    ]
    scopes.sort(key=lambda scope: (scope.start, -scope.end))
    for scope, above in zip(scopes, parents([(scope.start, scope.end) for scope in scopes]), strict=True):
        scope.around = scopes[above] if above >= 0 else None
    functions = [scope for scope in scopes if scope.kind in counting]
    points = sorted(node.start_byte for node in found.get("branch", ()))
    for owner in owners([(scope.start, scope.end) for scope in functions], points):
        if owner >= 0:
            functions[owner].branches += 1
    return scopes


def offered(scopes: Iterable[Scope], kinds: Collection[str], start: int, end: int) -> tuple[str, ...]:
    """The names that definitions of `kinds` between two offsets give, those inside another definition apart."""
    found = (
        scope.name for scope in scopes if scope.around is None and scope.kind in kinds and start <= scope.start < end
    )
    return tuple(sorted({name for name in found if name}))


def counted(raw: bytes, nodes: Iterable["Node"]) -> dict[str, int]:
    """How often each name is written at `nodes`, in order of the names."""
    names = Counter(raw[node.start_byte : node.end_byte] for node in nodes)
    return {name.decode("utf-8", "replace"): names[name] for name in sorted(names) if len(name) <= NAME_CHARS}


def part(node: "Node | None", at: int) -> "Node | None":
    """The named child at a position; None where there is none, for which tree-sitter raises."""
    return node.named_child(at) if node is not None and node.named_child_count > at else None


def said(raw: bytes, node: "Node") -> str:
    """The node's text."""
    return text(raw, node.start_byte, node.end_byte)


def shown(raw: bytes, node: "Node", limit: int = 120) -> str:
    """The node's text on one line, as evidence."""
    return folded(raw, node.start_byte, node.end_byte, limit)


def row(node: "Node") -> int:
    """The node's first line, counted from 1."""
    return node.start_point.row + 1
