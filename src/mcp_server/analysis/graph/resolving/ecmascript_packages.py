"""The npm and Deno packages of one tree: who is a workspace member, and which file a package offers under a name.

`exports`, `imports`, `main` and `types` of package.json are read as Node and TypeScript read them. Where they lead to
files that only a build makes (`dist/index.js`), the source that the build starts from is sought instead.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import cast

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.graph.resolving.ecmascript_files import Files, folders_above, joined
from plumbrule.mcp_server.analysis.graph.resolving.ecmascript_json import as_list, as_object, as_strings, read_object
from plumbrule.mcp_server.analysis.graph.resolving.ecmascript_paths import Configured

_BUILT = frozenset(
    (
        *("dist", "lib", "build", "out", "es", "esm", "cjs", "umd", "output", "types", "dist-types", "dts", "typings"),
        *("node", "_esm", "_cjs", "_types", "dist-cjs", "dist-es", "dist-esm", "temp", "target", "module", "commonjs"),
        "browser",
    )
)
_OUTPUT = frozenset(("dist", "build", "out", "output", "esm", "cjs", "lib"))
_SOURCES = ("src", "source", "lib", "", "app", "ts")
_SCRIPT = re.compile(r"(?:\.min|\.prod|\.global|\.esm-bundler|\.esm|\.cjs|\.umd)?(?:\.d)?\.[cm]?[jt]sx?$")
_CONDITIONS = {
    (typed, required): frozenset(
        ("node", "default", "require" if required else "import", *(("types",) if typed else ()))
    )
    for typed in (False, True)
    for required in (False, True)
}
"""The conditions that hold, by whether TypeScript asks and whether it is `require` that asks."""
_LOCAL = ("file:", "link:", "portal:", "workspace:./", "workspace:../")
_YAML_PACKAGES = re.compile(rb"^packages:[ \t]*(?:#[^\n]*)?\n((?:[ \t]*(?:-[^\n]*|#[^\n]*)?\n?)*)", re.MULTILINE)
_YAML_ITEM = re.compile(rb"^[ \t]*-[ \t]*(['\"]?)([^'\"#\n]+?)\1[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
MAX_TARGETS = 60
"""Conditions and alternatives of one export that are tried."""


@dataclass(slots=True)
class Package:
    """One package.json or deno.json with its folder."""

    folder: str
    name: str
    content: Mapping[str, object]
    local: dict[str, str] = field(default_factory=dict[str, str])
    """Folders that it depends on by path (`file:`, `link:`), by name."""
    declared: set[str] = field(default_factory=set[str])
    """What it depends on: a private package may be called like one of them."""


class Packages:
    """Every package of a tree, and what it answers to."""

    def __init__(self, texts: Mapping[str, bytes], files: Files, configured: Configured) -> None:
        self._files = files
        self._configured = configured
        self.by_folder: dict[str, Package] = {}
        self._members: dict[str, list[tuple[str, Package]]] = {}
        self._around: dict[str, Package | None] = {}
        for path in sorted(texts):
            folder, _, name = path.rpartition("/")
            if name in ("package.json", "deno.json", "deno.jsonc", "jsr.json"):
                self._add(folder, read_object(texts[path]), name == "package.json")
        self._join_workspaces(texts)

    def around(self, folder: str) -> Package | None:
        """The package that `folder` belongs to."""
        if folder not in self._around:
            above = (self.by_folder.get(one) for one in folders_above(folder))
            self._around[folder] = next((one for one in above if one is not None), None)
        return self._around[folder]

    def named(self, name: str, folder: str) -> Package | None:
        """The package of the tree that `name` means in `folder`: itself, a path dependency, or a workspace member."""
        for above in folders_above(folder):
            package = self.by_folder.get(above)
            if package is not None:
                if package.name == name and name not in package.declared:
                    return package
                target = package.local.get(name)
                if target is not None and target in self.by_folder:
                    return self.by_folder[target]
        best: tuple[str, Package] | None = None
        for root, package in self._members.get(name, ()):
            inside = not root or folder == root or folder.startswith(root + "/")
            if inside and (best is None or len(root) > len(best[0])):
                best = (root, package)
        return best[1] if best else None

    def offered(self, package: Package, subpath: str, typed: bool, required: bool) -> str | None:
        """The file that a package offers under `subpath` ("" for its main one), None when none can be told."""
        exports = package.content.get("exports")
        if exports is not None:
            for target in _exported(exports, f"./{subpath}" if subpath else ".", typed, required):
                found = self._file_or_source(package, target, typed)
                if found is not None:
                    return found
            return self._source(package, subpath or "index", typed)
        if not subpath:
            return self.main(package, typed) or self._source(package, "index", typed)
        return self._file_or_source(package, subpath, typed)

    def main(self, package: Package, typed: bool) -> str | None:
        """The main file of a package without `exports`, or of a folder that is imported by path."""
        content = package.content
        words = ("types", "typings", "main", "module") if typed else ("main", "module", "types", "typings")
        for word in (*words, "source", "browser"):
            target = content.get(word)
            if isinstance(target, str) and target.strip("./"):
                found = self._file_or_source(package, target, typed)
                if found is not None:
                    return found
        return self._files.index(package.folder, typed)

    def entry(self, folder: str, typed: bool) -> str | None:
        """What importing the folder by its path means when it holds a package.json."""
        package = self.by_folder.get(folder)
        return self.main(package, typed) if package is not None else None

    def internal(self, package: Package, target: str, typed: bool, required: bool) -> Iterator[tuple[str, str | None]]:
        """For `#name`: each place as it is written in `imports`, with its file when it is one of the package's."""
        for place in _exported(package.content.get("imports"), target, typed, required):
            local = place.startswith(".")
            yield place, self._file_or_source(package, place, typed) if local else None

    def before_build(self, path: str, typed: bool) -> str | None:
        """The source of a file that is imported by its path and lies where a build would put it."""
        package = self.around(path.rpartition("/")[0])
        if package is None:
            return None
        inner = path[len(package.folder) :].strip("/")
        return self._source(package, inner, typed) if inner.partition("/")[0] in _OUTPUT else None

    def _add(self, folder: str, content: dict[str, object], npm: bool) -> None:
        name = content.get("name")
        before = self.by_folder.get(folder)
        if before is not None and (npm or not isinstance(name, str)):
            return
        package = Package(folder, name if isinstance(name, str) else "", content)
        for group in ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies"):
            for dependency, wanted in as_object(content.get(group)).items():
                package.declared.add(dependency)
                if isinstance(wanted, str) and wanted.startswith(_LOCAL):
                    place = joined(folder, wanted.partition(":")[2])
                    if place is not None:
                        package.local[dependency] = place
        self.by_folder[folder] = package

    def _join_workspaces(self, texts: Mapping[str, bytes]) -> None:
        for folder, package in sorted(self.by_folder.items()):
            given = package.content.get("workspaces", package.content.get("workspace"))
            inside = as_object(given)  # yarn's `{"packages": […]}`, Deno's `{"members": […]}`
            patterns = as_strings(inside.get("packages", inside.get("members", given)))
            pnpm = texts.get(f"{folder}/pnpm-workspace.yaml".lstrip("/"))
            if pnpm is not None:
                block = _YAML_PACKAGES.search(pnpm + b"\n")
                items = _YAML_ITEM.findall(block.group(1)) if block else []
                patterns = [*patterns, *(item.decode("utf-8", "replace") for _, item in items)]
            lerna = texts.get(f"{folder}/lerna.json".lstrip("/"))
            if lerna is not None and not patterns:
                patterns = as_strings(read_object(lerna).get("packages")) or ["packages/*"]
            if patterns:
                self._join(folder, patterns)

    def _join(self, root: str, patterns: list[str]) -> None:
        wanted = [_folder_pattern(one) for one in patterns if not one.startswith("!")]
        refused = [_folder_pattern(one[1:]) for one in patterns if one.startswith("!")]
        for folder, package in sorted(self.by_folder.items()):
            if not package.name or (root and not folder.startswith(root + "/") and folder != root):
                continue
            inner = folder[len(root) :].strip("/")
            member = not inner or any(one.fullmatch(inner) for one in wanted)
            if member and not any(one.fullmatch(inner) for one in refused):
                self._members.setdefault(package.name, []).append((root, package))

    def _file_or_source(self, package: Package, target: str, typed: bool) -> str | None:
        path = joined(package.folder, target)
        if path is None or "*" in path:
            return None
        found = self._files.written(path, typed)
        if found is not None:
            return found
        inner = path[len(package.folder) :].strip("/")
        return self._source(package, inner, typed)

    def _source(self, package: Package, built: str, typed: bool) -> str | None:
        """The source of a file that a build makes, by the package's tsconfig, else by the usual folders."""
        stem = _SCRIPT.sub("", built)
        output = self._configured.output(package.folder)
        if output is not None:
            made = output[0][len(package.folder) :].strip("/")
            if made and (stem == made or stem.startswith(made + "/")):
                found = self._sought(output[1], stem[len(made) :].strip("/"), typed)
                if found is not None:
                    return found
        parts = stem.split("/")
        inners: list[str] = []
        while len(parts) > 1 and parts[0] in _BUILT:  # `dist/node/index` is `src/node/index` or `src/index`
            parts = parts[1:]
            inners.append("/".join(parts))
        for inner in (*inners, stem):
            for folder in _SOURCES:
                if folder and inner.startswith(folder + "/"):
                    continue
                place = "/".join(part for part in (package.folder, folder) if part)
                found = self._sought(place, inner, typed)
                if found is not None:
                    return found
        if len(parts) <= 1:  # a bundle called after its package: `dist/vue.cjs.js`
            bare = package.name.rpartition("/")[2]
            if not parts or parts[0].split(".")[0] in (bare, "index", "main", ""):
                return next(
                    filter(
                        None,
                        (self._sought(f"{package.folder}/{one}".strip("/"), "index", typed) for one in ("src", "lib")),
                    ),
                    None,
                )
        return None

    def _sought(self, folder: str, inner: str, typed: bool) -> str | None:
        path = "/".join(part for part in (folder, inner) if part)
        return (self._files.scripted(path) if inner else None) or self._files.index(path, typed)


def _folder_pattern(pattern: str) -> re.Pattern[str]:
    """A workspace pattern: `*` is one folder, `**` any number."""
    parts: list[str] = []
    for part in pattern.strip().removeprefix("./").strip("/").split("/"):
        parts.append("(?:[^/]+(?:/[^/]+)*)?" if part == "**" else re.escape(part).replace(r"\*", "[^/]*"))
    text = "/".join(parts).replace("/(?:[^/]+(?:/[^/]+)*)?", "(?:/[^/]+)*")
    return re.compile(text)


def _exported(exports: object, subpath: str, typed: bool, required: bool) -> Iterator[str]:
    """The places that `exports` or `imports` names for `subpath`, those of the wanted conditions first.

    https://nodejs.org/api/packages.html#resolving-user-conditions: the first condition that holds wins. A later one is
    given here too, because the first may lead to a file that only a build makes.
    """
    if exports is None:
        return
    table = as_object(exports)
    if not any(key.startswith((".", "#")) for key in table):
        table = {".": exports}
    star = ""
    chosen = table.get(subpath)
    if chosen is None:
        best = ""
        for key in table:
            begin, mark, end = key.partition("*")
            if not mark and key.endswith("/"):
                begin, end = key, ""
            elif not mark:
                continue
            long_enough = len(subpath) >= len(begin) + len(end)
            if long_enough and subpath.startswith(begin) and subpath.endswith(end) and len(key) > len(best):
                best, star, chosen = key, subpath[len(begin) : len(subpath) - len(end)], table[key]
    conditions = _CONDITIONS[typed, required]
    preferred: list[str] = []
    others: list[str] = []
    waiting: list[tuple[object, bool]] = [(chosen, True)]
    for _ in range(MAX_TARGETS):
        if not waiting:
            break
        value, wanted = waiting.pop(0)
        if isinstance(value, str):
            (preferred if wanted else others).append(
                value.replace("*", star) if "*" in value else value + (star if value.endswith("/") else "")
            )
        elif isinstance(value, list):
            waiting[:0] = [(one, wanted) for one in as_list(cast(object, value))]
        elif isinstance(value, dict):
            waiting[:0] = [(one, wanted and key in conditions) for key, one in as_object(cast(object, value)).items()]
    yield from dict.fromkeys((*preferred, *others))
