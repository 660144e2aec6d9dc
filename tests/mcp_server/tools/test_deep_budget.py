"""A full report of any size fits any budget, keeps what matters most, and leaves as plain JSON."""

import json

import orjson
import pytest

from plumbrule.core.facts import Coverage, Evidence
from plumbrule.core.tokens import token_bound
from plumbrule.mcp_server.analysis.model import SCHEMA, RepositoryReport, Size, Source, Stated
from plumbrule.mcp_server.analysis.sections.code import Hub, ImportGraph, LanguageSymbols, Symbols
from plumbrule.mcp_server.analysis.sections.findings import Finding
from plumbrule.mcp_server.analysis.sections.ready import Ready
from plumbrule.mcp_server.tools.analyze_repository import budgeted
from plumbrule.mcp_server.tools.budget import default_max_tokens

AT = Evidence("a.py:1", "rule.id")


def rows(name: str, count: int, size: int = 40) -> Ready:
    return Ready(tuple(orjson.dumps({"path": f"{name}{at}", "text": "word " * size}) for at in range(count)))


def report(count: int) -> RepositoryReport:
    findings = tuple(
        Finding("ci.rule", "high", "ci", f"message {at}", AT, f"fingerprint-{at}") for at in range(count // 10)
    )
    hubs = tuple(Hub(f"hub{at}.py", at, at) for at in range(count // 10))
    return RepositoryReport(
        schema=SCHEMA,
        detail="full",
        source=Source("./x", "path", "x"),
        name=Stated("x", AT),
        size=Size(count, count),
        coverage=Coverage(count, count),
        findings=findings,
        imports=ImportGraph(count, count, AT, 1.0, hubs=hubs, edges=rows("edge", count)),
        symbols=Symbols((LanguageSymbols("Python", count),), AT, rows("symbols", count)),
        files=rows("file", count),
        sbom={"components": [{"name": f"package-{at}"} for at in range(count)]},
    )


@pytest.mark.parametrize("max_tokens", [None, 200, 1_000, 5_000, 100_000])
@pytest.mark.parametrize("count", [1, 50, 5_000])
def test_a_full_report_fits_its_budget_as_plain_json(count, max_tokens):
    answer = budgeted(report(count), max_tokens=max_tokens, arguments={"source": "./x", "detail": "full"})
    text = json.dumps(answer.structured, separators=(",", ":"))  # plain values: no ready fragments
    least = 400 if max_tokens == 200 else 0
    assert token_bound(text) + token_bound(answer.text) <= max(max_tokens or default_max_tokens("full"), least)


def test_findings_outlive_hubs_hubs_symbols_and_symbols_files():
    answer = budgeted(report(5_000), max_tokens=None, arguments={"source": "./x", "detail": "full"})
    kept = answer.structured
    assert len(kept["findings"]) >= 100
    assert len(kept["imports"]["hubs"]) >= 12
    assert len(kept["symbols"]["files"]) >= 4
    assert kept["symbols"]["files"][0]["path"] == "symbols0"
    assert "files" not in kept
    assert "sbom" not in kept, "a part of an SBOM is none"
    assert kept["truncated"]["omitted"]["files"] == 5_000
    assert kept["truncated"]["next"]["arguments"]["max_tokens"] <= 1_000_000


def test_an_sbom_that_fits_is_whole():
    answer = budgeted(report(50), max_tokens=None, arguments={"source": "./x", "detail": "full"})
    assert len(answer.structured["sbom"]["components"]) == 50
