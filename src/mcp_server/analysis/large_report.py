"""A finished report whose rows are too many for memory: they lie in a file, and in the cache in pieces.

Beside `kept_report`, which makes it where the rows are a `spill.Spill`, and `told_report`, which makes an answer of it
that is written piece by piece. Bytes are the same as those of a report in memory.
"""

from collections.abc import Callable, Iterator, Sequence

import orjson

from plumbrule.core.store.cache import Cache
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.sections.ready import AFTER, BEFORE, BETWEEN
from plumbrule.mcp_server.analysis.spill import Spill

PIECE_BYTES = 1_000_000
_MARK = b'{"pieces":'


@dataclass(frozen=True, slots=True)
class Large:
    """`head` is the JSON of everything but rows, masked already when `masked`; `blocks` are the rows of each place,
    None where the report has none."""

    masked: bool
    head: bytes
    blocks: tuple["tuple[bytes, ...] | Spill | None", ...]


class Streamed:
    """Rows in an answer that are written in pieces; `hides` hides what the program itself knows. No dataclass, as
    `orjson` would take it apart."""

    def __init__(self, rows: Sequence[bytes], hides: Callable[[bytes], bytes]) -> None:
        self._rows = rows
        self._hides = hides

    def pieces(self) -> Iterator[bytes]:
        """The JSON list."""
        between = BEFORE
        for piece in _pieces(self._rows):
            yield between
            yield self._hides(piece)
            between = BETWEEN
        yield AFTER


def keep(large: Large, key: str, cache: Cache) -> None:
    """Keep the report under `key`: its pieces first, so that who finds the head finds them."""
    counts: list[int] = []
    for number, rows in enumerate(large.blocks):
        counts.append(-1 if rows is None else 0)
        for piece in _pieces(rows or ()):
            cache.put(_name(key, number, counts[-1]), piece)
            counts[-1] += 1
    cache.put(key, b"%b%b}\n%b" % (_MARK, orjson.dumps([large.masked, counts]), large.head))


def opened(raw: bytes, key: str, cache: Cache) -> Large | None:
    """The report kept under `key`, given what the cache holds there; None when a piece of it is gone."""
    first, _, head = raw.partition(b"\n")
    masked, counts = orjson.loads(first)["pieces"]
    blocks: list[tuple[bytes, ...] | Spill | None] = []
    for number, count in enumerate(counts):
        rows = Spill() if count > 0 else None if count < 0 else ()
        for at in range(count):
            piece = cache.get(_name(key, number, at))
            if piece is None or not isinstance(rows, Spill):
                return None
            for row in piece.split(BETWEEN):
                rows.add(row)
        blocks.append(rows)
    return Large(masked, head, tuple(blocks))


def is_large(raw: bytes) -> bool:
    """Whether what the cache holds is the head of such a report."""
    return raw.startswith(_MARK)


def _name(key: str, block: int, piece: int) -> str:
    return f"{key}/{block}/{piece}"


def _pieces(rows: Sequence[bytes]) -> Iterator[bytes]:
    """The rows in blocks of about `PIECE_BYTES`, joined."""
    held: list[bytes] = []
    size = 0
    for row in rows:
        held.append(row)
        size += len(row)
        if size >= PIECE_BYTES:
            yield BETWEEN.join(held)
            held, size = [], 0
    if held:
        yield BETWEEN.join(held)
