"""The commands of command lines that an ECMAScript file declares with a framework that it imports."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import ecmascript_calls as calls
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_calls import Call, Calls
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node

COMMAND_FRAMEWORKS = {
    "commander": "commander",
    "@commander-js/extra-typings": "commander",
    "yargs": "yargs",
    "yargs/yargs": "yargs",
    "cac": "cac",
    "sade": "sade",
    "caporal": "caporal",
    "@caporal/core": "caporal",
    "@cliffy/command": "cliffy",
    "vorpal": "vorpal",
    "citty": "citty",
}
_NAME = re.compile(r"^[A-Za-z0-9*][\w:.$*-]*")
_WORDS = re.compile(rb"\.\s{0,9}command\s{0,9}\(|\bnew\s{1,9}Command\b|\bcreateCommand\b|\bdefineCommand\b")
_MODULE = re.compile(
    rb"^(?:export\s{1,9}const\s{1,9}|(?:module\s{0,9}\.\s{0,9})?exports\s{0,9}\.\s{0,9})command\b[^=\n]{0,60}=\s{0,9}"
    rb"(?:\[\s{0,9})?(['\"`])([^'\"`\n$]{1,200})\1",
    re.MULTILINE,
)
_HANDLER = re.compile(rb"(?:export\s{1,9}(?:const|(?:async\s{1,9})?function)\s{1,9}|exports\s{0,9}\.\s{0,9})handler\b")


def commands_of(raw: bytes, file: Callable[[], Calls], packages: list[str]) -> Iterator[Use]:
    """Each command by the first word of its declaration; the default command has no name and is left out."""
    framework = next((COMMAND_FRAMEWORKS[name] for name in packages if name in COMMAND_FRAMEWORKS), "")
    if b"handler" in raw and b"command" in raw:
        yield from _of_module(raw)
    if not (framework or b"program.command" in raw) or not _WORDS.search(raw):
        return
    found = file()
    parsed = {call.root for call in found.found if call.method in ("parse", "parseAsync")}
    for call in found.found:
        known = framework or ("commander" if call.root == "program" else "")
        for text, at in _declared(call) if known else ():
            yield from _use(text, at, known)
        if framework == "citty" and call.method == "defineCommand" and call.arguments:
            meta = calls.member(call.arguments[0], "meta")
            name = calls.member(meta, "name") if meta is not None else None
            yield from _use(calls.literal(name) or "", call.node, framework)
    if framework in ("commander", "cliffy"):
        roots = {value.start_byte for name, value in found.values.items() if name in parsed or name == "program"}
        for node in found.made:
            if calls.said(node.child_by_field_name("constructor")).rpartition(".")[2] == "Command":
                given = calls.arguments_of(node)
                if given and node.start_byte not in roots:
                    yield from _use(calls.literal(given[0]) or "", node, framework)


def _declared(call: Call) -> "Iterator[tuple[str, Node]]":
    if call.method != "command" or not call.arguments or not (call.root or call.maker or call.links):
        return
    first = call.arguments[0]
    if first.type == "object":
        inner = calls.member(first, "command", "cmd")
        if inner is None:
            return
        first = inner
    function = call.node.child_by_field_name("function")
    named = function.child_by_field_name("property") if function is not None else None
    for text in calls.literals(first)[:1]:
        yield text, named or call.node


def _of_module(raw: bytes) -> Iterator[Use]:
    """A yargs command module: it exports `command`, and the `handler` that runs it."""
    found = _MODULE.search(raw)
    if found and _HANDLER.search(raw):
        name = _NAME.match(found[2].decode("utf-8", "replace"))
        if name:
            yield Use("command", name.group(), raw.count(b"\n", 0, found.start()) + 1, "command.yargs")


def _use(text: str, at: "Node", framework: str) -> Iterator[Use]:
    name = _NAME.match(text)
    if name:
        yield Use("command", name.group(), at.start_point.row + 1, f"command.{framework}")
