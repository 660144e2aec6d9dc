"""Elixir: modules, functions with their arity, macros, structs, types, and what a file takes from other modules.

Everything in Elixir's syntax tree is a call, so definitions are calls of the words that define. The clauses of one
function are one symbol (`A.B.fetch/2`), each clause one more way through. What a macro quotes is named under its module
and carries the modifier `quote`. References are written in full where an `alias` of the file says how.
"""

import re
from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import elixir_uses
from plumbrule.mcp_server.analysis.syntax.extractors.common import (
    NAME_CHARS,
    doc_line,
    error_lines,
    folded,
    owners,
)
from plumbrule.mcp_server.analysis.syntax.extractors.elixir_uses import keyword, values
from plumbrule.mcp_server.analysis.syntax.extractors.outline import Scope, captured, outlined, row, said, shown
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import, ImportKind, Symbol, SymbolKind, Visibility

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_QUERY = """
(call target: (identifier) @_word (#any-of? @_word "defmodule" "defprotocol" "defimpl")) @def.module
(call target: (identifier) @_word (#any-of? @_word
  "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate" "defn" "defnp")) @def.function
(call target: (identifier) @_word (#any-of? @_word "defstruct" "defexception")) @def.struct
(call target: (identifier) @_word (arguments) (#any-of? @_word "alias" "import" "use" "require")) @def.import
(unary_operator operator: "@" operand: (call target: (identifier) @_word (arguments) (#any-of? @_word
  "moduledoc" "doc" "typedoc" "type" "typep" "opaque" "callback" "macrocallback"))) @def.attribute
(call target: (identifier) @_word (#any-of? @_word "if" "unless" "for")) @branch
[(do_block (stab_clause left: (arguments . (_) @case))) (rescue_block (stab_clause left: (arguments . (_) @case)))
 (catch_block (stab_clause left: (arguments . (_) @case))) (else_block (stab_clause left: (arguments . (_) @case)))]
(binary_operator operator: ["&&" "||" "and" "or"] @branch)
(call target: (identifier) @ref)
(call target: (dot right: (identifier) @ref))
(alias) @module
(call target: (dot left: (atom) @erlang))
"""
_MODULE = re.compile(r"[A-Z]\w*(?:\.[A-Z]\w*)*")
_CALLABLE = frozenset(("function",))
_PRIVATE = frozenset(("defp", "defmacrop", "defguardp", "defnp", "typep"))
_IMPORTS: dict[str, ImportKind] = {"alias": "import", "import": "import", "use": "use", "require": "require"}
_DEFINING = frozenset(
    (
        "def",
        "defp",
        "defmacro",
        "defmacrop",
        "defguard",
        "defguardp",
        "defdelegate",
        "defmodule",
        "defprotocol",
        "defimpl",
        "defstruct",
        "defexception",
        "alias",
        "import",
        "use",
        "require",
        "if",
        "unless",
        "case",
        "cond",
        "for",
        "with",
        "fn",
        "quote",
        "unquote",
        "try",
        "receive",
    )
)
"""Words of the language itself, which name nothing of another file."""


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """What one Elixir file defines, takes from other modules and uses."""
    captures = captured(tree, _QUERY)
    captures.setdefault("branch", []).extend(
        node for node in captures.get("case", ()) if raw[node.start_byte : node.end_byte] not in (b"_", b"true")
    )
    reader = _Reader(raw)
    statements: list[tuple[int, int]] = []
    for scope in outlined(captures, _CALLABLE):
        reader.read(scope)
        if scope.kind == "import" and not raw.startswith(b"use", scope.start):
            statements.append((scope.start, scope.end))
    found = reader.found
    found.errors = error_lines(tree)
    found.refs = _refs(raw, captures, found.imports)
    found.imports.extend(_references(raw, captures, found.imports, statements))
    found.imports.sort(key=lambda one: one.line)
    found.uses = elixir_uses.uses(raw, tree)
    return found


def _refs(raw: bytes, captures: dict[str, list["Node"]], imports: list[Import]) -> dict[str, int]:
    full = {each.names[0]: each.target for each in imports if "alias" in each.flags and each.names}
    names: Counter[str] = Counter()
    for node in captures.get("ref", ()):
        if (name := said(raw, node)) not in _DEFINING:
            names[name] += 1
    for node in captures.get("module", ()):
        first, dot, rest = said(raw, node).partition(".")
        names[full.get(first, first) + dot + rest] += 1
    return {name: names[name] for name in sorted(names) if len(name) <= NAME_CHARS}


def _references(
    raw: bytes, captures: dict[str, list["Node"]], imports: list[Import], statements: list[tuple[int, int]]
) -> list[Import]:
    """Modules that are called or named without being imported, each once: no statement is needed for that in Elixir.

    `statements` are the spans of those that there are: their own words are no references.
    """
    full = {each.names[0]: each.target for each in imports if "alias" in each.flags and each.names}
    known = {each.target for each in imports}
    own = {each.target.rpartition(".")[2] for each in imports if each.kind == "package"}
    lines: dict[str, int] = {}
    nodes = sorted(captures.get("module", ()), key=lambda node: node.start_byte)
    for node, statement in zip(nodes, owners(statements, [node.start_byte for node in nodes]), strict=True):
        first, dot, rest = said(raw, node).partition(".")
        name = full.get(first, first) + dot + rest
        if statement < 0 and name not in known and first not in own and _MODULE.fullmatch(name):
            lines[name] = min(row(node), lines.get(name, 1 << 30))
    for node in captures.get("erlang", ()):
        lines[said(raw, node)] = min(row(node), lines.get(said(raw, node), 1 << 30))
    return [Import(name, lines[name], "import", (), ("lazy", "reference")) for name in sorted(lines)]


class _Reader:
    """Reads the scopes of one file in order: documentation stands before what it documents, clauses follow clauses."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.found = Extracted()
        self._clauses: dict[tuple[int, str, bool], int] = {}
        """Where the symbol of a function is, under its module's start, its name and whether it is quoted."""
        self._documented: dict[int, int] = {}
        """Where the symbol of a module is, under its start."""

    def read(self, scope: Scope) -> None:
        """Adds what `scope` defines."""
        module = _module(scope.around)
        match scope.kind:
            case "module":
                self._module(scope, module)
            case "function":
                self._function(scope, module)
            case "struct":
                self._struct(scope, module)
            case "import":
                self._import(scope, module)
            case _:
                self._attribute(scope, module)

    def _module(self, scope: Scope, outer: Scope | None) -> None:
        word = _word(self._raw, scope.node)
        arguments = values(scope.node)
        if not arguments:
            return
        written = _named(self._raw, arguments[0], outer)
        kind: SymbolKind = "module" if word == "defmodule" else "protocol"
        names = [written if outer is None or word == "defimpl" else outer.within(written)]
        if word == "defimpl":
            kind = "implementation"
            targets = keyword(self._raw, arguments[-1], "for")
            listed = targets.named_children if targets is not None and targets.type == "list" else [targets]
            owners = [_named(self._raw, each, outer) for each in listed if each is not None]
            names = [f"{written}.{owner}" for owner in owners or ([outer.name] if outer is not None else [])] or names
        signature = folded(self._raw, scope.start, arguments[-1].end_byte).removesuffix(", do:")
        scope.name = outer.name if outer is not None else ""
        if not all(_MODULE.fullmatch(name) for name in names):
            # The name is computed: what lies inside is named as if it lay around it.
            return
        for name in names:
            scope.name = name
            self.found.imports.append(Import(name, row(scope.node), "package"))
            self._documented[scope.start] = len(self.found.symbols)
            self.found.symbols.append(Symbol(kind, name, row(scope.node), scope.node.end_point.row + 1, signature))

    def _hide(self, word: str, module: Scope) -> None:
        """Remembers `@doc false`, which says that what follows is public for its own project alone."""
        at = self._documented.get(module.start)
        if word == "doc":
            module.notes["hidden"] = "@doc false"
        elif word == "moduledoc" and at is not None:
            self.found.symbols[at] = self.found.symbols[at]._replace(modifiers=("@moduledoc false",))

    def _function(self, scope: Scope, module: Scope | None) -> None:
        word = _word(self._raw, scope.node)
        arguments = values(scope.node)
        head = _head(arguments[0]) if arguments else None
        named = _name_and_arity(self._raw, head)
        doc = module.notes.pop("doc", "") if module is not None else ""
        hidden = module.notes.pop("hidden", "") if module is not None else ""
        if named is None:
            return
        quoted = scope.around is not None and scope.around is not module
        name = module.within(named) if module is not None else named
        key = (module.start if module is not None else -1, named, quoted)
        last = scope.node.end_point.row + 1
        has_body = any(child.type == "do_block" for child in scope.node.named_children) or (
            len(arguments) > 1 and keyword(self._raw, arguments[-1], "do") is not None
        )
        ways = scope.branches + 1 if has_body else 0
        if (at := self._clauses.get(key)) is not None:
            earlier = self.found.symbols[at]
            self.found.symbols[at] = earlier._replace(
                end_line=max(last, earlier.end_line), complexity=earlier.complexity + ways, doc=earlier.doc or doc
            )
            return
        self._clauses[key] = len(self.found.symbols)
        kind: SymbolKind = "macro" if word.startswith(("defmacro", "defguard")) else "function"
        visibility: Visibility = "private" if word in _PRIVATE else "public"
        signature = folded(self._raw, scope.start, arguments[0].end_byte)
        modifiers = (*(("quote",) if quoted else ()), *((hidden,) if hidden else ()))
        self.found.symbols.append(
            Symbol(kind, name, row(scope.node), last, signature, visibility, doc, ways, modifiers)
        )

    def _struct(self, scope: Scope, module: Scope | None) -> None:
        if module is None:
            return
        first, last = row(scope.node), scope.node.end_point.row + 1
        signature = folded(self._raw, scope.start, scope.end)
        self.found.symbols.append(Symbol("struct", module.name, first, last, signature))
        for argument in values(scope.node):
            listed = argument.named_children if argument.type == "list" else [argument]
            for each in listed:
                if each.type == "atom":
                    name = module.within(said(self._raw, each).removeprefix(":"))
                    self.found.symbols.append(Symbol("field", name, row(each), row(each), shown(self._raw, each)))
                for pair in each.named_children if each.type == "keywords" else ():
                    key = pair.child_by_field_name("key")
                    if key is not None:
                        name = module.within(said(self._raw, key).strip(": "))
                        self.found.symbols.append(Symbol("field", name, row(pair), row(pair), shown(self._raw, pair)))

    def _import(self, scope: Scope, module: Scope | None) -> None:
        word = _word(self._raw, scope.node)
        arguments = values(scope.node)
        if not arguments or arguments[0].type not in ("alias", "dot", "call", "identifier"):
            return
        flags: tuple[str, ...] = ("lazy",) if scope.around is not None and scope.around.kind == "function" else ()
        if scope.around is not None and scope.around.kind not in ("module", "function"):
            return
        flags += ("alias",) if word == "alias" else ()
        for target in _modules(self._raw, arguments[0], module):
            names: tuple[str, ...] = ()
            if word == "alias":
                named = keyword(self._raw, arguments[-1], "as")
                names = (said(self._raw, named) if named is not None else target.rpartition(".")[2],)
            elif word == "import" and (only := keyword(self._raw, arguments[-1], "only")) is not None:
                pairs = [pair for each in only.named_children for pair in each.named_children if pair.type == "pair"]
                names = tuple(said(self._raw, pair).partition(":")[0] for pair in pairs)
            self.found.imports.append(Import(target, row(scope.node), _IMPORTS[word], names, flags))

    def _attribute(self, scope: Scope, module: Scope | None) -> None:
        call = scope.node.child_by_field_name("operand")
        if module is None or call is None or not (arguments := values(call)):
            return
        word = _word(self._raw, call)
        if word in ("moduledoc", "doc", "typedoc"):
            said_line = _documentation(self._raw, arguments[0])
            if said(self._raw, arguments[0]) == "false":
                self._hide(word, module)
            if word == "moduledoc":
                at = self._documented.get(module.start)
                if at is not None:
                    self.found.symbols[at] = self.found.symbols[at]._replace(doc=said_line)
            else:
                module.notes[word] = said_line
            return
        kind: SymbolKind = "function" if word.endswith("callback") else "type"
        doc = module.notes.pop("doc" if kind == "function" else "typedoc", "")
        head = arguments[0]
        if head.type == "binary_operator" and (left := head.child_by_field_name("left")) is not None:
            head = _head(left) or left
        named = _name_and_arity(self._raw, head)
        if named is None:
            return
        name = module.within(named if kind == "function" else named.rpartition("/")[0])
        visibility: Visibility = "private" if word in _PRIVATE else "public"
        first, last = row(scope.node), scope.node.end_point.row + 1
        modifiers = ("@" + word,) if kind == "function" or word == "opaque" else ()
        self.found.symbols.append(
            Symbol(kind, name, first, last, shown(self._raw, scope.node, 300), visibility, doc, 0, modifiers)
        )


def _word(raw: bytes, call: "Node") -> str:
    target = call.child_by_field_name("target")
    return said(raw, target) if target is not None else ""


def _module(around: Scope | None) -> Scope | None:
    """The innermost module around."""
    for _ in range(1000):
        if around is None or around.kind == "module":
            break
        around = around.around
    return around


def _named(raw: bytes, node: "Node", module: Scope | None) -> str:
    name = said(raw, node)[:NAME_CHARS].removeprefix("Elixir.")
    return name.replace("__MODULE__", module.name) if module is not None else name


def _modules(raw: bytes, node: "Node", module: Scope | None) -> list[str]:
    """The modules that `A.B` or `A.{B, C}` names; none where the name is computed."""
    if node.type == "dot" and (right := node.child_by_field_name("right")) is not None and right.type == "tuple":
        left = node.child_by_field_name("left")
        prefix = _named(raw, left, module) if left is not None else ""
        return [f"{prefix}.{said(raw, each)}" for each in right.named_children if each.type == "alias"]
    name = _named(raw, node, module)
    return [name] if name[:1].isupper() and all(part.isidentifier() for part in name.split(".")) else []


def _head(node: "Node") -> "Node | None":
    """The head of a definition without its guard."""
    for _ in range(3):
        if node.type != "binary_operator":
            break
        operator, left = node.child_by_field_name("operator"), node.child_by_field_name("left")
        if operator is None or left is None or operator.type != "when":
            break
        node = left
    return node


def _name_and_arity(raw: bytes, head: "Node | None") -> str | None:
    """`name/arity`; None where the name is computed (`unquote(name)`)."""
    if head is None:
        return None
    if head.type == "identifier":
        return said(raw, head) + "/0"
    if head.type == "call":
        target = head.child_by_field_name("target")
        if target is None or target.type != "identifier" or (name := said(raw, target)) == "unquote":
            return None
        return f"{name}/{len(values(head))}"
    operator = head.child_by_field_name("operator")
    if operator is not None and head.type in ("binary_operator", "unary_operator"):
        return f"{said(raw, operator)}/{2 if head.type == 'binary_operator' else 1}"
    return None


def _documentation(raw: bytes, node: "Node") -> str:
    """The first line of a documentation string or sigil."""
    for child in node.named_children if node.type in ("string", "sigil") else ():
        if child.type == "quoted_content":
            return doc_line(said(raw, child)[:4000])
    return ""
