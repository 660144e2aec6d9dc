"""A survey of what lies on this machine contacts nobody (L-10)."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WATCHED = """
import os, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        address = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        if not isinstance(address, (str, bytes)) or event.startswith("socket.get"):
            os.write(2, f"contacted {address!r}\\n".encode())
            os._exit(99)

sys.addaudithook(refuse)
from plumbrule.mcp_server.cli.root import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "package.json").write_text(
        '{"name": "p", "repository": "https://github.com/o/p", "dependencies": {"express": "^5"}}'
    )
    (folder / ".gitmodules").write_text('[submodule "x"]\n\tpath = x\n\turl = https://example.com/x.git\n')
    (folder / "requirements.txt").write_text("--index-url https://example.com/simple\nflask\n")
    (folder / "README.md").write_text("![badge](https://example.com/badge.svg)\n")
    return folder


@pytest.mark.parametrize("detail", ["card", "summary", "full"])
def test_a_local_survey_opens_no_connection(project: Path, detail: str) -> None:  # L-10
    command = [sys.executable, "-c", WATCHED, "analyze", str(project), "--detail", detail, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ecosystems"]


def test_the_watcher_sees_a_connection(project: Path) -> None:
    """Or the test above would prove nothing."""
    command = [sys.executable, "-c", WATCHED, "analyze", "https://github.com/octocat/hello-world", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 99, done.stderr
    assert "contacted" in done.stderr


def test_offline_refuses_what_names_the_network(tmp_path: Path) -> None:  # L-10
    command = [sys.executable, "-c", WATCHED, "analyze", "pkg:npm/express", "--offline", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "offline"


def test_an_offline_joint_question_opens_no_connection(project: Path, tmp_path: Path) -> None:  # S-55, L-10
    other = tmp_path / "other"
    other.mkdir()
    (other / "package.json").write_text('{"name": "q", "dependencies": {"express": "^4"}}')
    command = [sys.executable, "-c", WATCHED, "compat", str(project), str(other), "--offline", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stderr
    assert {one["requirement"] for one in json.loads(done.stdout)["conflicts"][0]["members"]} == {
        "express@^4",
        "express@^5",
    }


@pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode != 0,
    reason="this machine makes no network namespaces for us",
)
@pytest.mark.parametrize("detail", ["card", "full"])
def test_with_no_network_at_all_the_answer_is_the_same(project: Path, detail: str) -> None:  # L-10
    """Children (git, workers) included."""
    command = [sys.executable, "-m", "plumbrule", "analyze", str(project), "--detail", detail, "--json"]
    alone = subprocess.run(["unshare", "-rn", *command], capture_output=True, text=True, timeout=60)
    connected = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert alone.returncode == 0, alone.stderr
    answers = [{**json.loads(each.stdout), "call_id": ""} for each in (alone, connected)]
    assert answers[0] == answers[1]
