"""A kept report as the JSON of an answer, without ever being a report again: nothing of it is made into dataclasses.

Beside `kept_report`, whose form it reads. What belongs to the call and not to the content (the source, the recent
history) is put in its turn between what is kept. For a command line that prints everything: a reader's
budget needs a report.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

import orjson

ROWS = (("files", ""), ("symbols", "files"), ("imports", "edges"))
"""Where an answer holds rows, in the order of the blocks."""

BEFORE, BETWEEN, AFTER = b"[\n", b",\n", b"\n]"
"""Around and between the rows of a block, which is JSON as it stands. No row holds a line break."""

Hides = Callable[[bytes], bytes]
Masks = Callable[[object], object]


def told(raw: bytes, own: Mapping[str, object], hides: Hides, masks: Masks) -> dict[str, Any]:
    """The answer as a dict for `orjson`.

    `own` holds fields to put in place of those kept (None leaves a field out). `hides` hides what the program itself
    knows in bytes that were masked when they were kept, `masks` every secret in values.
    """
    first = raw.index(b"\n")
    second = raw.index(b"\n", first + 1)
    masked, blocks = orjson.loads(raw[:first])
    head = raw[first + 1 : second]
    answer: dict[str, Any] = orjson.loads(head)
    answer = {name: own.get(name, part) for name, part in answer.items()}
    answer = {name: part for name, part in answer.items() if part is not None}
    if not masked or hides(head) is not head:
        answer = cast("dict[str, Any]", masks(answer))
    else:
        given = {name: part for name, part in own.items() if name in answer}
        answer |= cast("dict[str, Any]", masks(given))
    at = second + 1
    for (outer, inner), (count, length) in zip(ROWS, blocks, strict=True):
        if count > 0:
            rows = orjson.Fragment(hides(raw[at : at + length]))
            if inner:
                answer[outer][inner] = rows
            else:
                answer[outer] = rows
        at += length + 1
    return answer
