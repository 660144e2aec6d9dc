"""What Scala code does with its surroundings: environment, ports, routes, dangerous calls.

Routes are those of Akka HTTP and Pekko HTTP (`path("x")` with the `pathPrefix` around and the verb inside) and of
http4s (`case GET -> Root / "x"`).
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import owners, parents
from plumbrule.mcp_server.analysis.syntax.extractors.outline import matched, row, said, shown
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_SIGNS = (
    b"sys.env",
    b"getenv",
    b"newServerAt",
    b"bindAndHandle",
    b"bindHttp",
    b"akka",
    b"pekko",
    b"http4s",
    b"ObjectInputStream",
    b"executeQuery",
    b"executeUpdate",
)
"""Where none of these stands there is nothing to look for. One pattern of all takes ten times as long to search."""
_QUERY = """
(call_expression function: (field_expression value: (_) @on field: (identifier) @method)
  arguments: (arguments) @args) @call
(call_expression function: (identifier) @function arguments: (_) @args) @call
(case_clause pattern: (infix_pattern) @pattern)
(instance_expression (type_identifier) @made) @call
"""
_VERBS = frozenset(("get", "post", "put", "patch", "delete", "head", "options"))
_REQUEST = re.compile(
    r"^(?:\w+\s*@\s*)?(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s*->\s*Root((?:\s*/\s*[^:&?|]+?)*)\s*(?::\?.*)?$", re.S
)
_STEP = re.compile(r'"([^"]*)"|([A-Za-z_]\w*)(?:\((\w+)\))?')


def uses(raw: bytes, tree: "Tree") -> list[Use]:
    """The uses in order of their lines."""
    if not any(sign in raw for sign in _SIGNS):
        return []
    found: list[Use] = []
    directives: list[tuple[str, Node, Node]] = []
    for match in matched(tree, _QUERY):
        if "pattern" in match:
            _http4s(raw, match["pattern"][0], found)
        elif "made" in match:
            if said(raw, match["made"][0]) == "ObjectInputStream":
                node = match["call"][0]
                found.append(Use("danger", shown(raw, node), row(node), "danger.deserialize"))
        elif "function" in match:
            name, node, listed = said(raw, match["function"][0]), match["call"][0], match["args"][0]
            if name in _VERBS or name in ("path", "pathPrefix"):
                directives.append((name, node, listed))
        else:
            on, name = said(raw, match["on"][0])[:200], said(raw, match["method"][0])
            _called(raw, on, name, match["call"][0], match["args"][0].named_children, found)
    if b"akka" in raw or b"pekko" in raw:
        found.extend(_directed(raw, directives))
    return sorted(set(found), key=lambda use: (use.line, use.rule, use.value, use.detail))


def _literal(raw: bytes, node: "Node") -> str | None:
    """The value of a plain string literal; None for anything else."""
    return said(raw, node).strip('"') if node.type == "string" else None


def _called(raw: bytes, on: str, name: str, node: "Node", values: list["Node"], found: list[Use]) -> None:
    key = _literal(raw, values[0]) if values else None
    if (on, name) in (("sys", "env"), ("sys.env", "get"), ("sys.env", "getOrElse"), ("sys.env", "apply")) or (
        name == "getenv" and on.rpartition(".")[2] == "System"
    ):
        if key:
            default = _literal(raw, values[1]) if name == "getOrElse" and len(values) > 1 else None
            found.append(Use("env", key, row(node), "env.read", default or ""))
    elif name in ("newServerAt", "bindAndHandle", "bindHttp"):
        for value in values:
            if value.type == "integer_literal":
                found.append(Use("port", said(raw, value), row(node), "port.listen"))
    elif name in ("executeQuery", "executeUpdate") and values:
        built = values[0].type == "interpolated_string_expression"
        if built and b"$" in raw[values[0].start_byte : values[0].end_byte]:
            found.append(Use("danger", shown(raw, node), row(node), "danger.sql"))


def _http4s(raw: bytes, pattern: "Node", found: list[Use]) -> None:
    if b"http4s" not in raw:
        return
    request = _REQUEST.match(said(raw, pattern)[:400])
    if request is None:
        return
    steps = [
        literal if literal or not (name or inner) else "{" + (inner or name) + "}"
        for literal, name, inner in _STEP.findall(request[2])
    ]
    found.append(Use("route", "/" + "/".join(steps), row(pattern), "route.http4s", request[1]))


def _directed(raw: bytes, directives: list[tuple[str, "Node", "Node"]]) -> list[Use]:
    """Routes of nested directives. `path("x") {` is two calls: the inner one has the string, the outer the block."""
    places = sorted(
        ((node.start_byte, node.end_byte, name, node, listed) for name, node, listed in directives),
        key=lambda each: (each[0], -each[1]),
    )
    written: list[tuple[int, int, str, str, Node]] = []
    verbs: list[tuple[int, str]] = []
    for start, end, name, node, listed in places:
        if name in _VERBS:
            if listed.type == "block":
                verbs.append((start, name.upper()))
        elif (segments := _segments(raw, listed)) is not None:
            block = node.parent
            whole = block.end_byte if block is not None and block.type == "call_expression" else end
            written.append((start, whole, name, segments, node))
    spans = [(start, end) for start, end, *_ in written]
    above = parents(spans)
    prefixes: list[str] = []
    for (_, _, _, segments, _), outer in zip(written, above, strict=True):
        prefixes.append(((prefixes[outer] if outer >= 0 else "") + segments)[:300])
    said_of: dict[int, list[str]] = {}
    for (_, verb), owner in zip(verbs, owners(spans, [start for start, _ in verbs]), strict=True):
        said_of.setdefault(owner, []).append(verb)
    return [
        Use("route", prefixes[at] or "/", row(node), "route.akka-http", verb)
        for at, (_, _, name, _, node) in enumerate(written)
        for verb in (said_of.get(at) or ([""] if name == "path" else []))
    ]


def _segments(raw: bytes, listed: "Node") -> str | None:
    """`"a" / Segment / "b"` as `/a/{Segment}/b`; None where no part is a literal."""
    if listed.type != "arguments" or listed.named_child_count != 1:
        return None
    steps = _STEP.findall(shown(raw, listed, 200).strip("()"))
    if not any(literal for literal, _, _ in steps):
        return None
    return "".join("/" + (literal or "{" + (inner or name) + "}") for literal, name, inner in steps)
