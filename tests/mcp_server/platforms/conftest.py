"""Real repositories made by the real git in temporary folders, and sources over them."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbrule.core.security.paths import PathPolicy
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.mcp_server.platforms.build import build_sources
from plumbrule.mcp_server.platforms.limits import SourceSettings
from plumbrule.mcp_server.platforms.ports.source import Sources

GIT_ENV = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "Ann@example.org",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
    "LC_ALL": "C.UTF-8",
}

Git = Callable[..., str]


def run_git(folder: Path, *words: str, env: dict[str, str] | None = None) -> str:
    """The output of the user's own git, as a person would run it."""
    done = subprocess.run(
        ["git", "-C", str(folder), "-c", "protocol.file.allow=always", *words],
        env=GIT_ENV | (env or {}),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout.decode().strip()


@pytest.fixture
def git() -> Git:
    return run_git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A work tree with one commit: a.py, docs/guide.md, run.sh (executable), link -> a.py."""
    folder = tmp_path / "project"
    (folder / "docs").mkdir(parents=True)
    (folder / "a.py").write_text("print(1)\n")
    (folder / "docs" / "guide.md").write_text("# Guide\n")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("a.py")
    run_git(folder, "init", "-q", "-b", "main")
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-q", "-m", "first")
    return folder


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """As the command line has them: every path, relative ones from the temporary folder."""
    return build_sources(
        SourceSettings(),
        NetworkSettings(),
        paths=PathPolicy(roots=None, home=tmp_path, cwd=tmp_path),
        cache_folder=tmp_path / "cache",
    )
