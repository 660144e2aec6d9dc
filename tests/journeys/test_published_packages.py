"""Truth on packages that others published: what the survey says beside what their own files say, checked by hand."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from plumbrule.core.security.paths import PathPolicy
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.workers import WorkerPool
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.analysis.survey import Surveyor
from plumbrule.mcp_server.platforms.build import build_sources
from plumbrule.mcp_server.platforms.limits import SourceSettings


@pytest.fixture(scope="session")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Flask's source distribution by pip, Express's package by npm; neither is installed or run."""
    folder = tmp_path_factory.mktemp("published")
    has_pip = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False)
    pip = [shutil.which("pip") or "pip"] if has_pip.returncode else [sys.executable, "-m", "pip"]
    wanted = ["download", "--quiet", "--no-deps", "--no-binary", "flask", "flask==3.1.0", "--dest", str(folder)]
    subprocess.run([*pip, *wanted], check=True, timeout=300)
    npm = shutil.which("npm")
    assert npm, "npm is part of what the tests need (README)"
    subprocess.run([npm, "pack", "--silent", "express@4.19.2"], cwd=folder, check=True, timeout=300)
    return folder


async def surveyed(archive: Path, state: Path) -> RepositoryReport:
    state.mkdir(mode=0o700, exist_ok=True)
    paths = PathPolicy(roots=None, home=state, cwd=state)
    sources = build_sources(SourceSettings(), NetworkSettings(), paths=paths, cache_folder=state)
    async with WorkerPool() as pool:
        return await Surveyor(sources, MemoryCache(10, 10_000_000), pool).survey(str(archive), detail="summary")


async def test_flask_is_told_as_its_files_say(downloads: Path, tmp_path: Path) -> None:  # S-30, S-34, S-40
    report = await surveyed(downloads / "flask-3.1.0.tar.gz", tmp_path / "state")
    assert report.name.value == "Flask"
    assert report.description is not None
    assert report.description.value == "A simple framework for building complex web applications."
    assert report.languages is not None
    assert report.languages.shares[0].name == "Python"
    assert report.languages.shares[0].percent > 99
    assert report.licence is not None
    assert report.licence.expression == "BSD-3-Clause"
    assert report.licence.evidence.at.startswith("LICENSE.txt")
    assert [(one.name, one.constraint) for one in report.runtimes] == [("python", ">=3.9")]
    assert ("flask", "console_script", "flask.cli:main") in [
        (one.name, one.kind, one.target) for one in report.entry_points
    ]
    assert "tox" in [one.command for one in report.commands]
    assert report.tests is not None
    assert "pytest" in [one.value for one in report.tests.frameworks]
    assert [(one.name, one.path) for one in report.components] == [("flask", "src/flask")]
    assert {"readme", "docs", "changelog", "generator"} <= {one.kind for one in report.documentation}
    manifest = next(one for one in report.manifests if one.evidence.at == "pyproject.toml")
    assert (manifest.version, manifest.runtime_dependencies) == ("3.1.0", 6)


async def test_express_is_told_as_its_files_say(downloads: Path, tmp_path: Path) -> None:  # S-30, S-35, S-40
    report = await surveyed(downloads / "express-4.19.2.tgz", tmp_path / "state")
    assert report.name.value == "express"
    assert report.description is not None
    assert report.description.value == "Fast, unopinionated, minimalist web framework"
    assert report.languages is not None
    assert [share.name for share in report.languages.shares] == ["JavaScript"]
    assert report.licence is not None
    assert report.licence.expression == "MIT"
    assert [(one.name, one.constraint) for one in report.runtimes] == [("node", ">= 0.10.0")]
    assert ("npm test", None) in [(one.command, one.convention) for one in report.commands]
    assert report.tests is not None
    assert [one.value for one in report.tests.frameworks] == ["mocha"]
    manifest = next(one for one in report.manifests if one.evidence.at == "package.json")
    assert (manifest.version, manifest.runtime_dependencies, manifest.dev_dependencies) == ("4.19.2", 31, 16)
