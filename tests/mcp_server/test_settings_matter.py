"""What bounds sources and surveys, each proved through the whole program: the default lets pass what a change cuts."""

import io
import json
import os
import tarfile
import zipfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from plumbrule.core.errors import PlumbruleError
from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.workers import WorkerLimits, WorkerPool
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.model import Detail, RepositoryReport
from plumbrule.mcp_server.analysis.survey import Surveyor
from plumbrule.mcp_server.app import build_app
from plumbrule.mcp_server.platforms.limits import SourceSettings
from plumbrule.mcp_server.platforms.ports.snapshot import Snapshot
from plumbrule.mcp_server.settings import load

Seen = RepositoryReport | str


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


async def _surveyed(source: Path, *, detail: Detail = "summary", **flags: Any) -> Seen:
    """The report, or the code of the error."""
    named = {name.replace("__", "."): value for name, value in flags.items()}
    app = build_app(load({}, flags=named, flag_origins=dict.fromkeys(named, "test")), "command", keep=False)
    try:
        async with app.running():
            return await app.surveyor.survey(str(source), detail=detail)
    except PlumbruleError as error:
        return error.code


def _project(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def _complete(seen: Seen) -> bool:
    return isinstance(seen, RepositoryReport) and seen.coverage.complete


def _seen(seen: Seen) -> int | None:
    return seen.coverage.seen if isinstance(seen, RepositoryReport) else None


def _lines(seen: Seen) -> int | None:
    return seen.size.lines if isinstance(seen, RepositoryReport) else None


def _manifests(seen: Seen) -> int:
    """Manifests whose content was understood."""
    return sum(one.name is not None for one in seen.manifests) if isinstance(seen, RepositoryReport) else 0


def _package(name: str, padding: int = 0) -> str:
    return json.dumps({"name": name, "version": "1.0.0", "keywords": ["x" * padding]})


def _sources(folder: Path) -> Path:
    return _project(folder, {f"m{n}.py": "x = 1\n" * 1000 for n in range(3)})


def _packages(folder: Path) -> Path:
    return _project(folder, {f"{n}/package.json": _package(f"p{n}", padding=3000) for n in range(3)})


@pytest.mark.parametrize(
    ("setting", "value", "make", "observe"),
    [
        ("survey__max_files", 1, _sources, _complete),
        ("survey__max_source_bytes", 0, _sources, _lines),
        ("survey__max_file_bytes", 1024, _sources, _lines),
        (
            "survey__max_manifests",
            1,
            lambda folder: _project(folder, {f"{n}/package.json": _package(f"p{n}") for n in range(12)}),
            _manifests,
        ),
        ("survey__max_manifest_bytes", 1024, _packages, _manifests),
        (
            "survey__max_manifest_s",
            0.01,
            lambda folder: _project(
                folder,
                {
                    "package.json": "[" * 200 + "]" * 200,
                    "uv.lock": "x = [\n" + "1,\n" * 300_000 + "]\n",
                    "pyproject.toml": '[project]\nname = "p"\nkeywords = [\n' + '"x",\n' * 150_000 + "]\n",
                },
            ),
            _manifests,
        ),
        ("sources__max_files", 1000, lambda folder: _project(folder, {f"{n}.py": "" for n in range(1001)}), _seen),
    ],
)  # fmt: skip - one row a setting reads as a table
async def test_a_lower_bound_cuts_what_the_default_lets_pass(
    tmp_path: Path, setting: str, value: object, make: Callable[[Path], Path], observe: Callable[[Seen], object]
) -> None:
    folder = make(tmp_path / "project")
    assert observe(await _surveyed(folder)) != observe(await _surveyed(folder, **{setting: value}))


async def test_max_parse_s_ends_the_reading_of_one_file(tmp_path: Path) -> None:
    folder = _project(tmp_path / "project", {"long.py": "def f(a, b):\n    return a + b\n" * 30_000})

    async def faults(**flags: Any) -> set[str]:
        seen = await _surveyed(folder, detail="full", **flags)
        assert isinstance(seen, RepositoryReport)
        return {one.reason for one in seen.coverage.skipped}

    assert "not_parsed_too_slow" not in await faults()
    assert "not_parsed_too_slow" in await faults(survey__max_parse_s=0.01)


async def test_max_surveys_bounds_how_many_run_at_once() -> None:  # S-143
    open_now, most = 0, 0

    class Slow:
        @asynccontextmanager
        async def open(self, source: str) -> AsyncGenerator[Snapshot]:
            nonlocal open_now, most
            open_now += 1
            most = max(most, open_now)
            await anyio.lowlevel.checkpoint()
            open_now -= 1
            raise PlumbruleError(f"{source} is not opened here")
            yield

    class NoWorkers:
        async def run(self, target: str, payload: Any) -> Any:
            raise AssertionError(target)

    async def most_at_once(max_surveys: int) -> int:
        nonlocal most
        most = 0
        surveyor = Surveyor(Slow(), MemoryCache(10, 1000), NoWorkers(), SurveyLimits(max_surveys=max_surveys))

        async def one() -> None:
            with pytest.raises(PlumbruleError):
                await surveyor.survey("./x")

        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(one)
        return most

    assert (await most_at_once(1), await most_at_once(3)) == (1, 3)


async def test_history_commits_bounds_what_is_counted(tmp_path: Path) -> None:
    folder = _project(tmp_path / "project", {"a.py": "x = 1\n"})
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(folder)]
    commits = [["commit", "-q", "--allow-empty", "-m", str(number)] for number in range(3)]
    for command in (["init", "-q"], ["add", "-A"], *commits):
        await anyio.run_process([*git, *command])
    whole, cut = await _surveyed(folder), await _surveyed(folder, sources__history_commits=1)
    assert isinstance(whole, RepositoryReport)
    assert isinstance(cut, RepositoryReport)
    assert whole.activity != cut.activity


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("sources__archive_max_bytes", 1024),
        ("sources__archive_max_unpacked_bytes", 1024),
    ],
)
async def test_archives_are_bounded(tmp_path: Path, setting: str, value: int) -> None:
    archive = tmp_path / "demo.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(20):
            made.writestr(f"demo/{number}.py", "value = 'the same line again'\n" * 200)
    assert _complete(await _surveyed(archive))
    assert not _complete(await _surveyed(archive, **{setting: value}))


async def test_archive_max_ratio_bounds_what_a_small_archive_unpacks_to(tmp_path: Path) -> None:
    archive = tmp_path / "demo.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as made:
        for name, content in {"demo/noise": os.urandom(1 << 20), "demo/zeros": bytes(40 << 20)}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    assert _complete(await _surveyed(archive))
    assert await _surveyed(archive, sources__archive_max_ratio=2) == "limit_exceeded"


@pytest.mark.parametrize(("memory_mb", "parsed"), [(WorkerLimits().memory_mb, True), (128, False)])
async def test_memory_mb_bounds_what_a_worker_may_take(memory_mb: int, parsed: bool) -> None:
    package = b'{"name": "x", "keywords": [' + b'"aaaa",' * 600_000 + b'""]}'
    payload = {"files": [["package.json", "package_json", package]], "file_limit_s": 30.0, "batch_limit_s": 30.0}
    async with WorkerPool(WorkerLimits(memory_mb=memory_mb)) as pool:
        results = await pool.run("plumbrule.mcp_server.dependencies.manifests.batch:parse", payload)
    assert isinstance(results, list)
    assert bool(results[0][0]) is parsed


def test_git_wall_s_is_the_patience_with_each_git(tmp_path: Path) -> None:
    assert SourceSettings(git_wall_s=7).local().process().wall_s == 7
