"""Locks in JSON: Composer, NuGet, SwiftPM, Deno."""

import re
from collections.abc import Iterator
from typing import Any, cast

import orjson

from plumbrule.mcp_server.dependencies.locks.build import LineOf, Packages, lines_of_keys
from plumbrule.mcp_server.dependencies.model import MalformedManifest, ManifestText
from plumbrule.mcp_server.dependencies.requirement import Locked, Reading


def _loaded(raw: bytes) -> dict[str, Any]:
    try:
        root = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedManifest("malformed", getattr(error, "lineno", 0)) from error
    return cast("dict[str, Any]", root) if isinstance(root, dict) else {}


def _table(value: Any, key: str) -> dict[str, Any]:
    found = cast("dict[str, Any]", value).get(key) if isinstance(value, dict) else None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _items(value: Any, key: str) -> Iterator[dict[str, Any]]:
    found: Any = cast("dict[str, Any]", value).get(key) if isinstance(value, dict) else None
    for item in found if isinstance(found, list) else []:
        if isinstance(item, dict):
            yield cast("dict[str, Any]", item)


def composer(file: ManifestText) -> Reading:
    """composer.lock: both lists; licences are the packages' own statements."""
    root, made = _loaded(file.raw), Packages()
    line_of = LineOf(file.raw)
    lines: dict[str, int] = {}
    for one in re.finditer(rb'"name":\s*"([^"/]+/[^"/]+)"', file.raw.replace(rb"\/", b"/ ")):
        lines.setdefault(one[1].decode("utf-8", "replace").replace("/ ", "/"), line_of(one.start()))
    for section, scope in (("packages", "runtime"), ("packages-dev", "dev")):
        for item in _items(root, section):
            name = str(item.get("name", "")).lower()
            licences: Any = item.get("license")
            words = [str(text) for text in licences] if isinstance(licences, list) else []
            package = Locked(
                name,
                str(item.get("version", "")),
                lines.get(str(item.get("name", "")), 1),
                scope=scope,
                licence=" OR ".join(words),
                digest=f"sha1:{shasum}" if (shasum := str(_table(item, "dist").get("shasum") or "")) else "",
            )
            made.add(package, [key.lower() for key in _table(item, "require")], name)
    return made.reading()


def nuget(file: ManifestText) -> Reading:
    """packages.lock.json: equal versions of several target frameworks are one package."""
    root, made = _loaded(file.raw), Packages()
    lines = iter(lines_of_keys(file.raw))
    direct: list[str] = []
    for table in _table(root, "dependencies").values():
        for name, item in cast("dict[str, Any]", table).items() if isinstance(table, dict) else ():
            line = next((at for key, at in lines if key == name), 1)
            entry = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
            version = str(entry.get("resolved", ""))
            word = f"{name.lower()}@{version}"
            if entry.get("type") == "Project" or word in made.keys:
                continue
            asks = [key.lower() for key in _table(entry, "dependencies")]
            digest = str(entry.get("contentHash") or "")
            made.add(Locked(name, version, line, digest=f"sha512-{digest}" if digest else ""), asks, word, name.lower())
            if entry.get("type") == "Direct":
                direct.append(word)
    made.add(Locked("", "", 1, own=True, place="."), direct)
    return made.reading()


def swift(file: ManifestText) -> Reading:
    """Package.resolved, versions 1 to 3; who asks for whom is not told."""
    root, made = _loaded(file.raw), Packages()
    line_of = LineOf(file.raw)
    pins = [*_items(root, "pins"), *_items(_table(root, "object"), "pins")]
    for pin in pins:
        place = str(pin.get("location") or pin.get("repositoryURL") or "")
        name = str(pin.get("identity") or place.rstrip("/").rpartition("/")[2].removesuffix(".git"))
        state = _table(pin, "state")
        version = str(state.get("version") or state.get("revision") or "")
        at = file.raw.find(b'"' + place.encode() + b'"')
        bare = place.rstrip("/").rpartition("/")[2].removesuffix(".git")
        line = line_of(at) if at > 0 else 1
        made.add(Locked(bare or name, version, line, reference=place), (), name.lower())
    return made.reading()


def deno(file: ManifestText) -> Reading:
    """deno.lock: npm and JSR packages with their exact requests."""
    root, made = _loaded(file.raw), Packages()
    lines = dict(reversed(lines_of_keys(file.raw)))
    tables = root if "npm" in root or "jsr" in root else _table(root, "packages")
    specifiers = _table(root, "specifiers") or _table(_table(root, "packages"), "specifiers")
    for kind in ("npm", "jsr"):
        for key, item in _table(tables, kind).items():
            name, _, version = key.partition("_")[0].rpartition("@")
            entry = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
            wanted: Any = entry.get("dependencies") or []
            texts = [str(value) for value in (wanted.values() if isinstance(wanted, dict) else wanted)]
            asks = [word.removeprefix("npm:").removeprefix("jsr:") for word in texts]
            specs = [
                word.partition(":")[2]
                for word, found in specifiers.items()
                if str(found).removeprefix(f"{kind}:").rpartition("@")[2] == version
                and word.partition(":")[2].startswith(f"{name}@")
            ]
            package = Locked(
                name,
                version,
                lines.get(key, 1),
                spec=specs,
                reference="jsr:" if kind == "jsr" else "",
                digest=str(entry.get("integrity") or "") if kind == "npm" else "",
            )
            made.add(package, asks, key, f"{name}@{version}", name)
    return made.reading()
