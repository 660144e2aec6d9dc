"""What Python code does at its edges: variables, ports, routes, commands, dangerous calls.

Only names that the file uses at all are looked for, and each place is confirmed in the syntax tree: text in strings
and comments is never counted. What follows a call is read from its argument list by position and by name.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import text
from plumbrule.mcp_server.analysis.syntax.extractors.python_calls import Call, call_at, is_literal, literal
from plumbrule.mcp_server.analysis.syntax.extractors.python_dangers import DANGERS, debug
from plumbrule.mcp_server.analysis.syntax.extractors.python_routes import NEEDS as ROUTE_NEEDS
from plumbrule.mcp_server.analysis.syntax.extractors.python_routes import RULES as ROUTES
from plumbrule.mcp_server.analysis.syntax.extractors.python_routes import (
    below,
    mounts_resolved,
    of_tornado,
    prefixes,
    verb,
)
from plumbrule.mcp_server.analysis.syntax.extractors.python_settings import NEEDS as SETTING_NEEDS
from plumbrule.mcp_server.analysis.syntax.extractors.python_settings import RULES as SETTINGS
from plumbrule.mcp_server.analysis.syntax.extractors.python_settings import of_settings
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_PLACES = 2_000
"""Calls that are looked at in one file; more are a table of data."""

_PASSWORD = re.compile(r"(?i)passw|secret|token|signature|credential")
_SQL = re.compile(
    r"(?i)\A[rubf]*['\"]+\s*(?:select\s.+\sfrom|insert\s+into|update\s.+\sset|delete\s+from)\b", re.DOTALL
)


def uses_of(raw: bytes, root: "Node", refs: Mapping[str, int]) -> list[Use]:
    """Everything found, in the order of the lines."""
    found: list[Use] = []
    known = prefixes(raw)
    for name, start in _places(raw, sorted(_RULES.keys() & refs.keys())):
        node = root.descendant_for_byte_range(start, start + len(name))
        if node is None or node.type != "identifier":
            continue
        if name == "environ":
            found += _environment(raw, node)
            continue
        call = call_at(raw, node)
        if call is not None:
            uses = _RULES[name](call)
            found += (below(known, use) for use in uses) if known else uses
    found += of_tornado(raw, root)
    found += of_settings(raw, root)
    return sorted(
        set(mounts_resolved(raw, found)), key=lambda use: (use.line, use.kind, use.value, use.rule, use.detail)
    )


def _places(raw: bytes, names: list[str]) -> Iterator[tuple[str, int]]:
    """Where a name is called or indexed. Plain searches: a pattern of all names would read 18 MB for half a second."""
    places = 0
    held: dict[_Needs, bool] = {}
    for name in names:
        needs = _NEEDS.get(name)
        if needs is not None:
            if needs not in held:
                held[needs] = _holds_one(raw, needs)
            if not held[needs]:
                continue
        word = name.encode() + (b"[" if name == "environ" else b"(")
        at = raw.find(word)
        while at >= 0 and places < MAX_PLACES:
            if not (raw[at - 1 : at].isalnum() or raw[at - 1 : at] == b"_"):
                places += 1
                yield name, at
            at = raw.find(word, at + len(word))


def _holds_one(raw: bytes, needs: "_Needs") -> bool:
    return any(word in raw and (pattern is None or pattern.search(raw) is not None) for word, pattern in needs)


def _environment(raw: bytes, node: "Node") -> Iterator[Use]:
    """`os.environ["X"]` that is read, `os.environ.get` is a call of `get`."""
    holder = node.parent
    if holder is not None and holder.type == "attribute":
        holder = holder.parent
    if holder is None or holder.type != "subscript":
        return
    outer = holder.parent
    if outer is not None and outer.type == "assignment" and outer.child_by_field_name("left") == holder:
        return
    keys = holder.children_by_field_name("subscript")
    value = literal(text(raw, keys[0].start_byte, keys[0].end_byte)) if keys else None
    if value:
        yield Use("env", value, holder.start_point[0] + 1, "env.read")


# Variables, ports, routes, commands


def _getenv(call: Call) -> Iterator[Use]:
    if call.function not in ("getenv", "os.getenv"):
        return
    name = literal(call.positional[0]) if call.positional else None
    if name:
        default = call.positional[1] if len(call.positional) > 1 else call.named.get("default", "")
        yield Use("env", name, call.line, "env.read", literal(default) or "")


def _get(call: Call) -> Iterator[Use]:
    if call.function.endswith("environ.get"):
        name = literal(call.positional[0]) if call.positional else None
        if name:
            yield Use(
                "env", name, call.line, "env.read", literal(call.positional[1]) or "" if call.positional[1:] else ""
            )
    else:
        yield from verb(call)


def _port(call: Call) -> Iterator[Use]:
    port = call.named.get("port", "")
    if call.function.endswith("listen") and call.positional:
        port = call.positional[0]
    if port.isdigit() and 0 < int(port) < 65536:
        yield Use("port", port, call.line, "port.listen")


def _run(call: Call) -> Iterator[Use]:
    yield from _port(call)
    yield from _shell(call)
    yield from debug(call)


def _command(call: Call) -> Iterator[Use]:
    if call.function.endswith("add_parser"):
        name = literal(call.positional[0]) if call.positional else None
        if name:
            yield Use("command", name, call.line, "command.argparse")
    elif call.decorated:
        given = call.positional[0] if call.positional else call.named.get("name", "")
        name = literal(given) or ("" if given else call.decorated.lower().replace("_", "-"))
        for ending in ("-command", "-cmd", "-group"):  # click 8.2 takes these away
            name = name if given else name.removesuffix(ending)
        if name:
            yield Use("command", name, call.line, "command.click")


# What a reviewer would stop at


def _danger(call: Call, rule: str) -> Use:
    return Use("danger", call.whole, call.line, rule)


def _shell(call: Call) -> Iterator[Use]:
    """A shell with words that are put together at run time."""
    if call.named.get("shell") == "True" and call.positional and not is_literal(call.positional[0]):
        yield _danger(call, "danger.shell")


def _system(call: Call) -> Iterator[Use]:
    known = call.function in ("os.system", "os.popen", "system", "popen", "commands.getoutput", "subprocess.getoutput")
    if known and call.positional and not is_literal(call.positional[0]):
        yield _danger(call, "danger.shell")


def _eval(call: Call) -> Iterator[Use]:
    known = call.function in ("eval", "exec", "builtins.eval", "builtins.exec")
    if known and call.positional and not is_literal(call.positional[0]):
        yield _danger(call, "danger.eval" if call.function.endswith("eval") else "danger.exec")


def _request(call: Call) -> Iterator[Use]:
    if call.named.get("verify") == "False":
        yield _danger(call, "danger.tls-off")


def _verb_or_request(call: Call) -> Iterator[Use]:
    yield from verb(call)
    yield from _request(call)


def _get_or_request(call: Call) -> Iterator[Use]:
    yield from _get(call)
    yield from _request(call)


def _hash(call: Call) -> Iterator[Use]:
    if call.positional and _PASSWORD.search(call.positional[0]) and call.function.startswith("hashlib."):
        yield _danger(call, "danger.weak-hash")


def _execute(call: Call) -> Iterator[Use]:
    """SQL put together from parts: an f-string with holes, `%`, `+` or `.format` on a statement."""
    if not call.positional:
        return
    statement = call.positional[0]
    built = (
        (re.match(r"(?i)[rub]*f", statement) and "{" in statement)
        or re.search(r"['\"]\s*(?:%|\+)\s*[\w(]", statement)
        or re.search(r"['\"]\.format\(", statement)
    )
    if built and _SQL.match(statement):
        yield _danger(call, "danger.sql")


def _nothing(_: Call) -> Iterator[Use]:
    yield from ()


_RULES: dict[str, Callable[[Call], Iterator[Use]]] = {
    "environ": _nothing,
    "getenv": _getenv,
    "get": _get_or_request,
    **dict.fromkeys(("post", "put", "delete", "patch", "head", "options", "websocket", "view"), _verb_or_request),
    **dict.fromkeys(("request", "Client", "AsyncClient"), _request),
    **ROUTES,
    **SETTINGS,
    **dict.fromkeys(("listen", "serve", "run_app", "create_server", "start_server"), _port),
    "run": _run,
    **dict.fromkeys(("command", "group", "add_parser"), _command),
    **dict.fromkeys(("Popen", "call", "check_call", "check_output"), _shell),
    **dict.fromkeys(("system", "popen", "getoutput"), _system),
    **dict.fromkeys(("eval", "exec"), _eval),
    **DANGERS,
    **dict.fromkeys(("md5", "sha1"), _hash),
    **dict.fromkeys(("execute", "executemany", "raw"), _execute),
}
"""By the last name of what is called."""

_Needs = tuple[tuple[bytes, re.Pattern[bytes] | None], ...]
"""One of the words, where a pattern follows also that. Single words are found ten times as fast as alternatives."""

_WEB: _Needs = (
    (b"environ", None),
    (b"verify", re.compile(rb"verify\s*=\s*False")),
    (b"@", re.compile(rb"@[\w.]+\.(?:get|post|put|delete|patch|head|options|websocket)\(")),
    *((word, None) for word in (b"aiohttp", b"bottle", b"litestar", b"starlite")),
)
_NEEDS: dict[str, _Needs] = {
    **dict.fromkeys(("get", "post", "put", "delete", "patch", "head", "options", "websocket", "view"), _WEB),
    **dict.fromkeys(("request", "Client", "AsyncClient"), _WEB),
    **dict.fromkeys(
        ("load", "loads", "load_all"),
        tuple(
            (word, None)
            for word in (
                b"pickle",
                b"marshal",
                b"shelve",
                b"dill",
                b"joblib",
                b"yaml",
                b"allow_pickle",
                b"weights_only",
            )
        ),
    ),
    **ROUTE_NEEDS,
    **SETTING_NEEDS,
    **dict.fromkeys(("md5", "sha1"), ((b"hashlib", None),)),
    **dict.fromkeys(
        ("call", "run", "Popen", "check_call", "check_output"),
        (
            (b"shell", re.compile(rb"shell\s*=")),
            (b"port", re.compile(rb"port\s*=")),
            (b"debug", re.compile(rb"debug\s*=\s*True")),
        ),
    ),
    "decode": ((b"jsonpickle", None),),
    **dict.fromkeys(("command", "group"), ((b"@", re.compile(rb"@[\w.]+\.(?:command|group)\(")),)),
}
"""What must stand in a file too before calls of an everyday name are looked at one by one."""
