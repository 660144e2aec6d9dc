"""`dataclass` with the methods compiled when they are first called: what start-up imports is mostly never made.

The standard library's writes, compiles and runs six functions for each frozen class, 0.3 ms for every one of the two
hundred that a survey imports. Here a class gets its fields and slots from it, and its `__init__` when the first
instance is made. Everything that `dataclasses` says of such a class (`fields`, `replace`, `asdict`) holds.
"""

import dataclasses
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from types import MethodType
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen: bool = False, slots: bool = False, eq: bool = True):
        """As `dataclasses.dataclass`, for what this package uses of it."""

        def made(cls):
            return _made(cls, frozen=frozen, slots=slots, eq=eq)

        return made


T = TypeVar("T")
_SET = object.__setattr__


def _made(cls: type[T], *, frozen: bool, slots: bool, eq: bool) -> type[T]:
    own = cls.__dict__
    methods: dict[str, Any] = {}
    if "__repr__" not in own:
        methods["__repr__"] = _repr
    if eq and "__eq__" not in own:
        methods["__eq__"] = _eq
        if "__hash__" not in own:
            methods["__hash__"] = _hash if frozen else None
    if frozen:
        methods |= {"__setattr__": _refuse_set, "__delattr__": _refuse_delete}
        if slots:
            methods |= {"__getstate__": _state, "__setstate__": _set_state}
    if not cls.__doc__:
        cls.__doc__ = cls.__name__  # or the standard library computes a signature for it
    for name, method in methods.items():
        setattr(cls, name, method)
    done = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    if "__init__" not in own:
        type.__setattr__(done, "__init__", _FirstInit(done, frozen=frozen))
    return done


COMPILED_AFTER = 4
"""Instances that are filled field by field: compiling an `__init__` costs as much as 40 of them, and of most classes
that a command uses it makes one."""


class _FirstInit:
    """Stands where `__init__` will, until some instances were made, or `inspect` asks for it."""

    def __init__(self, cls: type[Any], *, frozen: bool) -> None:
        self._cls = cls
        self._frozen = frozen
        self._left = COMPILED_AFTER

    def __get__(self, instance: object, owner: type[Any]) -> Callable[..., None]:
        if instance is None:
            return self._real()
        self._left -= 1
        return MethodType(self._real(), instance) if self._left < 0 else partial(self._fill, instance)

    def _real(self) -> Callable[..., None]:
        real = _init_of(self._cls, frozen=self._frozen)
        type.__setattr__(self._cls, "__init__", real)
        return real

    def _fill(self, instance: object, /, *given: object, **named: object) -> None:
        """Do as the real one. What does not fit is left to that one, which says why."""
        fields = dataclasses.fields(self._cls)
        names = [one.name for one in fields if one.init]
        values = dict(zip(names, given, strict=False)) | named
        fits = len(values) == len(given) + len(named) and values.keys() <= set(names)
        for one in fields if fits else ():
            if one.init and one.name in values:
                value = values[one.name]
            elif one.default_factory is not dataclasses.MISSING:
                value = one.default_factory()
            elif one.default is not dataclasses.MISSING:
                value = one.default
            else:
                fits = False
                break
            _SET(instance, one.name, value)
        if not fits:
            self._real()(instance, *given, **named)


def _init_of(cls: type[Any], *, frozen: bool) -> Callable[..., None]:
    """`__init__` with the fields as its parameters, compiled."""
    known: dict[str, object] = {"_dataclass_set": _SET, "_dataclass_missing": dataclasses.MISSING}
    parameters: list[str] = []
    lines: list[str] = []
    for at, one in enumerate(dataclasses.fields(cls)):
        value = one.name
        if not one.init:
            known[f"_dataclass_default{at}"] = one.default
            value = f"_dataclass_default{at}"
        elif one.default_factory is not dataclasses.MISSING:
            known[f"_dataclass_made{at}"] = one.default_factory
            parameters.append(f"{one.name}=_dataclass_missing")
            value = f"_dataclass_made{at}() if {one.name} is _dataclass_missing else {one.name}"
        elif one.default is not dataclasses.MISSING:
            known[f"_dataclass_default{at}"] = one.default
            parameters.append(f"{one.name}=_dataclass_default{at}")
        else:
            parameters.append(one.name)
        lines.append(f"  _dataclass_set(self, {one.name!r}, {value})" if frozen else f"  self.{one.name} = {value}")
    text = f"def __init__(self, {', '.join(parameters)}):\n" + ("\n".join(lines) or "  pass")
    exec(text, known)  # noqa: S102 - as `dataclasses` does, from names of fields alone
    init = cast("Callable[..., None]", known["__init__"])
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _values(one: Any) -> tuple[object, ...]:
    cls: type[Any] = one.__class__
    getter = _GETTERS.get(cls)
    if getter is None:
        names = [field.name for field in dataclasses.fields(cls) if field.compare]
        getter = _GETTERS[cls] = attrgetter(*names) if len(names) > 1 else _narrow(names)
    found: tuple[object, ...] = getter(one)
    return found


_GETTERS: dict[type[Any], Callable[[Any], Any]] = {}


def _narrow(names: list[str]) -> Callable[[Any], tuple[object, ...]]:
    """`attrgetter` gives no tuple of less than two."""
    return lambda one: tuple(getattr(one, name) for name in names)


def _eq(self: object, other: object) -> bool:
    return _values(self) == _values(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: object) -> int:
    return hash(_values(self))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{type(self).__qualname__}({shown})"


def _refuse_set(self: object, name: str, value: object) -> None:  # noqa: ARG001 - Python's signature
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_delete(self: object, name: str) -> None:  # noqa: ARG001 - Python's signature
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[object]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _set_state(self: Any, state: list[object]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        _SET(self, one.name, value)
