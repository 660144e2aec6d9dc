"""Locks in JSON: Composer, NuGet, SwiftPM, Deno."""

import re

from plumbrule.mcp_server.dependencies.locks.build import (
    LineOf,
    Packages,
    as_table,
    lines_of_keys,
    list_in,
    loaded,
    table_in,
)
from plumbrule.mcp_server.dependencies.model import ManifestText
from plumbrule.mcp_server.dependencies.requirement import Locked, Reading


def composer(file: ManifestText) -> Reading:
    """composer.lock: both lists; licences are the packages' own statements."""
    root, made = loaded(file.raw), Packages()
    line_of = LineOf(file.raw)
    lines: dict[str, int] = {}
    for one in re.finditer(rb'"name":\s*"([^"/]+/[^"/]+)"', file.raw.replace(rb"\/", b"/ ")):
        lines.setdefault(one[1].decode("utf-8", "replace").replace("/ ", "/"), line_of(one.start()))
    for section, scope in (("packages", "runtime"), ("packages-dev", "dev")):
        for item in list_in(root, section):
            name = str(item.get("name", "")).lower()
            words = [str(text) for text in list_in(item, "license")]
            package = Locked(
                name,
                str(item.get("version", "")),
                lines.get(str(item.get("name", "")), 1),
                scope=scope,
                licence=" OR ".join(words),
                digest=f"sha1:{shasum}" if (shasum := str(table_in(item, "dist").get("shasum") or "")) else "",
            )
            made.add(package, [key.lower() for key in table_in(item, "require")], name)
    return made.reading()


def nuget(file: ManifestText) -> Reading:
    """packages.lock.json: equal versions of several target frameworks are one package."""
    root, made = loaded(file.raw), Packages()
    lines = iter(lines_of_keys(file.raw))
    direct: list[str] = []
    for table in table_in(root, "dependencies").values():
        for name, item in as_table(table).items():
            line = next((at for key, at in lines if key == name), 1)
            entry = as_table(item)
            version = str(entry.get("resolved", ""))
            word = f"{name.lower()}@{version}"
            if entry.get("type") == "Project" or word in made.keys:
                continue
            asks = [key.lower() for key in table_in(entry, "dependencies")]
            digest = str(entry.get("contentHash") or "")
            made.add(Locked(name, version, line, digest=f"sha512-{digest}" if digest else ""), asks, word, name.lower())
            if entry.get("type") == "Direct":
                direct.append(word)
    made.add(Locked("", "", 1, own=True, place="."), direct)
    return made.reading()


def swift(file: ManifestText) -> Reading:
    """Package.resolved, versions 1 to 3; who asks for whom is not told."""
    root, made = loaded(file.raw), Packages()
    line_of = LineOf(file.raw)
    pins = [*list_in(root, "pins"), *list_in(table_in(root, "object"), "pins")]
    for pin in pins:
        place = str(pin.get("location") or pin.get("repositoryURL") or "")
        name = str(pin.get("identity") or place.rstrip("/").rpartition("/")[2].removesuffix(".git"))
        state = table_in(pin, "state")
        version = str(state.get("version") or state.get("revision") or "")
        at = file.raw.find(b'"' + place.encode() + b'"')
        bare = place.rstrip("/").rpartition("/")[2].removesuffix(".git")
        line = line_of(at) if at > 0 else 1
        made.add(Locked(bare or name, version, line, reference=place), (), name.lower())
    return made.reading()


_DENO = re.compile(r"(@?[^@]+)@([^_]+)")
"""Behind an underscore stand the peers that a package was resolved with."""


def deno(file: ManifestText) -> Reading:
    """deno.lock: npm and JSR packages with their exact requests."""
    root, made = loaded(file.raw), Packages()
    lines = dict(reversed(lines_of_keys(file.raw)))
    tables = root if "npm" in root or "jsr" in root else table_in(root, "packages")
    specifiers = table_in(root, "specifiers") or table_in(table_in(root, "packages"), "specifiers")
    for kind in ("npm", "jsr"):
        for key, item in table_in(tables, kind).items():
            bare = _DENO.match(key)
            name, version = (bare[1], bare[2]) if bare else (key, "")
            entry = as_table(item)
            wanted = table_in(entry, "dependencies")
            texts = [str(value) for value in wanted.values() or list_in(entry, "dependencies")]
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
