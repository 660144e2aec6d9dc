"""The findings of one repository: every single place, where the card's risks speak of kinds."""

from collections.abc import Mapping

from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.findings import sources
from plumbrule.mcp_server.analysis.findings.place import findings_from
from plumbrule.mcp_server.analysis.model import Licence
from plumbrule.mcp_server.analysis.sections.findings import Finding

_NO_LINKS: Mapping[str, bytes] = {}


def findings_of(
    deep: Deep, licence: Licence | None = None, links: Mapping[str, bytes] = _NO_LINKS
) -> tuple[Finding, ...]:
    """Every finding, gravest first. `licence` is that of the whole, `links` holds the targets of symbolic links."""
    return findings_from(
        (
            *sources.secrets(deep),
            *sources.dangers(deep),
            *sources.texts(deep),
            *sources.manifests(deep),
            *sources.tree(deep, links),
            *sources.policy(deep, licence),
        )
    )
