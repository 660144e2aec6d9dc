"""The second opinion: the real pip, isolated, against an index on loopback; told for which target to answer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_index import LoopbackIndex, python_index

from plumbrule.core.clock import ManualClock
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.mcp_server.dependencies.engines.build import build_pip_engine, build_uv_engine, build_uv_program
from plumbrule.mcp_server.dependencies.engines.pip import PipEngine
from plumbrule.mcp_server.dependencies.joint.question import Party, Question, Solved, Unknown, Unsolved
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings


@pytest.fixture
def index() -> Iterator[LoopbackIndex]:
    with python_index() as serving:
        yield serving


def second(folder: Path, index: LoopbackIndex, settings: ResolutionSettings | None = None) -> PipEngine:
    cache = MemoryCache(1000, 10_000_000, 1e6)
    return build_pip_engine(
        settings or ResolutionSettings(), NetworkSettings(), index.url, folder, cache, ManualClock()
    )


def question(*parties: list[str], target: Target | None = None, **more: Any) -> Question:
    made = tuple(Party(f"repo-{number}", tuple(lines)) for number, lines in enumerate(parties))
    return Question(made, target or Target("3.12"), **more)


def told(answer: Any) -> Any:
    if isinstance(answer, Solved):
        return {pin.name: pin.version for pin in answer.pins}
    return "no" if isinstance(answer, Unsolved) else (answer.reason, answer.packages)


def publish(index: LoopbackIndex) -> None:
    index.wheel("app", "1.0", "lib<2", "win; sys_platform == 'win32'", "new; python_version >= '3.13'")
    for version in ("1.0", "2.0", "3.0b1"):
        index.wheel("lib", version)
    for name in ("win", "new"):
        index.wheel(name, "1.0")
    index.wheel("modern", "1.0", requires_python=">=3.13")
    index.sdist("old", "1.0")


QUESTIONS = (
    question(["app"], ["lib"]),
    question(["app"], ["lib>=2"]),
    question(["app"], target=Target("3.13")),
    question(["app"], target=Target("3.10", platform="windows")),
    question(["lib"], constraints=("lib<2",)),
    question(["lib"], prereleases="allow"),
    question(["lib"], prereleases="disallow"),
)


async def test_both_engines_agree_on_verdicts_and_versions(tmp_path: Path, index: LoopbackIndex) -> None:
    publish(index)
    program = build_uv_program(ResolutionSettings(), NetworkSettings(), index.url, tmp_path)
    first = build_uv_engine(program, MemoryCache(1000, 10_000_000, 1e6), clock=ManualClock())
    pip = second(tmp_path, index)
    for one in QUESTIONS:
        assert told(await pip.solve(one)) == told(await first.solve(one)), one


async def test_what_pip_cannot_tell_is_unknown_with_the_reason(tmp_path: Path, index: LoopbackIndex) -> None:
    publish(index)
    pip = second(tmp_path, index)
    assert told(await pip.solve(question(["old"]))) == ("missing_package", ("old",))
    assert told(await pip.solve(question(["lib==1.5"]))) == ("needs_build", ("lib",))
    for beyond in (
        question(["lib"], target=Target("3.12", platform="universal")),
        question(["lib"], target=Target()),
        question(["lib"], overrides=("lib<2",)),
        question(["lib"], preference="lowest"),
    ):
        answer = await pip.solve(beyond)
        assert isinstance(answer, Unknown)
        assert answer.reason == "engine_failed"
        assert answer.said.startswith("pip ")
    private = ResolutionSettings(indexes=(f"inner={index.url}",))
    mixed = await second(tmp_path, index, private).solve(question(["lib"]))
    assert isinstance(mixed, Unknown)
    runtime = Question((Party("a", ("lib",), "<3.12"),), Target("3.12"))
    assert told(await pip.solve(runtime)) == "no"
    index.broken = True
    answer = await second(tmp_path / "cold", index).solve(question(["lib"]))
    assert told(answer) == ("missing_package", ("lib",))


async def test_pip_is_told_nothing_but_what_we_wrote(
    tmp_path: Path, index: LoopbackIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(index)
    marker = tmp_path / "ran"
    index.sdist("evil", "1.0", setup=f"open({str(marker)!r}, 'w')\n")
    with python_index() as other:
        home = tmp_path / "home"
        (home / ".config/pip").mkdir(parents=True)
        (home / ".config/pip/pip.conf").write_text(
            f"[global]\nindex-url = {other.url}\nextra-index-url = {other.url}\n"
        )
        (home / ".netrc").write_text("machine 127.0.0.1 login me password hidden-word\n")
        (home / "sitecustomize.py").write_text(f"open({str(marker)!r}, 'w')\n")
        monkeypatch.chdir(home)
        for name, value in {
            "HOME": str(home),
            "PIP_INDEX_URL": other.url,
            "PIP_EXTRA_INDEX_URL": other.url,
            "PIP_FIND_LINKS": other.url,
            "PYTHONPATH": str(home),
        }.items():
            monkeypatch.setenv(name, value)
        pip = second(tmp_path, index)
        assert told(await pip.solve(question(["lib"]))) == {"lib": "2.0"}
        assert told(await pip.solve(question(["evil"]))) == ("missing_package", ("evil",))
        assert other.requests == []
    assert not marker.exists()
    assert not any(index.authorizations)
