"""`plumbrule analyze` and `call` on real repositories: one answer for people, for CI, and the same as MCP's."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import orjson
import pytest


@pytest.fixture
def project(plumbrule) -> Path:
    """A small project under git, with a licence and a manifest."""
    folder = plumbrule.work / "demo"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "demo"\nversion = "1.0"\ndescription = "Does \x1b[31mthings."\nrequires-python = ">=3.11"\n'
        '[project.scripts]\ndemo = "demo:main"\n'.replace("\x1b", "\\u001b")
    )
    (folder / "demo.py").write_text("def main() -> None:\n    print('hello')\n")
    (folder / "LICENSE").write_text("SPDX-License-Identifier: MIT\n")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], cwd=folder, env=plumbrule.environment, check=True, timeout=30)
    return folder


def test_a_page_for_people_is_plain_when_it_is_piped(plumbrule, project: Path) -> None:
    done = plumbrule("analyze", str(project))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("demo\n")
    assert "Python 100 %" in done.stdout
    assert "python >=3.11  [pyproject.toml:5]" in done.stdout
    assert "\x1b" not in done.stdout


def test_json_is_the_result_that_call_and_mcp_give(plumbrule, project: Path) -> None:  # S-148
    by_name = orjson.loads(plumbrule("analyze", "./demo", "--json").stdout)
    arguments = orjson.dumps({"source": "./demo", "detail": "card", "max_tokens": 100_000}).decode()
    by_call = orjson.loads(plumbrule("call", "analyze_repository", "--args", arguments).stdout)
    assert list(by_name) == list(by_call)
    assert list(by_name)[-1] == "call_id"
    assert by_name | {"call_id": ""} == by_call | {"call_id": ""}
    schema = orjson.loads(plumbrule("schema", "analyze_repository").stdout)["output"]
    jsonschema.validate(by_name, schema)


@pytest.mark.parametrize("how", ["-", "@arguments.json"])
def test_arguments_come_from_stdin_or_a_file_too(plumbrule, project: Path, how: str) -> None:
    text = orjson.dumps({"source": str(project)}).decode()
    (plumbrule.work / "arguments.json").write_text(text)
    done = plumbrule("call", "analyze_repository", "--args", how, stdin=text)
    assert orjson.loads(done.stdout)["name"]["value"] == "demo"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["call", "analyse_repository"], "unknown_tool", "analyze_repository"),
        (["call", "analyze_repository", "--args", '{"sorce": "."}'], "invalid_argument", "did you mean 'source'"),
        (["call", "analyze_repository", "--args", "{"], "invalid_argument", "not JSON"),
        (["call", "analyze_repository", "--args", "[]"], "invalid_argument", "not a JSON object"),
        (["call", "analyze_repository", "--args", "@none.json"], "invalid_argument", "cannot be read"),
        (["analyze", "./missing"], "not_found", ""),
        (["--offline", "analyze", "pallets/flask"], "offline", ""),
    ],
)
def test_a_failure_has_its_code_and_exit_code(plumbrule, arguments: list[str], code: str, words: str) -> None:
    done = plumbrule(*arguments, "--json")
    error = orjson.loads(done.stdout)["error"]
    assert (error["code"], done.returncode) == (code, 3 if code == "offline" else 2)
    assert words in error["message"]


def test_an_error_is_a_sentence_a_hint_and_a_call_id_on_stderr(plumbrule) -> None:
    done = plumbrule("analyze", "./missing")
    assert (done.returncode, done.stdout) == (2, "")
    first, *rest = done.stderr.splitlines()
    assert first.startswith("plumbrule: ")
    assert any(line.startswith("  hint: ") for line in rest)
    assert any(line.startswith("  call: ") for line in rest)


def test_a_budget_holds_on_the_command_line(plumbrule, project: Path) -> None:
    small = orjson.loads(plumbrule("analyze", str(project), "--json", "--max-tokens", "300").stdout)
    assert small["truncated"]["next"]["tool"] == "analyze_repository"


def test_no_cache_leaves_no_trace(plumbrule, project: Path) -> None:
    plumbrule("analyze", str(project), "--no-cache")
    assert not list((plumbrule.home / "cache").rglob("*.db"))


def test_the_repository_is_not_written_to(plumbrule, project: Path) -> None:
    def state() -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in sorted(project.rglob("*"))}

    before = state()
    assert plumbrule("analyze", str(project), "--detail", "summary").returncode == 0
    assert state() == before


def test_a_card_imports_none_of_the_heavy_libraries(plumbrule, project: Path) -> None:
    script = (
        "import sys; from plumbrule.mcp_server.cli.root import run; code = run(sys.argv[1:]); "
        "heavy = {'pydantic', 'mcp', 'httpx2', 'rich', 'yaml', 'opentelemetry', 'prometheus_client'}; "
        "print(code, sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = plumbrule("analyze", str(project), "--json", command=(sys.executable, "-c", script))
    assert done.stderr == "0 []\n"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_a_call_writes_one_log_line_when_asked(plumbrule, project: Path) -> None:
    done = plumbrule("analyze", str(project), "--json", "--log-level", "info")
    lines = [orjson.loads(line) for line in done.stderr.splitlines()]
    (call,) = [line for line in lines if line.get("tool") == "analyze_repository"]
    assert call["call_id"] == orjson.loads(done.stdout)["call_id"]


def test_a_limit_that_cut_the_work_is_exit_code_4_and_the_result_is_printed(plumbrule, project: Path) -> None:
    done = plumbrule("analyze", str(project), "--json", "--set", "survey.max_files=1")
    assert done.returncode == 4
    assert orjson.loads(done.stdout)["coverage"]["complete"] is False
    page = plumbrule("analyze", str(project), "--set", "survey.max_files=1")
    assert (page.returncode, "not the whole truth" in page.stdout) == (4, True)


def test_a_local_survey_opens_no_socket_and_looks_up_no_name(plumbrule, project: Path) -> None:  # L-10
    script = (
        "import sys\n"
        "def watch(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.gethostbyname', 'socket.bind'):\n"
        "        raise SystemExit(f'{event} {arguments}')\n"
        "sys.addaudithook(watch)\n"
        "from plumbrule.mcp_server.cli.root import run\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    done = plumbrule("analyze", str(project), "--detail", "summary", command=(sys.executable, "-c", script))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def silence() -> Iterator[socket.socket]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        yield server


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_fetch_ends_with_130_and_leaves_nothing(
    plumbrule, silence: socket.socket, number: signal.Signals
) -> None:
    origin = f"http://127.0.0.1:{silence.getsockname()[1]}"
    command = [sys.executable, "-m", "plumbrule", "analyze", f"{origin}/o/n.git"]
    with subprocess.Popen(
        [*command, "--set", f"network.extra_origins={origin}"],
        env=plumbrule.environment,
        cwd=plumbrule.work,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        connection, _ = silence.accept()  # the fetch is under way
        with connection:
            child.send_signal(number)
            stdout, stderr = child.communicate(timeout=20)
            assert (child.returncode, stdout, stderr) == (130, b"", b"")
            connection.settimeout(10)
            while connection.recv(4096):  # ends only when git is gone too
                pass
    assert [path for path in (plumbrule.home / "cache").rglob("*") if path.is_file()] == []
