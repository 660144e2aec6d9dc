"""A handler's signature as its published input: the JSON Schema, and the strict reading of what a caller sends.

Shared by the server (before the SDK's own, lax reading) and by `plumbrule call`. pydantic is not needed: parameters
are scalars and lists of them, so that every host can show and fill them, and a command starts without its import.
"""

import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Any

from plumbrule.core.errors import InvalidArgument
from plumbrule.core.fields import Mismatch, Shape, accept, json_schema, nearest, shape_of
from plumbrule.core.values import dataclass

_SHOWN_CHARACTERS = 60
"""How much of a wrong value an error repeats."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a tool. `default` is None for an optional argument without one."""

    name: str
    shape: Shape
    required: bool
    default: Any = None


@dataclass(frozen=True, slots=True)
class Parameters:
    """All arguments of a tool, in the order of its signature."""

    tool: str
    each: tuple[Parameter, ...]

    def json_schema(self) -> dict[str, Any]:
        """The input schema: an object of flat properties that refuses what it does not name."""
        properties: dict[str, Any] = {}
        for parameter in self.each:
            properties[parameter.name] = json_schema(parameter.shape)
            if parameter.default is not None:
                properties[parameter.name]["default"] = parameter.default
        schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
        required = [parameter.name for parameter in self.each if parameter.required]
        return schema | ({"required": required} if required else {})

    def read(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as the handler takes them, defaults left to it.

        Raises:
            InvalidArgument: every fault of the call in one message, with the nearest name for an unknown one.
        """
        known = {parameter.name: parameter for parameter in self.each}
        values: dict[str, Any] = {}
        faults: list[str] = []
        for name, value in arguments.items():
            parameter = known.get(name)
            if parameter is None:
                faults.append(_unknown(name, known))
                continue
            if value is None and not parameter.required:
                continue  # hosts send null for what the model left out
            try:
                values[name] = accept(parameter.shape, value)
            except Mismatch as mismatch:
                faults.append(f"{name}: {mismatch}, got {_shown(value)}")
        faults += [f"{name} is missing" for name, each in known.items() if each.required and name not in arguments]
        if faults:
            raise InvalidArgument(f"{self.tool}: " + "; ".join(faults) + ".", hint=self._hint())
        return values

    def _hint(self) -> str:
        names = ", ".join(parameter.name if parameter.required else f"{parameter.name}?" for parameter in self.each)
        return f"Arguments: {names}."


def parameters_of(tool: str, handler: Callable[..., Any]) -> Parameters:
    """Read the signature of a handler.

    Raises:
        TypeError: a parameter has no annotation that a field can have.
    """
    hints = typing.get_type_hints(handler, include_extras=True)
    each: list[Parameter] = []
    for name, parameter in inspect.signature(handler).parameters.items():
        required = parameter.default is inspect.Parameter.empty
        each.append(Parameter(name, shape_of(hints[name]), required, None if required else parameter.default))
    return Parameters(tool, tuple(each))


def _unknown(name: str, known: Mapping[str, Parameter]) -> str:
    near = nearest(name, known)
    return f"unknown argument {_shown(name)}" + (f" (did you mean {near!r}?)" if near else "")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
