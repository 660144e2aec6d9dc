"""The imports of an ECMAScript file: statements, re-exports, `require`, dynamic and type imports, reference comments.

Calls count when `require` or `import` is what is called in the syntax tree and its argument is a literal; the argument
is read from the bytes behind it.
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import common
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_scopes import FUNCTION_ROLES, Captured, Entry, key_text
from plumbrule.mcp_server.analysis.syntax.model import Import, ImportKind

if TYPE_CHECKING:
    from tree_sitter import Node

_ARGUMENT = re.compile(
    rb"\s*(?:<[^()]*>)?(?:\?\.)?\(\s*(?:/\*(?:[^*]|\*(?!/))*\*/\s*|//[^\n]*\n\s*)*"
    rb"(?:'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\"|`([^`$\\]*)`)\s*(?:/\*(?:[^*]|\*(?!/))*\*/\s*)*(\)|,)",
    re.DOTALL,
)
_BOUND_BEFORE = re.compile(rb"(?:\{([^{}]*)\}|([\w$]{1,80}))\s*=\s*(?:await\s+)?(?:\(\s*)?$")
_TAKEN_AFTER = re.compile(rb"\s*\)?\s*\.\s*([A-Za-z_$][\w$]*)")
_SURVIVES = re.compile(rb"\s*\.\s*catch\s*\(")
_REFERENCE = re.compile(
    rb"^\s*///\s*<reference\s+(?:no-default-lib=\S+\s+)?(path|types)\s*=\s*(['\"])([^'\"\n]+)\2[^>\n]*>"
)
_TYPE_BEFORE = re.compile(rb"(?:[:<|&,\[]|\b(?:typeof|keyof|extends|implements|as|satisfies|is|readonly|infer))$")
_TYPE_MEMBER = re.compile(rb"\s*\.\s*[A-Z]")
_TYPE_AFTER = re.compile(rb"\s*(?:\.\s*[A-Z_$]|[;\n\[|&<,)>]|$)")
_LINE = re.compile(rb"[^\n]*\n?")
MAX_HEAD_LINES = 5_000
"""Declaration files of large packages begin with hundreds of references."""


def imports_of(raw: bytes, entries: list[Entry], captured: Captured, *, typescript: bool) -> list[Import]:
    """Every import of the file in source order."""
    found = [(0, one) for one in _references(raw)]
    for node in captured.get("import", ()):
        one = _statement(node)
        if one is not None:
            found.append((node.start_byte, one))
    for node in captured.get("export", ()):
        source = node.child_by_field_name("source")
        if source is not None:
            found.append((node.start_byte, _re_export(raw, node, source)))
    found.extend(_calls(raw, entries, captured, typescript))
    found.sort(key=lambda one: one[0])
    return [one for _, one in found]


def _statement(node: "Node") -> Import | None:
    source = node.child_by_field_name("source")
    names: list[str] = []
    typed = any(one.type == "type" for one in node.children[1:2])
    all_typed = True
    kind: ImportKind = "import"
    for clause in node.named_children:
        if clause.type == "import_require_clause":
            source, kind, all_typed = clause.child_by_field_name("source"), "require", False
            names.append("*")
        elif clause.type == "import_clause":
            taken, erased = _clause(clause)
            names.extend(taken)
            all_typed = erased
    if source is None or source.type != "string":
        return None
    typed = typed or (bool(names) and all_typed)
    return Import(
        key_text(source), node.start_point.row + 1, "type" if typed else kind, tuple(names), ("type",) if typed else ()
    )


def _clause(clause: "Node") -> tuple[list[str], bool]:
    """The names taken, and whether each of them is marked as a type."""
    names: list[str] = []
    erased = True
    for part in clause.named_children:
        if part.type == "identifier":
            names.append("default")
            erased = False
        elif part.type == "namespace_import":
            names.append("*")
            erased = False
        elif part.type == "named_imports":
            for specifier in part.named_children:
                name = specifier.child_by_field_name("name")
                if name is not None:
                    names.append(key_text(name))
                    erased = erased and specifier.children[0].type == "type"
    return names, erased


def _re_export(raw: bytes, node: "Node", source: "Node") -> Import:
    names: list[str] = []
    for clause in node.named_children:
        if clause.type == "export_clause":
            specifiers = (one.child_by_field_name("name") for one in clause.named_children)
            names.extend(key_text(name) for name in specifiers if name is not None)
    typed = raw[node.start_byte : node.start_byte + 40].split(maxsplit=2)[1:2] == [b"type"]
    starred = names or ["*"] if b"*" in raw[node.start_byte : source.start_byte] else names
    return Import(key_text(source), node.start_point.row + 1, "export", tuple(starred), ("type",) if typed else ())


def _references(raw: bytes) -> list[Import]:
    """`/// <reference path="…" />` and `types="…"`, which count only above all code."""
    found: list[Import] = []
    if b"///" not in raw[:20_000]:
        return found
    at, inside = 0, False
    for row in range(1, MAX_HEAD_LINES):
        line = _LINE.match(raw, at)
        if line is None or line.end() == at:
            break
        at = line.end()
        words = line.group().strip()
        if inside or words.startswith(b"/*"):
            inside = b"*/" not in words
            continue
        reference = _REFERENCE.match(words)
        if reference:
            target = reference.group(3).decode("utf-8", "replace")
            if reference.group(1) == b"path" and not target.startswith(("./", "../", "/")):
                target = "./" + target
            found.append(Import(target, row, "type", (), ("type", "reference")))
        elif words and not words.startswith((b"//", b"#!", b"'use ", b'"use ')):
            break
    return found


def _calls(raw: bytes, entries: list[Entry], captured: Captured, typescript: bool) -> list[tuple[int, Import]]:
    nodes = [
        node
        for node in captured.get("ref", ())
        if (node.end_byte - node.start_byte) in (6, 7)
        and raw[node.start_byte : node.end_byte] in (b"require", b"import")
        and raw[max(0, node.start_byte - 1) : node.start_byte] != b"."
    ]
    if not nodes:
        return []
    nodes.sort(key=lambda node: node.start_byte)
    points = [node.start_byte for node in nodes]
    functions = [(one.start, one.end) for one in entries if one.role in FUNCTION_ROLES]
    tries = sorted((node.start_byte, node.end_byte) for node in captured.get("try", ()))
    inside = common.owners(functions, points)
    aliases = [(one.start, one.end) for one in entries if one.role in ("alias", "interface")]
    aliased = common.owners(aliases, points)
    guarded = common.owners(tries, points)
    found: list[tuple[int, Import]] = []
    for node, function, attempt, alias in zip(nodes, inside, guarded, aliased, strict=True):
        argument = _ARGUMENT.match(raw, node.end_byte, node.end_byte + 2000)
        if argument is None:
            continue
        dynamic = raw[node.start_byte] == ord("i")
        if not dynamic and argument.group(4) == b",":
            continue
        written = next(one for one in argument.group(1, 2, 3) if one is not None)
        target = common.unquoted('"' + written.decode("utf-8", "replace") + '"')
        flags = ["lazy"] if dynamic or function >= 0 else []
        if attempt >= 0 or (dynamic and _SURVIVES.match(raw, argument.end())):
            flags.append("optional")
        names = _names_taken(raw, node.start_byte, argument.end())
        kind: ImportKind = "dynamic" if dynamic else "require"
        if typescript and dynamic and _stands_for_type(raw, node.start_byte, argument.end(), alias >= 0):
            kind, flags = "type", ["type"]
        found.append((node.start_byte, Import(target, node.start_point.row + 1, kind, names, tuple(flags))))
    return found


def _names_taken(raw: bytes, start: int, end: int) -> tuple[str, ...]:
    """The names that `const { a, b: c } = require(…)` or `require(…).a` takes; `*` for the whole under a name."""
    after = _TAKEN_AFTER.match(raw, end, end + 100)
    if after and after.group(1) not in (b"then", b"catch", b"finally"):
        return (after.group(1).decode(),)
    if not raw[max(0, start - 20) : start].rstrip().endswith((b"=", b"(", b"await")):
        return ()
    before = _BOUND_BEFORE.search(raw, max(0, start - 1000), start)
    if before is None:
        return ()
    if before.group(2) is not None:
        return ("*",)
    words = (part.split(b":")[0].split(b"=")[0].strip() for part in before.group(1).split(b","))
    return tuple(word.decode("utf-8", "replace") for word in words if word and not word.startswith((b".", b"/")))


def _stands_for_type(raw: bytes, start: int, end: int, within_alias: bool) -> bool:
    """Whether an `import(…)` of a TypeScript file stands where a type stands: the grammar has no node for that.

    `key: import(…)` in an object is taken for a type, `() => import(…).Name` too.
    """
    before = raw[max(0, start - 40) : start].rstrip()
    if _TYPE_BEFORE.search(before):
        return True
    if within_alias:
        return bool(_TYPE_AFTER.match(raw, end))
    return before.endswith(b"=>") and bool(_TYPE_MEMBER.match(raw, end))
