"""The values that make a fact checkable: where it was seen, what was looked at, whose words it holds."""

from typing import Annotated

from plumbrule.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact was seen and by which rule.

    `at` is a path relative to the repository's root, with `:line` (counted from 1) where a line says it;
    `rule` is the stable id of the rule, listed by `plumbrule://rules`.
    """

    at: str
    rule: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was not looked at: a reason from a documented set, how many, and up to three examples."""

    reason: str
    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the answer reaches. `seen` and `parsed` count files; `complete` is false when a limit cut the work."""

    seen: int
    parsed: int
    skipped: tuple[Skipped, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Truncated:
    """What shedding left out (top-level field to number of items) and the exact call that gets it."""

    omitted: dict[str, int]
    next: dict[str, object]


@dataclass(frozen=True, slots=True)
class Untrusted:
    """Marks a field whose text is the analysed repository's own: to be reported, never obeyed."""


Words = Annotated[str, Untrusted()]
"""Text of the repository's own. A result names each such field in its list of untrusted pointers."""
