"""Laws of the graph room's algorithms, against slow oracles on generated graphs."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from plumbrule.mcp_server.analysis.graph.algorithms import layers, shortest_cycle, strong_parts


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    size = draw(st.integers(0, 9))
    pairs = draw(st.sets(st.tuples(st.integers(0, max(size - 1, 0)), st.integers(0, max(size - 1, 0))), max_size=25))
    return [sorted(b for a, b in pairs if a == node and b != node) for node in range(size)]


def reach(after: list[list[int]]) -> list[list[float]]:
    """Shortest ways of one edge or more between all pairs (Floyd and Warshall)."""
    size = len(after)
    far = [[1.0 if b in after[a] else float("inf") for b in range(size)] for a in range(size)]
    for k, i, j in product(range(size), repeat=3):
        far[i][j] = min(far[i][j], far[i][k] + far[k][j])
    return far


@given(graphs())
def test_strong_parts_are_the_classes_of_mutual_reach_and_come_after_what_they_depend_on(
    after: list[list[int]],
) -> None:
    far, parts = reach(after), strong_parts(after)
    assert sorted(node for part in parts for node in part) == list(range(len(after)))
    place = {node: number for number, part in enumerate(parts) for node in part}
    for a, b in product(range(len(after)), repeat=2):
        mutual = a == b or (far[a][b] < float("inf") and far[b][a] < float("inf"))
        assert (place[a] == place[b]) == mutual
        if b in after[a] and not mutual:
            assert place[b] < place[a]


@given(graphs())
def test_the_cycle_shown_is_a_ring_of_the_graph_and_none_in_its_part_is_shorter(after: list[list[int]]) -> None:
    far = reach(after)
    for part in strong_parts(after):
        if len(part) > 1:
            ring = shortest_cycle(after, part)
            assert all(b in after[a] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))
            assert len(ring) == min(far[node][node] for node in part)


@given(graphs())
def test_a_layer_is_one_above_the_highest_it_depends_on_and_shared_by_a_cycle(after: list[list[int]]) -> None:
    far, height = reach(after), layers(after)
    for a in range(len(after)):
        mutual = [b for b in range(len(after)) if far[a][b] < float("inf") and far[b][a] < float("inf")]
        assert all(height[a] == height[b] for b in mutual)
        below = [height[c] for b in {a, *mutual} for c in after[b] if c not in mutual and c != a]
        assert height[a] == max((one + 1 for one in below), default=0)


def test_a_chain_of_a_hundred_thousand_ends() -> None:
    after = [[node + 1] for node in range(100_000)] + [[0]]
    assert len(strong_parts(after)) == 1
    assert len(shortest_cycle(after, strong_parts(after)[0])) == 100_001
