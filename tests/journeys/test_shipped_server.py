"""The server as it is shipped, started from the command line as an operator would."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

LIMIT_S = 30


@contextmanager
def served(home: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """A running HTTP server on a free port: the process, its address, and the log lines until it listened."""
    command = [sys.executable, "-m", "plumbrule", "serve", "--transport", "http", "--port", "0", *arguments]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    with subprocess.Popen(command, cwd=home, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines: list[str] = []
        address = None
        try:
            while address is None:
                line = process.stderr.readline()
                assert line, f"it ended before it listened: {lines}"
                lines.append(line)
                address = re.search(r"http://[\d.]+:\d+", line)
            yield process, address.group(), lines
        finally:
            process.kill()


def get(url: str) -> int:
    """The status of a GET."""
    try:
        with urllib.request.urlopen(url, timeout=LIMIT_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_probes_answer_and_sigterm_ends_it_with_0(tmp_path: Path) -> None:  # S-112, S-134
    with served(tmp_path) as (process, address, _):
        assert [get(address + route) for route in ("/livez", "/readyz", "/readyz?verbose", "/metrics")] == [200] * 4
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT_S) == 0


def figures(address: str) -> dict[str, float]:
    """What `/metrics` says, read by Prometheus' own parser: calls by tool and code."""
    with urllib.request.urlopen(address + "/metrics", timeout=LIMIT_S) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    calls = next(family for family in families if family.name == "plumbrule_calls")
    return {f"{one.labels['tool']} {one.labels['code']}": one.value for one in calls.samples if "tool" in one.labels}


def test_calls_are_counted_at_metrics(tmp_path: Path) -> None:  # S-132
    with served(tmp_path) as (_, address, _):
        assert figures(address) == {}
        body = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {
                "name": "analyze_repository",
                "arguments": {"source": "/nowhere"},
                "_meta": {
                    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                    "io.modelcontextprotocol/clientCapabilities": {},
                    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
                },
            },
        }
        headers = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "mcp-protocol-version": "2026-07-28",
            "mcp-method": "tools/call",
            "mcp-name": "analyze_repository",
        }
        request = urllib.request.Request(address + "/mcp", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
            assert b"access_denied" in answer.read()
        assert figures(address) == {"analyze_repository access_denied": 1.0}


def test_sse_serves_its_figures_too(tmp_path: Path) -> None:  # S-132
    with served(tmp_path, "--transport", "sse") as (_, address, _):
        assert figures(address) == {}


@pytest.mark.skipif(os.name != "posix", reason="there is no root elsewhere")
def test_running_as_root_is_warned_of_and_only_then(tmp_path: Path) -> None:  # C-66
    with served(tmp_path) as (_, _, lines):
        warned = [json.loads(line) for line in lines if "running as root" in line]
    assert len(warned) == (1 if os.geteuid() == 0 else 0)
    assert all(line["level"] == "warning" for line in warned)


def test_it_refuses_to_listen_for_everybody_without_a_token(tmp_path: Path) -> None:  # S-103
    command = [sys.executable, "-m", "plumbrule", "serve", "--transport", "http", "--host", "0.0.0.0", "--port", "0"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 2
    assert "token" in done.stderr
