"""Collects the uses of one file: the base of what `go_uses`, `rust_uses` and their like know about a language."""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import folded, text
from plumbrule.mcp_server.analysis.syntax.model import Use, UseKind

if TYPE_CHECKING:
    from tree_sitter import Node

CALL_CHARS = 120
"""How much of a dangerous call is shown."""
SQL = re.compile(r"^\s*(?:select\b.+\bfrom|insert\s+into|update\b.+\bset|delete\s+from|replace\s+into)\b", re.I | re.S)
"""The beginning of a statement that a value must not be pasted into."""
SECRETIVE = re.compile(r"passw|pwd|signature|credential", re.IGNORECASE)
"""Names of what a weak hash must not protect."""
SHELL = re.compile(r"^(?:.*[/\\])?(?:sh|bash|zsh|dash|ksh|cmd|cmd\.exe|powershell|powershell\.exe|pwsh)$")
SHELL_FLAGS = frozenset(("-c", "-lc", "-ec", "-exc", "/c", "/C", "-Command", "-command"))
METHODS = frozenset(("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE"))
_PORT = re.compile(r"^[\w.\-\[\]:*]*:(\d{1,5})$")


class Finder:
    """What was found so far in one file."""

    __slots__ = ("found", "raw")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.found: list[Use] = []

    def text(self, node: "Node") -> str:
        """A node as it is written."""
        return text(self.raw, node.start_byte, node.end_byte)

    def add(self, kind: UseKind, value: str, node: "Node", rule: str, detail: str = "") -> None:
        """One use, at the line where its node begins."""
        self.found.append(Use(kind, value, node.start_point[0] + 1, rule, detail))

    def danger(self, rule: str, node: "Node") -> None:
        """A dangerous call, as it is written."""
        self.add("danger", folded(self.raw, node.start_byte, node.end_byte, CALL_CHARS), node, rule)

    def port(self, said: str, node: "Node") -> None:
        """The port of `host:port` or of a bare number; anything else is none."""
        found = _PORT.match(said)
        number = found[1] if found else said
        if number.isascii() and number.isdigit() and 0 < int(number) < 65536:
            self.add("port", number, node, "port.listen")

    def sorted(self) -> list[Use]:
        """The uses by line, those of a line in the order in which they were found, none twice."""
        return sorted(dict.fromkeys(self.found), key=lambda use: use.line)


def arguments_of(node: "Node") -> "list[Node]":
    """The arguments in a list of them, comments apart."""
    return [each for each in node.named_children if not each.type.endswith("comment")]
