"""npm's `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3, and Bun's text lock."""

import re
from collections.abc import Iterator
from typing import Any

from plumbrule.mcp_server.dependencies.locks.build import Packages, as_table, lines_of_keys, list_in, loaded, table_in
from plumbrule.mcp_server.dependencies.manifests.texts import decode, without_comments
from plumbrule.mcp_server.dependencies.model import MalformedManifest, ManifestText
from plumbrule.mcp_server.dependencies.requirement import Locked, Reading

_WANTS = ("dependencies", "optionalDependencies", "peerDependencies")
_MODULES = "node_modules/"


def package_lock(file: ManifestText) -> Reading:
    """The tree as npm lays it out: a request is answered by the nearest folder at or above."""
    root = loaded(file.raw)
    if "packages" in root:
        return _tree(file.raw, table_in(root, "packages"))
    return _nested(file.raw, root)


def _tree(raw: bytes, packages: dict[str, Any]) -> Reading:
    lines: dict[str, int] = {}
    for key, line in lines_of_keys(raw):
        lines.setdefault(key, line)
    made = Packages()
    paths: list[str] = []
    links: dict[str, str] = {}
    for path, value in packages.items():
        entry = as_table(value)
        if not entry:
            continue
        if entry.get("link") is True:
            links[path] = str(entry.get("resolved", ""))
            continue
        package, asks = _package(path, entry, lines.get(path, 1))
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
    asks = [key for table in tables for key in table_in(value, table)]
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
    stack: list[tuple[str, Iterator[tuple[str, Any]]]] = [("", iter(table_in(root, "dependencies").items()))]
    while stack:
        above, items = stack[-1]
        name, value = next(items, ("", None))
        if not name:
            stack.pop()
            continue
        line = next((at for key, at in lines if key == name), 1)
        entry = as_table(value)
        if not entry:
            continue
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
        made.add(package, [str(key) for key in table_in(entry, "requires")], path)
        paths.append(path)
        if table_in(entry, "dependencies") and len(stack) < 500:
            stack.append((path, iter(table_in(entry, "dependencies").items())))

    def find(position: int, name: str) -> int | None:
        return next((made.keys[place] for place in _places(paths[position], name) if place in made.keys), None)

    return made.reading(find)


def bun_binary(_file: ManifestText) -> Reading:
    """`bun.lockb` is Bun's memory as it lies: nobody but Bun of that version reads it, and the report names it.

    Raises:
        MalformedManifest: always.
    """
    raise MalformedManifest("not_text")


def bun(file: ManifestText) -> Reading:
    """`bun.lock`: a path of names for each package, workspaces by their folder."""
    root = loaded(without_comments(decode(file.raw)).encode())
    lines = dict(reversed(lines_of_keys(file.raw, rb"[\[{]")))
    made = Packages()
    paths: list[str] = []
    for place, value in table_in(root, "workspaces").items():
        if entry := as_table(value):
            asks = [key for table in (*_WANTS, "devDependencies") for key in table_in(entry, table)]
            name, version = str(entry.get("name", "")), str(entry.get("version", ""))
            made.add(Locked(name, version, lines.get(place, 1), own=True, place=place or "."), asks)
            paths.append(name if place else "")
    placed_packages = table_in(root, "packages")
    for path in placed_packages:
        parts = list_in(placed_packages, path)
        if not parts or "@workspace:" in str(parts[0]):
            continue
        name, _, version = str(parts[0]).rpartition("@")
        tables = [as_table(part) for part in parts if isinstance(part, dict)]
        table = tables[0] if tables else as_table(None)
        last = str(parts[-1])
        digest = last if last.startswith(("sha1-", "sha256-", "sha512-")) else ""
        placed = not re.match(r"\d", version)
        package = Locked(
            name,
            "" if placed else version,
            lines.get(path, 1),
            reference=version if placed else "",
            digest=digest,
            spec=(path.rpartition("/")[2],) if path != name and "/" not in path else (),
        )
        made.add(package, [key for wanted in _WANTS for key in table_in(table, wanted)], path)
        paths.append(path)

    def find(position: int, name: str) -> int | None:
        path = paths[position]
        while path:
            if f"{path}/{name}" in made.keys:
                return made.keys[f"{path}/{name}"]
            path = re.sub(r"(?:^|/)(?:@[^/]+/)?[^/]+$", "", path)
        return made.keys.get(name)

    return made.reading(find)
