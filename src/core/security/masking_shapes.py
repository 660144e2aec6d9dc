"""Masks values instead of text: dicts by their keys, sequences and exceptions by their parts, bytes as text.

Beside `masking`, which it is handed. What has nothing to hide comes back as the same object, so that the boundary
of a call costs one walk and no copies.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, cast

from plumbrule.core.security.secret_keys import Strength, key_strength
from plumbrule.core.security.secret_values import benign_value

if TYPE_CHECKING:
    from plumbrule.core.security.masking import Masker

MAX_DEPTH = 64
"""Deeper values are cut off as `***`: nothing of ours nests so deep, and hiding is the safe side."""

MAX_CACHED_NAME_CHARS = 120
"""A longer key is no name; it is masked as text and not kept."""

_HIDDEN = "***"


def masked_value(masker: "Masker", value: object) -> object:
    """`value` with the secrets in it hidden; the same object when there are none."""
    return _masked(masker, value, None, MAX_DEPTH, set())


_BYTES = (bytes, bytearray)
_CONTAINERS = (dict, list, tuple, set, frozenset, BaseException)
_PLAIN = frozenset((type(None), bool, int, float))


def _masked(masker: "Masker", value: object, key: Strength | None, depth: int, inside: set[int]) -> object:
    if isinstance(value, str):
        return _masked_text(masker, value, key)
    if type(value) in _PLAIN:
        return value
    if isinstance(value, _BYTES):
        return _masked_bytes(masker, bytes(value), key, value)
    if isinstance(value, _CONTAINERS):
        container = cast("object", value)
        if depth == 0 or id(container) in inside:
            return _HIDDEN
        inside.add(id(container))
        try:
            return _masked_parts(masker, container, key, depth - 1, inside)
        finally:
            inside.discard(id(container))
    return value


def _masked_parts(masker: "Masker", value: object, key: Strength | None, depth: int, inside: set[int]) -> object:
    if isinstance(value, dict):
        return _masked_mapping(masker, cast("dict[object, object]", value), depth, inside)
    if isinstance(value, BaseException):
        return _masked_exception(masker, value, depth, inside)
    parts = list(cast("Iterable[object]", value))
    masked = [_masked(masker, part, key, depth, inside) for part in parts]
    if all(new is old for new, old in zip(masked, parts, strict=True)):
        return value
    return _of_kind(value, masked)


def _of_kind(value: object, parts: list[object]) -> object:
    """`parts` as a list, tuple, named tuple or set, like `value`."""
    if isinstance(value, list):
        return parts
    if hasattr(value, "_fields"):
        return cast("Callable[..., object]", type(value))(*parts)
    if isinstance(value, tuple):
        return tuple(parts)
    return frozenset(parts) if isinstance(value, frozenset) else set(parts)


def _masked_mapping(masker: "Masker", value: dict[object, object], depth: int, inside: set[int]) -> object:
    changed = False
    result: dict[object, object] = {}
    for name, part in value.items():
        new_name, strength = _judged(masker, name)
        kind = type(part)
        if kind is str and strength is None:  # this and the next are nearly all; the rest goes through the general way
            new: object = masker.mask(cast("str", part))
        elif kind in _PLAIN:
            new = part
        else:
            new = _masked(masker, part, strength, depth, inside)
        changed = changed or new is not part or new_name is not name
        result[new_name] = new
    return result if changed else value


def _judged(masker: "Masker", name: object) -> tuple[object, Strength | None]:
    """A key masked as text, and what it promises about its value."""
    if not isinstance(name, str):
        return name, None
    if len(name) > MAX_CACHED_NAME_CHARS:
        return masker.mask(name), None
    masked, strength = masker.mask_name(name), key_strength(name)
    return (name if masked == name else masked), strength


def _masked_text(masker: "Masker", text: str, key: Strength | None) -> str:
    if key is not None and not benign_value(text, key, quoted=True, spaced=False):
        return _HIDDEN
    return masker.mask(text)


def _masked_bytes(masker: "Masker", raw: bytes, key: Strength | None, value: object) -> object:
    text = raw.decode("utf-8", "surrogateescape")
    masked = _masked_text(masker, text, key)
    return value if masked is text or masked == text else masked.encode("utf-8", "surrogateescape")


def _masked_exception(masker: "Masker", error: BaseException, depth: int, inside: set[int]) -> object:
    """A stand-in with the masked words, when `error` had something to hide, else `error` itself."""
    arguments = _masked(masker, error.args, None, depth, inside)
    if arguments is error.args:
        shown = str(error)
        masked = masker.mask(shown)
        return error if masked == shown else RuntimeError(f"{type(error).__name__}: {masked}")
    return RuntimeError(f"{type(error).__name__}: {masker.mask(str(error))}")
