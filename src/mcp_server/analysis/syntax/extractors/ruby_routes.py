"""The routes of a Rails routes file and of Sinatra, with the prefixes of all the blocks around them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.mcp_server.analysis.syntax.extractors.common import owners, parents
from plumbrule.mcp_server.analysis.syntax.extractors.outline import row, said
from plumbrule.mcp_server.analysis.syntax.extractors.resource_routes import (
    RAILS,
    resource_routes,
    single_routes,
    singular,
)
from plumbrule.mcp_server.analysis.syntax.extractors.ruby_calls import Call, literal, names_in, options
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node

_VERBS = frozenset(("get", "post", "put", "patch", "delete", "options", "head"))
_SINATRA_VERBS = _VERBS | {"link", "unlink"}
_RESOURCES = frozenset(("resources", "resource"))
_GROUPS = _RESOURCES | {"namespace", "scope", "member", "collection", "concern", "new", "shallow"}
_SINATRA_GROUPS = frozenset(("namespace", "map"))
CALLED = _SINATRA_VERBS | _GROUPS | {"map", "mount", "root", "match", "concerns", "route"}
"""The names of calls that these readers look at."""

_TARGET = re.compile(
    rb"^[ \t]*(?:resources? :\w|(?:get|post|put|patch|delete|match)[ (][^\n]*['\"][\w/]+#\w+['\"])", re.M
)
_CODE = re.compile(rb"^[ \t]*(?:class|module|def|task|desc|describe|it|context|RSpec)\b", re.MULTILINE)
MAX_PATH = 300
MAX_ROUTES = 5_000
"""Of one file: a concern that others name may stand for many."""

_CONCERN = "\0"
"""Stands in paths inside `concern` for the resource that will name it."""


def is_partial(raw: bytes) -> bool:
    """Whether a file without `routes.draw` is one that `draw(:name)` reads: routes and no other code."""
    return _TARGET.search(raw) is not None and _CODE.search(raw) is None


class _Place(NamedTuple):
    """Where routes in a block lie: as such, those of the whole collection, those of one member.

    `root` is the prefix outside of all resources, where members of shallow ones lie."""

    nested: str
    collection: str
    member: str
    root: str
    shallow: bool = False


_TOP = _Place("", "", "", "")


@dataclass(slots=True)
class _Resource:
    """Paths of a resource: its collection, one member, and what is nested in one."""

    collection: str
    member: str
    nested: str


def sinatra_routes(raw: bytes, calls: list[Call]) -> list[Use]:
    """What `get "/x" do` and its kin serve."""
    groups = [call for call in calls if call.name in _SINATRA_GROUPS and not call.on and call.block is not None]
    spans = [(call.node.start_byte, call.node.end_byte) for call in groups]
    prefixes: list[str] = []
    for call, above in zip(groups, parents(spans), strict=True):
        own = (literal(raw, call.arguments[0]) or "") if call.arguments else ""
        prefixes.append(_joined(prefixes[above] if above >= 0 else "", own))
    routes = [call for call in calls if not call.on and call.name in _SINATRA_VERBS | {"route"} and call.block]
    found: list[Use] = []
    for call, held in zip(routes, owners(spans, [call.node.start_byte for call in routes]), strict=True):
        prefix = prefixes[held] if held >= 0 else ""
        verbs = [call.name.upper()]
        nodes = call.arguments[:1]
        if call.name == "route":  # sinatra-contrib: `route :get, :post, "/x"`
            verbs = [said(raw, each)[1:].upper() for each in call.arguments if each.type == "simple_symbol"]
            nodes = [each for each in call.arguments if each.type == "string"]
        for written in (path for node in nodes for path in _sinatra_paths(raw, node)):
            path = written if written.startswith("%r") else _joined(prefix, written) or "/"
            found.extend(Use("route", path, row(call.node), "route.sinatra", verb) for verb in verbs)
    return found


def _sinatra_paths(raw: bytes, node: "Node") -> Iterator[str]:
    """The paths that one argument names; a pattern is given as it is written."""
    if node.type == "array":
        yield from names_in(raw, node) or ()
    elif node.type == "regex":
        yield said(raw, node)[:MAX_PATH]
    elif node.type == "string" and (written := literal(raw, node)) is not None:
        yield written


def rails_routes(raw: bytes, calls: list[Call]) -> list[Use]:
    """What a routes file serves; a resource stands for each of its actions."""
    return _Rails(raw, [call for call in calls if not call.on]).routes()


class _Rails:
    """Reads the calls of one routes file, groups before what they hold."""

    def __init__(self, raw: bytes, calls: list[Call]) -> None:
        self._raw = raw
        self._calls = [call for call in calls if call.name in CALLED]
        self._groups = [call for call in self._calls if call.name in _GROUPS and call.block is not None]
        self._spans = [(call.node.start_byte, call.node.end_byte) for call in self._groups]
        self._above = parents(self._spans)
        self._places: list[_Place] = []
        self._concern_of: list[str] = []
        """For each group the concern that it lies in, "" for none."""
        self._found: list[Use] = []
        self._templates: dict[str, list[tuple[str, str]]] = {}
        self._asked: list[tuple[str, _Place, Call]] = []

    def routes(self) -> list[Use]:
        for at, call in enumerate(self._groups):
            above = self._above[at]
            outer = self._places[above] if above >= 0 else _TOP
            name = self._concern_of[above] if above >= 0 else ""
            if call.name == "concern":
                name = (literal(self._raw, call.arguments[0]) or "") if call.arguments else ""
                self._templates.setdefault(name, [])
            self._concern_of.append(name)
            self._places.append(self._inside(call, outer))
        points = [call.node.start_byte for call in self._calls]
        for call, holder in zip(self._calls, owners(self._spans, points), strict=True):
            if holder >= 0 and self._groups[holder] is call:
                holder = self._above[holder]
            place = self._places[holder] if holder >= 0 else _TOP
            concern = self._concern_of[holder] if holder >= 0 else ""
            for path, verb in self._routed(call, place):
                if concern:
                    self._templates[concern].append((path, verb))
                else:
                    self._add(call, path, verb)
        for name, place, call in self._asked:
            for path, verb in self._templates.get(name, ()):
                self._add(call, _placed(path, place), verb)
        return self._found

    def _add(self, call: Call, path: str, verb: str) -> None:
        if len(self._found) < MAX_ROUTES and _CONCERN not in path:
            self._found.append(Use("route", path[:MAX_PATH] or "/", row(call.node), "route.rails", verb))

    def _inside(self, call: Call, outer: _Place) -> _Place:
        """Where the routes in a group lie."""
        if call.name in _RESOURCES:
            names = self._names(call)
            one = self._resource(call, outer, names[0] if len(names) == 1 else "")
            shallow = outer.shallow or self._says(call, "shallow")
            return _Place(one.nested, one.collection, one.member, outer.root, shallow)
        if call.name == "member":
            return _Place(outer.member, outer.member, outer.member, outer.root, outer.shallow)
        if call.name in ("collection", "new"):
            path = outer.collection + ("/new" if call.name == "new" else "")
            return _Place(path, path, path, outer.root, outer.shallow)
        if call.name == "concern":
            return _Place(f"{_CONCERN}n", f"{_CONCERN}c", f"{_CONCERN}m", f"{_CONCERN}n")
        if call.name == "shallow":
            return outer._replace(shallow=True)
        given = options(self._raw, call)
        written = literal(self._raw, given.get("path"))
        names = self._names(call)
        path = "/".join(names) if written is None or (names and call.name == "scope") else written
        whole = _joined(outer.nested, path)
        return _Place(whole, whole, whole, whole, outer.shallow)

    def _names(self, call: Call) -> list[str]:
        return [name for each in call.arguments if (name := literal(self._raw, each)) is not None]

    def _says(self, call: Call, option: str) -> bool:
        value = options(self._raw, call).get(option)
        return value is not None and value.type == "true"

    def _resource(self, call: Call, outer: _Place, name: str) -> _Resource:
        given = options(self._raw, call)
        path = literal(self._raw, given.get("path"))
        collection = _joined(outer.nested, name if path is None else path)
        if call.name == "resource":
            return _Resource(collection, collection, collection)
        param = literal(self._raw, given.get("param")) or "id"
        base = collection
        if outer.shallow or (self._says(call, "shallow") and outer.nested != outer.root):
            base = _joined(outer.root, name if path is None else path)
        one = singular(name.rpartition("/")[2])
        return _Resource(collection, f"{base}/:{param}", f"{base}/:{one}_{param}")

    def _routed(self, call: Call, place: _Place) -> Iterator[tuple[str, str]]:
        """(path, verb) of what one call serves; concerns that it names are remembered."""
        given = options(self._raw, call)
        if (on := literal(self._raw, given.get("on"))) in ("member", "collection"):
            path = place.member if on == "member" else place.collection
            place = _Place(path, path, path, place.root)
        if call.name in _VERBS:
            for path in self._paths(call):
                yield _joined(place.nested, path), call.name.upper()
        elif call.name == "root":
            yield place.nested or "/", "GET"
        elif call.name == "match":
            verbs = names_in(self._raw, given.get("via")) or ()
            for path in self._paths(call):
                yield from ((_joined(place.nested, path), "" if verb == "all" else verb.upper()) for verb in verbs)
        elif call.name == "mount":
            at = literal(self._raw, given.get("at"))
            mounted = [self._key(each, "value") for each in call.arguments if each.type == "pair" and "at" not in given]
            for path in (each for each in (at, *mounted) if each is not None):
                yield _joined(place.nested, path), ""
        elif call.name in _RESOURCES:
            yield from self._actions(call, place)
        elif call.name == "concerns":
            names = [name for each in call.arguments for name in names_in(self._raw, each) or ()]
            self._asked.extend((name, place, call) for name in names)

    def _actions(self, call: Call, place: _Place) -> Iterator[tuple[str, str]]:
        given = options(self._raw, call)
        only, but = names_in(self._raw, given.get("only")), names_in(self._raw, given.get("except"))
        left = None if only is None else frozenset(only)
        out = frozenset(but or ())
        for name in self._names(call):
            one = self._resource(call, place, name)
            inside = _Place(one.nested, one.collection, one.member, place.root)
            self._asked.extend((each, inside, call) for each in names_in(self._raw, given.get("concerns")) or ())
            if call.name == "resource":
                yield from single_routes(RAILS, one.collection, left, out)
            else:
                yield from resource_routes(RAILS, one.collection, one.member, left, out)

    def _paths(self, call: Call) -> list[str]:
        """The paths of a verb: literals in front, or the keys of `"/x" => "y#z"`."""
        found: list[str] = []
        for each in call.arguments:
            if each.type == "pair":
                key = each.child_by_field_name("key")
                path = self._key(each, "key") if key is not None and key.type == "string" else None
            else:
                path = literal(self._raw, each)
            if path is not None:
                found.append(path)
        return found

    def _key(self, pair: "Node", part: str) -> str | None:
        return literal(self._raw, pair.child_by_field_name(part))


def _joined(prefix: str, path: str) -> str:
    path = path.strip("/")
    return f"{prefix}/{path}"[:MAX_PATH] if path else prefix


def _placed(template: str, place: _Place) -> str:
    """A path of a concern where a resource names it."""
    heads = {f"{_CONCERN}n": place.nested, f"{_CONCERN}c": place.collection, f"{_CONCERN}m": place.member}
    return heads.get(template[:2], "") + template[2:]
