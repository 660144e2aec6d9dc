"""The aspects of a repository that a caller may select, and what each costs to know."""

from typing import Literal, get_args

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
