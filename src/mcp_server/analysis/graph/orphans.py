"""Source files that nothing imports and that start nothing, where a language's imports tell what belongs together.

Precision before recall: what a tool finds by its name or place is no orphan. That is known for entry points, tests,
configuration, migrations and routes; and seen where a folder holds several such files (plugins, locales, back ends).
"""

import re

from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.graph.links import Links
from plumbrule.mcp_server.analysis.packed import packed_as
from plumbrule.mcp_server.analysis.syntax.facts import Index

_TELLING = frozenset(("Python", "JavaScript", "TypeScript", "TSX", "JSX", "Vue", "Svelte", "Astro", "Rust"))
"""Languages whose programs reach each file by an import: elsewhere compilers and loaders find files by themselves."""

_PYTHON = re.compile(
    r"(?:__\w+__|conftest|setup|manage|wsgi|asgi|urls|settings\w*|config\w*|admin|apps|models|signals|celery\w*|main|app|"
    r"cli|run\w*|start|server|worker|handlers?|lambda_function|function_app|gunicorn\w*|env|tasks?|routes?|views|"
    r"middleware|plugins?|sitecustomize|usercustomize|hooks?|hook-[\w.-]+|hatch_build|pytest_plugin|version|_version|"
    r"hubconf|noxfile|fabfile|streamlit_app|Home|dags?|context_processors|receivers|serializers|backends?)\.pyi?$"
)
_PYTHON_FOLDER = re.compile(
    r"(?:^|/)(?:migrations|versions|management/commands|templatetags|alembic|dags|plugins?|hooks?|locale|backends?|drivers|adapters|providers|serializers|strategies|engines|handlers|scripts|bin|"
    r"stubs|typings|typeshed|pages|fixtures|jobs|cron|lambdas?|functions|notebooks|resources|recipes|commands|cogs|extensions)(?:/|$)"
)
_SCRIPT = re.compile(
    r"(?:index|main|app|server|cli|bin|worker|sw|service-worker|background|content|preload|popup|options|entry[\w.-]*|setup[\w.-]*|"
    r"polyfills?|bootstrap|global\w*|env|types?|shims?[\w.-]*|middleware|instrumentation|root|_app|_document|page|layout|route|"
    r"loading|error|not-found|template|default|\+[\w.@-]+|hooks\.\w+|[\w-]*\.?(?:worker|stories|story|config|setup|d|entry|client|server|"
    r"runtime|min|global|plugin|shim|e2e|cy|polyfill))\.(?:[cm]?[jt]sx?|vue|svelte|astro)$"
)
_SCRIPT_FOLDER = re.compile(
    r"(?:^|/)(?:pages|routes|api|public|static|assets|scripts?|bin|layouts|middleware|plugins?|server|workers?|stories|functions|"
    r"migrations|seeds?|seeders|lambdas?|\.[\w-]+|typings?|@types|types|vendor|client|islands|commands|controllers|models|"
    r"views|theme|themes|templates?|locales?|lang|i18n|dist|build|lib/rules|rules|jobs|tasks|entrypoints?|entries|legacy|"
    r"compat|env|runtime|app|browser)(?:/|$)"
)
_RUST = re.compile(r"(?:main|lib|build|mod)\.rs$")
_RUST_FOLDER = re.compile(r"(?:^|/)(?:bin|tests|benches|examples|fuzz_targets|fuzz)(?:/|$)")
_STARTING_USES = frozenset(("port", "route", "command"))
_HIDDEN = re.compile(r"(?:^|/)_[^_/][^/]*(?:/|\.py$)|(?:^|/)(?:internals?|private)/")
"""What a library keeps to itself; of the rest of an archive it is not known who imports it."""

_WORD = re.compile(rb"[\w./@-]+")

MAX_TEXT_BYTES = 500_000
"""The package.json of a library with many `exports` has 200 KB."""

LEAST_CODE = 3
"""Lines below which a file is nothing to forget."""

FEW = 3
"""So many files of one folder, or of one name, that nothing imports are found by a convention, not forgotten."""


def orphans_of(deep: Deep, links: Links) -> list[str]:
    """Paths in byte order."""
    imported = {target for targets in links.edges.values() for target in targets}
    loose = [
        path
        for path, part in links.parts.items()
        if part == "source" and path not in imported and _may_be_orphan(deep, links, path)
    ]
    if loose and packed_as(deep):
        loose = [path for path in loose if _HIDDEN.search(path)]
    if not loose:
        return []
    loose = _without_conventions(loose, links)
    if not loose:
        return []
    started, named = _started(deep), _named_in_texts(deep)
    return [path for path in loose if not _is_started(path, started) and not _is_named(path, named)]


def _may_be_orphan(deep: Deep, links: Links, path: str) -> bool:
    file = deep.languages[path]
    if file.language not in _TELLING or file.language in links.without_rules:
        return False
    index = deep.facts.get(path)
    if index is None or index.fault or index.code < LEAST_CODE or _starts(index):
        return False
    folder, _, name = path.rpartition("/")
    if file.language == "Python":
        return path.endswith(".py") and not (_PYTHON.match(name) or _PYTHON_FOLDER.search(folder))
    if file.language == "Rust":
        return not (_RUST.match(name) or _RUST_FOLDER.search(folder))
    return bool(index.raw_imports or index.exports) and not (
        _SCRIPT.match(name) or _SCRIPT_FOLDER.search(folder) or "[" in path
    )


def _starts(index: Index) -> bool:
    return any(one[0] in _STARTING_USES for one in index.raw_uses)


def _without_conventions(loose: list[str], links: Links) -> list[str]:
    """Without what a convention most likely loads: several of one folder, or of one name in folders side by side."""
    by_folder: dict[str, int] = {}
    by_name: dict[str, int] = {}
    for path in loose:
        folder, _, name = path.rpartition("/")
        by_folder[folder] = by_folder.get(folder, 0) + 1
        by_name[name] = by_name.get(name, 0) + 1
    sizes: dict[str, int] = {}
    parallel: dict[tuple[str, str], int] = {}
    for path, part in links.parts.items():
        if part == "source":
            folder, _, name = path.rpartition("/")
            sizes[folder] = sizes.get(folder, 0) + 1
            beside = (folder.rpartition("/")[0], name)
            parallel[beside] = parallel.get(beside, 0) + 1
    kept: list[str] = []
    for path in loose:
        folder, _, name = path.rpartition("/")
        many = by_folder[folder] >= FEW and 2 * by_folder[folder] >= sizes[folder] - 1
        if not many and by_name[name] < FEW and parallel[folder.rpartition("/")[0], name] < FEW:
            kept.append(path)
    return kept


def _started(deep: Deep) -> frozenset[str]:
    """Modules and files that manifests name as entry points: dotted names as paths, paths as they are."""
    found: set[str] = set()
    for manifest in deep.gathered.manifests:
        home = manifest.path.rpartition("/")[0]
        for one in manifest.declarations:
            if one.field == "entry" and one.value:
                target = one.value.partition(":")[0].strip().removeprefix("./")
                found.add(
                    target.replace(".", "/") if "/" not in target and not target.endswith((".js", ".ts")) else target
                )
                found.add(f"{home}/{target}" if home else target)
    return frozenset(found)


def _is_started(path: str, started: frozenset[str]) -> bool:
    stem = path.rpartition(".")[0]
    while stem:
        if stem in started:
            return True
        stem = stem.partition("/")[2]
    return path in started


def _named_in_texts(deep: Deep) -> frozenset[bytes]:
    """Every word of the manifests and configuration files that looks like a file's name."""
    found: set[bytes] = set()
    for path, raw in deep.gathered.texts.items():
        if len(raw) <= MAX_TEXT_BYTES and not path.endswith((".lock", "-lock.json", "-lock.yaml", ".md", ".rst")):
            found.update(one.rpartition(b"/")[2] for one in _WORD.findall(raw) if b"." in one or b"/" in one)
    return frozenset(found)


def _is_named(path: str, named: frozenset[bytes]) -> bool:
    name = path.rpartition("/")[2].encode("utf-8", "surrogateescape")
    stem = name.rpartition(b".")[0]
    return name in named or (stem in named and len(stem) > 3) or stem + b".js" in named
