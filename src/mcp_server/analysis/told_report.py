"""A kept report as the JSON of an answer, without ever being a report again: nothing of it is made into dataclasses.

Beside `kept_report`, whose form it reads. What belongs to the call and not to the content (the source, the recent
history) is put in its turn between what is kept. For a command line that prints everything: a reader's
budget needs a report.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

import orjson

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.large_report import Large

ROWS = (("files", ""), ("symbols", "files"), ("imports", "edges"))
"""Where an answer holds rows, in the order of the blocks."""

Hides = Callable[[bytes], bytes]
Masks = Callable[[object], object]


def told(raw: "bytes | Large", own: Mapping[str, object], hides: Hides, masks: Masks) -> dict[str, Any]:
    """The answer as a dict for `orjson`; rows that lie on disk are in it as `large_report.Streamed`.

    `own` holds fields to put in place of those kept (None leaves a field out). `hides` hides what the program itself
    knows in bytes that were masked when they were kept, `masks` every secret in values.
    """
    if isinstance(raw, bytes):
        first = raw.index(b"\n")
        second = raw.index(b"\n", first + 1)
        masked, blocks = orjson.loads(raw[:first])
        answer = _bare(raw[first + 1 : second], masked, own, hides, masks)
        _put_blocks(answer, raw, second + 1, blocks, hides)
        return answer
    from plumbrule.mcp_server.analysis.large_report import Streamed  # few repositories are so large

    answer = _bare(raw.head, raw.masked, own, hides, masks)
    for place, rows in zip(ROWS, raw.blocks, strict=True):
        if rows:
            _put(answer, place, Streamed(rows, hides))
    return answer


def _bare(head: bytes, masked: bool, own: Mapping[str, object], hides: Hides, masks: Masks) -> dict[str, Any]:
    """The answer without its rows."""
    answer: dict[str, Any] = orjson.loads(head)
    answer = {name: own.get(name, part) for name, part in answer.items()}
    answer = {name: part for name, part in answer.items() if part is not None}
    if not masked or hides(head) is not head:
        answer = cast("dict[str, Any]", masks(answer))
    else:
        given = {name: part for name, part in own.items() if name in answer}
        answer |= cast("dict[str, Any]", masks(given))
    return answer


def _put_blocks(answer: dict[str, Any], raw: bytes, at: int, blocks: list[list[int]], hides: Hides) -> None:
    for place, (count, length) in zip(ROWS, blocks, strict=True):
        if count > 0:
            _put(answer, place, orjson.Fragment(hides(raw[at : at + length])))
        at += length + 1


def _put(answer: dict[str, Any], place: tuple[str, str], rows: object) -> None:
    outer, inner = place
    if inner:
        answer[outer][inner] = rows
    else:
        answer[outer] = rows
