"""A target as the report shows it."""

from plumbrule.mcp_server.compatibility.report import TargetFact
from plumbrule.mcp_server.dependencies.joint.targets import Target


def target_fact(target: Target) -> TargetFact:
    """What the answer is about; what nobody named is absent, and a universal target has no machine."""
    return TargetFact(
        platform=target.platform,
        python=target.python or None,
        node=target.node or None,
        machine=None if target.universal else target.machine,
        derived=target.derived,
    )
