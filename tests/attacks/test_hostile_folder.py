"""Started inside a folder that plants modules, settings and programs: nothing of it is imported, read or run."""

import os
import sys
from pathlib import Path

import pytest
from driving import Ground

SCRIPT = [str(Path(sys.executable).with_name("plumbrule"))]
MODULES = ("json", "sitecustomize", "usercustomize", "mcp", "anyio", "click", "orjson", "typing", "yaml", "asyncio")
PACKAGES = ("plumbrule", "core", "mcp_server", "rich", "httpx2")
PROGRAMS = ("git", "prlimit", "setpriv", "node", "uv", "sh")


@pytest.fixture
def planted(ground: Ground) -> Path:
    folder = ground.base / "planted"
    folder.mkdir()
    trap = f"open({str(ground.canaries / 'imported')!r}, 'a').write(__name__)\n"
    for name in MODULES:
        (folder / f"{name}.py").write_text(trap)
    for name in PACKAGES:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(trap)
        (folder / name / "__main__.py").write_text(trap)
    for name in PROGRAMS:
        (folder / name).write_text(f"#!/bin/sh\ntouch {ground.canaries}/{name}\n")
        (folder / name).chmod(0o755)
    (folder / ".env").write_text("PLUMBRULE_LOG__LEVEL=bogus\n")
    for name in ("plumbrule.toml", ".plumbrule.toml", "pyvenv.cfg"):
        (folder / name).write_text("bogus = 1\n")
    return folder


@pytest.mark.parametrize("command", [SCRIPT, [sys.executable, "-P", "-m", "plumbrule"]], ids=["script", "module"])
def test_nothing_of_the_working_folder_is_imported_read_or_run(  # A52
    ground: Ground, planted: Path, command: list[str]
) -> None:
    env = ground.env() | {"PATH": f".::{os.environ['PATH']}"}
    done = ground.run([*command, "analyze", ".", "--detail", "summary", "--json"], env=env, cwd=planted)
    assert done.code == 0, done.stderr
    assert list(ground.canaries.iterdir()) == []
