"""The worker's side: files in, their packed facts out, each within its own time, a bad one costing only itself.

`read` runs inside a worker process (`core.workers` names it "module:function"). A grammar that crashes the process is
noticed by the caller, `code_parser`, which learns from `core.worker_mark` which file it was. What is said about a file
is a function of its bytes and its language alone.
"""

import hashlib
import math
import resource
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

import orjson

from plumbrule.core.security.secrets import find_secrets, is_documented, secrets_of_file
from plumbrule.core.security.text import clean_line
from plumbrule.core.worker_mark import begin
from plumbrule.mcp_server.analysis.findings.texts import steering
from plumbrule.mcp_server.analysis.licences.tags import tags_in
from plumbrule.mcp_server.analysis.syntax.cpu_limit import CpuLimit, TooSlow
from plumbrule.mcp_server.analysis.syntax.facts import Facts, packed
from plumbrule.mcp_server.analysis.syntax.grammar_loading import parser_of
from plumbrule.mcp_server.analysis.syntax.lines import Lines, bare_lines, lines_of
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Symbol
from plumbrule.mcp_server.analysis.syntax.readers import FLOW, READERS, Reader, is_flow
from plumbrule.mcp_server.analysis.syntax.templates import is_template

if TYPE_CHECKING:
    from tree_sitter import Parser, Tree

MAX_PARSE_BYTES = 1_500_000
"""A tree takes up to a hundred times its file: one line of 20 MB of JavaScript took 1.9 GB (tree-sitter 0.26)."""

CHUNK_BYTES = 2_048
"""What the parser is handed at a time. Each `node.text` and each predicate of a query asks for a chunk again: with
the rest of the file as one chunk, reading a megabyte of JavaScript took 9.3 s instead of 0.13 s."""

QUICK_BYTES = 65_536
"""Parsed in one go, at most some tenths of a second; asking whether time is left costs a tenth more."""

MAX_SCAN_BYTES = 1_500_000
"""Secrets and steering text are looked for up to here."""

EXTRACTORS = "plumbrule.mcp_server.analysis.syntax.extractors"
LENGTH_BYTES = 4
SIGNATURE_CHARS, DOC_CHARS, NAME_CHARS, MODIFIER_CHARS = 300, 160, 200, 100
MAX_SYMBOLS = 20_000
MAX_ERRORS = 20
MAX_SECRETS = 200
REST_S = 0.5
"""CPU that a file may take beside its syntax, where the system ends the worker: the largest takes some tenths."""

MIN_BODY_LINES = 8
"""Functions of fewer lines are alike by nature."""

MIN_BODY_CODE_LINES = 5
LONG_LINES = 80
COMPLEX = 10
_CALLABLE = frozenset(("function", "method", "constructor", "procedure", "operator"))
_TYPES = frozenset(("class", "interface", "trait", "protocol", "struct", "enum", "object", "record", "union"))


class Extract(Protocol):
    """What a module of `extractors` offers."""

    def __call__(self, raw: bytes, tree: "Tree", /) -> Extracted: ...


def read(payload: dict[str, object]) -> bytes:
    """For each `[language, bytes]` of `files` its packed facts, with their length in front; as many as fit the time.

    `grammars` maps grammar names to the places of their files. `file_limit_s` bounds each file, in seconds of CPU: what
    is said must not depend on what else the machine does. After `batch_limit_s` no further file is begun, so that the
    neighbours of a hard file are never charged for it: the caller sends them again.
    """
    files = cast("Sequence[tuple[str, bytes]]", payload["files"])
    grammars = cast("Mapping[str, str]", payload["grammars"])
    file_limit_s, batch_limit_s = cast(float, payload["file_limit_s"]), cast(float, payload["batch_limit_s"])
    end = time.process_time() + batch_limit_s
    parts: list[bytes] = []
    for number, (language, raw) in enumerate(files):
        if parts and time.process_time() > end:
            break
        begin(number)
        _die_after(file_limit_s)
        body = packed(facts_of(language, raw, grammars, file_limit_s))
        parts += (len(body).to_bytes(LENGTH_BYTES, "big"), body)
    return b"".join(parts)


def _die_after(limit_s: float) -> None:
    """End this process when a file takes longer than its syntax may and the rest needs: a scanner of a grammar that
    loops asks nobody, and only the system can stop it (Kotlin's does on crafted input). In a worker alone: it is
    started isolated."""
    if sys.flags.isolated:
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        soft = math.ceil(time.process_time() + limit_s + REST_S)
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def facts_of(language: str, raw: bytes, grammars: Mapping[str, str], limit_s: float) -> Facts:
    """Everything that is known about one file's bytes."""
    head = raw[:MAX_SCAN_BYTES]
    text, head = _decoded(head)
    small = head.lower()
    secrets = secrets_of_file(text, small)[:MAX_SECRETS]
    found, fault = _extracted(language, raw, grammars, limit_s)
    lines = lines_of(language, raw, found.comments)
    symbols = found.symbols[:MAX_SYMBOLS]
    known = {text[one.start : one.end] for one in secrets}
    show = partial(_masked, known) if known or len(raw) > MAX_SCAN_BYTES else _short
    callables = [one for one in symbols if one.kind in _CALLABLE]
    types = [one for one in symbols if one.kind in _TYPES]
    shown = [one.doc for one in (*callables, *types) if one.visibility == "public"]
    index = (
        lines.code,
        lines.comment,
        lines.blank,
        len(callables),
        len(types),
        list(map(tuple, found.imports)),  # orjson takes no named tuples
        list(map(tuple, found.uses)),
        found.errors[:MAX_ERRORS],
        [[show(one.name, NAME_CHARS), one.line, one.complexity] for one in callables if one.complexity > COMPLEX],
        [
            [show(one.name, NAME_CHARS), one.line, _span(one)]
            for one in callables
            if one.end_line - one.line >= LONG_LINES
        ],
        _bodies(callables, lines),
        [[one.rule, text.count("\n", 0, one.start) + 1, is_documented(text, one.start)] for one in secrets],
        list(map(tuple, steering(text, head, small))),
        tags_in(head),
        found.typed,
        sum(map(bool, shown)),
        len(shown),
        found.exports,
        fault,
    )
    return Facts(_json(index), _json([_row(one, show) for one in symbols]), _json(found.refs))


def _decoded(raw: bytes) -> tuple[str, bytes]:
    """The text, and it in UTF-8: `raw` itself unless it holds something else."""
    try:
        return raw.decode(), raw
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        return text, text.encode()


def _extracted(language: str, raw: bytes, grammars: Mapping[str, str], limit_s: float) -> tuple[Extracted, str]:
    """What the extractor gives, and why there is nothing when there is nothing."""
    reader = FLOW if is_flow(language, raw) else READERS.get(language)
    if reader is None or not raw.strip():
        return Extracted(), ""
    if len(raw) > MAX_PARSE_BYTES:
        return Extracted(), "too_large"
    extract = _extractor(reader)
    parser = None if extract is None else parser_of(reader.grammar, grammars)
    if parser is None or extract is None:
        return Extracted(), "no_grammar"
    try:
        with CpuLimit(limit_s) as limit:
            seen = _viewed(reader, raw)
            found = extract(seen, _parsed(parser, seen, limit))
            if found.errors and is_template(raw, found.errors):
                found.errors = []
            return found, ""
    except TooSlow:
        return Extracted(), "too_slow"
    except SystemError as error:  # how Python tells that C code gave a result although the time ended inside of it
        if not isinstance(error.__cause__, TooSlow):
            raise
        return Extracted(), "too_slow"
    except RecursionError:
        return Extracted(), "too_deep"


def _parsed(parser: "Parser", raw: bytes, limit: CpuLimit) -> "Tree":
    """The tree. The parser asks now and then whether time is left, for which it must be given the bytes by a callback.

    Raises:
        TooSlow: none was left.
    """
    if len(raw) <= QUICK_BYTES:
        return parser.parse(raw)
    try:
        return parser.parse(
            lambda at, _: raw[at : at + CHUNK_BYTES], progress_callback=lambda _at, _error: limit.over()
        )
    except ValueError as error:
        parser.reset()
        raise TooSlow from error


@cache
def _extractor(reader: Reader) -> Extract | None:
    """The function of the table; None where its module is not there."""
    name = f"{EXTRACTORS}.{reader.module}"
    try:
        found: Extract = getattr(import_module(name), reader.function)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None
    return found


def _viewed(reader: Reader, raw: bytes) -> bytes:
    """The bytes that the grammar of the table understands: of a component its scripts."""
    if not reader.view:
        return raw
    view: Callable[[bytes], bytes] = getattr(import_module(f"{EXTRACTORS}.{reader.module}"), reader.view)
    return view(raw)


def _span(one: Symbol) -> int:
    return one.end_line - one.line + 1


def _row(one: Symbol, show: Callable[[str, int], str]) -> dict[str, object]:
    """The wire form of `SymbolRow`; `show` makes its words safe."""
    kind, name, line, end, signature, visibility, doc, complexity, modifiers = one
    row: dict[str, object] = {
        "kind": kind,
        "name": show(name, NAME_CHARS),
        "line": line,
        "end": end,
        "signature": show(signature, SIGNATURE_CHARS),
    }
    if visibility != "public":
        row["visibility"] = visibility
    if doc:
        row["doc"] = show(doc, DOC_CHARS)
    if complexity:
        row["complexity"] = complexity
    if modifiers:
        row["modifiers"] = [show(word, MODIFIER_CHARS) for word in modifiers]
    return row


def _short(text: str, most: int) -> str:
    """Words of a file without secrets; in short printable ASCII there is nothing to clean."""
    return text if len(text) <= most and text.isascii() and text.isprintable() else clean_line(text, most)


def _masked(known: Collection[str], text: str, most: int) -> str:
    """As `analysis.words.word`, and without the secrets of the file: a qualified name changes their form."""
    from plumbrule.core.security.masking import MASK  # the masker itself, which few files need

    head = text[: 4 * most]
    for secret in sorted(known, key=len, reverse=True):
        head = head.replace(secret, MASK)
    for found in reversed(find_secrets(head)):
        head = head[: found.start] + MASK + head[found.end :]
    return clean_line(head, most)


def _bodies(callables: list[Symbol], counted: Lines) -> list[list[object]]:
    """Hashes of the lines below each long enough function's first, without comments and white space."""
    longer = [one for one in callables if one.end_line - one.line >= MIN_BODY_LINES - 1]
    if not longer:
        return []
    lines = counted.bare or bare_lines(counted.stripped)
    found: list[list[object]] = []
    for one in longer:
        code = list(filter(None, lines[one.line : one.end_line]))
        if len(code) >= MIN_BODY_CODE_LINES:
            name = hashlib.blake2b(b"\n".join(code), digest_size=8).hexdigest()
            found.append([name, one.line, _span(one)])
    return found


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # a lone surrogate, which no JSON parser takes
        return orjson.dumps(_speakable(value))


def _speakable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list | tuple):
        return [_speakable(part) for part in cast("Sequence[object]", value)]
    if isinstance(value, dict):
        pairs = cast("Mapping[str, object]", value).items()
        return {_speakable(key): _speakable(part) for key, part in pairs}
    return value
