"""Environment variables that Python reads through libraries: pydantic's settings classes, django-environ, decouple."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.python_calls import Call, literal
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_FIELDS = 1_000

_CLASS = re.compile(rb"(?m)^class[ \t]+(\w+)\(([^()\n]{0,300})\)")
_END = re.compile(rb"\n(?=[^\s#)\]}])")
_FIELD = re.compile(rb"(?m)^(?: {2}| {4}|\t)([A-Za-z]\w*)[ \t]*:[ \t]*([^\n=]*)(?:=[ \t]*([^\n]*))?")
_PREFIX = re.compile(rb"\benv_prefix[\"']?[ \t]*[=:][ \t]*[\"']([^\"'\n]*)[\"']")
_ALIAS = re.compile(rb"\b(?:env|alias|validation_alias)[ \t]*=[ \t]*(?:AliasChoices\()?[\"']([^\"'\n]+)[\"']")
_WORD = re.compile(rb"\w+")
_NAME = re.compile(r"[A-Za-z_]\w*")


def of_settings(raw: bytes, root: "Node") -> Iterator[Use]:
    """The variables behind the fields of pydantic's `BaseSettings` and of classes of the file that extend it: the
    field's name in capitals behind `env_prefix`, or its alias."""
    if b"BaseSettings" not in raw:
        return
    known = {b"BaseSettings": ""}
    left = MAX_FIELDS
    for found in _CLASS.finditer(raw):
        bases = [word for word in _WORD.findall(found[2]) if word in known]
        if not bases:
            continue
        ended = _END.search(raw, found.end())
        end = ended.start() if ended else len(raw)
        given = _PREFIX.search(raw, found.end(), end)
        prefix = known[found[1]] = given[1].decode("utf-8", "replace") if given else known[bases[0]]
        for field in _FIELD.finditer(raw, found.end(), end):
            left -= 1
            if left < 0:
                return
            yield from _variable(raw, root, field, prefix)


def _variable(raw: bytes, root: "Node", field: re.Match[bytes], prefix: str) -> Iterator[Use]:
    node = root.descendant_for_byte_range(*field.span(1))
    if node is None or node.type != "identifier" or field[1] == b"model_config" or b"ClassVar" in field[2]:
        return
    value = (field[3] or b"").strip()
    alias = _ALIAS.search(value) or _ALIAS.search(field[2])
    name = alias[1].decode("utf-8", "replace") if alias else prefix + field[1].decode()
    default = literal(value.decode("utf-8", "replace")) or ""
    if value.isdigit() or value in (b"True", b"False"):
        default = value.decode()
    yield Use("env", name.upper(), raw.count(b"\n", 0, field.start(1)) + 1, "env.read", default)


def _environ(call: Call) -> Iterator[Use]:
    """`env("X")` and `env.bool("X", default=True)` of django-environ and environs, `config("X")` of decouple."""
    root, _, kind = call.function.partition(".")
    if root not in ("env", "config") or "." in kind:
        return
    name = literal(call.positional[0]) if call.positional else None
    if name is None and not call.positional and kind in ("db", "db_url"):
        name = "DATABASE_URL"
    if name and _NAME.fullmatch(name):
        given = call.positional[1] if call.positional[1:] and kind else call.named.get("default", "")
        yield Use("env", name, call.line, "env.read", literal(given) or "")


_KINDS = ("str", "bool", "int", "float", "list", "tuple", "dict", "json", "url", "db", "db_url", "cache", "path")
RULES: dict[str, Callable[[Call], Iterator[Use]]] = dict.fromkeys(
    ("env", "config", *(kind for kind in _KINDS if kind not in ("url", "path"))), _environ
)
"""By the last name of what is called; `url` and `path` are Django's routes."""

_LIBRARIES = ((b"environ.Env", None), (b"environs", None), (b"decouple", None), (b"starlette.config", None))
NEEDS: dict[str, tuple[tuple[bytes, None], ...]] = dict.fromkeys(RULES, _LIBRARIES)
"""What must stand in a file too."""
