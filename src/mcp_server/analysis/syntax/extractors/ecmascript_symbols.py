"""The symbols of an ECMAScript file, merged as the TypeScript compiler merges declarations.

Overloads are one symbol with their implementation, a getter is one with its setter, the parts of an interface, a
namespace or an enum are one, and so are repeated `var` and `function`. Members of a class that differ in `static` are
two. Members of type literals are not symbols here; those of interfaces are.
"""

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import common
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_exports import Exports
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_scopes import FUNCTION_ROLES, Captured, Entry
from plumbrule.mcp_server.analysis.syntax.model import Symbol, SymbolKind, Visibility

if TYPE_CHECKING:
    from tree_sitter import Node

_KINDS: dict[str, SymbolKind] = {
    "constant": "constant",
    "variable": "variable",
    "named": "variable",
    "function": "function",
    "signature": "function",
    "lambda": "function",
    "class": "class",
    "method": "method",
    "method_signature": "method",
    "field": "field",
    "property": "property",
    "parameter_property": "field",
    "interface": "interface",
    "alias": "type",
    "enum": "enum",
    "member": "member",
    "namespace": "namespace",
    "pair": "method",
    "assignment": "variable",
}
_MERGING = frozenset(
    ("function", "signature", "variable", "method", "method_signature", "field", "property", "interface", "enum")
) | {"namespace", "assignment"}
_BODILESS = frozenset(("signature", "method_signature"))
_MODIFIERS = {
    word.encode(): word
    for word in (
        "export",
        "default",
        "declare",
        "abstract",
        "async",
        "static",
        "readonly",
        "override",
        "accessor",
        "get",
    )
} | {b"set": "set", b"const": "const", b"*": "generator"}
_FUNCTION_HEAD = re.compile(rb"(async\b)?\s*(?:function)?\s*(\*)?")
_STATEMENT_START = re.compile(
    rb"\s*(?:(?:export|default|declare|const|let|var|async|abstract|public|private|protected|static|readonly|override|"
    rb"accessor|get|set|exports|module)\s+|[\w.$]+\s*=\s*)*"
)
_TAG = re.compile(r"^[\s*/]*@(private|protected)\b", re.MULTILINE)
SHORT_VALUE_BYTES = 80
"""A value longer than this, or of several lines, is left out of a constant's or a field's signature."""
Span = tuple[int, int]
_RANKS: tuple[Visibility, ...] = ("public", "protected", "internal", "private")


class Symbols:
    """Makes the symbols of one file. `found` holds them in source order."""

    def __init__(
        self, raw: bytes, entries: list[Entry], captured: Captured, exports: Exports, *, typescript: bool
    ) -> None:
        self._raw = raw
        self._entries = entries
        self._exports = exports
        self._decorators = sorted((node.end_byte, node.start_byte) for node in captured.get("decorator", ()))
        self._complexity = _complexities(entries, captured)
        self._visibility: list[Visibility] = []
        self._merged: dict[tuple[int, str, str, bool], int] = {}
        self._tagged = not typescript and (b"@private" in raw or b"@protected" in raw)
        self.found: list[Symbol] = []
        for at, entry in enumerate(entries):
            self._visibility.append(self._visibility_of(entry))
            if entry.kept:
                self._add(at, entry)

    def _add(self, at: int, entry: Entry) -> None:
        node = entry.value if entry.value is not None and entry.value.type != "object" else entry.node
        kind = self._kind(entry)
        if entry.names:
            self._add_pattern(at, entry, kind)
            return
        start = self._statement_start(entry)
        modifiers, words = self._modifiers(entry, node, start)
        comment = self._comment(start)
        symbol = Symbol(
            kind,
            entry.full,
            entry.line or entry.node.start_point.row + 1,
            entry.node.end_point.row + 1,
            self._signature(entry, node),
            self._tagged_visibility(entry, self._visibility[at], comment),
            common.doc_line(comment),
            self._complexity.get((node.start_byte, node.end_byte), 0),
            modifiers,
        )
        if kind == "namespace":
            # TypeScript has a symbol for each name of `namespace A.B`.
            for dot in (found.start() for found in re.finditer(r"\.", entry.name)):
                outer = entry.full[: len(entry.full) - len(entry.name) + dot]
                self._merge(entry, symbol._replace(name=outer, doc="", modifiers=()), False)
        self._merge(entry, symbol, "static" in words)

    def _add_pattern(self, at: int, entry: Entry, kind: SymbolKind) -> None:
        prefix = self._entries[entry.above].full if entry.above >= 0 else ""
        doc = common.doc_line(self._comment(self._statement_start(entry)))
        for name, offset in entry.names:
            line = entry.line + self._raw.count(b"\n", entry.start, offset)
            visibility = self._visibility[at]
            if name in self._exports.locals and not prefix:
                visibility = "public"
            full = f"{prefix}.{name}" if prefix else name
            self._merge(entry, Symbol(kind, full, line, line, name, visibility, doc), False)

    def _merge(self, entry: Entry, symbol: Symbol, static: bool) -> None:
        """Adds the symbol, or makes it one with an earlier declaration of the same thing."""
        scope = entry.above
        while scope >= 0 and self._entries[scope].role in ("export", "ambient"):
            scope = self._entries[scope].above
        key = (scope, symbol.kind, symbol.name, static)
        before = self._merged.get(key)
        if before is None or not self._declares_again(entry, symbol, self.found[before]):
            self._merged[key] = len(self.found)
            self.found.append(symbol)
            return
        first = self.found[before]
        # The implementation stands for its overloads; what is already implemented stays as it is.
        chosen = symbol if symbol.complexity and not first.complexity else first
        self.found[before] = chosen._replace(
            doc=first.doc or symbol.doc,
            complexity=max(first.complexity, symbol.complexity),
            visibility=min(first.visibility, symbol.visibility, key=_RANKS.index),
        )

    def _declares_again(self, entry: Entry, symbol: Symbol, first: Symbol) -> bool:
        """Whether a second definition of a name in a scope is the same symbol, not one in another block or object."""
        if entry.role not in _MERGING or symbol.name.endswith("]"):
            return False
        if entry.role == "method" and self._around(entry) != "class":
            # Members of two objects in one scope: only a getter with its setter is one.
            return symbol.kind == "property" and ("set" if "get" in symbol.modifiers else "get") in first.modifiers
        return True

    def _kind(self, entry: Entry) -> SymbolKind:
        role = entry.role
        if role == "method":
            if entry.name == "constructor" and self._around(entry) == "class":
                return "constructor"
            return "property" if self._is_accessor(entry) else "method"
        if role == "method_signature" and entry.name == "constructor" and self._around(entry) == "class":
            return "constructor"
        if role == "method_signature" and self._is_accessor(entry):
            return "property"
        if role == "namespace":
            quoted = entry.node.child_by_field_name("name")
            return "module" if quoted is not None and quoted.type == "string" else "namespace"
        if entry.value is not None and entry.value.type != "object":
            if entry.value.type == "class":
                return "class"
            if role == "assignment":
                return "method" if entry.on_this or b".prototype." in self._head(entry) else "function"
            return "method" if role in ("field", "pair") else "function"
        return _KINDS[role]

    def _is_accessor(self, entry: Entry) -> bool:
        name = entry.node.child_by_field_name("name")
        words = self._raw[entry.start : name.start_byte if name is not None else entry.start].split()
        return b"get" in words or b"set" in words

    def _head(self, entry: Entry) -> bytes:
        return self._raw[entry.start : entry.start + 200].split(b"=", 1)[0]

    def _around(self, entry: Entry) -> str:
        """The role of the entry that it is a member of; the class that a declarator names counts as one."""
        if entry.above < 0:
            return ""
        parent = self._entries[entry.above]
        return parent.role

    def _signature(self, entry: Entry, node: "Node") -> str:
        start = entry.start
        body = node.child_by_field_name("body")
        if entry.role in ("constant", "variable", "named"):
            word = "const " if entry.role == "constant" else self._declaring_word(entry)
            return (word + self._up_to_body(entry, start, body))[: common.SIGNATURE_CHARS]
        return self._up_to_body(entry, start, body)

    def _declaring_word(self, entry: Entry) -> str:
        before = self._raw[max(0, entry.start - 12) : entry.start].split()
        return before[-1].decode() + " " if before and before[-1] in (b"const", b"let", b"var") else ""

    def _up_to_body(self, entry: Entry, start: int, body: "Node | None") -> str:
        raw = self._raw
        start = self._past_decorators(start)
        if body is not None:
            return common.folded(raw, start, body.start_byte)
        if entry.role in ("alias", "property", *_BODILESS):
            return common.folded(raw, start, entry.end).rstrip(";,")
        value = entry.node.child_by_field_name("value") or entry.node.child_by_field_name("right")
        end = entry.end
        if value is not None:
            long = value.end_byte - value.start_byte > SHORT_VALUE_BYTES
            if long or raw.find(b"\n", value.start_byte, value.end_byte) >= 0:
                end = value.start_byte
        return common.folded(raw, start, end).rstrip(";,=" if end != entry.end else ";,").rstrip()

    def _past_decorators(self, start: int) -> int:
        """Decorators inside a definition come before everything else of it."""
        at = bisect_left(self._decorators, (start, 0))
        while at < len(self._decorators) and not self._raw[start : self._decorators[at][1]].strip():
            start = self._decorators[at][0]
            at += 1
        return start

    def _decorators_of(self, entry: Entry, name_start: int) -> list[Span]:
        """The decorators right before a definition and those between its start and its name, outermost ones only."""
        found: list[Span] = []
        at = bisect_left(self._decorators, (entry.start + 1, 0)) - 1
        edge = entry.start
        while at >= 0:
            end, start = self._decorators[at]
            if start >= edge:
                at -= 1
                continue
            between = self._raw[end:edge]
            if len(between) > 400 or between.replace(b"export", b"").replace(b"default", b"").strip():
                break
            found.append((start, end))
            edge = start
            at -= 1
        found.reverse()
        at = bisect_left(self._decorators, (entry.start + 1, 0))
        edge = entry.start
        while at < len(self._decorators) and self._decorators[at][0] <= name_start:
            end, start = self._decorators[at]
            if start >= entry.start and not self._raw[edge:start].strip():
                found.append((start, end))
                edge = end
            at += 1
        return found

    def _modifiers(self, entry: Entry, node: "Node", start: int) -> tuple[tuple[str, ...], set[str]]:
        raw = self._raw
        named = entry.node.child_by_field_name("name") or entry.node.child_by_field_name("property")
        name_start = named.start_byte if named is not None else entry.start
        decorators = self._decorators_of(entry, name_start) if self._decorators else []
        # Decorators may lie before the statement's start and between it and the name: their words are no modifiers.
        begin = self._past_decorators(entry.start)
        words: list[str] = []
        for piece in (
            raw[start : entry.start] if start < entry.start else b"",
            raw[begin : min(name_start, begin + 200)],
        ):
            words.extend(_leading_words(piece))
        if entry.role == "lambda" or node is not entry.node:
            found = _FUNCTION_HEAD.match(raw, node.start_byte, node.start_byte + 60)
            heads = found.groups() if found else (None, None)
            words.extend(word for word, there in zip(("async", "generator"), heads, strict=True) if there)
        if self._around(entry) == "export" and "export" not in words:
            words.insert(0, "export")
        unique = list(dict.fromkeys(word for word in words if word != "const" or entry.role == "enum"))
        shown = [common.folded(raw, begin, end, 120) for begin, end in decorators]
        return (*shown, *unique), set(unique)

    def _statement_start(self, entry: Entry) -> int:
        """Where the statement of a definition starts: before `export`, before `const`, before its decorators."""
        raw = self._raw
        start = entry.start
        around = self._entries[entry.above] if entry.above >= 0 else None
        if around is not None and around.role in ("export", "ambient"):
            start = around.start
        line = raw.rfind(b"\n", max(0, start - common.MAX_INDENT_BYTES), start) + 1
        if (line or start < common.MAX_INDENT_BYTES) and _STATEMENT_START.fullmatch(raw, line, start):
            start = line + len(raw[line:start]) - len(raw[line:start].lstrip())
        return start

    def _tagged_visibility(self, entry: Entry, visibility: Visibility, comment: str) -> Visibility:
        """A member of a class in JavaScript is as private as its comment says, for TypeScript too."""
        if not self._tagged or visibility == "private" or self._around(entry) != "class":
            return visibility
        tag = _TAG.search(comment)
        return visibility if tag is None else "private" if tag[1] == "private" else "protected"

    def _comment(self, start: int) -> str:
        """The documentation above a definition, "" without one."""
        if self._decorators:
            at = bisect_left(self._decorators, (start + 1, 0)) - 1
            while at >= 0 and not self._raw[self._decorators[at][0] : start].strip():
                start = self._decorators[at][1]
                at -= 1
        comment = common.comment_above(self._raw, start, (), blank_lines=9)  # as TypeScript attaches them
        return comment if comment.startswith("/**") else ""

    def _visibility_of(self, entry: Entry) -> Visibility:
        above = self._visibility[entry.above] if entry.above >= 0 else None
        own = self._own_visibility(entry)
        return own if above is None or _RANKS.index(own) > _RANKS.index(above) else above

    def _own_visibility(self, entry: Entry) -> Visibility:
        around = self._around(entry)
        if entry.role in ("export", "ambient", "member", "property"):
            return "public"
        if entry.role in ("method", "field", "method_signature", "parameter_property"):
            return _member_visibility(self._raw, entry)
        if entry.role == "namespace" and b"'" in self._head(entry)[:40] + b"'" * (b'"' in self._head(entry)[:40]):
            return "public"  # `declare module "x"` adds to what everybody sees
        if entry.above < 0:
            return "public" if self._exports.offers(entry) else "internal"
        if around in ("export", "pair", "assignment"):
            return "public"
        if around == "ambient":
            ambient = self._entries[entry.above]
            shared = ambient.above >= 0 or ambient.name == "global" or self._exports.offers(entry)
            return "public" if shared else "internal"
        if around == "namespace":
            return "public" if self._exports.ambient(self._entries, entry) else "internal"
        if around in ("function", "method") or (around == "lambda" and entry.role != "assignment"):
            return self._inside_function(entry)
        return "public"

    def _inside_function(self, entry: Entry) -> Visibility:
        """What a function holds is its own, but for an anonymous function that only wraps the file."""
        if entry.exported or entry.on_this:
            return "public"
        return "private"


def _leading_words(piece: bytes) -> list[str]:
    """The modifiers in what stands before a name."""
    return [_MODIFIERS[word] for word in piece.replace(b"*", b" * ").split() if word in _MODIFIERS] if piece else []


def _member_visibility(raw: bytes, entry: Entry) -> Visibility:
    if entry.name.startswith("#"):
        return "private"
    name = entry.node.child_by_field_name("name") or entry.node.child_by_field_name("pattern")
    head = raw[entry.start : name.start_byte if name is not None else entry.start].split()
    if b"private" in head:
        return "private"
    return "protected" if b"protected" in head else "public"


def _complexities(entries: list[Entry], captured: Captured) -> dict[Span, int]:
    """McCabe's number of every function with a body, by its span."""
    functions = [(one.start, one.end) for one in entries if one.role in FUNCTION_ROLES]
    branches = sorted(node.start_byte for node in captured.get("branch", ()))
    return dict(zip(functions, common.complexities(functions, branches), strict=True))
