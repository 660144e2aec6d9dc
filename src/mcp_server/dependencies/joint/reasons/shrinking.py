"""From a configuration without a solution to a minimal one: QuickXplain, led by what the engine said took part.

Ulrich Junker, "QuickXplain: Preferred Explanations and Relaxations for Over-Constrained Problems", AAAI 2004.
Below: `proving`. Above: `search`.
"""

from functools import partial
from typing import NamedTuple

from plumbrule.mcp_server.dependencies.joint.question import Unsolved
from plumbrule.mcp_server.dependencies.joint.reasons.levels import Levels, kept, only
from plumbrule.mcp_server.dependencies.joint.reasons.proving import Prover, together

SMALL = 5
"""Up to so many members each is left out once, side by side: fewer rounds than halving takes."""


class Core(NamedTuple):
    """Asks that cannot hold together, at the levels at which that was shown; all others are gone.

    `minimal` says that without any one of them the others were shown to hold.
    """

    levels: Levels
    minimal: bool

    @property
    def members(self) -> tuple[int, ...]:
        return kept(self.levels)


async def core_within(prover: Prover, levels: Levels) -> Core:
    """A minimal core of a configuration that is known to have no solution."""
    levels = prover.unsolved_within(levels)
    members = await _narrowed(prover, levels)
    if len(members) > SMALL:
        members = await _explained(prover, levels, (), (), members)
    return await _minimised(prover, levels, members)


async def _narrowed(prover: Prover, levels: Levels) -> tuple[int, ...]:
    """What the engine's own proof names, as long as that by itself is shown to have no solution."""
    members = kept(levels)
    while True:
        proof = prover.proof(only(levels, members))
        if not isinstance(proof, Unsolved):
            return members
        named = frozenset(prover.oracle.suspects(proof, only(levels, members)))
        fewer = tuple(at for at in members if at in named)
        if not fewer or len(fewer) == len(members) or await prover.holds(only(levels, fewer)) is not False:
            return members
        members = fewer


async def _explained(
    prover: Prover, levels: Levels, background: tuple[int, ...], added: tuple[int, ...], members: tuple[int, ...]
) -> tuple[int, ...]:
    if added and await prover.holds(only(levels, background)) is False:
        return ()
    if len(members) == 1:
        return members
    half = len(members) // 2
    first, second = members[:half], members[half:]
    of_second = await _explained(prover, levels, background + first, first, second)
    of_first = await _explained(prover, levels, background + of_second, of_second, first)
    return tuple(sorted(of_first + of_second))


async def _minimised(prover: Prover, levels: Levels, members: tuple[int, ...]) -> Core:
    """Leaves out one after the other until none can be; what earlier answers imply is not asked again."""
    while True:
        fewer = [tuple(one for one in members if one != at) for at in members]
        for each in fewer:
            if prover.known(only(levels, each)) is False:
                break
        else:
            asked = await together([partial(prover.holds, only(levels, each)) for each in fewer])
            if False not in asked:
                return Core(only(levels, members), all(asked))
            each = fewer[asked.index(False)]
        members = each
        proof = prover.proof(only(levels, members))
        if isinstance(proof, Unsolved):
            members = await _narrowed(prover, only(levels, members))
