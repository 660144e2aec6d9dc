"""The routes that one word stands for where a router declares a resource: Rails, Laravel and Phoenix.

Each framework's own tables, from their guides: Rails "Routing from the Outside In" 2.2 and 2.5, Laravel "Controllers:
Actions Handled by Resource Controllers" and "Singleton Resource Controllers", `Phoenix.Router.resources/4`.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Action(NamedTuple):
    """One action of a resource: its verbs, whether it is of one member, and what follows the path."""

    name: str
    verbs: tuple[str, ...]
    of_member: bool = False
    tail: str = ""


RAILS = (
    Action("index", ("GET",)),
    Action("create", ("POST",)),
    Action("new", ("GET",), tail="/new"),
    Action("show", ("GET",), of_member=True),
    Action("edit", ("GET",), of_member=True, tail="/edit"),
    Action("update", ("PATCH", "PUT"), of_member=True),
    Action("destroy", ("DELETE",), of_member=True),
)
LARAVEL = (
    Action("index", ("GET",)),
    Action("store", ("POST",)),
    Action("create", ("GET",), tail="/create"),
    Action("show", ("GET",), of_member=True),
    Action("edit", ("GET",), of_member=True, tail="/edit"),
    Action("update", ("PUT", "PATCH"), of_member=True),
    Action("destroy", ("DELETE",), of_member=True),
)
PHOENIX = (
    Action("index", ("GET",)),
    Action("create", ("POST",)),
    Action("new", ("GET",), tail="/new"),
    Action("show", ("GET",), of_member=True),
    Action("edit", ("GET",), of_member=True, tail="/edit"),
    Action("update", ("PATCH", "PUT"), of_member=True),
    Action("delete", ("DELETE",), of_member=True),
)
_ODD = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "mice": "mouse",
    "oxen": "ox",
    "movies": "movie",
    "series": "series",
    "species": "species",
    "news": "news",
    "indices": "index",
    "vertices": "vertex",
    "matrices": "matrix",
    "analyses": "analysis",
    "media": "medium",
    "data": "datum",
    "lives": "life",
    "wives": "wife",
    "leaves": "leaf",
    "shoes": "shoe",
    "quizzes": "quiz",
    "buses": "bus",
    "aliases": "alias",
    "databases": "database",
}
"""Plurals that the endings do not tell, most of them of Active Support's own list."""


def singular(word: str) -> str:
    """The singular of an English plural as routers build the names of parameters from it."""
    head, mark, last = word.rpartition("_")
    lower = last.lower()
    if lower in _ODD:
        return head + mark + _ODD[lower]
    if lower.endswith("ies") and len(lower) > 4:
        return word[:-3] + "y"
    if lower.endswith(("sses", "shes", "ches", "xes", "uses")) and not lower.endswith(("auses", "houses")):
        return word[:-2]
    if lower.endswith("s") and not lower.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def resource_routes(
    actions: Iterable[Action], collection: str, member: str, left: frozenset[str] | None, out: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """(path, verb) of each action that `only` (`left`, None without one) and `except` (`out`) leave."""
    for action in actions:
        if (left is None or action.name in left) and action.name not in out:
            path = (member if action.of_member else collection) + action.tail
            for verb in action.verbs:
                yield path, verb


def single_routes(
    actions: Iterable[Action], path: str, left: frozenset[str] | None, out: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """The same of a resource that there is one of: no index, and no id in its paths."""
    return resource_routes((one for one in actions if one.name != "index"), path, path, left, out)
