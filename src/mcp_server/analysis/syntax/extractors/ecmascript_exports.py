"""What an ECMAScript file offers to others: `export`, `module.exports`, `exports.x`; and whether it is a module."""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_scopes import (
    Captured,
    Entry,
    bound_names,
    key_text,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_EXPORT_STAR_AS = re.compile(rb"export\s+(?:type\s+)?\*\s+as\s+([\w$]+|'[^'\n]*'|\"[^\"\n]*\")")
_EXPORTED_PATH = re.compile(rb"^(?:module\s*\.\s*)?exports(?:\s*\.\s*([A-Za-z_$][\w$]*))?$")
_ALIAS = re.compile(
    rb"(?<![\w$.])([A-Za-z_$][\w$]{0,80})\s*=\s*(?:exports\s*=\s*)?module\s*\.\s*exports\s*(?:=[^=]|[;,\n])|"
    rb"\bmodule\s*\.\s*exports\s*=\s*(?:exports\s*=\s*)?([A-Za-z_$][\w$]{0,80})\s*=[^=>]"
)
_SAID_TO_BE_MODULE = re.compile(rb"\brequire\s*\(|\bmodule\s*\.\s*exports\b|\bexports\s*\.")


class Exports:
    """The names that leave a file.

    `names` are those that importers see, in source order. `locals` are the names of definitions here that leave it
    under whatever name. `module` is false for a script, whose top level everybody shares.
    """

    def __init__(self, raw: bytes, entries: list[Entry], captured: Captured, offered: tuple[str, ...] = ()) -> None:
        self.locals: set[str] = set()
        self.module = bool(offered or captured.get("export") or captured.get("import")) or _is_commonjs(raw)
        self._names: dict[str, None] = dict.fromkeys(offered)
        for entry in entries:
            if entry.role == "export" and entry.above < 0:  # an inner one belongs to its namespace
                self._of_statement(raw, entry.node)
        for node in sorted(captured.get("assignment", ()), key=_start):  # captures come in no order
            self._of_assignment(raw, node)
        if b"module.exports" in raw:
            self._of_aliases(raw, entries)

    @property
    def names(self) -> tuple[str, ...] | None:
        return tuple(self._names) if self.module else None

    def offers(self, entry: Entry) -> bool:
        """Whether a top-level entry can be reached from outside the file."""
        if not self.module or entry.exported:
            return True
        if entry.role == "assignment":
            return entry.name.split(".")[0] in self.locals
        return entry.name in self.locals or any(name in self.locals for name, _ in entry.names)

    def ambient(self, entries: list[Entry], entry: Entry) -> bool:
        """Whether a namespace around the entry is only declared: there everything counts as exported."""
        above = entry.above
        while above >= 0:
            if entries[above].role == "ambient":
                return True
            above = entries[above].above
        return False

    def _of_statement(self, raw: bytes, node: "Node") -> None:
        declaration = node.child_by_field_name("declaration")
        head = raw[node.start_byte : node.end_byte][:400]
        if declaration is not None:
            names = _declared(declaration)
            default = _is_default(node) or head.startswith(b"export default")  # where a name was put in for parsing
            self.locals.update(names if not default else [*names, "default"])
            self._names.update(dict.fromkeys(["default"] if default else names))
            return
        value = node.child_by_field_name("value")
        if value is not None:
            self._names["default"] = None
            if value.type == "identifier":
                self.locals.add(key_text(value))
            return
        star = _EXPORT_STAR_AS.match(head)
        if star:
            self._names[star.group(1).decode("utf-8", "replace").strip("'\"")] = None
            return
        elsewhere = node.child_by_field_name("source") is not None
        for clause in node.named_children:
            if clause.type == "export_clause":
                self._of_clause(clause, elsewhere)
            elif clause.type == "identifier":  # `export = name` and `export as namespace Name`
                self.locals.add(key_text(clause))
            elif clause.type == "import_alias":
                self._names.update(dict.fromkeys(_declared(clause)))

    def _of_clause(self, clause: "Node", elsewhere: bool) -> None:
        for specifier in clause.named_children:
            if specifier.type != "export_specifier":
                continue
            name = specifier.child_by_field_name("name")
            alias = specifier.child_by_field_name("alias") or name
            if name is None or alias is None:
                continue
            self._names[key_text(alias)] = None
            if not elsewhere:
                self.locals.add(key_text(name))

    def _of_assignment(self, raw: bytes, node: "Node") -> None:
        left = node.child_by_field_name("left")
        right = node.child_by_field_name("right")
        if left is None or right is None:
            return
        path = _EXPORTED_PATH.match(raw[left.start_byte : left.end_byte])
        if path is None:
            return
        if right.type == "identifier":
            self.locals.add(key_text(right))
        if path.group(1):
            self._names[path.group(1).decode()] = None
        elif right.type == "object":
            self._of_object(right)

    def _of_aliases(self, raw: bytes, entries: list[Entry]) -> None:
        """`var app = exports = module.exports = {}`: what is then hung on `app` leaves the file."""
        aliases = {one.decode() for pair in _ALIAS.findall(raw) for one in pair if one} - {"exports"}
        self.locals |= aliases
        for entry in entries:
            words = entry.name.split(".")
            if entry.role == "assignment" and entry.above < 0 and len(words) == 2 and words[0] in aliases:
                self._names[words[1]] = None

    def _of_object(self, value: "Node") -> None:
        for member in value.named_children:
            if member.type == "shorthand_property_identifier":
                self._names[key_text(member)] = None
                self.locals.add(key_text(member))
                continue
            key = member.child_by_field_name("key") or member.child_by_field_name("name")
            if key is None or key.type == "computed_property_name":
                continue
            self._names[key_text(key)] = None
            inner = member.child_by_field_name("value")
            if inner is not None and inner.type == "identifier":
                self.locals.add(key_text(inner))


def _start(node: "Node") -> int:
    return node.start_byte


def _is_commonjs(raw: bytes) -> bool:
    return (b"require" in raw or b"exports" in raw) and bool(_SAID_TO_BE_MODULE.search(raw))


def _is_default(node: "Node") -> bool:
    return any(one.type == "default" for one in node.children[:6])


def _declared(declaration: "Node") -> list[str]:
    """The names that a declaration binds."""
    if declaration.type == "ambient_declaration":
        inner = next((one for one in declaration.named_children), None)
        return _declared(inner) if inner is not None and inner.type != "ambient_declaration" else []
    if declaration.type in ("lexical_declaration", "variable_declaration"):
        found: list[str] = []
        for declarator in declaration.named_children:
            name = declarator.child_by_field_name("name")
            if name is not None:
                found.extend(one for one, _ in bound_names(name))
        return found
    name = declaration.child_by_field_name("name")
    if name is not None and name.type == "nested_identifier":  # `namespace A.B` offers A
        name = _first_name(name)
    if name is None and declaration.type == "import_alias":
        name = next((one for one in declaration.named_children if one.type == "identifier"), None)
    return [] if name is None else [key_text(name)]


def _first_name(dotted: "Node") -> "Node":
    while dotted.type in ("nested_identifier", "member_expression") and dotted.named_children:
        dotted = dotted.named_children[0]
    return dotted
