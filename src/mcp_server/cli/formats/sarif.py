"""Findings as SARIF 2.1.0 (OASIS standard), as code scanning services take them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import plumbrule
from plumbrule.mcp_server.analysis.findings.catalog import CATALOG
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.analysis.sections.findings import Finding
from plumbrule.mcp_server.cli.formats.places import place_of

SCHEMA_URL = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVEL = {"high": "error", "medium": "warning", "low": "note"}
_SCORE = {"high": "8.0", "medium": "5.0", "low": "2.0"}
"""`security-severity` as GitHub reads it: high from 7.0, medium from 4.0."""


def sarif_of(report: RepositoryReport) -> dict[str, Any]:
    """The document; rules that found nothing are left out. Places are relative to `%SRCROOT%`."""
    rules = list(dict.fromkeys(one.rule for one in report.findings))
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "Plumbrule",
                "semanticVersion": plumbrule.__version__,
                "rules": [_rule(rule, report.findings) for rule in rules],
            }
        },
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the analysed repository."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": [_result(one, rules.index(one.rule)) for one in report.findings],
    }
    if report.source.url and report.source.commit:
        revision = {"repositoryUri": report.source.url, "revisionId": report.source.commit}
        run["versionControlProvenance"] = [revision]
    return {"$schema": SCHEMA_URL, "version": "2.1.0", "runs": [run]}


def _rule(rule: str, findings: Sequence[Finding]) -> dict[str, Any]:
    about = CATALOG[rule]
    severity = next(one.severity for one in findings if one.rule == rule)  # gravest first
    advice = f"{about.advice[:1].upper()}{about.advice[1:]}."
    seen = f"{about.seen[:1].upper()}{about.seen[1:]}."
    tags = ["security", about.category, *([f"scorecard/{about.scorecard}"] if about.scorecard else [])]
    return {
        "id": rule,
        "shortDescription": {"text": seen},
        "fullDescription": {"text": seen},
        "help": {"text": f"{seen} {advice}", "markdown": f"{seen}\n\n**What to do:** {advice}"},
        "defaultConfiguration": {"level": _LEVEL[severity]},
        "properties": {"tags": tags, "security-severity": _SCORE[severity]},
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    path, line = place_of(finding)
    physical: dict[str, Any] = {
        "artifactLocation": {"uri": quote(path, safe="/-._~"), "uriBaseId": "%SRCROOT%"},
        **({"region": {"startLine": line}} if line else {}),
    }
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVEL[finding.severity],
        "message": {"text": f"{finding.message[:1].upper()}{finding.message[1:]}."},
        "locations": [{"physicalLocation": physical}],
        "partialFingerprints": {"plumbrule/v1": finding.fingerprint},
        "properties": {"security-severity": _SCORE[finding.severity]},
    }


def _invocation(report: RepositoryReport) -> dict[str, Any]:
    """A run that a limit cut short says so: no finding is then no proof of none."""
    if report.coverage.complete:
        return {"executionSuccessful": True}
    text = "A limit cut the work short: there may be more findings than these."
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": text}}],
    }
