"""The way back from `model.wire`: frozen dataclasses from JSON values, for reports kept in the cache."""

import types
from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def revive(kind: type[T], value: dict[str, Any]) -> T:
    """An instance of the dataclass `kind` from its wire form; fields that were left out take their defaults."""
    hints = _hints(cast(Hashable, kind))
    given = {name: _part(hint, value[name]) for name, hint in hints.items() if name in value}
    return kind(**given)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    resolved = get_type_hints(kind)
    return {field.name: resolved[field.name] for field in fields(kind)}


def _part(hint: Any, value: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = [one for one in get_args(hint) if one is not types.NoneType]
        return None if value is None else _part(inner[0], value)
    if origin is tuple:
        return tuple(_part(get_args(hint)[0], item) for item in value)
    if isinstance(hint, type) and is_dataclass(hint):
        return revive(hint, value)
    return value
