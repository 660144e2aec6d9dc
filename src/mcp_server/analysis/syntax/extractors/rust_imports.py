"""The imports of Rust: the paths of a `use` tree one by one, `extern crate`, and modules in files of their own."""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import text
from plumbrule.mcp_server.analysis.syntax.extractors.lexical import chain_at
from plumbrule.mcp_server.analysis.syntax.model import Import, ImportKind

if TYPE_CHECKING:
    from tree_sitter import Node

_PATH = re.compile(r'#\[\s*path\s*=\s*"([^"]+)"')
_PERHAPS = re.compile(r'#\[\s*cfg_attr\s*\([^"]*(?:"[^"]*"[^"]*){0,8}?\bpath\s*=\s*"([^"]+)"\s*,?\s*\)\s*\]\Z')
_LOCAL_USE = re.compile(rb"(?:^|[{;])[ \t]*use(?=\s)", re.MULTILINE)
PATHS = 2_000
"""Paths of one `use` tree that are told apart."""


_Outer = tuple["tuple[Node, ...]", tuple[str, ...], bool]
"""The attributes of an item, the inline modules around it, and whether it is for tests."""


def used_paths(raw: bytes, node: "Node", inside: tuple[str, ...], test: bool) -> list[Import]:
    """The imports of a `use` declaration, one for each path: `use a::{b, c::D as E}` gives `a::b` and `a::c::D` (`E`).

    A re-export (`pub use`) is of kind `export`. `inside` are the inline modules around it.
    """
    argument = node.child_by_field_name("argument")
    if argument is None:
        return []
    kind: ImportKind = "export" if any(child.type == "visibility_modifier" for child in node.children[:3]) else "use"
    taken: dict[str, list[tuple[str, int]]] = {}
    waiting: list[tuple[Node, str]] = [(argument, "")]
    count = 0
    while waiting and count < PATHS:
        at, prefix = waiting.pop()
        count += 1
        shape = at.type
        if shape == "scoped_use_list":
            path, inner = at.child_by_field_name("path"), at.child_by_field_name("list")
            under = _joined(prefix, _text(raw, path)) if path is not None else prefix or "::"
            if inner is not None:
                waiting.extend((child, under) for child in reversed(inner.named_children))
        elif shape == "use_list":
            waiting.extend((child, prefix) for child in reversed(at.named_children))
        elif shape == "use_wildcard":
            path = at.named_children[0] if at.named_child_count else None
            taken.setdefault(_joined(prefix, _text(raw, path)), []).append(("*", at.start_point[0] + 1))
        elif shape in ("use_as_clause", "scoped_identifier", "identifier", "self", "crate", "super"):
            _take(raw, at, prefix, taken)
    flags = ("test",) if test else ()
    return [
        Import(from_file(target, inside), lines[0][1], kind, tuple(name for name, _ in lines), flags)
        for target, lines in taken.items()
    ]


def _take(raw: bytes, node: "Node", prefix: str, taken: dict[str, list[tuple[str, int]]]) -> None:
    path = node.child_by_field_name("path") if node.type == "use_as_clause" else node
    whole = _text(raw, path)
    line = node.start_point[0] + 1
    if whole == "self":
        parent, _, last = prefix.rpartition("::")
    else:
        parent, _, last = _joined(prefix, whole).rpartition("::")
    alias = node.child_by_field_name("alias") if node.type == "use_as_clause" else None
    name = _text(raw, alias) if alias is not None else last
    # What is imported is the whole path: `last` may be a module of its own, which only the tree of files can tell.
    taken.setdefault(f"{parent}::{last}" if parent else last, []).append((name, line))


def from_file(target: str, inside: tuple[str, ...]) -> str:
    """A path of an inline module as the file's own module would write it: `super::x` in `mod tests {}` is `self::x`."""
    if not inside:
        return target
    parts = target.split("::")
    at = 1 if parts[0] == "self" else 0
    ups = 0
    while at < len(parts) and parts[at] == "super":
        at, ups = at + 1, ups + 1
    if at == 0:
        return target
    if ups > len(inside):
        return "::".join((*["super"] * (ups - len(inside)), *parts[at:]))
    return "::".join(("self", *inside[: len(inside) - ups], *parts[at:]))


def local_uses(raw: bytes, root: "Node", body: "Node", inside: tuple[str, ...], test: bool) -> list[Import]:
    """The `use` declarations in the body of a function, which is not walked otherwise."""
    found: list[Import] = []
    if raw.find(b"use ", body.start_byte, body.end_byte) < 0:
        return found
    cursor = None
    for line in _LOCAL_USE.finditer(raw, body.start_byte, body.end_byte):
        cursor = cursor or root.walk()
        chain = chain_at(cursor, root, line.end() - 3, line.end())
        if len(chain) > 1 and chain[1].type == "use_declaration":
            found.extend(used_paths(raw, chain[1], inside, test))
        if len(found) > PATHS:
            break
    return found


def _text(raw: bytes, node: "Node | None") -> str:
    if node is None:
        return ""
    return "".join(text(raw, node.start_byte, node.end_byte).split())


def _joined(prefix: str, path: str) -> str:
    if not prefix or not path:
        return prefix or path
    return f"{prefix.removesuffix('::')}::{path.removeprefix('::')}"


def extern_crate(raw: bytes, node: "Node") -> list[Import]:
    """`extern crate serde as s;` imports a crate under a name."""
    name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    if name is None:
        return []
    names = (_text(raw, alias),) if alias is not None else ()
    return [Import(_text(raw, name), node.start_point[0] + 1, "import", names, ("crate",))]


def module_files(raw: bytes, node: "Node", name: str, outer: "_Outer") -> list[Import]:
    """`mod x;` means a file: the one that `#[path]` names, else the one that bears the name, below inline modules.

    Each `#[cfg_attr(…, path = "…")]` names one more that it may be. `names` are the module's and, for a named file,
    those of the inline modules around it. Flagged with how far it can be seen: `public`, or `internal` in its crate.
    """
    attributes, inside, test = outer
    written = [_raw(raw, each) for each in attributes]
    named = [found[1] for found in map(_PATH.match, written) if found]
    perhaps = [found[1] for found in map(_PERHAPS.match, written) if found and not named]
    flags = _seen(raw, node, test)
    line = node.start_point[0] + 1
    usual = Import("::".join((*inside, name)), line, "module", (name,), (*flags, "optional") if perhaps else flags)
    others = [Import(path, line, "module", (name, *inside), flags) for path in named[:1] or perhaps]
    return others if named else [usual, *others]


def module_here(raw: bytes, node: "Node", names: tuple[str, ...], test: bool) -> Import:
    """`mod x {}` leads to no other file, and paths lead through it: flagged `inline`."""
    return Import("::".join(names), node.start_point[0] + 1, "module", names[-1:], ("inline", *_seen(raw, node, test)))


def _seen(raw: bytes, node: "Node", test: bool) -> tuple[str, ...]:
    seen = next((_raw(raw, child) for child in node.children[:3] if child.type == "visibility_modifier"), "")
    flags = ("public",) if seen == "pub" else ("internal",) if seen and "self" not in seen else ()
    return (*flags, "test") if test else flags


def _raw(raw: bytes, node: "Node") -> str:
    return text(raw, node.start_byte, node.end_byte)
