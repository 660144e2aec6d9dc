"""Which file a path without its whole name means: extensions and index files in TypeScript's and Node's order.

TypeScript files ask as the compiler does (`./a.js` is `a.ts`, then `a.d.ts`, then `a.js`). JavaScript files ask as Node
and the bundlers do: the file that is written there, then the others.
"""

from collections.abc import Callable, Collection, Iterator
from functools import cache

TYPED = (".ts", ".tsx", ".d.ts")
PLAIN = (".js", ".jsx")
BUNDLED = (".mjs", ".mts", ".cjs", ".cts", ".json", ".vue", ".svelte", ".d.mts", ".d.cts", ".node", ".astro", ".marko")
"""What bundlers add when nothing else is there; TypeScript never does."""
PLATFORMS = (".native", ".web", ".ios", ".android")
"""React Native's: the file of one platform stands for all."""
_WRITTEN = {
    ".js": ((".ts", ".tsx", ".d.ts", ".js", ".jsx"), (".js", ".ts", ".tsx", ".jsx", ".d.ts")),
    ".jsx": ((".tsx", ".ts", ".d.ts", ".jsx", ".js"), (".jsx", ".tsx", ".ts", ".js", ".d.ts")),
    ".mjs": ((".mts", ".d.mts", ".mjs"), (".mjs", ".mts", ".d.mts")),
    ".cjs": ((".cts", ".d.cts", ".cjs"), (".cjs", ".cts", ".d.cts")),
    ".ts": ((".ts", ".tsx", ".d.ts", ".js"), (".ts", ".tsx", ".js", ".d.ts")),
    ".tsx": ((".tsx", ".ts", ".d.ts", ".jsx"), (".tsx", ".ts", ".jsx", ".d.ts")),
    ".mts": ((".mts", ".d.mts", ".mjs"), (".mts", ".mjs", ".d.mts")),
    ".cts": ((".cts", ".d.cts", ".cjs"), (".cts", ".cjs", ".d.cts")),
}
"""For an extension as it is written: what TypeScript takes for it, what Node and bundlers take."""
_SCRIPTS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".d.ts")
DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
TYPED_IMPORTERS = (".ts", ".tsx", ".mts", ".cts")

Entry = Callable[[str, bool], str | None]
"""From a folder with a package.json to the file that it names as its own, None without one."""


class Files:
    """The paths of a tree, asked by what imports write."""

    def __init__(self, paths: Collection[str]) -> None:
        self.paths = frozenset(paths)
        self.entry: Entry = lambda _folder, _typed: None

    def found(self, path: str, typed: bool, bundled: bool = True) -> str | None:
        """The file that `path` (relative to the root, without `..`) means to an importer, None when there is none."""
        candidate = self._first(path, typed, bundled)
        return candidate or self.entry(path.rstrip("/"), typed) or self.index(path, typed, bundled)

    def written(self, path: str, typed: bool) -> str | None:
        """The file that a manifest means with `path`; a folder's package.json is not asked."""
        return self._first(path, typed, True) or self.index(path, typed)

    def scripted(self, stem: str) -> str | None:
        """The source whose path is `stem` and an extension."""
        return next((stem + one for one in _SCRIPTS if stem + one in self.paths), None)

    def _first(self, path: str, typed: bool, bundled: bool) -> str | None:
        return next((one for one in self._candidates(path, typed, bundled) if one in self.paths), None)

    def _candidates(self, path: str, typed: bool, bundled: bool) -> Iterator[str]:
        name = path.rpartition("/")[2]
        dot = name.rfind(".")
        extension = name[dot:] if dot > 0 else ""
        written = _WRITTEN.get(extension)
        if written is not None:
            stem = path[: -len(extension)]
            for one in written[0] if typed else written[1]:
                yield stem + one
        if not path or path.endswith("/"):
            return
        exact_first = bool(extension)
        if exact_first:
            yield path
            if written is None:  # `style.css` may be declared in `style.d.css.ts`
                yield f"{path[: -len(extension)]}.d{extension}.ts"
        for one in (*TYPED, *PLAIN) if typed else (*PLAIN, *TYPED):
            yield path + one
        if not exact_first:
            yield path
        if bundled:
            for one in BUNDLED:
                yield path + one
            for platform in PLATFORMS:
                for one in (*TYPED[:2], *PLAIN):
                    yield path + platform + one

    def index(self, path: str, typed: bool, bundled: bool = True) -> str | None:
        """The index file of a folder."""
        head = f"{path.rstrip('/')}/index" if path.rstrip("/") else "index"
        for one in _index_extensions(typed, bundled):
            if head + one in self.paths:
                return head + one
        return None


@cache
def _index_extensions(typed: bool, bundled: bool) -> tuple[str, ...]:
    usual = (*TYPED, *PLAIN) if typed else (*PLAIN, *TYPED)
    return (*usual, *BUNDLED) if bundled else usual


def joined(folder: str, target: str) -> str | None:
    """`target` seen from `folder`, without dots; None when it leads out of the tree."""
    parts = [part for part in folder.split("/") if part]
    for part in target.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def folders_above(folder: str) -> Iterator[str]:
    """The folder itself and those above it, the root ("") last."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""
