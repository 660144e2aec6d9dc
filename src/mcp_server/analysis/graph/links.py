"""Every import of the repository resolved once: import graph, dependencies and architecture start from it.

Cost: one look-up an import. Vendored files import nothing here, and may be imported.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import NamedTuple

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.collector import collector_resting
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.graph.resolving.table import resolvers_of
from plumbrule.mcp_server.analysis.graph.roles import Part, parts_of
from plumbrule.mcp_server.analysis.graph.tree import Tree
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.syntax.model import Import

TYPE_ONLY = 1
"""Every import behind the edge is erased before run time."""
SOFT = 2
"""Every import behind the edge is for types only or waits until a function runs: it closes no cycle when files load."""
DECLARES = 4
"""The edge only says that a file belongs to the tree of modules (`mod x;` in Rust)."""
ONLY_TESTS = 8
"""Every import behind the edge stands in test code of a source file."""

SAME_PACKAGE = 16
"""No import stands behind the edge: files of one package or namespace name each other's types as they are."""


class Edge(NamedTuple):
    """One file imports another: the first line that does, what holds for all imports behind it, and their number."""

    line: int
    marks: int
    imports: int


class Outside(NamedTuple):
    """An import of an outside package."""

    path: str
    line: int
    package: str
    language: str
    flags: tuple[str, ...]
    target: str


class Lost(NamedTuple):
    """An import of the repository's own that leads nowhere."""

    path: str
    line: int
    target: str


@dataclass(frozen=True, slots=True)
class Links:
    """All imports of a tree by what they reach. Paths are in byte order, lines ascend."""

    parts: Mapping[str, Part]
    edges: Mapping[str, Mapping[str, Edge]]
    """By importing file, then by imported file."""
    outside: tuple[Outside, ...] = ()
    lost: tuple[Lost, ...] = ()
    reaching: int = 0
    """Imports that lead to a file of the tree; `lost` holds the others that should."""
    without_rules: tuple[str, ...] = ()
    """Programming languages of source files whose imports nobody can resolve here."""
    tree_files: frozenset[str] = frozenset()
    """Every file with a language, empty ones too."""
    importing: frozenset[str] = frozenset()
    """Files whose imports were resolved."""


@dataclass(slots=True)
class _Found:
    edges: dict[str, dict[str, Edge]] = field(default_factory=dict[str, dict[str, Edge]])
    outside: list[Outside] = field(default_factory=list[Outside])
    lost: list[Lost] = field(default_factory=list[Lost])
    reaching: int = 0


def links_of(deep: Deep, parts: dict[str, Part] | None = None) -> Links:
    """Resolve every import of every file that was parsed. `parts` are those of `parts_of`, where they are known."""
    with collector_resting():
        return _links_of(deep, parts_of(deep.languages) if parts is None else parts)


def _links_of(deep: Deep, parts: dict[str, Part]) -> Links:
    tree = Tree(
        {path: name for path, file in deep.languages.items() if (name := _language_of(file))},
        deep.facts,
        deep.gathered.texts,
        deep.gathered.manifests,
    )
    present: set[str] = set()
    for path, file in deep.languages.items():
        if file.language is not None and file.is_code and parts.get(path) not in ("vendored", "generated"):
            present.add(file.language)
    present -= _WITHOUT_IMPORTS
    resolvers = resolvers_of(present, tree)
    found = _Found()
    importing: list[str] = []
    for path, index in deep.facts.items():
        language = tree.languages.get(path, "")
        resolve = resolvers.get(language)
        if resolve is None or not index.raw_imports or parts.get(path) == "vendored":
            continue
        importing.append(path)
        edges: dict[str, Edge] = {}
        for one in index.imports():
            standing, files, package = resolve(path, one)
            if standing == "file":
                found.reaching += 1
                for target in files:
                    if target != path:
                        _join(edges, target, one)
            elif standing == "external":
                found.outside.append(Outside(path, one.line, package, language, tuple(one.flags), one.target))
            elif standing == "unknown" and "optional" not in one.flags and "path" not in one.flags:
                found.lost.append(Lost(path, one.line, one.target))
        if edges:
            found.edges[path] = edges
    return Links(
        parts,
        found.edges,
        tuple(found.outside),
        tuple(found.lost),
        found.reaching,
        tuple(sorted(present - resolvers.keys())),
        frozenset(tree.languages),
        frozenset(importing),
    )


_WITHOUT_IMPORTS = frozenset(
    (
        *("Makefile", "Dockerfile", "Batchfile", "Procfile", "Smarty", "CMake", "Meson", "Awk", "sed", "M4", "Roff"),
        *("Vim script", "fish", "Jsonnet", "Nix"),
    )
)
"""Programming languages for linguist whose files do not name each other in a way worth following."""

_EMPTY = {
    **dict.fromkeys((".py", ".pyi"), "Python"),
    **dict.fromkeys((".js", ".mjs", ".cjs"), "JavaScript"),
    **dict.fromkeys((".ts", ".mts", ".cts"), "TypeScript"),
    ".tsx": "TSX",
    ".jsx": "JavaScript",
    ".rs": "Rust",
    ".go": "Go",
    ".h": "C",
    ".rb": "Ruby",
    ".lua": "Lua",
}
"""Languages of empty files, which have none for linguist: an empty `__init__.py` makes a package all the same."""


def _language_of(file: FileLanguage) -> str:
    if file.language is None and file.rule == "languages.empty":
        return _EMPTY.get(file.path[file.path.rfind(".") :], "")
    return file.language or ""


def _join(edges: dict[str, Edge], target: str, one: Import) -> None:
    marks = 0
    for flag in one.flags:
        if flag == "type":
            marks |= TYPE_ONLY | SOFT
        elif flag == "lazy":
            marks |= SOFT
        elif flag == "test":
            marks |= ONLY_TESTS | SOFT
        elif flag == "package":
            marks |= SAME_PACKAGE | SOFT
    if one.kind == "type":
        marks |= TYPE_ONLY | SOFT
    elif one.kind == "module":
        marks |= DECLARES
    elif one.kind == "dynamic":
        marks |= SOFT
    before = edges.get(target)
    if before is None:
        edges[target] = Edge(one.line, marks, 1)
    else:
        edges[target] = Edge(min(before.line, one.line), before.marks & marks, before.imports + 1)
