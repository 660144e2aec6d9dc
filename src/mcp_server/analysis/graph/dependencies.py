"""Declared, locked, imported: lays what the code imports over what manifests declare."""

from dataclasses import replace

from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.graph.inside import inside_of
from plumbrule.mcp_server.analysis.graph.jvm_artifacts import artifact_uses
from plumbrule.mcp_server.analysis.graph.links import Links
from plumbrule.mcp_server.analysis.graph.mentions import mentions_of
from plumbrule.mcp_server.analysis.graph.missing import missing_of
from plumbrule.mcp_server.analysis.graph.unused import unused_of
from plumbrule.mcp_server.analysis.graph.usage import claimed_of, usage_of, with_uses
from plumbrule.mcp_server.analysis.sections.dependencies import Dependencies


def with_imports(found: Dependencies, deep: Deep, links: Links) -> Dependencies:
    """`found` with the third state of each direct dependency, and what is missing and unused."""
    usage = usage_of(links)
    usage = replace(usage, artifacts=artifact_uses(usage, found.direct))
    claimed = claimed_of(usage, found.direct)
    inside = inside_of(deep, links, found.direct)
    direct = tuple(with_uses(one, usage, links, claimed, inside) for one in found.direct)
    judged = replace(found, direct=direct)
    mentions = mentions_of(deep)
    return replace(
        judged,
        missing=missing_of(deep, mentions, links, usage, judged),
        unused=unused_of(mentions, links, usage, direct),
    )
