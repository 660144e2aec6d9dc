"""Findings as JUnit XML, the dialect that CI systems read: one suite a rule, one failed case a finding."""

from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from plumbrule.mcp_server.analysis.findings.catalog import CATALOG
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.analysis.sections.findings import Finding
from plumbrule.mcp_server.cli.formats.places import place_of


def junit_of(report: RepositoryReport) -> str:
    """The document. Without findings it holds one case that passed, so that a reader sees that there was a run."""
    findings = sorted(report.findings, key=lambda one: one.rule)  # stable: by severity and place within a rule
    total = len(findings)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuites name="plumbrule" tests="{max(1, total)}" failures="{total}">')
    for rule, group in groupby(findings, key=lambda one: one.rule):
        lines += _suite(rule, list(group))
    if not findings:
        case = '<testcase classname="plumbrule" name="no findings"/>'
        lines.append(f'  <testsuite name="plumbrule" tests="1" failures="0">{case}</testsuite>')
    if not report.coverage.complete:
        lines.append("  <!-- A limit cut the work short: there may be more findings than these. -->")
    lines.append("</testsuites>")
    return "\n".join(lines)


def _suite(rule: str, findings: list[Finding]) -> list[str]:
    lines = [f'  <testsuite name={quoteattr(rule)} tests="{len(findings)}" failures="{len(findings)}">']
    for one in findings:
        path, line = place_of(one)
        place = f' line="{line}"' if line else ""
        text = escape(f"{one.evidence.at}: {one.message}. To do: {CATALOG[rule].advice}. [{one.fingerprint}]")
        lines.append(
            f"    <testcase classname={quoteattr(path)} name={quoteattr(f'{rule} {one.evidence.at}')}"
            f" file={quoteattr(path)}{place}>"
        )
        lines.append(f"      <failure type={quoteattr(one.severity)} message={quoteattr(one.message)}>{text}</failure>")
        lines.append("    </testcase>")
    lines.append("  </testsuite>")
    return lines
