"""What the paths and sizes alone tell: which files deserve reading, and what is there. No byte is read here.

Above it lies `survey`, which reads what this names. One pass over the entries; every list keeps the entries' order
(byte order of paths) unless it says otherwise, so the same tree gives the same lists.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import field
from functools import lru_cache
from itertools import islice

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.conventions import framework_of_file
from plumbrule.mcp_server.dependencies.ecosystems import match
from plumbrule.mcp_server.dependencies.model import ManifestRule
from plumbrule.mcp_server.platforms.ports.snapshot import Entry

_LICENCE = LazyPattern(
    r"(?i)(?:un)?licen[cs]es?(?:[-_.].*)?$|copying(?:[-_.].*)?$|.*[-_.]licen[cs]e(?:\.(?:txt|md|rst))?$|"
    r"(?:ofl|[al]?gpl(?:[-_]?v?[23](?:\.[01])?)?)\.(?:txt|md)$|copyright(?:\.(?:txt|md|rst))?$"
)
_LICENCE_BEGINS = frozenset(("LI", "Li", "li", "UN", "Un", "un", "CO", "Co", "co", "OF", "GP", "LG", "AG"))
_README = LazyPattern(r"(?i)readme(?:\.(?:md|markdown|rst|txt|adoc|asciidoc|org|rdoc|pod))?$")
_DOCUMENTS = (
    ("changelog", LazyPattern(r"(?i)(?:changelog|changes|history|news|releases?)(?:\.(?:md|rst|txt|adoc))?$")),
    ("contributing", LazyPattern(r"(?i)contributing(?:\.(?:md|rst|txt|adoc))?$")),
    ("security", LazyPattern(r"(?i)security(?:\.(?:md|rst|txt|adoc))?$")),
    ("conduct", LazyPattern(r"(?i)code[_-]of[_-]conduct(?:\.(?:md|rst|txt|adoc))?$")),
    ("authors", LazyPattern(r"(?i)(?:authors|maintainers|codeowners|contributors)(?:\.(?:md|rst|txt))?$")),
    ("agents", LazyPattern(r"(?:AGENTS|CLAUDE|GEMINI)\.md$|\.cursorrules$|copilot-instructions\.md$")),
    ("citation", LazyPattern(r"CITATION\.cff$")),
)
_DOCUMENT_FOLDERS = frozenset(("", ".github", "docs", "doc"))
_GENERATORS = {
    "mkdocs.yml": "mkdocs",
    "mkdocs.yaml": "mkdocs",
    "conf.py": "sphinx",
    "Doxyfile": "doxygen",
    "docusaurus.config.js": "docusaurus",
    "docusaurus.config.ts": "docusaurus",
    "book.toml": "mdbook",
    "typedoc.json": "typedoc",
    "antora.yml": "antora",
    "_config.yml": "jekyll",
    ".yardopts": "yard",
    "hugo.toml": "hugo",
    "astro.config.mjs": "astro",
    ".readthedocs.yaml": "readthedocs",
    ".readthedocs.yml": "readthedocs",
}
_STARTS = frozenset(("main.go", "main.rs", "__main__.py", "manage.py", "artisan"))
_SPRING = ("Application.java", "Application.kt")
_PROGRAMS = frozenset(("", "bin", "exe"))
_PROGRAM_FOLDERS = ("/bin", "/exe")
_WRAPPERS = ("gradlew", "mvnw")
_TELLING = frozenset((*_GENERATORS, *_STARTS, *_WRAPPERS, ".gitattributes", "__init__.py"))
_DOCS_FOLDERS = ("docs", "doc", "documentation", "Documentation", "website")
_DOCS_PREFIXES = tuple(f"{folder}/" for folder in _DOCS_FOLDERS)
_TEST_FILE = LazyPattern(
    r"(?:test_[^/]*\.(?:py|c|cc|cpp|rb|sh|jl|lua)|tests\.(?:py|rs)|[^/]*_test\.(?:py|go|c|cc|cpp|cxx|dart|rs|exs|rb|sh|ts|js|lua)|"
    r"[^/]*_spec\.(?:rb|lua)|spec_[^/]*\.rb|[^/]*[._-](?:test|spec)s?\.(?:[cm]?[jt]sx?|coffee|vue|clj)|"
    r"[^/]*(?:Test|Tests|IT|Spec|TestCase)\.(?:java|kt|kts|scala|groovy|cs|fs|vb|php|swift)|[^/]*\.bats|[^/]*\.tftest\.hcl)$"
)
_RUST_TEST = LazyPattern(r"(?:^|/)tests/(?:(?!(?:\w*ui|\w*fixtures?|\w*fail|\w*data|snapshots?)/)[\w-]+/)?[^/]+\.rs$")
_TESTED_BY_FOLDER = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".tsx", ".tcl", ".c", ".cc", ".cpp", ".cxx")
"""Endings of languages whose runners take what lies in the test folder (Mocha, Jest, Node, Tcl, CTest's projects)."""

_IN_TEST_FOLDER = LazyPattern(
    r"(?:^|/)(?:tests?|__tests__)/(?:(?!(?:support|helpers?|utils?|[\w-]*fixtures?|libs?|common|data|[\w-]*mocks?|_*mocks_*|"
    r"assets|tools?|_*snapshots?_*|resources|scripts|apps?|examples?|types?|node_modules|vendor)/)[^/]+/)*"
    r"(?!(?:index|setup|[\w-]*helpers?|[\w-]*utils?|common|main|config|types?)\.)[^/]+(?<!\.d)(?<!\.config)\.\w+$"
)
_SECRET_NAME = LazyPattern(
    r"(?i)(?:^|/)(?:\.env(?:[.-][^/]*)?|[^/]*\.(?:pem|key|p12|pfx|jks|keystore|ppk|tfvars|ovpn|kdbx)|id_(?:rsa|dsa|ecdsa|ed25519)|"
    r"\.npmrc|\.pypirc|\.netrc|_netrc|\.dockercfg|\.docker/config\.json|\.aws/credentials|\.git-credentials|\.htpasswd|"
    r"[^/]*credentials?[^/]*\.(?:json|ya?ml|ini|toml|txt|xml|properties|cfg|conf)|"
    r"[^/]*secrets?[^/]*\.(?:json|ya?ml|ini|toml|txt|xml|properties|cfg|conf)|"
    r"(?:config|settings|application|appsettings|database|local|production|prod|dev)[^/]*\.(?:json|ya?ml|ini|toml|properties|cfg|conf|env)|"
    r"settings[^/]*\.py|config\.py|wp-config\.php|docker-compose[^/]*\.ya?ml|terraform\.tfstate)$"
)
_ENV_FILE = LazyPattern(r"(?:^|/)\.env(?:\.(?!(?:example|sample|template|dist|test|ci|defaults?)\b)[^/]+)?$")
_SECRET_ENDINGS = frozenset(
    (
        *(".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".ppk", ".tfvars", ".ovpn", ".kdbx", ".json", ".yaml"),
        *(".yml", ".ini", ".toml", ".txt", ".xml", ".properties", ".cfg", ".conf", ".env", ".tfstate", ".php"),
    )
)
_PROGRAM = frozenset(
    (
        *(
            ".exe",
            ".dll",
            ".so",
            ".dylib",
            ".a",
            ".lib",
            ".o",
            ".obj",
            ".jar",
            ".war",
            ".ear",
            ".class",
            ".pyc",
            ".pyd",
        ),
        *(".whl", ".egg", ".msi", ".deb", ".rpm", ".apk", ".bin", ".sys", ".ko", ".node", ".wasm", ".dmg"),
    )
)
_EXAMPLE = LazyPattern(
    r"(?i)(?:^|/)(?:examples?|samples?|demos?|_?vendor(?:ed)?|third[_-]?party|node_modules|templates?)/"
)
# These three are asked for a path in lower case with a slash before it: that takes a third of the time.
_ASIDE = LazyPattern(
    r"/(?:tests?|testing|testdata|test-data|spec|specs|fixtures?|examples?|samples?|demos?|docs?|"
    r"_?vendor(?:ed)?|third[_-]?party|node_modules|deps|templates?|archetype-resources|__tests__|__fixtures__|e2e|benches|benchmarks?|playgrounds?|"
    r"docs?_src|test_suite|fuzz|tests?-[\w.-]+|[\w.-]+[-_.](?:tests?|fixtures|samples?|"
    r"examples?|benchmarks?)|(?:jvm|js|native|common|android|ios|apple|wasm|unit|integration|functional)tests?|testfixtures)(?=/)"
)
_OF_TESTS = LazyPattern(r"/(?:tests?|testing|specs?|__tests__|e2e|tests?-[\w.-]+|[\w.-]+[-_.]tests?)/")
_PROSE = (".md", ".markdown", ".mdx", ".rst", ".adoc", ".asciidoc", ".livemd", ".ipynb")

_MATERIAL = LazyPattern(
    r"/(?:examples?|samples?|demos?|_?vendor(?:ed)?|third[_-]?party|node_modules|deps|templates?|[\w-]*fixtures?|test-?data)/"
)
_SOURCE_ROOT = LazyPattern(r"(?:^|/)src/main/(?:java|kotlin|scala|groovy)/")
_HIDDEN_FOLDER = LazyPattern(r"(?:^|/)\.[^/]+/")
_OTHERS = LazyPattern(r"(?:^|/)(?:_?vendor(?:ed)?|third[_-]?party|node_modules|deps)/", re.IGNORECASE)

REMEMBERED = 1 << 15
"""Paths whose answers are kept: every section asks the same ones again."""

MAX_CANDIDATES = 400
"""Secret candidates, licence candidates and the like: more names than this add nothing a reader would read."""


@dataclass(frozen=True, slots=True)
class FoundManifest:
    """A manifest's entry, its row of the table, and whether it lies apart from the project's own (tests, examples)."""

    entry: Entry
    rule: ManifestRule
    aside: bool


@dataclass(slots=True)
class Inventory:
    """The tree by roles. Built once by `take`, then only read."""

    files: list[Entry] = field(default_factory=list[Entry])
    total_bytes: int = 0
    manifests: list[FoundManifest] = field(default_factory=list[FoundManifest])
    licences: list[Entry] = field(default_factory=list[Entry])
    reuse: list[Entry] = field(default_factory=list[Entry])
    """REUSE.toml and .reuse/dep5, which state licences of files from outside of them."""
    readme: Entry | None = None
    documents: list[tuple[str, Entry]] = field(default_factory=list[tuple[str, Entry]])
    generators: list[tuple[str, Entry]] = field(default_factory=list[tuple[str, Entry]])
    docs_folder: str = ""
    docs_files: int = 0
    tests: int = 0
    first_test: str = ""
    test_kinds: dict[str, str] = field(default_factory=dict[str, str])
    """Frameworks that the names of test files imply, each with its first file."""
    secret_candidates: list[Entry] = field(default_factory=list[Entry])
    env_files: list[Entry] = field(default_factory=list[Entry])
    programs: list[Entry] = field(default_factory=list[Entry])
    symlinks: list[Entry] = field(default_factory=list[Entry])
    submodules: list[Entry] = field(default_factory=list[Entry])
    attributes: list[Entry] = field(default_factory=list[Entry])
    packages: list[str] = field(default_factory=list[str])
    """Folders at the root or below `src/` that hold an `__init__.py`."""
    starts: list[Entry] = field(default_factory=list[Entry])
    """Files that by their language's own rule are where a program starts."""
    wrappers: set[str] = field(default_factory=set[str])
    """Build tool wrappers at the root (`gradlew`, `mvnw`)."""
    over: int = 0
    """Entries beyond the limit, not looked at."""


def take(entries: Sequence[Entry], max_files: int) -> Inventory:
    """Sort the first `max_files` entries into roles; about 4 us a file."""
    found = Inventory(over=max(0, len(entries) - max_files))
    docs: dict[str, int] = {}
    for entry in islice(entries, max_files):
        if entry.kind == "symlink":
            found.symlinks.append(entry)
        elif entry.kind == "submodule":
            found.submodules.append(entry)
        else:
            found.files.append(entry)
            found.total_bytes += max(entry.size, 0)
            _sort(found, entry, docs)
    found.docs_folder = next((name for name in _DOCS_FOLDERS if name in docs), "")
    found.docs_files = docs.get(found.docs_folder, 0)
    found.manifests.sort(key=_rank)
    found.licences.sort(key=lambda entry: (entry.path.count("/"), len(entry.path), entry.path))
    return found


def take_files(entries: Sequence[Entry], max_files: int) -> Inventory:
    """The same without roles but for `.gitattributes`: all that languages alone need, a tenth of the cost."""
    found = Inventory(over=max(0, len(entries) - max_files))
    looked_at = entries if not found.over else entries[:max_files]
    found.files = [entry for entry in looked_at if entry.kind in ("file", "executable")]
    found.symlinks = [entry for entry in looked_at if entry.kind == "symlink"]
    found.submodules = [entry for entry in looked_at if entry.kind == "submodule"]
    found.total_bytes = sizes(found.files)
    found.attributes = [entry for entry in found.files if entry.path.endswith(".gitattributes")][:MAX_CANDIDATES]
    found.attributes = [entry for entry in found.attributes if entry.path.rpartition("/")[2] == ".gitattributes"]
    return found


@lru_cache(REMEMBERED)
def is_aside(path: str) -> bool:
    """Whether a path lies among tests, examples, fixtures, templates, documents or other people's files."""
    source = _SOURCE_ROOT.search(path)  # below it the folders are package names: org.springframework.samples
    return _ASIDE.search(f"/{path[: source.end()] if source else path}".lower()) is not None


@lru_cache(REMEMBERED)
def is_of_tests(path: str) -> bool:
    """Whether a path lies among tests, and not among examples or other people's files."""
    low = f"/{path}".lower()
    return _OF_TESTS.search(low) is not None and _MATERIAL.search(low) is None


def is_material(path: str) -> bool:
    """Whether a path lies among examples, fixtures, templates or other people's files."""
    return _MATERIAL.search(f"/{path}".lower()) is not None


@lru_cache(REMEMBERED)
def shows_only(path: str) -> bool:
    """Whether what stands in a file is most likely there to show or to try something: tests, examples, documents."""
    name = path.rpartition("/")[2]
    return is_aside(path) or _TEST_FILE.match(name) is not None or name.lower().endswith(_PROSE)


def _rank(found: FoundManifest) -> tuple[bool, int, str]:
    """The project's own first, then by depth: what is read when there are more than the limit."""
    return (found.aside, found.entry.path.count("/"), found.entry.path)


def _sort(found: Inventory, entry: Entry, docs: dict[str, int]) -> None:
    path = entry.path
    folder, _, name = path.rpartition("/")
    rule = match(path)
    if rule is not None:
        aside = is_aside(path) or (rule.kind != "ci" and _HIDDEN_FOLDER.search(path) is not None)
        found.manifests.append(FoundManifest(entry, rule, aside))
    if name == "REUSE.toml":
        _keep(found.reuse, entry)
    elif folder in _DOCUMENT_FOLDERS:
        _sort_document(found, entry, folder, name)
    elif name == "dep5" and folder == ".reuse":
        _keep(found.reuse, entry)
    elif folder == "LICENSES" or (name[:2] in _LICENCE_BEGINS and folder.count("/") < 3 and _LICENCE.match(name)):
        _keep(found.licences, entry)
    if name in _TELLING or folder in _PROGRAMS or folder.endswith(_PROGRAM_FOLDERS) or name.endswith(_SPRING):
        _sort_by_name(found, entry, folder, name)
    if path.startswith(_DOCS_PREFIXES):
        top = path.partition("/")[0]
        docs[top] = docs.get(top, 0) + 1
    # The literals that every pattern needs first. By its folder alone a file is a test only where no name marks one.
    if (
        (("est" in name or "pec" in name or "IT." in name or name.endswith(".bats")) and _TEST_FILE.match(name))
        or (name.endswith(".rs") and _RUST_TEST.search(path))
        or (name.endswith(_TESTED_BY_FOLDER) and "est" in folder and _IN_TEST_FOLDER.search(path))
    ) and not _OTHERS.search(path):
        found.tests += 1
        if not found.first_test or (_EXAMPLE.search(found.first_test) and not _EXAMPLE.search(path)):
            found.first_test = path
        implied = framework_of_file(path)
        if implied and implied not in found.test_kinds and not is_material(path):
            found.test_kinds[implied] = path
    if "." in name or name.startswith(("id_", "_n")):
        _sort_by_ending(found, entry, path, name)


def _sort_by_name(found: Inventory, entry: Entry, folder: str, name: str) -> None:
    """Names that tell by themselves; few files get here."""
    if name in _GENERATORS:
        if name != "conf.py" or folder.rpartition("/")[2] in ("docs", "doc", "source", "src"):
            _keep_pair(found.generators, (_GENERATORS[name], entry))
    elif name in _STARTS or name.endswith((".rs", *_SPRING)) or _is_program(entry, folder, name):
        _keep(found.starts, entry)
    elif name == ".gitattributes":
        _keep(found.attributes, entry)
    elif name == "__init__.py":
        if folder and folder.count("/") == int(folder.startswith("src/")):
            found.packages.append(folder)
    elif not folder and name in _WRAPPERS:
        found.wrappers.add(name)


def _is_program(entry: Entry, folder: str, name: str) -> bool:
    """What may be run as it lies: a script at the root or in `bin`, the programs of a gem."""
    if entry.kind == "executable" and folder in ("", "bin"):
        return True
    return folder.rpartition("/")[2] in ("exe", "bin") and "." not in name and folder.count("/") < 2


def _sort_document(found: Inventory, entry: Entry, folder: str, name: str) -> None:
    if _LICENCE.match(name) and folder == "":
        _keep(found.licences, entry)
    elif _README.match(name):
        if found.readme is None or (folder, len(name)) < (_folder(found.readme), len(found.readme.path)):
            found.readme = entry
    else:
        kind = next((kind for kind, pattern in _DOCUMENTS if pattern.match(name)), "")
        if kind and all(kind != known for known, _ in found.documents):
            found.documents.append((kind, entry))


def _folder(entry: Entry) -> str:
    return entry.path.rpartition("/")[0]


def _sort_by_ending(found: Inventory, entry: Entry, path: str, name: str) -> None:
    ending = name[name.rfind(".") :].lower()
    if ending in _PROGRAM:
        found.programs.append(entry)
    elif (
        ending in _SECRET_ENDINGS or name[0] in "._i" or name.startswith(("settings", "config."))
    ) and _SECRET_NAME.search(path):
        _keep(found.secret_candidates, entry)
        if _ENV_FILE.search(path) and entry.size > 0:
            _keep(found.env_files, entry)


def _keep(entries: list[Entry], entry: Entry) -> None:
    if len(entries) < MAX_CANDIDATES:
        entries.append(entry)


def _keep_pair(pairs: list[tuple[str, Entry]], pair: tuple[str, Entry]) -> None:
    if len(pairs) < MAX_CANDIDATES:
        pairs.append(pair)


def sizes(entries: Iterable[Entry]) -> int:
    """Bytes of the entries whose size is known."""
    return sum(entry.size for entry in entries if entry.size > 0)
