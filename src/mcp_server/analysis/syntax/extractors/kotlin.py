"""What a Kotlin file defines, imports and uses. Above lies the batch in a worker; `kotlin_uses` reads the calls.

`kotlin_reading` finds the declarations, the tree says what the code does. Everything is public unless it says otherwise
(Kotlin documentation, "Visibility modifiers"). Members of a companion are named with it (`A.Companion.make`), an
extension by its own name.
"""

import re
from bisect import bisect_left
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.mcp_server.analysis.syntax.extractors.common import captures, doc_above, error_lines, folded, text
from plumbrule.mcp_server.analysis.syntax.extractors.java_routes import Routes, prefixes_of, routes_of
from plumbrule.mcp_server.analysis.syntax.extractors.java_uses import commands_of
from plumbrule.mcp_server.analysis.syntax.extractors.jvm_names import kotlin_names
from plumbrule.mcp_server.analysis.syntax.extractors.kotlin_heads import Declared, Imported
from plumbrule.mcp_server.analysis.syntax.extractors.kotlin_reading import Reading
from plumbrule.mcp_server.analysis.syntax.extractors.kotlin_repair import covered
from plumbrule.mcp_server.analysis.syntax.extractors.kotlin_uses import uses_of
from plumbrule.mcp_server.analysis.syntax.extractors.lexical import (
    branches,
    branching,
    referred,
    words_between,
    words_of,
)
from plumbrule.mcp_server.analysis.syntax.extractors.repairing import better
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import, Symbol, SymbolKind, Use, Visibility

if TYPE_CHECKING:
    from tree_sitter import Language, Query, Tree

_TOKEN = re.compile(
    rb"//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/)?"
    rb'|"""[^"]*(?:"(?!"")[^"]*)*(?:"{3,})?|"[^"\\\n]*(?:\\.[^"\\\n]*)*"?'
    rb"|'(?:[^'\\\n]|\\[^\n]{1,8}?)'"
    rb"|([.:@<]?[A-Za-z_]\w*[({:<]?|&&|\|\||\?:)",
    re.DOTALL,
)
_BRANCHES = branching((b"if", b"for", b"while", b"catch", b"&&", b"||", b"?:"))
_WHEN = branching((b"when",))
_KEYWORD_LIST = """
as break class continue do else false for fun if in interface is null object package return super this throw true try
typealias typeof val var when while by catch constructor delegate dynamic field file finally get import init param
property receiver set setparam where value abstract actual annotation companion const crossinline data enum expect
external final infix inline inner internal lateinit noinline open operator out override private protected public reified
sealed suspend tailrec vararg it String Int Long Boolean Unit Any Nothing
"""
_LINE = re.compile(rb"\n")
_KEYWORDS = frozenset(_KEYWORD_LIST.split())
_VISIBLE: dict[str, Visibility] = {"protected": "protected", "private": "private", "internal": "internal"}
_CLASSES: dict[str, SymbolKind] = {"enum": "enum", "annotation": "annotation"}
_SORTS: dict[str, SymbolKind] = {
    "interface": "interface",
    "object": "object",
    "constructor": "constructor",
    "property": "property",
    "parameter": "property",
    "entry": "member",
    "alias": "type",
}
_TYPES = frozenset(("class", "interface", "object"))


class _Scope(NamedTuple):
    prefix: str = ""
    routes: Routes = Routes()


class _Annotation(NamedTuple):
    """An annotation's place, as a node has it."""

    start_byte: int
    end_byte: int
    start_point: tuple[int, int]


class _File:
    __slots__ = ("cases", "found", "lines", "raw", "spans", "uses", "words")

    def __init__(self, raw: bytes, cases: list[int]) -> None:
        self.raw = raw
        self.lines = [found.start() for found in _LINE.finditer(raw)]
        self.cases = cases
        """Where the cases of every `when` begin, `else` apart."""
        self.words: Counter[bytes] = Counter()
        self.spans: list[tuple[int, int]] = []
        """Functions whose words are counted, in order."""
        self.found = Extracted()
        self.uses: list[Use] = []

    def row(self, at: int) -> int:
        """The line of a byte, counted from 0."""
        return bisect_left(self.lines, at)


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """The facts of one Kotlin file."""
    if tree.root_node.has_error:
        tree = better(tree, covered(raw), raw)
    file = _File(raw, _cases(tree) if b"when" in raw else [])
    reading = Reading(raw)
    scopes = [_Scope()]
    declared = reading.read()
    file.found.imports.extend(_import(file, one) for one in reading.imports)
    for one in declared:
        del scopes[one.depth + 1 :]
        _declare(file, one, scopes)
    file.words.update(words_between(raw, _TOKEN, file.spans))
    found = file.found
    tops = (each.name for each in found.symbols if "." not in each.name and each.visibility != "private")
    found.exports = tuple(dict.fromkeys(tops))
    # The grammar's word alone is not enough: it knows less Kotlin than the compiler.
    found.errors = error_lines(tree) if tree.root_node.has_error and reading.tokens.broken() else []
    found.refs = referred(file.words, (symbol.name for symbol in found.symbols), _KEYWORDS)
    found.imports.extend(kotlin_names(raw, reading.tokens.code, found))
    found.uses = uses_of(raw, tree.root_node, file.words, found, file.uses)
    return found


def _import(file: _File, one: Imported) -> Import:
    line = file.row(one.start) + 1
    if one.word == "package":
        return Import(".".join(one.parts), line, "package")
    if one.parts[-1] == "*":
        return Import(".".join(one.parts[:-1]), line, "import", ("*",))
    return Import(".".join(one.parts), line, "import", (one.alias or one.parts[-1],))


def _declare(file: _File, one: Declared, scopes: list[_Scope]) -> None:
    """Adds a declaration; a type opens the scope of what follows in it."""
    scope = scopes[-1]
    kind = _kind(one, scope)
    complexity = _complexity(file, one) if kind in ("function", "method", "constructor") else 0
    name = _add(file, one, kind, scope, complexity)
    annotations = [_Annotation(*span, (file.row(span[0]), 0)) for span in one.annotations]
    if one.sort in _TYPES:
        commands_of(file.raw, annotations, file.found.imports, file.uses)
        scopes.append(_Scope(name, prefixes_of(file.raw, annotations, scope.routes)))
    elif annotations and one.sort == "fun":
        routes_of(file.raw, annotations, scope.routes, file.uses)


def _kind(one: Declared, scope: _Scope) -> SymbolKind:
    if one.sort == "fun":
        return "method" if scope.prefix else "function"
    if one.sort == "class":
        said: list[SymbolKind] = [_CLASSES[word] for word in one.words if word in _CLASSES]
        return said[0] if said else "class"
    return "constant" if "const" in one.words else _SORTS[one.sort]


def _add(file: _File, one: Declared, kind: SymbolKind, scope: _Scope, complexity: int) -> str:
    """Adds a symbol; gives its qualified name."""
    known = one.name or scope.prefix.rpartition(".")[2]
    qualified = f"{scope.prefix[:240]}.{known}" if scope.prefix else known
    said: list[Visibility] = [_VISIBLE[word] for word in one.words if word in _VISIBLE]
    signature = " ".join((*(word for word in one.words if word != "fun"), _shown(file, one)))
    shown = [word for word in one.words if word not in _VISIBLE and word != "public"]
    shown.extend(" ".join(text(file.raw, *span)[:120].split()) for span in one.annotations)
    file.found.symbols.append(
        Symbol(
            kind,
            qualified,
            file.row(one.start) + 1,
            file.row(max(one.start, one.end - 1)) + 1,
            signature[:300],
            said[0] if said else "public",
            doc_above(file.raw, one.start, ()),
            complexity,
            tuple(shown),
        )
    )
    return qualified


def _shown(file: _File, one: Declared) -> str:
    """The signature behind the modifiers, on one line."""
    return folded(file.raw, one.head, one.body).rstrip(" {;=")


def _complexity(file: _File, one: Declared) -> int:
    """1 and the branches; 0 without a body."""
    counted = words_of(_TOKEN.findall(file.raw, one.start, one.end))
    file.words.update(counted)
    file.spans.append((one.start, one.end))
    if not one.has_body:
        return 0
    complexity = 1 + branches(counted, _BRANCHES)
    if branches(counted, _WHEN):
        complexity += bisect_left(file.cases, one.end) - bisect_left(file.cases, one.start)
    return complexity


def _cases(tree: "Tree") -> list[int]:
    """Where the cases of every `when` of the file begin, `else` apart, in order."""
    return sorted(node.start_byte for node in captures(_when_entries(tree.language), tree).get("case", ()))


@lru_cache(maxsize=2)
def _when_entries(language: "Language") -> "Query":
    from tree_sitter import Query  # a binding that only workers need

    return Query(language, "(when_entry condition: (_)) @case")
