"""Environment variables that a schema names: zod, Joi, yup and valibot over `process.env`, envalid, t3-env, env-var.

The keys of the object that the environment is held against are what the program reads.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import ecmascript_calls as calls
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_calls import Call, Calls
from plumbrule.mcp_server.analysis.syntax.model import Import, Use

if TYPE_CHECKING:
    from tree_sitter import Node

_ENVIRONMENTS = frozenset(("process.env", "import.meta.env", "Bun.env", "Deno.env.toObject()"))
_CHECKING = frozenset(
    ("parse", "safeParse", "parseAsync", "safeParseAsync", "validate", "validateSync", "cast", "attempt")
)
_OBJECTS = frozenset(("object", "strictObject", "looseObject", "keys", "extend", "merge"))
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_WORDS = re.compile(
    rb"\(\s{0,20}(?:process|import\.meta|Bun)\.env\s{0,20}[,)]|,\s{0,20}process\.env\s{0,20}[,)]|\bcreateEnv\b|env-var|['\"]convict['\"]"
)
_DEFAULT = re.compile(
    r"\.(?:default|catch)\(\s*('[^'\n]{0,100}'|\"[^\"\n]{0,100}\"|`[^`$\n]{0,100}`|-?\d[\w.]{0,30}|true|false)\s*\)|"
    r"\b(?:default|devDefault)\s*:\s*('[^'\n]{0,100}'|\"[^\"\n]{0,100}\"|-?\d[\w.]{0,30}|true|false)"
)


def of_schemas(raw: bytes, file: Callable[[], Calls], imports: Sequence[Import]) -> Iterator[Use]:
    """Each variable that a schema of the file names, with the line of its key."""
    if not _WORDS.search(raw):
        return
    found = file()
    packages = {one.target for one in imports}
    for call in found.found:
        environment = next((one for one in call.arguments if calls.said(one) in _ENVIRONMENTS), None)
        if call.method == "createEnv" and call.arguments:
            for part in ("server", "client", "shared"):
                group = calls.member(call.arguments[0], part)
                yield from _keys(group, found.values)
        elif environment is not None and call.method in ("cleanEnv", "envsafe", "parseEnv"):
            yield from _keys(next((one for one in call.arguments if one is not environment), None), found.values)
        elif environment is not None and call.method in _CHECKING:
            yield from _of_checked(call, environment, found)
        elif "env-var" in packages and call.method == "get" and len(call.arguments) in (1, 2):
            name = calls.literal(call.arguments[0]) or ""
            if _NAME.fullmatch(name) and call.root in ("env", "envVar", "env_var"):
                yield Use("env", name, call.node.start_point.row + 1, "env.read")
        elif "convict" in packages and call.method == "convict" and call.arguments:
            yield from _of_convict(call.arguments[0])


def _of_checked(call: Call, environment: "Node", found: Calls) -> "Iterator[Use]":
    """`z.object({…}).parse(process.env)`, `schema.safeParse(process.env)`, `v.parse(schema, process.env)`."""
    links = list(call.links)
    value = found.values.get(call.root)
    other = next((one for one in call.arguments if one.start_byte != environment.start_byte), None)
    for one in (value, found.values.get(calls.said(other)) if other is not None else None, other):
        links += _links(one)
    for name, node in links[: calls.MAX_CHAIN]:
        if name in _OBJECTS:
            yield from _keys(next(iter(calls.arguments_of(node)), None), found.values)


def _links(node: "Node | None") -> "list[tuple[str, Node]]":
    """The calls of a chain of methods, the last one first."""
    found: list[tuple[str, Node]] = []
    for _ in range(calls.MAX_CHAIN):
        if node is None or node.type != "call_expression":
            break
        function = node.child_by_field_name("function")
        if function is None or function.type != "member_expression":
            found.append((calls.said(function), node))
            break
        found.append((calls.said(function.child_by_field_name("property")), node))
        node = function.child_by_field_name("object")
    return found


def _keys(node: "Node | None", values: "dict[str, Node]") -> Iterator[Use]:
    if node is not None and node.type == "identifier":
        node = values.get(calls.said(node))
    for name, value in calls.pairs(node) if node is not None else ():
        if _NAME.fullmatch(name):
            at = value.start_point.row + 1
            default = _DEFAULT.search(calls.said(value)[:1_000])
            shown = (default[1] or default[2]).strip("'\"`") if default else ""
            yield Use("env", name, at, "env.read", shown)


def _of_convict(schema: "Node") -> Iterator[Use]:
    """`{ port: { default: 1, env: "PORT" } }`, groups in groups."""
    waiting = [(schema, 0)]
    while waiting:
        node, depth = waiting.pop()
        for key, value in calls.pairs(node):
            name = calls.literal(value) if key == "env" else None
            if name and _NAME.fullmatch(name):
                yield Use("env", name, value.start_point.row + 1, "env.read")
            elif value.type == "object" and depth < calls.MAX_STEPS:
                waiting.append((value, depth + 1))
