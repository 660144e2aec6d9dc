"""What Elixir code does with its surroundings: environment, ports, routes, Mix tasks, dangerous calls.

Routes are those of Phoenix and Plug routers, with the prefixes of the scopes around them.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import owners, parents
from plumbrule.mcp_server.analysis.syntax.extractors.outline import matched, row, said, shown
from plumbrule.mcp_server.analysis.syntax.extractors.resource_routes import (
    PHOENIX,
    resource_routes,
    single_routes,
    singular,
)
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_SIGNS = (
    b"System.",
    b"Router",
    b"router",
    b"Mix.Task",
    b"Code.eval",
    b":os.cmd",
    b"binary_to_term",
    b"verify_none",
    b"port:",
    b"query",
)
"""Where none of these stands there is nothing to look for. One pattern of all takes ten times as long to search."""
_QUERY = """
(call target: (dot left: [(alias) (atom)] @on right: (identifier) @method)) @call
(call target: (identifier) @word (#any-of? @word "scope" "get" "post" "put" "patch" "delete" "options" "head" "live"
  "live_dashboard" "connect" "trace" "resources" "forward" "match" "defmodule")) @call
(pair key: (keyword) @key value: (list (keywords (pair key: (keyword) @inner value: (integer) @number))))
(pair key: (keyword) @key value: (atom) @atom) @call
"""
_VERBS = frozenset(("get", "post", "put", "patch", "delete", "options", "head", "connect", "trace"))
_QUERYING = frozenset(("query", "query!", "execute", "execute!"))
_UPPER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def uses(raw: bytes, tree: "Tree") -> list[Use]:
    """The uses in order of their lines."""
    if not any(sign in raw for sign in _SIGNS):
        return []
    found: list[Use] = []
    routing: list[tuple[str, Node]] = []
    for match in matched(tree, _QUERY):
        if "method" in match:
            _called(raw, said(raw, match["on"][0]), said(raw, match["method"][0]), match["call"][0], found)
        elif "number" in match:
            key, inner, number = (match[name][0] for name in ("key", "inner", "number"))
            listening = said(raw, key).strip(": ") in ("http", "https", "options")
            if listening and said(raw, inner).strip(": ") == "port" and said(raw, number) != "0":
                found.append(Use("port", said(raw, number).replace("_", ""), row(number), "port.listen"))
        elif "atom" in match:
            if said(raw, match["atom"][0]) == ":verify_none" and said(raw, match["key"][0]).strip(": ") == "verify":
                found.append(_danger(raw, match["call"][0], "danger.tls-off"))
        else:
            routing.append((said(raw, match["word"][0]), match["call"][0]))
    if b"use Mix.Task" in raw:
        found.extend(_tasks(raw, routing))
    if b"Phoenix.Router" in raw or b":router" in raw:
        found.extend(_routes(raw, routing, "route.phoenix"))
    elif b"Plug.Router" in raw:
        found.extend(_routes(raw, routing, "route.plug"))
    return sorted(set(found), key=lambda use: (use.line, use.rule, use.value, use.detail))


def values(call: "Node") -> list["Node"]:
    """The arguments of a call."""
    for child in call.named_children:
        if child.type == "arguments":
            return [each for each in child.named_children if each.type != "comment"]
    return []


def keyword(raw: bytes, node: "Node", name: str) -> "Node | None":
    """The value under `name` in keywords that end a call."""
    for pair in node.named_children if node.type == "keywords" else ():
        key = pair.child_by_field_name("key")
        if key is not None and said(raw, key).strip(": ") == name:
            return pair.child_by_field_name("value")
    return None


def _literal(raw: bytes, node: "Node | None") -> str | None:
    """The value of a string without interpolation; None for anything else."""
    if node is None or node.type != "string" or any(child.type == "interpolation" for child in node.named_children):
        return None
    return "".join(said(raw, child) for child in node.named_children if child.type == "quoted_content")


def _interpolated(node: "Node | None") -> bool:
    return node is not None and node.type == "string" and any(c.type == "interpolation" for c in node.named_children)


def _danger(raw: bytes, node: "Node", rule: str) -> Use:
    return Use("danger", shown(raw, node), row(node), rule)


def _called(raw: bytes, on: str, name: str, node: "Node", found: list[Use]) -> None:
    given = values(node)
    first = given[0] if given else None
    if on == "System" and name in ("get_env", "fetch_env", "fetch_env!"):
        if key := _literal(raw, first):
            default = _literal(raw, given[1]) if len(given) > 1 else None
            found.append(Use("env", key, row(node), "env.read", default or ""))
    elif first is None:
        return
    elif on == "Code" and name in ("eval_string", "eval_file") and _literal(raw, first) is None:
        found.append(_danger(raw, node, "danger.eval"))
    elif (on, name) in ((":os", "cmd"), ("System", "shell")):
        if _literal(raw, first) is None and first.type != "charlist":
            found.append(_danger(raw, node, "danger.shell"))
    elif (on, name) == ("System", "cmd"):
        inner = given[1].named_children if len(given) > 1 and given[1].type == "list" else []
        if _literal(raw, first) in ("sh", "bash", "/bin/sh") and len(inner) > 1 and _literal(raw, inner[1]) is None:
            found.append(_danger(raw, node, "danger.shell"))
    elif (on, name) == (":erlang", "binary_to_term") and ":safe" not in shown(raw, node):
        found.append(_danger(raw, node, "danger.deserialize"))
    elif name in _QUERYING and (on.endswith(("Repo", "SQL"))) and any(_interpolated(each) for each in given[:2]):
        found.append(_danger(raw, node, "danger.sql"))


def _tasks(raw: bytes, calls: list[tuple[str, "Node"]]) -> list[Use]:
    """The names of Mix tasks, as `mix help` shows them."""
    found: list[Use] = []
    for word, node in calls:
        given = values(node) if word == "defmodule" else []
        name = said(raw, given[0]) if given else ""
        if name.startswith("Mix.Tasks.") and not name.endswith("Test"):
            task = ".".join(_UPPER.sub("_", part).lower() for part in name.split(".")[2:])
            found.append(Use("command", task, row(node), "command.mix"))
    return found


def _routes(raw: bytes, calls: list[tuple[str, "Node"]], rule: str) -> list[Use]:
    calls = sorted(calls, key=lambda call: (call[1].start_byte, -call[1].end_byte))
    scopes = [node for word, node in calls if word == "scope" or (word == "resources" and _block(node))]
    spans = [(node.start_byte, node.end_byte) for node in scopes]
    starts = {node.start_byte: at for at, node in enumerate(scopes)}
    above = parents(spans)
    prefixes: list[str] = []
    for node, outer in zip(scopes, above, strict=True):
        prefixes.append(((prefixes[outer] if outer >= 0 else "") + _segment(raw, node))[:300])
    found: list[Use] = []
    for (word, node), holder in zip(calls, owners(spans, [node.start_byte for _, node in calls]), strict=True):
        if holder >= 0 and starts.get(node.start_byte) == holder:
            holder = above[holder]
        prefix = prefixes[holder] if holder >= 0 else ""
        for path, verb in _served(raw, word, node, prefix, phoenix=rule == "route.phoenix"):
            found.append(Use("route", path or "/", row(node), rule, verb))
    return found


def _served(raw: bytes, word: str, node: "Node", prefix: str, *, phoenix: bool) -> Iterator[tuple[str, str]]:
    """(path, verb) of what one call serves."""
    given = values(node)
    first = _literal(raw, given[0]) if given else None
    if word in ("scope", "defmodule"):
        return
    if word == "resources":
        if first is not None and len(given) > 1:
            yield from _resource(raw, node, prefix, first)
        return
    if word == "match" and phoenix:
        path = _literal(raw, given[1]) if len(given) > 1 else None
        verbs = _verbs(raw, given[0]) if path is not None else []
    elif word == "match":  # Plug.Router: `match "/x", via: [:get, :post]`
        path, via = first, keyword(raw, given[-1], "via") if given else None
        verbs = [""] if via is None else _verbs(raw, via)
    else:
        path = first
        verbs = [word.upper() if word in _VERBS else "GET" if word.startswith("live") else ""]
    if path is not None and (not phoenix or len(given) > 1 or word == "live_dashboard"):
        whole = f"{prefix}/{path.strip('/')}".rstrip("/")
        yield from ((whole, verb) for verb in verbs)


def _verbs(raw: bytes, node: "Node") -> list[str]:
    """The verbs of `:get`, `[:get, :post]` or `:*`, which stands for all."""
    return ["" if verb == "*" else verb.upper() for verb in re.findall(r":(\w+|\*)", said(raw, node)[:200])]


def _resource(raw: bytes, node: "Node", prefix: str, path: str) -> Iterator[tuple[str, str]]:
    """Each action of a resource that `only` and `except` leave (`Phoenix.Router.resources/4`)."""
    options = values(node)[-1]
    only, but = keyword(raw, options, "only"), keyword(raw, options, "except")
    left = None if only is None else frozenset(re.findall(r"\w+", said(raw, only)))
    out = frozenset(re.findall(r"\w+", said(raw, but))) if but is not None else frozenset[str]()
    base = f"{prefix}/{path.strip('/')}".rstrip("/")
    single = keyword(raw, options, "singleton")
    if single is not None and said(raw, single) == "true":
        yield from single_routes(PHOENIX, base, left, out)
        return
    param = keyword(raw, options, "param")
    yield from resource_routes(PHOENIX, base, f"{base}/:{_literal(raw, param) or 'id'}", left, out)


def _block(node: "Node") -> bool:
    return any(child.type == "do_block" for child in node.named_children)


def _segment(raw: bytes, node: "Node") -> str:
    """What a scope adds to the paths in it."""
    given = values(node)
    path = _literal(raw, given[0]) if given else None
    if path is None and given and (named := keyword(raw, given[-1], "path")) is not None:
        path = _literal(raw, named)
    if not path or not path.strip("/"):
        return ""
    segment = "/" + path.strip("/")
    if said(raw, node).startswith("resources"):
        options = given[-1]
        single = keyword(raw, options, "singleton")
        if single is not None and said(raw, single) == "true":
            return segment
        named, param = keyword(raw, options, "name"), keyword(raw, options, "param")
        return f"{segment}/:{_literal(raw, named) or _resource_name(raw, given)}_{_literal(raw, param) or 'id'}"
    return segment


def _resource_name(raw: bytes, given: list["Node"]) -> str:
    """What Phoenix calls a resource: its controller without the suffix (`Phoenix.Naming.resource_name/2`)."""
    controller = said(raw, given[1]).rpartition(".")[2] if len(given) > 1 else ""
    if controller.endswith("Controller"):
        return _UPPER.sub("_", controller.removesuffix("Controller")).lower()
    return singular((_literal(raw, given[0]) or "").strip("/").rpartition("/")[2])
