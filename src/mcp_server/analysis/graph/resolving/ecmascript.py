"""How JavaScript and TypeScript find what they import: paths, tsconfig names, packages of the tree, the outside.

Below are `ecmascript_files` (extensions), `ecmascript_paths` (configured names), `ecmascript_packages` (exports and
workspaces) and `ecmascript_outside`. The order is TypeScript's under `moduleResolution: bundler`: relative paths;
configured names; `#imports`; Node's own modules; packages of the tree; what is left lies outside. It was measured
against `ts.resolveModuleName` (benchmarks/accuracy).
"""

from typing import NamedTuple

from plumbrule.mcp_server.analysis.graph.resolving.ecmascript_files import (
    DECLARATIONS,
    TYPED_IMPORTERS,
    Files,
    folders_above,
    joined,
)
from plumbrule.mcp_server.analysis.graph.resolving.ecmascript_outside import (
    is_asset,
    is_builtin,
    is_made_by_build,
    package_of,
    subpath_of,
)
from plumbrule.mcp_server.analysis.graph.resolving.ecmascript_packages import Packages
from plumbrule.mcp_server.analysis.graph.resolving.ecmascript_paths import Configured, Names
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = (
    "tsconfig*.json",
    "jsconfig*.json",
    "*tsconfig.json",
    "deno.json",
    "deno.jsonc",
    "jsr.json",
    "import_map.json",
    "importmap.json",
    "lerna.json",
    "package.json",
    "pnpm-workspace.yaml",
    "astro.config.*",
    "electron.vite.config.*",
    "nuxt.config.*",
    "rollup.config.*",
    "rsbuild.config.*",
    "rspack.config.*",
    "svelte.config.*",
    "vite.config.*",
    "vitest.config.*",
    "vue.config.*",
    "webpack.config.*",
)
_BUILTIN = Resolution("builtin")
_UNKNOWN = Resolution("unknown")
_MAX_REDIRECTIONS = 4
_USUAL_ALIASES = ("@/", "~/", "@@/", "~~/", "$lib/", "#shared/")
"""Names that no package can have, which frameworks bind to the folder of the sources without any configuration."""
_FRAMEWORK_ALIASES = {
    "$app": "@sveltejs/kit", "$env": "@sveltejs/kit", "$service-worker": "@sveltejs/kit", "#app": "nuxt",
    "#imports": "nuxt", "#components": "nuxt", "#build": "nuxt", "@theme": "@docusaurus/core", "@site": "",
    "@docusaurus": "@docusaurus/core",
}  # fmt: skip


def resolver(tree: Tree) -> Resolve:
    """Answers for the ECMAScript files of a tree; building is linear in the number of its files."""
    return _Resolver(tree).resolve


class _Asked(NamedTuple):
    """Who asks: from which folder, as TypeScript or as JavaScript, with `require` or with `import`."""

    folder: str
    typed: bool
    required: bool


class _Resolver:
    """Looks paths up and remembers: files of one folder ask for the same modules."""

    def __init__(self, tree: Tree) -> None:
        self._files = Files(tree.languages)
        self._configured = Configured(tree.texts)
        self._packages = Packages(tree.texts, self._files, self._configured)
        self._files.entry = self._packages.entry
        self._answers: dict[tuple[str, str, int], Resolution] = {}

    def resolve(self, path: str, one: Import) -> Resolution:
        """What one import of the file at `path` means."""
        folder = path.rpartition("/")[0]
        asked = _Asked(folder, path.endswith(TYPED_IMPORTERS), one.kind == "require")
        key = (folder, one.target, asked.typed + 2 * asked.required)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self._resolved(asked, one.target, 0)
        return answer

    def _resolved(self, asked: _Asked, written: str, depth: int) -> Resolution:
        target = _plain(written)
        if not target or depth > _MAX_REDIRECTIONS:
            return _UNKNOWN
        if target.startswith(("./", "../")) or target in (".", ".."):
            return self._relative(asked, target)
        if is_made_by_build(target):
            return _UNKNOWN
        own, behind = self._configured.above(asked.folder)
        named = self._configured_place(asked, own, target, depth)
        # A name may be bound to a declaration for the compiler's sake: what runs is found as without it.
        declared = named is not None and not asked.typed and named.files[:1] and named.files[0].endswith(DECLARATIONS)
        found = named
        if found is None or declared:
            found = self._not_configured(asked, target, depth)
            if found.standing in ("external", "unknown"):
                found = named or self._configured_place(asked, behind, target, depth) or found
        return found

    def _not_configured(self, asked: _Asked, target: str, depth: int) -> Resolution:
        if target.startswith("/") and not target.startswith("//"):
            return self._from_package_root(asked, target)
        if target.startswith("#"):
            internal = self._internal(asked, target, depth)
            if internal is not None:
                return internal
        return _BUILTIN if is_builtin(target) else self._package(asked, target)

    def _relative(self, asked: _Asked, target: str) -> Resolution:
        for one in dict.fromkeys((target, target.partition("#")[0])):  # a fragment is rarer than a folder called `#`
            place = joined(asked.folder, one)
            if place is None:
                continue
            found = self._files.found(f"{place}/" if one.endswith(("/", ".")) and place else place, asked.typed)
            if found is not None:
                return Resolution("file", (found,))
        if is_asset(target):
            return _BUILTIN
        place = joined(asked.folder, target)
        built = self._packages.before_build(place, asked.typed) if place else None
        return Resolution("file", (built,)) if built is not None else _UNKNOWN

    def _configured_place(self, asked: _Asked, chain: tuple[Names, ...], target: str, depth: int) -> Resolution | None:
        for names in chain:
            for place in names.places(target):
                if names.maps and (":" in place or place.startswith("//")):
                    return self._resolved(asked, place, depth + 1) if place != target else None
                found = self._files.found(place, asked.typed)
                if found is not None:
                    return Resolution("file", (found,))
        return None

    def _from_package_root(self, asked: _Asked, target: str) -> Resolution:
        """`/src/main.ts`: what a development server serves under that address."""
        package = self._packages.around(asked.folder)
        roots = dict.fromkeys((package.folder if package is not None else "", ""))
        for root in roots:
            for inner in ("", "public", "src", "app", "static"):
                place = joined(root, f"{inner}/{target}")
                found = self._files.found(place, asked.typed) if place else None
                if found is not None:
                    return Resolution("file", (found,))
        return _UNKNOWN

    def _internal(self, asked: _Asked, target: str, depth: int) -> Resolution | None:
        """`#name` of the package's own `imports`."""
        package = self._packages.around(asked.folder)
        if package is None:
            return None
        outside: str | None = None
        for place, found in self._packages.internal(package, target, asked.typed, asked.required):
            if found is not None:
                return Resolution("file", (found,))
            if not place.startswith(("#", ".")):
                outside = outside or place
        return self._resolved(asked, outside, depth + 1) if outside is not None else None

    def _package(self, asked: _Asked, target: str) -> Resolution:
        name = package_of(target)
        member = self._packages.named(name, asked.folder) if name else None
        if member is not None:
            found = self._packages.offered(member, subpath_of(target, name), asked.typed, asked.required)
            return Resolution("file", (found,)) if found is not None else _UNKNOWN
        first = target.partition("/")[0]
        if first in _FRAMEWORK_ALIASES:
            outside = _FRAMEWORK_ALIASES[first]
            return Resolution("external", package=outside) if outside else _UNKNOWN
        if target.startswith(_USUAL_ALIASES) or target in ("$lib", "#shared"):
            named = self._usual_alias(asked.folder, target, asked.typed)
            return _BUILTIN if named is _UNKNOWN and is_asset(target) else named
        if not name or target.startswith(("#", "$")):
            return _UNKNOWN
        return Resolution("external", package=name)

    def _usual_alias(self, folder: str, target: str, typed: bool) -> Resolution:
        rest = target.partition("/")[2]
        inner: tuple[str, ...] = ("src", "", "app", "source", "resources/js", "client")
        if target.startswith("$lib"):
            inner = ("src/lib",)
        elif target.startswith("#shared"):  # Nuxt's
            inner = ("shared",)
        for above in folders_above(folder):
            if above not in self._packages.by_folder and above:
                continue
            for one in inner:
                place = joined(above, f"{one}/{rest}")
                found = self._files.found(place, typed) if place else None
                if found is not None:
                    return Resolution("file", (found,))
        return _UNKNOWN


def _plain(target: str) -> str:
    """The path of a specifier without loaders (`raw!./a`) and query (`./a?raw`)."""
    return target.strip().rpartition("!")[2].partition("?")[0]
