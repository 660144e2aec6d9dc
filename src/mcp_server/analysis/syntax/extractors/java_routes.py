"""Routes that annotations of Java and Kotlin declare: Spring MVC, JAX-RS (Quarkus too) and Micronaut.

The path of the type stands in front. Paths may be put together from constants of the same file; what is put together
from anything else is not known, and such a route is left out. A client that only calls routes (`@FeignClient`,
`@RegisterRestClient`, `@Client`) has none.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from plumbrule.mcp_server.analysis.syntax.extractors.common import text, unquoted
from plumbrule.mcp_server.analysis.syntax.model import Use

_SPRING = {
    "GetMapping": "GET",
    "PostMapping": "POST",
    "PutMapping": "PUT",
    "DeleteMapping": "DELETE",
    "PatchMapping": "PATCH",
    "RequestMapping": "",
}
_JAXRS = frozenset(("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"))
_MICRONAUT = frozenset(("Get", "Post", "Put", "Delete", "Patch", "Head", "Options"))
_CLIENTS = frozenset(("FeignClient", "RegisterRestClient", "HttpExchange"))
_PATH_KEYS = frozenset(("", "value", "path", "uri", "uris"))
_KEY = re.compile(r"\s*(\w+)\s*=(?!=)")
_METHOD = re.compile(r"\bmethod\s*=\s*[{\[]?\s*((?:(?:RequestMethod\.)?[A-Z]+\s*,?\s*)+)")
_PIECE = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|((?:\w+\.)*\w+))\s*(\+|\Z)')
_BRACKET_OR_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|[({\[)}\],]')
_CONSTANT = re.compile(
    rb"\b(?:String|va[lr])[ \t]+(\w{1,100})[ \t]*(?::[ \t]*String[ \t]*)?=[ \t]*"
    rb"(\"(?:[^\"\\\n]|\\.){0,300}\")[ \t]*[;\r\n}]"
)
_TYPE = re.compile(rb"\b(?:class|interface|object|enum|record)[ \t]+(\w{1,100})")
_ANNOTATION_CHARS = 1_000
_MANY = 20
"""Paths of one annotation, and prefixes of one type."""


class Placed(Protocol):
    """What has a place in the file: a node, or what another reader found."""

    @property
    def start_byte(self) -> int: ...
    @property
    def end_byte(self) -> int: ...
    @property
    def start_point(self) -> tuple[int, int]: ...


class Routes(NamedTuple):
    """The paths of the types around a method, and whether the type is a client's view of somebody else's routes.

    None where a path is there and is not known.
    """

    spring: tuple[str, ...] | None = ("",)
    jaxrs: tuple[str, ...] | None = ("",)
    micronaut: tuple[str, ...] | None = None
    client: bool = False


def annotation(raw: bytes, node: Placed) -> tuple[str, str]:
    """The bare name of an annotation and its text."""
    whole = text(raw, node.start_byte, min(node.end_byte, node.start_byte + _ANNOTATION_CHARS))
    name = re.match(r"@\s*(?:\w+:)?((?:\w+\.)*\w+)", whole)
    return (name[1].rpartition(".")[2] if name else "", whole)


def prefixes_of(raw: bytes, annotations: Sequence[Placed], outer: Routes) -> Routes:
    """The routes that a type's annotations put in front of its methods."""
    spring = outer.spring
    jaxrs: tuple[str, ...] | None = ("",)
    micronaut: tuple[str, ...] | None = None
    client = False
    for node in annotations:
        name, whole = annotation(raw, node)
        if name == "RequestMapping":
            spring = _prefixes(raw, whole, outer.spring)
        elif name == "Path":
            jaxrs = _prefixes(raw, whole, ("",))
        elif name == "Controller" and b"io.micronaut" in raw:
            micronaut = _prefixes(raw, whole, ("",))
        elif name in _CLIENTS or (name == "Client" and b"io.micronaut" in raw):
            client = True
    return Routes(spring, jaxrs, micronaut, client)


def _prefixes(raw: bytes, whole: str, without: tuple[str, ...] | None) -> tuple[str, ...] | None:
    found = _paths(raw, whole)
    if found is None:
        return None
    return tuple("/" + each.strip("/") if each.strip("/") else "" for each in found) or without


def routes_of(raw: bytes, annotations: Sequence[Placed], routes: Routes, uses: list[Use]) -> None:
    """The routes that a method's annotations declare."""
    if routes.client:
        return
    path: list[str] | None = []
    verb, at = "", 0
    for node in annotations:
        name, whole = annotation(raw, node)
        line = node.start_point[0] + 1
        if name in _SPRING:
            said = _METHOD.search(whole)
            methods = [_SPRING[name]]
            if said and name == "RequestMapping":
                methods = [each.rpartition(".")[2] for each in re.findall(r"[\w.]+", said[1])]
            for each in _joined(routes.spring, _paths(raw, whole)):
                uses.extend(Use("route", each, line, "route.spring", method) for method in methods)
        elif name in _MICRONAUT and routes.micronaut is not None:
            for each in _joined(routes.micronaut, _paths(raw, whole)):
                uses.append(Use("route", each, line, "route.micronaut", name.upper()))
        elif name in _JAXRS:
            verb, at = name, line
        elif name == "Path":
            path = _paths(raw, whole)
    if verb and (path or routes.jaxrs != ("",)):
        uses.extend(Use("route", each, at, "route.jaxrs", verb) for each in _joined(routes.jaxrs, path))


def _joined(prefixes: tuple[str, ...] | None, paths: list[str] | None) -> Iterator[str]:
    if prefixes is None or paths is None:
        return
    for prefix in prefixes:
        for path in paths or [""]:
            yield _under(prefix, path)


def _under(prefix: str, path: str) -> str:
    if not path or path == "/":
        return prefix or "/" if path or not prefix else prefix
    return prefix.rstrip("/") + "/" + path.lstrip("/")


def _paths(raw: bytes, whole: str) -> list[str] | None:
    """The paths that an annotation names; None where one is not known."""
    _, opened, inside = whole.partition("(")
    found: list[str] = []
    for part in _parts(inside) if opened else ():
        key = _KEY.match(part)
        if (key[1] if key else "") not in _PATH_KEYS:
            continue
        value = (part[key.end() :] if key else part).strip()
        listed = value[:1] in ("{", "[") or value.startswith("arrayOf(")
        for each in _parts(value.partition(value[0] if value[0] != "a" else "(")[2]) if listed else [value]:
            path = _value(raw, each)
            if path is None:
                return None
            found.append(path)
    return found[:_MANY]


def _parts(inside: str) -> list[str]:
    """The text behind an opening bracket up to its partner, taken apart at its own commas."""
    found: list[str] = []
    depth, start = 0, 0
    for one in _BRACKET_OR_STRING.finditer(inside):
        said = one.group()
        if said in ("(", "{", "["):
            depth += 1
        elif said in (")", "}", "]"):
            depth -= 1
        if depth < 0 or (said == "," and not depth):
            found.append(inside[start : one.start()])
            start = one.end()
        if depth < 0:
            break
    return [each for each in found if each.strip()]


def _value(raw: bytes, written: str) -> str | None:
    """A string that is put together from literals and constants of the file; None for anything else."""
    value, at = "", 0
    written = written.strip()
    while at < len(written):
        piece = _PIECE.match(written, at)
        if piece is None:
            return None
        if piece[1]:
            value += unquoted(piece[1])
        elif (constant := _constant(raw, piece[2])) is not None:
            value += constant
        else:
            return None
        at = piece.end()
    return value


def _constant(raw: bytes, name: str) -> str | None:
    """The literal that a constant of the file holds; one of another type is known only where the file declares both."""
    constants, types = _named(raw)
    qualifier, _, last = name.rpartition(".")
    return constants.get(last) if not qualifier or qualifier.rpartition(".")[2] in types else None


@lru_cache(maxsize=1)
def _named(raw: bytes) -> tuple[dict[str, str], frozenset[str]]:
    """The strings of a file that have a name, and its types: asked for only where a path is put together."""
    constants = {
        found[1].decode("utf-8", "replace"): unquoted(found[2].decode("utf-8", "replace"))
        for found in _CONSTANT.finditer(raw)
    }
    return constants, frozenset(found[1].decode("utf-8", "replace") for found in _TYPE.finditer(raw))
