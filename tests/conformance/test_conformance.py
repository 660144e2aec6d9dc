"""The official judges: the conformance suite, the Inspector, and the TypeScript SDK's client."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import node_tools
import pytest

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


def test_the_typescript_client_reads_error_results(shipped_command: list[str]) -> None:  # S-04, S-05
    calls = [
        {"name": "behave", "arguments": {"mode": "known"}},
        {"name": "behave", "arguments": {"mode": "crash"}},
        {"name": "echo", "arguments": {"texd": "x"}},
        {"name": "nothing", "arguments": {}},
        {"name": "echo", "arguments": {"text": "x"}},
    ]
    script = Path(__file__).with_name("read_errors.mjs").read_text()
    command = [
        node_tools.node(),
        "--input-type=module",
        "-",
        json.dumps([*shipped_command, "stdio"]),
        json.dumps(calls),
    ]
    done = run(command, input=script, cwd=node_tools.TOOLS)
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout)
    codes = [one["structuredContent"].get("error", {}).get("code") for one in seen]
    assert codes == ["unavailable", "internal", "invalid_argument", "unknown_tool", None]
    assert [one["isError"] for one in seen] == [True, True, True, True, False]
