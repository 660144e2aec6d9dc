"""Layers of a few parts that may depend on each other both ways: what carries the weight decides what is below.

A dependency goes *against* the layers when the way back is three times as strong at its weakest point. Layers are
longest paths over the rest; parts that still form a cycle share one.
"""

from collections.abc import Mapping

from plumbrule.mcp_server.analysis.graph.algorithms import layers

AGAINST = 3


def layered(count: int, weights: Mapping[tuple[int, int], int]) -> tuple[list[int], frozenset[tuple[int, int]]]:
    """The layer of each of `count` parts, 0 for what depends on nothing, and the edges that go against them.

    `weights` counts imports by (importing, imported). Cubic in the parts, of which there are few.
    """
    wide = _widest(count, weights)
    against = frozenset(
        (source, target) for (source, target), weight in weights.items() if wide[target][source] >= AGAINST * weight
    )
    after = [
        sorted(target for source, target in weights if source == at and (at, target) not in against)
        for at in range(count)
    ]
    return layers(after), against


def _widest(count: int, weights: Mapping[tuple[int, int], int]) -> list[list[int]]:
    """For each pair the greatest weight that a whole way from the one to the other has at its weakest edge."""
    wide = [[weights.get((source, target), 0) for target in range(count)] for source in range(count)]
    for middle in range(count):
        for source in range(count):
            for target in range(count):
                way = min(wide[source][middle], wide[middle][target])
                if way > wide[source][target]:
                    wide[source][target] = way
    return wide
