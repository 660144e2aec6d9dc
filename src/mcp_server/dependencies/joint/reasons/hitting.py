"""The cheapest ways to break every known core, cheapest first: what a fix must at least change.

Below: `levels`. Above: `search`.
"""

import heapq
from collections.abc import Iterator, Sequence
from functools import lru_cache

from plumbrule.mcp_server.dependencies.joint.reasons.levels import Ladders, Levels, full, kept

MAX_STATES = 20_000
Raised = tuple[tuple[int, int], ...]
"""The asks that stand higher than they are written, with their levels: few, where there may be thousands of asks."""


def cheapest_first(ladders: Ladders, cores: Sequence[Levels]) -> Iterator[Levels]:
    """Configurations that break every core, in the order of their cost; every one of the least cost is among them.

    A core is broken when at least one ask stands higher than in it. Uniform cost search: each step raises an ask of
    the first core that still stands. Ends after `MAX_STATES`.
    """
    heap: list[tuple[int, Raised]] = [(0, ())]
    seen: set[Raised] = {()}
    while heap and len(seen) < MAX_STATES:
        _, state = heapq.heappop(heap)
        standing = next((core for core in cores if all(level <= core[at] for at, level in state)), None)
        if standing is None:
            yield _levels(len(ladders), state)
            continue
        for at in _members(standing):
            above = ladders.above(at, standing[at])
            if above is None:
                continue
            after = tuple(sorted({**dict(state), at: above}.items()))
            if after not in seen:
                seen.add(after)
                heapq.heappush(heap, (sum(ladders.price(*one) for one in after), after))


def _levels(size: int, state: Raised) -> Levels:
    levels = list(full(size))
    for at, level in state:
        levels[at] = level
    return tuple(levels)


@lru_cache(256)
def _members(core: Levels) -> tuple[int, ...]:
    return kept(core)
