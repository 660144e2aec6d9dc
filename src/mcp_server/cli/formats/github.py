"""Findings as workflow commands of GitHub Actions, which become annotations at the lines of a change.

Escaping is GitHub's own (actions/toolkit, command.ts): data and property values differ. A path or message can thus
never start a command of its own.
"""

from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.analysis.sections.findings import Finding
from plumbrule.mcp_server.cli.formats.places import place_of

_COMMAND = {"high": "error", "medium": "warning", "low": "notice"}


def annotations_of(report: RepositoryReport) -> str:
    """One command a line, gravest first; the last line sums up. GitHub shows ten of each kind for a step."""
    lines = [_annotation(one) for one in report.findings]
    counts = [f"{sum(one.severity == grade for one in report.findings)} {grade}" for grade in _COMMAND]
    whole = "" if report.coverage.complete else "; a limit cut the work short, there may be more"
    summary = f"findings: {', '.join(counts)}{whole}"
    lines.append(f"::notice title=plumbrule::{data(summary)}")
    return "\n".join(lines)


def _annotation(finding: Finding) -> str:
    path, line = place_of(finding)
    fields = [] if path == "." else [f"file={property_value(path)}"]
    fields += [f"line={line}"] if line else []
    fields.append(f"title={property_value(f'plumbrule {finding.rule}')}")
    return f"::{_COMMAND[finding.severity]} {','.join(fields)}::{data(finding.message)}"


def data(text: str) -> str:
    """The text of a command, escaped."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_value(text: str) -> str:
    """The value of a property, escaped."""
    return data(text).replace(":", "%3A").replace(",", "%2C")
