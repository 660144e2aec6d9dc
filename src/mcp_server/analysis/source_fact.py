"""The `source` block: what was asked for and what was found."""

from plumbrule.mcp_server.analysis.model import Source
from plumbrule.mcp_server.analysis.words import word
from plumbrule.mcp_server.platforms.ports.snapshot import Origin


def source_of(origin: Origin) -> Source:
    """The snapshot's origin in the report's words."""
    return Source(
        asked=word(origin.source, 500),
        kind=origin.kind,
        name=word(origin.name),
        url=origin.url,
        ref=origin.ref,
        commit=origin.commit,
        dirty=origin.dirty,
        version=origin.version,
        subpath=origin.subpath or None,
    )
