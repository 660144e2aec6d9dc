"""What a Go file defines, imports and uses. Above lies the batch in a worker; `go_uses` reads the calls.

Go declares at the top of a file, so the walk goes through top-level nodes and the bodies of types only.
Visibility is the language's: a capital letter exports (Go specification, "Exported identifiers").
"""

import re
from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import doc_line, error_lines, folded, text
from plumbrule.mcp_server.analysis.syntax.extractors.go_uses import uses_of
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

_TOKEN = re.compile(
    rb"//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/)?"
    rb'|"(?:[^"\\\n]|\\.)*"?|`[^`]*`?|\'(?:[^\'\\\n]|\\.)+\''
    rb"|([.*\]&]?[^\W\d]\w*[({]?|&&|\|\|)"
)
_BRANCHES = branching((b"if", b"for", b"case", b"&&", b"||"))
_KEYWORD_LIST = """
break case chan const continue default defer else fallthrough for func go goto if import interface map package
range return select struct switch type var append bool byte cap clear close comparable complex complex128 complex64
copy delete error false float32 float64 imag int int16 int32 int64 int8 iota len make max min new nil panic print
println real recover rune string true uint uint16 uint32 uint64 uint8 uintptr any
"""
_KEYWORDS = frozenset(_KEYWORD_LIST.split())
_DIRECTIVE = re.compile(r"^//(?:[a-z]+:|\s*\+build\b|nolint|export |line |#)")
_DOC_ROWS = 400


class _File:
    """One walk over one file."""

    __slots__ = ("found", "raw", "rows", "spans", "words")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.rows = raw.split(b"\n")
        self.words: Counter[bytes] = Counter()
        self.spans: list[tuple[int, int]] = []
        """Functions whose words are counted, in order."""
        self.found = Extracted()

    def add(
        self, kind: SymbolKind, name: str, node: "Node", start: int, end: int, *, doc: str = "", complexity: int = 0
    ) -> None:
        """A symbol that spans `node` and whose signature lies between two bytes."""
        last = name.rpartition(".")[2]
        self.found.symbols.append(
            Symbol(
                kind,
                name,
                node.start_point[0] + 1,
                node.end_point[0] + 1,
                folded(self.raw, start, end),
                _visibility(last),
                doc,
                complexity,
            )
        )

    def doc(self, node: "Node") -> str:
        """The first line of the comment directly above; directives (`//go:build`) are no documentation."""
        row = node.start_point[0]
        top = row
        while top > 0 and row - top < _DOC_ROWS and self.rows[top - 1].lstrip().startswith(b"//"):
            top -= 1
        if top == row:
            above = self.rows[row - 1].rstrip() if row else b""
            return self._block_doc(row) if above.endswith(b"*/") else ""
        lines = (self.rows[at].strip().decode("utf-8", "replace") for at in range(top, row))
        return next((said for line in lines if not _DIRECTIVE.match(line) and (said := doc_line(line))), "")

    def _block_doc(self, row: int) -> str:
        top = row - 1
        while top > 0 and row - top < _DOC_ROWS and b"/*" not in self.rows[top]:
            top -= 1
        block = b"\n".join(self.rows[top:row]).strip()
        return doc_line(block.decode("utf-8", "replace")) if block.startswith(b"/*") else ""


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """The facts of one Go file."""
    file = _File(raw)
    waiting = list(reversed(tree.root_node.children))
    while waiting:
        node = waiting.pop()
        kind = node.type
        if kind in ("function_declaration", "method_declaration"):
            _function(file, node, kind)
        elif kind == "type_declaration":
            _types(file, node)
        elif kind in ("const_declaration", "var_declaration"):
            _values(file, node, "constant" if kind == "const_declaration" else "variable")
        elif kind == "import_declaration":
            _imports(file, node)
        elif kind == "package_clause":
            name = node.named_children[-1] if node.named_child_count else node
            file.found.imports.append(Import(file_text(file, name), node.start_point[0] + 1, "package"))
        elif kind == "ERROR":
            waiting.extend(reversed(node.children))
    file.words.update(words_between(raw, _TOKEN, file.spans))
    found = file.found
    found.errors = error_lines(tree)
    found.refs = referred(file.words, (symbol.name for symbol in found.symbols), _KEYWORDS)
    found.uses = uses_of(raw, tree.root_node, file.words, found.imports)
    return found


def file_text(file: _File, node: "Node") -> str:
    """A node as it is written."""
    return text(file.raw, node.start_byte, node.end_byte)


def _visibility(name: str) -> Visibility:
    return "public" if name[:1].isupper() else "private"


def _function(file: _File, node: "Node", kind: str) -> None:
    name = node.child_by_field_name("name")
    body = node.child_by_field_name("body")
    counted = words_of(_TOKEN.findall(file.raw, node.start_byte, node.end_byte))
    file.words.update(counted)
    file.spans.append((node.start_byte, node.end_byte))
    if name is None:
        return
    known = file_text(file, name)
    if kind == "method_declaration":
        receiver = node.child_by_field_name("receiver")
        owner = _receiver(file, receiver) if receiver is not None else ""
        known = f"{owner}.{known}" if owner else known
    file.add(
        "method" if kind == "method_declaration" else "function",
        known,
        node,
        node.start_byte,
        body.start_byte if body is not None else node.end_byte,
        doc=file.doc(node),
        complexity=1 + branches(counted, _BRANCHES) if body is not None else 0,
    )


_RECEIVER = re.compile(rb"\(\s*(?:[^\W\d]\w*\s+)?[*(\s]*([^\W\d]\w*)")


def _receiver(file: _File, node: "Node") -> str:
    found = _RECEIVER.match(file.raw, node.start_byte, node.end_byte)
    return found[1].decode("utf-8", "replace") if found else ""


def _specs(node: "Node", wanted: tuple[str, ...]) -> "list[Node]":
    """The specifications of a declaration, alone or in a group."""
    specs: list[Node] = []
    for child in node.named_children:
        if child.type in wanted:
            specs.append(child)
        elif child.type.endswith("_spec_list"):
            specs.extend(each for each in child.named_children if each.type in wanted)
    return specs


def _types(file: _File, node: "Node") -> None:
    specs = _specs(node, ("type_spec", "type_alias"))
    for spec in specs:
        name, body = spec.child_by_field_name("name"), spec.child_by_field_name("type")
        if name is None or body is None:
            continue
        known = file_text(file, name)
        shape = body.type
        kind: SymbolKind = "struct" if shape == "struct_type" else "interface" if shape == "interface_type" else "type"
        alone = len(specs) == 1 and spec.start_point[0] == node.start_point[0]
        doc = file.doc(node if alone else spec)
        opening = _opening(file.raw, body) if kind != "type" else spec.end_byte
        file.add(kind, known, spec, node.start_byte if alone else spec.start_byte, opening, doc=doc)
        if kind == "struct":
            _fields(file, body, known)
        elif kind == "interface":
            for method in body.named_children:
                if method.type == "method_elem" and (called := method.child_by_field_name("name")) is not None:
                    own = f"{known}.{file_text(file, called)}"
                    file.add("method", own, method, method.start_byte, method.end_byte, doc=file.doc(method))


def _opening(raw: bytes, body: "Node") -> int:
    at = raw.find(b"{", body.start_byte, body.end_byte)
    return at if at >= 0 else body.end_byte


def _fields(file: _File, body: "Node", owner: str) -> None:
    for fields in body.named_children:
        for field in fields.named_children:
            if field.type != "field_declaration":
                continue
            for name in field.children_by_field_name("name"):
                if name.type == "field_identifier":
                    kind = field.child_by_field_name("type")
                    end = kind.end_byte if kind is not None else field.end_byte
                    file.add("field", f"{owner}.{file_text(file, name)}", field, field.start_byte, end)


def _values(file: _File, node: "Node", kind: SymbolKind) -> None:
    specs = _specs(node, ("const_spec", "var_spec"))
    for spec in specs:
        alone = len(specs) == 1 and spec.start_point[0] == node.start_point[0]
        outer = node if alone else spec
        doc = file.doc(outer)
        for name in spec.children_by_field_name("name"):
            known = file_text(file, name)
            if name.type == "identifier" and known != "_":
                file.add(kind, known, spec, outer.start_byte, spec.end_byte, doc=doc)


def _imports(file: _File, node: "Node") -> None:
    for spec in _specs(node, ("import_spec",)):
        path, name = spec.child_by_field_name("path"), spec.child_by_field_name("name")
        if path is None:
            continue
        target = file_text(file, path)[1:-1]
        alias = file_text(file, name) if name is not None else ""
        names = ("*",) if alias == "." else (alias,) if alias not in ("", "_") else ()
        file.found.imports.append(Import(target, spec.start_point[0] + 1, "import", names))
