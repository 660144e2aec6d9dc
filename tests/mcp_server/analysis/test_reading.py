"""Manifests and locks through the survey: what is said, what is kept, what a hostile tree cannot make it read."""

from typing import TYPE_CHECKING

import pytest

from plumbrule.mcp_server.analysis.reading import belongs, inside
from plumbrule.mcp_server.analysis.rules import RULES
from plumbrule.mcp_server.analysis.sections.dependencies import Dependencies
from plumbrule.mcp_server.dependencies.rules import RULES as OURS

if TYPE_CHECKING:
    from .conftest import MemorySnapshot, Surveys

TREE: dict[str, bytes | str] = {
    "pyproject.toml": '[project]\nname = "app"\ndependencies = ["flask>=2,<3"]\n'
    '[dependency-groups]\ndev = ["flask>=3"]\n',
    "uv.lock": '[[package]]\nname = "app"\nversion = "0"\nsource = { editable = "." }\ndependencies = [\n'
    '    { name = "flask" },\n]\n\n[[package]]\nname = "flask"\nversion = "2.3.0"\nsource = { registry = "x" }\n'
    'dependencies = [\n    { name = "click" },\n]\n\n[[package]]\nname = "click"\nversion = "8.1.7"\n',
    "requirements.txt": "-r deps/more.pip\n-r ../../etc/passwd\ntoken @ https://u:hunter2xyzq@example.org/t.whl\n",
    "deps/more.pip": "idna==3.7\n",
    "web/package.json": '{"dependencies": {"flask": "^1"}}',
    "docs/requirements.txt": "sphinx\n",
    "tests/fixtures/old/package.json": '{"dependencies": {"left-pad": "0"}}',
    "src/app.py": "import flask\n",
}


async def dependencies(surveys: "Surveys", files: dict[str, bytes | str]) -> Dependencies:
    report = await surveys.of(files, detail="full")
    assert report.dependencies is not None
    return report.dependencies


async def test_a_full_report_says_what_is_asked_for_locked_below_and_clashing(surveys: "Surveys") -> None:  # S-34
    found = await dependencies(surveys, TREE)
    rows = [(one.name, one.ecosystem, one.scope, one.constraint, one.locked, one.evidence.at) for one in found.direct]
    assert rows == [
        ("flask", "python", "runtime", ">=2,<3", "2.3.0", "pyproject.toml:3"),
        ("flask", "python", "dev", ">=3", "2.3.0", "pyproject.toml:5"),
        ("token", "python", "runtime", None, None, "requirements.txt:3"),
        ("sphinx", "python", "dev", None, None, "docs/requirements.txt:1"),
        ("flask", "javascript", "runtime", "^1", None, "web/package.json:1"),
        ("idna", "python", "runtime", "==3.7", None, "deps/more.pip:1"),
    ]
    assert [(one.name, one.version, one.depth, one.parent, one.purl) for one in found.transitive] == [  # S-36
        ("click", "8.1.7", 1, "flask", "pkg:pypi/click@8.1.7")
    ]
    clashes = [(one.first, one.first_at.at, one.second, one.second_at.at) for one in found.clashes]  # S-37
    assert clashes == [
        (">=2,<3", "pyproject.toml:3", ">=3", "pyproject.toml:5"),
        (">=3", "pyproject.toml:5", "2.3.0", "uv.lock:10"),
    ]
    assert [(one.at, one.rule) for one in found.not_read] == [("requirements.txt:2", "requirements.not-followed")]


async def test_secrets_in_places_are_masked(surveys: "Surveys") -> None:
    found = await dependencies(surveys, TREE)
    assert "hunter2xyzq" not in repr(found)
    assert found.direct[2].reference is not None


async def test_every_rule_in_the_evidence_is_documented(surveys: "Surveys") -> None:
    found = await dependencies(surveys, TREE)
    used = {one.evidence.rule for one in found.direct} | {one.rule for one in found.not_read}
    assert used | {one.evidence.rule for one in found.transitive} <= set(RULES)
    assert set(OURS) <= set(RULES)


async def test_a_second_survey_reads_from_the_cache_and_says_the_same(
    surveys: "Surveys", monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await dependencies(surveys, TREE)
    asked: list[str] = []
    run = surveys.pool.run

    async def noted(target: str, payload: object, *, limit_s: float | None = None) -> object:
        asked.append(target)
        return await run(target, payload, limit_s=limit_s)

    monkeypatch.setattr(surveys.pool, "run", noted)
    assert await dependencies(surveys, TREE) == first
    assert "plumbrule.mcp_server.dependencies.readers:read" not in asked


async def test_a_card_opens_no_lock(surveys: "Surveys", memory_snapshot: "type[MemorySnapshot]") -> None:
    snapshot = memory_snapshot(TREE)
    await surveys.of(snapshot, detail="card")
    assert "uv.lock" not in snapshot.read_paths


async def test_a_file_that_cannot_be_read_is_named_and_costs_only_itself(surveys: "Surveys") -> None:
    found = await dependencies(surveys, {**TREE, "web/package.json": "{", "Cargo.lock": b"\0" * 50})
    named = {(one.at, one.rule) for one in found.not_read}
    assert {("web/package.json:1", "dependencies.malformed"), ("Cargo.lock", "dependencies.not_text")} <= named
    assert found.direct[0].name == "flask"


@pytest.mark.parametrize(
    ("path", "ecosystem", "expected"),
    [
        ("package.json", "javascript", True),
        ("packages/a/package.json", "javascript", True),
        ("docs/requirements.txt", "python", True),
        ("tests/requirements/base.txt", "python", True),
        ("tests/App.Tests/App.Tests.csproj", "dotnet", True),
        ("tests/data/x/package.json", "javascript", False),
        ("examples/a/package.json", "javascript", False),
        ("test/fixtures/a.csproj", "dotnet", False),
        ("packages/create/template-vue/package.json", "javascript", False),
        ("{{cookiecutter.name}}/pyproject.toml", "python", False),
        ("node_modules/a/package.json", "javascript", False),
        ("a/.hidden/package.json", "javascript", False),
        (".github/workflows/ci.yml", "github_actions", True),
    ],
)
def test_only_the_project_s_own_manifests_count(path: str, ecosystem: str, expected: bool) -> None:
    assert belongs(path, ecosystem) is expected


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        ("a/r.txt", "b.txt", "a/b.txt"),
        ("a/r.txt", "../b.txt", "b.txt"),
        ("a/r.txt", "../../b.txt", ""),
        ("r.txt", "/etc/passwd", ""),
        ("r.txt", "~/x", ""),
        ("r.txt", "https://example.org/x", ""),
        ("r.txt", "${HOME}/x", ""),
        ("r.txt", "..\\x", ""),
    ],
)
def test_an_include_leads_only_inside_the_tree(path: str, name: str, expected: str) -> None:  # SECURITY 2.4
    assert inside(path, name) == expected
