"""Rows that are in their JSON form already, so that a hundred thousand facts cross from the cache to a result as bytes.

`Ready` stands in a report where a tuple of dataclasses would; `Annotated[Ready, RowOf(kind)]` says of what, for the
schema. Rows are masked and cleaned when they are made.
"""

from collections.abc import Iterable

import orjson

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.spill import Spill, is_many

BEFORE, BETWEEN, AFTER = b"[\n", b",\n", b"\n]"
"""Around and between the rows of a block, which is JSON as it stands. No row holds a line break."""


@dataclass(frozen=True, slots=True)
class Ready:
    """JSON objects, one a row, most important first: shedding cuts from the end. Those of a large repository lie on
    disk, in a `spill.Spill`."""

    rows: tuple[bytes, ...] | Spill = ()

    def __len__(self) -> int:
        return len(self.rows)

    def total_bytes(self) -> int:
        """Of all rows."""
        return sum(map(len, self.rows)) if isinstance(self.rows, tuple) else self.rows.total_bytes()


NOTHING = Ready()


def row_of(value: object) -> bytes:
    """The JSON of a row, in no more room than it needs: what `orjson` 3.13 gives keeps 4 KB each, as it was made."""
    return b"%b" % orjson.dumps(value)


def rows_of(rows: Iterable[bytes], files: int) -> Ready:
    """The rows of a repository of so many files."""
    if not is_many(files):
        return Ready(tuple(rows))
    spilled = Spill(rows)
    return Ready(spilled) if len(spilled) else NOTHING


@dataclass(frozen=True, slots=True)
class RowOf:
    """The dataclass whose wire form each row has."""

    kind: type
