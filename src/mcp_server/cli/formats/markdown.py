"""Findings as Markdown that one would paste into an issue: a table for each severity, nothing in it that acts."""

from plumbrule.mcp_server.analysis.findings.catalog import CATALOG
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.analysis.sections.findings import Finding
from plumbrule.mcp_server.cli.formats.escaping import code, plain

MAX_ROWS = 100
"""For each severity; an issue of GitHub's takes 65,536 characters."""


def markdown_of(report: RepositoryReport) -> str:
    """The text, gravest first, with what to do about each rule."""
    commit = f" at `{report.source.commit[:12]}`" if report.source.commit else ""
    lines = [f"## Findings in {plain(report.name.value)}{commit}", ""]
    if not report.findings:
        lines += ["No findings.", ""]
    for severity in ("high", "medium", "low"):
        group = [one for one in report.findings if one.severity == severity]
        if group:
            lines += _table(severity, group)
    rules = list(dict.fromkeys(one.rule for one in report.findings))
    if rules:
        lines += ["### What to do", ""]
        lines += [f"- `{rule}`: {plain(CATALOG[rule].advice)}." for rule in rules]
        lines.append("")
    if not report.coverage.complete:
        lines += ["A limit cut the work short: there may be more findings than these.", ""]
    return "\n".join(lines).rstrip()


def _table(severity: str, findings: list[Finding]) -> list[str]:
    lines = [f"### {severity.capitalize()} ({len(findings)})", "", "| rule | place | what |", "| --- | --- | --- |"]
    lines += [f"| `{one.rule}` | {code(one.evidence.at)} | {plain(one.message)} |" for one in findings[:MAX_ROWS]]
    if len(findings) > MAX_ROWS:
        lines.append(f"| | | {len(findings) - MAX_ROWS} more |")
    return [*lines, ""]
