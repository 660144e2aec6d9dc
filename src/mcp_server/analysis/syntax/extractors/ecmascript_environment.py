"""The environment variables that an ECMAScript file reads, by literal name.

`process.env.X` and its kin, destructured or under another name; the keys of a schema that the environment is held
against (`ecmascript_env_schemas`); and what frameworks hand on (`$env/static/private`, Nest's `ConfigService`).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import common, ecmascript_queries
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_calls import Calls
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_env_schemas import of_schemas
from plumbrule.mcp_server.analysis.syntax.model import Import, Use

if TYPE_CHECKING:
    from tree_sitter import Tree

_QUERY = """
(member_expression object: (_) @object property: (property_identifier) @name
  (#any-of? @object "process.env" "import.meta.env" "Bun.env" "globalThis.process.env" "process?.env"))
(subscript_expression object: (_) @object index: [(string) (template_string)] @name
  (#any-of? @object "process.env" "import.meta.env" "Bun.env" "globalThis.process.env" "process?.env"))
(variable_declarator name: (object_pattern) @pattern value: (_) @object
  (#any-of? @object "process.env" "import.meta.env" "Bun.env" "env"))
(call_expression
  function: (member_expression object: (_) @object property: (property_identifier) @get)
  arguments: (arguments . [(string) (template_string)] @name)
  (#eq? @object "Deno.env") (#any-of? @get "get" "has"))
(binary_expression left: (string) @name operator: "in" right: (_) @object
  (#any-of? @object "process.env" "import.meta.env"))
"""
_DEFAULT = re.compile(rb"\s*\)?\s*(?:\|\||\?\?)\s*('[^'\n]*'|\"[^\"\n]*\"|`[^`$\n]*`|-?\d[\w.]*|true|false)")
_WRITTEN = re.compile(rb"\s*=(?![=>])")
_DELETED = re.compile(rb"\bdelete\s{1,9}(?:globalThis\.)?(?:process|import\.meta|Bun)\.env(?:\.|\[\s{0,9}['\"`]?)$")
_ALIAS = re.compile(
    rb"(?<![\w$.])(?:const|let|var)\s{1,9}([A-Za-z_$][\w$]{0,40})\s{0,9}(?::[^=;\n]{1,80})?=\s{0,9}"
    rb"(?:(?:globalThis\.)?process\.env|import\.meta\.env|Bun\.env|loadEnv\s{0,9}\([^()\n]{0,200}(?:\([^()\n]{0,40}\)[^()\n]{0,40})?\))"
    rb"(?![\w$.\[(])"
)
_SVELTE = ("$env/static/private", "$env/static/public", "astro:env/server", "astro:env/client")
_NEST = re.compile(
    rb"[cC]onfig(?:Service)?\s{0,9}[!?]?\.\s{0,9}(?:get|getOrThrow)\s{0,9}(?:<[^<>()\n]{0,60}>)?\(\s{0,20}['\"]([A-Z][A-Z0-9_]{1,80})['\"]"
)
_NAME = re.compile(r"[A-Za-z_]\w*")


def environment_of(raw: bytes, tree: "Tree", file: Callable[[], Calls], imports: Sequence[Import]) -> Iterator[Use]:
    """Each read with its line; `detail` is a literal default behind it."""
    for one in imports:
        if one.target in _SVELTE:
            yield from (Use("env", name, one.line, "env.read") for name in one.names if _NAME.fullmatch(name))
    if b"ConfigService" in raw:
        for found in _NEST.finditer(raw):
            yield Use("env", found[1].decode(), raw.count(b"\n", 0, found.start(1)) + 1, "env.read")
    if b"createEnv" in raw or b"process.env" in raw or b"env-var" in raw or b"convict" in raw:
        yield from of_schemas(raw, file, imports)
    aliases = {found[1] for found in _ALIAS.finditer(raw)} if b".env" in raw or b"loadEnv" in raw else set[bytes]()
    if any(one.target.startswith("$env/dynamic/") for one in imports):
        aliases.add(b"env")
    if aliases:
        yield from _under(raw, aliases)
    if b".env" in raw:
        yield from _direct(raw, tree, aliases)


def _direct(raw: bytes, tree: "Tree", aliases: set[bytes]) -> Iterator[Use]:
    captured = common.captures(ecmascript_queries.compiled(tree.language, _QUERY), tree)
    for node in captured.get("name", ()):
        text = node.text or b""
        name = text.decode("utf-8", "replace").strip("'\"`")
        if not _NAME.fullmatch(name):
            continue
        end = node.end_byte + (0 if node.type == "property_identifier" else 1)
        if _WRITTEN.match(raw, end) or _DELETED.search(raw, max(0, node.start_byte - 80), node.start_byte):
            continue
        yield Use("env", name, node.start_point.row + 1, "env.read", _default(raw, end))
    for pattern in captured.get("pattern", ()):
        if b"env" not in aliases and _is_of_other(raw, pattern.end_byte):
            continue
        for member in pattern.named_children:
            key = member.child_by_field_name("key") or member.child_by_field_name("left") or member
            if key.type in ("property_identifier", "shorthand_property_identifier_pattern"):
                name = (key.text or b"").decode("utf-8", "replace")
                yield Use("env", name, key.start_point.row + 1, "env.read")


def _is_of_other(raw: bytes, at: int) -> bool:
    """Whether a pattern takes from a plain `env`, which is the environment only where the file says so."""
    return bool(re.compile(rb"\s{0,9}(?::[^=]{1,80})?=\s{0,9}env\b").match(raw, at))


def _under(raw: bytes, aliases: set[bytes]) -> Iterator[Use]:
    """`env.X` after `const env = process.env`; only names in capitals, as the alias may be hidden by another name."""
    names = b"|".join(re.escape(one) for one in sorted(aliases)[:20])
    for found in re.finditer(
        rb"(?<![\w$.])(?:" + names + rb")\s{0,9}\??\.\s{0,9}([A-Z][A-Z0-9_]{0,80})(?![\w$(])", raw
    ):
        if not _WRITTEN.match(raw, found.end()):
            line = raw.count(b"\n", 0, found.start(1)) + 1
            yield Use("env", found[1].decode(), line, "env.read", _default(raw, found.end()))


def _default(raw: bytes, end: int) -> str:
    default = _DEFAULT.match(raw, end, end + 300)
    return default.group(1).decode("utf-8", "replace").strip("'\"`") if default else ""
