"""What advisories say of a solution, in the words of the search for fixes."""

from collections.abc import Sequence

from plumbrule.mcp_server.dependencies.advisories.asking import VulnerabilityHook
from plumbrule.mcp_server.dependencies.advisories.findings import Pinned
from plumbrule.mcp_server.dependencies.joint.question import Pin
from plumbrule.mcp_server.dependencies.joint.reasons.securing import Affected, Vulnerable


def vulnerable_in(ecosystem: str, hook: VulnerabilityHook) -> Vulnerable:
    """The hook for one ecosystem; None as soon as one package could not be checked: half a list ranks nothing."""

    async def vulnerable(pins: Sequence[Pin]) -> Sequence[Affected] | None:
        known = await hook.vulnerable([Pinned(ecosystem, pin.name, pin.version) for pin in pins])
        if known.unchecked:
            return None
        return [Affected(one.name, one.version, bad.id) for one, found in known.found.items() for bad in found]

    return vulnerable
