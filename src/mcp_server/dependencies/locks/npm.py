"""npm's `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3, and Bun's text lock."""

import re
from collections.abc import Iterator
from typing import Any, cast

import orjson

from plumbrule.mcp_server.dependencies.locks.build import Packages, lines_of_keys
from plumbrule.mcp_server.dependencies.manifests.texts import decode, without_comments
from plumbrule.mcp_server.dependencies.model import MalformedManifest, ManifestText
from plumbrule.mcp_server.dependencies.requirement import Locked, Reading

_WANTS = ("dependencies", "optionalDependencies", "peerDependencies")
_MODULES = "node_modules/"


def package_lock(file: ManifestText) -> Reading:
    """The tree as npm lays it out: a request is answered by the nearest folder at or above."""
    root = _loaded(file.raw)
    packages = root.get("packages")
    if isinstance(packages, dict):
        return _tree(file.raw, cast("dict[str, Any]", packages))
    return _nested(file.raw, root)


def _loaded(raw: bytes) -> dict[str, Any]:
    try:
        root = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedManifest("malformed", getattr(error, "lineno", 0)) from error
    return cast("dict[str, Any]", root) if isinstance(root, dict) else {}


def _tree(raw: bytes, packages: dict[str, Any]) -> Reading:
    lines: dict[str, int] = {}
    for key, line in lines_of_keys(raw):
        lines.setdefault(key, line)
    made = Packages()
    paths: list[str] = []
    links: dict[str, str] = {}
    for path, value in packages.items():
        if not isinstance(value, dict):
            continue
        if value.get("link") is True:
            links[path] = str(value.get("resolved", ""))
            continue
        package, asks = _package(path, cast("dict[str, Any]", value), lines.get(path, 1))
        made.add(package, asks, path)
        paths.append(path)
    for path, target in links.items():
        if target in made.keys:
            made.keys.setdefault(path, made.keys[target])

    def find(position: int, name: str) -> int | None:
        for place in _places(paths[position], name):
            if place in made.keys:
                return made.keys[place]
        return None

    return made.reading(find)


def _package(path: str, value: dict[str, Any], line: int) -> tuple[Locked, list[str]]:
    own = _MODULES not in path
    folder_name = path.rpartition(_MODULES)[2]
    name = str(value.get("name") or (folder_name if not own else ""))
    tables = (*_WANTS, "devDependencies") if own else _WANTS
    asks = [key for table in tables for key in _table(value, table)]
    resolved = str(value.get("resolved") or "")
    licence = value.get("license")
    package = Locked(
        name,
        str(value.get("version", "")),
        line,
        scope="" if own else _scope(value),
        own=own,
        place=(path or ".") if own else "",
        spec=(folder_name,) if not own and name != folder_name else (),
        reference=resolved if re.match(r"git|file:|ssh", resolved) else "",
        digest=str(value.get("integrity") or "").partition(" ")[0],
        licence=licence if isinstance(licence, str) else "",
    )
    return package, asks


def _scope(value: dict[str, Any]) -> str:
    if value.get("dev") or value.get("devOptional"):
        return "dev"
    return "optional" if value.get("optional") else "peer" if value.get("peer") else "runtime"


def _places(path: str, name: str) -> Iterator[str]:
    """Where Node looks for a package from a folder: below it, then below every folder above that holds modules."""
    while True:
        yield f"{path}/{_MODULES}{name}" if path else f"{_MODULES}{name}"
        if not path:
            return
        at = path.rfind(f"/{_MODULES}")
        path = path[:at] if at >= 0 else ("" if path.startswith(_MODULES) else path.rpartition("/")[0])


def _nested(raw: bytes, root: dict[str, Any]) -> Reading:
    """Version 1: packages inside packages. Written by npm 5 and 6; the root's own requests are not in it."""
    made = Packages()
    lines = iter(lines_of_keys(raw))
    paths: list[str] = []
    stack: list[tuple[str, Iterator[tuple[str, Any]]]] = [("", iter(_table(root, "dependencies").items()))]
    while stack:
        above, items = stack[-1]
        name, value = next(items, ("", None))
        if not name:
            stack.pop()
            continue
        line = next((at for key, at in lines if key == name), 1)
        if not isinstance(value, dict):
            continue
        entry = cast("dict[str, Any]", value)
        path = f"{above}/{_MODULES}{name}" if above else f"{_MODULES}{name}"
        version = str(entry.get("version", ""))
        alias = re.match(r"npm:(.+)@([^@]+)$", version)
        placed = re.match(r"git|file:|https?:|github:", version)
        package = Locked(
            alias[1] if alias else name,
            alias[2] if alias else "" if placed else version,
            line,
            scope=_scope(entry),
            reference=version if placed else "",
            spec=(name,) if alias else (),
            digest=str(entry.get("integrity") or "").partition(" ")[0],
        )
        made.add(package, [str(key) for key in _table(entry, "requires")], path)
        paths.append(path)
        if _table(entry, "dependencies") and len(stack) < 500:
            stack.append((path, iter(_table(entry, "dependencies").items())))

    def find(position: int, name: str) -> int | None:
        return next((made.keys[place] for place in _places(paths[position], name) if place in made.keys), None)

    return made.reading(find)


def _table(value: dict[str, Any], key: str) -> dict[str, Any]:
    found = value.get(key)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def bun(file: ManifestText) -> Reading:
    """`bun.lock`: a path of names for each package, workspaces by their folder."""
    root = _loaded(without_comments(decode(file.raw)).encode())
    lines = dict(reversed(lines_of_keys(file.raw, rb"[\[{]")))
    made = Packages()
    paths: list[str] = []
    for place, value in _table(root, "workspaces").items():
        if isinstance(value, dict):
            entry = cast("dict[str, Any]", value)
            asks = [key for table in (*_WANTS, "devDependencies") for key in _table(entry, table)]
            name, version = str(entry.get("name", "")), str(entry.get("version", ""))
            made.add(Locked(name, version, lines.get(place, 1), own=True, place=place or "."), asks)
            paths.append(name if place else "")
    for path, value in _table(root, "packages").items():
        if not isinstance(value, list) or not value or "@workspace:" in str(value[0]):
            continue
        parts: list[Any] = value
        name, _, version = str(parts[0]).rpartition("@")
        table = next((cast("dict[str, Any]", part) for part in parts if isinstance(part, dict)), {})
        digest = str(parts[-1]) if isinstance(parts[-1], str) and "-" in parts[-1][:8] else ""
        placed = not re.match(r"\d", version)
        package = Locked(
            name,
            "" if placed else version,
            lines.get(path, 1),
            reference=version if placed else "",
            digest=digest,
            spec=(path.rpartition("/")[2],) if path != name and "/" not in path else (),
        )
        made.add(package, [key for wanted in _WANTS for key in _table(table, wanted)], path)
        paths.append(path)

    def find(position: int, name: str) -> int | None:
        path = paths[position]
        while path:
            if f"{path}/{name}" in made.keys:
                return made.keys[f"{path}/{name}"]
            path = re.sub(r"(?:^|/)(?:@[^/]+/)?[^/]+$", "", path)
        return made.keys.get(name)

    return made.reading(find)
