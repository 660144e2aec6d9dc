"""The engine as its callers see it: what it says about small trees, and how it behaves near its limits."""

from typing import TYPE_CHECKING, Any

import anyio
import orjson
import pytest

from plumbrule.core import context
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.model import RepositoryReport, wire
from plumbrule.mcp_server.analysis.revive import revive
from plumbrule.mcp_server.analysis.rules import RULES
from plumbrule.mcp_server.platforms.ports.snapshot import Activity, Entry

if TYPE_CHECKING:
    from .conftest import MemorySnapshot, Surveys

FLASKY: dict[str, bytes | str] = {
    "pyproject.toml": '[project]\nname = "flasky"\ndescription = "Serves."\nrequires-python = ">=3.10"\n'
    'dependencies = ["flask"]\n[project.scripts]\nflasky = "flasky:main"\n[dependency-groups]\ndev = ["pytest"]\n',
    "README.md": "# Flasky\n\n[![badge](x)](y)\n\nA server of small things.\n",
    "CHANGELOG.md": "## 1\n",
    "docs/index.md": "Docs.\n",
    "src/flasky/__init__.py": "def main() -> None:\n    pass\n",
    "src/flasky/__main__.py": "from . import main\nmain()\n",
    "tests/test_flasky.py": "def test_it():\n    assert True\n",
    "vendor/lib.py": "x = 1\n" * 50,
    "static/app.js": "let x = 1;\n" * 3,
    ".github/workflows/ci.yml": "name: CI\non: [push]\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n",
}


def plain(report: RepositoryReport) -> dict[str, Any]:
    wired: dict[str, Any] = orjson.loads(orjson.dumps(wire(report)))
    return wired


async def test_full_depth_tells_code_comment_and_blank_lines_of_each_language(surveys: "Surveys") -> None:  # S-30
    files = {"a.py": '"""Doc."""\n\nx = 1  # one\n# two\n', "b.py": "", "web/a.js": "// a\nlet x = 1;\n"}
    told = plain(await surveys.of(files, detail="full"))
    shares = {share.pop("name"): share for share in told["languages"]["shares"]}
    assert {
        name: [share[kind] for kind in ("lines", "code", "comment", "blank")] for name, share in shares.items()
    } == {
        "Python": [4, 1, 2, 1],
        "JavaScript": [2, 1, 1, 0],
    }
    assert "code" not in plain(await surveys.of(files))["languages"]["shares"][0]


async def test_a_small_python_project_is_told_with_evidence_for_each_fact(surveys: "Surveys") -> None:  # S-30
    told = plain(await surveys.of(FLASKY))
    assert told["name"] == {"value": "flasky", "evidence": {"at": "pyproject.toml:2", "rule": "pyproject.project"}}
    assert told["description"]["value"] == "Serves."
    assert [(share["name"], share["percent"], share["lines"]) for share in told["languages"]["shares"]] == [
        ("Python", 66.7, 6),
        ("JavaScript", 33.3, 3),
    ]
    assert told["languages"]["vendored"]["files"] == 1 + 1  # vendor/ and .github/, by linguist's convention
    assert told["ecosystems"] == [
        {"name": "python", "manifests": 1, "evidence": {"at": "pyproject.toml", "rule": "manifest.file-name"}}
    ]
    assert told["runtimes"] == [
        {
            "name": "python",
            "constraint": ">=3.10",
            "evidence": {"at": "pyproject.toml:4", "rule": "pyproject.requires-python"},
        }
    ]
    assert [(one["purpose"], one["command"], one.get("convention")) for one in told["commands"]] == [
        ("test", "pytest", True)
    ]
    assert [(one["name"], one["kind"]) for one in told["entry_points"]] == [
        ("flasky", "console_script"),
        ("python -m flasky", "module"),
    ]
    assert told["tests"]["files"] == 1
    assert [one["value"] for one in told["tests"]["frameworks"]] == ["pytest"]
    assert told["ci"][0]["system"] == "github_actions"
    assert told["ci"][0]["workflows"][0]["triggers"] == ["push"]
    assert [one["kind"] for one in told["documentation"]] == ["readme", "docs", "changelog"]
    assert [(one["name"], one["kind"], one["path"]) for one in told["components"]] == [
        ("flasky", "package", "src/flasky")
    ]
    assert {one["evidence"]["rule"] for one in told["risks"]} == {"licence.missing", "ci.unpinned-action"}
    assert told["coverage"]["complete"] is True


async def test_percentages_of_languages_sum_to_one_hundred(surveys: "Surveys") -> None:  # S-30
    files = {f"a{number}.{end}": "x\n" * (number + 1) for number in range(7) for end in ("py", "js", "go", "rb", "c")}
    report = await surveys.of(files, detail="card")
    assert report.languages is not None
    assert round(sum(share.percent for share in report.languages.shares), 6) == 100


async def test_every_rule_that_is_named_is_registered_and_every_pointer_leads_somewhere(surveys: "Surveys") -> None:
    told = plain(await surveys.of({**FLASKY, "package.json": '{"name": "x", "scripts": {"test": "jest"}}'}))

    def evidences(value: object) -> list[dict[str, str]]:
        if isinstance(value, dict):
            here = [value["evidence"]] if isinstance(value.get("evidence"), dict) else []
            return here + [one for part in value.values() for one in evidences(part)]
        return [one for part in value for one in evidences(part)] if isinstance(value, list) else []

    found = evidences(told)
    assert len(found) > 15
    assert {one["rule"] for one in found} <= set(RULES)
    for pointer in told["untrusted"]:
        value: Any = told
        for step in pointer.split("/")[1:]:
            value = value[step]
        assert value


async def test_the_same_snapshot_gives_the_same_bytes_in_any_order_of_reading(
    surveys: "Surveys", memory_snapshot: "type[MemorySnapshot]"
) -> None:
    class Backwards(memory_snapshot):  # type: ignore[valid-type, misc]  # because the class comes from a fixture
        async def read(self, wanted: Any, *, max_bytes: int) -> Any:
            return await super().read(list(wanted)[::-1], max_bytes=max_bytes)

    first = orjson.dumps(wire(await surveys.of(FLASKY)))
    surveys.cache.clear()
    second = orjson.dumps(wire(await surveys.of(Backwards(dict(reversed(FLASKY.items()))))))
    assert first == second


async def test_a_report_survives_the_way_to_the_cache_and_back(surveys: "Surveys") -> None:
    report = await surveys.of(FLASKY, detail="full")
    assert revive(RepositoryReport, plain(report)) == report


async def test_unchanged_content_is_not_read_again(  # S-43
    surveys: "Surveys", memory_snapshot: "type[MemorySnapshot]"
) -> None:
    snapshot = memory_snapshot(FLASKY, content_id="tree:1")
    first = await surveys.of(snapshot)
    reads = len(snapshot.read_paths)
    assert reads > 0
    assert await surveys.of(snapshot) == first
    assert len(snapshot.read_paths) == reads
    changed = memory_snapshot({**FLASKY, "new.py": "x\n"}, content_id="tree:2")
    assert (await surveys.of(changed)).size.files == first.size.files + 1


async def test_calls_for_the_same_content_share_one_survey(  # S-43
    surveys: "Surveys", memory_snapshot: "type[MemorySnapshot]"
) -> None:
    snapshot = memory_snapshot(FLASKY, content_id="tree:1")
    surveyor = surveys.surveyor(snapshot)
    reports: list[RepositoryReport] = []

    async def one() -> None:
        reports.append(await surveyor.survey("./demo"))

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(one)
    assert len(reports) == 4
    assert len(snapshot.read_paths) == len(set(snapshot.read_paths))
    assert all(report == reports[0] for report in reports)


async def test_a_file_limit_gives_a_marked_partial_result_that_is_not_kept(  # S-42
    surveys: "Surveys", memory_snapshot: "type[MemorySnapshot]"
) -> None:
    snapshot = memory_snapshot({f"f{number:03}.py": "x\n" for number in range(50)}, content_id="tree:1")
    report = await surveys.of(snapshot, limits=SurveyLimits(max_files=10))
    assert report.coverage.complete is False
    assert report.coverage.seen == 50
    assert [(one.reason, one.count) for one in report.coverage.skipped] == [("over_limit", 40)]
    assert report.size.files == 10
    assert (await surveys.of(snapshot)).coverage.complete is True


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (SurveyLimits(max_source_bytes=100), "over_limit"),
        (SurveyLimits(max_manifests=1), "over_limit"),
    ],
)
async def test_every_limit_that_is_hit_marks_the_result(surveys: "Surveys", limits: SurveyLimits, reason: str) -> None:
    files = {f"p{number}/pyproject.toml": f'[project]\nname = "p{number}"\n' for number in range(3)}
    report = await surveys.of({**files, "a.py": "x = 1\n" * 100}, detail="card", limits=limits)
    assert report.coverage.complete is False
    assert reason in {one.reason for one in report.coverage.skipped}


async def test_a_file_that_is_too_large_is_not_read_and_is_named(surveys: "Surveys") -> None:  # S-42
    files = {"big.py": b"x = 1\n" * 1000, "small.py": b"x\n", "package.json": b'{"name": "' + b"x" * 5000 + b'"}'}
    report = await surveys.of(files, limits=SurveyLimits(max_file_bytes=1024, max_manifest_bytes=1024))
    told = {one.reason: one.examples for one in report.coverage.skipped}
    assert told["too_large"] == ("package.json", "big.py")
    assert report.languages is not None
    assert report.languages.counted_by == "bytes"


async def test_near_the_deadline_there_is_a_partial_result_that_says_how_to_go_on(
    surveys: "Surveys", memory_snapshot: "type[MemorySnapshot]"
) -> None:
    class Stuck(memory_snapshot):  # type: ignore[valid-type, misc]  # because the class comes from a fixture
        async def read(self, wanted: Any, *, max_bytes: int) -> Any:
            await anyio.sleep_forever()

    call = context.Call("a" * 32, "analyze_repository", deadline=anyio.current_time() + 0.2)
    token = context.enter(call)
    try:
        with anyio.fail_after(5):
            report = await surveys.of(Stuck(FLASKY, content_id="tree:1"))
    finally:
        context.leave(token)
    assert report.coverage.complete is False
    assert report.retry_with == {"source": "./demo", "detail": "summary"}
    assert report.size.files == len(FLASKY)
    assert report.languages is not None
    assert (report.languages.counted_by, report.languages.shares[0].name) == ("bytes", "Python")
    assert (await surveys.of(memory_snapshot(FLASKY, content_id="tree:1"))).coverage.complete is True


async def test_a_malformed_manifest_is_named_with_its_line_and_costs_nothing_else(surveys: "Surveys") -> None:
    report = await surveys.of({**FLASKY, "Cargo.toml": '[package]\nname = "x\n'})
    told = {one.reason: one.examples for one in report.coverage.skipped}
    assert told["malformed"] == ("Cargo.toml:2",)
    assert report.name.value == "flasky"


async def test_a_file_that_vanished_is_unreadable_and_nothing_else(
    surveys: "Surveys", memory_snapshot: "type[MemorySnapshot]"
) -> None:
    snapshot = memory_snapshot(FLASKY)
    snapshot.missing = {"static/app.js", "pyproject.toml"}
    report = await surveys.of(snapshot)
    told = {one.reason: one.count for one in report.coverage.skipped}
    assert told["unreadable"] == 2
    assert report.name.value == "demo"


async def test_links_submodules_and_names_that_are_not_text_are_counted_and_json_safe(
    surveys: "Surveys", memory_snapshot: "type[MemorySnapshot]"
) -> None:
    odd = b"caf\xe9.py".decode("utf-8", "surrogateescape")
    snapshot = memory_snapshot(
        {odd: "x\n", "a/b.py": "y\n"}, links={"a/in": "b.py", "a/out": "../../etc/passwd"}, submodules=["sub"]
    )
    report = await surveys.of(snapshot)
    told = {one.reason: one.count for one in report.coverage.skipped}
    assert (told["symlink"], told["submodule"]) == (2, 1)
    assert [one.evidence.at for one in report.risks if one.evidence.rule == "tree.symlink-escape"] == ["a/out"]
    assert orjson.dumps(wire(report))


async def test_activity_is_told_where_there_is_history(
    surveys: "Surveys", memory_snapshot: "type[MemorySnapshot]"
) -> None:
    activity = Activity("2024-05-01", 12, 3, "2020-01-01", complete=True)
    snapshot = memory_snapshot(FLASKY, activity=activity, commit="c" * 40)
    told = plain(await surveys.of(snapshot))["activity"]
    assert (told["last_commit"], told["commits_last_year"], told["contributors_last_year"]) == ("2024-05-01", 12, 3)
    assert told["evidence"] == {"at": "c" * 12, "rule": "history.log"}


async def test_progress_grows_and_ends_at_one(surveys: "Surveys") -> None:  # S-42
    told: list[float] = []

    async def hear(done: float, total: float | None, message: str) -> None:
        assert total == 1.0
        assert message
        told.append(done)

    token = context.enter(context.Call("a" * 32, "analyze_repository", progress=hear))
    try:
        await surveys.of(FLASKY)
    finally:
        context.leave(token)
    assert told == sorted(set(told))
    assert told[-1] == 1.0


async def test_an_empty_repository_is_a_complete_answer(surveys: "Surveys") -> None:
    report = await surveys.of({})
    assert report.size.files == 0
    assert report.coverage.complete is True
    assert report.languages is None or report.languages.shares == ()


async def test_a_hundred_thousand_files_are_read_in_small_batches_with_progress(  # S-42
    surveys: "Surveys", memory_snapshot: "type[MemorySnapshot]"
) -> None:
    largest: list[int] = []
    told: list[float] = []

    class Huge(memory_snapshot):  # type: ignore[valid-type, misc]  # because the class comes from a fixture
        async def read(self, wanted: Any, *, max_bytes: int) -> Any:
            wanted = list(wanted)
            largest.append(sum(entry.size for entry in wanted))
            return {entry.path: b"x = 1\n" * 200 for entry in wanted}

    async def hear(done: float, total: float | None, message: str) -> None:
        told.append(done)

    snapshot = Huge({})
    snapshot.entries = [Entry(f"d{n % 300:03}/f{n:06}.py", 1200, "file", "") for n in range(100_000)]
    token = context.enter(context.Call("a" * 32, "analyze_repository", progress=hear))
    try:
        report = await surveys.of(snapshot, detail="card")
    finally:
        context.leave(token)
    assert report.size.files == 100_000
    assert report.size.lines == 200 * 100_000
    assert max(largest) <= 4_000_000
    assert told[0] < 0.2
    assert told[-1] == 1.0
