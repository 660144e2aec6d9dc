"""What an ECMAScript file does that a reader wants to know of: routes, ports, commands, environment, dangerous calls.

Callees come from the syntax tree; what follows them is read from the bytes. The rarer forms have queries of their own,
which run only over files that contain their words. A finding that a reviewer would wave away is worse than a miss:
literals, comments and names that merely look alike are left out.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import ecmascript_calls as calls
from plumbrule.mcp_server.analysis.syntax.extractors import ecmascript_environment
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_calls import Calls, calls_of
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_commands import commands_of
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_dangers import dangers_of
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_routes import routes_of
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_scopes import Captured
from plumbrule.mcp_server.analysis.syntax.model import Import, Use

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_NEST = {
    b"Get": "GET", b"Post": "POST", b"Put": "PUT", b"Patch": "PATCH", b"Delete": "DELETE", b"Head": "HEAD",
    b"Options": "OPTIONS", b"All": "ALL", b"Sse": "GET",
}  # fmt: skip
_LISTENING = re.compile(rb"\.\s{0,9}listen\(|(?<![\w$])[sS]erve\(|(?:WebSocket|ws)\.?Server")
_SERVED = (b"listen(", b"serve(", b"Serve(", b"Server")
_SERVERS = frozenset(("WebSocketServer", "WebSocket.Server", "ws.Server"))
_SERVING = frozenset(("Bun", "Deno", ""))


def uses_of(raw: bytes, tree: "Tree", captured: Captured, imports: list[Import]) -> list[Use]:
    """Every use in the file, by line, rule and value."""
    packages = list(dict.fromkeys(_package(one.target) for one in imports))
    file = cache(lambda: calls_of(tree))
    found: list[Use] = [
        *routes_of(raw, file, captured.get("import", ()), packages),
        *_nest_routes(captured, packages),
        *_ports(raw, file),
        *commands_of(raw, file, packages),
        *ecmascript_environment.environment_of(raw, tree, file, imports),
        *dangers_of(raw, tree, imports),
    ]
    return sorted(set(found), key=lambda use: (use.line, use.rule, use.value, use.detail))


def _package(target: str) -> str:
    for mark in ("npm:", "jsr:", "https://deno.land/x/", "https://esm.sh/"):
        target = target.removeprefix(mark)
    at = target.find("@", 1)
    slash = target.find("/", at) if at > 0 else -1
    return target if at <= 0 else target[:at] + (target[slash:] if slash > 0 else "")


def _nest_routes(captured: Captured, packages: list[str]) -> Iterator[Use]:
    """`@Get("x")` under `@Controller("base")`, as Nest joins them."""
    if "@nestjs/common" not in packages:
        return
    bases = [""]
    for node in sorted(captured.get("decorator", ()), key=lambda one: one.start_byte):
        call = next((one for one in node.named_children if one.type == "call_expression"), None)
        function = call.child_by_field_name("function") if call is not None else None
        if call is None or function is None or ((function.text or b"") not in _NEST and function.text != b"Controller"):
            continue
        paths = _nest_paths(call)
        if function.text == b"Controller":
            bases = paths or [""]
            continue
        for base in bases:
            for path in paths:
                joined = "/" + "/".join(part for part in (base, path) if part)
                yield Use("route", joined, node.start_point.row + 1, "route.nest", _NEST[function.text or b""])


def _nest_paths(call: "Node") -> list[str]:
    """The paths that a decorator is given; none where they are computed."""
    given = calls.arguments_of(call)
    if not given:
        return [""]
    at = calls.member(given[0], "path") if given[0].type == "object" else given[0]
    return [""] if at is None else [text.strip("/") for text in calls.literals(at)]


def _ports(raw: bytes, file: Callable[[], Calls]) -> Iterator[Use]:
    """The literal numbers that servers are told to listen on, or fall back to."""
    offered = b"export default" in raw and b"fetch" in raw and b"port" in raw  # Bun serves the default export
    if not offered and not (any(word in raw for word in _SERVED) and _LISTENING.search(raw)):
        return
    found = file()
    given: list[tuple[Node, Node | None]] = []
    for call in found.found:
        first = next(iter(call.arguments), None)
        if call.method == "listen" and (call.root or call.maker) and first is not None:
            given.append((call.node, calls.member(first, "port") if first.type == "object" else first))
        elif call.method in ("serve", "Serve") and call.root in _SERVING:
            given += ((call.node, calls.member(one, "port")) for one in call.arguments if one.type == "object")
    for node in found.made:
        first = next(iter(calls.arguments_of(node)), None)
        if first is not None and calls.said(node.child_by_field_name("constructor")) in _SERVERS:
            given.append((node, calls.member(first, "port")))
    given += ((one, calls.member(one, "port")) for one in found.defaults if calls.member(one, "fetch") is not None)
    for node, value in given:
        port = calls.number(value, found.values)
        if port is not None and 10 <= port < 65_536:
            function = node.child_by_field_name("function")
            named = function.child_by_field_name("property") if function is not None else None
            yield Use("port", str(port), (named or node).start_point.row + 1, "port.listen")
