"""Entry points that only the code tells: `main` functions, Spring Boot applications, ASGI and WSGI objects.

`starting` has those that manifests and file names declare; here the symbols of the project's own source are asked, by
a search in their bytes first: a file without the words is never decoded.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson

from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.model import EntryPoint
from plumbrule.mcp_server.analysis.structure import is_own_source
from plumbrule.mcp_server.analysis.words import evidence, word

MAX_STARTS = 200
"""A repository with more programs than this is a collection of them."""

_MAIN = re.compile(rb"\"name\":\"(?:[\w$]+\.)*main\"")
_SPRING = b"@SpringBootApplication"
_ASGI = "FastAPI|Starlette|Litestar|Quart|Sanic|BlackSheep|Robyn|get_asgi_application|ProtocolTypeRouter"
_WSGI = "Flask|Bottle|Falcon|get_wsgi_application|Pyramid"
_SERVED = re.compile(rb"\"signature\":\"\w+(?:: ?[\w.]+)? = (?:[\w.]+\.)?(?:" + f"{_ASGI}|{_WSGI}".encode() + rb")\(")
_SERVED_BY = re.compile(rf"(\w+)(?:: ?[\w.]+)? = (?:[\w.]+\.)?(?:({_ASGI})|({_WSGI}))\(")


def with_code(declared: Sequence[EntryPoint], deep: Deep) -> tuple[EntryPoint, ...]:
    """The declared entry points, then those of the code that none of them names, in the order of their paths."""
    places = {point.evidence.at.partition(":")[0] for point in declared}
    folders = {place.rpartition("/")[0] for place in places if place.endswith(".go")}
    known = {(point.name, point.kind) for point in declared}
    found: list[EntryPoint] = []
    for path in deep.packed:
        if path in places or (path.endswith(".go") and path.rpartition("/")[0] in folders):
            continue  # Go has one `main` for a folder
        for point in starts_in(deep, path):
            if (point.name, point.kind) not in known:
                known.add((point.name, point.kind))
                found.append(point)
        if len(found) >= MAX_STARTS:
            break
    return (*declared, *found[:MAX_STARTS])


def starts_in(deep: Deep, path: str) -> Iterator[EntryPoint]:
    """Those of one file."""
    finder = _FINDERS.get(deep.languages[path].language or "") if path in deep.languages else None
    if finder is not None and is_own_source(deep, path):
        yield from finder(deep, path, deep.packed[path].symbols)


def _rows(symbols: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orjson.loads(symbols)
    return rows


def _go(deep: Deep, path: str, symbols: bytes) -> Iterator[EntryPoint]:
    if _MAIN.search(symbols) and any(
        one.kind == "package" and one.target == "main" for one in deep.facts[path].imports()
    ):
        folder = path.rpartition("/")[0].rpartition("/")[2] or deep.gathered.origin.name
        for row in _rows(symbols):
            if row["name"] == "main" and row["kind"] == "function":
                yield EntryPoint(word(folder, 100), "bin", evidence(path, "go.main-function", int(row["line"])))


def _jvm(_: Deep, path: str, symbols: bytes) -> Iterator[EntryPoint]:
    spring = _SPRING in symbols
    if not spring and not _MAIN.search(symbols):
        return
    for row in _rows(symbols):
        name = str(row["name"])
        if spring and _SPRING.decode() in row.get("modifiers", ()):
            yield EntryPoint(word(name, 100), "main", evidence(path, "spring-boot.application", int(row["line"])))
            return
        method = name.endswith(".main") and "static" in row.get("modifiers", ()) and "String" in str(row["signature"])
        if (method or (name == "main" and row["kind"] == "function")) and not spring:
            owner = name.removesuffix(".main") if method else path.rpartition("/")[2].rpartition(".")[0]
            yield EntryPoint(word(owner, 100), "main", evidence(path, "jvm.main-function", int(row["line"])))
            return


def _c(_: Deep, path: str, symbols: bytes) -> Iterator[EntryPoint]:
    if _MAIN.search(symbols):
        for row in _rows(symbols):
            if row["name"] == "main" and row["kind"] == "function":
                stem = path.rpartition("/")[2].rpartition(".")[0]
                yield EntryPoint(word(stem, 100), "main", evidence(path, "c.main-function", int(row["line"])))
                return


def _python(_: Deep, path: str, symbols: bytes) -> Iterator[EntryPoint]:
    if not _SERVED.search(symbols):
        return
    module = path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for row in _rows(symbols):
        found = _SERVED_BY.match(str(row["signature"])) if row["kind"] in ("variable", "constant") else None
        if found and "." not in str(row["name"]):
            rule = "python.asgi-object" if found[2] else "python.wsgi-object"
            yield EntryPoint(word(f"{module}:{found[1]}", 150), "server", evidence(path, rule, int(row["line"])))


_FINDERS: dict[str, Callable[[Deep, str, bytes], Iterator[EntryPoint]]] = {
    "Go": _go,
    "Java": _jvm,
    "Kotlin": _jvm,
    "C": _c,
    "C++": _c,
    "Python": _python,
}
