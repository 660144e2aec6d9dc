"""How far each ask is relaxed: as it stands, without its bound, gone. What a search for reasons and fixes moves on.

A configuration is one level per ask. Raising a level only ever takes requirements away, so what can be solved stays
so when levels rise, and what cannot stays so when they fall. Below: nothing. Above: `proving`, `shrinking`, `hitting`.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

FULL, BARE, DROPPED = 0, 1, 2

Levels = tuple[int, ...]


class Ladder(NamedTuple):
    """What it costs to relax one ask. None where that is no fix: it has no bound, or it must stay."""

    bare: int | None
    drop: int | None


class Ladders:
    """The ladders of all asks, in their order."""

    def __init__(self, ladders: Sequence[Ladder]) -> None:
        self._ladders = tuple(ladders)

    def __len__(self) -> int:
        return len(self._ladders)

    def canonical(self, levels: Levels) -> Levels:
        """The same question in one spelling: an ask without a bound is not bare but as it stands."""
        return tuple(
            FULL if level == BARE and ladder.bare is None else level
            for level, ladder in zip(levels, self._ladders, strict=True)
        )

    def above(self, at: int, level: int) -> int | None:
        """The next level of an ask that is a fix, None when there is none."""
        ladder = self._ladders[at]
        if level < BARE and ladder.bare is not None:
            return BARE
        return DROPPED if level < DROPPED and ladder.drop is not None else None

    def price(self, at: int, level: int) -> int:
        """What one ask costs at a level."""
        ladder = self._ladders[at]
        return 0 if level == FULL else (ladder.bare if level == BARE else ladder.drop) or 0

    def cost(self, levels: Levels) -> int:
        """What a configuration costs as a fix."""
        return sum(self.price(at, level) for at, level in enumerate(levels) if level != FULL)


def full(size: int) -> Levels:
    """Every ask as it stands."""
    return (FULL,) * size


def only(levels: Levels, kept: Iterable[int]) -> Levels:
    """The asks named stay at their level, all others go."""
    wanted = frozenset(kept)
    return tuple(level if at in wanted else DROPPED for at, level in enumerate(levels))


def raised(levels: Levels, at: int, level: int) -> Levels:
    """One ask raised."""
    return (*levels[:at], level, *levels[at + 1 :])


def kept(levels: Levels) -> tuple[int, ...]:
    """The asks that are not gone."""
    return tuple(at for at, level in enumerate(levels) if level != DROPPED)


def changed(levels: Levels) -> tuple[int, ...]:
    """The asks that do not stand as they are written."""
    return tuple(at for at, level in enumerate(levels) if level != FULL)


def weaker(one: Levels, other: Levels) -> bool:
    """Whether `one` asks for nothing that `other` does not ask for."""
    return all(mine >= theirs for mine, theirs in zip(one, other, strict=True))
