"""What a file of C or C++ defines, includes and uses. Above lies the batch in a worker; `c_uses` reads the calls.

The walk goes through namespaces, types, templates, linkage blocks, both halves of conditional groups and damaged
regions. A prototype counts where the same file has no body for it. Names are qualified with dots (`ns.Type.method`),
members that are defined outside of their type too. Visibility: `static` and unnamed namespaces are private to the file;
members have that of their section.
"""

import re
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.mcp_server.analysis.syntax.extractors.c_names import declared, names_of
from plumbrule.mcp_server.analysis.syntax.extractors.c_outline import repaired
from plumbrule.mcp_server.analysis.syntax.extractors.c_repair import covered_c, covered_cpp, directives
from plumbrule.mcp_server.analysis.syntax.extractors.c_uses import uses_of
from plumbrule.mcp_server.analysis.syntax.extractors.common import (
    doc_above,
    folded,
    line_of,
    line_starts,
    text,
)
from plumbrule.mcp_server.analysis.syntax.extractors.lexical import (
    branches,
    branching,
    referred,
    words_between,
    words_of,
)
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import, Symbol, SymbolKind, Visibility

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_SKIPPED = (
    rb"//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/)?"
    rb'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|\'(?:[^\'\\\n]|\\[^\n]{1,10}?)\''
    rb"|^[ \t]*#[ \t]*(?:include|if|ifdef|ifndef|elif)\b[^\n]*"
)
_WORD = rb"[.:>]?[A-Za-z_]\w*(?:[({<:]|[ \t]*\*+(?=\w)|[ \t]+(?=[A-Za-z_]\w*[ \t]*[;,=)\[(]))?"
_TOKEN_C = re.compile(_SKIPPED + rb"|(" + _WORD + rb"|&&|\|\||\?)", re.DOTALL | re.MULTILINE)
# `T&&` is a reference: what is no operator has no white space on both sides.
_TOKEN_CPP = re.compile(_SKIPPED + rb"|(" + _WORD + rb"|&&(?<=\s&&)(?=\s)|\|\||\?)", re.DOTALL | re.MULTILINE)
_BRANCHES = branching((b"if", b"for", b"while", b"case", b"catch", b"&&", b"||", b"?"))
_KEYWORD_LIST = """
alignas alignof asm auto bool break case catch char char16_t char32_t char8_t class concept const const_cast consteval
constexpr constinit continue co_await co_return co_yield decltype default defined delete do double dynamic_cast else
enum explicit export extern false final float for friend goto if include inline int long mutable namespace new noexcept
NULL nullptr operator override private protected public register reinterpret_cast requires restrict return short signed
size_t sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef typeid
typename union unsigned using virtual void volatile wchar_t while int8_t int16_t int32_t int64_t uint8_t uint16_t
uint32_t uint64_t std string define undef pragma error
"""
_KEYWORDS = frozenset(_KEYWORD_LIST.split())
_SPECIFIERS = re.compile(r"\b(?:static|inline|virtual|constexpr|explicit|extern)\b")
_TYPES: dict[str, SymbolKind] = {
    "struct_specifier": "struct",
    "union_specifier": "union",
    "class_specifier": "class",
    "enum_specifier": "enum",
}
_CONDITIONALS = frozenset(
    ("preproc_if", "preproc_ifdef", "preproc_else", "preproc_elif", "preproc_elifdef", "ERROR", "declaration_list")
)
_DECLARATIONS = frozenset(("declaration", "field_declaration", "function_definition"))
_MEMBER_OWNERS = frozenset(("class", "struct", "union"))


class _Scope(NamedTuple):
    """What a declaration stands in. `hidden` is an unnamed namespace; `start` is where its template begins, or -1."""

    prefix: str = ""
    owner: str = ""
    visibility: Visibility = "public"
    hidden: bool = False
    start: int = -1


class _File:
    __slots__ = ("bodies", "found", "raw", "spans", "token", "waiting", "words")

    def __init__(self, raw: bytes, token: re.Pattern[bytes]) -> None:
        self.raw = raw
        self.token = token
        self.words: Counter[bytes] = Counter()
        self.spans: list[tuple[int, int]] = []
        """Functions whose words are counted, in order."""
        self.bodies: dict[str, int] = {}
        """Functions that have a body here: the place of their symbol by name."""
        self.found = Extracted()
        self.waiting: list[tuple[Node, _Scope]] = []

    def text(self, node: "Node") -> str:
        return text(self.raw, node.start_byte, node.end_byte)

    def doc(self, start: int) -> str:
        """The comment directly above, unless it belongs to the line above (`#endif /* X */`, `int x; /* y */`)."""
        line_end = self.raw.rfind(b"\n", 0, start)
        above = self.raw[self.raw.rfind(b"\n", 0, max(line_end, 0)) + 1 : max(line_end, 0)].strip()
        if not above or (b"/*" in above and not above.startswith(b"/*")) or above.startswith(b"#"):
            return ""
        return doc_above(self.raw, start)


def c(raw: bytes, tree: "Tree") -> Extracted:
    """The facts of one C file."""
    return _extract(raw, tree, _TOKEN_C, covered_c)


def cpp(raw: bytes, tree: "Tree") -> Extracted:
    """The facts of one C++ file."""
    return _extract(raw, tree, _TOKEN_CPP, covered_cpp)


def _extract(raw: bytes, tree: "Tree", token: re.Pattern[bytes], cover: Callable[[bytes], bytes]) -> Extracted:
    file = _File(raw, token)
    best, errors = (tree, list[int]()) if not tree.root_node.has_error else repaired(raw, tree, cover(raw))
    file.waiting = [(node, _Scope()) for node in reversed(best.root_node.named_children)]
    while file.waiting:
        _visit(file, *file.waiting.pop())
    if best is not tree:
        _covered_directives(file)
    spans = sorted(file.spans)
    file.words.update(words_between(raw, token, spans))
    found = file.found
    own = [symbol.name for symbol in found.symbols]
    found.symbols = sorted(_without_prototypes(file), key=lambda symbol: symbol.line)
    found.errors = errors
    found.refs = referred(file.words, own, _KEYWORDS)
    found.uses = uses_of(raw, tree.root_node, file.words)
    return found


def _without_prototypes(file: _File) -> list[Symbol]:
    """The symbols without prototypes whose body is here too; a body takes the visibility of its declaration."""
    kept: list[Symbol] = []
    seen: dict[str, Visibility] = {}
    for symbol in file.found.symbols:
        bodiless = symbol.complexity == 0 and symbol.kind in ("function", "method", "constructor", "operator")
        if bodiless and symbol.name in file.bodies:
            seen.setdefault(symbol.name, symbol.visibility)
        else:
            kept.append(symbol)
    if not seen:
        return kept
    return [
        symbol._replace(visibility=seen[symbol.name]) if symbol.complexity and symbol.name in seen else symbol
        for symbol in kept
    ]


def _visit(file: _File, node: "Node", scope: _Scope) -> None:
    """Records one declaration and puts those inside it on the list of the waiting."""
    kind = node.type
    if kind in _DECLARATIONS:
        _declaration(file, node, scope)
    elif kind in _CONDITIONALS:
        _inside(file, node, scope)
    elif kind in _TYPES:
        _type(file, node, scope, "")
    elif kind in ("preproc_def", "preproc_function_def"):
        _macro(file, node)
    elif kind == "preproc_include":
        path = node.child_by_field_name("path")
        if path is not None and path.type in ("system_lib_string", "string_literal"):
            file.found.imports.append(Import(file.text(path), node.start_point[0] + 1, "include"))
    elif kind == "type_definition":
        _typedef(file, node, scope)
    elif kind == "alias_declaration" or kind == "concept_definition":
        name = node.child_by_field_name("name")
        if name is not None:
            _add(file, "type", file.text(name), node, scope, node.end_byte)
    elif kind == "namespace_definition":
        _namespace(file, node, scope)
    elif kind == "template_declaration":
        outer = scope if scope.start >= 0 else scope._replace(start=node.start_byte)
        file.waiting.extend((child, outer) for child in reversed(node.named_children))
    elif kind == "linkage_specification":
        body = node.child_by_field_name("body")
        if body is not None:
            file.waiting.append((body, scope))


def _inside(file: _File, node: "Node", scope: _Scope) -> None:
    """The declarations in a body, with the section (`public:`) that each stands in."""
    found: list[tuple[Node, _Scope]] = []
    for child in node.named_children:
        if child.type == "access_specifier":
            said = file.text(child).rstrip(": ")
            if said in ("public", "protected", "private"):
                scope = scope._replace(visibility=_section(said))
        else:
            found.append((child, scope))
    file.waiting.extend(reversed(found))


def _section(said: str) -> Visibility:
    return "protected" if said == "protected" else "private" if said == "private" else "public"


def _add(file: _File, kind: SymbolKind, name: str, node: "Node", scope: _Scope, end: int, complexity: int = 0) -> str:
    """Adds a symbol whose signature ends at a byte; gives its qualified name."""
    start = scope.start if scope.start >= 0 else node.start_byte
    qualified = f"{scope.prefix[:240]}.{name}" if scope.prefix else name
    signature = folded(file.raw, start, end).rstrip(" ;{=:")
    words = tuple(
        word for word in ("static", "inline", "virtual", "constexpr", "explicit", "extern") if word in signature
    )
    modifiers = tuple(word for word in words if re.search(rf"\b{word}\b", signature[:80]))
    visibility = scope.visibility
    if scope.hidden or ("static" in modifiers and scope.owner not in _MEMBER_OWNERS):
        visibility = "private"
    file.found.symbols.append(
        Symbol(
            kind,
            qualified,
            node.start_point[0] + 1,
            node.end_point[0] + 1,
            signature,
            visibility,
            file.doc(start),
            complexity,
            modifiers,
        )
    )
    return qualified


def _namespace(file: _File, node: "Node", scope: _Scope) -> None:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if body is None:
        return
    if name is None:
        _inside(file, body, scope._replace(hidden=True))
        return
    words = [word for word in file.text(name).replace("::", " ").split() if word != "inline"]
    known = ".".join(words)
    qualified = _add(file, "namespace", known, node, scope, body.start_byte)
    _inside(file, body, _Scope(qualified, "namespace", "public", scope.hidden))


def _macro(file: _File, node: "Node") -> None:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    parameters = node.child_by_field_name("parameters")
    if name is None or (value is None and parameters is None):
        return  # an include guard or a switch
    end = parameters.end_byte if parameters is not None else value.end_byte if value is not None else node.end_byte
    last = node.end_point[0] + (node.end_point[1] > 0)  # the node ends behind its line feed
    file.found.symbols.append(
        Symbol(
            "macro",
            file.text(name),
            node.start_point[0] + 1,
            last,
            folded(file.raw, node.start_byte, end),
            "public",
            file.doc(node.start_byte),
        )
    )


_DEFINED = re.compile(rb"\s*(\w+)(\([^)\n]*\))?[ \t]*(.*)", re.DOTALL)
_INCLUDED = re.compile(rb'\s*(<[^>\n]+>|"[^"\n]+")')


def _covered_directives(file: _File) -> None:
    """The macros and includes in the halves that were covered before the tree was made."""
    starts = line_starts(file.raw)
    included = {one.line for one in file.found.imports}
    defined = {symbol.line for symbol in file.found.symbols if symbol.kind == "macro"}
    for start, word, rest in directives(file.raw):
        line = line_of(starts, start)
        if word == b"include" and line not in included and (found := _INCLUDED.match(rest)):
            file.found.imports.append(Import(found[1].decode("utf-8", "replace"), line, "include"))
        elif word == b"define" and line not in defined and (found := _DEFINED.match(rest)):
            if not found[2] and not found[3].strip():
                continue
            head = b"#define " + (found[1] + found[2] if found[2] else found[1] + b" " + found[3])
            end = line + rest.count(b"\n")
            signature = folded(head, 0, len(head))
            name = found[1].decode("utf-8", "replace")
            file.found.symbols.append(Symbol("macro", name, line, end, signature, "public", file.doc(start)))
    file.found.imports.sort(key=lambda one: one.line)


def _type(file: _File, node: "Node", scope: _Scope, alias: str) -> None:
    """A type with a body; without a body it is only a mention. `alias` names an anonymous one."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if body is None:
        return
    kind = _TYPES[node.type]
    known = names_of(file.raw, name)[-1] if name is not None else alias
    qualified = scope.prefix
    if known:
        path = ".".join(names_of(file.raw, name)) if name is not None else alias
        qualified = _add(file, kind, path, node, scope, body.start_byte)
    inner = _Scope(qualified, kind if known else scope.owner, "private" if kind == "class" else scope.visibility)
    if kind in ("struct", "union"):
        inner = inner._replace(visibility="public")
    inner = inner._replace(hidden=scope.hidden)
    if kind == "enum":
        _enumerators(file, body, inner)
    else:
        _inside(file, body, inner)


def _enumerators(file: _File, body: "Node", scope: _Scope) -> None:
    waiting = list(reversed(body.named_children))
    while waiting:
        node = waiting.pop()
        if node.type == "enumerator":
            name = node.child_by_field_name("name")
            if name is not None:
                _add(file, "member", file.text(name), node, scope._replace(visibility="public"), node.end_byte)
        elif node.type.startswith("preproc_") or node.type == "ERROR":
            waiting.extend(reversed(node.named_children))


def _typedef(file: _File, node: "Node", scope: _Scope) -> None:
    kind = node.child_by_field_name("type")
    aliases: list[str] = []
    for declarator in node.children_by_field_name("declarator"):
        found = declared(file.raw, declarator)
        if found is not None:
            aliases.append(found.names[-1])
    own = kind.child_by_field_name("name") if kind is not None else None
    has_body = kind is not None and kind.type in _TYPES and kind.child_by_field_name("body") is not None
    if kind is not None and has_body:
        _type(file, kind, scope, aliases[0] if own is None and aliases else "")
    for at, alias in enumerate(aliases):
        if has_body and ((own is None and at == 0) or (own is not None and file.text(own) == alias)):
            continue
        end = kind.child_by_field_name("body") if kind is not None and has_body else None
        _add(file, "type", alias, node, scope, end.start_byte if end is not None else node.end_byte)


def _declaration(file: _File, node: "Node", scope: _Scope) -> None:
    """A function with or without a body, variables, fields; the type defined in front of them is one of its own."""
    kind = node.child_by_field_name("type")
    if kind is not None and kind.type in _TYPES and kind.child_by_field_name("body") is not None:
        file.waiting.append((kind, scope))
    body = node.child_by_field_name("body")
    for declarator in node.children_by_field_name("declarator"):
        found = declared(file.raw, declarator)
        if found is None:
            continue
        if found.is_function:
            _function(file, node, scope, found.names, body, found.is_operator)
        elif node.type != "function_definition":
            _variable(file, node, scope, found.names, declarator)


def _function(
    file: _File, node: "Node", scope: _Scope, names: tuple[str, ...], body: "Node | None", is_operator: bool
) -> None:
    owner = names[-2] if len(names) > 1 else scope.prefix.rpartition(".")[2] if scope.owner in _MEMBER_OWNERS else ""
    kind: SymbolKind = "method" if owner else "function"
    if is_operator:
        kind = "operator"
    elif owner and names[len(names) - 1] == owner:
        kind = "constructor"
    complexity, end = 0, node.end_byte
    if node.type == "function_definition":
        counted = words_of(file.token.findall(file.raw, node.start_byte, node.end_byte))
        file.words.update(counted)
        file.spans.append((node.start_byte, node.end_byte))
        complexity = 1 + branches(counted, _BRANCHES)
        lists = next((child for child in node.children if child.type == "field_initializer_list"), body)
        end = lists.start_byte if lists is not None else node.end_byte
    relative = scope
    if len(names) > 1 and scope.prefix and ".".join(names).startswith(scope.prefix + "."):
        relative = scope._replace(prefix="")
    qualified = _add(file, kind, ".".join(names), node, relative, end, complexity)
    if complexity:
        file.bodies[qualified] = len(file.found.symbols) - 1


def _variable(file: _File, node: "Node", scope: _Scope, names: tuple[str, ...], declarator: "Node") -> None:
    if scope.owner in _MEMBER_OWNERS:
        kind: SymbolKind = "field"
    else:
        inner = declarator.child_by_field_name("declarator") if declarator.type == "init_declarator" else declarator
        written = file.raw[node.start_byte : (inner or declarator).end_byte].rpartition(b"*")[2]
        kind = "constant" if re.search(rb"\b(?:const|constexpr)\b", written) else "variable"
    value = declarator.child_by_field_name("value")
    end = value.start_byte if value is not None and kind != "constant" else declarator.end_byte
    _add(file, kind, ".".join(names), node, scope, end)
