"""Shell: functions, exported variables, sourced files, and what a script does with its surroundings.

A sourced path that begins at the script's own folder, however that is written, starts with `${BASH_SOURCE%/*}`.
A leading underscore makes a function private by convention: the language has no rule.
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import repairing, shell_repair, shell_uses
from plumbrule.mcp_server.analysis.syntax.extractors.common import (
    comment_above,
    doc_line,
    error_lines,
    folded,
    owners,
)
from plumbrule.mcp_server.analysis.syntax.extractors.outline import Scope, captured, counted, outlined, row, said, shown
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import, Symbol, Visibility

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_QUERY = """
(function_definition) @def.function
(declaration_command) @declared
(command name: (command_name) @name) @command
[(if_statement) (elif_clause) (for_statement) (c_style_for_statement) (while_statement)] @branch
(case_item . (_) @case)
(list ["&&" "||"] @branch)
(command_name (word) @ref)
"""
HERE = "${BASH_SOURCE%/*}"
"""How the script's own folder is written in targets."""
_SELF = r"\$\{?(?:0|BASH_SOURCE(?:\[0\])?|\(%\):-%[xN])\}?"
_FOLDER = re.compile(
    r"""^(?:
      \$\(\s*(?:cd\s+(?:-P\s+|-L\s+)?(?:--\s+)?)?"?\$\(\s*dirname\s+(?:--\s+)?"?(?:\$\(\s*(?:readlink\s+-f|realpath)\s+)?"?SELF"?\)?"?\s*\)"?
        (?:\s*(?:&>|>|2>)[^&;)]*)?(?:\s*(?:&&|;)\s*pwd(?:\s+-P)?)?\s*\)
    | \$\(\s*dirname\s+(?:--\s+)?"?(?:\$\(\s*(?:readlink\s+-f|realpath)\s+)?"?SELF"?\)?"?\s*\)
    | `dirname\s+"?SELF"?`
    | \$\{(?:0|BASH_SOURCE(?:\[0\])?)%/\*\}
    | \$\{0:A?a?h\} | \$\{\(%\):-%x\}:h | \$\{0:A:h\}
    )""".replace("SELF", _SELF),
    re.VERBOSE,
)
_VARIABLE = re.compile(r"^\$\{?(\w+)\}?(/.*)$", re.DOTALL)
_ASSIGNED = re.compile(
    r"^\s*(?:readonly\s+|export\s+|local\s+|declare\s+(?:-\w+\s+)?)?(\w+)=\"?((?:[^\"\n]|\"(?=[^\n]*\"))+?)\"?\s*(?:#.*)?$",
    re.MULTILINE,
)


def extract(raw: bytes, tree: "Tree") -> Extracted:
    """What one shell script defines, sources and uses."""
    if tree.root_node.has_error:
        tree = repairing.better(tree, shell_repair.covered(raw), raw)
    captures = captured(tree, _QUERY)
    captures.setdefault("branch", []).extend(
        node for node in captures.get("case", ()) if raw[node.start_byte : node.end_byte] != b"*"
    )
    errors = [] if tree.root_node.has_error and shell_repair.for_zsh(raw) else error_lines(tree)
    found = Extracted(errors=errors, refs=counted(raw, captures.get("ref", ())))
    scopes = outlined(captures, ("function",))
    for scope in scopes:
        _define(raw, scope, found.symbols)
    for node in captures.get("declared", ()):
        found.symbols.extend(_exported(raw, node))
    found.symbols.sort(key=lambda symbol: (symbol.line, -symbol.end_line, symbol.name))
    commands = sorted(captures.get("command", ()), key=lambda node: node.start_byte)
    found.imports = _sourced(raw, commands, scopes)
    found.uses = shell_uses.uses(raw, tree, commands)
    return found


def _define(raw: bytes, scope: Scope, symbols: list[Symbol]) -> None:
    name = scope.node.child_by_field_name("name")
    if name is None:
        return
    word = said(raw, name)
    scope.name = scope.around.within(word) if scope.around is not None else word
    visibility: Visibility = "private" if word.startswith("_") else "public"
    body = scope.node.child_by_field_name("body")
    signature = folded(raw, scope.start, body.start_byte if body is not None else scope.end)
    first, last = row(scope.node), scope.node.end_point.row + 1
    comment = comment_above(raw, scope.start, (b"#",), block=False)
    doc = doc_line("\n".join(line for line in comment.splitlines() if not line.startswith("#!")))
    symbols.append(Symbol("function", scope.name, first, last, signature, visibility, doc, 1 + scope.branches))


def _exported(raw: bytes, node: "Node") -> list[Symbol]:
    """The variables that `export` or `declare -x` gives to programs that are started."""
    words = [said(raw, child) for child in node.children if child.type in ("export", "declare", "typeset", "word")]
    options = [word for word in words[1:] if word.startswith("-")]
    if not words or any("f" in option or "n" in option for option in options):
        return []
    if words[0] != "export" and not any("x" in option for option in options):
        return []
    found: list[Symbol] = []
    for child in node.named_children:
        name = child.child_by_field_name("name") if child.type == "variable_assignment" else child
        if name is not None and name.type == "variable_name":
            found.append(
                Symbol("variable", said(raw, name), row(child), child.end_point.row + 1, shown(raw, node, 160))
            )
    return found


def _sourced(raw: bytes, commands: list["Node"], scopes: list[Scope]) -> list[Import]:
    text = raw[:200_000].decode("utf-8", "replace")
    folders: dict[str, str] | None = None
    tests = b"@test" in raw
    spans = [(scope.start, scope.end) for scope in scopes]
    found: list[Import] = []
    for node, within in zip(commands, owners(spans, [node.start_byte for node in commands]), strict=True):
        name = node.child_by_field_name("name")
        word = said(raw, name) if name is not None else ""
        if word not in ("source", ".") and not (tests and word == "load"):
            continue
        arguments = node.children_by_field_name("argument")
        if not arguments:
            continue
        written = said(raw, arguments[0]).replace('"', "").replace("'", "")
        if folders is None:
            folders = _folders(text)
        target = source_target(said(raw, arguments[0]), folders) or written
        if not re.search(r"[\w.+@-]+$", target) or target.startswith(("<(", "/dev/")) or "\n" in target:
            continue
        if re.fullmatch(r"\$\{?\w+\}?|\$\d", target) or len(target) > 300:
            # Only a variable: what it names is not written here.
            continue
        flags = (("lazy",) if within >= 0 else ()) + (("relative",) if word == "load" else ())
        found.append(Import(target, row(node), "include", (), flags))
    return found


def _folders(text: str) -> dict[str, str]:
    """The variables that hold the script's own folder, or one beside it, with what they hold."""
    found: dict[str, str] = {}
    for assigned in _ASSIGNED.finditer(text):
        value = source_target(assigned[2], found)
        if value:
            found.setdefault(assigned[1], value)
    return found


def source_target(written: str, folders: dict[str, str]) -> str:
    """A path that starts at the script's folder as `${BASH_SOURCE%/*}/...`; "" when it starts elsewhere."""
    plain = written.strip("\"'").strip()
    own = _FOLDER.match(plain)
    if own is not None:
        rest = plain[own.end() :].replace('"', "").replace("'", "")
        return HERE + rest if re.fullmatch(r"(?:/[\w.+@-]+)*/?", rest) else ""
    plain = plain.replace('"', "").replace("'", "")
    named = _VARIABLE.match(plain)
    if named is not None and named[1] in folders and re.fullmatch(r"(?:/[\w.+@-]+)+/?", named[2]):
        return folders[named[1]] + named[2]
    return ""
