"""Closed streams, vanished folders, full disks, no descriptors: the command works on, or says what is missing."""

import subprocess
from pathlib import Path

import pytest
from driving import Ground


@pytest.fixture
def project(ground: Ground) -> Path:
    folder = ground.base / "project"
    folder.mkdir()
    (folder / "a.py").write_text("print(1)\n")
    (folder / "package.json").write_text('{"name": "x"}')
    return folder


def shell(script: str) -> list[str]:
    """A wrapper that runs the command as `"$@"` of a script."""
    return ["sh", "-c", script, "sh"]


def test_a_working_folder_that_is_gone_matters_only_to_relative_paths(ground: Ground, project: Path) -> None:
    gone = ground.base / "gone"
    wrapped = shell(f'mkdir {gone}; cd {gone}; rmdir {gone}; exec "$@"')
    assert ground.plumbrule("analyze", str(project), "--json", wrapped=wrapped).code == 0
    relative = ground.plumbrule("analyze", ".", "--json", wrapped=wrapped)
    assert (relative.code, relative.error) == (2, "invalid_argument")


def test_a_closed_standard_error_takes_nothing_from_the_result(ground: Ground, project: Path) -> None:
    done = ground.plumbrule("analyze", str(project), "--json", wrapped=shell('exec "$@" 2>&-'))
    assert done.code == 0
    assert done.document["size"]["files"] == 2


@pytest.mark.parametrize(("where", "code"), [(">&-", 3), (">/dev/full", 4)])
def test_a_result_that_cannot_be_written_is_no_success(ground: Ground, project: Path, where: str, code: int) -> None:
    done = ground.plumbrule("analyze", str(project), "--json", wrapped=shell(f'exec "$@" {where}'))
    assert done.code == code
    assert done.stderr.startswith("plumbrule: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("limit", "message"),
    [("--nofile=12", "Too many files are open."), ("--fsize=0", "There is no room left to write.")],
)
def test_what_the_machine_has_no_room_for_is_told_as_a_limit(
    ground: Ground, project: Path, limit: str, message: str
) -> None:
    subprocess.run(["git", "init", "-q", project], check=True)
    done = ground.plumbrule("analyze", str(project), "--json", wrapped=["prlimit", limit, "--"])
    assert (done.code, done.error) == (4, "limit_exceeded")
    assert done.document["error"]["message"] == message
    assert (done.orphans, done.left) == ((), ())
