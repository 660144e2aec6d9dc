"""The official judges: the conformance suite, the Inspector, and the TypeScript SDK's client."""

import re
import subprocess

import node_tools
import pytest

pytestmark = pytest.mark.conformance

SUITE_TIMEOUT_S = 300
TOTAL = re.compile(r"Total: (\d+) passed")
EXPECTED_CHECKS = {"2025-11-25": 81, "2026-07-28": 169}
"""How many checks passed when this was written; fewer means that scenarios were silently not run."""


@pytest.mark.parametrize("requirements", ["2025-11-25", "2026-07-28"])
def test_every_scored_check_of_the_frozen_requirements_passes(fixture_server: str, requirements: str) -> None:
    # S-01, S-02
    command = node_tools.conformance("server", "--url", fixture_server, "--requirements", requirements)
    done = subprocess.run(command, capture_output=True, text=True, timeout=SUITE_TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    total = TOTAL.search(done.stdout)
    assert total is not None
    assert int(total[1]) >= EXPECTED_CHECKS[requirements]
