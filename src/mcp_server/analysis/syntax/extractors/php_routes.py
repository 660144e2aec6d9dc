"""The routes of PHP code: Laravel's and Lumen's, Slim's, Symfony's attributes and annotations.

Laravel's groups and Slim's give their prefixes to what they hold, a resource stands for each of its actions, and
Symfony puts the path of a class before those of its methods as they are written.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import owners, parents
from plumbrule.mcp_server.analysis.syntax.extractors.outline import captured, part, row, said, shown
from plumbrule.mcp_server.analysis.syntax.extractors.php_calls import arguments, elements, literal, strings
from plumbrule.mcp_server.analysis.syntax.extractors.resource_routes import (
    LARAVEL,
    resource_routes,
    single_routes,
    singular,
)
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_VERBS = frozenset(("get", "post", "put", "patch", "delete", "options", "any"))
_SHOWING = frozenset(("view", "inertia", "livewire"))
_REDIRECTING = frozenset(("redirect", "permanentRedirect"))
_ONE = frozenset(("resource", "apiResource", "singleton", "apiSingleton"))
_MANY = {"resources": "resource", "apiResources": "apiResource", "singletons": "singleton"}
_LARAVEL = re.compile(r"\\?(?:Illuminate\\Support\\Facades\\)?Route(?:::|$)")
_SLIM = re.compile(r"\$(?:this->)?(?:app|group|router|r)\b")
_SLIM_TAKES = re.compile(
    rb"(?:\bApp|RouteCollectorProxy(?:Interface)?)\s+(\$\w+)|(\$\w+)\s*=\s*[\w\\]*AppFactory::create"
)
_PREFIX = re.compile(r"(?:->|::)prefix\(\s*['\"]([^'\"]*)['\"]")
_CHAINED = 12
"""How many calls behind a resource are looked at for what they take from it."""


class Router:
    """Takes the calls of one file that declare routes, and gives their paths with all prefixes at the end."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._slim = b"Slim\\" in raw
        self._lumen = b"Lumen" in raw or b"$router->group(" in raw
        self._slim_names = frozenset(
            (one[0] or one[1]).decode() for one in (_SLIM_TAKES.findall(raw) if self._slim else ())
        )
        self._routes: list[tuple[Node, str, str]] = []
        self._groups: list[tuple[Node, str]] = []

    def take(self, on: "Node", name: str, node: "Node", values: list["Node"]) -> bool:
        """Whether the call is about routes; those that it declares are remembered."""
        path = literal(self._raw, values[0]) if values else None
        if name == "group" and values:
            prefix = path if self._slim else self._laravel_prefix(on, values[0])
            if prefix:
                self._groups.append((node, prefix))
            return True
        if not self._takes(on):
            return False
        before = len(self._routes)
        for whole, verb in self._declared(name, node, values, path):
            if not self._slim:
                chained = _PREFIX.findall(said(self._raw, on)[-400:])
                whole = f"{chained[-1].strip('/')}/{whole.strip('/')}" if chained else whole
            self._routes.append((node, whole, verb))
        return len(self._routes) > before

    def _takes(self, on: "Node") -> bool:
        """Whether a receiver takes routes: `Route` or a chain that begins there, `$router` in a file for Lumen, in a
        Slim file `$app`, `$group` and what is declared as one."""
        whole = said(self._raw, on)[:400]
        if self._slim:
            return bool(_SLIM.match(whole)) or whole in self._slim_names
        if self._lumen and (whole == "$router" or whole.startswith("$router->")):
            return True
        return bool(_LARAVEL.match(whole))

    def _declared(self, name: str, node: "Node", values: list["Node"], path: str | None) -> Iterator[tuple[str, str]]:
        second = values[1] if len(values) > 1 else None
        if name in _VERBS and path is not None and second is not None:
            yield path, "" if name == "any" else name.upper()
        elif name in ("match", "map") and second is not None and (target := literal(self._raw, second)) is not None:
            verbs = re.findall(r"['\"](\w+)['\"]", shown(self._raw, values[0]))
            yield from ((target, verb.upper()) for verb in verbs)
        elif name in _REDIRECTING and path is not None and second is not None:
            yield path, ""
        elif name in _SHOWING and path is not None and second is not None and not self._slim:
            yield path, "GET"
        elif name in _ONE and path and not self._slim:
            yield from self._resource(name, path, node, values[2] if len(values) > 2 else None)
        elif name in _MANY and values and not self._slim:
            for each in elements(self._raw, values[0]):
                yield from self._resource(_MANY[name], each, node, second)

    def _resource(self, name: str, path: str, node: "Node", given: "Node | None") -> Iterator[tuple[str, str]]:
        """Each action of `photos`, or of `photos.comments`, whose last part is the resource."""
        asked = {key: strings(self._raw, value) for key, value in elements(self._raw, given).items()}
        asked |= self._chained(node)
        *outer, last = path.strip("/").split(".")
        base = "".join(f"/{each}/{_parameter(each)}" for each in outer) + f"/{last}"
        only = asked.get("only")
        left = None if only is None else frozenset(only)
        out = frozenset(asked.get("except") or ())
        if name.startswith("api"):
            out |= {"create", "edit"}  # forms that show what an API has no use for
        if "ingleton" in name:
            if "creatable" not in asked:
                out |= {"create", "store"} | (frozenset[str]() if "destroyable" in asked else {"destroy"})
            yield from single_routes(LARAVEL, base, left, out)
            return
        member = base + "/" + _parameter(last)
        if "shallow" in asked:
            member = f"/{last}/{_parameter(last)}"
        yield from resource_routes(LARAVEL, base, member, left, out)

    def _chained(self, node: "Node") -> dict[str, list[str] | None]:
        """What the calls behind a resource ask for: `->only(['index'])`, `->shallow()`."""
        found: dict[str, list[str] | None] = {}
        for _ in range(_CHAINED):
            outer = node.parent
            if outer is None or outer.type != "member_call_expression":
                break
            name, values = outer.child_by_field_name("name"), arguments(outer)
            if name is not None:
                listed = [text for each in values for text in strings(self._raw, each) or ()]
                found[said(self._raw, name)] = listed if listed or not values else None
            node = outer
        return found

    def _laravel_prefix(self, on: "Node", first: "Node") -> str:
        chained = _PREFIX.findall(said(self._raw, on)[:400])
        if chained:
            return str(chained[-1])
        return literal(self._raw, elements(self._raw, first).get("prefix")) or ""

    def routes(self) -> Iterator[Use]:
        """The routes with the prefixes of all groups around them."""
        if not self._routes:
            return
        rule = "route.slim" if self._slim else "route.laravel"
        self._routes.sort(key=lambda route: route[0].start_byte)
        self._groups.sort(key=lambda group: (group[0].start_byte, -group[0].end_byte))
        spans = [(node.start_byte, node.end_byte) for node, _ in self._groups]
        prefixes: list[str] = []
        for (_, prefix), above in zip(self._groups, parents(spans), strict=True):
            prefixes.append(((prefixes[above] if above >= 0 else "") + "/" + prefix.strip("/"))[:300])
        holders = owners(spans, [node.start_byte for node, _, _ in self._routes])
        for (node, path, verb), held in zip(self._routes, holders, strict=True):
            whole = f"{prefixes[held] if held >= 0 else ''}/{path}".strip("/").replace("//", "/")
            yield Use("route", f"/{whole}"[:400], row(node), rule, verb)


def _parameter(name: str) -> str:
    return "{" + singular(name.rpartition("/")[2].replace("-", "_")) + "}"


def attribute_values(attribute: "Node", raw: bytes) -> dict[str, "Node"]:
    """The values of an attribute by name, positions being the names of those without one."""
    found: dict[str, Node] = {}
    listed = attribute.child_by_field_name("parameters")
    for at, argument in enumerate(listed.named_children if listed is not None else ()):
        key = argument.child_by_field_name("name")
        if argument.named_children:
            found[said(raw, key) if key is not None else str(at)] = argument.named_children[-1]
    return found


def _paths(raw: bytes, values: dict[str, "Node"]) -> list[str]:
    """What a `Route` says of its path: one, or one for each language; "" where it says nothing."""
    given = values.get("path", values.get("0"))
    if given is None:
        return [""]
    if given.type == "array_creation_expression":
        return [path for each in elements(raw, given).values() if (path := literal(raw, each)) is not None]
    one = literal(raw, given)
    return [] if one is None else [one]


def symfony_routes(raw: bytes, attribute: "Node") -> Iterator[Use]:
    """The routes of one `#[Route]`: of a method with the paths of its class, or of a class that is called itself."""
    group = attribute.parent
    listed = group.parent if group is not None else None
    held = listed.parent if listed is not None else None
    values = attribute_values(attribute, raw)
    prefixes = [""]
    if held is None:
        return
    if held.type == "method_declaration":
        body = held.parent
        prefixes = _class_paths(raw, body.parent if body is not None else None)
    elif held.type != "class_declaration" or not _called_itself(raw, held):
        return
    verbs = strings(raw, values.get("methods")) or [""]
    for prefix in prefixes:
        for path in _paths(raw, values):
            yield from (Use("route", _whole(prefix, path), row(attribute), "route.symfony", v.upper()) for v in verbs)


def _whole(prefix: str, path: str) -> str:
    """As Symfony's loader writes it: one after the other, with one slash in front."""
    return "/" + (prefix + path)[:300].lstrip("/")


def _class_paths(raw: bytes, held: "Node | None") -> list[str]:
    listed = held.child_by_field_name("attributes") if held is not None else None
    for group in listed.named_children if listed is not None else ():
        for attribute in group.named_children:
            name = part(attribute, 0)
            if name is not None and said(raw, name).rpartition("\\")[2] == "Route":
                return _paths(raw, attribute_values(attribute, raw)) or [""]
    start = held.start_byte if held is not None else 0
    above = raw[max(0, start - 2_000) : start].rstrip()
    if held is not None and above.endswith(b"*/") and (at := above.rfind(b"/**")) >= 0:
        found = _ANNOTATED.search(above, at)
        return [_annotated_path(found)] if found is not None else [""]
    return [""]


def _called_itself(raw: bytes, held: "Node") -> bool:
    """Whether a class is its own controller: it has `__invoke`, and no method has a route of its own."""
    body = held.child_by_field_name("body")
    text = raw[body.start_byte : body.end_byte] if body is not None else b""
    return b"function __invoke" in text and b"#[Route" not in text


_ANNOTATED = re.compile(
    rb"@Route\(\s*(?:path\s*=\s*)?\"([^\"\n]*)\"([^)@]*)\)?",
)
_METHODS = re.compile(rb"methods\s*=\s*(?:\{([^}]*)\}|\"(\w+)\")")


def _annotated_path(found: "re.Match[bytes]") -> str:
    return found[1].decode("utf-8", "replace")


def annotated_routes(raw: bytes, tree: "Tree") -> Iterator[Use]:
    """The routes of `@Route("/x", methods={"GET"})` in the comments of methods, as Symfony read them up to 6."""
    for node in captured(tree, "(method_declaration) @method").get("method", ()):
        comment = node.prev_named_sibling
        if comment is None or comment.type != "comment":
            continue
        body = node.parent
        for found in _ANNOTATED.finditer(raw, comment.start_byte, comment.end_byte):
            listed = _METHODS.search(found[2])
            verbs = re.findall(rb"\w+", listed[1] or listed[2]) if listed else [b""]
            line = row(comment) + raw.count(b"\n", comment.start_byte, found.start())
            for prefix in _class_paths(raw, body.parent if body is not None else None):
                path = _whole(prefix, _annotated_path(found))
                yield from (Use("route", path, line, "route.symfony", verb.decode().upper()) for verb in verbs)
