"""What C and C++ code does that a reader wants to know of: variables read, ports, calls that are dangerous as written.

A copy of a literal is bounded by it, and `sprintf` of numbers by its format: neither is reported. The functions are
those that CERT C (STR07-C, MSC24-C, ENV33-C) advises against.
"""

import re
from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import unquoted
from plumbrule.mcp_server.analysis.syntax.extractors.finding import Finder, arguments_of
from plumbrule.mcp_server.analysis.syntax.extractors.lexical import hits
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node

_WORDS = frozenset(
    (
        *(b"getenv", b"secure_getenv", b"gets", b"strcpy", b"strcat", b"sprintf", b"vsprintf", b"system", b"popen"),
        *(b"htons", b"mktemp", b"tmpnam", b"curl_easy_setopt"),
    )
)
_UNBOUNDED = re.compile(r"%[-+ #0]*(?:\d+|\*)?s")


class _Uses(Finder):
    __slots__ = ()

    def literal(self, node: "Node | None") -> str | None:
        """The value of a string literal, or of several beside each other; None for anything else."""
        if node is None:
            return None
        if node.type == "string_literal":
            return unquoted(self.text(node)[self.text(node).find('"') :])
        if node.type == "concatenated_string":
            parts = [self.literal(each) for each in node.named_children if each.type != "comment"]
            return None if any(part is None for part in parts) else "".join(part or "" for part in parts)
        return None


def uses_of(raw: bytes, root: "Node", counted: Counter[bytes]) -> list[Use]:
    """The uses of one file, in the order of their lines."""
    uses = _Uses(raw)
    for word, chain in hits(raw, root, counted, _WORDS):
        if len(chain) < 2:
            continue
        call = chain[1]
        if call.type == "qualified_identifier" and len(chain) > 2:
            if uses.text(call) not in (f"std::{word}", f"::{word}"):
                continue
            call = chain[2]
        if call.type != "call_expression":
            continue
        function, listed = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        if function is not None and listed is not None and function.end_byte == chain[0].end_byte:
            _judge(uses, word, call, arguments_of(listed))
    return uses.sorted()


def _sets_port(uses: _Uses, call: "Node") -> bool:
    """Whether `htons(80)` is given to something called a port; compared or copied elsewhere it is only a number."""
    given = call.parent
    for _ in range(3):
        if given is None or given.type not in ("cast_expression", "parenthesized_expression", "initializer_list"):
            break
        given = given.parent
    if given is None or given.type not in ("assignment_expression", "initializer_pair", "init_declarator"):
        return False
    return b"port" in uses.raw[given.start_byte : call.start_byte].lower()


def _judge(uses: _Uses, word: str, call: "Node", given: "list[Node]") -> None:
    first = uses.literal(given[0]) if given else None
    second = uses.literal(given[1]) if len(given) > 1 else None
    if word in ("getenv", "secure_getenv"):
        if first:
            uses.add("env", first, call, "env.read")
    elif word == "htons":
        if given and given[0].type == "number_literal" and _sets_port(uses, call):
            uses.port(uses.text(given[0]), call)
    elif word == "gets":
        if len(given) == 1:
            uses.danger("danger.unsafe-c", call)
    elif word in ("strcpy", "strcat"):
        if len(given) == 2 and second is None and given[1].type not in ("conditional_expression", "string_literal"):
            uses.danger("danger.unsafe-c", call)
    elif word in ("sprintf", "vsprintf"):
        if second is not None and _UNBOUNDED.search(second):
            uses.danger("danger.unsafe-c", call)
    elif word in ("system", "popen"):
        if given and first is None and len(given) == (2 if word == "popen" else 1):
            uses.danger("danger.shell", call)
    elif word in ("mktemp", "tmpnam"):
        if len(given) == 1:
            uses.danger("danger.tempfile", call)
    elif word == "curl_easy_setopt" and len(given) == 3:
        option, value = uses.text(given[1]), uses.text(given[2])
        if option in ("CURLOPT_SSL_VERIFYPEER", "CURLOPT_PROXY_SSL_VERIFYPEER") and value in ("0", "0L", "false"):
            uses.danger("danger.tls-off", call)
