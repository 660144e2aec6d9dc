"""The crates of a tree: what each Cargo.toml builds, and which crate each of its dependency names means.

Read line by line for the few keys that matter here, because a TOML parser may only see foreign files in a worker.
Targets are found as in the Cargo book, "Target auto-discovery".
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from posixpath import dirname, normpath
from posixpath import join as joined

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.graph.tree import Tree

_SECTION = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_PAIR = re.compile(r"""^\s*("[^"]+"|'[^']+'|[\w\-]+(?:\.[\w\-]+)*)\s*=\s*(.*)$""")
_PATH = re.compile(r"""\bpath\s*=\s*["']([^"']+)["']""")
_PACKAGE = re.compile(r"""\bpackage\s*=\s*["']([^"']+)["']""")
_INHERITED = re.compile(r"\bworkspace\s*=\s*true\b")
_STRING = re.compile(r"""^["']([^"']*)["']""")
_DEPENDENCIES = re.compile(r"(?:^|\.)(?:dev-|build-|dev_|build_)?dependencies(?:\.(.+))?$")
_TARGET_FOLDERS = ("src/bin", "tests", "examples", "benches")
_LINE_CHARS = 4_000


@dataclass(slots=True)
class Dependency:
    """One entry: the name in Cargo.toml, the folder when it is local, the package when it was renamed."""

    name: str
    folder: str | None = None
    package: str = ""
    inherited: bool = False


@dataclass(slots=True)
class Crate:
    """One package. `roots` are the files that the compiler starts from, the library first."""

    folder: str
    name: str = ""
    library: str = ""
    """The library's root file, "" without one."""
    library_name: str = ""
    roots: list[str] = field(default_factory=list[str])
    dependencies: dict[str, Dependency] = field(default_factory=dict[str, Dependency])
    """By the name that code uses."""
    shared: dict[str, Dependency] = field(default_factory=dict[str, Dependency])
    """`[workspace.dependencies]`, by the name in Cargo.toml."""
    declared_roots: list[str] = field(default_factory=list[str])
    is_package: bool = False
    is_modern: bool = False
    """Of the edition of 2018 or later: the first word of a path is a crate where nothing in scope bears the name."""


def identifier(name: str) -> str:
    """A package's name as code writes it."""
    return name.replace("-", "_")


def crates_of(tree: Tree) -> dict[str, Crate]:
    """Every Cargo.toml's crate by its folder, roots found and inherited dependencies filled in."""
    crates = {dirname(path): _read(dirname(path), raw) for path, raw in sorted(tree.texts.items()) if _is_cargo(path)}
    files = [path for path, language in tree.languages.items() if language == "Rust" and path.endswith(".rs")]
    below: dict[str, list[str]] = {}
    for path in sorted(files):
        owner = owner_of(crates, path)
        if owner is not None:
            below.setdefault(owner.folder, []).append(path)
    for folder, crate in crates.items():
        _find_roots(crate, below.get(folder, []))
        _inherit(crate, crates)
    return crates


def _is_cargo(path: str) -> bool:
    return path == "Cargo.toml" or path.endswith("/Cargo.toml")


def owner_of(crates: dict[str, Crate], path: str) -> Crate | None:
    """The crate whose folder is nearest above a file."""
    folder = dirname(path)
    while True:
        crate = crates.get(folder)
        if crate is not None and crate.is_package:
            return crate
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def _pairs(raw: bytes) -> Iterator[tuple[str, str, str]]:
    """(section, key, value) of each line; an inline table or array over several lines is joined."""
    section, key, value, depth = "", "", "", 0
    for line in raw.decode("utf-8", "replace").splitlines():
        line = line[:_LINE_CHARS]
        if depth > 0:
            value = f"{value} {line}"[:_LINE_CHARS]
            depth += line.count("{") + line.count("[") - line.count("}") - line.count("]")
            if depth <= 0:
                yield section, key, value
            continue
        heading = _SECTION.match(line)
        if heading:
            section = heading[2].replace('"', "").replace(" ", "")
            if heading[1] == "[[":
                yield section, "", ""
            continue
        pair = _PAIR.match(line)
        if pair is None:
            continue
        key, value = pair[1].strip("\"'"), pair[2]
        depth = value.count("{") + value.count("[") - value.count("}") - value.count("]")
        if depth <= 0:
            yield section, key, value


def _read(folder: str, raw: bytes) -> Crate:
    crate = Crate(folder)
    for section, key, value in _pairs(raw):
        said = _STRING.match(value)
        text = said[1] if said else ""
        if section == "package":
            crate.is_package = True
            if key == "name":
                crate.name = text
            elif key.startswith("edition"):
                crate.is_modern = text != "2015"
            elif key == "build" and text:
                crate.declared_roots.append(_under(folder, text))
        elif section == "lib":
            if key == "name":
                crate.library_name = identifier(text)
            elif key == "path":
                crate.library = _under(folder, text)
        elif section in ("bin", "test", "example", "bench"):
            if key == "path":
                crate.declared_roots.append(_under(folder, text))
        else:
            _dependency(crate, section, key, value)
    crate.library_name = crate.library_name or identifier(crate.name)
    return crate


def _dependency(crate: Crate, section: str, key: str, value: str) -> None:
    found = _DEPENDENCIES.search(section)
    if not found or not key:
        return
    known = crate.shared if section.startswith("workspace.") else crate.dependencies
    name, _, rest = key.partition(".")
    if found[1]:  # [dependencies.name], one key a line
        name, rest = found[1], key
        value = f"{rest} = {value}"
    elif rest:  # name.workspace = true
        value = f"{rest} = {value}"
    entry = known.setdefault(identifier(name) if known is crate.dependencies else name, Dependency(name))
    path, package = _PATH.search(value), _PACKAGE.search(value)
    if path:
        entry.folder = _under(crate.folder, path[1])
    if package:
        entry.package = package[1]
    entry.inherited = entry.inherited or bool(_INHERITED.search(value))


def _under(folder: str, path: str) -> str:
    at = normpath(joined(folder, path))
    return "" if at == "." else at


def _inherit(crate: Crate, crates: dict[str, Crate]) -> None:
    """`workspace = true` means what the nearest workspace above says."""
    folder = crate.folder
    while not crates.get(folder, crate).shared and folder:
        folder = folder.rpartition("/")[0]
    shared = crates[folder].shared if folder in crates else {}
    for entry in crate.dependencies.values():
        above = shared.get(entry.name) if entry.inherited else None
        if above is not None:
            entry.folder, entry.package = above.folder, above.package


def _find_roots(crate: Crate, files: Iterable[str]) -> None:
    if not crate.is_package:
        return
    prefix = f"{crate.folder}/" if crate.folder else ""
    known = set(files)
    if not crate.library and f"{prefix}src/lib.rs" in known:
        crate.library = f"{prefix}src/lib.rs"
    roots = [crate.library, f"{prefix}src/main.rs", *crate.declared_roots, f"{prefix}build.rs"]
    for path in sorted(known):
        inside = path[len(prefix) :]
        for folder in _TARGET_FOLDERS:
            rest = inside[len(folder) + 1 :] if inside.startswith(folder + "/") else ""
            if rest and ("/" not in rest or (rest.count("/") == 1 and rest.endswith("/main.rs"))):
                roots.append(path)
    crate.roots = [root for root in dict.fromkeys(roots) if root in known]
