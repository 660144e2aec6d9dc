"""The repositories' own words in a finished result, made safe to show: each field marked `Words` goes through the door.

Above: `check` and `resolution`. Below: `analysis/words`, which cleans one text.
"""

import re
import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, cast

from plumbrule.core.facts import Evidence, Untrusted
from plumbrule.mcp_server.analysis.words import place, word

T = TypeVar("T")
MAX_SENTENCE_CHARACTERS = 600
_PLACE = re.compile(r"(.*?)(?::(\d+))?$", re.DOTALL)


def cleaned(value: T) -> T:
    """The same value, every text of a `Words` field and every place cleaned, bounded and masked."""
    if isinstance(value, Evidence):
        found = _PLACE.match(value.at)
        assert found is not None  # it matches everything
        return cast("T", Evidence(place(found[1], int(found[2] or 0)), value.rule))
    if isinstance(value, tuple):
        return cast("T", tuple(cleaned(one) for one in cast("tuple[object, ...]", value)))
    if is_dataclass(value) and not isinstance(value, type):
        cleaners = _cleaners(type(value))
        changed = {name: clean(getattr(value, name)) for name, clean in cleaners.items()}
        return cast("T", replace(value, **changed))
    return value


@cache
def _cleaners(kind: type) -> dict[str, Callable[[Any], Any]]:
    """For each field that can hold a foreign text, what makes it safe."""
    hints = typing.get_type_hints(kind, include_extras=True)
    found: dict[str, Callable[[Any], Any]] = {}
    for field in fields(kind):
        found[field.name] = _words if _is_words(hints[field.name]) else cleaned
    return found


def _is_words(hint: Any) -> bool:
    """Whether a type is `Words`, or an optional one, or a tuple of them, or an annotated one of these."""
    if any(isinstance(mark, Untrusted) for mark in getattr(hint, "__metadata__", ())):
        return True
    if typing.get_origin(hint) in (tuple, typing.Annotated, typing.Union, types.UnionType):
        return any(_is_words(part) for part in typing.get_args(hint))
    return False


def _words(value: Any) -> Any:
    if isinstance(value, str):
        return word(value, MAX_SENTENCE_CHARACTERS)
    if isinstance(value, tuple):
        return tuple(_words(one) for one in cast("tuple[object, ...]", value))
    return value
