"""`unused`: what a manifest declares for run time and no file below it imports.

Each doubt keeps a package out: tools, plugins, drivers and back-ports work without an import; a name that stands twice
in its manifest, or in a task, CI or container file, is used by a tool; a condition or an extra serves somebody else.
"""

import re
from collections.abc import Iterable

from plumbrule.mcp_server.analysis.graph.distributions import STUBS, is_known, normalised
from plumbrule.mcp_server.analysis.graph.links import Links
from plumbrule.mcp_server.analysis.graph.mentions import Mentions
from plumbrule.mcp_server.analysis.graph.usage import ECOSYSTEMS, Usage, claimed_of, home_of
from plumbrule.mcp_server.analysis.sections.dependencies import Dependency

MAX_SHOWN = 100

_JUDGED = frozenset(("python", "javascript", "go", "rust"))
"""In PHP a package may be used by autoloading: silence is no proof there."""

_RUST_UNIMPORTED = re.compile(
    r"[-_]sys\Z|serde|^(?:prost|tonic|protobuf|tokio|getrandom|openssl|libz|zstd|link|workspace-hack)|(?:workspace[-_]hack|build)\Z"
    r"|[-_](?:src|static|alloc|allocator|panic|plugin)\Z"
)
"""Crates that link a library, turn a feature of another crate on, or are named by generated code or in a string."""

_UNIMPORTED = re.compile(
    r"(?:^(?:pip|setuptools\b.*|wheel|build|twine|tox|nox|virtualenv|pre-commit|black|ruff|isort|mypy|pyright|pylint|flake8.*|"
    r"gunicorn|uvicorn|hypercorn|daphne|waitress|uwsgi|supervisor|watchdog|honcho|circus|tzdata|certifi|colorama|cchardet|"
    r"psycopg.*|mysqlclient|pymysql|cx-oracle|oracledb|asyncpg|aiosqlite|aiomysql|pyodbc|sqlalchemy-.*|.*-binary|redis|hiredis|"
    r"python-multipart|email-validator|itsdangerous|jinja2|lxml|html5lib|brotli.*|h2|socksio|pysocks|httptools|uvloop|"
    r"openpyxl|xlrd|xlsxwriter|pyarrow|fastparquet|tables|numexpr|bottleneck|scipy|pillow|greenlet|cython|cffi|pybind11|"
    r"django-.*|djangorestframework.*|whitenoise|pytest.*|sphinx.*|mkdocs.*|.*-theme|furo|myst-.*|jupyter.*|notebook|ipython|"
    r"ipykernel|coverage|codecov|bandit|safety|pip-tools|bumpversion|bump2version|commitizen|towncrier|cookiecutter|"
    r"importlib-.*|typing-extensions|exceptiongroup|tomli|zipp|dataclasses|enum34|futures|six|contextvars|backports.*|"
    r"pywin32.*|pypiwin32|win-.*|windows-.*|nvidia-.*|triton|protobuf|grpcio.*|boto3|opentelemetry-.*|gevent|eventlet)$)"
    r"|(?:plugin|-cli$|^types-|-stubs$|-exporter|-backend|-driver|-dialect|-addon|-extension)"
)
"""Python distributions that work without being imported: tools, servers, drivers and plugins found by name or by entry
point, parts of another's extra, back-ports for older versions."""

_SCRIPT = re.compile(r"\.(?:[cm]?[jt]sx?|vue|svelte|astro)$")
_JS_UNIMPORTED = re.compile(
    r"^(?:@types/|@tsconfig/|@babel/(?:runtime|core|preset|plugin)|@esbuild/|@rollup/rollup-|@swc/helpers)|^(?:tslib|core-js|"
    r"regenerator-runtime|typescript|sass|less|stylus|postcss|autoprefixer|tailwindcss|husky|lint-staged|prettier|sharp|"
    r"fsevents|react-dom|react|react-native.*|vue|next|nuxt|svelte|bootstrap|normalize\.css|jquery|popper\.js|pg|mysql2?|"
    r"sqlite3|better-sqlite3|tedious|pino-pretty|source-map-support|ts-node|tsx|cross-env|dotenv.*|systemjs|v8-compile-cache.*|nodemon|pm2|serve|"
    r"concurrently|rimraf|npm-run-all|zone\.js|web-vitals|bufferutil|utf-8-validate|encoding|canvas|happy-dom|jsdom|"
    r"reflect-metadata|rxjs|class-transformer|class-validator|swagger-ui-express|framer-motion|@emotion/\w+|graphql|"
    r"vitest|mocha|chai|ts-jest|playwright|cypress|wait-on|env-cmd|husky|turbo|lerna|esbuild|swc|terser|graphql-tag)$|"
    r"(?:eslint|babel|postcss|webpack|rollup|vite|gulp|grunt|karma|jest|stylelint|prettier|remark|rehype|tailwind|commitlint|"
    r"semantic-release|nuxt|gatsby|expo|capacitor|cordova|electron|polyfill|font|icons?|theme|css|scss|-cli$|loader|plugin|"
    r"preset|config|adapter|types)"
)
"""npm packages that work without an import in code: style sheets, build steps, presets, peers, native parts."""


def unused_of(mentions: Mentions, links: Links, usage: Usage, direct: Iterable[Dependency]) -> tuple[Dependency, ...]:
    """In the order of `direct`, whose third state must be known."""
    listed = list(direct)
    importing = _importing_folders(links)
    proven = {(one.ecosystem, home_of(one)) for one in listed if "imported" in one.states}
    families = {(home_of(one), one.name.partition("/")[0]) for one in listed if "imported" in one.states}
    unclaimed = _unclaimed(usage, listed)
    found: list[Dependency] = []
    built = _Built(links)
    for one in listed:
        if one.ecosystem not in _JUDGED or one.scope != "runtime" or "imported" in one.states:
            continue
        home = home_of(one)
        # Where not one dependency is seen to be imported, the code is most likely not what the manifest is for.
        if (one.ecosystem, home) not in proven or home not in importing.get(one.ecosystem, frozenset()):
            continue
        if one.ecosystem == "javascript" and built.outweighs_source(home):
            continue
        if one.name.startswith("@") and (home, one.name.partition("/")[0]) in families:
            continue  # most likely a peer that its sister asks for
        if not _is_exempt(one, mentions, bool(unclaimed)):
            found.append(one)
    return tuple(found[:MAX_SHOWN])


class _Built:
    """Built code below `dist`, which is not read: a published package has its imports there."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._answers: dict[str, bool] = {}

    def outweighs_source(self, home: str) -> bool:
        if home not in self._answers:
            below = f"{home}/" if home else ""
            built = own = 0
            for path, part in self._links.parts.items():
                if path.startswith(below) and _SCRIPT.search(path) and not path.endswith((".d.ts", ".d.mts", ".d.cts")):
                    built += part in ("vendored", "generated") and "/dist/" in f"/{path}"
                    own += part == "source"
            self._answers[home] = built > own
        return self._answers[home]


def _is_exempt(one: Dependency, mentions: Mentions, unclaimed: bool) -> bool:
    """Whether it may well be used without an import that we know."""
    if one.marker or one.reference or one.extras or one.group or mentions.is_used_by_tools(one):
        return True
    if one.ecosystem == "go":
        return False
    if one.ecosystem == "rust":
        return bool(_RUST_UNIMPORTED.search(one.name))
    if one.ecosystem == "javascript":
        from plumbrule.mcp_server.analysis.graph.resolving.ecmascript_outside import BUILTIN_MODULES

        # Who declares `events` or `punycode` means the package for those who bundle, whatever Node takes for it.
        return one.name in BUILTIN_MODULES or bool(_JS_UNIMPORTED.search(one.name))
    name = normalised(one.name)
    if STUBS.match(name) or _UNIMPORTED.search(name) or ".txt" in one.evidence.at:
        return True  # a requirements file holds what others need, too
    return unclaimed and not is_known(name)


def _unclaimed(usage: Usage, listed: list[Dependency]) -> list[str]:
    """Python packages that are imported and provided by no declared dependency: they may come from any of them."""
    claimed = claimed_of(usage, listed).get("python", frozenset())
    known = usage.packages.get("python", {})
    return [
        package
        for package, imported in known.items()
        if package not in claimed and any("optional" not in use.flags for use in imported.uses)
    ]


def _importing_folders(links: Links) -> dict[str, frozenset[str]]:
    """Folders, by ecosystem, below which files were parsed and import anything outside."""
    found: dict[str, set[str]] = {}
    for one in links.outside:
        held = found.setdefault(ECOSYSTEMS.get(one.language, ""), set())
        folder = one.path.rpartition("/")[0]
        while folder not in held:
            held.add(folder)
            folder = folder.rpartition("/")[0]
    return {ecosystem: frozenset(held) for ecosystem, held in found.items()}
