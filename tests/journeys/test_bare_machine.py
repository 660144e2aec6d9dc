"""Without a home, a cache or a configuration to write to, the work is done all the same (C-59, C-65)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "package.json").write_text('{"name": "p", "version": "1.0.0", "license": "MIT"}')
    (folder / "index.js").write_text("export const one = 1;\n")
    return folder


def analyze(project: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plumbrule", "analyze", str(project), "--json"]
    bare = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | environment
    return subprocess.run(command, cwd="/", env=bare, capture_output=True, text=True, timeout=60)


def test_a_survey_needs_no_place_to_write(project: Path) -> None:  # C-59, C-65
    nowhere = {"HOME": "/proc/nowhere", "XDG_CACHE_HOME": "/proc/nowhere/cache", "XDG_CONFIG_HOME": "/proc/nowhere/c"}
    done = analyze(project, nowhere)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["name"]
    assert done.stderr.count("cache is off") <= 1


def test_a_survey_leaves_nothing_but_its_cache(project: Path, tmp_path: Path) -> None:  # C-59
    home = tmp_path / "home"
    home.mkdir()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    before = sorted(path.name for path in project.iterdir())
    done = analyze(project, {"HOME": str(home), "TMPDIR": str(scratch)})
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in project.iterdir()) == before
    assert list(scratch.iterdir()) == []
    written = {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}
    assert all(name.startswith((".cache/plumbrule/", "Library/Caches/plumbrule/")) for name in written)
