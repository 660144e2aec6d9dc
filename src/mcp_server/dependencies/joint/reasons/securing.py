"""Which fixes also clear known vulnerabilities: asked for each solution, those that clear most come first.

What could not be asked clears nothing. Below: `explaining`. Above: the checks of each ecosystem, when a caller wishes.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from plumbrule.mcp_server.dependencies.joint.findings import Fix
from plumbrule.mcp_server.dependencies.joint.question import Pin, Solved
from plumbrule.mcp_server.dependencies.joint.reasons.explaining import Explained
from plumbrule.mcp_server.dependencies.joint.reasons.proving import Prover


class Affected(NamedTuple):
    """One known vulnerability of one chosen package."""

    name: str
    version: str
    id: str


Vulnerable = Callable[[Sequence[Pin]], Awaitable[Sequence[Affected] | None]]
"""What is known against these pins; None when nobody could say."""


async def secured(explained: Explained, prover: Prover, vulnerable: Vulnerable) -> tuple[Fix, ...]:
    """The fixes with what they clear, those that leave least first; as they were when nothing could be asked.

    A fix clears what affects the solution of some side, of packages that the fix's solution holds too, and not that.
    """
    before = sorted({pin for one in prover.answers() if isinstance(one, Solved) for pin in one.pins})
    known = await vulnerable(before)
    if known is None:
        return explained.fixes
    ranked: list[tuple[int, int, Fix]] = []
    for at, (fix, correction) in enumerate(zip(explained.fixes, explained.ordered, strict=True)):
        left = await vulnerable(correction.solved.pins)
        if left is None:
            return explained.fixes
        names = {pin.name for pin in correction.solved.pins}
        still = {one.id for one in left}
        cleared = sorted({one.id for one in known if one.name in names} - still)
        ranked.append((len(still), at, replace(fix, clears=tuple(cleared))))
    return tuple(fix for _, _, fix in sorted(ranked, key=lambda one: one[:2]))
