"""Findings as Markdown that one would paste into an issue: a table for each severity, nothing in it that acts."""

import re

from plumbrule.mcp_server.analysis.findings.catalog import CATALOG
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.analysis.sections.findings import Finding

MAX_ROWS = 100
"""For each severity; an issue of GitHub's takes 65,536 characters."""

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&$-])")


def markdown_of(report: RepositoryReport) -> str:
    """The text, gravest first, with what to do about each rule."""
    commit = f" at `{report.source.commit[:12]}`" if report.source.commit else ""
    lines = [f"## Findings in {_plain(report.name.value)}{commit}", ""]
    if not report.findings:
        lines += ["No findings.", ""]
    for severity in ("high", "medium", "low"):
        group = [one for one in report.findings if one.severity == severity]
        if group:
            lines += _table(severity, group)
    rules = list(dict.fromkeys(one.rule for one in report.findings))
    if rules:
        lines += ["### What to do", ""]
        lines += [f"- `{rule}`: {_plain(CATALOG[rule].advice)}." for rule in rules]
        lines.append("")
    if not report.coverage.complete:
        lines += ["A limit cut the work short: there may be more findings than these.", ""]
    return "\n".join(lines).rstrip()


def _table(severity: str, findings: list[Finding]) -> list[str]:
    lines = [f"### {severity.capitalize()} ({len(findings)})", "", "| rule | place | what |", "| --- | --- | --- |"]
    lines += [f"| `{one.rule}` | {_code(one.evidence.at)} | {_plain(one.message)} |" for one in findings[:MAX_ROWS]]
    if len(findings) > MAX_ROWS:
        lines.append(f"| | | {len(findings) - MAX_ROWS} more |")
    return [*lines, ""]


def _plain(text: str) -> str:
    return _ACTIVE.sub(r"\\\1", text)


def _code(text: str) -> str:
    """A code span that the text cannot close; a bar would end the cell even inside of one."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{ticks}{pad}{text}{pad}{ticks}".replace("|", "\\|")
