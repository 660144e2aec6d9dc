"""The way back from `model.wire`: frozen dataclasses from JSON values, for reports kept in the cache."""

import types
from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

import orjson

from plumbrule.mcp_server.analysis.model import hints_of, plain_hints_of
from plumbrule.mcp_server.analysis.sections.ready import Ready

T = TypeVar("T")


def revive(kind: type[T], value: dict[str, Any]) -> T:
    """An instance of the dataclass `kind` from its wire form; what the wire left out was absent or empty."""
    hints = _plain_hints(cast(Hashable, kind))
    if not value.keys() <= hints.keys():
        hints = _hints(cast(Hashable, kind))
    given = {name: _part(hint, value[name]) if name in value else _left_out(hint) for name, hint in hints.items()}
    return kind(**given)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    resolved = hints_of(kind)
    return {field.name: resolved[field.name] for field in fields(kind)}


@cache
def _plain_hints(kind: Any) -> dict[str, Any]:
    """Those that need no deep section: what a card holds. A quoted field that is left out takes its default."""
    return plain_hints_of(kind)


def _left_out(hint: Any) -> object:
    """The absent or empty value of a field, whatever its default is."""
    origin: Any = get_origin(hint)
    if origin is Annotated:
        return _left_out(get_args(hint)[0])
    if origin in (Union, types.UnionType):
        return None
    if origin in (tuple, dict):
        return () if origin is tuple else {}
    if isinstance(hint, type) and is_dataclass(hint):
        return revive(hint, {})
    return "" if hint is str or origin is Literal else cast(object, hint())


def _part(hint: Any, value: Any) -> Any:
    origin = get_origin(hint)
    if origin is Annotated:
        return _part(get_args(hint)[0], value)
    if hint is Ready:
        return Ready(tuple(orjson.dumps(row) for row in value))
    if origin in (Union, types.UnionType):
        inner = [one for one in get_args(hint) if one is not types.NoneType]
        return None if value is None else _part(inner[0], value)
    if origin is tuple:
        return tuple(_part(get_args(hint)[0], item) for item in value)
    if isinstance(hint, type) and is_dataclass(hint):
        return revive(hint, value)
    return value
