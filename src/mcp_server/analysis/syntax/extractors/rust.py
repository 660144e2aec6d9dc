"""What a Rust file defines, imports and uses. Above lies the batch in a worker; `rust_uses` reads calls and attributes.

The walk goes through items: modules, `impl` and `trait` bodies, `extern` blocks, and the bodies of macro calls that
hold whole items (`cfg_rt! { mod x; }`), which are parsed by themselves. Items inside function bodies belong to the
function. Visibility as in the Rust Reference, "Visibility and Privacy": private unless `pub`; what a trait or an enum
holds is as visible as it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.mcp_server.analysis.syntax.extractors.common import doc_above, doc_line, error_lines, folded, text
from plumbrule.mcp_server.analysis.syntax.extractors.lexical import (
    branches,
    branching,
    referred,
    words_between,
    words_of,
)
from plumbrule.mcp_server.analysis.syntax.extractors.repairing import better
from plumbrule.mcp_server.analysis.syntax.extractors.rust_imports import (
    extern_crate,
    local_uses,
    module_files,
    module_here,
    used_paths,
)
from plumbrule.mcp_server.analysis.syntax.extractors.rust_paths import Block, followed_paths
from plumbrule.mcp_server.analysis.syntax.extractors.rust_repair import covered
from plumbrule.mcp_server.analysis.syntax.extractors.rust_uses import uses_of
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import, Symbol, SymbolKind, Visibility

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_RAW = rb'(?:"[^"]*"?|#"[^"]*(?:"(?!#)[^"]*)*(?:"#)?|##"[^"]*(?:"(?!##)[^"]*)*(?:"##)?)'
# `&&` and `||` behind an opening mark are a double reference and a closure without arguments.
_BOTH = rb"&&(?<![(,=<&:]\s&&)(?<![(,=<&:]&&)"
_EITHER = rb"\|\|(?<![(,={>]\s\|\|)(?<![(,={>]\|\|)(?<!move\s\|\|)"
_TOKEN = re.compile(
    rb"//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/)?|r" + _RAW + rb"|br" + _RAW + rb'|"[^"\\]*(?:\\.[^"\\]*)*"?'
    rb"|'(?:[^'\\\n]|\\[^\n]{1,10}?)'"
    rb"|([.:&*<]?[A-Za-z_]\w*[({!<:]?|=>|" + _BOTH + b"|" + _EITHER + rb"|\?(?!\w))",
    re.DOTALL,
)
_BRANCHES = branching((b"if", b"while", b"for", b"loop", b"=>", b"&&", b"||", b"?"))
_KEYWORD_LIST = """
as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub
ref return self Self static struct super trait true type union unsafe use where while bool char str u8 u16 u32 u64 u128
usize i8 i16 i32 i64 i128 isize f32 f64 Some None Ok Err Option Result Vec String Box
"""
_KEYWORDS = frozenset(_KEYWORD_LIST.split())
_KINDS: dict[str, SymbolKind] = {
    "function_item": "function",
    "function_signature_item": "function",
    "struct_item": "struct",
    "union_item": "union",
    "enum_item": "enum",
    "trait_item": "trait",
    "mod_item": "module",
    "const_item": "constant",
    "static_item": "variable",
    "type_item": "type",
    "associated_type": "type",
    "macro_definition": "macro",
}
_CONTAINERS = frozenset(("impl_item", "trait_item", "mod_item"))
_ITEMS_INSIDE = re.compile(
    rb"\{\s*(?:#!?\[|//[^\n]*\s*|/\*|pub\b|mod\b|use\b|(?:async\s+|unsafe\s+|const\s+)*fn\b|impl\b|struct\b|enum\b"
    rb"|trait\b|type\b|const\b|static\b|macro_rules!|extern\b)"
)
_TEST = re.compile(r"#!?\[\s*cfg\s*\(\s*(?:test\b|all\s*\([^)]*\btest\b(?!\s*=))|#\[\s*(?:[\w:]+::)?test\b(?!_)")
_MACRO_BODIES = 400
"""How many bodies of macro calls of one file are parsed by themselves."""


class _Scope(NamedTuple):
    """What an item stands in. `owner` is the kind of the container, `visibility` what its members inherit."""

    prefix: str = ""
    owner: str = ""
    visibility: Visibility = "private"
    test: bool = False
    modules: tuple[str, ...] = ()


class _Waiting(NamedTuple):
    node: "Node"
    scope: _Scope
    attributes: "tuple[Node, ...]"


class _File:
    __slots__ = ("blocks", "bodies", "found", "modules", "raw", "spans", "taken", "tree", "words")

    def __init__(self, raw: bytes, tree: "Tree") -> None:
        self.raw = raw
        self.tree = tree
        self.words: Counter[bytes] = Counter()
        self.found = Extracted()
        self.bodies = 0
        self.blocks: list[Block] = []
        self.modules: dict[tuple[str, ...], dict[str, bool]] = {}
        """For each chain of inline modules the modules declared there, and whether they are inline too."""
        self.taken: list[tuple[Import, tuple[str, ...]]] = []
        """The imports with the inline modules around them."""
        self.spans: list[tuple[int, int]] = []
        """Function bodies whose words are counted, in order."""


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """The facts of one Rust file."""
    if tree.root_node.has_error:
        tree = better(tree, covered(raw), raw)
    file = _File(raw, tree)
    top = tree.root_node
    waiting = list(_items(top, _Scope(test=bool(_inner_test(file, top)))))[::-1]
    while waiting:
        waiting.extend(list(_visited(file, waiting.pop()))[::-1])
    file.words.update(words_between(raw, _TOKEN, file.spans))
    found = file.found
    imports = [_of_file(file, *pair) for pair in file.taken]
    found.errors = error_lines(tree)
    found.refs = referred(file.words, (symbol.name for symbol in found.symbols), _KEYWORDS)
    found.uses = uses_of(raw, top, file.words, imports)
    imports += [_of_file(file, *pair) for pair in followed_paths(raw, top, file.blocks, imports)]
    found.imports = sorted(imports, key=lambda one: one.line)
    return found


def _of_file(file: _File, one: Import, inside: tuple[str, ...]) -> Import:
    """An import whose first word is a module declared beside it, in words that hold for the whole file."""
    first = one.target.partition("::")[0]
    inline = file.modules.get(inside, {}).get(first)
    if one.kind == "module" or inline is None or not (inside or inline):
        return one
    return one._replace(target="::".join(("self", *inside, one.target)))


def _inner_test(file: _File, top: "Node") -> bool:
    inner = file.raw.find(b"#![cfg(test)]")
    return inner >= 0 and any(
        child.type == "inner_attribute_item" and child.start_byte == inner for child in top.children[:200]
    )


def _items(body: "Node", scope: _Scope) -> "Iterator[_Waiting]":
    """The items of a body, each with the attributes in front of it."""
    attributes: list[Node] = []
    for child in body.named_children:
        kind = child.type
        if kind == "attribute_item":
            attributes.append(child)
        elif kind != "line_comment" and kind != "block_comment":
            yield _Waiting(child, scope, tuple(attributes))
            attributes = []


def _visited(file: _File, item: _Waiting) -> "Iterator[_Waiting]":
    """Records one item and gives those inside it."""
    node, scope = item.node, item.scope
    kind = node.type
    if kind in _KINDS:
        yield from _definition(file, item, kind)
    elif kind == "impl_item":
        body = node.child_by_field_name("body")
        if body is not None:
            inherits: Visibility = "public" if node.child_by_field_name("trait") is not None else "private"
            test = scope.test or _is_test(file, item.attributes)
            prefix = _join(scope.prefix, _implemented(file, node))
            yield from _items(body, _Scope(prefix, "impl_item", inherits, test, scope.modules))
    elif kind == "use_declaration":
        test = scope.test or _is_test(file, item.attributes)
        file.taken.extend((one, scope.modules) for one in used_paths(file.raw, node, scope.modules, test))
    elif kind == "extern_crate_declaration":
        file.taken.extend((one, ()) for one in extern_crate(file.raw, node))
    elif kind == "foreign_mod_item":
        body = node.child_by_field_name("body")
        if body is not None:
            yield from _items(body, scope)
    elif kind in ("macro_invocation", "expression_statement"):
        yield from _macro_items(file, item)
    elif kind == "ERROR":
        yield from _items(node, scope)


def _definition(file: _File, item: _Waiting, shape: str) -> "Iterator[_Waiting]":
    node, scope = item.node, item.scope
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None:
        return
    known = text(file.raw, name.start_byte, name.end_byte)
    if shape in ("const_item", "function_item") and known == "_":
        return
    words, visibility = _modifiers(file, item, shape)
    test = "test" in words
    if shape == "mod_item":
        file.modules.setdefault(scope.modules, {})[known] = body is not None
        if body is not None:
            file.blocks.append(Block(body.start_byte, body.end_byte, (*scope.modules, known), test))
            file.taken.append((module_here(file.raw, node, (*scope.modules, known), test), ()))
        else:
            declared = module_files(file.raw, node, known, (item.attributes, scope.modules, test))
            file.taken.extend((one, ()) for one in declared)
    qualified = _join(scope.prefix, known)
    kind: SymbolKind = _KINDS[shape]
    if kind == "function" and scope.owner in ("impl_item", "trait_item"):
        kind = "method"
    first = item.attributes[0] if item.attributes else node
    file.found.symbols.append(
        Symbol(
            kind,
            qualified,
            node.start_point[0] + 1,
            node.end_point[0] + 1,
            folded(file.raw, node.start_byte, _signature_end(file, node, body, shape)).rstrip(" {;"),
            visibility,
            _documentation(file, node, first),
            _complexity(file, node, body) if shape == "function_item" else 0,
            words,
        )
    )
    if body is not None:
        if shape in _CONTAINERS:
            inherits = visibility if shape == "trait_item" else "private"
            modules = (*scope.modules, known) if shape == "mod_item" else scope.modules
            yield from _items(body, _Scope(qualified, shape, inherits, test, modules))
        elif shape == "function_item":
            if test:
                file.blocks.append(Block(body.start_byte, body.end_byte, scope.modules, test))
            local = local_uses(file.raw, file.tree.root_node, body, scope.modules, test)
            file.taken.extend((one, scope.modules) for one in local)
        elif shape == "enum_item":
            _variants(file, body, qualified, visibility)
        elif shape in ("struct_item", "union_item"):
            _fields(file, body, qualified)


def _complexity(file: _File, node: "Node", body: "Node | None") -> int:
    if body is None:
        return 0
    counted = words_of(_TOKEN.findall(file.raw, body.start_byte, node.end_byte))
    file.words.update(counted)
    file.spans.append((body.start_byte, node.end_byte))
    return 1 + branches(counted, _BRANCHES)


def _signature_end(file: _File, node: "Node", body: "Node | None", shape: str) -> int:
    if shape == "macro_definition":
        opening = re.compile(rb"[{(\[]").search(file.raw, node.start_byte + len("macro_rules"), node.end_byte)
        return opening.start() if opening else node.end_byte
    return body.start_byte if body is not None and shape != "struct_item" else _struct_end(node, body)


def _struct_end(node: "Node", body: "Node | None") -> int:
    """A tuple structure shows its fields: they are its signature."""
    return body.start_byte if body is not None and body.type == "field_declaration_list" else node.end_byte


def _modifiers(file: _File, item: _Waiting, shape: str) -> tuple[tuple[str, ...], Visibility]:
    """Words and attributes of an item, and its visibility."""
    words: list[str] = []
    visibility: Visibility = item.scope.visibility
    for child in item.node.children[:8]:
        if child.type == "visibility_modifier":
            visibility = _visibility(file.raw[child.start_byte : child.end_byte])
        elif child.type == "function_modifiers":
            words.extend(word for word in text(file.raw, child.start_byte, child.end_byte).split() if word.isalpha())
        elif child.type in ("unsafe", "mutable_specifier"):
            words.append(text(file.raw, child.start_byte, child.end_byte))
    attributes = [folded(file.raw, each.start_byte, each.end_byte, 120) for each in item.attributes]
    if shape == "macro_definition":
        visibility = "public" if any("macro_export" in each for each in attributes) else "private"
    if item.scope.test or any(_TEST.match(each) for each in attributes):
        words.append("test")
    return (*words, *attributes), visibility


def _visibility(raw: bytes) -> Visibility:
    if raw == b"pub":
        return "public"
    return "private" if b"self" in raw else "internal"


def _is_test(file: _File, attributes: "tuple[Node, ...]") -> bool:
    return any(_TEST.match(text(file.raw, each.start_byte, each.end_byte)) for each in attributes)


def _documentation(file: _File, node: "Node", first: "Node") -> str:
    """`///` or `/** */` above the item and its attributes; for a module its own `//!` lines."""
    said = doc_above(file.raw, first.start_byte, (b"///",))
    if not said and first is not node:
        said = doc_above(file.raw, node.start_byte, (b"///",))
    if not said and node.type == "mod_item":
        inner = re.compile(rb"\{\s*//!([^\n]*)").search(
            file.raw, node.start_byte, min(node.end_byte, node.start_byte + 400)
        )
        said = doc_line(inner[1].decode("utf-8", "replace")) if inner else ""
    return said


def _implemented(file: _File, node: "Node") -> str:
    """The bare name of the type of an `impl`: `A` of `impl<T> fmt::Display for &mut a::A<T>`."""
    at = node.child_by_field_name("type")
    while at is not None:
        if at.type in ("generic_type", "reference_type", "pointer_type"):
            inner = at.child_by_field_name("type")
        elif at.type == "dynamic_type":
            inner = at.child_by_field_name("trait")
        elif at.type == "scoped_type_identifier":
            inner = at.child_by_field_name("name")
        else:
            break
        if inner is None:
            break
        at = inner
    return folded(file.raw, at.start_byte, at.end_byte, 60) if at is not None else ""


def _join(prefix: str, name: str) -> str:
    return f"{prefix[:240]}.{name}" if prefix and name else name or prefix


def _variants(file: _File, body: "Node", owner: str, visibility: Visibility) -> None:
    for variant in body.named_children:
        name = variant.child_by_field_name("name") if variant.type == "enum_variant" else None
        if name is not None:
            _member(file, "member", variant, name, owner, visibility)


def _fields(file: _File, body: "Node", owner: str) -> None:
    for field in body.named_children:
        name = field.child_by_field_name("name") if field.type == "field_declaration" else None
        if name is not None:
            first = field.children[0]
            public = first.type == "visibility_modifier"
            seen = _visibility(file.raw[first.start_byte : first.end_byte]) if public else "private"
            _member(file, "field", field, name, owner, seen)


def _member(file: _File, kind: SymbolKind, node: "Node", name: "Node", owner: str, visibility: Visibility) -> None:
    file.found.symbols.append(
        Symbol(
            kind,
            f"{owner}.{text(file.raw, name.start_byte, name.end_byte)}",
            node.start_point[0] + 1,
            node.end_point[0] + 1,
            folded(file.raw, node.start_byte, node.end_byte),
            visibility,
            doc_above(file.raw, node.start_byte, (b"///",)),
        )
    )


def _macro_items(file: _File, item: _Waiting) -> "Iterator[_Waiting]":
    """The items in the braces of a macro call, when all of it reads as items: what `cfg_*!` macros let through."""
    node = item.node
    if node.type == "expression_statement":
        node = node.named_children[0] if node.named_child_count else node
    if node.type != "macro_invocation" or not node.named_child_count:
        return
    body = node.named_children[-1]
    if body.type != "token_tree" or not _ITEMS_INSIDE.match(file.raw, body.start_byte, body.end_byte):
        return
    if file.bodies >= _MACRO_BODIES:
        return
    file.bodies += 1
    from tree_sitter import Parser, Range  # a binding that only workers need

    inside = Range(_after(body.start_point), body.end_point, body.start_byte + 1, body.end_byte - 1)
    parsed = Parser(file.tree.language, included_ranges=[inside]).parse(file.raw).root_node
    if not parsed.has_error:
        yield from _items(parsed, item.scope)


def _after(point: "tuple[int, int]") -> "tuple[int, int]":
    return point[0], point[1] + 1
