"""What changed between two commits, and where to look for a question: real repositories, workers and cache."""

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest

from plumbrule.core.errors import InvalidArgument, NotFound
from plumbrule.core.security.paths import PathPolicy
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.sqlite import SqliteCache
from plumbrule.core.tokens import token_bound
from plumbrule.core.workers import WorkerPool
from plumbrule.mcp_server.analysis.changes.comparer import Comparer
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.mapping.making import Maker
from plumbrule.mcp_server.analysis.mapping.mapper import Mapper
from plumbrule.mcp_server.analysis.mapping.model import RepositoryMap
from plumbrule.mcp_server.analysis.model import wire
from plumbrule.mcp_server.analysis.survey import Surveyor
from plumbrule.mcp_server.analysis.syntax.grammars import Grammars
from plumbrule.mcp_server.platforms.build import build_sources
from plumbrule.mcp_server.platforms.limits import SourceSettings
from plumbrule.mcp_server.tools.analyze_repository import analyze_repository
from plumbrule.mcp_server.tools.changes_budget import DEFAULT_TOKENS


@asynccontextmanager
async def engines(folder: Path) -> AsyncIterator[tuple[Surveyor, Comparer, Mapper]]:
    """As the command line has them, with their cache below `folder`."""
    state = folder / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    cache = SqliteCache(state / "cache.sqlite", 50_000_000)
    paths = PathPolicy(roots=None, home=folder, cwd=folder)
    sources = build_sources(SourceSettings(), NetworkSettings(), paths=paths, cache_folder=state)
    grammars = Grammars(state)
    async with WorkerPool() as pool:
        surveyor = Surveyor(sources, cache, pool, grammars=grammars)
        mapper = Mapper(sources, cache, Maker(cache, pool, SurveyLimits(), grammars).made)
        yield surveyor, Comparer(sources, surveyor), mapper
    grammars.close()
    cache.close()


def write(root: Path, files: dict[str, str | None]) -> None:
    for path, content in files.items():
        place = root / path
        if content is None:
            place.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content)


def commit(root: Path, tag: str) -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", tag], ["tag", tag]):
        subprocess.run(["git", "-C", str(root), *identity, *words], check=True, env=environment)


FIRST: dict[str, str | None] = {
    "pyproject.toml": '[project]\nname = "shop"\nlicense = "MIT"\ndependencies = ["anyio>=4", "click"]\n',
    "shop/__init__.py": "",
    "shop/cart.py": (
        '"""Carts."""\nimport anyio\nfrom shop.price import total\n\n\nclass Cart:\n    """Things to buy."""\n\n'
        "    def add(self, item, count=1):\n        return item\n\n    def clear(self):\n        return total([])\n"
    ),
    "shop/price.py": "def total(items):\n    return sum(items)\n\n\ndef _round(x):\n    return x\n",
    ".github/workflows/test.yml": "on: push\njobs: {}\n",
    "README.md": "# Shop\n",
}
SECOND: dict[str, str | None] = {
    "pyproject.toml": '[project]\nname = "shop"\nlicense = "Apache-2.0"\ndependencies = ["anyio>=4.5"]\n',
    "shop/cart.py": (
        '"""Carts."""\nimport anyio\n\n\nclass Cart:\n    """Things to buy."""\n\n'
        "    def add(self, item, count):\n        return item\n\n    def empty(self):\n        return 1\n"
    ),
    "shop/price.py": "def total(items, tax=0):\n    return sum(items)\n\n\ndef _round(x, y):\n    return eval(x)\n",
    "tests/test_cart.py": "def test_add():\n    assert True\n",
    ".github/workflows/test.yml": None,
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    write(root, FIRST)
    commit(root, "v1")
    write(root, SECOND)
    commit(root, "v2")
    return root


async def test_since_tells_what_changed_and_what_breaks(tmp_path: Path, shop: Path) -> None:
    async with engines(tmp_path) as (_, comparer, _mapper):
        report = await comparer.changes(str(shop), "v1")
    changes = report.changes
    assert changes is not None
    assert (changes.files.changed, changes.files.added, changes.files.removed) == (3, 1, 1)
    assert [(one.name, one.change, one.breaking) for one in changes.api] == [
        ("Cart.add", "changed", "yes"),
        ("Cart.clear", "removed", "yes"),
        ("total", "changed", "no"),
        ("Cart.empty", "added", "no"),
    ]
    assert changes.breaking == 2
    assert [(one.name, one.change, one.before, one.after) for one in changes.dependencies] == [
        ("anyio", "changed", ">=4", ">=4.5"),
        ("click", "removed", None, None),
    ]
    assert [(one.before, one.after) for one in changes.licences] == [("MIT", "Apache-2.0")]
    assert [(one.path, one.change) for one in changes.ci] == [(".github/workflows/test.yml", "removed")]
    assert [one.change for one in changes.findings if "eval" in one.message or one.evidence.rule == "danger.eval"] == [
        "added"
    ]
    assert "symbols" not in wire(report)


async def test_since_itself_nothing_changed_and_uncommitted_work_is_a_change(tmp_path: Path, shop: Path) -> None:
    async with engines(tmp_path) as (_, comparer, _mapper):
        same = await comparer.changes(str(shop), "v2")
        (shop / "shop/price.py").write_text("def total(items):\n    return 0\n")
        dirty = await comparer.changes(str(shop), "v2")
    assert same.changes is not None
    assert wire(same.changes)["files"] == {"added": 0, "removed": 0, "changed": 0, "moved": 0}
    assert same.changes.api == ()
    assert dirty.changes is not None
    assert [one.name for one in dirty.changes.api] == ["total"]


async def test_the_answer_fits_500_tokens_and_names_the_call_for_the_rest(tmp_path: Path, shop: Path) -> None:
    write(
        shop, {f"shop/part{n}.py": f"def first_{n}(a):\n    pass\n\n\ndef second_{n}():\n    pass\n" for n in range(60)}
    )
    commit(shop, "v3")
    async with engines(tmp_path) as (surveyor, comparer, _mapper):
        tool = analyze_repository(surveyor, comparer)
        answer = await tool(source=str(shop), since="v1")
        whole = await tool(**answer.structured["truncated"]["next"]["arguments"])
    assert token_bound(orjson.dumps(answer.structured)) + token_bound(answer.text) <= DEFAULT_TOKENS
    assert answer.structured["changes"]["totals"]["api_added"] == 121
    assert answer.structured["changes"]["api"][0]["breaking"] == "yes"
    assert len(whole.structured["changes"]["api"]) == 124


async def test_a_state_that_is_not_there_is_an_error_that_says_what_to_do(tmp_path: Path, shop: Path) -> None:
    async with engines(tmp_path) as (_, comparer, _mapper):
        with pytest.raises(NotFound):
            await comparer.changes(str(shop), "v9")
        with pytest.raises(InvalidArgument):
            await comparer.changes(str(shop), "HEAD~1")


async def test_a_map_shows_the_definition_that_answers_the_question_and_the_lines_to_read(
    tmp_path: Path, shop: Path
) -> None:
    async with engines(tmp_path) as (_, _comparer, mapper):
        found = await mapper.map(str(shop), question="how are the prices of items summed to a total")
        again = await mapper.map(str(shop), question="how are the prices of items summed to a total")
        strange = await mapper.map(str(shop), question="where are zebras tamed")
        focused = await mapper.map(str(shop), focus_paths=("shop/cart.py", "no/such.py"))
    assert found.files[0].path == "shop/price.py"
    assert "1-2 def total(items, tax=0)" in found.files[0].symbols
    assert wire(again) == wire(found)
    assert strange.unknown_words
    assert focused.unmatched_focus == ("no/such.py",)
    assert "focus" in focused.files[0].why


async def test_a_map_keeps_its_budget_and_its_order_whatever_the_workers_do(tmp_path: Path, shop: Path) -> None:
    write(shop, {f"shop/part{n}.py": f"def price_{n}(a):\n    return total(a)\n" for n in range(300)})
    commit(shop, "v3")

    async def mapped(folder: Path, tokens: int) -> RepositoryMap:
        folder.mkdir(exist_ok=True)
        async with engines(folder) as (_, _comparer, mapper):
            return await mapper.map(str(shop), question="price", max_tokens=tokens)

    for tokens in (300, 1_000, 5_000):
        first, second = await mapped(tmp_path / "a", tokens), await mapped(tmp_path / f"b{tokens}", tokens)
        assert wire(first) == wire(second)
        assert token_bound(orjson.dumps(wire(first))) <= tokens
        assert first.truncated is not None
