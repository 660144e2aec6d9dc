"""`missing`: outside packages that source and tests import and no manifest in reach declares.

Each doubt keeps a package out: imports that may fail, wait or are for types only; names that a task, CI or container
file mentions; manifests whose dependencies are computed. Only ecosystems where an import names its package are judged.
"""

import re
from collections.abc import Iterator, Mapping

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.graph.distributions import is_listed, python_distributions
from plumbrule.mcp_server.analysis.graph.links import Links, Outside
from plumbrule.mcp_server.analysis.graph.mentions import Mentions
from plumbrule.mcp_server.analysis.graph.roles import is_material
from plumbrule.mcp_server.analysis.graph.usage import Imported, Usage, claimed_of, home_of, keys_of, names_of
from plumbrule.mcp_server.analysis.sections.dependencies import Dependencies, Dependency, Scope, Undeclared
from plumbrule.mcp_server.analysis.words import evidence, word

MAX_SHOWN = 100

_JUDGED = frozenset(("python", "javascript", "go", "rust"))
"""Imports of Maven and PHP do not name packages."""

_LANGUAGES = ("rust", "go", "python", "javascript", "jvm", "dotnet", "ruby", "php", "elixir", "swift")
"""Ecosystems whose manifests say what code a folder holds."""

_HOSTS = LazyPattern(
    r"(?:vscode|electron|k6|obsidian|atom|bun|deno|cloudflare|node|ansible_collections|bpy|maya|hou|gdb|lldb|sublime|"
    r"weechat|xbmc\w*|idaapi|ida_\w+|gimpfu|pcbnew|FreeCAD|unreal|nuke|machine|micropython|board|pyodide|js|__\w+__|"
    r"typeshed|_typeshed|google\.colab|dbutils|micropip|objc|AppKit|Foundation|Quartz|Cocoa|win32\w*|pywintypes|pythoncom|"
    r"_win\w*|winerror|servicemanager)$"
)
"""What the program is given by the host or the system that it runs on."""

_CONDITIONAL = LazyPattern(
    r"(?:typing_extensions|tomli|importlib_metadata|importlib_resources|exceptiongroup|zipp|backports(?:\..*)?|simplejson|"
    r"contextlib2|mock|unittest2|async_timeout|dataclasses|enum34|futures|pathlib2|pkg_resources|six|colorama|tzdata|"
    r"taskgroup|contextvars|singledispatch|ordereddict|argparse)$"
)
"""Back-ports: imported on old versions only, by conditions that an import does not show."""

_NPM_NAME = LazyPattern(r"(?:@[a-z0-9-][a-z0-9._~-]*/)?[a-z0-9-][a-z0-9._~-]*\Z")


_FOR_THOSE_WHO_HAVE_IT = LazyPattern(
    r"(?i)(?:^|/)(?:contrib|plugins?|integrations?|ext|extensions|backends?|adapters?|serializers|drivers|connectors|"
    r"_pyinstaller|hooks?)/|_plugin\.py$|(?:^|/)hook-"
)
"""Modules that a user loads by choice, after installing what they need."""

_GIVEN = {
    **dict.fromkeys(
        ("vue", "vue-router", "h3", "ofetch", "nitropack", "nitro", "unhead", "@unhead/vue"), ("nuxt", "nuxt3")
    ),
    "express": ("@nestjs/platform-express",),
    "@jest/globals": ("jest",),
    "playwright-core": ("playwright", "@playwright/test"),
    "vite": ("vitest", "@sveltejs/kit", "astro", "nuxt"),
}
"""What the documentation of a framework tells to import without declaring it."""

_RUN_BY_TESTS = LazyPattern(r"(?:^|/)(?:test[^/]*|[^/]*tests?|conftest|noxfile|tasks)\.py$")

_SURVIVES = frozenset(("type", "lazy", "optional"))


@dataclass(frozen=True, slots=True)
class _Reach:
    """What manifests declare, by ecosystem and folder."""

    keys: Mapping[str, Mapping[str, frozenset[str]]]
    homes: Mapping[str, frozenset[str]]
    computed: frozenset[str]
    """Folders with a manifest whose dependencies could not be read."""
    imported: frozenset[str]
    """Files that some other file imports."""

    def of(self, ecosystem: str, path: str) -> tuple[frozenset[str], ...] | None:
        """The compared names that manifests above a file declare; None where there is none, or one is computed."""
        homes = self.homes.get(ecosystem, frozenset())
        found: list[frozenset[str]] = []
        folder = path.rpartition("/")[0]
        while True:
            if folder in self.computed:
                return None
            if folder in homes:
                found.append(self.keys[ecosystem][folder])
            if not folder:
                return tuple(found) or None
            folder = folder.rpartition("/")[0]

    def is_among_others(self, ecosystem: str, path: str) -> bool:
        """Whether a manifest of another language stands nearer to a file than any of its own."""
        mine = self.homes.get(ecosystem, frozenset())
        folder = path.rpartition("/")[0]
        while folder and folder not in mine:
            if any(folder in self.homes.get(name, frozenset()) for name in _LANGUAGES):
                return True
            folder = folder.rpartition("/")[0]
        return False


def missing_of(
    deep: Deep, mentions: Mentions, links: Links, usage: Usage, found: Dependencies
) -> tuple[Undeclared, ...]:
    """In the order of name."""
    reach, folders = _reach_of(deep, found, links), _names_in_paths(links)
    silent = (
        one for one in found.direct if one.ecosystem in ("python", "conda", "rust") and "imported" not in one.states
    )
    claimed = claimed_of(usage, found.direct)
    guessed = {package for one in found.direct for package in usage.of(one, claimed)} - claimed.get(
        "python", frozenset()
    )
    unimported = frozenset(_letters(one.name) for one in silent)
    rows: list[Undeclared] = []
    for ecosystem in sorted(_JUDGED & usage.packages.keys()):
        by_name: dict[str, list[Outside]] = {}
        for package, imported in usage.packages[ecosystem].items():
            names = set(names_of(ecosystem, package))
            if _is_no_package(ecosystem, package) or names & mentions.own or names & mentions.elsewhere:
                continue
            if ecosystem == "python" and (package in folders or _is_optional(imported, names, reach)):
                continue
            if ecosystem == "python" and (package in guessed or _may_provide(unimported, package)):
                continue
            if ecosystem == "rust" and _may_provide(unimported, package):
                continue  # a library may have another name than its package
            lacking = [use for use in imported.uses if _is_lacking(use, ecosystem, names, links, reach)]
            if lacking:
                name = python_distributions(package)[0] if ecosystem == "python" else package
                by_name.setdefault(name, []).extend(lacking)
        rows += [_row(name, ecosystem, uses, links) for name, uses in sorted(by_name.items())]
    return tuple(rows[:MAX_SHOWN])


def _is_optional(imported: Imported, names: set[str], reach: _Reach) -> bool:
    """Whether it is meant for those who have it: tried somewhere, or declared by any manifest of the tree."""
    tried = any("optional" in use.flags for use in imported.uses)
    return tried or any(names & keys for keys in reach.keys.get("python", {}).values())


def _names_in_paths(links: Links) -> frozenset[str]:
    """Every folder's and module's name of the tree: a script may put its folder on the path by hand."""
    names: set[str] = set()
    folders: set[str] = set()
    for path in links.parts:
        folder, _, name = path.rpartition("/")
        if name.endswith(".py"):
            names.add(name[:-3])
            folders.add(folder)
    for folder in folders:
        names.update(folder.split("/"))
    return frozenset(names)


def _row(name: str, ecosystem: str, uses: list[Outside], links: Links) -> Undeclared:
    scope: Scope = "runtime" if any(links.parts.get(use.path) == "source" for use in uses) else "test"
    first = min(
        (use for use in uses if (links.parts.get(use.path) == "source") == (scope == "runtime")),
        key=lambda use: (use.path, use.line),
    )
    guess = None if ecosystem != "python" or is_listed(first.package) else True
    place = evidence(first.path, "dependencies.missing", first.line)
    return Undeclared(word(name), ecosystem, place, len({use.path for use in uses}), scope, guess)


def _is_lacking(use: Outside, ecosystem: str, names: set[str], links: Links, reach: _Reach) -> bool:
    part = links.parts.get(use.path)
    if part not in ("source", "test") or _SURVIVES & set(use.flags) or is_material(use.path):
        return False
    if part == "test" and ecosystem == "rust":
        return False  # much of it must not compile, or is made by macros
    if ecosystem == "python" and (_FOR_THOSE_WHO_HAVE_IT.search(use.path) or _is_script(use.path, links, reach)):
        return False
    if ":" in use.target and ecosystem != "rust":
        return False  # `npm:x`, `jsr:x` and URLs declare themselves
    declared = reach.of(ecosystem, use.path)
    if declared is None:
        return False
    if (
        part == "test"
        and ecosystem == "python"
        and not _RUN_BY_TESTS.search(use.path)
        and use.path not in reach.imported
    ):
        return False  # neither a test nor imported by one: input to a linter, a formatter, an import system
    if part == "test" and reach.is_among_others(ecosystem, use.path):
        return False  # a Rust crate's tests on JavaScript: input, not code
    if part == "test" and not any("#dev" in keys for keys in declared):
        return False  # the project keeps what its tests need elsewhere
    if ecosystem == "javascript":
        names = names | _given_with(use, names)
    return not any(names & keys for keys in declared)


def _given_with(use: Outside, names: set[str]) -> set[str]:
    """What gives a package of npm to those who do not declare it: its types to TypeScript, or a framework its parts."""
    given = {giver for name in names for giver in _GIVEN.get(name, ())}
    if use.path.endswith((".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")):
        given.update("@types/" + name.removeprefix("@").replace("/", "__") for name in names)
    return given


def _is_script(path: str, links: Links, reach: _Reach) -> bool:
    """Whether a Python file lies deep in the tree outside of any package: it runs with what its user installed."""
    folder = path.rpartition("/")[0]
    homes = reach.homes.get("python", frozenset())
    near = {folder, folder.rpartition("/")[0]} if folder else {""}
    return not near & homes and f"{folder}/__init__.py" not in links.tree_files


def _may_provide(unimported: frozenset[str], package: str) -> bool:
    """Whether a declared distribution that nothing imports sounds like the package (`pybase62` for `base62`)."""
    name = _letters(package)
    return len(name) >= 4 and any(name in one or one in name for one in unimported if len(one) >= 4)


def _letters(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def _is_no_package(ecosystem: str, package: str) -> bool:
    if _HOSTS.match(package):
        return True
    if ecosystem == "javascript":
        return not re.match(r"(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*\Z", package) or package.startswith(
            "~"
        )
    if ecosystem == "go":
        return "." not in package.partition("/")[0]
    return package.startswith("_") or bool(_CONDITIONAL.match(package)) or not package.replace(".", "_").isidentifier()


def _set_apart(deep: Deep) -> Iterator[Dependency]:
    """What manifests of tests, fixtures and the like declare: they are not the project's, and speak for their files."""
    for manifest in deep.gathered.manifests:
        for one in manifest.declarations:
            if one.field == "dependency" and one.label:
                scope: Scope = "dev" if one.scope in ("dev", "test") else "runtime"
                place = evidence(manifest.path, one.rule, one.line)
                yield Dependency(one.label, manifest.rule.ecosystem, scope, place)


def _reach_of(deep: Deep, found: Dependencies, links: Links) -> _Reach:
    keys: dict[str, dict[str, set[str]]] = {}
    for one in (*found.direct, *_set_apart(deep)):
        ecosystem = "python" if one.ecosystem == "conda" else one.ecosystem
        held = keys.setdefault(ecosystem, {}).setdefault(home_of(one), set())
        held.update(keys_of(one))
        if one.scope in ("dev", "test"):
            held.add("#dev")
    frozen = {name: {home: frozenset(held) for home, held in homes.items()} for name, homes in keys.items()}
    homes = {name: frozenset(homes) for name, homes in frozen.items()}
    unread = (one.at.partition(":")[0] for one in found.not_read if one.rule != "pre-commit.no-language")
    computed = frozenset(path.rpartition("/")[0] for path in unread if not path.endswith("bun.lockb"))
    imported = frozenset(target for targets in links.edges.values() for target in targets)
    return _Reach(frozen, homes, computed, imported)
