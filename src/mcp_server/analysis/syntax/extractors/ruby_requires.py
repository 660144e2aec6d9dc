"""What Ruby files require, load and autoload, by literal paths or paths put together from the file's own folder."""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import owners
from plumbrule.mcp_server.analysis.syntax.extractors.outline import Scope, row, said
from plumbrule.mcp_server.analysis.syntax.extractors.ruby_calls import literal
from plumbrule.mcp_server.analysis.syntax.model import Import

if TYPE_CHECKING:
    from tree_sitter import Node

_HERE = re.compile(r"^File\.(?P<how>expand_path|join)\(\s*(?P<inner>.+?)\s*\)$", re.DOTALL)
_LITERAL = re.compile(r"^(['\"])([^'\"#]*)\1$")


def requires(raw: bytes, captures: dict[str, list["Node"]], functions: list[Scope]) -> list[Import]:
    """The imports in order of their places. `functions` are the scopes whose code runs later."""
    nodes = sorted(captures.get("require", ()), key=lambda node: node.start_byte)
    points = [node.start_byte for node in nodes]
    lazy = owners([(scope.start, scope.end) for scope in functions], points)
    survived = sorted(
        (holder.start_byte, node.start_byte)
        for node in captures.get("survived", ())
        if (holder := node.parent) is not None
    )
    optional = owners(survived, points)
    found: list[Import] = []
    for node, within, guarded in zip(nodes, lazy, optional, strict=True):
        word = said(raw, node.child_by_field_name("method") or node)
        listed = node.child_by_field_name("arguments")
        values = listed.named_children if listed is not None else []
        path = values[-1 if word == "autoload" else 0] if values else None
        target = path_literal(raw, path)
        if not target:
            continue
        flags = [
            flag for flag, set_ in (("lazy", within >= 0 or word == "autoload"), ("optional", guarded >= 0)) if set_
        ]
        if word == "require_relative":
            flags.append("relative")
        names = (said(raw, values[0]).lstrip(":"),) if word == "autoload" and len(values) > 1 else ()
        found.append(Import(target, row(node), "include" if word == "load" else "require", names, tuple(flags)))
    return found


def path_literal(raw: bytes, node: "Node | None") -> str:
    """The path of a require: as written, or `__dir__/...` where it starts at the file's folder; "" when computed."""
    if node is None:
        return ""
    if node.type == "string":
        return literal(raw, node) or ""
    shape = _HERE.match(said(raw, node)[:300]) if node.type == "call" else None
    if shape is None:
        return ""
    parts = [part.strip() for part in shape["inner"].split(",")]
    base = parts.pop() if shape["how"] == "expand_path" else parts.pop(0)
    written = [found[2] for part in parts if (found := _LITERAL.match(part)) is not None]
    if len(written) != len(parts) or not written:
        return ""
    path = "/".join(written)
    if base == "__FILE__":
        # The file itself counts as a folder there: the first step up only leaves it.
        return "__dir__/" + path.removeprefix("../") if path.startswith("../") else ""
    return "__dir__/" + path if base in ("__dir__", "File.dirname(__FILE__)") else ""
