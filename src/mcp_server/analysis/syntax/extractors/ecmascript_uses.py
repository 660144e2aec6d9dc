"""What an ECMAScript file does that a reader wants to know of: routes, ports, commands, environment, dangerous calls.

Callees come from the syntax tree; what follows them is read from the bytes. The rarer forms have queries of their own,
which run only over files that contain their words. A finding that a reviewer would wave away is worse than a miss:
literals, comments and names that merely look alike are left out.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import common, ecmascript_environment
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_dangers import dangers_of
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_scopes import Captured
from plumbrule.mcp_server.analysis.syntax.model import Import, Use

if TYPE_CHECKING:
    from tree_sitter import Tree

WEB_FRAMEWORKS = {
    "express": "express",
    "koa": "koa",
    "@koa/router": "koa",
    "koa-router": "koa",
    "fastify": "fastify",
    "hono": "hono",
    "polka": "polka",
    "restify": "restify",
    "elysia": "elysia",
    "@hapi/hapi": "hapi",
    "fresh": "fresh",
    "@fresh/core": "fresh",
    "itty-router": "itty-router",
    "find-my-way": "find-my-way",
    "h3": "h3",
    "@oak/oak": "oak",
}
COMMAND_FRAMEWORKS = {
    "commander": "commander",
    "yargs": "yargs",
    "yargs/yargs": "yargs",
    "cac": "cac",
    "sade": "sade",
    "caporal": "caporal",
    "@caporal/core": "caporal",
    "@commander-js/extra-typings": "commander",
    "@cliffy/command": "cliffy",
    "vorpal": "vorpal",
}
MAX_NAMED_PORTS = 20
"""Each is a search through the whole file."""
_METHODS = frozenset((b"get", b"post", b"put", b"patch", b"delete", b"del", b"head", b"options", b"all"))
_NEST = {
    b"Get": "GET", b"Post": "POST", b"Put": "PUT", b"Patch": "PATCH", b"Delete": "DELETE", b"Head": "HEAD",
    b"Options": "OPTIONS", b"All": "ALL", b"Sse": "GET",
}  # fmt: skip
_ROUTE = re.compile(rb"\s*(?:<[^()\n]{0,200}>)?\(\s*(['\"`])((?:/|\*)[^'\"`\n$]{0,300}|)\1\s*,")
_ROUTE_CHAIN = re.compile(rb"\s*\(\s*(['\"`])(/[^'\"`\n$]{0,300})\1\s*\)")
_ROUTE_OBJECT = re.compile(rb"\s*\(\s*\{([^{}]{0,600})")
_URL_KEY = re.compile(rb"\b(?:url|path)\s*:\s*(['\"`])(/[^'\"`\n$]{0,300})\1")
_METHOD_KEY = re.compile(rb"\bmethod\s*:\s*(?:\[\s*)?(['\"`])([A-Za-z]+)\1")
_RECEIVER = re.compile(rb"([A-Za-z_$][\w$]*)\s*(?:\?|!)?\s*\.\s*$")
_USUAL_RECEIVER = re.compile(rb"^(?:app|router|server|api|fastify|routes?|[a-z]\w*(?:App|Router|Server|Api))$")
_BORN = re.compile(
    rb"(?<![\w$])([A-Za-z_$][\w$]{0,80})\s*(?::[^=;\n]{1,80})?=\s*(?:await\s+)?(?:new\s+)?([A-Za-z_$][\w$]{0,80})(?:\s*\.\s*([A-Za-z_$][\w$]{0,80}))?"
    rb"\s*(?:<[^()\n]{0,200}>)?\("
)
_LISTEN = re.compile(rb"\s*\(\s*(?:\{[^{}]{0,300}?\bport\s*:\s*)?([^,(){}]{1,120}?)\s*[,)}\n]")
_SERVE = re.compile(rb"\s*\(\s*\{[^{}]{0,300}?\bport\s*:\s*([^,(){}]{1,120}?)\s*[,}]")
_PORT = re.compile(rb"(?:^|\|\||\?\?|[:(])\s*['\"]?(\d{2,5})['\"]?\s*\)?$")
_COMMAND = re.compile(rb"\s*\(\s*(?:\[\s*)?(['\"`])([^'\"`\n$]{1,200})\1")
_COMMAND_NAME = re.compile(r"^[A-Za-z0-9$*][\w:.$*-]*")
_PREFIX = re.compile(
    rb"\s*\(\s*(?:(['\"`])([^'\"`\n$]{0,300})\1|\{[^{}]{0,300}?\bpath\s*:\s*(['\"`])([^'\"`\n$]{0,300})\3)?"
)


def uses_of(raw: bytes, tree: "Tree", captured: Captured, imports: list[Import]) -> list[Use]:
    """Every use in the file, by line, rule and value."""
    calls = sorted((node.start_byte, node.end_byte) for node in captured.get("ref", ()))
    starts = _Rows(raw)
    packages = {_package(one.target) for one in imports}
    found: list[Use] = [
        *_routes(raw, calls, starts, imports),
        *_nest_routes(raw, captured, starts, packages),
        *_ports(raw, calls, starts),
        *_commands(raw, calls, starts, packages),
        *ecmascript_environment.environment_of(raw, tree),
        *dangers_of(raw, tree, imports),
    ]
    return sorted(set(found), key=lambda use: (use.line, use.rule, use.value, use.detail))


class _Rows:
    """Line numbers, worked out only when the first is asked for."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._starts: list[int] | None = None

    def __call__(self, offset: int) -> int:
        if self._starts is None:
            self._starts = common.line_starts(self._raw)
        return common.line_of(self._starts, offset)


def _package(target: str) -> str:
    for mark in ("npm:", "jsr:", "https://deno.land/x/", "https://esm.sh/"):
        target = target.removeprefix(mark)
    at = target.find("@", 1)
    slash = target.find("/", at) if at > 0 else -1
    return target if at <= 0 else target[:at] + (target[slash:] if slash > 0 else "")


def _routes(raw: bytes, calls: list[tuple[int, int]], rows: _Rows, imports: list[Import]) -> Iterator[Use]:
    frameworks = [
        WEB_FRAMEWORKS[name] for name in map(_package, (one.target for one in imports)) if name in WEB_FRAMEWORKS
    ]
    bindings = _makers(raw, frameworks) if frameworks else {}
    framework = frameworks[0] if frameworks else ""
    for start, end in calls:
        word = raw[start:end]
        if word not in _METHODS and word != b"route":
            continue
        receiver = _RECEIVER.search(raw, max(0, start - 60), start)
        name = receiver.group(1) if receiver else b""
        known = bindings.get(name) or (framework if framework and _USUAL_RECEIVER.match(name) else "")
        if not known and not framework and name in (b"app", b"router") and word != b"route":
            known = _guessed(raw, end)
        if not known:
            continue
        if word == b"route":
            yield from _declared_route(raw, end, rows(start), known)
            continue
        path = _ROUTE.match(raw, end, end + 600)
        if path and path.group(2):
            method = {b"del": "DELETE"}.get(word, word.decode().upper())
            yield Use("route", path.group(2).decode("utf-8", "replace"), rows(start), f"route.{known}", method)


def _guessed(raw: bytes, end: int) -> str:
    """Without an import to tell, only a handler right there makes `app.get("/x", …)` a route: Express's own form."""
    path = _ROUTE.match(raw, end, end + 600)
    handler = path and re.match(
        rb"\s*(?:async\s*)?(?:function\b|\([\w\s,:{}]*\)\s*(?::[^=]{1,80})?=>|\w+\s*=>)",
        raw[path.end() : path.end() + 200],
    )
    return "express" if handler else ""


def _makers(raw: bytes, frameworks: list[str]) -> dict[bytes, str]:
    """Names bound to an application or a router: `const app = express()`, `new Hono()`, `express.Router()`."""
    found: dict[bytes, str] = {}
    for born in _BORN.finditer(raw):
        maker = (born.group(3) or born.group(2)).lower()
        for framework in frameworks:
            if maker in (
                framework.encode(),
                b"router",
                b"app",
                b"application",
                b"createapp",
                b"createrouter",
                b"createserver",
            ) or (framework == "hapi" and maker == b"server"):
                found.setdefault(born.group(1), framework)
    return found


def _declared_route(raw: bytes, end: int, line: int, framework: str) -> Iterator[Use]:
    """`fastify.route({ method, url })` and the head of `app.route("/x").get(…)`."""
    path = _ROUTE_CHAIN.match(raw, end, end + 400)
    if path and framework not in ("hono",):
        yield Use("route", path.group(2).decode("utf-8", "replace"), line, f"route.{framework}")
    declared = _ROUTE_OBJECT.match(raw, end, end + 800)
    url = _URL_KEY.search(declared.group(1)) if declared else None
    if declared and url:
        method = _METHOD_KEY.search(declared.group(1))
        word = method.group(2).decode().upper() if method else ""
        yield Use("route", url.group(2).decode("utf-8", "replace"), line, f"route.{framework}", word)


def _nest_routes(raw: bytes, captured: Captured, rows: _Rows, packages: set[str]) -> Iterator[Use]:
    """`@Get("x")` under `@Controller("base")`, as Nest joins them."""
    if "@nestjs/common" not in packages:
        return
    base = ""
    for node in sorted(captured.get("decorator", ()), key=lambda one: one.start_byte):
        word = re.match(rb"@\s*(\w+)", raw[node.start_byte : node.end_byte][:60])
        if word is None:
            continue
        given = _PREFIX.match(raw, node.start_byte + word.end(), node.end_byte)
        path = (given.group(2) or given.group(4) or b"").decode("utf-8", "replace").strip("/") if given else ""
        if word.group(1) == b"Controller":
            base = path
        elif word.group(1) in _NEST and given:
            joined = "/" + "/".join(part for part in (base, path) if part)
            yield Use("route", joined, rows(node.start_byte), "route.nest", _NEST[word.group(1)])


def _ports(raw: bytes, calls: list[tuple[int, int]], rows: _Rows) -> Iterator[Use]:
    lookups = 0
    for start, end in calls:
        word = raw[start:end]
        if word == b"listen":
            given = _LISTEN.match(raw, end, end + 500)
        elif word == b"serve":
            given = _SERVE.match(raw, end, end + 500)
        else:
            continue
        if given is None:
            continue
        number = _PORT.search(given.group(1).strip())
        if number is None and lookups < MAX_NAMED_PORTS:
            lookups += 1
            number = _named_port(raw, given.group(1).strip())
        if number and 0 < int(number.group(1)) < 65_536:
            yield Use("port", number.group(1).decode(), rows(start), "port.listen")


def _named_port(raw: bytes, name: bytes) -> re.Match[bytes] | None:
    """The number behind `const PORT = process.env.PORT || 3000` when `PORT` is what is listened on."""
    if not re.fullmatch(rb"[A-Za-z_$][\w$]*", name):
        return None
    set_to = re.compile(rb"\b(?:const|let|var)\s+" + re.escape(name) + rb"\s*(?::\s*\w+\s*)?=\s*([^;\n]{1,150})")
    bound = set_to.search(raw)
    return _PORT.search(bound.group(1).strip().rstrip(b",;)")) if bound else None


def _commands(raw: bytes, calls: list[tuple[int, int]], rows: _Rows, packages: set[str]) -> Iterator[Use]:
    framework = next((COMMAND_FRAMEWORKS[name] for name in sorted(packages) if name in COMMAND_FRAMEWORKS), "")
    for start, end in calls:
        if raw[start:end] != b"command" or raw[start - 1 : start] != b".":
            continue
        receiver = _RECEIVER.search(raw, max(0, start - 60), start)
        known = framework or ("commander" if receiver and receiver.group(1) == b"program" else "")
        given = _COMMAND.match(raw, end, end + 400) if known else None
        name = _COMMAND_NAME.match(given.group(2).decode("utf-8", "replace")) if given else None
        if name:
            yield Use("command", name.group(), rows(start), f"command.{known}")
