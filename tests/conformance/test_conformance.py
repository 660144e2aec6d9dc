"""The official judges: the conformance suite, the Inspector, and the TypeScript SDK's client."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import node_tools
import pytest
from serving import ECHO_APP

pytestmark = pytest.mark.conformance

SUITE_TIMEOUT_S = 300
RESULT = re.compile(r"Total: (\d+) passed|Passed: (\d+)/\d+, (\d+) failed")
EXPECTED_CHECKS = {"2025-11-25": 81, "2026-07-28": 169}
"""How many checks passed when this was written; fewer means that scenarios were silently not run."""

FIXTURE_FREE = {
    "2025-11-25": [
        "server-initialize",
        "ping",
        "tools-list",
        "resources-list",
        "prompts-list",
        "dns-rebinding-protection",
        "server-sse-multiple-streams",
        "server-session-lifecycle",
    ],
    "2026-07-28": [
        "tools-list",
        "resources-list",
        "prompts-list",
        "sep-2164-resource-not-found",
        "dns-rebinding-protection",
        "caching",
        "server-sse-multiple-streams",
        "http-header-validation",
        "input-required-result-unsupported-methods",
        "server-stateless",
    ],
}

UNTESTABLE_WITHOUT_FIXTURE = {"server-stateless": 2}
"""Checks that call `test_missing_capability`, which a product does not have."""


def run(command: list[str], limit_s: float = SUITE_TIMEOUT_S, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False, **more)


@pytest.mark.parametrize("requirements", ["2025-11-25", "2026-07-28"])
def test_every_scored_check_of_the_frozen_requirements_passes(fixture_url: str, requirements: str) -> None:
    # S-01, S-02
    done = run(node_tools.conformance("server", "--url", fixture_url, "--requirements", requirements))
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    total = RESULT.search(done.stdout)
    assert total is not None
    assert int(total[1]) >= EXPECTED_CHECKS[requirements]


@pytest.mark.parametrize(("version", "scenario"), [(v, name) for v, names in FIXTURE_FREE.items() for name in names])
def test_the_server_as_shipped_passes(shipped_url: str, version: str, scenario: str) -> None:  # S-02
    done = run(
        node_tools.conformance("server", "--url", shipped_url, "--spec-version", version, "--scenario", scenario)
    )
    result = RESULT.search(done.stdout)
    assert result is not None, done.stdout[-2000:] + done.stderr[-2000:]
    assert int(result[2]) > 0
    assert int(result[3]) == UNTESTABLE_WITHOUT_FIXTURE.get(scenario, 0), done.stdout[-4000:]


@pytest.mark.parametrize("era", ["legacy", "modern"])
@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_the_inspector_finds_no_fault_in_the_tools(
    shipped_command: list[str], shipped_url: str, transport: str, era: str
) -> None:  # S-03
    target = [shipped_url] if transport == "http" else [*shipped_command, "stdio"]
    done = run(node_tools.inspector(*target, "--protocol-era", era, "--method", "tools/list", "--strict", "-q"))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert json.loads(done.stdout)["tools"]


def typescript_client_reads(command: list[str], calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the TypeScript SDK's client makes of each call; it validates results and errors against the schema."""
    script = Path(__file__).with_name("read_errors.mjs").read_text()
    arguments = [node_tools.node(), "--input-type=module", "-", json.dumps(command), json.dumps(calls)]
    done = run(arguments, input=script, cwd=node_tools.TOOLS)
    assert done.returncode == 0, done.stderr[-2000:]
    seen: list[dict[str, Any]] = json.loads(done.stdout)
    assert not [one["thrown"] for one in seen if "thrown" in one]
    return seen


def code(result: dict[str, Any]) -> str | None:
    return result["structuredContent"].get("error", {}).get("code")


def test_the_typescript_client_reads_every_kind_of_error() -> None:  # S-04
    calls = [
        {"name": "behave", "arguments": {"mode": "known"}},
        {"name": "behave", "arguments": {"mode": "crash"}},
        {"name": "echo", "arguments": {"texd": "x"}},
        {"name": "nothing", "arguments": {}},
    ]
    seen = typescript_client_reads([sys.executable, ECHO_APP, "stdio"], calls)
    assert [code(one) for one in seen] == ["unavailable", "internal", "invalid_argument", "unknown_tool"]
    assert all(one["isError"] for one in seen)


def test_the_typescript_client_reads_the_shipped_tools_results_and_errors(
    shipped_command: list[str], tmp_path: Path
) -> None:  # S-05
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "small"\nversion = "1"\n')
    (tmp_path / "small.py").write_text("print('hello')\n")
    details = ("card", "summary", "full")
    calls: list[dict[str, Any]] = [
        *({"name": "analyze_repository", "arguments": {"source": str(tmp_path), "detail": d}} for d in details),
        {"name": "analyze_repository", "arguments": {"source": "/nowhere/at/all"}},
        {"name": "analyze_repository", "arguments": {"sourse": "."}},
        {"name": "analyze", "arguments": {}},
    ]
    seen = typescript_client_reads([*shipped_command, "stdio", "--root", str(tmp_path)], calls)
    assert [code(one) for one in seen] == [None, None, None, "access_denied", "invalid_argument", "unknown_tool"]
    assert [one["isError"] for one in seen] == [False] * 3 + [True] * 3
