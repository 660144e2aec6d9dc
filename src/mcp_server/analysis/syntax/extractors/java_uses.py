"""What Java code does that a reader wants to know of: variables read, ports, commands, dangerous calls.

Commands are picocli's. Routes are those of `java_routes`, which is read with the declarations.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.assigned import assigned
from plumbrule.mcp_server.analysis.syntax.extractors.common import unquoted
from plumbrule.mcp_server.analysis.syntax.extractors.finding import (
    SECRETIVE,
    SHELL,
    SHELL_FLAGS,
    SQL,
    Finder,
    arguments_of,
)
from plumbrule.mcp_server.analysis.syntax.extractors.java_routes import Placed, annotation
from plumbrule.mcp_server.analysis.syntax.extractors.lexical import around, hits
from plumbrule.mcp_server.analysis.syntax.model import Extracted, Import, Use

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMAND_NAME = re.compile(r'\bname\s*=\s*"([^"]+)"')
_QUERIES = frozenset(
    (
        "executeQuery",
        "executeUpdate",
        "prepareStatement",
        "createQuery",
        "createNativeQuery",
        "queryForObject",
        "rawQuery",
    )
)
_TRUSTING = frozenset(("NoopHostnameVerifier", "ALLOW_ALL_HOSTNAME_VERIFIER", "InsecureTrustManagerFactory"))
_WORDS = frozenset(
    word.encode()
    for word in (
        *("getenv", "ObjectInputStream", "XMLDecoder", "ServerSocket", "InetSocketAddress", "ProcessBuilder", "exec"),
        *("getInstance", "eval", "setDefaultHostnameVerifier", "setHostnameVerifier", "hostnameVerifier"),
        *_QUERIES,
        *_TRUSTING,
    )
)


def commands_of(raw: bytes, annotations: Sequence[Placed], imports: Sequence[Import], uses: list[Use]) -> None:
    """The picocli commands that annotations declare."""
    for node in annotations:
        name, whole = annotation(raw, node)
        if name == "Command" and any(one.target.startswith("picocli.") for one in imports):
            said = _COMMAND_NAME.search(whole)
            if said:
                uses.append(Use("command", said[1], node.start_point[0] + 1, "command.picocli"))


class _Uses(Finder):
    __slots__ = ("extracted",)

    def __init__(self, raw: bytes, extracted: Extracted, found: list[Use]) -> None:
        super().__init__(raw)
        self.extracted = extracted
        self.found = found

    def literal(self, node: "Node | None") -> str | None:
        """The value of a string literal; None for anything else."""
        if node is None or node.type != "string_literal":
            return None
        shown = self.text(node)
        return None if shown.startswith('"""') else unquoted(shown)


def uses_of(raw: bytes, root: "Node", counted: Counter[bytes], extracted: Extracted, found: list[Use]) -> list[Use]:
    """The uses of one file by line; `found` are those of its annotations."""
    uses = _Uses(raw, extracted, found)
    for word, chain in hits(raw, root, counted, _WORDS):
        if around(chain, "import_declaration") is not None:
            continue
        if len(chain) < 2:
            continue
        if word in _TRUSTING:
            uses.danger("danger.tls-off", chain[1])
            continue
        call = chain[1]
        if call.type == "scoped_type_identifier" and len(chain) > 2:
            call = chain[2]  # new java.io.ObjectInputStream(...)
        listed = call.child_by_field_name("arguments")
        given = arguments_of(listed) if listed is not None else []
        if call.type == "object_creation_expression":
            _created(uses, word, call, given)
        elif call.type == "method_invocation":
            _called(uses, word, call, given)
    return uses.sorted()


def _created(uses: _Uses, word: str, call: "Node", given: "list[Node]") -> None:
    if word in ("ObjectInputStream", "XMLDecoder"):
        uses.danger("danger.deserialize", call)
    elif word in ("ServerSocket", "InetSocketAddress"):
        last = given[-1] if given else None
        if last is not None and last.type == "decimal_integer_literal" and (word == "ServerSocket" or len(given) == 1):
            uses.port(uses.text(given[0] if word == "ServerSocket" else last).replace("_", ""), call)
    elif word == "ProcessBuilder":
        _shell(uses, call, given)


def _called(uses: _Uses, word: str, call: "Node", given: "list[Node]") -> None:
    owner = call.child_by_field_name("object")
    name = uses.text(owner) if owner is not None else ""
    value = uses.literal(given[0]) if given else None
    if word == "getenv":
        if value and name == "System":
            uses.add("env", value, call, "env.read")
    elif word in _VERIFIERS:
        if given and given[0].type == "lambda_expression" and re.search(r"->\s*true\Z", uses.text(given[0])):
            uses.danger("danger.tls-off", call)
    elif word == "exec" and given and _is_runtime(uses, owner, name):
        made = assigned(given[0]) or given[0]
        if (made.type == "binary_expression" and not _constant(uses, made)) or (
            made.type == "identifier" and _is_text_parameter(uses, made)
        ):
            uses.danger("danger.shell", call)
        elif given[0].type == "array_creation_expression":
            _shell(uses, call, given[0].named_children[-1].named_children)
    elif word == "getInstance":
        if name.rpartition(".")[2] == "MessageDigest":
            _weak_hash(uses, call, value)
    elif word == "eval":
        imports = uses.extracted.imports
        if given and value is None and any(one.target.startswith("javax.script") for one in imports):
            uses.danger("danger.eval", call)
    elif word in _QUERIES and given and (made := assigned(given[0]) or given[0]).type == "binary_expression":
        first = made
        while first.type == "binary_expression" and (left := first.child_by_field_name("left")) is not None:
            first = left
        opening = uses.literal(first)
        if opening and SQL.match(opening + " from set") and not _constant(uses, made):
            uses.danger("danger.sql", call)


_VERIFIERS = frozenset(("setDefaultHostnameVerifier", "setHostnameVerifier", "hostnameVerifier"))


def _is_runtime(uses: _Uses, owner: "Node | None", name: str) -> bool:
    if name.endswith("getRuntime()"):
        return True
    made = assigned(owner)
    return made is not None and made is not owner and uses.text(made).endswith("getRuntime()")


def _is_text_parameter(uses: _Uses, name: "Node") -> bool:
    """Whether a name is a parameter of the method around that is declared as one `String`."""
    node = name
    for _ in range(40):
        above = node.parent
        if above is None:
            return False
        node = above
        if node.type in ("method_declaration", "constructor_declaration"):
            listed = node.child_by_field_name("parameters")
            shown = uses.text(listed) if listed is not None else ""
            return re.search(rf"\bString\s+{re.escape(uses.text(name))}\s*[,)]", shown) is not None
    return False


def _weak_hash(uses: _Uses, call: "Node", value: str | None) -> None:
    """A broken digest inside a method whose signature speaks of passwords or signatures."""
    line = call.start_point[0] + 1
    around_it = [
        symbol for symbol in uses.extracted.symbols if symbol.complexity and symbol.line <= line <= symbol.end_line
    ]
    if value in ("MD5", "SHA-1", "SHA1") and any(SECRETIVE.search(symbol.signature) for symbol in around_it):
        uses.danger("danger.weak-hash", call)


def _shell(uses: _Uses, call: "Node", given: "Sequence[Node]") -> None:
    if len(given) < 3:
        return
    shell, flag = uses.literal(given[0]), uses.literal(given[1])
    if shell and flag in SHELL_FLAGS and SHELL.match(shell) and not _constant(uses, given[2]):
        uses.danger("danger.shell", call)


_CONSTANT_NAME = re.compile(r"^(?:\w+\.)*[A-Z][A-Z0-9_]*$")


def _constant(uses: _Uses, node: "Node") -> bool:
    """Literals and constants (by the convention of their names), or these put together."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.type in ("binary_expression", "parenthesized_expression"):
            waiting.extend(each.named_children)
        elif not each.type.endswith("literal") and not _CONSTANT_NAME.match(uses.text(each)[:200]):
            return False
    return True
