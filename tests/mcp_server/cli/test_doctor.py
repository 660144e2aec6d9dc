"""`plumbrule doctor` says what is missing, and its exit code is the verdict."""

import socket
from pathlib import Path

import orjson
import pytest

from plumbrule.mcp_server.cli.checks import judge_git


def test_a_machine_with_everything_passes(plumbrule) -> None:  # C-60
    done = plumbrule("doctor", "--json", "--set", "http.port=0")
    report = orjson.loads(done.stdout)
    assert (done.returncode, report["ok"]) == (0, True)
    names = [check["name"] for check in report["checks"]]
    assert names[:3] == ["plumbrule", "settings", "git"]
    assert {"cache", "temp folder", "user", "http port"} <= set(names)
    assert [path for path in plumbrule.home.rglob("*") if path != plumbrule.work] == []


def test_bad_settings_are_a_finding_and_the_rest_is_still_checked(plumbrule) -> None:
    done = plumbrule("doctor", environment={"PLUMBRULE_HTTP__PORT": "x"})
    assert done.returncode == 1
    assert "MISSING  settings" in done.stdout
    assert "http.port" in done.stdout
    assert "git" in done.stdout


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("network.extra_origins=nonsense", "network.extra_origins"),
        ("sources.roots=relative", "sources.roots"),
        ("http.tokens=nonsense", "http.tokens"),
        ("http.host=0.0.0.0", "without authentication"),
        ("log.file=/nonexistent/folder/log", "/nonexistent/folder/log"),
    ],
)
def test_settings_that_would_stop_a_server_are_found_before_it_starts(plumbrule, setting: str, words: str) -> None:
    done = plumbrule("doctor", "--json", "--set", setting)
    (found,) = [check for check in orjson.loads(done.stdout)["checks"] if check["name"] == "settings"]
    assert (done.returncode, found["state"]) == (1, "missing")
    assert words in found["message"]


def test_a_taken_port_is_a_warning_with_a_way_out(plumbrule) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = plumbrule("doctor", "--set", f"http.port={taken.getsockname()[1]}")
    assert done.returncode == 0
    assert "cannot be taken" in done.stdout
    assert "--port" in done.stdout


def test_a_cache_that_cannot_be_written_is_a_warning(plumbrule, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    done = plumbrule("doctor", "--set", f"cache.folder={blocked}/here")
    assert (done.returncode, "cannot be written" in done.stdout) == (0, True)


def test_without_git_the_verdict_is_negative(plumbrule, monkeypatch: pytest.MonkeyPatch) -> None:
    from plumbrule.core import process
    from plumbrule.mcp_server.cli.checks import CHECKS
    from plumbrule.mcp_server.settings import Loaded

    monkeypatch.setattr(process.base_env, "__kwdefaults__", {"path": "/nonexistent"})
    (look,) = [check for check in CHECKS if check.__name__ == "_git"]
    (found,) = look(Loaded.defaults())
    assert (found.state, "Install git" in found.hint) == ("missing", True)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("git version 2.50.1", "ok"),
        ("git version 2.51.0.windows.1", "ok"),
        ("git version 2.43.7", "ok"),
        ("git version 2.43.0", "warning"),
        ("git version 2.39.5 (Apple Git-154)", "warning"),
        ("git version 2.50.0", "warning"),
        ("git version 3.0.0", "ok"),
        ("git version 1.8.3", "missing"),
        ("no such thing", "warning"),
    ],
)
def test_git_is_judged_by_its_release_line(said: str, state: str) -> None:
    assert judge_git(said).state == state
