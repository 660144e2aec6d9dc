"""Quality as a number with its reasons, and history as far as one pass over the log tells it."""

from typing import Literal

from plumbrule.core.facts import Evidence, Words
from plumbrule.core.values import dataclass

Grade = Literal["A", "B", "C", "D", "F"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One of six. `weight` is its part of the whole, `score` 0 to 1, `reason` what was measured."""

    name: str
    weight: float
    score: float
    reason: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Outlier:
    """A function or file far from the rest: `measure` is complexity, lines or copies."""

    name: Words
    evidence: Evidence
    measure: Literal["complexity", "lines", "copies"]
    value: int


@dataclass(frozen=True, slots=True)
class Quality:
    """`score` is the weighted sum of the indicators, 0 to 1, of the whole repository and not of a sample."""

    score: float
    grade: Grade
    indicators: tuple[Indicator, ...]
    counts: dict[str, int]
    outliers: tuple[Outlier, ...] = ()


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A file that changes often: `commits` within the history that was read. Ranked by commits times the logarithm of
    its lines."""

    path: Words
    commits: int
    lines: int | None = None
    authors: int | None = None


@dataclass(frozen=True, slots=True)
class Coupling:
    """Two files that change together, in `together` commits: `share` of those that touch either."""

    first: Words
    second: Words
    together: int
    share: float


@dataclass(frozen=True, slots=True)
class Owner:
    """One author's part of the people's commits, merges apart; names are the repository's own words, mail addresses
    are never given."""

    name: Words
    commits: int
    share: float


@dataclass(frozen=True, slots=True)
class Release:
    """A tag that names a final version, and the day of its commit; newest first."""

    name: Words
    day: str


@dataclass(frozen=True, slots=True)
class History:
    """From one pass over at most so many commits. `bus_factor` is the fewest authors with half of the commits.

    `complete` is false for shallow clones and where the limit ended the walk. Days are ISO 8601 in UTC.
    """

    commits: int
    authors: int
    first_day: str
    last_day: str
    complete: bool
    bus_factor: int
    evidence: Evidence
    hot_spots: tuple[HotSpot, ...] = ()
    coupling: tuple[Coupling, ...] = ()
    owners: tuple[Owner, ...] = ()
    releases: tuple[Release, ...] = ()
    releases_count: int = 0
    release_every_days: int | None = None
    """The median of days between days with a release."""
    bot_commits: int | None = None
    """Commits by programs; they are in `commits` and belong to no owner."""
