"""Everything in an ECMAScript file that is a definition or lends its name to what lies in it, in source order.

Below are the captures of `ecmascript_queries`; `ecmascript_symbols` makes the symbols. A function, class or object that
is the value of something named (`const f = () => 1`, `{ run: function () {} }`, `A.prototype.b = function () {}`) takes
that name and is no definition of its own.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from plumbrule.mcp_server.analysis.syntax.extractors import common

if TYPE_CHECKING:
    from tree_sitter import Node

Captured: TypeAlias = "dict[str, list[Node]]"
"""Nodes by capture name."""

FUNCTION_TYPES = frozenset(
    (
        "arrow_function",
        "function_expression",
        "generator_function",
        "function_declaration",
        "generator_function_declaration",
    )
)
FUNCTION_ROLES = frozenset(("function", "lambda", "method"))
_WRAPPERS = frozenset(
    ("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "type_assertion")
)
# Declarators come first: the same one is captured as a top-level one and as a named one.
ROLES = (
    "constant",
    "variable",
    "named",
    "export",
    "ambient",
    "function",
    "signature",
    "lambda",
    "class",
    "method",
    "method_signature",
    "field",
    "property",
    "parameter_property",
    "interface",
    "alias",
    "enum",
    "member",
    "namespace",
    "pair",
    "assignment",
)
_ASSIGNED = re.compile(rb"[A-Za-z_$][\w$]*(?:\??\.#?[A-Za-z_$][\w$]*)+")
_REQUIRED = re.compile(rb"require\s*\(\s*(?:'[^'\n]*'|\"[^\"\n]*\"|`[^`$\n]*`)\s*\)(?:\s*\.\s*[\w$]+)?")
_EXPORTED = re.compile(
    rb"\bmodule\s*\.\s*exports\s*=\s*([A-Za-z_$][\w$]{0,80})|"
    rb"(?<![\w$])([A-Za-z_$][\w$]{0,80})\s*=\s*(?:exports\s*=\s*)?module\s*\.\s*exports\s*="
)
_SPACE = re.compile(rb"\s+")


@dataclass(slots=True)
class Entry:
    """One definition, or something that has definitions in it.

    `name` is what it lends to the names of what lies in it; "" lends nothing. `value` is the function, class or object
    that it names. `kept` tells symbols from mere scopes. `above` is the entry around it, -1 at the top.
    """

    node: "Node"
    role: str
    start: int
    end: int
    name: str = ""
    value: "Node | None" = None
    kept: bool = False
    above: int = -1
    full: str = ""
    line: int = 0
    """Where its name stands; 0 for one without a name of its own."""
    names: tuple[tuple[str, int], ...] = ()
    """For a destructuring declarator: each name with the offset where it stands."""
    exported: bool = False
    """Assigned to `exports` or `module.exports`."""
    on_this: bool = False
    owned: bool = False
    """A function or class that something else gives its name."""


def entries_of(raw: bytes, captured: "Captured", *, typescript: bool = False) -> list[Entry]:
    """The entries of a file in source order, named and with the entry around each."""
    ordered: list[tuple[int, int, int, Node]] = []
    for rank, role in enumerate(ROLES):
        ordered.extend((node.start_byte, -node.end_byte, rank, node) for node in captured.get(role, ()))
    ordered.sort(key=lambda one: one[:3])
    entries: list[Entry] = []
    for start, minus_end, rank, node in ordered:
        role = ROLES[rank]
        if role == "named" and entries and (entries[-1].start, entries[-1].end) == (start, -minus_end):
            continue
        entries.append(Entry(node, role, start, -minus_end))
    for entry, parent in zip(entries, common.parents([(one.start, one.end) for one in entries]), strict=True):
        entry.above = parent
    _name_all(raw, entries, typescript)
    return entries


@dataclass(slots=True)
class _Naming:
    """What the namers below share."""

    raw: bytes
    entries: list[Entry]
    owned: set[common.Span]
    """Spans of functions and classes that something else gives its name."""
    holders: set[str]
    """The functions, classes and objects of the file by name, which may be given properties after their definition."""
    typescript: bool


def _name_all(raw: bytes, entries: list[Entry], typescript: bool) -> None:
    """Fills in names. A value is always met after the thing that it is the value of."""
    file = _Naming(raw, entries, set(), _holders(raw, entries), typescript)
    for entry in entries:
        _NAMERS.get(entry.role, _by_name_field)(file, entry)
        if entry.value is not None:
            file.owned.add((entry.value.start_byte, entry.value.end_byte))
        around = entry.above
        if entry.role == "parameter_property" and around >= 0:  # it belongs to the class, not to the constructor
            around = entries[around].above
        elif entry.on_this:
            around = _owner_of_this(entries, around)
        prefix = entries[around].full if around >= 0 else ""
        if len(prefix) > common.NAME_CHARS:
            prefix = prefix[: common.NAME_CHARS] + "…"
        entry.full = f"{prefix}.{entry.name}" if prefix and entry.name else entry.name or prefix
    _forget_assigned_fields(entries)


def _forget_assigned_fields(entries: list[Entry]) -> None:
    """`this.x = …` defines nothing where the class declares the field `x`."""
    owners = [(_owner_of_this(entries, one.above), one) for one in entries if one.on_this and one.kept]
    if not owners:
        return
    declared = {(one.above, one.name) for one in entries if one.role == "field"}
    declared |= {(entries[one.above].above, one.name) for one in entries if one.role == "parameter_property"}
    for owner, entry in owners:
        if (owner, entry.name) in declared:
            entry.kept = False


def _owner_of_this(entries: list[Entry], around: int) -> int:
    """The class whose method holds `this.x = …`, arrow functions between them; else what is around as it is."""
    at = around
    while at >= 0 and (entries[at].role in ("named", "pair") or entries[at].node.type == "arrow_function"):
        at = entries[at].above
    if at >= 0 and entries[at].role == "method" and entries[at].above >= 0:
        above = entries[at].above
        if entries[above].role == "class":
            return above
    return around


def _holders(raw: bytes, entries: list[Entry]) -> set[str]:
    if not any(entry.role == "assignment" for entry in entries):
        return set()
    found = (
        {one.decode() for pair in _EXPORTED.findall(raw) for one in pair if one} if b"exports" in raw else set[str]()
    )
    for entry in entries:
        if entry.role not in ("function", "class", "constant", "variable", "named", "lambda"):
            continue
        named = entry.node.child_by_field_name("name")
        if named is None or "identifier" not in named.type:
            continue
        if entry.role in ("function", "class", "lambda"):
            found.add(key_text(named))
            continue
        value = entry.node.child_by_field_name("value")
        for _ in range(9):  # `var app = exports = module.exports = {}`
            if value is None or value.type != "assignment_expression":
                break
            value = value.child_by_field_name("right")
        if value_of(entry.node) is not None or (value is not None and _holds(value)):
            found.add(key_text(named))
    return found


def _holds(value: "Node") -> bool:
    """Whether properties given to a name bound to `value` are definitions: `var pp = Parser.prototype`."""
    if value.type in ("member_expression", "identifier"):
        text = value.text or b""
        return text in (b"module.exports", b"exports") or text.endswith(b".prototype")
    return value.type == "object" or value.type in FUNCTION_TYPES


def key_text(node: "Node") -> str:
    """A name as it is called: without the quotes of `'a-b'`, with the brackets of `[Symbol.iterator]`."""
    raw = node.text or b""
    if raw[:1] in (b"'", b'"') and raw:
        return common.unquoted(raw.decode("utf-8", "replace"))
    if raw[:1] == b"[":
        raw = b"[" + raw[1:-1].strip() + b"]"
    elif len(raw) < 100:
        return raw.decode("utf-8", "replace")
    return common.folded(raw, 0, len(raw), 100)


def value_of(node: "Node", name: str = "value") -> "Node | None":
    """The value of a declarator, pair, field or assignment when it is a function, class or object, parentheses off."""
    value = node.child_by_field_name(name)
    for _ in range(6):
        if value is None or value.type not in _WRAPPERS:
            break
        value = next((one for one in value.named_children if one.type not in ("comment", "type_arguments")), None)
    if value is not None and (value.type in FUNCTION_TYPES or value.type in ("class", "object")):
        return value
    return None


def _by_name_field(file: _Naming, entry: Entry) -> None:
    named = entry.node.child_by_field_name("name") or entry.node.child_by_field_name("property")
    if named is None and entry.role == "parameter_property":
        named = entry.node.child_by_field_name("pattern")
    if named is None and entry.role == "member":
        named = entry.node
    if named is not None:
        entry.name = key_text(named)
        if entry.name.startswith("defaul") and file.raw[named.start_byte : named.end_byte] != named.text:
            entry.name = "default"  # the name that `ecmascript_types` put in
        entry.kept = bool(entry.name)
        entry.line = named.start_point.row + 1


def _declarator(file: _Naming, entry: Entry) -> None:
    named = entry.node.child_by_field_name("name")
    entry.value = value_of(entry.node)
    if named is None:
        return
    entry.line = named.start_point.row + 1
    if named.type == "identifier":
        entry.name = key_text(named)
        function_like = entry.value is not None and entry.value.type != "object"
        entry.kept = function_like or (entry.role != "named" and not _binds_import(file, entry))
    elif entry.role != "named" and not _binds_import(file, entry):
        entry.names = tuple(bound_names(named))
        entry.kept = bool(entry.names)


def _binds_import(file: _Naming, entry: Entry) -> bool:
    """Whether a declarator of JavaScript only names what `require` gives: an import for TypeScript, and no variable."""
    value = entry.node.child_by_field_name("value")
    if file.typescript or value is None or value.type not in ("call_expression", "member_expression"):
        return False
    return bool(_REQUIRED.fullmatch(file.raw, value.start_byte, value.end_byte))


def bound_names(pattern: "Node") -> list[tuple[str, int]]:
    """The names that a destructuring pattern binds, with their offsets, in source order."""
    found: list[tuple[str, int]] = []
    waiting = [pattern]
    while waiting:
        node = waiting.pop()
        if node.type in ("identifier", "shorthand_property_identifier_pattern"):
            found.append((key_text(node), node.start_byte))
        elif node.type == "pair_pattern":
            value = node.child_by_field_name("value")
            waiting.extend(() if value is None else (value,))
        elif node.type in ("assignment_pattern", "object_assignment_pattern"):
            left = node.child_by_field_name("left")
            waiting.extend(() if left is None else (left,))
        elif node.type in ("object_pattern", "array_pattern", "rest_pattern"):
            waiting.extend(reversed(node.named_children))
    return found


def _pair(_: _Naming, entry: Entry) -> None:
    key = entry.node.child_by_field_name("key")
    entry.value = value_of(entry.node)
    if key is not None and entry.value is not None:
        entry.name = key_text(key)
        entry.kept = entry.value.type != "object" and key.type != "computed_property_name"


def _field(file: _Naming, entry: Entry) -> None:
    _by_name_field(file, entry)
    entry.value = value_of(entry.node)


def _lambda(file: _Naming, entry: Entry) -> None:
    """A function or class expression: named by its owner, by `export default`, or by itself."""
    if (entry.start, entry.end) in file.owned:
        entry.owned = True
        return
    if entry.role == "class" and entry.node.type != "class":
        _by_name_field(file, entry)
        return
    own = entry.node.child_by_field_name("name") if entry.node.type != "arrow_function" else None
    parent = file.entries[entry.above] if entry.above >= 0 else None
    default = None
    if parent is not None and parent.role == "export":
        default = parent.node.child_by_field_name("value")
    if own is not None:
        entry.name, entry.kept = key_text(own), True
    elif default is not None and (default.start_byte, default.end_byte) == (entry.start, entry.end):
        entry.name, entry.kept = "default", True


def _export(_: _Naming, entry: Entry) -> None:
    """`export default { … }` and `export default defineConfig({ … })` lend the name `default` to their methods."""
    value = entry.node.child_by_field_name("value")
    if value is not None and value.type not in FUNCTION_TYPES and value.type != "class":
        entry.name = "default"


def _ambient(file: _Naming, entry: Entry) -> None:
    if file.raw[entry.start : entry.start + 40].split(b"{")[0].split()[1:2] == [b"global"]:
        entry.name = "global"


def _assignment(file: _Naming, entry: Entry) -> None:
    """`exports.x = …`, `module.exports = …`, `A.prototype.b = function …`, `app.use = function …`, `this.x = …`."""
    left = entry.node.child_by_field_name("left")
    path = _SPACE.sub(b"", file.raw[left.start_byte : left.end_byte][:300]) if left is not None else b""
    if not _ASSIGNED.fullmatch(path):
        return
    entry.value = value_of(entry.node, "right")
    words = path.decode("utf-8", "replace").replace("?.", ".").split(".")
    function_like = entry.value is not None and entry.value.type != "object"
    exported = words[0] == "exports" or words[:2] == ["module", "exports"]
    if exported:
        rest = words[1:] if words[0] == "exports" else words[2:]
        entry.exported = True
        if rest:
            entry.name = ".".join(rest)
            entry.kept = function_like or (len(rest) == 1 and _is_own_value(entry.node.child_by_field_name("right")))
        elif function_like and entry.value is not None:
            own = entry.value.child_by_field_name("name") if entry.value.type != "arrow_function" else None
            entry.name, entry.kept = (key_text(own) if own is not None else "module.exports"), True
        return
    if words[0] == "this":
        if len(words) > 2:  # `this.worker.onmessage = …` is no property of this class
            entry.value = None
            return
        entry.on_this = True
        words = words[1:]
    elif entry.value is None or not _takes_properties(file, words):
        entry.value = None
        return
    words = [word for word in words if word != "prototype"]
    entry.name = ".".join(words)
    entry.kept = function_like


def _is_own_value(right: "Node | None") -> bool:
    """Whether `exports.x = right` defines x here: not when it hands on a name, another export, or nothing at all."""
    if right is None or right.type in ("identifier", "assignment_expression", "undefined", "unary_expression"):
        return False
    return not (right.type in ("call_expression", "member_expression") and (right.text or b"").startswith(b"require("))


def _takes_properties(file: _Naming, words: list[str]) -> bool:
    """Whether `words[0]` is a function, class or object of this file: only then is `A.b = function …` a definition."""
    return len(words) <= 3 and (words[0] in file.holders or words[1] == "prototype")


_NAMERS = {
    "constant": _declarator,
    "variable": _declarator,
    "named": _declarator,
    "pair": _pair,
    "field": _field,
    "lambda": _lambda,
    "class": _lambda,
    "export": _export,
    "ambient": _ambient,
    "assignment": _assignment,
}
