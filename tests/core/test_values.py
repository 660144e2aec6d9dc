"""`core.values.dataclass` behaves as the standard library's, whatever is done with an instance first."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest

from plumbrule.core import values


class Plain:
    """Every sort of field that this package uses."""

    name: str
    size: int = 0
    parts: list[str] = field(default_factory=list)
    hidden: str = field(default="h", repr=False)
    own: int = field(default=7, init=False)


class Single:
    """One field: `attrgetter` gives no tuple of it."""

    name: str


class Nothing:
    """No field at all."""


KINDS: list[type[Any]] = [Plain, Single, Nothing]
WAYS = [{"frozen": True, "slots": True}, {"slots": True}, {"slots": True, "eq": False}]


def both(kind: type[Any], way: dict[str, bool]) -> tuple[Any, Any]:
    """The same body under the standard library's decorator and under ours."""
    body = {name: value for name, value in vars(kind).items() if name not in ("__dict__", "__weakref__")}
    theirs: Any = dataclasses.dataclass(**way)  # type: ignore[call-overload] - chosen at run time
    ours: Any = values.dataclass(**way)  # type: ignore[call-overload] - chosen at run time
    return theirs(type(kind.__name__, (), dict(body))), ours(type(kind.__name__, (), dict(body)))


def made(kind: Any) -> Any:
    """The last of several: the first ones are filled by hand, the others by a compiled `__init__`."""
    return [_made(kind) for _ in range(chosen[0])][-1]


chosen = [1]
"""How many instances are made first."""


def _made(kind: Any) -> Any:
    return kind(*["a" for one in dataclasses.fields(kind) if one.name == "name"])


ACTS: dict[str, Callable[[Any], object]] = {
    "shown": lambda kind: repr(made(kind)),
    "equal to one like it": lambda kind: made(kind) == made(kind),
    "unlike another kind": lambda kind: made(kind) == 1,
    "in a set": lambda kind: len({made(kind), made(kind)}),
    "as a tuple": lambda kind: dataclasses.astuple(made(kind)),
    "replaced": lambda kind: repr(dataclasses.replace(made(kind))),
    "its fields": lambda kind: [(one.name, one.init, one.repr) for one in dataclasses.fields(kind)],
    "its parameters before one is made": lambda kind: [*inspect.signature(kind).parameters],
    "its parameters": lambda kind: (made(kind), [*inspect.signature(kind.__init__).parameters])[1],
    "set": lambda kind: setattr(made(kind), "name", "b"),
    "deleted": lambda kind: delattr(made(kind), "name"),
    "a name of no field": lambda kind: setattr(made(kind), "other", "b"),
    "too few arguments": lambda kind: kind(1, 2, 3, 4, 5, 6),
    "an unknown argument": lambda kind: kind(other=1),
    "copied": lambda kind: repr(copy.copy(made(kind))),
    "its lists are its own": lambda kind: (made(kind).parts.append("x"), made(kind).parts)[1],
    "matched by place": lambda kind: kind.__match_args__,
}


@pytest.mark.parametrize("instances", [1, values.COMPILED_AFTER + 1])
@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("act", ACTS)
def test_whatever_is_done_with_a_value_ends_as_with_the_standard_librarys(
    act: str, kind: type[Any], way: dict[str, bool], instances: int
) -> None:
    chosen[0] = instances

    def ended(one: Any) -> object:
        try:
            return ACTS[act](one)
        except (AttributeError, TypeError) as error:
            return type(error) if way.get("frozen") and "argument" not in act else TypeError

    theirs, ours = both(kind, way)
    if act == "a name of no field" or (act in ("set", "deleted") and kind is not Plain):
        expected, found = ended(theirs), ended(ours)
        assert (expected is None) == (found is None)  # a class with slots alone says AttributeError or TypeError
    else:
        assert ended(ours) == ended(theirs)


@values.dataclass(frozen=True, slots=True)
class Kept:
    """At module level, where pickle finds it."""

    name: str
    parts: tuple[str, ...] = ()


def test_a_frozen_value_with_slots_is_copied_and_pickled_whole() -> None:
    one = Kept("a", ("b",))
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one


def test_an_init_of_ones_own_stays() -> None:
    @values.dataclass(slots=True)
    class Own:
        """With an `__init__` of its own."""

        name: str

        def __init__(self) -> None:
            self.name = "mine"

    assert Own().name == "mine"
