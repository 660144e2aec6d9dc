"""The interface behind which each ecosystem answers; static rules now, an engine of its own wherever one comes."""

from collections.abc import Sequence
from typing import Protocol

from plumbrule.mcp_server.dependencies.joint.asks import NotChecked, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Checked
from plumbrule.mcp_server.dependencies.joint.targets import Target


class EcosystemCheck(Protocol):
    """Answers for one ecosystem."""

    @property
    def ecosystem(self) -> str: ...

    def not_checked(self, subjects: Sequence[Subject], wishes: Wishes) -> Sequence[NotChecked]:
        """The statements that no engine will be told, with the rule that says why."""
        ...

    async def check(self, subjects: Sequence[Subject], target: Target, wishes: Wishes) -> Checked:
        """The verdict with its reasons for one target. A limit that was hit is in `limits_hit`, never raised."""
        ...
