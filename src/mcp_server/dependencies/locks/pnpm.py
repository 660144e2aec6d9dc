"""`pnpm-lock.yaml`, versions 5 to 9, by indentation: a YAML parser would take ten seconds for a monorepo's."""

import re
from collections.abc import Iterator, Sequence

from plumbrule.mcp_server.dependencies.locks.build import Packages
from plumbrule.mcp_server.dependencies.manifests.texts import decode
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Locked, Reading

_TABLES = ("dependencies", "devDependencies", "optionalDependencies")
_OLD = re.compile(r"/(@[^/]+/[^/]+|[^/@]+)/([^/_(]+)(?:[_(/].*)?$")
_NEW = re.compile(r"/?(@[^/]+/[^@]+|[^@/]+)@(.+)$")
Path = Sequence[str]


def rows(text: str) -> Iterator[tuple[Path, str, int]]:
    """Path of keys, value as written and line, of a mapping of mappings; lists and texts over lines are passed over."""
    path: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.lstrip(" ")
        if not bare or bare[0] in "#-":
            continue
        indent = len(line) - len(bare)
        if bare[0] in "'\"":
            end = bare.find(bare[0] + ":", 1)
            key, value = bare[1:end], bare[end + 2 :]
        else:
            key, mark, value = bare.partition(": ")
            if not mark:
                if not bare.rstrip().endswith(":"):
                    continue
                key, value = bare.rstrip()[:-1], ""
        while path and path[-1][0] >= indent:
            path.pop()
        path.append((indent, key))
        yield tuple(name for _, name in path), value.strip(), number


def pnpm(file: ManifestText) -> Reading:
    """Packages, what each asks for, the importers with the version that each of their requests got."""
    facts: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    asks: dict[str, list[tuple[str, str]]] = {}
    importers: dict[str, list[tuple[str, str]]] = {}
    for path, value, number in rows(decode(file.raw)):
        if path[0] in ("packages", "snapshots") and len(path) >= 2:
            _package_row(path, value, number, facts, lines, asks)
        elif path[0] == "importers" and len(path) >= 4 and path[2] in _TABLES:
            _importer_row(importers.setdefault(path[1], []), path[3:], value)
        elif path[0] in _TABLES and len(path) >= 2:
            _importer_row(importers.setdefault(".", []), path[1:], value)
    return _made(facts, lines, asks, importers)


def _package_row(
    path: Path,
    value: str,
    number: int,
    facts: dict[str, dict[str, str]],
    lines: dict[str, int],
    asks: dict[str, list[tuple[str, str]]],
) -> None:
    key = path[1]
    lines.setdefault(key, number)
    table = facts.setdefault(key, {})
    if len(path) == 3:
        if path[2] == "resolution":
            found = re.search(r"integrity: ([^,}\s]+)", value)
            table["integrity"] = found[1] if found else ""
            place = re.search(r"(?:tarball|repo|directory): ([^,}\s]+)", value)
            table["place"] = place[1] if place else ""
        elif path[2] in ("dev", "optional", "name", "version"):
            table[path[2]] = value.strip("'\"")
    elif len(path) == 4 and path[2] in _TABLES:
        asks.setdefault(key, []).append((path[3], value.strip("'\"")))


def _importer_row(found: list[tuple[str, str]], rest: Path, value: str) -> None:
    """`name: 1.0.0` of version 5, or `version: 1.0.0` below the name since 6."""
    if (len(rest) == 1 and value) or (len(rest) == 2 and rest[1] == "version"):
        found.append((rest[0], value.strip("'\"")))


def _split(key: str) -> tuple[str, str]:
    """Name and version of a package's key, without the peers it was resolved with."""
    if old := _OLD.match(key):
        return old[1], old[2]
    bare = key.partition("(")[0]
    new = _NEW.match(bare)
    if new is None:
        return bare, ""
    version = re.sub(r"_.*$", "", new[2]) if re.match(r"\d", new[2]) else new[2]
    return new[1], version


def _made(
    facts: dict[str, dict[str, str]],
    lines: dict[str, int],
    asks: dict[str, list[tuple[str, str]]],
    importers: dict[str, list[tuple[str, str]]],
) -> Reading:
    made = Packages()
    for place in sorted(importers):
        words = [_word(name, version) for name, version in importers[place]]
        made.add(Locked("", "", 1, own=True, place=place), words)
    for key, table in facts.items():
        name, version = _split(key)
        name, version = table.get("name", name), table.get("version", version)
        words = [_word(asked, text) for asked, text in asks.get(key, [])]
        known = made.keys.get(f"{name}@{version}")
        if (
            known is not None
        ):  # version 9 lists packages and, with their peers, snapshots; old ones one for each peer set
            made.extend(known, words)
            made.keys.setdefault(key.lstrip("/"), known)
            continue
        place = table.get("place", "")
        scope = "dev" if table.get("dev") == "true" else "optional" if table.get("optional") == "true" else ""
        placed = not re.match(r"\d", version)
        package = Locked(
            name,
            "" if placed else version,
            lines[key],
            scope=scope or ("runtime" if "dev" in table else ""),
            reference=version if placed else place if not place.endswith(".tgz") else "",
            digest=table.get("integrity", ""),
        )
        made.add(package, words, f"{name}@{version}", key.lstrip("/"))
    return made.reading()


def _word(name: str, version: str) -> str:
    """The key that a request means: `1.0.0(peers)`, an alias `/real@1.0.0` or `real@1.0.0`, a link to a member."""
    if version.startswith(("link:", "workspace:")):
        return ""
    if version.startswith("file:"):
        return f"{name}@{version.partition('(')[0]}"
    if version.startswith("/"):
        real, number = _split(version)
        return f"{real}@{number}"
    if re.match(r"(?:@[^/]+/)?[A-Za-z][^@(]*@\d", version):
        real, number = _split(version)
        return f"{real}@{number}"
    if re.match(r"(?:@[^/]+/)?[A-Za-z][^@(:]*@(?:file:|https?:|git)", version):
        return version.partition("(")[0]
    bare = re.sub(r"[(_].*$", "", version) if re.match(r"\d", version) else version
    return f"{name}@{bare}"
