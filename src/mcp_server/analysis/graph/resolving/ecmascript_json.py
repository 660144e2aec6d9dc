"""JSON as configuration files write it: with comments and trailing commas, in files of any size up to a bound."""

import re
from typing import cast

import orjson

MAX_BYTES = 2_000_000
_COMMENT = re.compile(rb'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_TRAILING = re.compile(rb'("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])')


def read_object(raw: bytes) -> dict[str, object]:
    """The object in `raw`; empty when it is none or cannot be read: a broken file configures nothing."""
    if len(raw) > MAX_BYTES:
        return {}
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        plain = _TRAILING.sub(_kept, _COMMENT.sub(_kept, raw))
        try:
            value = orjson.loads(plain)
        except orjson.JSONDecodeError:
            return {}
    return as_object(value)


def _kept(found: re.Match[bytes]) -> bytes:
    return found.group(1) or b""


def as_object(value: object) -> dict[str, object]:
    """The value when it is an object, else an empty one."""
    return cast(dict[str, object], value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """The value when it is a list, else an empty one."""
    return cast(list[object], value) if isinstance(value, list) else []


def as_strings(value: object) -> list[str]:
    """The strings of a list, or the one string; anything else is left out."""
    return [value] if isinstance(value, str) else [one for one in as_list(value) if isinstance(one, str)]
