"""The oracle for Python against the real uv and an index on loopback: its answers, its unknowns, what it never does."""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import to_thread
from python_index import LoopbackIndex, python_index

from plumbrule.core.clock import ManualClock
from plumbrule.core.errors import ConfigurationError
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.workers import WorkerPool
from plumbrule.mcp_server.dependencies.engines.build import build_uv_engine, build_uv_program
from plumbrule.mcp_server.dependencies.engines.indexes import python_indexes
from plumbrule.mcp_server.dependencies.engines.uv import UvEngine
from plumbrule.mcp_server.dependencies.joint.question import Edge, Party, Question, Solved, Unknown, Unsolved
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings


@pytest.fixture
def index() -> Iterator[LoopbackIndex]:
    with python_index() as serving:
        yield serving


def engine(
    folder: Path,
    index: LoopbackIndex,
    settings: ResolutionSettings | None = None,
    *,
    cache: MemoryCache | None = None,
    offline: bool = False,
    workers: WorkerPool | None = None,
) -> UvEngine:
    settings = settings or ResolutionSettings()
    program = build_uv_program(settings, NetworkSettings(offline=offline), index.url, folder)
    return build_uv_engine(program, cache or MemoryCache(1000, 10_000_000, 1e6), workers, ManualClock())


def question(*parties: Any, python: str = "3.12", **more: Any) -> Question:
    """Parties are lists of requirements, or tuples of a list and a range of Python."""
    made = [
        Party(f"repo-{number}", tuple(one[0]), one[1])
        if isinstance(one, tuple)
        else Party(f"repo-{number}", tuple(one))
        for number, one in enumerate(parties)
    ]
    return Question(tuple(made), Target(python), **more)


def versions(answer: Any) -> dict[str, str]:
    assert isinstance(answer, Solved), answer
    return {pin.name: pin.version for pin in answer.pins}


async def test_versions_are_chosen_with_everybody_who_asks_for_them(
    tmp_path: Path, index: LoopbackIndex
) -> None:  # S-53
    index.wheel("app", "1.0", "lib>=1")
    index.wheel("lib", "1.0")
    index.wheel("lib", "2.0")
    answer = await engine(tmp_path, index).solve(question(["app"], ["lib<2"]))
    assert isinstance(answer, Solved)
    assert [(pin.name, pin.version, pin.via) for pin in answer.pins] == [
        ("app", "1.0", ("repo-0",)),
        ("lib", "1.0", ("app", "repo-1")),
    ]
    assert not any("zz-party" in path for path in index.requests)


async def test_no_comes_with_the_requirements_that_took_part(tmp_path: Path, index: LoopbackIndex) -> None:
    index.wheel("app", "1.0", "lib>=2")
    index.wheel("other", "1.0")
    for version in ("1.0", "2.0", "3.0"):
        index.wheel("lib", version)
    answer = await engine(tmp_path, index).solve(question(["app"], ["lib<2"], ["other"]))
    assert isinstance(answer, Unsolved)
    assert {(edge.asker, edge.name, edge.constraint) for edge in answer.edges} == {
        ("repo-0", "app", ""),
        ("app", "lib", ">=2"),
        ("repo-1", "lib", "<2"),
    }
    assert str(tmp_path) not in answer.said
    assert "zz-party" not in answer.said


async def test_a_name_nobody_offers_is_unknown_unless_the_rest_clashes_anyway(
    tmp_path: Path, index: LoopbackIndex
) -> None:
    index.wheel("lib", "1.0")
    index.wheel("lib", "2.0")
    oracle = engine(tmp_path, index)
    assert await oracle.solve(question(["ghost", "lib<2"])) == Unknown("missing_package", ("ghost",))
    clash = await oracle.solve(question(["ghost", "lib<2"], ["lib>=2"]))
    assert isinstance(clash, Unsolved)
    assert {edge.name for edge in clash.edges} == {"lib"}


async def test_every_part_of_the_question_matters(tmp_path: Path, index: LoopbackIndex) -> None:  # S-46, S-56
    index.wheel("lib", "1.0")
    index.wheel("lib", "2.0", uploaded="2024-06-01T00:00:00.000000Z")
    index.wheel("lib", "3.0b1", uploaded="2024-07-01T00:00:00.000000Z")
    index.wheel("app", "1.0", "lib<2", "win; sys_platform == 'win32'")
    index.wheel("win", "1.0")
    oracle = engine(tmp_path, index)

    async def chosen(*parties: Any, **more: Any) -> dict[str, str]:
        return versions(await oracle.solve(question(*parties, **more)))

    assert await chosen(["lib"]) == {"lib": "2.0"}
    assert await chosen(["lib"], constraints=("lib<2",)) == {"lib": "1.0"}
    assert await chosen(["lib"], exclude_newer="2024-01-01T00:00:00Z") == {"lib": "1.0"}
    assert await chosen(["lib"], prereleases="allow") == {"lib": "3.0b1"}
    assert await chosen(["lib"], preference="lowest") == {"lib": "1.0"}
    assert await chosen(["app", "lib>=2"], overrides=("lib>=2",)) == {"app": "1.0", "lib": "2.0"}
    windows = Question((Party("a", ("app",)),), Target("3.12", platform="windows"))
    assert versions(await oracle.solve(windows)) == {"app": "1.0", "lib": "1.0", "win": "1.0"}
    everywhere = Question((Party("a", ("app",)),), Target("3.12", platform="universal"))
    answer = await oracle.solve(everywhere)
    assert isinstance(answer, Solved)
    assert {pin.name: pin.marker for pin in answer.pins}["win"] == "sys_platform == 'win32'"


async def test_platforms_are_told_apart_across_parties(tmp_path: Path, index: LoopbackIndex) -> None:
    for version in ("1.0", "2.0"):
        index.wheel("lib", version)
    index.wheel("app", "1.0", "lib>=2")
    parties = (
        Party("mac", ("lib<2; sys_platform == 'darwin'",)),
        Party("linux", ("lib>=2; sys_platform == 'linux'", "app; sys_platform == 'linux'")),
    )
    everywhere = Target("3.12", platform="universal")
    oracle = engine(tmp_path, index)
    answer = await oracle.solve(Question(parties, everywhere))
    assert isinstance(answer, Solved)
    assert [(pin.name, pin.version, pin.via) for pin in answer.pins] == [
        ("app", "1.0", ("linux",)),
        ("lib", "1.0", ("linux", "mac")),
        ("lib", "2.0", ("app", "linux", "mac")),
    ]
    clash = await oracle.solve(Question((*parties, Party("pins", ("lib<2; sys_platform == 'linux'",))), everywhere))
    assert isinstance(clash, Unsolved)
    assert {edge.asker for edge in clash.edges} <= {"mac", "linux", "pins", "app"}


@pytest.mark.parametrize(
    ("runtime", "python", "fits"),
    [
        (">=3.9", "3.12", True),
        (">=3.13", "3.12", False),
        (">=3.9,<3.12", "3.12", False),  # an upper bound, which uv itself does not look at
        ("<=3.12", "3.12", True),  # 3.12.0 is one
        (">=3.12.3", "3.12", True),
        (">=3.12.3", "3.12.1", False),
        ("!=3.12.*", "3.12", False),
    ],
)
async def test_a_partys_own_range_of_python_is_exact(  # S-47
    tmp_path: Path, index: LoopbackIndex, runtime: str, python: str, fits: bool
) -> None:
    index.wheel("lib", "1.0")
    answer = await engine(tmp_path, index).solve(question((["lib"], runtime), python=python))
    assert isinstance(answer, Solved if fits else Unsolved)
    if isinstance(answer, Unsolved):
        assert answer.edges == (Edge("repo-0", "", "python", runtime),)


async def test_nothing_is_ever_built(tmp_path: Path, index: LoopbackIndex) -> None:
    marker = tmp_path / "ran"
    index.sdist("old", "1.0", form="1.0", setup=f"open({str(marker)!r}, 'w')\nimport setuptools; setuptools.setup()\n")
    answer = await engine(tmp_path, index).solve(question(["old"]))
    assert isinstance(answer, Unknown)
    assert (answer.reason, answer.packages) == ("needs_build", ("old",))
    assert not marker.exists()


async def test_an_index_that_fails_is_unreachable_and_is_asked_again(tmp_path: Path, index: LoopbackIndex) -> None:
    index.wheel("lib", "1.0")
    index.broken = True
    oracle = engine(tmp_path, index)
    first = await oracle.solve(question(["lib"]))
    assert isinstance(first, Unknown)
    assert first.reason == "unreachable"
    index.broken = False
    assert versions(await oracle.solve(question(["lib"]))) == {"lib": "1.0"}


async def test_without_network_yes_comes_from_the_cache_and_no_is_not_believed(  # S-55
    tmp_path: Path, index: LoopbackIndex
) -> None:
    index.wheel("lib", "1.0")
    index.wheel("lib", "2.0")
    await engine(tmp_path, index).solve(question(["lib"]))
    asked = len(index.requests)
    oracle = engine(tmp_path, index, offline=True)
    assert versions(await oracle.solve(question(["lib>1"]))) == {"lib": "2.0"}
    answer = await oracle.solve(question(["lib<2"], ["lib>=2"]))
    assert isinstance(answer, Unknown)
    assert answer.reason == "unreachable"
    assert len(index.requests) == asked


async def test_the_same_question_is_put_once_even_by_many_at_once(tmp_path: Path, index: LoopbackIndex) -> None:
    index.wheel("lib", "1.0")
    cache = MemoryCache(1000, 10_000_000, 1e6)
    oracle = engine(tmp_path, index, cache=cache)
    answers: list[Any] = []

    async def ask() -> None:
        answers.append(await oracle.solve(question(["lib"])))

    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(ask)
    assert len(set(map(str, answers))) == 1
    asked = len(index.requests)
    again = engine(tmp_path / "another", index, cache=cache)  # another process with the same cache
    assert await again.solve(question(["lib"])) == answers[0]
    assert len(index.requests) == asked


async def test_a_private_index_goes_first_and_its_credentials_appear_nowhere(
    tmp_path: Path, index: LoopbackIndex
) -> None:
    index.wheel("lib", "1.0")
    with python_index() as private:
        private.credentials = ("me", "s3cret-word")
        private.wheel("lib", "0.1")
        settings = ResolutionSettings(
            indexes=(f"inner-one={private.url}",), index_credentials=("inner-one=me:s3cret-word",)
        )
        answer = await engine(tmp_path, index, settings).solve(question(["lib"]))
        assert versions(answer) == {"lib": "0.1"}
        assert not any(index.authorizations)
        clash = await engine(tmp_path, index, settings).solve(question(["lib>2"]))
        assert "s3cret-word" not in str(clash)
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and b"s3cret-word" in path.read_bytes()]
    assert kept == []


@pytest.mark.parametrize(
    ("indexes", "credentials"),
    [
        (("Inner=https://x.example/simple",), ()),
        (("inner=https://user:pw@x.example/simple",), ()),
        (("inner=ftp://x.example",), ()),
        (("plumbrule-default=https://x.example/simple",), ()),
        (("inner=https://x.example/simple",), ("other=me:pw",)),
        (("inner=https://x.example/simple",), ("inner=nopassword",)),
    ],
)
def test_a_malformed_index_stops_the_start_and_no_secret_is_repeated(
    indexes: tuple[str, ...], credentials: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        python_indexes("https://pypi.example/simple", indexes, credentials)
    assert "pw" not in str(caught.value)


async def test_a_call_is_held_to_its_time_and_its_memory(tmp_path: Path, index: LoopbackIndex) -> None:
    index.wheel("lib", "1.0")
    for settings in (ResolutionSettings(wall_s=0.001), ResolutionSettings(memory_mb=16)):
        answer = await engine(tmp_path, index, settings).solve(question(["lib"]))
        assert isinstance(answer, Unknown)
        assert answer.reason == "limit_hit", answer


async def test_what_is_kept_is_held_to_its_size(tmp_path: Path, index: LoopbackIndex) -> None:
    index.wheel("lib", "1.0")
    for cache_max_bytes, kept in ((1 << 30, True), (1, False)):
        folder = tmp_path / str(kept)
        await engine(folder, index).solve(question(["lib"]))
        before = len(index.requests)
        os.utime(folder / "uv/looked-at", (0, 0))  # the last look was long ago
        settings = ResolutionSettings(cache_max_bytes=cache_max_bytes)
        assert versions(await engine(folder, index, settings).solve(question(["lib"]))) == {"lib": "1.0"}
        assert (len(index.requests) == before) is kept


@pytest.mark.parametrize("parallel", [1, 2])
async def test_at_most_so_many_calls_run_at_once(tmp_path: Path, index: LoopbackIndex, parallel: int) -> None:
    index.wheel("one", "1.0")
    index.wheel("two", "1.0")
    index.files["one"][0].metadata = index.files["two"][0].metadata = None  # so that a call is one request at a time
    index.meeting = threading.Barrier(2) if parallel == 2 else None
    oracle = engine(tmp_path, index, ResolutionSettings(parallel=parallel))
    async with anyio.create_task_group() as group:
        group.start_soon(oracle.solve, question(["one==2"]))
        group.start_soon(oracle.solve, question(["two==2"]))
    assert index.most_at_once == parallel


async def test_a_cancelled_question_ends_its_engine(tmp_path: Path, index: LoopbackIndex) -> None:
    index.wheel("lib", "1.0")
    index.meeting = threading.Barrier(2)  # nobody comes: uv waits for its page
    oracle = engine(tmp_path, index)
    async with anyio.create_task_group() as group:
        group.start_soon(oracle.solve, question(["lib"]))
        assert await to_thread.run_sync(index.asked.wait, 30)
        group.cancel_scope.cancel()
    index.meeting.abort()
    index.meeting = None
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    assert not children.exists() or "uv" not in _programs(children.read_text().split())
    assert versions(await oracle.solve(question(["lib"]))) == {"lib": "1.0"}


def _programs(pids: list[str]) -> set[str]:
    found: set[str] = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            found.add(Path(f"/proc/{pid}/comm").read_text().strip())
    return found


async def test_what_the_user_configured_decides_nothing(
    tmp_path: Path, index: LoopbackIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("lib", "1.0")
    with python_index() as other:
        other.wheel("lib", "6.6.6")
        home = tmp_path / "home"
        (home / ".config/uv").mkdir(parents=True)
        (home / ".config/uv/uv.toml").write_text(f'index-url = "{other.url}"\n')
        (home / ".netrc").write_text("machine 127.0.0.1 login me password hidden-word\n")
        (home / "uv.toml").write_text(f'index-url = "{other.url}"\n')
        monkeypatch.chdir(home)
        for name, value in {
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "UV_INDEX_URL": other.url,
            "UV_DEFAULT_INDEX": other.url,
            "UV_EXTRA_INDEX_URL": other.url,
            "UV_FIND_LINKS": other.url,
            "PIP_INDEX_URL": other.url,
            "UV_CONFIG_FILE": str(home / "uv.toml"),
            "PATH": str(home),
        }.items():
            monkeypatch.setenv(name, value)
        answer = await engine(tmp_path, index).solve(question(["lib"]))
        assert versions(answer) == {"lib": "1.0"}
        assert other.requests == []
        assert not any(index.authorizations)


async def test_only_our_own_uv_is_run(tmp_path: Path, index: LoopbackIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = tmp_path / "bin"
    planted.mkdir()
    (planted / "uv").write_text(f"#!/bin/sh\ntouch {tmp_path}/planted-ran\n")
    (planted / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{planted}{os.pathsep}{os.environ['PATH']}")
    index.wheel("lib", "1.0")
    assert versions(await engine(tmp_path, index).solve(question(["lib"]))) == {"lib": "1.0"}
    assert not (tmp_path / "planted-ran").exists()
