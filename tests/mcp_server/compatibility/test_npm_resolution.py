"""Joint npm locks of folders against a registry on loopback, by the whole program; installed by npm itself."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from npm_registry import LoopbackRegistry, npm_registry

from plumbrule.core.errors import Incompatible, InvalidArgument
from plumbrule.core.security.masking import Masker
from plumbrule.mcp_server.app import App, build_app
from plumbrule.mcp_server.compatibility.resolution_report import ResolutionQuestion, ResolutionReport
from plumbrule.mcp_server.settings import load


@pytest.fixture
def registry() -> Iterator[LoopbackRegistry]:
    with npm_registry() as serving:
        serving.package("web", "2.0.0", dependencies={"tpl": ">=1"})
        serving.package("web", "3.0.0", dependencies={"tpl": ">=2"})
        for version in ("1.0.0", "2.0.0", "3.0.0"):
            serving.package("tpl", version)
        yield serving


@pytest.fixture
def program(tmp_path: Path, registry: LoopbackRegistry) -> Iterator[Callable[..., App]]:
    apps: list[App] = []

    def made(cache: str = "cache") -> App:
        named = {"sources.npm_url": registry.url, "cache.folder": str(tmp_path / cache)}
        apps.append(build_app(load({}, flags=named, flag_origins=dict.fromkeys(named, "flag --set")), "command"))
        return apps[-1]

    yield made
    for app in apps:
        app.logs.close()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.setenv("HOME", str(tmp_path))

    def made(name: str, **dependencies: str) -> str:
        folder = tmp_path / "work" / name
        folder.mkdir(parents=True)
        manifest = {"name": name, "version": "1.0.0", "dependencies": dependencies}
        (folder / "package.json").write_text(json.dumps(manifest, indent=2))
        return str(folder)

    return made


async def resolved(app: App, *sources: str, **more: Any) -> ResolutionReport:
    question = ResolutionQuestion(sources, **{"target": "node=20", "output": "package-lock.json", **more})
    async with app.running():
        try:
            return await app.resolver.resolve(question)
        finally:
            await app.engines.aclose()


def lock_of(report: ResolutionReport) -> dict[str, Any]:
    assert report.output is not None
    made: dict[str, Any] = json.loads(report.output.text)
    return made


def install(folder: Path, registry: LoopbackRegistry, home: Path) -> None:
    """`npm ci`, as a user would, from the two files alone."""
    npm = shutil.which("npm")
    assert npm is not None
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "npm_config_cache": str(home / "npm")}
    argv = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", f"--registry={registry.url}"]
    done = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


async def test_npm_installs_what_the_lock_says(
    tmp_path: Path, registry: LoopbackRegistry, program: Callable[..., App], repository: Callable[..., str]
) -> None:  # S-53, S-57
    report = await resolved(program(), repository("shop", web=">=2"), repository("api", tpl="<3"))
    assert report.output is not None
    lock = lock_of(report)
    assert lock["lockfileVersion"] == 3
    folder = tmp_path / "install"
    folder.mkdir()
    (folder / "package-lock.json").write_text(report.output.text)
    (folder / "package.json").write_text(report.manifest)
    install(folder, registry, tmp_path)
    versions = {one: json.loads((folder / f"node_modules/{one}/package.json").read_text())["version"]
                for one in ("web", "tpl")}  # fmt: skip
    assert versions == {"web": "3.0.0", "tpl": "2.0.0"}
    told = json.loads(report.manifest)["plumbrule"]
    assert told["askedBy"]["tpl"] == [
        {"repository": "shop", "requirement": "web@>=2", "at": "package.json:5", "through": ["web"]},
        {"repository": "api", "requirement": "tpl@<3", "at": "package.json:5"},
    ]
    assert {one.name: one.asked_by for one in report.packages} == {"web": ("shop",), "tpl": ("shop", "api")}


async def test_the_same_question_gives_the_same_bytes_from_any_cache(
    registry: LoopbackRegistry, program: Callable[..., App], repository: Callable[..., str]
) -> None:  # S-53
    sources = repository("shop", web=">=2"), repository("api", tpl="<3")
    asked = {"exclude_newer": "2024-01-01"}
    first = await resolved(program("one"), *sources, **asked)
    registry.package("tpl", "2.5.0", published="2025-01-01T00:00:00.000Z")
    again = await resolved(program("one"), *sources, **asked)
    other = await resolved(program("two"), *sources, **asked)
    assert (first.output, first.manifest) == (again.output, again.manifest) == (other.output, other.manifest)
    assert first.output is not None
    assert Masker().mask(first.output.text) == first.output.text


async def test_a_clash_is_an_error_and_its_fix_can_be_locked(
    program: Callable[..., App], repository: Callable[..., str]
) -> None:  # S-52, S-54
    sources = repository("old", tpl="1.0.0"), repository("new", tpl="^3.0.0")
    with pytest.raises(Incompatible) as failed:
        await resolved(program(), *sources)
    assert all(told in failed.value.message for told in ("old", "new", "package.json:5"))
    assert failed.value.retry_with is not None
    fixed = await resolved(program(), *sources, fix="F1")
    (change,) = fixed.changes
    version = lock_of(fixed)["packages"]["node_modules/tpl"]["version"]
    assert version in ("1.0.0", "3.0.0")
    assert "becomes" in json.loads(fixed.manifest)["plumbrule"]["presumes"][0]
    assert change.repository in ("old", "new")


async def test_why_a_version_and_what_was_not_followed(
    registry: LoopbackRegistry, program: Callable[..., App], repository: Callable[..., str]
) -> None:  # S-56
    shop = repository("shop", web=">=2", placed=f"{registry.url}/placed.tgz")
    report = await resolved(program(), shop, repository("api", tpl="<3"), explain="tpl")
    assert report.explanation is not None
    assert (report.explanation.version, report.explanation.newer) == ("2.0.0", ("3.0.0",))
    assert [(one.asker, one.constraint) for one in report.explanation.held_by] == [("api", "tpl@<3")]
    (missing,) = report.not_checked
    assert (missing.repository, missing.evidence.at) == ("shop", "package.json:6")
    assert json.loads(report.manifest)["plumbrule"]["complete"] is False
    assert not any("placed" in path for path in registry.requests)


async def test_side_by_side_has_no_one_lock_and_a_bill_has_both_ecosystems(
    program: Callable[..., App], repository: Callable[..., str]
) -> None:
    shop = repository("shop", web=">=2")
    with pytest.raises(InvalidArgument, match=r"one merged package\.json"):
        await resolved(program(), shop, policy=("workspace",))
    bill = lock_of(await resolved(program(), shop, output="cyclonedx"))
    below = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert below["repository:shop"] == ["pkg:npm/web@3.0.0"]
    assert below["pkg:npm/web@3.0.0"] == ["pkg:npm/tpl@3.0.0"]
    assert next(one for one in bill["components"] if one["name"] == "tpl")["hashes"][0]["alg"] == "SHA-512"
