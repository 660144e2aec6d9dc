"""What the sections of a full report note beside it, so that a later survey of nearly the same tree need not repeat it.

Filled while a report is made; `revising` keeps it and works with it. A report without notes is the same report. Of a
tree of more than `spill.MANY_FILES` files nothing is noted: its functions' places would take tens of megabytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import NamedTuple, Protocol

from plumbrule.core.values import dataclass

Public = list[tuple[str, str, int]]
"""Name, kind and line of what a file lets others see, in its order."""


class Offering(NamedTuple):
    """What each file of a component offers, in the order in which they are asked. `entry` is the script that its
    exports were followed from, "" where there is none."""

    folder: str
    entry: str
    files: list[tuple[str, Public]]


class Spot(NamedTuple):
    """A file of one's own that more than one commit changed."""

    path: str
    commits: int
    authors: int
    lines: int | None


class Body(Protocol):
    """Where a body of a function stands, and how many lines it has."""

    value: int
    path: str
    line: int


@dataclass(slots=True)
class Notes:
    """Absent is what no section noted: it was not asked for."""

    weights: Mapping[str, int] | None = None
    """Of the architecture: source files and what each weighs."""
    standing: object = None
    measures: object = None
    bodies: Mapping[str, Sequence[Body]] = field(default_factory=dict[str, Sequence[Body]])
    """Of the quality, whose own values the first two are."""
    offerings: list[Offering] = field(default_factory=list[Offering])
    asked: set[str] = field(default_factory=set[str])
    """Names whose kind was looked for in other files."""
    used: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many imports take each name."""
    by_lines: bool = False
    """Whether lines of code decided which language's files a component offers."""
    own: Mapping[str, int | None] | None = None
    """The project's own source files with their lines."""
    spots: list[Spot] = field(default_factory=list[Spot])
    """Of the history."""
