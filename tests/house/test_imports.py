"""The architecture's contracts are kept, and each of them bites."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PLANTED = {
    "core looks up": ("core/clock.py", "from plumbrule.mcp_server.tools import spec"),
    "an engine looks up": ("mcp_server/analysis/model.py", "from plumbrule.mcp_server.tools import spec"),
    "tools see server": ("mcp_server/tools/spec.py", "from plumbrule.mcp_server.server import boundary"),
    "server sees tools": ("mcp_server/server/boundary.py", "from plumbrule.mcp_server.tools import spec"),
    "an engine sees an adapter": (
        "mcp_server/analysis/model.py",
        "from plumbrule.mcp_server.platforms import planted_adapter",
    ),
    "a tool knows the protocol": ("mcp_server/tools/spec.py", "import mcp"),
    "the command line knows the protocol": ("mcp_server/cli/root.py", "import mcp"),
    "an adapter has its own HTTP client": ("mcp_server/platforms/planted_adapter.py", "import httpx2"),
    "an engine prints": ("mcp_server/analysis/model.py", "import rich"),
    "a room nobody planned": ("attic/__init__.py", '"""A sign."""'),
    "a floor nobody planned": ("mcp_server/attic/__init__.py", '"""A sign."""'),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(folder / "dev")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def copied(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(root / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "dev").mkdir()
    (folder / "dev/plumbrule").symlink_to("../src")
    shutil.copy(root / ".importlinter", folder)
    (folder / "src/mcp_server/platforms/planted_adapter.py").write_text('"""An adapter like others."""\n')
    return folder


def test_the_contracts_are_kept(copied: Path) -> None:
    done = lint(copied)
    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize("violation", PLANTED)
def test_a_planted_violation_is_caught(violation: str, copied: Path, tmp_path: Path) -> None:
    where, line = PLANTED[violation]
    folder = tmp_path / "house"
    shutil.copytree(copied, folder, symlinks=True)
    target = folder / "src" / where
    target.parent.mkdir(exist_ok=True)
    with target.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    done = lint(folder)
    assert done.returncode != 0, f"{violation} was not caught"


def test_every_contract_was_broken_by_some_plant(root: Path) -> None:
    """A contract without a plant could be empty; the count makes one think of it."""
    contracts = (root / ".importlinter").read_text().count("[importlinter:contract:")
    assert contracts == 7
    assert len(PLANTED) > contracts
