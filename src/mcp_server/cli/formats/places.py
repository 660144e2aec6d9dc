"""The place of a finding as path and line."""

from plumbrule.mcp_server.analysis.sections.findings import Finding


def place_of(finding: Finding) -> tuple[str, int]:
    """Path and line; line 0 where the finding is about the whole file or the whole repository (`.`)."""
    path, mark, line = finding.evidence.at.rpartition(":")
    if mark and path and line.isascii() and line.isdigit():
        return path, int(line)
    return finding.evidence.at, 0
