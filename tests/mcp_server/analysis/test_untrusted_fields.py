"""A62: every field of a report that can hold the repository's words is named as untrusted, whoever adds it."""

import types
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from plumbrule.core.facts import Untrusted
from plumbrule.mcp_server.analysis.model import RepositoryReport, hints_of
from plumbrule.mcp_server.analysis.report_frame import UNTRUSTED
from plumbrule.mcp_server.analysis.sections.ready import RowOf


def _own_words(annotation: Any, pointer: str = "") -> Iterator[str]:
    """JSON pointers, list indices left out, of what is marked as the repository's words."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        if any(isinstance(mark, Untrusted) for mark in arguments[1:]):
            yield pointer
        for mark in arguments[1:]:
            if isinstance(mark, RowOf):
                yield from _own_words(mark.kind, pointer)
        yield from _own_words(arguments[0], pointer)
    elif origin in (tuple, typing.Union, types.UnionType):
        for part in arguments:
            yield from _own_words(part, pointer)
    elif is_dataclass(annotation):
        hints = hints_of(annotation)
        for field in fields(annotation):
            yield from _own_words(hints[field.name], f"{pointer}/{field.name}")


def _covers(named: str, pointer: str) -> bool:
    return pointer == named or pointer.startswith(f"{named}/")


def test_every_marked_field_is_named_and_nothing_else_is() -> None:
    marked = set(_own_words(RepositoryReport))
    assert marked
    assert [pointer for pointer in sorted(marked) if not any(_covers(named, pointer) for named in UNTRUSTED)] == []
    assert [named for named in UNTRUSTED if not any(_covers(named, pointer) for pointer in marked)] == []
