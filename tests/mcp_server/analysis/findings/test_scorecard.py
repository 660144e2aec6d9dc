"""Scorecard's checks by its published rules, each on the smallest tree that moves its score."""
# ruff: noqa: E501 - because a table of one case a line reads best

from collections.abc import Callable

import pytest

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.findings.scorecard import scorecard_of
from plumbrule.mcp_server.analysis.model import Licence
from plumbrule.mcp_server.analysis.rules import RULES

Deepen = Callable[..., Deep]

FLOW = ".github/workflows/a.yml"
SHA = "a" * 40
MAKE = "      - run: make\n"


def flow(steps: str = "", *, on: str = "push", top: str = "permissions: read-all\n", job: str = "") -> dict[str, str]:
    return {FLOW: f"on: {on}\n{top}jobs:\n  a:\n{job}    steps:\n" + (steps or MAKE)}


POLICY = "Write to security@example.org, see https://example.org/policy for more about this.\n"

CASES: dict[str, tuple[str, dict[str, str], int]] = {
    "no workflow": ("Dangerous-Workflow", {"a": ""}, -1),
    "a plain workflow": ("Dangerous-Workflow", flow(), 10),
    "an injection": ("Dangerous-Workflow", flow("      - run: echo ${{ github.event.issue.title }}\n"), 0),
    "a comparison counts with them": ("Dangerous-Workflow", flow("      - run: echo ${{ github.event.issue.title == '' }}\n"), 0),
    "a checkout": ("Dangerous-Workflow", flow("      - uses: actions/checkout@v4\n        with: { ref: '${{ github.event.pull_request.head.sha }}' }\n", on="pull_request_target"), 0),
    "a checkout without rights": ("Dangerous-Workflow", flow("      - uses: actions/checkout@v4\n        with: { ref: '${{ github.event.pull_request.head.sha }}' }\n", on="pull_request"), 10),
    "read at the top": ("Token-Permissions", flow(), 10),
    "nothing at all": ("Token-Permissions", flow(top=""), 0),
    "nothing at the top, some in the job": ("Token-Permissions", flow(top="", job="    permissions: { contents: write }\n"), 9),
    "contents at the top": ("Token-Permissions", flow(top="permissions: { contents: write }\n"), 0),
    "statuses at the top": ("Token-Permissions", flow(top="permissions: { statuses: write }\n"), 9),
    "issues at the top": ("Token-Permissions", flow(top="permissions: { issues: write }\n"), 10),
    "write-all": ("Token-Permissions", flow(top="permissions: write-all\n"), 0),
    "all pinned": ("Pinned-Dependencies", flow(f"      - uses: a/b@{SHA}\n"), 10),
    "none pinned": ("Pinned-Dependencies", flow("      - uses: a/b@v1\n"), 0),
    "only GitHub's own pinned": ("Pinned-Dependencies", flow(f"      - uses: a/b@v1\n      - uses: actions/checkout@{SHA}\n"), 2),
    "one's own action is none": ("Pinned-Dependencies", flow("      - uses: ./x\n"), -1),
    "npm ci and npm install": ("Pinned-Dependencies", flow("      - run: npm ci && npm install x\n"), 5),
    "pip with hashes": ("Pinned-Dependencies", flow("      - run: python -m pip install --require-hashes -r r.txt\n"), 10),
    "go by a version": ("Pinned-Dependencies", flow("      - run: go install golang.org/x/tools/cmd/x@v0.1.0\n"), 10),
    "a base image": ("Pinned-Dependencies", {"Dockerfile": "FROM debian:12\nRUN curl https://x.example | sh\n"}, 0),
    "no binary": ("Binary-Artifacts", {"a.py": ""}, 10),
    "no policy": ("Security-Policy", {"a": ""}, 0),
    "a policy with links": ("Security-Policy", {"SECURITY.md": POLICY}, 9),
    "a whole policy": ("Security-Policy", {".github/security.md": POLICY + "Vulnerabilities: answer in 14 days.\n"}, 10),
    "a policy without links": ("Security-Policy", {"docs/SECURITY.md": "Tell us.\n"}, 3),
    "no licence": ("License", {"a": ""}, 0),
    "a licence": ("License", {"LICENSE": "MIT"}, 10),
    "dependabot": ("Dependency-Update-Tool", {".github/dependabot.yml": ""}, 10),
    "no updates": ("Dependency-Update-Tool", {"a": ""}, 0),
    "CodeQL": ("SAST", flow(f"      - uses: github/codeql-action/analyze@{SHA}\n"), 10),
    "no SAST": ("SAST", flow(), 0),
    "publishing": ("Packaging", flow(f"      - uses: pypa/gh-action-pypi-publish@{SHA}\n"), 10),
    "no publishing": ("Packaging", flow(), -1),
    "no fuzzing in the tree": ("Fuzzing", {"a": ""}, -1),
    "ClusterFuzzLite": ("Fuzzing", {".clusterfuzzlite/Dockerfile": "FROM scratch\n"}, 10),
}  # fmt: skip


@pytest.mark.parametrize("what", CASES)
def test_a_check_scores_as_its_rule_says(deep: Deepen, what: str) -> None:  # S-41
    name, files, score = CASES[what]
    licence = Licence("MIT", Evidence("LICENSE", "licence.text")) if "LICENSE" in files else None
    [check] = [one for one in scorecard_of(deep(files), licence) if one.name == name]
    assert check.score == score
    assert check.reason
    assert check.evidence.rule in RULES


def test_the_checks_are_ten_and_in_the_order_of_their_names(deep: Deepen) -> None:
    names = [one.name for one in scorecard_of(deep({"a": ""}))]
    assert names == sorted(names)
    assert len(set(names)) == 10
