"""What Python code does at its edges: variables, ports, routes, commands, dangerous calls.

Only names that the file uses at all are looked for, and each place is confirmed in the syntax tree: text in strings
and comments is never counted. What follows a call is read from its argument list by position and by name.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.mcp_server.analysis.syntax.extractors.assigned import assigned
from plumbrule.mcp_server.analysis.syntax.extractors.common import folded, text
from plumbrule.mcp_server.analysis.syntax.extractors.python_dangers import DANGERS, debug
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_PLACES = 2_000
"""Calls that are looked at in one file; more are a table of data."""

_LITERAL = re.compile(r"(?i)\A[ru]*(?P<quote>\"\"\"|'''|\"|')(?P<inner>.*)(?P=quote)\Z", re.DOTALL)
_ROUTER = re.compile(rb"(?m)^([A-Za-z_]\w*)[ \t]*(?::[^=\n]{1,60})?=[ \t]*[\w.]*(?:Router|Blueprint)\(([^()]{0,600})")
_PREFIX = re.compile(rb"\b(?:url_)?prefix[ \t]*=[ \t]*[\"'](/[^\"'{}\n]*)[\"']")
_METHODS = ("get", "post", "put", "delete", "patch", "head", "options")
_PASSWORD = re.compile(r"(?i)passw|secret|token|signature|credential")
_SQL = re.compile(
    r"(?i)\A[rubf]*['\"]+\s*(?:select\s.+\sfrom|insert\s+into|update\s.+\sset|delete\s+from)\b", re.DOTALL
)


class _Call(NamedTuple):
    """One call: the function as written, and its arguments as written."""

    function: str
    line: int
    positional: tuple[str, ...]
    named: Mapping[str, str]
    whole: str
    decorated: str
    """Name of the function that this call decorates, "" when it is no decorator."""


def uses_of(raw: bytes, root: "Node", refs: Mapping[str, int]) -> list[Use]:
    """Everything found, in the order of the lines."""
    found: list[Use] = []
    prefixes = _prefixes(raw)
    for name, start in _places(raw, sorted(_RULES.keys() & refs.keys())):
        node = root.descendant_for_byte_range(start, start + len(name))
        if node is None or node.type != "identifier":
            continue
        if name == "environ":
            found += _environment(raw, node)
            continue
        call = _call_at(raw, node)
        if call is not None:
            uses = _RULES[name](call)
            found += (_below(prefixes, call, use) for use in uses) if prefixes and call.decorated else uses
    return sorted(set(found), key=lambda use: (use.line, use.kind, use.value, use.rule, use.detail))


def _prefixes(raw: bytes) -> dict[str, str]:
    """The literal prefixes of this file's routers (FastAPI `prefix=`, Flask `url_prefix=`), by the router's name."""
    if b"prefix" not in raw or (b"Router(" not in raw and b"Blueprint(" not in raw):
        return {}
    found: dict[str, str] = {}
    for router in _ROUTER.finditer(raw):
        prefix = _PREFIX.search(router[2])
        if prefix is not None:
            found[router[1].decode()] = prefix[1].decode("utf-8", "replace").rstrip("/")
    return found


def _below(prefixes: Mapping[str, str], call: _Call, use: Use) -> Use:
    prefix = prefixes.get(call.function.rpartition(".")[0])
    if not prefix or use.kind != "route":
        return use
    bare = bool(call.positional) and _literal(call.positional[0]) == ""
    return use._replace(value=prefix if bare else prefix + use.value)


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
    value = _literal(text(raw, keys[0].start_byte, keys[0].end_byte)) if keys else None
    if value:
        yield Use("env", value, holder.start_point[0] + 1, "env.read")


def _call_at(raw: bytes, node: "Node") -> _Call | None:
    """The call whose function ends with the identifier `node`."""
    function = node
    parent = node.parent
    if parent is not None and parent.type == "attribute" and parent.child_by_field_name("attribute") == node:
        function, parent = parent, parent.parent
    if parent is None or parent.type != "call" or parent.child_by_field_name("function") != function:
        return None
    arguments = parent.child_by_field_name("arguments")
    if arguments is None or arguments.type != "argument_list":
        return None
    positional: list[str] = []
    named: dict[str, str] = {}
    for child in arguments.named_children:
        if child.type == "keyword_argument":
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is not None and value is not None:
                named[text(raw, name.start_byte, name.end_byte)] = folded(raw, value.start_byte, value.end_byte)
        elif child.type != "comment":
            child = (assigned(child) or child) if node.text == b"execute" and not positional else child
            positional.append(folded(raw, child.start_byte, child.end_byte))
    return _Call(
        folded(raw, function.start_byte, function.end_byte),
        parent.start_point[0] + 1,
        tuple(positional),
        named,
        folded(raw, parent.start_byte, parent.end_byte, 120),
        _decorated(raw, parent),
    )


def _decorated(raw: bytes, call: "Node") -> str:
    decorator = call.parent
    if decorator is None or decorator.type != "decorator" or decorator.parent is None:
        return ""
    definition = decorator.parent.child_by_field_name("definition")
    name = definition.child_by_field_name("name") if definition is not None else None
    return text(raw, name.start_byte, name.end_byte) if name is not None else ""


def _literal(source: str) -> str | None:
    """The value of a plain string literal; None for everything that is put together at run time."""
    match = _LITERAL.match(source)
    return match["inner"] if match and match["quote"] not in match["inner"] else None


def _is_literal(source: str) -> bool:
    if source.startswith(("[", "(")):
        return re.search(r"[a-zA-Z_]\w*\s*[,\])]", source) is None
    return _literal(source) is not None


# Variables, ports, routes, commands


def _getenv(call: _Call) -> Iterator[Use]:
    if call.function not in ("getenv", "os.getenv"):
        return
    name = _literal(call.positional[0]) if call.positional else None
    if name:
        default = call.positional[1] if len(call.positional) > 1 else call.named.get("default", "")
        yield Use("env", name, call.line, "env.read", _literal(default) or "")


def _get(call: _Call) -> Iterator[Use]:
    if call.function.endswith("environ.get"):
        name = _literal(call.positional[0]) if call.positional else None
        if name:
            yield Use(
                "env", name, call.line, "env.read", _literal(call.positional[1]) or "" if call.positional[1:] else ""
            )
    elif call.decorated:
        yield from _verb(call)


def _verb(call: _Call) -> Iterator[Use]:
    """`@router.get("/x")`, as FastAPI, Flask 2, Sanic and others write it."""
    holder, _, verb = call.function.rpartition(".")
    path = _literal(call.positional[0] if call.positional else call.named.get("path", ""))
    if call.decorated and holder and path is not None and (path.startswith("/") or not path):
        yield Use("route", path or "/", call.line, "route.decorator", verb.upper())


def _route(call: _Call) -> Iterator[Use]:
    path = (
        _literal(call.positional[0])
        if call.positional
        else _literal(call.named.get("rule", call.named.get("path", "")))
    )
    if path is None or not path.startswith("/") or not (call.decorated or call.function == "Route"):
        return
    methods = re.findall(r"['\"](\w+)['\"]", call.named.get("methods", ""))
    for method in methods or [""]:
        yield Use("route", path, call.line, "route.decorator", method.upper())


def _add_route(call: _Call) -> Iterator[Use]:
    """`add_url_rule("/x")`, `add_api_route("/x")`, aiohttp's `add_get("/x")`."""
    path = next((value for value in map(_literal, call.positional[:2]) if value and value.startswith("/")), None)
    if path is not None:
        verb = call.function.rpartition("add_")[2].upper()
        yield Use("route", path, call.line, "route.call", verb if verb.lower() in _METHODS else "")


def _path(call: _Call) -> Iterator[Use]:
    """Django's `path("x/", view)`, `re_path`, `url`: a pattern and then something to call."""
    value = _literal(call.positional[0]) if call.positional else None
    if value is None or len(call.positional) < 2 or call.function not in ("path", "re_path", "url"):
        return
    if not call.positional[1].startswith(("include", '"', "'")):
        yield Use("route", f"/{value.lstrip('^')}", call.line, "route.django")


def _port(call: _Call) -> Iterator[Use]:
    port = call.named.get("port", "")
    if call.function.endswith("listen") and call.positional:
        port = call.positional[0]
    if port.isdigit() and 0 < int(port) < 65536:
        yield Use("port", port, call.line, "port.listen")


def _run(call: _Call) -> Iterator[Use]:
    yield from _port(call)
    yield from _shell(call)
    yield from debug(call)


def _command(call: _Call) -> Iterator[Use]:
    if call.function.endswith("add_parser"):
        name = _literal(call.positional[0]) if call.positional else None
        if name:
            yield Use("command", name, call.line, "command.argparse")
    elif call.decorated:
        given = call.positional[0] if call.positional else call.named.get("name", "")
        name = _literal(given) or ("" if given else call.decorated.lower().replace("_", "-"))
        for ending in ("-command", "-cmd", "-group"):  # click 8.2 takes these away
            name = name if given else name.removesuffix(ending)
        if name:
            yield Use("command", name, call.line, "command.click")


# What a reviewer would stop at


def _danger(call: _Call, rule: str) -> Use:
    return Use("danger", call.whole, call.line, rule)


def _shell(call: _Call) -> Iterator[Use]:
    """A shell with words that are put together at run time."""
    if call.named.get("shell") == "True" and call.positional and not _is_literal(call.positional[0]):
        yield _danger(call, "danger.shell")


def _system(call: _Call) -> Iterator[Use]:
    known = call.function in ("os.system", "os.popen", "system", "popen", "commands.getoutput", "subprocess.getoutput")
    if known and call.positional and not _is_literal(call.positional[0]):
        yield _danger(call, "danger.shell")


def _eval(call: _Call) -> Iterator[Use]:
    known = call.function in ("eval", "exec", "builtins.eval", "builtins.exec")
    if known and call.positional and not _is_literal(call.positional[0]):
        yield _danger(call, "danger.eval" if call.function.endswith("eval") else "danger.exec")


def _request(call: _Call) -> Iterator[Use]:
    if call.named.get("verify") == "False":
        yield _danger(call, "danger.tls-off")


def _verb_or_request(call: _Call) -> Iterator[Use]:
    yield from _verb(call)
    yield from _request(call)


def _get_or_request(call: _Call) -> Iterator[Use]:
    yield from _get(call)
    yield from _request(call)


def _hash(call: _Call) -> Iterator[Use]:
    if call.positional and _PASSWORD.search(call.positional[0]) and call.function.startswith("hashlib."):
        yield _danger(call, "danger.weak-hash")


def _execute(call: _Call) -> Iterator[Use]:
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


def _nothing(_: _Call) -> Iterator[Use]:
    yield from ()


_RULES: dict[str, Callable[[_Call], Iterator[Use]]] = {
    "environ": _nothing,
    "getenv": _getenv,
    "get": _get_or_request,
    **dict.fromkeys(("post", "put", "delete", "patch", "head", "options", "websocket"), _verb_or_request),
    **dict.fromkeys(("request", "Client", "AsyncClient"), _request),
    **dict.fromkeys(("route", "Route", "api_route"), _route),
    **dict.fromkeys(("add_url_rule", "add_api_route", "add_route", "add_get", "add_post", "add_put"), _add_route),
    **dict.fromkeys(("path", "re_path", "url"), _path),
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
)
_NEEDS: dict[str, _Needs] = {
    **dict.fromkeys(("get", "post", "put", "delete", "patch", "head", "options", "websocket"), _WEB),
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
    **dict.fromkeys(("path", "re_path", "url"), ((b"django", None), (b"urlpatterns", None))),
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
