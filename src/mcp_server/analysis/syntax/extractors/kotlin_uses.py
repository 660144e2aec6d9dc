"""What Kotlin code does that a reader wants to know of: variables read, ports, routes, commands, dangerous calls.

Routes are those of ktor's routing blocks; Spring's and JAX-RS's annotations are read with the declarations.
"""

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.mcp_server.analysis.syntax.extractors.common import text, unquoted
from plumbrule.mcp_server.analysis.syntax.extractors.finding import METHODS, SHELL, SHELL_FLAGS, SQL, Finder
from plumbrule.mcp_server.analysis.syntax.extractors.lexical import around, hits
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Use

if TYPE_CHECKING:
    from tree_sitter import Node

_LOWER = frozenset(method.lower() for method in METHODS)
_QUERIES = frozenset(("executeQuery", "executeUpdate", "prepareStatement", "rawQuery", "execSQL", "createNativeQuery"))
_TRUSTING = frozenset(("NoopHostnameVerifier", "ALLOW_ALL_HOSTNAME_VERIFIER", "InsecureTrustManagerFactory"))
_WORDS = frozenset(
    word.encode()
    for word in (
        *("getenv", "ObjectInputStream", "ServerSocket", "InetSocketAddress", "ProcessBuilder", "embeddedServer"),
        *("CliktCommand", "exec"),
        *_QUERIES,
        *_TRUSTING,
    )
)
_ROUTING = frozenset(word.encode() for word in (*_LOWER, "route", "webSocket", "sse"))
_METHOD = re.compile(r"\bHttpMethod\.(\w+)")
_TEMPLATE = re.compile(r"(?<!\\)\$[A-Za-z_{`]")
_PORT = re.compile(r"\bport\s*=\s*(\d+)")
_NAME = re.compile(r'\(\s*(?:.*?\bname\s*=\s*)?"([^"$]+)"', re.DOTALL)


class _Call(NamedTuple):
    node: "Node"
    receiver: str
    given: "list[Node]"
    """The values of its arguments, a trailing block apart."""
    has_block: bool


class _Uses(Finder):
    __slots__ = ("regions", "routing")

    def __init__(self, raw: bytes, extracted: Extracted, found: list[Use]) -> None:
        super().__init__(raw)
        self.found = found
        self.routing = any(one.target.startswith("io.ktor.server") for one in extracted.imports)
        self.regions: list[tuple[int, int, str]] = []

    def literal(self, node: "Node | None") -> str | None:
        """The value of a string literal without templates; None for anything else."""
        if node is None or node.type != "string_literal":
            return None
        shown = self.text(node)
        return None if _TEMPLATE.search(shown) else unquoted(shown)


def uses_of(raw: bytes, root: "Node", counted: Counter[bytes], extracted: Extracted, found: list[Use]) -> list[Use]:
    """The uses of one file by line; `found` are those of its annotations."""
    uses = _Uses(raw, extracted, found)
    for word, chain in hits(raw, root, counted, _WORDS | _ROUTING if uses.routing else _WORDS):
        if around(chain, "import") is not None:
            continue
        if word in _TRUSTING:
            uses.danger("danger.tls-off", chain[1])
            continue
        if word == "CliktCommand":
            _clikt(uses, chain)
            continue
        call = _call(uses, chain)
        if call is not None:
            _judge(uses, word, call)
    return uses.sorted()


def _call(uses: _Uses, chain: "tuple[Node, ...]") -> _Call | None:
    at, receiver = 1, ""
    if len(chain) > 2 and chain[1].type == "navigation_expression":
        if chain[1].end_byte != chain[0].end_byte:
            return None
        receiver = text(uses.raw, chain[1].start_byte, chain[0].start_byte).rstrip(".?! \n\t")
        at = 2
    if len(chain) < 2 or len(chain) <= at or chain[at].type != "call_expression":
        return None
    node = chain[at]
    if node.children[0].end_byte != chain[0].end_byte:
        return None
    given: list[Node] = []
    block = False
    for child in node.named_children[1:]:
        if child.type == "value_arguments":
            given = [each.named_children[-1] for each in child.named_children if each.named_child_count]
        block = block or child.type == "annotated_lambda"
    if not block and len(chain) > at + 1 and chain[at + 1].type == "call_expression":
        outer = chain[at + 1]  # `get("/x") { }` is a call of a call
        if outer.start_byte == node.start_byte and any(c.type == "annotated_lambda" for c in outer.named_children):
            node, block = outer, True
    return _Call(node, receiver, given, block)


def _judge(uses: _Uses, word: str, call: _Call) -> None:
    first = call.given[0] if call.given else None
    value = uses.literal(first)
    if word == "getenv":
        if value and call.receiver == "System":
            uses.add("env", value, call.node, "env.read")
    elif word == "ObjectInputStream":
        uses.danger("danger.deserialize", call.node)
    elif word in ("ServerSocket", "InetSocketAddress"):
        if first is not None and len(call.given) == 1 and first.type == "number_literal":
            uses.port(uses.text(first).replace("_", ""), call.node)
    elif word == "embeddedServer":
        listed = next((c for c in call.node.children[0].named_children if c.type == "value_arguments"), call.node)
        found = _PORT.search(uses.text(listed)[:400])
        if found:
            uses.port(found[1], call.node)
    elif word == "ProcessBuilder" or (word == "exec" and call.receiver.endswith("getRuntime()")):
        _shell(uses, call)
    elif word in _QUERIES:
        _query(uses, call, first)
    elif uses.routing and not call.receiver and call.has_block:
        _route(uses, word, call, value)


def _shell(uses: _Uses, call: _Call) -> None:
    given = call.given
    if len(given) == 1 and given[0].type == "call_expression":  # arrayOf("sh", "-c", x), listOf(...)
        listed = next((c for c in given[0].named_children if c.type == "value_arguments"), None)
        given = [each.named_children[-1] for each in listed.named_children if each.named_child_count] if listed else []
    if len(given) < 3:
        return
    shell, flag = uses.literal(given[0]), uses.literal(given[1])
    if shell and flag in SHELL_FLAGS and SHELL.match(shell) and uses.literal(given[2]) is None:
        uses.danger("danger.shell", call.node)


def _query(uses: _Uses, call: _Call, first: "Node | None") -> None:
    if first is None or first.type != "string_literal":
        return
    shown = uses.text(first)
    if _TEMPLATE.search(shown) and SQL.match(shown.strip('"')):
        uses.danger("danger.sql", call.node)


def _route(uses: _Uses, word: str, call: _Call, value: str | None) -> None:
    if call.given and value is None:
        return
    prefix = "".join(part for start, end, part in uses.regions if start <= call.node.start_byte < end)
    path = "/" + value.strip("/") if value and value.strip("/") else ""
    if word == "route":
        uses.regions.append((call.node.start_byte + 1, call.node.end_byte, path))
        method = _METHOD.fullmatch(uses.text(call.given[1])) if len(call.given) > 1 else None
        if method:  # `route("/x", HttpMethod.Put) { handle { } }`
            uses.add("route", prefix + path or "/", call.node, "route.ktor", method[1].upper())
    elif word in ("webSocket", "sse"):
        uses.add("route", prefix + path or "/", call.node, "route.ktor", "GET")
    elif word in _LOWER and (value is not None or prefix):
        uses.add("route", prefix + path or "/", call.node, "route.ktor", word.upper())


def _clikt(uses: _Uses, chain: "tuple[Node, ...]") -> None:
    made = around(chain, "constructor_invocation")
    found = _NAME.search(uses.text(made)[:400]) if made is not None else None
    if made is not None and found:
        uses.add("command", found[1], made, "command.clikt")
