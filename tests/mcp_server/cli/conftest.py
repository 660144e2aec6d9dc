"""Running the real command line as a stranger would: own home, own folders, nothing inherited."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass(frozen=True)
class CommandLine:
    """`python -m plumbrule` in a home of its own; `work` is the working folder."""

    home: Path
    work: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])

    def __call__(
        self,
        *arguments: str,
        stdin: str | None = None,
        environment: Mapping[str, str] = {},
        command: Sequence[str] = (sys.executable, "-m", "plumbrule"),
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments],
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            cwd=self.work,
            env=self.environment | environment,
            timeout=60,
            check=False,
        )


@pytest.fixture
def plumbrule(tmp_path: Path) -> CommandLine:
    home, work = tmp_path / "home", tmp_path / "home" / "work"
    work.mkdir(parents=True)
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "LANG": "C.UTF-8",
    }
    return CommandLine(home, work, environment)
