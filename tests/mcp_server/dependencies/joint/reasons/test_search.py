"""The search for reasons and fixes agrees with brute force over invented packages."""

from itertools import combinations

import anyio
from hypothesis import given
from hypothesis import strategies as st
from invented import InventedOracle, Said, World

from plumbrule.mcp_server.dependencies.joint.reasons.levels import DROPPED, Ladder, Ladders, full, only
from plumbrule.mcp_server.dependencies.joint.reasons.proving import Budget, Prover
from plumbrule.mcp_server.dependencies.joint.reasons.search import Found, Search

NAMES = ("a", "b", "c", "d")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    packages: dict[str, dict[int, dict[str, frozenset[int]]]] = {}
    for at, name in enumerate(NAMES):
        below = NAMES[at + 1 :]
        packages[name] = {
            number: draw(
                st.dictionaries(st.sampled_from(below), st.frozensets(st.integers(1, 3), min_size=1), max_size=2)
                if below
                else st.just({})
            )
            for number in range(1, draw(st.integers(1, 3)) + 1)
        }
    ask = st.tuples(
        st.integers(0, 2), st.sampled_from(NAMES), st.none() | st.frozensets(st.integers(1, 3), min_size=1, max_size=2)
    )
    return World(packages, draw(st.lists(ask, min_size=1, max_size=6)))


async def searched(
    world: World, ladders: list[Ladder], said: Said, calls: int = 10_000, until: float = float("inf")
) -> Found:
    prover = Prover(InventedOracle(world, said), Ladders(ladders), Budget(calls, until))
    return await Search(prover).run()


def minimal_sets(world: World) -> list[frozenset[int]]:
    """Every minimal set of asks without a solution, by trying all."""
    size = len(world.asks)
    found: list[frozenset[int]] = []
    for count in range(size + 1):
        for members in combinations(range(size), count):
            if any(one <= frozenset(members) for one in found):
                continue
            if world.solve(only(full(size), members)) is None:
                found.append(frozenset(members))
    return found


@given(worlds(), st.data(), st.sampled_from(["nothing", "everything", "half"]))
async def test_reasons_are_minimal_and_all_cheapest_fixes_are_found_whatever_the_engine_says_of_its_proof(
    world: World, data: st.DataObject, said: Said
) -> None:
    costs = data.draw(st.lists(st.sampled_from([1, 10, 10, 20]), min_size=len(world.asks), max_size=len(world.asks)))
    ladders = world.ladders(costs)
    found = await searched(world, ladders, said)
    priced = Ladders(ladders)
    working = [one for one in world.every_levels(ladders) if world.solve(one) is not None]
    least = min(map(priced.cost, working))
    assert found.complete
    assert {one.levels for one in found.corrections} == {one for one in working if priced.cost(one) == least}
    for core in found.cores:
        assert core.minimal
        assert world.solve(core.levels) is None
        for at in core.members:
            assert world.solve((*core.levels[:at], DROPPED, *core.levels[at + 1 :])) is not None
    for failed in found.failed:
        assert world.solve(failed.levels) is None
    for conflict in minimal_sets(world):
        assert any(conflict & frozenset(core.members) for core in found.cores)


@given(worlds(), st.integers(0, 12), st.sampled_from(["nothing", "everything", "half"]))
async def test_a_spent_budget_leaves_only_what_was_proven_and_says_so(world: World, calls: int, said: Said) -> None:
    ladders = world.ladders([10] * len(world.asks))
    oracle = InventedOracle(world, said)
    found = await Search(Prover(oracle, Ladders(ladders), Budget(calls))).run()
    assert len(oracle.asked) <= calls
    assert found.complete == (found.limit == "")
    for core in found.cores:
        assert world.solve(core.levels) is None
        if core.minimal:
            for at in core.members:
                assert world.solve((*core.levels[:at], DROPPED, *core.levels[at + 1 :])) is not None
    for one in found.corrections:
        assert world.solve(one.levels) is not None


TWO_CONFLICTS = World(
    {"a": {1: {}, 2: {}}, "b": {1: {}, 2: {}}, "c": {1: {}}},
    [
        (0, "a", frozenset({1})),
        (1, "a", frozenset({2})),
        (0, "b", frozenset({1})),
        (2, "b", frozenset({2})),
        (2, "c", None),
    ],
)


async def test_two_independent_conflicts_are_both_told_with_all_four_fixes() -> None:
    found = await searched(TWO_CONFLICTS, TWO_CONFLICTS.ladders([10] * 5), "everything")
    assert {one.members for one in found.cores} == {(0, 1), (2, 3)}
    assert len(found.corrections) == 4


async def test_time_that_is_up_stops_the_engine_and_is_named() -> None:
    class Slow(InventedOracle):
        async def answer(self, levels):  # type: ignore[no-untyped-def] # as its base
            await anyio.sleep_forever()

    ladders = Ladders(TWO_CONFLICTS.ladders([10] * 5))
    prover = Prover(Slow(TWO_CONFLICTS), ladders, Budget(until=anyio.current_time() + 0.01))
    found = await Search(prover).run()
    assert (found.complete, found.limit, found.cores) == (False, "explanation.seconds", ())


async def test_what_an_engine_cannot_judge_is_no_fix_and_no_reason() -> None:
    ladders = TWO_CONFLICTS.ladders([10] * 5)
    mute = frozenset({(1, 0, 1, 0, 0)})
    found = await Search(Prover(InventedOracle(TWO_CONFLICTS, mute=mute), Ladders(ladders), Budget())).run()
    assert len(found.corrections) == 3
    assert not found.complete
    assert [one.levels for one in found.failed if one.core is None] == [(1, 0, 1, 0, 0)]
