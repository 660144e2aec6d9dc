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
    return mapped(value, lambda text: word(text, MAX_SENTENCE_CHARACTERS), _cleaned_place)


def masked(value: T, mask: Callable[[str], str]) -> T:
    """The same value with a caller's mask over each text that is the repositories' own."""
    return mapped(value, mask, lambda at: mask(at))


def mapped(value: T, words: Callable[[str], str], places: Callable[[str], str]) -> T:
    """The same value with `words` over each `Words` text and `places` over each place of an `Evidence`."""
    if isinstance(value, Evidence):
        return cast("T", Evidence(places(value.at), value.rule))
    if isinstance(value, tuple):
        return cast("T", tuple(mapped(one, words, places) for one in cast("tuple[object, ...]", value)))
    if is_dataclass(value) and not isinstance(value, type):
        marked = _marked(type(value))
        changed: dict[str, Any] = {}
        for field in fields(value):
            old = getattr(value, field.name)
            changed[field.name] = _words(old, words) if field.name in marked else mapped(old, words, places)
        return cast("T", replace(value, **changed))
    return value


def _cleaned_place(at: str) -> str:
    found = _PLACE.match(at)
    assert found is not None  # it matches everything
    return place(found[1], int(found[2] or 0))


@cache
def _marked(kind: type) -> frozenset[str]:
    """The fields that hold a foreign text."""
    hints = typing.get_type_hints(kind, include_extras=True)
    return frozenset(field.name for field in fields(kind) if _is_words(hints[field.name]))


def _is_words(hint: Any) -> bool:
    """Whether a type is `Words`, or an optional one, or a tuple of them, or an annotated one of these."""
    if any(isinstance(mark, Untrusted) for mark in getattr(hint, "__metadata__", ())):
        return True
    if typing.get_origin(hint) in (tuple, typing.Annotated, typing.Union, types.UnionType):
        return any(_is_words(part) for part in typing.get_args(hint))
    return False


def _words(value: Any, words: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return words(value)
    if isinstance(value, tuple):
        return tuple(_words(one, words) for one in cast("tuple[object, ...]", value))
    return value
