"""Names that two repositories share at their edges, over real surveys of small trees."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from plumbrule.core.facts import Skipped
from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.workers import WorkerPool
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.survey import Surveyor
from plumbrule.mcp_server.compatibility.report import InterfaceClash
from plumbrule.mcp_server.compatibility.rules.interfaces import interfaces_of
from plumbrule.mcp_server.compatibility.subject import SubjectReader
from plumbrule.mcp_server.platforms.ports.snapshot import Activity, Change, Entry, LogEnd, Origin, Tag

Tree = Mapping[str, str]


class Folder:
    """A tree in memory that obeys the snapshot port."""

    def __init__(self, source: str, tree: Tree) -> None:
        self._files = {path: text.encode() for path, text in tree.items()}
        self.entries: Sequence[Entry] = [Entry(path, len(self._files[path]), "file", "") for path in sorted(tree)]
        self.skipped: Sequence[Skipped] = ()
        self.origin = Origin(source, "path", source.strip("./").partition("@")[0], content_id="")

    async def read(self, wanted: Iterable[Entry], *, max_bytes: int) -> Mapping[str, bytes]:
        return {one.path: self._files[one.path][:max_bytes] for one in wanted}

    async def activity(self) -> Activity | None:
        return None

    async def log(self, take: Callable[[Change], None], *, max_commits: int, max_s: float) -> LogEnd | None:
        del take, max_commits, max_s
        return None

    async def tags(self) -> Sequence[Tag]:
        return []


class Folders:
    """Several trees, each under its own source."""

    def __init__(self, trees: Mapping[str, Tree]) -> None:
        self._trees = trees

    @asynccontextmanager
    async def open(self, source: str) -> AsyncIterator[Folder]:
        yield Folder(source, self._trees[source])


async def clashes(*trees: Tree, names: Sequence[str] = ("./a", "./b", "./c")) -> tuple[InterfaceClash, ...]:
    given = dict(zip(names, trees, strict=False))
    async with WorkerPool() as pool:
        sources, cache = Folders(given), MemoryCache(1_000, 10_000_000)
        sides = await SubjectReader(sources, pool, cache, SurveyLimits()).read(list(given))
        surveyor = Surveyor(sources, cache, pool)
        reports = [await surveyor.survey(one, detail="full", aspects=("structure",)) for one in given]
    assert all(side.error is None for side in sides)
    return interfaces_of(sides, reports)


def shown(found: Iterable[InterfaceClash]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    return [(one.kind, one.name, [(side.repository, side.evidence.at) for side in one.sides]) for one in found]


def project(name: str, extra: str = "", version: str = "1.0.0") -> str:
    return f'[project]\nname = "{name}"\nversion = "{version}"\n{extra}'


async def test_one_import_name_of_two_distributions_is_a_clash() -> None:
    one = {"pyproject.toml": project("acme-tools"), "src/common/__init__.py": "", "src/acme/__init__.py": ""}
    other = {"pyproject.toml": project("other"), "common/__init__.py": "", "tests/__init__.py": ""}
    app = {"common/__init__.py": "", "requirements.txt": "flask\n", "tests/__init__.py": ""}
    [clash] = await clashes(one, other, app)
    assert shown([clash]) == [("import_name", "common", [("a", "src/common/__init__.py"), ("b", "common/__init__.py")])]
    assert "overwrites" in clash.explanation
    assert [side.meaning for side in clash.sides] == ["acme-tools", "other"]


@pytest.mark.parametrize(
    "start",
    [
        "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n",
        "import pkg_resources\npkg_resources.declare_namespace(__name__)\n",
    ],
)
async def test_namespace_packages_share_their_name_on_purpose(start: str) -> None:
    trees = [{"pyproject.toml": project(name), "zope/__init__.py": start} for name in ("one", "two")]
    assert await clashes(*trees) == ()


async def test_two_states_of_one_repository_meet_nowhere() -> None:
    tree = {"pyproject.toml": project("one"), "one/__init__.py": ""}
    assert await clashes(tree, tree, names=("./one@v1", "./one@v2")) == ()


async def test_the_same_command_of_the_same_installer_is_a_clash() -> None:
    scripts = '[project.scripts]\nserve = "{}:main"\n'
    one = {"pyproject.toml": project("one", scripts.format("one")), "one/__init__.py": ""}
    other = {"pyproject.toml": project("two", scripts.format("two")), "two/__init__.py": ""}
    node = {"package.json": '{"name": "three", "version": "1.0.0", "bin": {"serve": "serve.js"}}', "serve.js": ""}
    [clash] = await clashes(one, other, node)
    assert shown([clash]) == [("console_script", "serve", [("a", "pyproject.toml:5"), ("b", "pyproject.toml:5")])]


COMPOSE = "services:\n  web:\n    {what}\n    ports:\n      - {port}\n"


def composed(port: str, what: str = "build: .") -> Tree:
    return {"compose.yaml": COMPOSE.format(port=port, what=what), "Dockerfile": "FROM scratch\n"}


@pytest.mark.parametrize(
    ("one", "other", "port"),
    [
        (composed("'8080:80'"), composed("'9090:80'"), None),
        (composed("'8080:80'"), composed("'8080:3000'"), "8080"),
        (composed("'127.0.0.1:5432:5432/tcp'", "image: postgres:16"), composed("5432:5432", "image: postgres"), "5432"),
        (composed("'${WEB_PORT:-8000}:80'"), composed("{published: 8000, target: 80}"), "8000"),
        (composed("'80'"), composed("'80'"), None),
    ],
)
async def test_composed_services_meet_on_the_host(one: Tree, other: Tree, port: str | None) -> None:
    found = await clashes(one, other)
    assert [(clash.kind, clash.name) for clash in found] == ([("port", port)] if port else [])


async def test_the_same_port_is_a_clash_whether_composed_or_listened_to() -> None:
    one = composed("'3000:80'")
    server = "const app = require('express')()\napp.listen(3000)\n"
    other = {"package.json": '{"name": "x", "main": "index.js"}', "index.js": server, "examples/demo.js": server}
    third = {"package.json": '{"name": "y"}', "tests/server.test.js": server}
    [clash] = await clashes(one, other, third)
    assert shown([clash]) == [("port", "3000", [("a", "compose.yaml:5"), ("b", "index.js:2")])]


async def test_a_variable_with_different_defaults_is_a_clash() -> None:
    text = "import os\nvalue = os.environ.get('{name}', {default})\n"

    def reads(name: str, default: str) -> Tree:
        return {"app.py": text.format(name=name, default=default)}

    [clash] = await clashes(reads("QUEUE_SIZE", "'10'"), reads("QUEUE_SIZE", "'500'"))
    assert shown([clash]) == [("environment_variable", "QUEUE_SIZE", [("a", "app.py:2"), ("b", "app.py:2")])]
    assert [side.meaning for side in clash.sides] == ["10", "500"]
    assert await clashes(reads("DEBUG", "'1'"), reads("DEBUG", "'true'")) == ()
    assert await clashes(reads("HOME", "'/x'"), {"app.py": "import os\nhome = os.environ['HOME']\n"}) == ()


PUBLISHED: list[tuple[Tree, Tree, list[str | None]]] = [
    # who is a package, who asks for it, version and range of the clash
    (
        {"pyproject.toml": project("Acme_Core", version="1.4.0")},
        {"requirements.txt": "acme-core>=2\n"},
        ["1.4.0", ">=2"],
    ),
    ({"pyproject.toml": project("acme-core", version="2.4.0")}, {"requirements.txt": "acme-core>=2\n"}, []),
    ({"pyproject.toml": '[project]\nname = "acme"\ndynamic = ["version"]\n'}, {"requirements.txt": "acme>=2\n"}, []),
    (
        {"package.json": '{"name": "core", "version": "0.0.0"}'},
        {"package.json": '{"dependencies": {"core": "^2"}}'},
        [],
    ),
    (
        {"package.json": '{"name": "core", "version": "1.9.0"}'},
        {"package.json": '{"name": "app", "dependencies": {"core": "^2.0.0"}}'},
        ["1.9.0", "^2.0.0"],
    ),
    (
        {"package.json": '{"name": "core", "version": "1.9.0"}'},
        {"package.json": '{"name": "app", "devDependencies": {"core": "^2.0.0"}}'},
        [],
    ),
    (
        {"Cargo.toml": '[package]\nname = "core-x"\nversion = "0.3.1"\n'},
        {"Cargo.toml": '[package]\nname = "app"\nversion = "1.0.0"\n[dependencies]\ncore_x = "0.4"\n'},
        ["0.3.1", "0.4"],
    ),
]


@pytest.mark.parametrize(("package", "asker", "meanings"), PUBLISHED)
async def test_a_package_at_another_version_than_is_asked_for_is_a_clash(
    package: Tree, asker: Tree, meanings: list[str | None]
) -> None:
    found = await clashes(package, asker)
    assert [side.meaning for clash in found for side in clash.sides] == meanings
    assert {clash.kind for clash in found} <= {"published_version"}
