"""The sections `symbols` and `files`: rows that go from the facts into the result as they are.

`files` answers "why this language" for any file; `symbols` holds every definition, the files that others depend on
first, so that a budget cuts where it hurts least.
"""

from collections.abc import Mapping

import orjson

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.graph.links import Links
from plumbrule.mcp_server.analysis.graph.roles import Part
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.sections.code import LanguageSymbols, Role, Symbols
from plumbrule.mcp_server.analysis.sections.ready import Ready, row_of, rows_of
from plumbrule.mcp_server.analysis.syntax.facts import Index
from plumbrule.mcp_server.analysis.syntax.readers import READERS
from plumbrule.mcp_server.analysis.words import place, word

EVIDENCE = Evidence(".", "symbols.syntax-tree")
RULES = {"symbols.syntax-tree": "definitions are read from the syntax tree that the language's grammar gives"}

_AFTER: Mapping[str, int] = {"source": 0, "tooling": 1, "documentation": 2, "example": 2, "test": 3}
"""In which order parts are shown; the rest comes last."""


def symbols_of(deep: Deep, links: Links) -> Symbols:
    """Every file with definitions or syntax errors; by part, then by how many files import it, then by path."""
    users: dict[str, int] = {}
    for targets in links.edges.values():
        for target in targets:
            users[target] = users.get(target, 0) + 1

    def rank(path: str) -> tuple[int, int, str]:
        return (_AFTER.get(links.parts.get(path, ""), 4), -users.get(path, 0), path)

    shown = [path for path, index in deep.facts.items() if index.errors or deep.packed[path].symbols != b"[]"]
    rows = rows_of((symbols_row(deep, path) for path in sorted(shown, key=rank)), len(shown))
    return Symbols(_languages(deep), EVIDENCE, rows)


def symbols_row(deep: Deep, path: str) -> bytes:
    """The definitions of one file; `deep` needs to hold no other."""
    language = deep.languages[path].language or ""
    head = orjson.dumps({"path": place(path), "language": language})[:-1]
    symbols, errors = deep.packed[path].symbols, deep.facts[path].errors
    parts = [head]
    if symbols != b"[]":
        parts.append(b',"symbols":' + symbols)
    if errors:
        parts.append(b',"errors":' + orjson.dumps(errors))
    return b"".join(parts) + b"}"


def _languages(deep: Deep) -> tuple[LanguageSymbols, ...]:
    """By language, the one with most files first; programming languages without a grammar say so."""
    sums: dict[str, list[int]] = {}
    for path, index in deep.facts.items():
        file = deep.languages.get(path)
        if file is None or file.language is None or not file.is_code:
            continue
        counts = sums.setdefault(file.language, [0, 0, 0, 0])
        counts[0] += 1
        counts[1] += index.functions
        counts[2] += index.classes
        counts[3] += bool(index.errors)
    found = [
        LanguageSymbols(name, files, functions, classes, broken, None if name in READERS else True)
        for name, (files, functions, classes, broken) in sums.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.files, one.language)))


def files_of(deep: Deep, parts: Mapping[str, Part]) -> Ready:
    """One row for every file in byte order of the paths; lines of those whose bytes were looked at."""
    rows = (file_row(file, parts.get(path), deep.facts.get(path)) for path, file in deep.languages.items())
    return rows_of(rows, len(deep.languages))


def file_row(file: FileLanguage, part: Part | None, index: Index | None) -> bytes:
    """What is said of one file, and why this language."""
    row: dict[str, object] = {"path": place(file.path), "role": _role(file, part), "bytes": max(file.size, 0)}
    if file.language is not None:
        row["language"] = file.language
    row["rule"] = file.rule
    if file.detail:
        row["seen"] = word(file.detail)
    apart = file.vendored or file.generated or file.documentation
    if apart:
        row["apart"] = apart
    if index is not None and not file.binary:
        row["lines"] = index.code + index.comment + index.blank
        row["code"], row["comment"], row["blank"] = index.code, index.comment, index.blank
    return row_of(row)


def _role(file: FileLanguage, part: Part | None) -> Role:
    if file.binary:
        return "binary"
    if part is not None and part != "source" and part != "tooling":
        return part
    if file.type in ("programming", "markup"):
        return "source"
    return "documentation" if file.documentation or file.type == "prose" else "data"
