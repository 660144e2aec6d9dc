"""The HTTP routes that an ECMAScript file declares by calls, with the prefixes under which its own routers hang.

A router of another file that is mounted here becomes a `MOUNTED` use; `mounted_routes` joins the two.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.syntax.extractors import ecmascript_calls as calls
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_calls import Call, Calls
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_routers import (
    declaration,
    first_parameter,
    last_text,
    modules,
    of_object,
    option,
    own_prefix,
    root_of,
)
from plumbrule.mcp_server.analysis.syntax.model import Use
from plumbrule.mcp_server.analysis.syntax.use_rules import MOUNTED

if TYPE_CHECKING:
    from tree_sitter import Node

WEB_FRAMEWORKS = {
    "express": "express",
    "express-promise-router": "express",
    "@feathersjs/express": "express",
    "koa": "koa",
    "@koa/router": "koa",
    "koa-router": "koa",
    "koa-better-router": "koa",
    "fastify": "fastify",
    "hono": "hono",
    "@hono/zod-openapi": "hono",
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
_METHODS = {
    **{one: one.upper() for one in ("get", "post", "put", "patch", "delete", "head", "options", "all")},
    "del": "DELETE",
    "opts": "OPTIONS",
}
_MAYBE = re.compile(
    rb"(?<![\w$])(?:app|router|fastify|server)\s{0,20}\.\s{0,20}(?:get|post|put|patch|delete|all|options|head|use|register|route)"
    rb"\s{0,20}[<(]"
)
_CALLED = (b"app.", b"router.", b"fastify.", b"server.")
"""Looked for first: a substring is found ten times as fast as a pattern."""
_USUAL = re.compile(r"(?:app|router|server|api|fastify|routes?|[a-z]\w*(?:App|Router|Server|Api|Routes))\Z")
_MAKERS = frozenset(("router", "app", "application", "createapp", "createrouter", "createserver", "openapihono"))
_MAX_SPANS = 300
_MAX_LISTED = 500
_MAX_LOOKUPS = 60
"""Functions that are sought by name; each is a search through the whole file."""


def routes_of(
    raw: bytes, file: Callable[[], Calls], statements: "Sequence[Node]", packages: list[str]
) -> Iterator[Use]:
    """The routes of calls. `statements` are those of `import`; `packages` the imported packages in order."""
    frameworks = [WEB_FRAMEWORKS[name] for name in packages if name in WEB_FRAMEWORKS]
    if frameworks or (any(word in raw for word in _CALLED) and _MAYBE.search(raw)):
        yield from _Reader(raw, file(), statements, frameworks).uses()


@dataclass(slots=True)
class _Mount:
    """Where a router of this file hangs."""

    parent: str
    prefix: str


class _Reader:
    """Reads one file's calls."""

    def __init__(self, raw: bytes, file: Calls, statements: "Sequence[Node]", frameworks: list[str]) -> None:
        self._raw = raw
        self._file = file
        self._statements = statements
        self._frameworks = frameworks
        self._born: dict[str, str] = {}
        self._mounts: dict[str, _Mount] = {}
        for name, value in file.values.items():
            made = self._maker_in(value) or self._part_of(name, value)
            if made:
                self._born[name] = made
        self._chains = {file.values[name].start_byte: name for name in self._born}
        self._spans: list[tuple[int, int, str]] = []
        self._elsewhere: list[tuple[Call, str, str, str]] = []
        self._functions: dict[str, Node | None] = {}
        self._heads: set[tuple[int, int]] = set()

    def uses(self) -> Iterator[Use]:
        known: list[tuple[Call, str]] = []
        for call in self._file.found:
            framework = self._framework(call)
            if not framework:
                continue
            known.append((call, framework))
            self._note_mount(call, framework)
            self._heads.update((node.start_byte, node.end_byte) for name, node in call.links if name == "route")
        self._spans = sorted(self._spans)[:_MAX_SPANS]
        for call, framework in known:
            for path, method in self._declared(call, framework):
                yield self._use(call, self._prefix(call) + path, f"route.{framework}", method)
        places = modules(self._statements, self._file) if self._elsewhere else {}
        for call, prefix, name, framework in self._elsewhere:
            target = places.get(name, name)
            if target.startswith("."):
                yield self._use(call, self._prefix(call) + prefix, MOUNTED, f"{framework} {target}")

    def _use(self, call: Call, path: str, rule: str, detail: str) -> Use:
        if len(path) > 1 and path.endswith("/") and rule != MOUNTED and not path.endswith("*/"):
            path = path[:-1] if path.count("/") > 1 and self._prefix(call) else path
        prop = call.node.child_by_field_name("function")
        prop = prop.child_by_field_name("property") if prop is not None and prop.type == "member_expression" else prop
        line = (prop or call.node).start_point.row + 1
        return Use("route", path, line, rule, detail)

    def _framework(self, call: Call) -> str:
        """Whose routing a call is, "" when it is none. `const api = Router().use(…)` calls on `api`."""
        if not call.root and call.maker:
            call.root = self._chains.get(call.start, "")
        if not call.root and not call.maker:
            return "hono" if call.method == "createRoute" and "hono" in self._frameworks else ""
        born = self._born.get(call.root)
        if born:
            return born
        first = self._frameworks[0] if self._frameworks else ""
        if not call.root:
            return self._made_by(call.maker)
        if first:
            return first if _USUAL.match(call.root) or self._made_by(call.maker) else ""
        if call.root == "fastify":
            return "fastify"
        if call.root not in ("app", "router"):
            return ""
        handled = any(one.type in calls.FUNCTIONS for one in call.arguments[1:])
        return "express" if handled or call.method in ("use", "register") else ""

    def _made_by(self, maker: str) -> str:
        word = maker.lower()
        for framework in self._frameworks:
            if word in _MAKERS or word == framework or (framework == "hapi" and word == "server"):
                return framework
        return ""

    def _maker_in(self, value: "Node") -> str:
        """The framework that a name's value comes from: `express()`, `await new Hono().basePath("/x")`."""
        for _ in range(calls.MAX_CHAIN):
            if value.type in ("await_expression", "as_expression", "parenthesized_expression") and value.named_children:
                value = value.named_children[0]
            elif value.type == "new_expression":
                return self._made_by(calls.said(value.child_by_field_name("constructor")).rpartition(".")[2])
            elif value.type == "call_expression":
                function = value.child_by_field_name("function")
                if function is None:
                    return ""
                if function.type == "identifier":
                    return self._made_by(calls.said(function))
                if function.type != "member_expression":
                    return ""
                found = self._made_by(calls.said(function.child_by_field_name("property")))
                owner = function.child_by_field_name("object")
                if found or owner is None:
                    return found
                value = owner
            else:
                return ""
        return ""

    def _part_of(self, name: str, value: "Node") -> str:
        """The framework of `app` in `const api = app.basePath("/v1")`."""
        function = value.child_by_field_name("function") if value.type == "call_expression" else None
        if function is None or calls.said(function.child_by_field_name("property")) != "basePath":
            return ""
        owner = calls.said(function.child_by_field_name("object"))
        if owner in self._born:
            self._mounts[name] = _Mount(owner, "")
        return self._born.get(owner, "")

    def _note_mount(self, call: Call, framework: str) -> None:
        """`app.use("/x", router)`, `app.route("/x", sub)`, `fastify.register(plugin, { prefix })`, `app.group(…)`."""
        given = call.arguments
        prefix = calls.literal(given[0]) if given else None
        if call.method in ("use", "route", "mount", "group"):
            if call.method == "use" and len(given) > 1 and given[0].type == given[1].type == "member_expression":
                self._mount_listed(call, framework, *given[:2])
                return
            if call.method in ("route", "group") and (prefix is None or len(given) < 2):
                return
            for one in given if prefix is None else given[1:]:
                self._mount(call, framework, prefix or "", one)
        elif call.method == "register" and given:
            options = given[1] if len(given) > 1 else None
            inner = calls.member(options, "prefix") if options is not None else None
            folder = calls.member(options, "dir") if options is not None else None
            if folder is not None:
                self._elsewhere.append((call, calls.literal(inner) or "", last_text(folder), framework))
                return
            self._mount(call, framework, calls.literal(inner) or "", given[0])
        elif call.method == "prefix" and prefix:
            self._mounts.setdefault(call.root, _Mount("", prefix.rstrip("/")))

    def _mount_listed(self, call: Call, framework: str, path: "Node", router: "Node") -> None:
        """`list.forEach((one) => router.use(one.path, one.route))` with `list = [{ path: "/a", route: a }]`."""
        keys = [calls.said(one.child_by_field_name("property")) for one in (path, router)]
        for value in self._file.values.values():
            for one in value.named_children[:_MAX_LISTED] if value.type == "array" else ():
                prefix, what = calls.literal(calls.member(one, keys[0])), calls.member(one, keys[1])
                if prefix is not None and what is not None:
                    self._mount(call, framework, prefix, what)

    def _mount(self, call: Call, framework: str, prefix: str, what: "Node") -> None:
        prefix = prefix.rstrip("/")
        if what.type in calls.FUNCTIONS:
            if call.method in ("register", "group"):
                self._born.setdefault(first_parameter(what), framework)
                self._spans.append((what.start_byte, what.end_byte, prefix))
            return
        name, target = root_of(what)
        if target:
            self._elsewhere.append((call, prefix, target, framework))
        elif name in self._born:
            if name != call.root:
                self._mounts.setdefault(name, _Mount(call.root, prefix))
        elif call.method == "register" and (body := self._function(name)) is not None:
            self._born.setdefault(first_parameter(body), framework)
            self._spans.append((body.start_byte, body.end_byte, prefix))
        elif name:
            self._elsewhere.append((call, prefix, name, framework))

    def _function(self, name: str) -> "Node | None":
        value = self._file.values.get(name)
        if value is not None and value.type in calls.FUNCTIONS:
            return value
        if name and name not in self._functions and len(self._functions) < _MAX_LOOKUPS:
            word = re.escape(name.encode())
            found = re.search(rb"\bfunction\s{1,9}" + word + rb"\s{0,9}\(", self._raw)
            self._functions[name] = declaration(self._file.root, found.end() - 1) if found else None
        return self._functions.get(name)

    def _prefix(self, call: Call) -> str:
        """Everything that stands before the paths of a call."""
        inner = ""
        for name, node in call.links:
            given = calls.arguments_of(node)
            text = calls.literal(given[0]) if name == "basePath" and given else None
            inner = (text or "") + inner
            if name == "new":
                inner = option(node) + inner
        name, steps = call.root, 0
        while name and steps < 9:
            value = self._file.values.get(name) if name in self._born else None
            inner = (own_prefix(value) if value is not None else "") + inner
            mount = self._mounts.get(name)
            inner = (mount.prefix if mount else "") + inner
            name, steps = mount.parent if mount else "", steps + 1
        return calls.below(self._spans, call.start) + inner

    def _declared(self, call: Call, framework: str) -> Iterator[tuple[str, str]]:
        """Path and method of each route of a call."""
        given = call.arguments
        if call.method in ("route", "createRoute") and given and given[0].type in ("object", "array"):
            for one in given[0].named_children if given[0].type == "array" else given[:1]:
                yield from of_object(one)
            return
        if call.method == "route":
            text = calls.literal(given[0]) if len(given) == 1 else None
            if text and text.startswith("/") and (call.node.start_byte, call.node.end_byte) not in self._heads:
                yield text, ""
            return
        if call.method in ("on", "register") and len(given) > 2 and framework in ("hono", "find-my-way", "koa"):
            first, second = (given[1], given[0]) if call.method == "register" else (given[0], given[1])
            for path in calls.literals(second):
                yield from ((path, method.upper()) for method in calls.literals(first) if path.startswith(("/", "*")))
            return
        method = _METHODS.get(call.method)
        if method is None:
            return
        head = next((node for name, node in call.links if name == "route"), None)
        if head is not None:
            text = calls.literal(next(iter(calls.arguments_of(head)), None))
            if text is not None and given:
                yield text, method
            return
        if len(given) > 2 and framework == "koa" and (calls.literal(given[0]) or "/")[0] not in "/*":
            given = given[1:]  # a named route
        if len(given) > 1:
            yield from ((path, method) for path in calls.literals(given[0]) if path.startswith(("/", "*")))
