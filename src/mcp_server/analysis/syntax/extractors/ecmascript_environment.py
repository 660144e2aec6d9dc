"""The environment variables that an ECMAScript file reads, by literal name."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import common, ecmascript_queries
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Tree

_QUERY = """
(member_expression object: (_) @object property: (property_identifier) @name
  (#any-of? @object "process.env" "import.meta.env" "Bun.env" "globalThis.process.env" "process?.env"))
(subscript_expression object: (_) @object index: (string) @name
  (#any-of? @object "process.env" "import.meta.env" "Bun.env" "globalThis.process.env" "process?.env"))
(variable_declarator name: (object_pattern) @pattern value: (_) @object
  (#any-of? @object "process.env" "import.meta.env" "Bun.env"))
(call_expression
  function: (member_expression object: (_) @object property: (property_identifier) @get)
  arguments: (arguments . (string) @name)
  (#eq? @object "Deno.env") (#eq? @get "get"))
"""
_DEFAULT = re.compile(rb"\s*\)?\s*(?:\|\||\?\?)\s*('[^'\n]*'|\"[^\"\n]*\"|`[^`$\n]*`|-?\d[\w.]*|true|false)")
_WRITTEN = re.compile(rb"\s*=(?![=>])")


def environment_of(raw: bytes, tree: "Tree") -> Iterator[Use]:
    """Reads of `process.env.X`, `import.meta.env.X`, `Deno.env.get("X")`; `detail` is a literal default behind it."""
    if b".env" not in raw:
        return
    captured = common.captures(ecmascript_queries.compiled(tree.language, _QUERY), tree)
    for node in captured.get("name", ()):
        text = node.text or b""
        name = text.decode("utf-8", "replace").strip("'\"")
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            continue
        end = node.end_byte + (0 if node.type == "property_identifier" else 1)
        if _WRITTEN.match(raw, end):
            continue
        default = _DEFAULT.match(raw, end, end + 300)
        shown = default.group(1).decode("utf-8", "replace").strip("'\"`") if default else ""
        yield Use("env", name, node.start_point.row + 1, "env.read", shown)
    for pattern in captured.get("pattern", ()):
        for member in pattern.named_children:
            key = member.child_by_field_name("key") or member.child_by_field_name("left") or member
            if key.type in ("property_identifier", "shorthand_property_identifier_pattern"):
                name = (key.text or b"").decode("utf-8", "replace")
                yield Use("env", name, key.start_point.row + 1, "env.read")
