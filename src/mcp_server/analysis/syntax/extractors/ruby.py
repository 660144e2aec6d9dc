"""Ruby: definitions with the visibility that the sections around them give, requires, and the names in use.

A name holds the modules and classes around it (`A::B` is `A.B`); methods of the class itself carry the modifier
`self`. Methods are public until `private` or `protected` stands before them, wraps them or names them; sections say
nothing about `def self.x` (Ruby documentation, "Modules and Classes", visibility).
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import repairing, ruby_requires, ruby_uses
from plumbrule.mcp_server.analysis.syntax.extractors.common import comment_above, doc_line, error_lines, folded
from plumbrule.mcp_server.analysis.syntax.extractors.outline import Scope, captured, counted, outlined, part, row, said
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Symbol, SymbolKind, Visibility

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_QUERY = """
(module) @def.module
(class) @def.class
(singleton_class) @def.eigenclass
(method) @def.method
(singleton_method) @def.singleton
(assignment left: [(constant) (scope_resolution)]) @def.constant
(operator_assignment left: [(constant) (scope_resolution)]) @def.constant
(assignment left: (left_assignment_list (constant) @def.several))
(call method: (identifier) @_word block: (_) (#any-of? @_word
  "included" "prepended" "extended" "inherited" "class_methods" "concerning" "class_eval" "module_eval" "class_exec"
  "module_exec" "instance_eval" "instance_exec")) @def.reopening
(alias) @def.alias
(call !receiver method: (identifier) @_word (#any-of? @_word
  "attr_reader" "attr_writer" "attr_accessor" "attr" "define_method" "alias_method"
  "mattr_reader" "mattr_accessor" "cattr_accessor" "class_attribute" "define_singleton_method"
)) @def.made
(call !receiver method: (identifier) @_word (#any-of? @_word
  "private" "protected" "public" "private_class_method" "public_class_method" "private_constant" "module_function"
)) @def.marking
((identifier) @def.section (#any-of? @def.section "private" "protected" "public" "module_function"))
(call !receiver method: (identifier) @_word arguments: (argument_list)
  (#any-of? @_word "require" "require_relative" "load" "autoload")) @require
(call receiver: (constant) @_kernel method: (identifier) @_word arguments: (argument_list)
  (#eq? @_kernel "Kernel") (#any-of? @_word "require" "load")) @require
(rescue (exceptions [(constant) (scope_resolution)] @_error) (#eq? @_error "LoadError")) @survived
[
  (if) (unless) (elsif) (while) (until) (for) (when) (in_clause) (rescue) (conditional)
  (if_modifier) (unless_modifier) (while_modifier) (until_modifier) (rescue_modifier)
] @branch
(binary operator: ["&&" "||" "and" "or"] @branch)
(call method: (identifier) @ref)
(superclass (constant) @ref)
(superclass (scope_resolution name: (constant) @ref))
(call receiver: (constant) @ref)
(scope_resolution scope: (constant) @ref)
(scope_resolution name: (constant) @ref)
(argument_list (constant) @ref)
(exceptions (constant) @ref)
(assignment right: (constant) @ref)
(pattern (constant) @ref)
(array (constant) @ref)
(pair value: (constant) @ref)
(binary (constant) @ref)
(element_reference object: (constant) @ref)
(body_statement (constant) @ref)
"""
_GLOBAL_SYMBOL = re.compile(rb":\$[`'\"&+;,./\\~*$?!@<>=:](?!\w)")
"""`:$'` and its kin, symbols of special globals, whose quote opens a string for the grammar."""
_CALLABLE = frozenset(("method", "singleton"))
_BODIES = frozenset(("class", "module", "eigenclass", "constant", "reopening"))
_CLASSES = frozenset((("Struct", "new"), ("Class", "new"), ("Data", "define")))
_WORDS: dict[str, Visibility] = {
    "public": "public",
    "protected": "protected",
    "private": "private",
    "private_class_method": "private",
    "public_class_method": "public",
    "private_constant": "private",
}
_DIRECTIVES = (
    "rubocop:",
    "standard:",
    "steep:",
    "typed:",
    "frozen_string_literal:",
    "encoding:",
    ":nodoc:",
    ":stopdoc:",
)


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """What one Ruby file defines, requires and uses."""
    if tree.root_node.has_error:
        tree = repairing.better(tree, _GLOBAL_SYMBOL.sub(rb":$0", raw), raw)
    captures = captured(tree, _QUERY)
    found = Extracted(errors=error_lines(tree), refs=counted(raw, captures.get("ref", ())))
    scopes = outlined(captures, _CALLABLE)
    reader = _Reader(raw, found.symbols)
    for scope in scopes:
        reader.read(scope)
    reader.remark()
    found.imports = ruby_requires.requires(raw, captures, [each for each in scopes if each.kind in _CALLABLE])
    found.uses = ruby_uses.uses(raw, tree)
    return found


class _Reader:
    """Reads the scopes of one file in order; what a later line says about an earlier name is applied at the end."""

    def __init__(self, raw: bytes, symbols: list[Symbol]) -> None:
        self._raw = raw
        self._symbols = symbols
        self._later: dict[tuple[str, bool], Visibility] = {}
        """Visibilities that are given by name, under the qualified name and whether it is the class's own method."""
        self._seen: dict[tuple[str, bool], Visibility] = {}
        """The visibility of each method so far, under the same keys."""

    def read(self, scope: Scope) -> None:
        """Adds what `scope` defines."""
        if scope.around is not None:
            scope.name = scope.around.name
        match scope.kind:
            case "section":
                self._section(scope)
            case "marking":
                self._marking(scope)
            case "eigenclass":
                self._eigenclass(scope)
            case "reopening":
                pass  # its `private` ends with it: the block runs in a class body of its own
            case "module" | "class":
                self._container(scope)
            case "method" | "singleton":
                self._method(scope)
            case "constant":
                self._constant(scope)
            case "several":
                self._several(scope)
            case "alias":
                names = scope.node.named_children
                if len(names) > 1 and names[0].type == "identifier":
                    self._alias(scope, said(self._raw, names[0]), said(self._raw, names[1]), scope.end)
            case _:
                self._made(scope)

    def remark(self) -> None:
        """Applies `private :name` and its kin to the definitions before them."""
        if not self._later:
            return
        for at, symbol in enumerate(self._symbols):
            later = self._later.get((symbol.name, "self" in symbol.modifiers or symbol.kind in ("constant", "class")))
            if later is not None:
                self._symbols[at] = symbol._replace(visibility=later)

    def _section(self, scope: Scope) -> None:
        holder = scope.around
        inside = holder is not None and holder.kind in _BODIES
        # Only a word that stands alone opens a section; as an argument or a receiver it is something else.
        if holder is not None and inside and _alone(self._raw, scope):
            holder.notes["visibility"] = said(self._raw, scope.node)

    def _several(self, scope: Scope) -> None:
        """One of `A, B = 1, 2`, which shows the whole statement."""
        name = said(self._raw, scope.node)
        listed = scope.node.parent
        whole = listed.parent if listed is not None else None
        if whole is not None:
            scope.start, scope.end = whole.start_byte, whole.end_byte
        self._add("constant", scope, name, scope.end, "public")

    def _eigenclass(self, scope: Scope) -> None:
        """`class << self` belongs to what is around it, `class << Other` to the class that it names."""
        scope.notes["self"] = "yes"
        value = scope.node.child_by_field_name("value")
        if value is not None and value.type in ("constant", "scope_resolution"):
            name = _path(self._raw, value)
            if scope.name.rpartition(".")[2] != name:
                scope.name = scope.within(name)

    def _alias(self, scope: Scope, name: str, of: str, end: int) -> None:
        """Another name has the visibility of the first, not that of the section (`Module#alias_method`)."""
        own = self._holder_notes(scope, "self") == "yes"
        seen = self._seen.get((scope.within(of), own), "public")
        self._add("method", scope, name, end, seen, 0, ("self",) if own else ())

    def _marking(self, scope: Scope) -> None:
        word = said(self._raw, scope.node.child_by_field_name("method") or scope.node)
        scope.notes["visibility"] = word
        if scope.around is not None and "self" in scope.around.notes:
            scope.notes["self"] = "yes"
        visibility = _WORDS.get(word)
        arguments = scope.node.child_by_field_name("arguments")
        if visibility is None or arguments is None:
            return
        own = word in ("private_class_method", "public_class_method", "private_constant") or "self" in scope.notes
        for name in _literal_names(self._raw, arguments):
            self._later[(scope.within(name), own)] = self._seen[(scope.within(name), own)] = visibility

    def _container(self, scope: Scope) -> None:
        name = scope.node.child_by_field_name("name")
        if name is None:
            return
        above = scope.node.child_by_field_name("superclass") or name
        kind: SymbolKind = "module" if scope.kind == "module" else "class"
        self._add(kind, scope, _path(self._raw, name), above.end_byte, "public")

    def _method(self, scope: Scope) -> None:
        node = scope.node
        name = node.child_by_field_name("name")
        if name is None:
            return
        word = said(self._raw, name)
        own = scope.kind == "singleton" or self._holder_notes(scope, "self") == "yes"
        if scope.kind == "singleton" and (held := node.child_by_field_name("object")) is not None:
            of = said(self._raw, held)
            if of != "self" and (scope.around is None or scope.around.name.rpartition(".")[2] != of):
                word = f"{of.replace('::', '.')}.{word}"
        last = node.child_by_field_name("parameters") or name
        visibility = self._visibility(scope) if scope.kind == "method" else self._wrapped(scope)
        extra = ("self",) if own else ()
        if self._marked(scope) == "module_function":
            extra = (*extra, "module_function")
        self._add("method", scope, word, last.end_byte, visibility, 1 + scope.branches, extra)

    def _constant(self, scope: Scope) -> None:
        left, right = scope.node.child_by_field_name("left"), scope.node.child_by_field_name("right")
        if left is None:
            return
        kind: SymbolKind = "constant"
        if right is not None and right.type == "call":
            on, method = right.child_by_field_name("receiver"), right.child_by_field_name("method")
            made = (said(self._raw, on).lstrip(":") if on else "", said(self._raw, method) if method else "")
            kind = "class" if made in _CLASSES else "module" if made == ("Module", "new") else "constant"
        end = scope.end if kind == "constant" else self._block_start(right, scope.end)
        self._add(kind, scope, _path(self._raw, left), end, "public")

    def _block_start(self, call: "Node | None", end: int) -> int:
        block = call.child_by_field_name("block") if call is not None else None
        return block.start_byte if block is not None else end

    def _made(self, scope: Scope) -> None:
        word = said(self._raw, scope.node.child_by_field_name("method") or scope.node)
        arguments = scope.node.child_by_field_name("arguments")
        if arguments is None:
            return
        names = _literal_names(self._raw, arguments)
        if word == "alias_method":
            if len(names) == 2:
                self._alias(scope, names[0], names[1], scope.end)
            return
        block = scope.node.child_by_field_name("block")
        end = block.start_byte if block is not None else scope.end
        kind: SymbolKind = "property"
        if word in ("define_method", "define_singleton_method"):
            names, kind = names[:1], "method"
        own = word == "define_singleton_method" or self._holder_notes(scope, "self") == "yes"
        outer = scope.name
        for name in names:
            scope.name = outer
            self._add(kind, scope, name, end, self._visibility(scope), 0, ("self",) if own else ())
        scope.name = outer

    def _add(
        self,
        kind: SymbolKind,
        scope: Scope,
        name: str,
        end: int,
        visibility: Visibility,
        complexity: int = 0,
        modifiers: tuple[str, ...] = (),
    ) -> None:
        scope.name = scope.around.within(name) if scope.around else name
        start = scope.around.start if scope.around is not None and scope.around.kind == "marking" else scope.start
        signature = folded(self._raw, scope.start, end, 160 if kind == "constant" else 300)
        first, last = row(scope.node), scope.node.end_point.row + 1
        doc = _documentation(self._raw, start)
        if kind in ("method", "property"):
            self._seen[scope.name, "self" in modifiers] = visibility
        self._symbols.append(Symbol(kind, scope.name, first, last, signature, visibility, doc, complexity, modifiers))

    def _marked(self, scope: Scope) -> str:
        """The word in force for a definition: of the call around it, else of the section."""
        return scope.around.notes.get("visibility", "") if scope.around is not None else ""

    def _visibility(self, scope: Scope) -> Visibility:
        return _WORDS.get(self._marked(scope), "public")

    def _wrapped(self, scope: Scope) -> Visibility:
        around = scope.around
        wrapped = around is not None and around.kind == "marking"
        return "private" if wrapped and self._marked(scope) == "private_class_method" else "public"

    def _holder_notes(self, scope: Scope, key: str) -> str:
        return scope.around.notes.get(key, "") if scope.around is not None else ""


def _alone(raw: bytes, scope: Scope) -> bool:
    """Whether the word is all there is on its line, comments and semicolons apart."""
    begin = raw.rfind(b"\n", max(0, scope.start - 500), scope.start) + 1
    stop = raw.find(b"\n", scope.end, scope.end + 500)
    before = raw[begin : scope.start].strip()
    after = raw[scope.end : stop if stop >= 0 else scope.end + 500].strip()
    return (not before or before.endswith(b";")) and (not after or after.startswith((b"#", b";")))


def _path(raw: bytes, node: "Node") -> str:
    return said(raw, node).replace("::", ".").strip(".")


def _literal_names(raw: bytes, arguments: "Node") -> list[str]:
    """The symbols and strings among arguments, also inside one array or `%i[]`."""
    found: list[str] = []
    listed = list(arguments.named_children)
    for node in listed[:500]:
        if node.type in ("array", "symbol_array", "string_array"):
            listed.extend(node.named_children)
        elif node.type == "splat_argument":
            listed.extend(child for array in node.named_children for child in array.named_children)
    for node in listed:
        if node.type in ("simple_symbol", "bare_symbol", "bare_string"):
            found.append(said(raw, node).removeprefix(":"))
        elif node.type in ("string", "delimited_symbol") and node.named_child_count == 1:
            content = part(node, 0)
            if content is not None and content.type == "string_content":
                found.append(said(raw, content))
        elif node.type == "constant":
            continue
    return found


def _documentation(raw: bytes, start: int) -> str:
    comment = comment_above(raw, start, (b"#",), block=False)
    if not comment:
        return ""
    kept = [
        line
        for line in comment.splitlines()
        if not line.strip().lstrip("# ").startswith(_DIRECTIVES) and not line.startswith("#!")
    ]
    return doc_line("\n".join(kept))
