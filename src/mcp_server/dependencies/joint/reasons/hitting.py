"""The cheapest ways to break every known core, cheapest first: what a fix must at least change.

Below: `levels`. Above: `search`.
"""

import heapq
from collections.abc import Iterator, Sequence

from plumbrule.mcp_server.dependencies.joint.reasons.levels import Ladders, Levels, full, raised, weaker

MAX_STATES = 20_000


def cheapest_first(ladders: Ladders, cores: Sequence[Levels]) -> Iterator[Levels]:
    """Configurations that break every core, in the order of their cost; every one of the least cost is among them.

    A core is broken when at least one ask stands higher than in it. Uniform cost search: each step raises an ask of
    the first core that still stands. Ends after `MAX_STATES`.
    """
    start = full(len(ladders))
    heap: list[tuple[int, Levels]] = [(0, start)]
    seen = {start}
    while heap and len(seen) < MAX_STATES:
        _, levels = heapq.heappop(heap)
        standing = next((core for core in cores if weaker(core, levels)), None)
        if standing is None:
            yield levels
            continue
        for at, level in enumerate(standing):
            above = ladders.above(at, level)
            if above is None:
                continue
            after = raised(levels, at, above)
            if after not in seen:
                seen.add(after)
                heapq.heappush(heap, (ladders.cost(after), after))
