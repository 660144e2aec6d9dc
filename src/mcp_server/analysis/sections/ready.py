"""Rows that are in their JSON form already, so that a hundred thousand facts cross from the cache to a result as bytes.

`Ready` stands in a report where a tuple of dataclasses would; `Annotated[Ready, RowOf(kind)]` says of what, for the
schema. Rows are masked and cleaned when they are made.
"""

from plumbrule.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Ready:
    """JSON objects, one a row, most important first: shedding cuts from the end."""

    rows: tuple[bytes, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


NOTHING = Ready()


@dataclass(frozen=True, slots=True)
class RowOf:
    """The dataclass whose wire form each row has."""

    kind: type
