"""`plumbrule serve` as hosts start it: nothing but the protocol on stdout, and clean ends."""

import os
import signal
import subprocess
import sys
import urllib.request
from urllib.parse import quote

import orjson
import pytest

COMMAND = (sys.executable, "-m", "plumbrule", "serve")
PATIENT = ("serve", "--set", "stdio.drain_s=60")
"""The whole conversation is sent at once, so its end comes before the answers, however long a busy machine takes."""
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def _lines(*messages: object) -> str:
    return "".join(orjson.dumps(message).decode() + "\n" for message in messages)


def _request(number: int, method: str, **params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def test_stdio_lists_and_calls_the_same_tool_as_the_command_line(plumbrule) -> None:  # S-148
    (plumbrule.work / "demo").mkdir()
    (plumbrule.work / "demo" / "a.py").write_text("print('x')\n")
    conversation = _lines(
        INITIALIZE,
        INITIALIZED,
        _request(2, "tools/list"),
        _request(3, "tools/call", name="analyze_repository", arguments={"source": str(plumbrule.work / "demo")}),
        _request(4, "resources/read", uri="plumbrule://settings-schema"),
        _request(5, "resources/read", uri="plumbrule://rules"),
        _request(7, "resources/read", uri=f"plumbrule://card/{quote(str(plumbrule.work / 'demo'), safe='')}"),
        _request(6, "prompts/get", name="survey", arguments={"source": "./demo"}),
    )
    done = plumbrule(*PATIENT, stdin=conversation)
    assert done.returncode == 0, done.stderr
    answers = {answer["id"]: answer["result"] for answer in map(orjson.loads, done.stdout.splitlines())}
    assert [tool["name"] for tool in answers[2]["tools"]] == [
        "analyze_repository",
        "map_repository",
        "check_compatibility",
        "resolve_dependencies",
    ]
    served = answers[3]["structuredContent"]
    printed = orjson.loads(plumbrule("analyze", str(plumbrule.work / "demo"), "--json").stdout)
    assert served | {"call_id": ""} == printed | {"call_id": ""}
    assert orjson.loads(answers[4]["contents"][0]["text"])["title"] == "plumbrule settings"
    rules = orjson.loads(answers[5]["contents"][0]["text"])
    assert len(rules) > 20
    card = orjson.loads(answers[7]["contents"][0]["text"])
    assert card == {key: value for key, value in served.items() if key != "call_id"}
    assert "analyze_repository" in answers[6]["messages"][0]["content"]["text"]


def test_stdio_reads_no_folder_outside_of_its_roots(plumbrule, tmp_path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    conversation = _lines(
        INITIALIZE,
        INITIALIZED,
        _request(2, "tools/call", name="analyze_repository", arguments={"source": str(outside)}),
    )
    refused = plumbrule(*PATIENT, "--root", str(plumbrule.work), stdin=conversation)
    last = orjson.loads(refused.stdout.splitlines()[-1])["result"]
    assert (last["isError"], last["structuredContent"]["error"]["code"]) == (True, "access_denied")
    allowed = plumbrule(*PATIENT, "--root", str(outside), stdin=conversation)
    assert orjson.loads(allowed.stdout.splitlines()[-1])["result"]["isError"] is False


def test_bad_settings_end_the_start_with_2_and_an_empty_stdout(plumbrule) -> None:
    done = plumbrule("serve", "--set", "stdio.drain_s=many")
    assert (done.returncode, done.stdout) == (2, "")
    assert "stdio.drain_s" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="shells")
def test_without_a_standard_input_there_is_a_sentence(plumbrule) -> None:
    done = plumbrule(command=("sh", "-c", 'exec "$0" -m plumbrule serve <&-', sys.executable))
    assert done.returncode == 2
    assert "Standard input or output is closed" in done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there is no root")
def test_a_server_that_runs_as_root_warns_and_others_do_not(plumbrule) -> None:  # C-66
    done = plumbrule("serve", stdin="")
    assert ("running as root" in done.stderr) is (os.geteuid() == 0)
    checks = orjson.loads(plumbrule("doctor", "--json").stdout)["checks"]
    (user,) = [check for check in checks if check["name"] == "user"]
    assert user["state"] == ("warning" if os.geteuid() == 0 else "ok")


def test_an_open_bind_without_authentication_is_refused(plumbrule) -> None:
    done = plumbrule("serve", "--transport", "http", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 2
    assert "--insecure-no-auth" in done.stderr


@pytest.mark.parametrize("transport", ["http", "sse"])
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_http_is_ready_and_ends_on_a_signal_with_0(plumbrule, transport: str) -> None:
    command = [*COMMAND, "--transport", transport, "--port", "0"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=plumbrule.environment, cwd=plumbrule.work
    ) as server:
        assert server.stderr is not None
        url = next(line["url"] for line in map(orjson.loads, server.stderr) if "url" in line)
        base = url.rsplit("/", 1)[0]
        with urllib.request.urlopen(f"{base}/readyz", timeout=10) as answer:  # a loopback address
            assert answer.read() == b"ok\n"
        with urllib.request.urlopen(f"{base}/metrics", timeout=10) as answer:
            assert b"plumbrule_build_info" in answer.read()
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=15) == 0
        assert server.stdout is not None
        assert server.stdout.read() == b""
