"""Scala: names are sought in the packages that files declare, the innermost first, as relative imports want it.

A name reaches the file that defines it, `*` all files of its package. What the tree does not declare is Scala's or
Java's own, or belongs to an outside package, which is named by its first two names.
"""

from plumbrule.mcp_server.analysis.graph.resolving.names import nearest
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ()
"""Packages are declared in the files themselves."""

_LANGUAGES = frozenset(("Scala", "Java", "Kotlin"))
_OWN = frozenset(("scala", "java", "javax", "sun", "jdk", "com.sun"))
_SHARED = frozenset(("com", "org", "io", "net", "de", "fr", "co", "me", "dev", "eu", "uk", "ch", "it", "ai"))
_ALL = frozenset(("*", "given"))
_BUILTIN = Resolution("builtin")
_UNKNOWN = Resolution("unknown")


def resolver(tree: Tree) -> Resolve:
    """Answers for the tree's Scala files; building is linear in the number of files."""
    return _Resolver(tree).resolve


class _Resolver:
    def __init__(self, tree: Tree) -> None:
        self._packages: dict[str, list[str]] = {}
        self._names: dict[tuple[str, str], list[str]] = {}
        self._around: set[str] = set()
        self._standing: dict[str, list[str]] = {}
        for path, index in tree.facts.items():
            language = tree.languages.get(path, "")
            if language in _LANGUAGES:
                for one in index.imports():
                    if one.kind == "package":
                        self._declare(path, language, one)

    def _declare(self, path: str, language: str, one: Import) -> None:
        self._packages.setdefault(one.target, []).append(path)
        if language == "Scala":
            self._standing.setdefault(path, []).append(one.target)
        # Of Java and Kotlin it is only known what a file is called.
        stem = () if language == "Scala" else (path.rpartition("/")[2].partition(".")[0],)
        for name in one.names or stem:
            self._names.setdefault((one.target, name), []).append(path)
        outer = one.target
        while outer:
            self._around.add(outer)
            outer = outer.rpartition(".")[0]

    def resolve(self, path: str, one: Import) -> Resolution:
        """What one import of the file at `path` means."""
        if one.kind == "package" or "local" in one.flags:
            return _BUILTIN
        target = one.target.removeprefix("_root_.")
        for prefix in self._prefixes(path) if not one.target.startswith("_root_.") else [""]:
            whole = f"{prefix}.{target}".strip(".")
            if found := self._reached(path, whole, one.names):
                return Resolution("file", tuple(sorted(found - {path}) or sorted(found)))
            if prefix and whole in self._around and target.partition(".")[0] not in _OWN:
                return _BUILTIN
        first = target.partition(".")[0]
        if target in self._around:
            return _BUILTIN
        if first in _OWN or target.startswith("com.sun."):
            return _BUILTIN
        outer = target.rpartition(".")[0]
        if "." in outer and outer in self._packages:
            # One name alone is shared by libraries of one family as often (`sttp.client4` and `sttp.model`).
            return _UNKNOWN
        parts = target.split(".")
        shared = parts[0] in _SHARED or parts[0] in self._around
        return Resolution("external", package=".".join(parts[: 2 if shared else 1]))

    def _prefixes(self, path: str) -> list[str]:
        """The packages whose members a file sees, the innermost first, then none.

        Each package clause opens one: `package a.b` shows what is in `a.b`, not what is in `a` (Scala 2.8 and later).
        """
        return [*dict.fromkeys(reversed(self._standing.get(path, []))), ""]

    def _reached(self, path: str, target: str, names: tuple[str, ...]) -> set[str]:
        """The files of the names taken from `target`, a package or something defined in one."""
        found: set[str] = set()
        if target in self._packages or target in self._around:
            for name in names:
                if name in _ALL:
                    found.update(self._packages.get(target, ()))
                    continue
                # A name that no file defines in a package may be one of its package object.
                package, _, last = target.rpartition(".")
                if known := self._names.get((target, name)) or self._names.get((package, last)):
                    found.add(nearest(known, path))
            if found:
                return found
        package, _, name = target.rpartition(".")
        for _ in range(8):
            if (not package and not name) or f"{package}.{name}".strip(".") in self._around:
                break
            if known := self._names.get((package, name)):
                return {nearest(known, path)}
            package, _, name = package.rpartition(".")
        return found
