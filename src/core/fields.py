"""What one annotated field asks of its value: type, range, choices, description; for settings and tool arguments alike.

An annotation such as `Annotated[int, Interval(ge=1, le=9), Doc("How many.")]` is read into a `Shape`; `accept` checks a
value against it, `describe` says in words what it wants, `json_schema` says it for machines. Only plain fields exist:
what a flag, an environment variable or a model can write.
"""

import math
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import typing_extensions

from plumbrule.core.interval import Interval
from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.values import dataclass

Kind = Literal["string", "integer", "number", "boolean", "choice", "strings", "mapping", "path"]


@dataclass(frozen=True, slots=True)
class Secret:
    """Marks a field (`Annotated[str, Secret()]`) whose value is masked wherever it is shown."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a field accepts. Bounds are on the value of numbers; lengths on characters, items or keys."""

    kind: Kind
    optional: bool = False
    choices: tuple[str, ...] = ()
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    doc: str = ""
    secret: bool = False


class Mismatch(ValueError):
    """The value is not of the shape; the message says what was expected and never holds the value."""


_KINDS: dict[object, Kind] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    Path: "path",
}
_WHOLE = LazyPattern(r"[+-]?[0-9]{1,18}")
_DECIMAL = LazyPattern(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9]{1,3})?")
_TRUTH = {"true": True, "false": False, "1": True, "0": False}


def shape_of(annotation: Any) -> Shape:
    """Read an annotation.

    Raises:
        TypeError: the type is none of those that a field can have. A fault of the program, found by any test.
    """
    metadata: list[Any] = []
    optional = False
    while True:
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            annotation, *extra = typing.get_args(annotation)
            metadata.extend(extra)
        elif origin in (types.UnionType, typing.Union):
            parts = [part for part in typing.get_args(annotation) if part is not types.NoneType]
            if len(parts) != 1:
                raise TypeError(f"a field cannot be {annotation!r}")
            optional, annotation = True, parts[0]
        else:
            break
    kind, choices = _kind(annotation)
    return Shape(kind=kind, optional=optional, choices=choices, **_constraints(metadata))


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    if annotation in _KINDS:
        return _KINDS[annotation], ()
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal and all(isinstance(each, str) for each in arguments):
        return "choice", arguments
    if origin in (tuple, list, Sequence) and arguments[1:] in ((), (...,)):
        if arguments[0] is str:
            return "strings", ()
        words = typing.get_args(arguments[0])
        if typing.get_origin(arguments[0]) is Literal and all(isinstance(each, str) for each in words):
            return "strings", words
    if origin in (dict, Mapping) and arguments == (str, str):
        return "mapping", ()
    raise TypeError(f"a field cannot be {annotation!r}")


def _constraints(metadata: Sequence[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in metadata:
        if getattr(item, "__is_annotated_types_grouped_metadata__", False) and not isinstance(item, Interval):
            found |= _constraints(list(item))
        elif isinstance(item, typing_extensions.Doc):
            found["doc"] = item.documentation
        elif isinstance(item, Secret):
            found["secret"] = True
        else:
            for name, key in _BOUNDS.items():
                if (bound := getattr(item, name, None)) is not None:
                    found[key] = bound
    return found


_BOUNDS = {name: name for name in ("ge", "gt", "le", "lt", "min_length", "max_length")}


def accept(shape: Shape, value: object) -> Any:
    """The value as the field holds it.

    Scalars may come as text ("10", "true"): environment variables have nothing else, and some hosts send every
    argument so. Text for a list or a mapping is JSON, or items between commas.

    Raises:
        Mismatch: it does not fit.
    """
    if value is None:
        if shape.optional:
            return None
        raise Mismatch(f"expected {describe(shape)}")
    converted = _convert(shape.kind, value)
    if converted is None or not _within(shape, converted):
        raise Mismatch(f"expected {describe(shape)}")
    return converted


def _convert(kind: Kind, value: object) -> Any:
    """The value in the field's own type, None when it has none there."""
    match kind:
        case "string" | "choice":
            return value if isinstance(value, str) else None
        case "path":
            return Path(value) if isinstance(value, (str, Path)) else None
        case "boolean":
            return value if isinstance(value, bool) else _TRUTH.get(value.lower()) if isinstance(value, str) else None
        case "integer":
            if isinstance(value, str):
                return int(value) if _WHOLE.fullmatch(value) else None
            return value if isinstance(value, int) and not isinstance(value, bool) else None
        case "number":
            if isinstance(value, str):
                return float(value) if _DECIMAL.fullmatch(value) else None
            return _finite(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
        case "strings":
            return _strings(value)
        case "mapping":
            return _mapping(value)


def _finite(value: float) -> float | None:
    """None for what is no figure: NaN is within any bounds, since every comparison with it is false."""
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # an integer beyond any float
        return None


def _strings(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        if not value.lstrip().startswith("["):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        value = _json(value)
    if not isinstance(value, (list, tuple)):
        return None
    items = typing.cast("Sequence[object]", value)
    return tuple(typing.cast("Sequence[str]", items)) if all(isinstance(item, str) for item in items) else None


def _mapping(value: object) -> dict[str, str] | None:
    if isinstance(value, str):
        if value.lstrip().startswith("{"):
            value = _json(value)
        else:
            pairs = [part.partition("=") for part in value.split(",") if part.strip()]
            value = (
                {key.strip(): text.strip() for key, equals, text in pairs if equals} if all(p[1] for p in pairs) else 0
            )
    if not isinstance(value, Mapping):
        return None
    items = typing.cast("Mapping[object, object]", value)
    if all(isinstance(key, str) and isinstance(text, str) for key, text in items.items()):
        return dict(typing.cast("Mapping[str, str]", items))
    return None


def _json(text: str) -> object:
    import json  # only for the long form of a list or a mapping

    try:
        return json.loads(text)
    except ValueError:
        return None


def _within(shape: Shape, value: Any) -> bool:
    if shape.kind == "choice":
        return value in shape.choices
    if shape.kind in ("integer", "number"):
        return not (
            (shape.ge is not None and value < shape.ge)
            or (shape.gt is not None and value <= shape.gt)
            or (shape.le is not None and value > shape.le)
            or (shape.lt is not None and value >= shape.lt)
        )
    if shape.kind == "strings" and shape.choices and not all(item in shape.choices for item in value):
        return False
    if shape.kind in ("string", "strings", "mapping"):
        return (shape.min_length or 0) <= len(value) and (shape.max_length is None or len(value) <= shape.max_length)
    return True


_WORDS: dict[Kind, str] = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "choice": "one of ",
    "strings": "a list of texts",
    "mapping": "a table of texts",
    "path": "a path",
}


def describe(shape: Shape) -> str:
    """What the field wants, in words: "a whole number from 1 to 9"."""
    words = _WORDS[shape.kind] + (", ".join(shape.choices) if shape.kind == "choice" else _range_words(shape))
    if shape.kind == "strings" and shape.choices:
        words = f"some of {', '.join(shape.choices)}"
    return f"{words}, or nothing" if shape.optional else words


def _range_words(shape: Shape) -> str:
    if shape.kind in ("integer", "number"):
        low = _bound("from", shape.ge) or _bound("above", shape.gt)
        high = _bound("to" if low else "up to", shape.le) or _bound("below", shape.lt)
        return low + high
    unit = "characters" if shape.kind == "string" else "items"
    low = f" of at least {shape.min_length} {unit}" if shape.min_length else ""
    high = f" of at most {shape.max_length} {unit}" if shape.max_length is not None else ""
    return f"{low} and{high.removeprefix(' of')}" if low and high else low + high


def _bound(word: str, bound: float | None) -> str:
    return "" if bound is None else f" {word} {bound:g}" if isinstance(bound, float) else f" {word} {bound}"


def json_schema(shape: Shape) -> dict[str, Any]:
    """The field as a flat JSON Schema: no `$ref`, no combinator; optional fields are simply not required."""
    schema: dict[str, Any] = {"type": _JSON_TYPES[shape.kind]}
    if shape.choices and shape.kind == "choice":
        schema["enum"] = list(shape.choices)
    if shape.kind == "strings":
        schema["items"] = {"type": "string", **({"enum": list(shape.choices)} if shape.choices else {})}
    if shape.kind == "mapping":
        schema["additionalProperties"] = {"type": "string"}
    for key, bound in (
        ("minimum", shape.ge),
        ("exclusiveMinimum", shape.gt),
        ("maximum", shape.le),
        ("exclusiveMaximum", shape.lt),
        (_LENGTHS.get(shape.kind, ("", ""))[0], shape.min_length),
        (_LENGTHS.get(shape.kind, ("", ""))[1], shape.max_length),
    ):
        if bound is not None:
            schema[key] = bound
    if shape.doc:
        schema["description"] = shape.doc
    return schema


_JSON_TYPES: dict[Kind, str] = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "choice": "string",
    "strings": "array",
    "mapping": "object",
    "path": "string",
}
_LENGTHS: dict[Kind, tuple[str, str]] = {
    "string": ("minLength", "maxLength"),
    "strings": ("minItems", "maxItems"),
    "mapping": ("minProperties", "maxProperties"),
}


def nearest(name: str, known: typing.Iterable[str]) -> str | None:
    """The known name closest to a mistyped one, None when nothing is close."""
    import difflib  # only for a mistyped name

    near = difflib.get_close_matches(name, list(known), n=1)
    return near[0] if near else None
