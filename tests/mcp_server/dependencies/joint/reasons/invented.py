"""A small world of invented packages with an exact resolver: what the search is measured against, and its oracle."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

from plumbrule.mcp_server.dependencies.joint.question import Answer, Edge, Pin, Solved, Unknown, Unsolved
from plumbrule.mcp_server.dependencies.joint.reasons.levels import BARE, DROPPED, FULL, Ladder, Levels

Numbers = frozenset[int]
Needs = Mapping[str, Numbers]
Said = Literal["nothing", "everything", "half"]


@dataclass(frozen=True)
class World:
    """`packages` are versions by name, each with what it needs; `asks` are (subject, package, versions or None)."""

    packages: Mapping[str, Mapping[int, Needs]]
    asks: Sequence[tuple[int, str, Numbers | None]]

    def wanted(self, levels: Levels) -> list[tuple[str, Numbers]]:
        found: list[tuple[str, Numbers]] = []
        for (_, name, numbers), level in zip(self.asks, levels, strict=True):
            if level != DROPPED:
                every = frozenset(self.packages[name])
                found.append((name, every if numbers is None or level == BARE else numbers))
        return found

    def solve(self, levels: Levels) -> dict[str, int] | None:
        return _solve(self.packages, {}, self.wanted(levels))

    def every_levels(self, ladders: Sequence[Ladder]) -> Iterator[Levels]:
        rungs = [
            [FULL, *([BARE] if one.bare is not None else []), *([DROPPED] if one.drop is not None else [])]
            for one in ladders
        ]
        yield from product(*rungs)

    def ladders(self, costs: Sequence[int], drop: int = 100) -> list[Ladder]:
        return [Ladder(None if ask[2] is None else cost, drop) for ask, cost in zip(self.asks, costs, strict=True)]


def _solve(
    packages: Mapping[str, Mapping[int, Needs]], chosen: dict[str, int], wanted: list[tuple[str, Numbers]]
) -> dict[str, int] | None:
    for name, numbers in wanted:
        if name in chosen and chosen[name] not in numbers:
            return None
    name = next((name for name, _ in wanted if name not in chosen), None)
    if name is None:
        return chosen
    for number in sorted(packages[name], reverse=True):
        needs = list(packages[name][number].items())
        found = _solve(packages, {**chosen, name: number}, wanted + needs)
        if found is not None:
            return found
    return None


@dataclass
class InventedOracle:
    """Answers from the world. `said` is how much it tells of its proofs; `mute` are configurations it cannot judge."""

    world: World
    said: Said = "everything"
    mute: frozenset[Levels] = frozenset()
    asked: list[Levels] = field(default_factory=list[Levels])

    async def answer(self, levels: Levels) -> Answer:
        self.asked.append(levels)
        if levels in self.mute:
            return Unknown("needs_build")
        found = self.world.solve(levels)
        if found is None:
            return Unsolved(tuple(self.edges(levels)))
        return Solved(tuple(Pin(name, str(number)) for name, number in sorted(found.items())))

    def edges(self, levels: Levels) -> Iterator[Edge]:
        if self.said == "nothing":
            return
        for subject, name, _ in self.world.asks:
            yield Edge(f"s{subject}", "0", name, "")

    def suspects(self, answer: Unsolved, levels: Levels) -> Sequence[int]:
        """Everything, nothing, or the first half: an engine's word that does not hold when it is checked."""
        kept = [at for at, level in enumerate(levels) if level != DROPPED]
        return kept[: (len(kept) + 1) // 2] if self.said == "half" else kept if answer.edges else []
