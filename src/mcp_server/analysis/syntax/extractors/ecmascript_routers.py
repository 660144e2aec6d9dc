"""What the arguments of routing calls say: whose router is mounted, where it is from, and its own prefix."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import ecmascript_calls as calls
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_calls import Calls

if TYPE_CHECKING:
    from tree_sitter import Node


def modules(statements: "Sequence[Node]", file: Calls) -> dict[str, str]:
    """The module behind each name that `import` or `const x = require(…)` binds."""
    found: dict[str, str] = {}
    for node in statements:
        target = calls.literal(node.child_by_field_name("source")) or ""
        waiting = [one for one in node.named_children if one.type == "import_clause"]
        while waiting:
            one = waiting.pop()
            if one.type == "identifier":
                found.setdefault(calls.said(one), target)
            elif one.type == "import_specifier":
                named = one.child_by_field_name("alias") or one.child_by_field_name("name")
                found.setdefault(calls.said(named), target)
            else:
                waiting.extend(one.named_children)
    for name, value in file.values.items():
        if value.type in ("call_expression", "member_expression", "await_expression"):
            target = root_of(value)[1]
            if target:
                found.setdefault(name, target)
    return found


def last_text(node: "Node") -> str:
    """The folder that `path.join(__dirname, "routes")` names, marked as one; "" when it cannot be told."""
    given = calls.arguments_of(node) if node.type == "call_expression" else []
    text = calls.literal(given[-1]) if len(given) > 1 else None
    first = calls.said(given[0]) if given else ""
    here = first in ("__dirname", "import.meta.dirname", "import.meta.dir", "process.cwd()")
    return f"./{text.strip('/')}/" if text and here and ".." not in text else ""


def first_parameter(function: "Node") -> str:
    """`app` of `(app, options) => …` and of `app => …`."""
    given = function.child_by_field_name("parameter") or function.child_by_field_name("parameters")
    if given is not None and given.type == "formal_parameters":
        given = next((one for one in given.named_children if one.type != "comment"), None)
    if given is not None and given.type in ("required_parameter", "optional_parameter"):
        given = given.child_by_field_name("pattern")
    return calls.said(given) if given is not None and given.type == "identifier" else ""


def root_of(node: "Node") -> tuple[str, str]:
    """The name that an argument begins with (`users` of `users.routes()`), or the module of its `require`."""
    at: Node | None = node
    for _ in range(20):
        if at is None or at.type == "identifier":
            return calls.said(at), ""
        if at.type == "call_expression":
            function = at.child_by_field_name("function")
            given = calls.arguments_of(at)
            if function is not None and (function.type == "import" or calls.said(function) == "require"):
                return "", calls.literal(given[0]) or "" if given else ""
            at = function
        elif at.type == "member_expression":
            at = at.child_by_field_name("object")
        elif at.type in ("await_expression", "parenthesized_expression") and at.named_children:
            at = at.named_children[0]
        else:
            return "", ""
    return "", ""


def own_prefix(value: "Node") -> str:
    """The prefix that a router is made with: `new Router({ prefix: "/x" })`, `new Hono().basePath("/x")`."""
    found = ""
    at: Node | None = value
    for _ in range(20):
        if at is None:
            break
        if at.type == "new_expression":
            return option(at) + found
        if at.type == "call_expression":
            function = at.child_by_field_name("function")
            if function is None or function.type != "member_expression":
                return option(at) + found
            given = calls.arguments_of(at)
            if calls.said(function.child_by_field_name("property")) == "basePath" and given:
                found = (calls.literal(given[0]) or "").rstrip("/") + found
            at = function.child_by_field_name("object")
        elif at.type in ("await_expression", "as_expression", "parenthesized_expression") and at.named_children:
            at = at.named_children[0]
        else:
            break
    return found


def option(node: "Node") -> str:
    given = calls.arguments_of(node)
    value = calls.member(given[0], "prefix", "base") if given else None
    return (calls.literal(value) or "").rstrip("/") if value is not None else ""


def of_object(node: "Node") -> Iterator[tuple[str, str]]:
    """`{ method: "GET", url: "/x" }` of fastify and hapi, `{ method: "get", path: "/x" }` of Hono's `createRoute`."""
    path = calls.literal(calls.member(node, "url", "path"))
    if path is None or not path.startswith(("/", "*")):
        return
    methods = calls.literals(calls.member(node, "method"))
    yield from ((path, "ALL" if method == "*" else method.upper()) for method in methods or [""])


def declaration(root: "Node", at: int) -> "Node | None":
    """The function declaration whose parameters begin at `at`."""
    inner: Node | None = root.descendant_for_byte_range(at, at + 1)
    for _ in range(4):
        if inner is None or inner.type.endswith("function_declaration"):
            return inner
        inner = inner.parent
    return None
