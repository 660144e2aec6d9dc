"""What each component offers to others: what can be imported from outside by the language's own rules.

Python: `__all__`, else public names, of modules without a leading underscore. JavaScript: what the entry module
exports, followed through its re-exports; without an entry module, every export. Go: capital names outside `internal`
and programs. Rust: `pub` items below the crate root. C and C++: what headers declare, those in `include` where there
is one. Ruby: what `lib` defines, modules with methods of their own too. Elixir: modules. The others: public
definitions of their own source files. What stands directly in a module or namespace is offered like what stands
at the file's top, under its full name.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any

import orjson

from plumbrule.core.facts import Evidence
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.component_kinds import Surroundings, kind_of
from plumbrule.mcp_server.analysis.components import components_of
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.entry_modules import beside, entry_of
from plumbrule.mcp_server.analysis.inventory import shows_only
from plumbrule.mcp_server.analysis.model import Component
from plumbrule.mcp_server.analysis.notes import Notes, Offering
from plumbrule.mcp_server.analysis.passed_on import kind_elsewhere
from plumbrule.mcp_server.analysis.sections.structure import Api
from plumbrule.mcp_server.analysis.words import evidence, place, word

MAX_NAMES = 20
"""Of one component: what somebody looks for first."""

_OFFER_NOTHING = ("test", "example", "application", "service")
_WORKSHOP = frozenset(("scripts", "script", "hack", "ci", "tasks", "benchmarks", "bench", "benches", "fuzz"))
"""Folders with the project's own tools, which nobody imports."""

_CLASSES = frozenset(
    (
        *(
            "class",
            "interface",
            "trait",
            "protocol",
            "struct",
            "union",
            "enum",
            "object",
            "record",
            "annotation",
            "type",
        ),
        "module",
    )
)
_FUNCTIONS = frozenset(("function", "macro", "procedure"))
_LEFT_OUT = frozenset(("module", "namespace", "implementation", "extension", "resource", "data", "provider", "index"))
_SCOPES = frozenset(("module", "namespace"))
_MEMBERS = frozenset(("field", "property", "operator", "member"))
_INNER = frozenset(("internal", "detail", "details", "impl", "Internal", "Impl"))
"""Namespaces that by name are not for others."""
_METHODS = frozenset(("method", "function", "macro"))
_HEADERS = (".h", ".hpp", ".hh", ".hxx")
_ECMASCRIPT = frozenset(("JavaScript", "TypeScript", "TSX", "JSX", "Vue", "Svelte", "Astro"))

_HIDDEN_PYTHON = re.compile(
    r"(?:^|/)(?:_(?!_init__\.py$)[^/]*|(?:setup|conftest|noxfile|tasks)\.py|docs?/.*|scripts/.*)(?:/|$)"
)


@dataclass(slots=True)
class _Offer:
    """What one component was found to offer: a name's kind, and the first place."""

    kinds: dict[str, str] = field(default_factory=dict[str, str])
    first: tuple[str, int] | None = None

    def note(self, name: str, kind: str, path: str, line: int) -> None:
        self.kinds.setdefault(name, kind)
        if self.first is None:
            self.first = (path, line)


def api_of(deep: Deep, notes: Notes | None = None) -> tuple[Api, ...]:
    """For each component that offers something, in the order of their paths; the root's is named by its folder `.`."""
    parts = components_of(deep.gathered)
    files = _by_component(deep, parts)
    used = _import_counts(deep)
    homes = _ecosystems(deep)
    apart = {str(one.path) for one in parts if one.kind in _OFFER_NOTHING}
    if not _publishes_at_root(deep, homes, parts) or _serves_at_root(deep):
        apart.add("")
    found: list[Api] = []
    notes = notes or Notes()
    notes.used = used
    for folder in sorted(files.keys() - apart):
        home = homes.get(folder) or _main_home(deep, files[folder])
        notes.by_lines |= folder not in homes and len({_home_of(deep, path) for path in files[folder]}) > 1
        paths = [path for path in files[folder] if _home_of(deep, path) in home]
        offer = _offered(deep, folder, paths, notes)
        if offer.kinds and offer.first:
            found.append(_api(folder, offer, used))
    return tuple(found)


def api_again(offering: Offering, used: Mapping[str, int]) -> Api | None:
    """What a component without an entry script offers, from what each of its files does; None where that is nothing."""
    offer = _Offer()
    for path, public in offering.files:
        for name, kind, line in public:
            offer.note(name, kind, path, line)
    return _api(offering.folder, offer, used) if offer.kinds and offer.first else None


def _publishes_at_root(deep: Deep, homes: Mapping[str, set[str]], parts: Iterable[Component]) -> bool:
    """Whether the root is a package itself: a workspace's root is none unless it says what it offers, and neither is a
    root without a manifest above components with theirs."""
    own = [one for one in deep.gathered.own() if "/" not in one.path]
    said = {one.field for manifest in own for one in manifest.declarations}
    if "member" in said:
        names = {one.scope for manifest in own for one in manifest.declarations if one.field == "entry"}
        return bool(names & {"main", "bin", "console_script"}) or any(
            manifest.rule.parser in ("cargo", "go_mod", "pyproject")
            and any(one.field == "name" for one in manifest.declarations)
            for manifest in own
        )
    return "" in homes or not any(one.kind != "package" for one in parts)


def _serves_at_root(deep: Deep) -> bool:
    """Whether the root is a program that others call over a network, not by its names (a Spring Boot application)."""
    own = [one for one in deep.gathered.own() if "/" not in one.path and one.rule.kind == "manifest"]
    return any(
        kind_of("", one, "", Surroundings(deep.gathered.texts.get(one.path, b""))) == "service"
        and not any(said.field == "entry" and said.scope == "main" for said in one.declarations)
        for one in own
    )


def _main_home(deep: Deep, paths: Iterable[str]) -> set[str]:
    """Where no manifest says it: the ecosystem of the language with the most code."""
    lines: Counter[str] = Counter()
    for path in paths:
        lines[_home_of(deep, path)] += deep.facts[path].code
    return {max(lines, key=lambda home: (lines[home], home))} if lines else set()


_HOMES = {
    language: ecosystem
    for ecosystem, languages in (
        ("python", ("Python",)),
        ("javascript", ("JavaScript", "TypeScript", "TSX", "JSX", "Vue", "Svelte", "Astro")),
        ("jvm", ("Java", "Kotlin", "Scala", "Groovy")),
        ("native", ("C", "C++")),
        ("rust", ("Rust",)),
        ("go", ("Go",)),
        ("dotnet", ("C#", "F#")),
        ("ruby", ("Ruby",)),
        ("php", ("PHP",)),
        ("swift", ("Swift",)),
        ("elixir", ("Elixir",)),
        ("dart", ("Dart",)),
    )
    for language in languages
}


def _ecosystems(deep: Deep) -> dict[str, set[str]]:
    """The ecosystems whose packages a folder's manifests make: a script beside a crate is no part of what it offers."""
    found: dict[str, set[str]] = {}
    for manifest in deep.gathered.manifests:
        if manifest.rule.ecosystem == "native" and not any(one.field == "name" for one in manifest.declarations):
            continue  # a folder of a build
        if manifest.rule.kind in ("manifest", "workspace") and manifest.rule.ecosystem in _HOMES.values():
            found.setdefault(manifest.path.rpartition("/")[0], set()).add(manifest.rule.ecosystem)
    return found


def _home_of(deep: Deep, path: str) -> str:
    """The ecosystem of a file's language, "" for languages without one."""
    return _HOMES.get(deep.languages[path].language or "", "")


def _api(folder: str, offer: _Offer, used: Mapping[str, int]) -> Api:
    kinds = Counter(
        "classes" if kind in _CLASSES else "functions" if kind in _FUNCTIONS | _METHODS else "others"
        for kind in offer.kinds.values()
    )
    order = {name: number for number, name in enumerate(offer.kinds)}

    def rank(name: str) -> tuple[bool, int, int]:
        """What stands in a namespace goes by the classes first: the name of a method alone says little."""
        return ("." in name and offer.kinds[name] not in _CLASSES, -used.get(name.rpartition(".")[2], 0), order[name])

    ranked = sorted(offer.kinds, key=rank)
    at: Evidence = evidence(offer.first[0], "structure.public-api", offer.first[1]) if offer.first else evidence("", "")
    names = tuple(word(name, 100) for name in ranked[:MAX_NAMES])
    return Api(place(folder) or ".", at, kinds["classes"], kinds["functions"], kinds["others"], names)


def _by_component(deep: Deep, parts: Iterable[Component]) -> dict[str, list[str]]:
    """The code files of each component, tests, examples and other people's apart; the rest belong to the root."""
    folders = {str(one.path) for one in parts if one.kind != "package"}
    of_folder: dict[str, str] = {}

    def component(folder: str) -> str:
        known = of_folder.get(folder)
        if known is None:
            known = folder if folder in folders or not folder else component(folder.rpartition("/")[0])
            of_folder[folder] = known
        return known

    found: dict[str, list[str]] = {}
    for path in deep.facts:
        file = deep.languages.get(path)
        if file is None or file.type != "programming" or file.vendored or file.generated or file.documentation:
            continue
        part = component(path.rpartition("/")[0])
        if not shows_only(path[len(part) + 1 :] if part else path):  # a library may be called tokio-test
            found.setdefault(part, []).append(path)
    return found


def _import_counts(deep: Deep) -> Counter[str]:
    """How many import statements take each name: what is used most is what matters most."""
    counts: Counter[str] = Counter()
    for index in deep.facts.values():
        for one in index.imports():
            names = one.names or (re.split(r"[./:\\]+", one.target)[-1],)
            counts.update(names)
    return counts


def _offered(deep: Deep, folder: str, paths: list[str], notes: Notes) -> _Offer:
    offer = _Offer()
    scripts = [path for path in paths if (deep.languages[path].language or "") in _ECMASCRIPT]
    entry = entry_of(deep, folder, set(scripts))
    if entry:
        _follow(deep, entry, deep.facts, offer)
    offering = Offering(folder, entry, [])
    notes.offerings.append(offering)
    headers = any(path.endswith(_HEADERS) for path in paths)
    for path in _offering(folder, paths):
        language = deep.languages[path].language or ""
        if language in _ECMASCRIPT and entry:
            continue
        if _may_offer(path, folder, language, headers):
            public = list(public_of(deep, path, notes.asked))
            offering.files.append((path, public))
            for name, kind, line in public:
                offer.note(name, kind, path, line)
    return offer


def _offering(folder: str, paths: list[str]) -> list[str]:
    """Without what lies beside the folder that C (`include`) and Ruby (`lib`) publish."""
    base = f"{folder}/" if folder else ""
    published = [path for path in paths if path.endswith(_HEADERS) and "/include/" in f"/{path[len(base) :]}"]
    shown = set(published)
    scripts = any(path.startswith(f"{base}lib/") and path.endswith(".rb") for path in paths)
    return [
        path
        for path in paths
        if not (published and path.endswith(_HEADERS) and path not in shown)
        and not (scripts and _HOMES_BY_ENDING.match(path) and not path.startswith(f"{base}lib/"))
    ]


_HOMES_BY_ENDING = re.compile(r".*\.(?:rb|rake|ru|gemspec)$|(?:.*/)?[A-Z]\w*file$")
"""Ruby's files: the ones without an ending are Rakefile, Gemfile and their kind."""


def _may_offer(path: str, folder: str, language: str, headers: bool) -> bool:
    inside = path[len(folder) + 1 :] if folder else path
    if not _WORKSHOP.isdisjoint(inside.split("/")[:-1]):
        return False
    if language == "Python":
        return not _HIDDEN_PYTHON.search(inside) and "__main__" not in inside
    if language == "Go":
        return "internal" not in inside.split("/") and not inside.startswith(("cmd/", "hack/", "tools/"))
    if language == "Rust":
        return inside.startswith("src/") and "/bin/" not in inside and not inside.endswith("/main.rs")
    if language in ("C", "C++"):
        return not headers or path.endswith(_HEADERS)
    return language not in ("Shell", "SQL", "HCL", "Makefile", "Dockerfile", "CMake")


def _rows(deep: Deep, path: str) -> list[dict[str, Any]]:
    packed = deep.packed.get(path)
    return orjson.loads(packed.symbols) if packed is not None and packed.symbols else []


def public_of(deep: Deep, path: str, asked: set[str]) -> Iterator[tuple[str, str, int]]:
    """Name, kind and line of the definitions at the file's top that its language lets others see. `asked` gains the
    names whose kind was looked for in other files."""
    index = deep.facts[path]
    language = deep.languages[path].language
    if language == "Go" and any(one.kind == "package" and one.target == "main" for one in index.imports()):
        return
    exports = frozenset(index.exports) if index.exports is not None else None
    told: set[str] = set()
    rows = _rows(deep, path)
    scopes = {str(row["name"]) for row in rows if row["kind"] in _SCOPES}
    names = {str(row["name"]) for row in rows}
    acting = _acting(rows, language or "")
    for row in rows:
        name, scope = str(row["name"]), str(row["name"]).rpartition(".")[0]
        if row.get("visibility", "public") != "public":
            continue
        if scope and scope not in scopes and (scope in names or row["kind"] not in _CLASSES):
            continue  # a member; but `class A::B` and `defmodule A.B` name a scope that stands elsewhere
        if row["kind"] in _LEFT_OUT and name not in acting:
            continue
        if language == "Ruby" and not scope and row["kind"] in _METHODS:
            continue  # outside of every class it is private to its file
        if scope and (row["kind"] in _MEMBERS or (language == "Elixir" and row["kind"] == "type")):
            continue
        if scope and not _INNER.isdisjoint(scope.split(".")):
            continue
        if _HIDDEN_RUST.search(" ".join(row.get("modifiers", ()))):
            continue
        if exports is None or name in exports:
            told.add(name)
            yield name, str(row["kind"]), int(row["line"])
    for name in () if exports is None or language != "Python" else sorted(exports - told):  # what `__all__` re-exports
        asked.add(name)
        yield name, kind_elsewhere(deep, path, name), 1


_HIDDEN_RUST = re.compile(r"cfg\((?:doctest|test)\)|doc\(hidden\)")


def _acting(rows: Iterable[Mapping[str, Any]], language: str) -> frozenset[str]:
    """Modules that are more than a name for what stands in them: Elixir's, and Ruby's with methods of their own."""
    if language == "Elixir":
        return frozenset(str(row["name"]) for row in rows if row["kind"] == "module")
    if language != "Ruby":
        return frozenset()
    return frozenset(str(row["name"]).rpartition(".")[0] for row in rows if row["kind"] in _METHODS)


def _follow(deep: Deep, entry: str, known: Container[str], offer: _Offer) -> None:
    """The exports of the entry module; `export … from "./x"` takes the kind from the module that has the definition."""
    kinds = {name: (kind, entry, line) for name, kind, line in public_of(deep, entry, set())}
    wanted: set[str] = set(deep.facts[entry].exports or ())
    queue, seen = [entry], {entry}
    while queue and len(seen) < 500:
        path = queue.pop(0)
        bare = deep.facts[path].exports == [] and path == entry  # `module.exports = require("./lib/x")`
        for one in deep.facts[path].imports():
            target = beside(path, one.target, known)
            if not target or target in seen or not (one.kind == "export" or (one.kind == "require" and bare)):
                continue
            seen.add(target)
            queue.append(target)
            for name, kind, line in public_of(deep, target, set()):
                if bare or name in wanted or "*" in one.names or name in one.names or not one.names:
                    kinds.setdefault(name, (kind, target, line))
                    wanted.add(name)
            wanted.update(name for name in one.names if name != "*")
            wanted.update((deep.facts[target].exports or ()) if bare else ())
    for name in [*kinds, *sorted(wanted - kinds.keys())]:
        kind, path, line = kinds.get(name, ("reexport", entry, 1))
        if name in wanted:
            offer.note(name, kind, path, line)
