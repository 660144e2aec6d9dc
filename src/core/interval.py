"""The bounds of a number in a setting's annotation, for `core.fields`, and for pydantic, which judges odd values.

`annotated_types.Interval` says the same and makes thirteen dataclasses when it is imported, 6 ms of each start. Ours
is of that library's protocol `GroupedMetadata` and imports it only for who takes it apart.
"""

from collections.abc import Iterator

from plumbrule.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """`Annotated[int, Interval(ge=1, le=9)]`: from 1 to 9. None is no bound."""

    gt: float | None = None
    ge: float | None = None
    lt: float | None = None
    le: float | None = None

    @property
    def __is_annotated_types_grouped_metadata__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[object]:
        import annotated_types

        yield from annotated_types.Interval(gt=self.gt, ge=self.ge, lt=self.lt, le=self.le)
