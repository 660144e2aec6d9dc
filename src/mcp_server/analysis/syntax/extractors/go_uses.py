"""What Go code does that a reader wants to know of: variables read, ports, routes, commands, dangerous calls.

Frameworks are told apart by the file's imports. Documented at: pkg.go.dev for net/http, gin, echo, chi, fiber, cobra.
"""

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.mcp_server.analysis.syntax.extractors.assigned import assigned
from plumbrule.mcp_server.analysis.syntax.extractors.common import text, unquoted
from plumbrule.mcp_server.analysis.syntax.extractors.finding import (
    METHODS,
    SECRETIVE,
    SHELL,
    SHELL_FLAGS,
    SQL,
    Finder,
    arguments_of,
)
from plumbrule.mcp_server.analysis.syntax.extractors.lexical import hits
from plumbrule.mcp_server.analysis.syntax.model import Import, Use

if TYPE_CHECKING:
    from tree_sitter import Node

_TITLED = {method.title(): method for method in METHODS}
_ANY = frozenset(("Any", "All"))
ROUTERS = (
    ("github.com/gin-gonic/gin", "gin"),
    ("github.com/labstack/echo", "echo"),
    ("github.com/go-chi/chi", "chi"),
    ("github.com/gofiber/fiber", "fiber"),
    ("github.com/gorilla/mux", "gorilla-mux"),
    ("github.com/julienschmidt/httprouter", "httprouter"),
    ("net/http", "net-http"),
)
_QUERIES = frozenset(
    (
        "Query",
        "QueryRow",
        "Exec",
        "QueryContext",
        "QueryRowContext",
        "ExecContext",
        "Queryx",
        "QueryRowx",
        "Prepare",
        "Raw",
    )
)
_LISTENERS = frozenset(("ListenAndServe", "ListenAndServeTLS", "Run", "RunTLS", "Start", "StartTLS", "Listen"))
_ENV_OWNERS = frozenset(("os", "syscall"))
_WORDS = frozenset(
    word.encode()
    for word in (
        *("Getenv", "LookupEnv", "Command", "CommandContext", "InsecureSkipVerify", "Sprintf", "HTML", "Sum", "Use"),
        *("Handle", "HandleFunc", "Handler", "Group", "Route", "Addr", "Name"),
        *("PathPrefix", "Method", "EnvVars"),
        *METHODS,
        *_TITLED,
        *_ANY,
        *_LISTENERS,
        *_QUERIES,
    )
)


_MOUNTED = re.compile(rb"\.Mount\(\s*\"(/[^\"\n]{0,200})\"\s*,\s*(?:\w+\.)?([A-Za-z_]\w*)(\()?")
_ENV_TAGS = (
    "github.com/caarlos0/env",
    "github.com/kelseyhightower/envconfig",
    "github.com/sethvargo/go-envconfig",
    "github.com/ilyakaznacheev/cleanenv",
    "github.com/Netflix/go-env",
)
_TAG = re.compile(rb"`[^`\n]{0,200}?\benv(?:config)?:\"([A-Z][A-Z0-9_]*)")


class _Call(NamedTuple):
    """`receiver` is what stands before the last dot, as written."""

    receiver: str
    word: str
    arguments: "list[Node]"
    node: "Node"


class _Uses(Finder):
    __slots__ = ("imported", "mounted", "prefixes", "regions", "router")

    def __init__(self, raw: bytes, imports: list[Import]) -> None:
        super().__init__(raw)
        self.imported = {one.target for one in imports}
        self.router = next((name for path, name in ROUTERS if self.imports(path)), "")
        self.prefixes: dict[str, str] = {}
        self.regions: list[tuple[int, int, str]] = []
        self.mounted: dict[str, str] = {}
        """The prefixes of routers that a function of this file makes."""
        for found in _MOUNTED.finditer(raw) if self.router == "chi" else ():
            known = self.mounted if found[3] else self.prefixes
            known[found[2].decode()] = found[1].decode("utf-8", "replace").rstrip("/")

    def imports(self, path: str) -> bool:
        return any(one == path or one.startswith(path + "/") for one in self.imported)

    def literal(self, node: "Node | None") -> str | None:
        """The value of a string literal; None for anything else."""
        if node is None:
            return None
        if node.type == "interpreted_string_literal":
            return unquoted(self.text(node))
        return self.text(node)[1:-1] if node.type == "raw_string_literal" else None


def uses_of(raw: bytes, root: "Node", counted: Counter[bytes], imports: list[Import]) -> list[Use]:
    """The uses of one file, in the order of their lines."""
    uses = _Uses(raw, imports)
    for word, chain in hits(raw, root, counted, _WORDS):
        call = _call(uses, word, chain)
        if call is not None:
            _judge(uses, call)
        elif len(chain) > 2 and chain[2].type == "keyed_element":
            _judge_field(uses, word, chain)
    _tagged(uses, root)
    return uses.sorted()


def _tagged(uses: _Uses, root: "Node") -> None:
    """`Port int `env:"PORT"``: variables that a library reads into the fields of a structure."""
    if not any(uses.imports(path) for path in _ENV_TAGS):
        return
    for found in _TAG.finditer(uses.raw):
        node = root.descendant_for_byte_range(found.start(1), found.end(1))
        if node is not None and node.type.startswith("raw_string_literal"):
            uses.add("env", found[1].decode(), node, "env.read")


def _call(uses: _Uses, word: str, chain: "tuple[Node, ...]") -> _Call | None:
    """The call whose name the leaf is. `pkg.Name("x")` in a declaration parses as a conversion to a type."""
    if len(chain) < 3 or chain[1].type not in ("selector_expression", "qualified_type"):
        return None
    outer = chain[2]
    if outer.type == "call_expression":
        arguments = outer.child_by_field_name("arguments")
        if arguments is None or arguments.start_byte < chain[0].end_byte:
            return None
        given = arguments_of(arguments)
    elif outer.type == "type_conversion_expression":
        operand = outer.child_by_field_name("operand")
        given = [operand] if operand is not None else []
    else:
        return None
    receiver = text(uses.raw, chain[1].start_byte, chain[0].start_byte).rstrip(". \n\t")
    return _Call(receiver, word, given, outer)


def _named_text(uses: _Uses, node: "Node | None") -> str | None:
    """The text that a constant of this file stands for."""
    if node is None or node.type != "identifier":
        return None
    name = re.escape(uses.text(node).encode())
    found = re.search(
        rb"(?m)^\s*(?:const\s+)?" + name + rb"(?:\s+string)?\s*=\s*\"([A-Za-z_][A-Za-z0-9_]*)\"", uses.raw
    )
    return found[1].decode() if found else None


def _judge(uses: _Uses, call: _Call) -> None:
    word, first = call.word, call.arguments[0] if call.arguments else None
    value = uses.literal(first)
    if word in ("Getenv", "LookupEnv"):
        value = value or _named_text(uses, first)
        if value and call.receiver in _ENV_OWNERS:
            uses.add("env", value, call.node, "env.read")
    elif word in ("Command", "CommandContext"):
        _command(uses, call)
    elif word in _QUERIES and first is not None:
        _query(uses, call)
    elif word == "HTML":
        if call.receiver == "template" and "html/template" in uses.imported and value is None and first is not None:
            uses.danger("danger.html", call.node)
    elif word == "Sum":
        if call.receiver in ("md5", "sha1") and first is not None and SECRETIVE.search(uses.text(first)):
            uses.danger("danger.weak-hash", call.node)
    elif word in _LISTENERS:
        _listen(uses, call)
    if uses.router:
        _route(uses, call, value)


def _listen(uses: _Uses, call: _Call) -> None:
    at = 1 if call.receiver == "net" and call.word == "Listen" else 0
    value = uses.literal(call.arguments[at]) if len(call.arguments) > at else None
    if value and ":" in value:
        uses.port(value, call.node)


def _command(uses: _Uses, call: _Call) -> None:
    if call.receiver != "exec":
        return
    given = call.arguments[1:] if call.word == "CommandContext" else call.arguments
    if len(given) < 3:
        return
    shell, flag = uses.literal(given[0]), uses.literal(given[1])
    if shell and flag in SHELL_FLAGS and SHELL.match(shell) and not _constant(uses, given[2]):
        uses.danger("danger.shell", call.node)


def _constant(uses: _Uses, node: "Node") -> bool:
    """A literal, or literals put together."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.type == "binary_expression":
            waiting.extend(each.named_children)
        elif uses.literal(each) is None:
            return False
    return True


def _query(uses: _Uses, call: _Call) -> None:
    """SQL that is put together from a literal and something else, right in the argument."""
    at = 1 if call.word.endswith("Context") else 0
    if len(call.arguments) <= at:
        return
    given = assigned(call.arguments[at]) or call.arguments[at]
    if given.type == "call_expression":
        function, arguments = given.child_by_field_name("function"), given.child_by_field_name("arguments")
        if function is None or arguments is None or uses.text(function) != "fmt.Sprintf":
            return
        shape = uses.literal(arguments.named_children[0]) if arguments.named_child_count > 1 else None
        if shape and SQL.match(shape) and re.search(r"%[+#]?[svq]", shape):
            uses.danger("danger.sql", call.node)
    elif given.type == "binary_expression" and not _constant(uses, given):
        first = given
        while first.type == "binary_expression" and (left := first.child_by_field_name("left")) is not None:
            first = left
        opening = uses.literal(first)
        if opening and SQL.match(opening):
            uses.danger("danger.sql", call.node)


def _route(uses: _Uses, call: _Call, value: str | None) -> None:
    word, receiver = call.word, call.receiver
    if word in ("Group", "Route") and value and (value.startswith("/") or uses.router == "gin"):
        _group(uses, call, value if value.startswith("/") else "/" + value)
        return
    if word == "PathPrefix":
        if value is not None and uses.raw.startswith(b".Subrouter", call.node.end_byte):
            _group(uses, call, value)
        return
    framework, method, path = uses.router, "", value
    if word == "Method" and framework == "chi" and len(call.arguments) > 2:
        method, path = value or "", uses.literal(call.arguments[1])
    elif word in ("Handle", "HandleFunc", "Handler"):
        method, path = _handled(uses, call, value)
        if framework in ("gin", "echo", "fiber") and receiver == "http":
            framework = "net-http"
    elif framework in ("gin", "echo", "httprouter") and (word in METHODS or word in _ANY):
        method = "" if word in _ANY else word
    elif framework in ("chi", "fiber") and (word in _TITLED or word in _ANY):
        method = _TITLED.get(word, "")
    else:
        return
    if (
        path is None
        or len(call.arguments) < 2
        or not (path.startswith("/") or (receiver in uses.prefixes and (not path or framework == "gin")))
    ):
        return
    if path and not path.startswith("/"):
        path = "/" + path
    prefix = _mounted(uses, call) + uses.prefixes.get(receiver, "")
    for start, end, region in uses.regions:
        if start <= call.node.start_byte < end:
            prefix += region
    said = _METHODS.match(uses.raw, call.node.end_byte) if not method and word.startswith("Handle") else None
    for each in ("".join(one) for one in _METHOD.findall(said[1].decode("utf-8", "replace"))) if said else (method,):
        uses.add("route", prefix + path, call.node, f"route.{framework}", each.upper())


_METHODS = re.compile(rb"\s*\.Methods\(([^()]{1,200})\)")
_METHOD = re.compile(r"\"([A-Za-z]+)\"|Method([A-Z][a-z]+)")


def _mounted(uses: _Uses, call: _Call) -> str:
    """What `r.Mount("/x", routes())` puts before the routes that the function makes."""
    at = call.node.parent if uses.mounted else None
    while at is not None and at.type not in ("function_declaration", "method_declaration"):
        at = at.parent
    name = at.child_by_field_name("name") if at is not None else None
    return uses.mounted.get(uses.text(name), "") if name is not None else ""


_PATTERN = re.compile(r"^(?:([A-Z]+)[ \t]+)?([^/\s]*)(/\S*)$")


def _handled(uses: _Uses, call: _Call, value: str | None) -> tuple[str, str | None]:
    """Method and path of `Handle`: the pattern of Go 1.22 (`GET host/path`), or the method first as in gin."""
    if value is None:
        return "", None
    if value in METHODS and len(call.arguments) > 2:
        return value, uses.literal(call.arguments[1])
    found = _PATTERN.match(value)
    return (found[1] or "", found[2] + found[3]) if found else ("", None)


def _group(uses: _Uses, call: _Call, value: str) -> None:
    """`v1 := r.Group("/v1")` names a prefix; `r.Route("/v1", func(r chi.Router) {...})` spans one."""
    value = value.rstrip("/")
    if len(call.arguments) > 1 and call.arguments[-1].type == "func_literal":
        body = call.arguments[-1]
        uses.regions.append((body.start_byte, body.end_byte, value))
        return
    line = uses.raw[uses.raw.rfind(b"\n", 0, call.node.start_byte) + 1 : call.node.start_byte]
    found = re.search(rb"([^\W\d]\w*)\s*:?=\s*$", line)
    if found:
        uses.prefixes[found[1].decode("utf-8", "replace")] = uses.prefixes.get(call.receiver, "") + value


def _judge_field(uses: _Uses, word: str, chain: "tuple[Node, ...]") -> None:
    """`Key: value` in a composite literal."""
    element = chain[2]
    given = element.child_by_field_name("value")
    if given is None or given.start_byte <= chain[0].start_byte:
        return
    value = given.named_children[0] if given.named_child_count else None
    if word == "InsecureSkipVerify":
        if value is not None and value.type == "true":
            uses.danger("danger.tls-off", element)
        return
    owner = chain[4].child_by_field_name("type") if len(chain) > 4 and chain[4].type == "composite_literal" else None
    of = uses.text(owner) if owner is not None else ""
    if word == "EnvVars" and uses.imports("github.com/urfave/cli"):
        for variable in re.findall(r"\"([A-Za-z_]\w*)\"", uses.text(given)[:400]):
            uses.add("env", variable, element, "env.read")
        return
    said = uses.literal(value)
    if not said:
        return
    if not of and len(chain) > 6 and chain[6].type == "composite_literal":  # `[]*cli.Command{{Name: "x"}}`
        listed = chain[6].child_by_field_name("type")
        of = uses.text(listed).lstrip("[]*") if listed is not None else ""
    if word == "Use" and of == "cobra.Command":
        uses.add("command", said.split()[0] if said.split() else said, element, "command.cobra")
    elif word == "Name" and of == "cli.Command" and any("urfave/cli" in one for one in uses.imported):
        uses.add("command", said, element, "command.urfave-cli")
    elif word == "Addr" and of == "http.Server" and ":" in said:
        uses.port(said, element)
