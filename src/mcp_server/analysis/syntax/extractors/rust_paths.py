"""Paths that Rust code follows without a `use`: `crate::a::f()`, `serde_json::to_string(x)`, `#[tokio::main]`.

Each is an import as well (Rust Reference, "Paths"): it names a module of this crate or another crate. A path ends with
its first part in capitals, which is a type. What `quote!` makes is the code of somebody else. Above lies `rust`.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.mcp_server.analysis.syntax.extractors.common import line_of, line_starts
from plumbrule.mcp_server.analysis.syntax.extractors.lexical import chain_at
from plumbrule.mcp_server.analysis.syntax.extractors.rust_imports import from_file
from plumbrule.mcp_server.analysis.syntax.model import Import

if TYPE_CHECKING:
    from tree_sitter import Node, TreeCursor

MAX_PATHS = 2_000
"""Paths of one file that are looked up in its tree."""
_PATH = re.compile(rb"\b([a-z_][a-z0-9_]*+)((?:::[A-Za-z_]\w*+)++)")
_NO_START = frozenset(b":.$#'\"")
_BEFORE_ROOT = frozenset(b" \t\n(,&<={|![")
_QUOTING = re.compile(rb"\b(?:quote|quote_spanned|parse_quote|parse_quote_spanned)!")
_NO_CRATE_LIST = """
std core alloc proc_macro bool char str u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 clippy rustfmt
rustdoc rustc miri diagnostic
"""
_NO_CRATES = frozenset(_NO_CRATE_LIST.split())
"""The standard library, primitive types, and the tools whose attributes are written as paths."""
_IN_ATTRIBUTE = re.compile(rb'#!?\[[^\[\]"\n]{0,200}\b\w+\s?=\s?"(?:[^"\n]{0,80}[^\w"])??([a-z_]\w*)(::|")')
"""`#[serde(with = "other_crate")]`, `#[default(_code = "f(other::x)")]`: what a derive macro pastes is code."""
_ELSEWHERE = frozenset(
    ("use_declaration", "use_list", "scoped_use_list", "use_as_clause", "use_wildcard", "visibility_modifier")
)


class Block(NamedTuple):
    """The bytes of a module or of a function for tests, and what holds inside."""

    start: int
    end: int
    modules: tuple[str, ...]
    test: bool


def followed_paths(
    raw: bytes, root: "Node", blocks: list[Block], taken: Iterable[Import]
) -> list[tuple[Import, tuple[str, ...]]]:
    """One import for each path and module that it is followed from, at its first place, with the inline modules around
    it. Linear but for the look-ups.

    `taken` are the file's other imports: a path that begins with such a name says nothing new unless it goes deeper.
    """
    if b"::" not in raw:
        return []
    bound = {name for one in taken if one.kind != "module" for name in one.names}
    bound.update(one.target for one in taken if one.kind == "import")
    search = _Search(raw, root, _nested(blocks))
    quoted = search.quoted() if _QUOTING.search(raw) else []
    found: dict[tuple[tuple[str, ...], bool, str], int] = {}
    for each in _PATH.finditer(raw):
        first = each[1].decode()
        if first in _NO_CRATES or not _begins(raw, each.start()):
            continue
        path = _module_path(first, each[2].decode())
        if not path or (first in bound and not path[len(first) + 2 : len(first) + 3].islower()):
            continue
        modules, test = search.around(each.start(1))
        key = (modules, test, path)
        if key in found or any(start <= each.start() < end for start, end in quoted):
            continue
        if search.is_code(each.start(1), each.end(1)):
            found[key] = each.start(1)
        if search.allowed <= 0:
            break
    for each in _IN_ATTRIBUTE.finditer(raw):
        first = each[1].decode()
        if first not in _NO_CRATES and (each[2] == b"::" or b"with" in each.group()):
            found.setdefault(((), False, first), each.start(1))
    starts = line_starts(raw) if found else []
    return [
        (
            Import(from_file(path, modules), line_of(starts, at), "use", (), ("path", "test") if test else ("path",)),
            modules,
        )
        for (modules, test, path), at in found.items()
    ]


def _begins(raw: bytes, at: int) -> bool:
    """Whether a path begins at a byte: behind no other part of one, or behind the `::` of all crates."""
    if at == 0 or raw[at - 1] not in _NO_START:
        return True
    return raw[at - 2 : at] == b"::" and at > 2 and raw[at - 3] in _BEFORE_ROOT


def _module_path(first: str, rest: str) -> str:
    """`crate::a::B::c` is about `crate::a::B`, `a::b::f` about `a::b`; a path inside of its own module says nothing."""
    parts = [first]
    steps = rest.split("::")[1:]
    for step in steps[:-1]:
        parts.append(step)
        if step[:1].isupper():
            break
    return "" if parts == ["self"] else "::".join(parts)


def _nested(blocks: list[Block]) -> tuple[list[int], list[tuple[tuple[str, ...], bool]]]:
    """Where what holds changes, and what holds from there on."""
    edges: list[int] = [0]
    states: list[tuple[tuple[str, ...], bool]] = [((), False)]
    open_blocks: list[Block] = []
    for block in sorted(blocks, key=lambda one: (one.start, -one.end)):
        while open_blocks and open_blocks[-1].end <= block.start:
            _close(edges, states, open_blocks)
        open_blocks.append(block)
        edges.append(block.start)
        states.append((block.modules, block.test or states[-1][1]))
    while open_blocks:
        _close(edges, states, open_blocks)
    return edges, states


def _close(edges: list[int], states: list[tuple[tuple[str, ...], bool]], open_blocks: list[Block]) -> None:
    end = open_blocks.pop().end
    edges.append(end)
    states.append((open_blocks[-1].modules, any(one.test for one in open_blocks)) if open_blocks else ((), False))


class _Search:
    """Looks places up in the tree of one file, as often as is allowed."""

    __slots__ = ("allowed", "cursor", "edges", "raw", "root", "states")

    def __init__(self, raw: bytes, root: "Node", changes: tuple[list[int], list[tuple[tuple[str, ...], bool]]]) -> None:
        self.raw = raw
        self.root = root
        self.edges, self.states = changes
        self.cursor: TreeCursor = root.walk()
        self.allowed = MAX_PATHS if root.child_count < 20_000 else MAX_PATHS // 20

    def around(self, at: int) -> tuple[tuple[str, ...], bool]:
        return self.states[bisect_right(self.edges, at) - 1]

    def is_code(self, start: int, end: int) -> bool:
        """Whether a word is part of a path in code: not of a comment, a string, or a `use`."""
        line = self.raw[self.raw.rfind(b"\n", 0, start) + 1 : start].lstrip()
        if line.startswith(b"//"):
            return False
        self.allowed -= 1
        chain = chain_at(self.cursor, self.root, start, end)
        return bool(chain) and not any(node.type in _ELSEWHERE for node in chain)

    def quoted(self) -> list[tuple[int, int]]:
        """The spans of macro calls whose content is code for elsewhere."""
        spans: list[tuple[int, int]] = []
        for each in _QUOTING.finditer(self.raw):
            chain = chain_at(self.cursor, self.root, each.start(), each.end() - 1)
            if len(chain) > 1 and chain[1].type == "macro_invocation" and len(spans) < 200:
                spans.append((chain[1].start_byte, chain[1].end_byte))
        return spans
