"""What is known about one file's bytes, packed for the cache: one value under (blob id, language, edition).

Three parts with their lengths in front, because each reader wants only one: `indexed` is read by every deep survey,
`symbols` goes into results as it is, `refs` is read by `map_repository` alone. All three are JSON.
"""

from collections.abc import Iterator
from itertools import starmap
from typing import Any, NamedTuple, cast

import orjson

from plumbrule.mcp_server.analysis.syntax.model import Import, ImportKind, Use

_RawImport = tuple[str, int, ImportKind, list[str], list[str]]


class Facts(NamedTuple):
    """One file's facts as they lie in the cache."""

    indexed: bytes
    """JSON array: the fields of `Index` in their order."""
    symbols: bytes
    """JSON array of objects: the fields of `model.Symbol`, absent ones left out; masked and cleaned, ready to show."""
    refs: bytes
    """JSON object: name to count."""


class Index(NamedTuple):
    """The part that every deep survey reads. Lists inside are what JSON gives; the methods below give them types."""

    code: int
    comment: int
    blank: int
    """Lines by sort; they sum to the lines of the file. For files without a known comment syntax all text is code."""
    functions: int
    classes: int
    raw_imports: list[list[object]]
    raw_uses: list[list[object]]
    errors: list[int]
    complex: list[list[object]]
    """[name, line, complexity] of functions above 10 (McCabe's own threshold)."""
    long: list[list[object]]
    """[name, line, lines] of functions longer than 80 lines."""
    bodies: list[list[object]]
    """[hash, line, lines] of functions of 8 lines or more: equal hashes are equal but for white space and comments."""
    secrets: list[list[object]]
    """[rule, line, shown]: `shown` is true inside a documentation comment."""
    texts: list[list[object]]
    """[rule, severity, message, line, count] of text that tries to steer its reader."""
    licences: list[list[object]]
    """[SPDX expression, line] of `SPDX-License-Identifier` tags."""
    typed: int
    """Functions whose parameters and result are all annotated; only counted where annotations are a choice."""
    documented: int
    """Public functions and classes with documentation."""
    public: int
    """Public functions and classes."""
    exports: list[str] | None
    fault: str
    """A skip reason when the file was not parsed (`crashed`, `too_slow`, `too_large`, `no_grammar`), else ""."""

    def imports(self) -> Iterator[Import]:
        """The imports. JSON knows no tuples, and what compares `names` with `("*",)` must not care where they lay."""
        raw = cast("list[Any]", self.raw_imports)
        return iter(raw) if raw and type(raw[0]) is Import else map(_import, raw)

    def uses(self) -> Iterator[Use]:
        return starmap(Use, cast("list[tuple[Any, ...]]", self.raw_uses))


def packed(facts: Facts) -> bytes:
    """The three parts as one value."""
    return b"%d %d\n" % (len(facts.indexed), len(facts.symbols)) + b"".join(facts)


def unpacked(raw: bytes) -> Facts:
    """The way back from `packed`."""
    head = raw.index(b"\n")
    index, symbols = (int(part) for part in raw[:head].split(b" "))
    at = head + 1
    return Facts(raw[at : at + index], raw[at + index : at + index + symbols], raw[at + index + symbols :])


def index_of(facts: Facts) -> Index:
    """The decoded index."""
    index = Index(*orjson.loads(facts.indexed))
    raw = cast("list[Any]", index.raw_imports)
    if raw:
        raw[:] = map(_import, raw)  # once: five sections go over them
    return index


def _import(raw: _RawImport) -> Import:
    target, line, kind, names, flags = raw
    return Import(target, line, kind, tuple(names), tuple(flags))


_EMPTY = Index(0, 0, 0, 0, 0, [], [], [], [], [], [], [], [], [], 0, 0, 0, None, "")
NOTHING_KNOWN = Facts(orjson.dumps(list(_EMPTY)), b"[]", b"{}")
"""The facts of a file that holds no text."""
