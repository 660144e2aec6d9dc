"""The prefixes of Rust routes: `nest("/api", …)` of axum, `web::scope("/api")` of actix, within one file.

A router that a function or a variable of the file holds takes the prefix of the only call that nests it. Above lies
`rust_uses`, which finds the routes.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_NESTED = re.compile(rb"\.(?:nest|nest_service)\(\s*\"([^\"\n]{1,200})\"\s*,\s*([A-Za-z_]\w*)(?:\(|\s*[,)])")
_FUNCTION = re.compile(rb"\bfn\s+([A-Za-z_]\w*)")
_METHOD = re.compile(r"\b(get|post|put|delete|patch|head|trace)\s*\(\)")
_STEPS = 80
_HOPS = 5


class Prefixes:
    """The prefixes of one file."""

    __slots__ = ("_named", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        found: dict[str, set[tuple[str, str]]] = {}
        for each in _NESTED.finditer(raw) if b".nest" in raw else ():
            before = raw.rfind(b"fn ", 0, each.start())
            holder = _FUNCTION.match(raw, before) if before >= 0 else None
            inside = holder[1].decode() if holder else ""
            found.setdefault(each[2].decode(), set()).add((each[1].decode("utf-8", "replace"), inside))
        self._named = {name: next(iter(given)) for name, given in found.items() if len(given) == 1}

    def of(self, call: "Node") -> str:
        """What stands before the path of a call that adds a route."""
        prefix, holder = self._base(call), ""
        at: Node = call
        for _ in range(_STEPS):
            above = at.parent
            if above is None:
                break
            if above.type == "arguments" and above.parent is not None:
                prefix = self._outer(above.parent, at) + prefix
            elif above.type in ("function_item", "let_declaration") and not holder:
                name = above.child_by_field_name("name" if above.type == "function_item" else "pattern")
                shown = self._text(name)
                holder = shown if shown in self._named else ""
                if above.type == "function_item":
                    break
            at = above
        for _ in range(_HOPS):
            given = self._named.get(holder)
            if given is None:
                break
            prefix, holder = _joined(given[0], prefix), given[1] if given[1] != holder else ""
        return prefix

    def methods(self, call: "Node") -> list[str]:
        """The methods that are added to a resource of actix: `resource("/x").route(web::get().to(f))`."""
        found: list[str] = []
        at = call
        for _ in range(_STEPS):
            field, above = at.parent, at.parent.parent if at.parent is not None else None
            if field is None or above is None or field.type != "field_expression" or above.type != "call_expression":
                break
            if self._text(field.child_by_field_name("field")) == "route":
                method = _METHOD.search(self._text(above.child_by_field_name("arguments"))[:200])
                found += [method[1].upper()] if method else []
            at = above
        return list(dict.fromkeys(found))

    def _outer(self, call: "Node", given: "Node") -> str:
        """The prefix that a call gives to what one of its arguments holds."""
        function, listed = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        if function is None or listed is None or function.type != "field_expression":
            return ""
        name = self._text(function.child_by_field_name("field"))
        first = listed.named_children[0] if listed.named_child_count else None
        if name in ("nest", "nest_service") and first is not None and first.start_byte != given.start_byte:
            return self._text(first).strip('"').rstrip("/") if first.type == "string_literal" else ""
        return self._base(call) if name == "service" else ""

    def _base(self, call: "Node") -> str:
        """The path of the `scope("/x")` that a chain of calls begins with."""
        at: Node | None = call
        for _ in range(_STEPS):
            if at is None or at.type not in ("call_expression", "field_expression"):
                break
            if at.type == "field_expression":
                at = at.child_by_field_name("value")
                continue
            function, listed = at.child_by_field_name("function"), at.child_by_field_name("arguments")
            if function is not None and listed is not None and self._text(function) in ("web::scope", "scope"):
                first = listed.named_children[0] if listed.named_child_count else None
                return self._text(first).strip('"').rstrip("/") if first is not None else ""
            at = function
        return ""

    def _text(self, node: "Node | None") -> str:
        return self._raw[node.start_byte : node.end_byte].decode("utf-8", "replace") if node is not None else ""


def _joined(prefix: str, path: str) -> str:
    return prefix.rstrip("/") + path
