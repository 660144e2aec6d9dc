"""Elixir: a module is the file that defines it; an outside one belongs to the declared package that its name names."""

import re

from plumbrule.mcp_server.analysis.graph.resolving.names import declared, nearest
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ()
"""mix.exs is a manifest, which is read anyway."""

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BUILTIN = Resolution("builtin")
# fmt: off
_LIBRARY = frozenset((
    "Access", "Agent", "Application", "ArgumentError", "Atom", "Base", "Behaviour", "Bitwise", "Calendar", "Code",
    "Collectable", "Config", "Date", "DateTime", "Dict", "DynamicSupervisor", "EEx", "Enum", "Enumerable",
    "ErlangError", "Exception", "ExUnit", "File", "Float", "Function", "GenEvent", "GenServer", "HashDict",
    "HashSet", "IEx", "Inspect", "Integer", "IO", "JSON", "Kernel", "Keyword", "List", "Logger", "Macro", "Map",
    "MapSet", "Mix", "Module", "NaiveDateTime", "Node", "OptionParser", "PartitionSupervisor", "Path", "Port",
    "Process", "Protocol", "Range", "Record", "Regex", "Registry", "RuntimeError", "Set", "Stream", "String",
    "StringIO", "Supervisor", "System", "Task", "Time", "Tuple", "URI", "Version",
))
# fmt: on
_PACKAGES = {"Ecto.Adapters": "ecto_sql", "Ecto.Migration": "ecto_sql", "Ecto.Adapters.SQL": "ecto_sql"}
"""Modules whose name begins like another package of the same family."""


def resolver(tree: Tree) -> Resolve:
    """Answers for the tree's Elixir files; building is linear in the number of modules."""
    return _Resolver(tree).resolve


class _Resolver:
    def __init__(self, tree: Tree) -> None:
        self._packages = frozenset(declared(tree, "elixir"))
        self._modules: dict[str, list[str]] = {}
        self._around: set[str] = set()
        for path, index in tree.facts.items():
            if tree.languages.get(path) == "Elixir":
                for one in index.imports():
                    if one.kind == "package":
                        self._modules.setdefault(one.target, []).append(path)
                        outer = one.target
                        while outer := outer.rpartition(".")[0]:
                            self._around.add(outer)

    def resolve(self, path: str, one: Import) -> Resolution:
        """What one `alias`, `import`, `use` or `require` of the file at `path` means."""
        if one.kind == "package":
            return _BUILTIN
        if known := self._modules.get(one.target):
            return Resolution("file", (nearest(known, path),))
        if one.target in self._around and "alias" in one.flags:
            # The beginning of names of the tree's own, which no file defines.
            return _BUILTIN
        if one.target.startswith(":"):
            # A module of Erlang: the runtime's own, unless a package of that name is declared.
            erlang = one.target[1:].strip('"')
            return Resolution("external", package=erlang) if erlang in self._packages else _BUILTIN
        package = self._package(one.target)
        if not package and "reference" in one.flags:
            # A name in code may be relative to modules around it, or made by a macro: no package is missing for it.
            return _BUILTIN
        first = one.target.partition(".")[0]
        if not package and first in _LIBRARY:
            return _BUILTIN
        return Resolution("external", package=package or _underscored([first]))

    def _package(self, target: str) -> str:
        parts = target.split(".")
        for count in range(len(parts), 0, -1):
            name = ".".join(parts[:count])
            for candidate in (_PACKAGES.get(name, ""), _underscored(parts[:count])):
                if candidate in self._packages:
                    return candidate
        return ""


def _underscored(parts: list[str]) -> str:
    return "_".join(_WORD.sub("_", part).lower() for part in parts)
