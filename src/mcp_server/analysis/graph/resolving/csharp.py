"""C#: a `using` reaches the files that declare its namespace, in the projects that the importing one refers to.

A type that is named (an alias, `using static`) reaches the files that define it. Files that lie in no project's
folder are everybody's. `System` is the platform's own, and so is `Microsoft` where no declared package has that name.
An outside namespace belongs to the declared package with the longest common beginning.
"""

import re
from collections.abc import Iterable

from plumbrule.mcp_server.analysis.graph.resolving.names import above, declared, folder_of, joined
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ()
"""Projects are manifests, which are read anyway."""

_PROJECT = re.compile(rb"""<ProjectReference\b[^>]*\bInclude\s*=\s*["']([^"']+)["']""")
_PROJECTS = (".csproj", ".shproj", ".projitems", ".fsproj", ".vbproj")
_PLATFORM = ("System", "Microsoft", "Windows", "Interop")
_FRAMEWORKS = frozenset(("system", "microsoft", "microsoft.aspnetcore", "microsoft.extensions", "windows"))
"""Beginnings that packages share with what the platform brings itself, in small letters."""
_BUILTIN = Resolution("builtin")
_UNKNOWN = Resolution("unknown")


def resolver(tree: Tree) -> Resolve:
    """Answers for the tree's C# files; building is linear in files and project references."""
    return _Resolver(tree).resolve


class _Resolver:
    def __init__(self, tree: Tree) -> None:
        self._projects = _project_folders(tree)
        self._reach = _closures(tree)
        self._packages = {name.lower(): name for name in declared(tree, "dotnet")}
        self._files: dict[str, list[str]] = {}
        self._types: dict[tuple[str, str], list[str]] = {}
        self._around: set[str] = set()
        self._answers: dict[tuple[str, str, bool], Resolution] = {}
        own_names = [path.rpartition("/")[2].rpartition(".")[0] for path in self._reach]
        self._own_platform = any(name.split(".")[0] in _PLATFORM for name in own_names)
        for path, index in tree.facts.items():
            if tree.languages.get(path) == "C#":
                for one in index.imports():
                    if one.kind == "package":
                        self._declare(path, one)

    def _declare(self, path: str, one: Import) -> None:
        self._files.setdefault(one.target, []).append(path)
        for name in one.names:
            self._types.setdefault((one.target, name), []).append(path)
        outer = one.target
        while outer:
            self._around.add(outer)
            outer = outer.rpartition(".")[0]

    def resolve(self, path: str, one: Import) -> Resolution:
        """What one `using` of the file at `path` means."""
        if one.kind == "package" or not one.target:
            return _BUILTIN
        project = self._project(path)
        key = (project, one.target, bool(one.flags and set(one.flags) & {"alias", "static"}))
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._resolved(project, one.target, key[2])
        return found

    def _project(self, path: str) -> str:
        for folder in above(path):
            if folder in self._projects:
                return self._projects[folder]
        return ""

    def _resolved(self, project: str, target: str, named: bool) -> Resolution:
        root = target.partition(".")[0]
        if root not in _PLATFORM or self._own_platform:
            space, _, last = target.rpartition(".")
            if named and (found := self._within(project, self._typed(space, last))):
                return Resolution("file", found)
            if found := self._within(project, self._files.get(target, ())):
                return Resolution("file", found)
            if target in self._around:
                return _BUILTIN
            if named and space in self._files:
                return _UNKNOWN
        package = self._package(target)
        if package:
            return Resolution("external", package=package)
        if root in _PLATFORM:
            return _BUILTIN
        return Resolution("external", package=".".join(target.split(".")[:2]))

    def _typed(self, space: str, name: str) -> list[str]:
        """The files of a type, which may lie inside another type."""
        while space:
            if found := self._types.get((space, name)):
                return found
            space, _, name = space.rpartition(".")
        return []

    def _within(self, project: str, paths: Iterable[str]) -> tuple[str, ...]:
        """Those of `paths` that the project can see; all of them when it sees none of them."""
        found = sorted(set(paths))
        reach = self._reach.get(project)
        if reach is None or not found:
            return tuple(found)
        seen = tuple(path for path in found if (own := self._project(path)) == "" or own in reach)
        return seen or tuple(found)

    def _package(self, target: str) -> str:
        """The declared package that most likely holds a namespace."""
        name = target.lower()
        while name:
            if name in self._packages:
                return self._packages[name]
            name = name.rpartition(".")[0]
        return self._family(target.lower())

    def _family(self, name: str) -> str:
        """The shortest declared package that begins like a namespace: `Asp.Versioning.Http` for `Asp.Versioning`."""
        while name and name not in _FRAMEWORKS and not name.startswith("system."):
            longer = [key for key in self._packages if key.startswith(name + ".")]
            if longer:
                return self._packages[min(longer, key=lambda key: (len(key), key))]
            name = name.rpartition(".")[0]
        return ""


def _project_folders(tree: Tree) -> dict[str, str]:
    """The project of each folder that has one."""
    found: dict[str, str] = {}
    for path in sorted(tree.texts, reverse=True):
        if path.endswith(_PROJECTS):
            found[folder_of(path)] = path
    return found


def _closures(tree: Tree) -> dict[str, frozenset[str]]:
    """For each project itself and all that it refers to, over references of references."""
    direct: dict[str, list[str]] = {}
    for path, raw in tree.texts.items():
        if not path.endswith(_PROJECTS):
            continue
        written = (found.decode("utf-8", "replace").replace("\\", "/") for found in _PROJECT.findall(raw))
        targets = (joined(folder_of(path), each) for each in written)
        direct[path] = [target for target in targets if target is not None and target in tree.texts]
    found: dict[str, frozenset[str]] = {}
    for path in direct:
        seen = {path}
        waiting = [path]
        while waiting:
            for target in direct.get(waiting.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        found[path] = frozenset(seen)
    return found
