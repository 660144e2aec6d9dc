"""A report whose words are masked one by one, ready to be written in any format."""

from collections.abc import Callable
from dataclasses import replace

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.analysis.sections.findings import Finding


def masked(report: RepositoryReport, mask: Callable[[str], str]) -> RepositoryReport:
    """`report` with every text that the formats show masked; fingerprints and rules are ours and stay."""

    def one(finding: Finding) -> Finding:
        at = Evidence(mask(finding.evidence.at), finding.evidence.rule)
        return replace(finding, message=mask(finding.message), evidence=at)

    name = replace(report.name, value=mask(report.name.value))
    return replace(report, name=name, findings=tuple(map(one, report.findings)))
