"""The aspects of a repository that a caller may select, and what each costs to know."""

from collections.abc import Sequence
from typing import Literal, get_args

from plumbrule.core.values import dataclass

Detail = Literal["card", "summary", "full"]
"""How much is asked for: `card` within 600 tokens, `summary` within 1,500, `full` everything that is known."""

Aspect = Literal[
    "languages",
    "structure",
    "symbols",
    "imports",
    "dependencies",
    "licences",
    "security",
    "quality",
    "history",
    "text",
    "architecture",
    "sbom",
]
"""Each names sections of the report. `text` is about text that tries to steer its reader."""

ASPECTS: tuple[Aspect, ...] = get_args(Aspect)

ON_REQUEST: frozenset[Aspect] = frozenset(("sbom",))
"""What `full` leaves out unless it is asked for: a document of its own for other programs."""

USUAL: frozenset[Aspect] = frozenset(ASPECTS) - ON_REQUEST
"""What `full` holds when nobody selects."""

FIELDS: dict[Aspect, tuple[str, ...]] = {
    "languages": ("languages", "files"),
    "structure": ("description", "ecosystems", "runtimes", "commands", "entry_points", "components", "structure"),
    "symbols": ("symbols",),
    "imports": ("imports",),
    "dependencies": ("manifests", "dependencies", "runtimes"),
    "licences": ("licence", "licences"),
    "security": ("risks", "findings", "scorecard"),
    "quality": ("tests", "ci", "documentation", "quality"),
    "history": ("activity", "history"),
    "text": ("risks", "findings"),
    "architecture": ("architecture",),
    "sbom": ("sbom",),
}
"""The fields of a report that each aspect fills; the others (source, name, size, coverage, ...) are always there."""

OF_NAMES_ALONE: frozenset[Aspect] = frozenset(("languages",))
"""What a card can say from names and sizes: no manifest is parsed, only files of unsure languages are read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of what a caller asked for."""

    detail: Detail
    aspects: frozenset[Aspect]

    @property
    def of_names_alone(self) -> bool:
        """Whether names and sizes answer it."""
        return self.detail == "card" and self.aspects <= OF_NAMES_ALONE

    def has(self, *aspects: Aspect) -> bool:
        """Whether one of the aspects is among them."""
        return not self.aspects.isdisjoint(aspects)


def selected(aspects: Sequence[Aspect]) -> frozenset[Aspect]:
    """The aspects that were asked for; none stands for all that are not on request only."""
    return frozenset(aspects) or USUAL


def left_out(aspects: frozenset[Aspect]) -> frozenset[str]:
    """The fields that none of the aspects fills."""
    kept = {name for aspect in aspects for name in FIELDS[aspect]}
    return frozenset(name for names in FIELDS.values() for name in names) - kept
