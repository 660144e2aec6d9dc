"""What a search may do to an ask, in the grammar of its ecosystem: the one thing that engines do not know.

Each ecosystem brings its own. Below: nothing of the search. Above: `oracle`, `fixing`, `trails`.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.reasons.levels import Ladder

Way = Literal["upgrade", "downgrade"]


class Rewrite(NamedTuple):
    """An ask with another constraint: what an engine is told, what should stand in the file, which way that goes."""

    requirement: str
    written: str
    way: Way


class Relaxation(Protocol):
    """The grammar. Constraints are as engines are told them; nothing here asks a network."""

    def ladder(self, ask: Ask) -> Ladder:
        """What it costs to relax it. Equal costs count as changes of equal size."""
        ...

    def weight(self, ask: Ask) -> int:
        """The order among fixes of equal cost: a lock's pin before a direct pin, a range, a runtime's range."""
        ...

    def bare(self, ask: Ask) -> str:
        """What an engine is told when the bound is gone: the package with its extras and its condition stays."""
        ...

    def above(self, ask: Ask) -> str:
        """What an engine is told to look for the next version above the bound; "" when there is none above."""
        ...

    def no_lower(self, name: str, version: str) -> str:
        """A constraint, as engines are told it, that a package does not go below a version."""
        ...

    def both(self, first: str, second: str) -> str:
        """Two ranges of a runtime as one that holds when both do."""
        ...

    def constraint(self, ask: Ask) -> str:
        """The bound as engines are told it, "" for none."""
        ...

    def versions(self, told: str) -> str:
        """Versions as an engine's proof writes them (one version, a range, "" for all) as a constraint."""
        ...

    def disjoint(self, constraints: Sequence[str]) -> bool:
        """Whether it is certain that no version satisfies all of them."""
        ...

    def covers(self, wide: str, narrow: str) -> bool:
        """Whether it is certain that each version that satisfies `narrow` satisfies `wide`."""
        ...

    def hull(self, constraints: Sequence[str]) -> str:
        """A range that holds every one of them, "" when none can be written."""
        ...

    def names_prerelease(self, ask: Ask) -> bool:
        """Whether an ask itself speaks of a pre-release, and so wants them."""
        ...

    def final(self, version: str) -> bool:
        """Whether a version is no pre-release."""
        ...

    def widened(self, ask: Ask, version: str) -> Rewrite | None:
        """The nearest constraint in its author's style that allows a version; None when there is none."""
        ...

    def nearest(self, ask: Ask, others: Sequence[str], versions: Sequence[str]) -> Sequence[str]:
        """Those final versions that an ask excludes and all `others` allow: upwards before downwards, nearest first."""
        ...
