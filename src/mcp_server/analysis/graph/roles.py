"""What part a file plays, by its path and its language's marks: the project's own source, or something set apart."""

from collections.abc import Mapping
from typing import Literal

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.mcp_server.analysis.inventory import is_aside, is_of_tests, shows_only
from plumbrule.mcp_server.analysis.languages.model import FileLanguage

Part = Literal["source", "test", "example", "tooling", "vendored", "generated", "documentation"]
"""`tooling` is code that builds, checks or releases the project and is no part of it: `setup.py`, `noxfile.py`,
`*.config.js`, what lies in `scripts/` or `.github/`."""

_OTHERS = LazyPattern(
    r"(?:^|/)(?:_?vendor(?:ed|s)?|[Vv]endor|third[-_]?party|3rd[-_]?party|node_modules|bower_components|site-packages)/"
)
_LIBRARY = LazyPattern(
    r"(?i)^(?:jquery|bootstrap|react|angular|d3|modernizr|prototype|mootools|yui|yahoo|tiny_?mce|knockout|cordova|dojo|"
    r"mochikit|ckeditor|chart|html5shiv|foundation|materialize|select2|leaflet|slick|shbrush|shcore|microsoft|effects|"
    r"controls|dragdrop|octicons|fuelux|bootbox|pdf\.worker|less|require|underscore|backbone|lodash|moment|ember|vue)"
    r"|[.-]min\.js|-vsdoc|intellisense"
)
"""Names of libraries. Linguist's patterns for these cross folders: they take `react-app/src/proxy.js` for React."""

_PERHAPS_OWN = LazyPattern(r"(?:^|/)(?:cache|env|fixtures|testdata|\.github|\.vscode)/")
_BUILT = LazyPattern(r"(?:^|/)(?:dist|extern(?:al)?s?|Carthage|MathJax|Godeps)/")
# The four below are asked for a path in lower case with a slash before it: that takes a third of the time.
_EXAMPLE = LazyPattern(
    r"/(?:[\w.-]*examples?|[\w.-]*samples?|demos?|tutorials?|(?<![^/]/)templates?|template[-_][\w.-]+|playgrounds?|starters?|docs?_src|"
    r"archetype-resources|cookbook|showcase)/"
)
_TEST = LazyPattern(
    r"/(?:tests?|(?<![^/]/)testing|[\w.-]*[-_.]tests?|[\w.-]*testdata|test[-_]data|specs?|[\w-]*fixtures?|__tests__|__mocks__|"
    r"__fixtures__|e2e|cypress|testutils?|test[-_]suite|tests?[-_][\w.-]+|(?:jvm|js|native|common|android|ios|unit|integration|"
    r"functional)tests?|testfixtures|benches|benchmarks?|bench|fuzz(?:ing)?)/"
)
_TEST_NAME = LazyPattern(
    r"(?:conftest\.py|[\w.-]*(?:[._-](?:test|spec|e2e|stories|bench|fixture)s?)\.\w+|(?:jest|vitest|karma|test)[.-]?setup\.\w+|"
    r"setup[-.]?tests?\.\w+|[\w-]*_(?:test|spec|bench)\.\w+|test[-_]helpers?\.\w+)$"
)
_TOOLING_FOLDER = LazyPattern(
    r"/(?:\.[^/]+|scripts?|tools?|tooling|ci|build[-_]?tools?|build[-_]?scripts?|hack|release|packaging|dev|"
    r"devtools|maintenance|buildsrc|build-logic|xtask|\.ci)/"
)
_TOOLING_NAME = LazyPattern(
    r"(?:noxfile|fabfile|dodo|conanfile|pavement|toxfile|duties|hatch_build|versioneer)\.py$|build\.rs$|"
    r"[\w.-]+\.config\.[cm]?[jt]sx?$|\.[\w-]+rc\.[cm]?[jt]s$|\.eslintrc\.\w+$|vitest\.[\w.-]+\.[cm]?ts$|"
    r"(?:gulpfile|Gruntfile|Jakefile|webpack[\w.-]*|karma\.conf)\.[cm]?[jt]s$|Rakefile$|Dangerfile$|Package\.swift$|"
    r"mix\.exs$|build\.gradle"
)
_TOOLING_AT_TOP = LazyPattern(
    r"(?:setup|tasks|build|bootstrap|release|SConstruct|wscript)\.py$|(?:build|rollup|config)\.[cm]?[jt]s$"
)
_TOP = LazyPattern(r"(?:(?:packages|crates|libs|apps|modules|plugins)/(?:@[\w.-]+/)?[^/]+)?$")
_TEST_SUPPORT = LazyPattern(r"^(?!tests?/|src/test)[\w.-]+(?:/[\w.-]+)*/test(?:ing)?$")
"""A Python package of that name inside of another is what it offers for tests of others, but for `test_*.py` in it."""

_MATERIAL = LazyPattern(
    r"/(?:[\w-]*fixtures?|[\w-]*data|cases|resources|samples?|examples?|snapshots?|projects?|mocks?|__mocks__|"
    r"bench(?:es|marks?)?|playground|templates?|test[-_]apps?|integration[-_]?apps?|assets|stubs)/|compat\w*\.\w+$"
)
"""Where test code is input rather than code, and files whose very purpose is to try what may be absent."""

_DOCS = LazyPattern(r"(?i)^(?:docs?|documentation|website|site)/|\.docc/")
_HEADERS = (".h", ".hh", ".hpp", ".hxx")
_PUBLIC_HEADERS = LazyPattern(r"(?:^|/)include(?:/|$)")
"""What others include is no test, even where it helps them to write theirs (`gtest-death-test.h`)."""

_MAIN_SOURCE = LazyPattern(r"(?:^|/)src/(?:main|[a-z]\w*Main)/(?:java|kotlin|scala|groovy|resources)?/?")


def parts_of(languages: Mapping[str, FileLanguage]) -> dict[str, Part]:
    """The part of every file that has a language; some two microseconds a file."""
    folders: dict[str, Part] = {}
    found: dict[str, Part] = {}
    for path, file in languages.items():
        if file.language is None:
            continue
        if is_others(path, file.vendored):
            found[path] = "vendored"
        elif file.generated:
            found[path] = "generated"
        else:
            folder, _, name = path.rpartition("/")
            part = folders.get(folder)
            if part is None:
                part = folders[folder] = _of_folder(folder + "/" if folder else "")
            if part == "test" and name.endswith(".py") and _TEST_SUPPORT.search(folder):
                part = _of_folder(folder.rpartition("/")[0] + "/")
            found[path] = _of_name(name, part, folder)
    return found


def is_material(path: str) -> bool:
    """Whether a test's file is input to it rather than code that runs."""
    return _MATERIAL.search(f"/{path}".lower()) is not None


def is_others(path: str, rule: str) -> bool:
    """Whether a file is somebody else's.

    Linguist's statistic leaves out every folder named `cache`, `env` or `fixtures`: that is the project's own code as
    often as not (`django/core/cache`), and here the path must say more.
    """
    if _OTHERS.search(path):
        return True
    if not rule or path.endswith(".d.ts"):
        return False
    if rule == "vendored.file" and path.endswith((".js", ".jsx")):
        return _LIBRARY.search(path.rpartition("/")[2]) is not None
    return rule != "vendored.folder" or not _PERHAPS_OWN.search(path) or _BUILT.search(path) is not None


def _of_folder(folder: str) -> Part:
    """What the folders above a file say; below `src/main/java/` they are names of packages and say nothing."""
    source = _MAIN_SOURCE.search(folder)
    seen = folder[: source.start() + 1] if source else folder
    low = f"/{seen}".lower()
    example, test, tooling = _EXAMPLE.search(low), _TEST.search(low), _TOOLING_FOLDER.search(low)
    if test and (not example or test.start() <= example.start()):
        return "test"
    if example:
        return "example"
    if _DOCS.search(seen):
        return "documentation"
    if tooling and tooling.start() == 0 and not source:
        return "tooling"
    if is_aside(seen):
        return "test" if is_of_tests(seen) else "example"
    return "source"


def _of_name(name: str, part: Part, folder: str) -> Part:
    if name.endswith(_HEADERS) and _PUBLIC_HEADERS.search(folder):
        return part
    if part in ("source", "tooling", "documentation"):
        if ("est" in name or "pec" in name or "." in name) and (_TEST_NAME.match(name) or _is_test(name)):
            return "test"
        if part == "source" and (_TOOLING_NAME.match(name) or (_TOOLING_AT_TOP.match(name) and _TOP.match(folder))):
            return "tooling"
    return part


def _is_test(name: str) -> bool:
    return shows_only(name) and not name.lower().endswith((".md", ".rst", ".adoc", ".ipynb", ".markdown", ".mdx"))
