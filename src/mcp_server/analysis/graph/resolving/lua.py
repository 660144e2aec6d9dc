"""Lua: `require "a.b"` is `a/b.lua` or `a/b/init.lua` below some root, which the tree does not say.

Of several such files the one nearest to the importing file is taken; a rockspec's `modules` come first.
"""

import re

from plumbrule.mcp_server.analysis.graph.resolving.names import folder_of, joined, nearest
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ("*.rockspec",)

_MODULE = re.compile(rb"""\[?\s*["']?([\w.-]+)["']?\s*\]?\s*=\s*["']([\w./-]+\.lua)["']""")
_ROOTS = frozenset(("", "lua", "src", "lib", "spec", "share", "5.1", "5.2", "5.3", "5.4", "test", "tests"))
_ROCKS = {
    "cjson": "lua-cjson",
    "lfs": "luafilesystem",
    "ltn12": "luasocket",
    "mime": "luasocket",
    "pl": "penlight",
    "socket": "luasocket",
    "ssl": "luasec",
}
"""Rocks that are called otherwise than what they give to require."""
_BUILTIN = Resolution("builtin")
_UNKNOWN = Resolution("unknown")
# fmt: off
_LIBRARY = frozenset((
    "bit", "bit32", "coroutine", "debug", "ffi", "io", "jit", "math", "ndk", "ngx", "os", "package", "string",
    "table", "thread", "utf8", "vim",
))
# fmt: on


def resolver(tree: Tree) -> Resolve:
    """Answers for the tree's Lua files; building is linear in the number of files."""
    return _Resolver(tree).resolve


class _Resolver:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._by_end: dict[str, list[str]] = {}
        """Files by the last part of the module's name that they could be."""
        self._rocks: dict[str, str] = {}
        for path, language in tree.languages.items():
            if language == "Lua" and path.endswith((".lua", ".luau")):
                stem = path.rpartition(".")[0].removesuffix("/init")
                self._by_end.setdefault(stem.rpartition("/")[2], []).append(path)
        for path, raw in sorted(tree.texts.items()):
            if path.endswith(".rockspec"):
                for module, file in _MODULE.findall(raw):
                    where = joined(folder_of(path), file.decode("utf-8", "replace"))
                    if where is not None and where in tree.languages:
                        self._rocks.setdefault(module.decode("utf-8", "replace"), where)
        self._answers: dict[tuple[str, str], Resolution] = {}

    def resolve(self, path: str, one: Import) -> Resolution:
        """What one `require` or `dofile` of the file at `path` means."""
        if one.kind == "include":
            for folder in (folder_of(path), ""):
                where = joined(folder, one.target)
                if where is not None and where in self._tree.languages:
                    return Resolution("file", (where,))
            return _UNKNOWN
        key = (folder_of(path), one.target)
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._required(path, one.target)
        return found

    def _required(self, path: str, target: str) -> Resolution:
        if target in self._rocks:
            return Resolution("file", (self._rocks[target],))
        below = target.strip("./").replace(".", "/") if "/" not in target else target.strip("./")
        ends = (f"/{below}.lua", f"/{below}/init.lua", f"/{below}.luau")
        candidates = [each for each in self._by_end.get(below.rpartition("/")[2], ()) if f"/{each}".endswith(ends)]
        first = below.partition("/")[0]
        if "/" not in below and candidates:
            # One word alone is an outside module as often: it has to lie at a root, or beside the file.
            here = folder_of(path)
            candidates = [each for each in candidates if self._root(each, below) in (here, *self._usual(path))]
        if candidates:
            return Resolution("file", (nearest(candidates, path),))
        if first in _LIBRARY:
            return _BUILTIN
        parts = below.split("/")
        if first == "resty" and len(parts) > 1:
            return Resolution("external", package=f"lua-resty-{parts[1]}")
        return Resolution("external", package=_ROCKS.get(first, first))

    def _root(self, path: str, below: str) -> str:
        """The folder that `below` hangs from in `path`."""
        stem = path.rpartition(".")[0].removesuffix("/init")
        return stem[: -len(below)].rstrip("/")

    def _usual(self, path: str) -> list[str]:
        """Folders that usually are roots, from the importing file up."""
        found: list[str] = []
        folder = folder_of(path)
        while True:
            found.extend(f"{folder}/{each}".strip("/") for each in sorted(_ROOTS))
            if not folder:
                return found
            folder = folder_of(folder)
