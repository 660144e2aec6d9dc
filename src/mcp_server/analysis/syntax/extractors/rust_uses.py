"""What Rust code does that a reader wants to know of: variables read, ports, routes, commands, dangerous calls.

Documented at: doc.rust-lang.org (`std::env`, `std::process`), docs.rs for clap, actix-web, axum, rocket, warp, reqwest.
"""

import re
from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import text, unquoted
from plumbrule.mcp_server.analysis.syntax.extractors.finding import (
    METHODS,
    SHELL,
    SHELL_FLAGS,
    SQL,
    Finder,
    arguments_of,
)
from plumbrule.mcp_server.analysis.syntax.extractors.lexical import around, hits
from plumbrule.mcp_server.analysis.syntax.extractors.rust_routes import Prefixes
from plumbrule.mcp_server.analysis.syntax.model import Import, Use

if TYPE_CHECKING:
    from tree_sitter import Node

_LOWER = frozenset(method.lower() for method in METHODS)
WEB = (("actix_web", "actix"), ("axum", "axum"), ("rocket", "rocket"), ("warp", "warp"))
_ANNOTATED = frozenset(("actix", "rocket"))
"""Frameworks whose routes are attributes."""
_ACCEPTING = ("danger_accept_invalid_certs", "danger_accept_invalid_hostnames")
_WORDS = frozenset(
    word.encode()
    for word in ("var", "var_os", "env", "option_env", "Command", "TcpListener", "query", "execute", *_ACCEPTING)
)
_WEB_WORDS = frozenset(word.encode() for word in ("bind", "route", "resource", "path"))
_ATTRIBUTES = frozenset(method.lower().encode() for method in METHODS)
_CLAP_WORDS = frozenset(word.encode() for word in ("App", "SubCommand", "command", "clap", "arg", "Subcommand"))
_BUILD_TIME = re.compile(r"^(?:CARGO(?:_|$)|OUT_DIR$|TARGET$|RUSTC|PROFILE$|HOST$|NUM_JOBS$)")
_NAME = re.compile(r'\bname\s*=\s*"([^"]+)"')
_RENAME_ALL = re.compile(r'\brename_all\s*=\s*"([^"]+)"')
_ENV_OF_FIELD = re.compile(r"[(,]\s*env\s*[,)]")
_ENV = re.compile(r'\benv\s*=\s*"([^"]+)"')


class _Uses(Finder):
    __slots__ = ("clap", "clap_names", "prefixes", "web")

    def __init__(self, raw: bytes, imports: list[Import]) -> None:
        super().__init__(raw)
        self.prefixes = Prefixes(raw)
        crates = {one.target.removeprefix("::").partition("::")[0] for one in imports}
        self.web = next((name for crate, name in WEB if crate in crates or crate.encode() + b"::" in raw), "")
        self.clap = "clap" in crates or b"clap::" in raw
        self.clap_names = {name for one in imports if one.target.startswith("clap::") for name in one.names}

    def literal(self, node: "Node | None") -> str | None:
        """The value of a string literal, a reference to one included; None for anything else."""
        if node is not None and node.type == "reference_expression" and node.named_child_count:
            node = node.named_children[-1]
        if node is None:
            return None
        if node.type == "string_literal":
            return unquoted(self.text(node).lstrip("bc"))
        if node.type == "raw_string_literal":
            return self.text(node).lstrip("br").strip("#")[1:-1]
        return None


def uses_of(raw: bytes, root: "Node", counted: Counter[bytes], imports: list[Import]) -> list[Use]:
    """The uses of one file, in the order of their lines."""
    uses = _Uses(raw, imports)
    words = _WORDS
    if uses.web:
        words |= _WEB_WORDS
    if uses.web in _ANNOTATED:
        words |= _ATTRIBUTES
    if uses.clap:
        words |= _CLAP_WORDS
    for word, chain in hits(raw, root, counted, words):
        if len(chain) < 2:
            continue
        outer = chain[1].type
        if outer == "macro_invocation":
            _macro(uses, word, chain[1])
        elif outer in ("scoped_identifier", "field_expression", "call_expression", "generic_function"):
            _call(uses, word, chain)
        elif outer == "attribute" or (len(chain) > 2 and chain[2].type == "attribute" and _leads(outer, word)):
            _attribute(uses, word, chain)
    spans = _test_modules(raw, root)
    found = uses.sorted()
    return [use for use in found if not any(first <= use.line <= last for first, last in spans)] if spans else found


def _leads(outer: str, word: str) -> bool:
    """Whether a word inside an attribute says what it is about: the end of its path, or a trait that is derived."""
    return outer == "scoped_identifier" or (outer == "token_tree" and word == "Subcommand")


def _test_modules(raw: bytes, root: "Node") -> list[tuple[int, int]]:
    """The lines of the file's `#[cfg(test)] mod`: what tests set up is no fact of the program."""
    if b"#[cfg(test)]" not in raw:
        return []
    found: list[tuple[int, int]] = []
    marked = False
    for node in root.named_children:
        if node.type == "attribute_item":
            marked = marked or raw[node.start_byte : node.end_byte] == b"#[cfg(test)]"
        elif "comment" not in node.type:
            if marked and node.type == "mod_item":
                found.append((node.start_point[0] + 1, node.end_point[0] + 1))
            marked = False
    return found


def _macro(uses: _Uses, word: str, node: "Node") -> None:
    tree = node.named_children[-1]
    given = [each for each in tree.named_children if each.type == "string_literal"]
    if word in ("env", "option_env") and given:
        name = unquoted(uses.text(given[0]))
        if name and not _BUILD_TIME.match(name):
            uses.add("env", name, node, "env.read")
    elif word == "path" and uses.web == "warp" and given:
        inner = uses.raw[tree.start_byte + 1 : tree.end_byte - 1].decode("utf-8", "replace")
        parts = [part.strip() for part in inner.split("/")]
        shown = [unquoted(part) if part.startswith('"') else "{}" for part in parts if part and part != ".."]
        uses.add("route", "/" + "/".join(shown), node, "route.warp")


def _call(uses: _Uses, word: str, chain: "tuple[Node, ...]") -> None:
    call = around(chain[:4], "call_expression")
    if call is None:
        if len(chain) > 2 and chain[2].type == "attribute":
            _attribute(uses, word, chain)
        return
    function, listed = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if function is None or listed is None or function.end_byte < chain[0].end_byte:
        return
    given = arguments_of(listed)
    before = text(uses.raw, function.start_byte, chain[0].start_byte).rstrip(".: \n\t")
    value = uses.literal(given[0]) if given else None
    if word in ("var", "var_os"):
        if value and (before == "env" or before.endswith("::env")) and not _BUILD_TIME.match(value):
            uses.add("env", value, call, "env.read")
    elif word in ("Command", "App", "SubCommand"):
        _new(uses, before, value, chain, call)
    elif word in ("bind", "TcpListener"):
        _bind(uses, value, given, call)
    elif word in _ACCEPTING:
        if given and uses.text(given[0]) == "true":
            _danger_from(uses, "danger.tls-off", chain[0], call)
    elif word in ("query", "execute") and given:
        _query(uses, given, call)
    elif word in ("route", "resource", "path") and uses.web and value is not None:
        _route(uses, word, value, given, call)


def _danger_from(uses: _Uses, rule: str, name: "Node", call: "Node") -> None:
    shown = " ".join(text(uses.raw, name.start_byte, call.end_byte).split())
    uses.add("danger", shown[:120], name, rule)


def _new(uses: _Uses, before: str, value: str | None, chain: "tuple[Node, ...]", call: "Node") -> None:
    if not value:
        return
    word = uses.text(chain[0])
    of_clap = before.startswith("clap") or (not before and word in uses.clap_names)
    if word == "Command" and SHELL.match(value) and not of_clap:
        _shell(uses, chain, call)
    elif of_clap:
        uses.add("command", value, call, "command.clap")


def _shell(uses: _Uses, chain: "tuple[Node, ...]", call: "Node") -> None:
    """`Command::new("sh").arg("-c").arg(x)` or `.args(["-c", x])`, where x is no literal."""
    given: list[Node] = []
    last = call
    for node in chain:
        if node.type == "call_expression" and node.start_byte == call.start_byte and node.end_byte > call.end_byte:
            function, listed = node.child_by_field_name("function"), node.child_by_field_name("arguments")
            name = function.child_by_field_name("field") if function is not None else None
            if name is None or listed is None or uses.text(name) not in ("arg", "args"):
                break
            for each in arguments_of(listed):
                inner = each.named_children[-1] if each.type == "reference_expression" else each
                given.extend(inner.named_children if inner.type == "array_expression" else [each])
            last = node
    for at, each in enumerate(given[:-1]):
        if uses.literal(each) in SHELL_FLAGS and uses.literal(given[at + 1]) is None:
            uses.danger("danger.shell", last)
            return


def _bind(uses: _Uses, value: str | None, given: "list[Node]", call: "Node") -> None:
    if value and ":" in value:
        uses.port(value, call)
    elif given and given[0].type == "tuple_expression" and given[0].named_child_count == 2:
        number = given[0].named_children[1]
        if number.type == "integer_literal":
            uses.port(uses.text(number).replace("_", "").removesuffix("u16"), call)


def _query(uses: _Uses, given: "list[Node]", call: "Node") -> None:
    """SQL made by `format!` right in the argument."""
    node = given[0]
    while node.type == "reference_expression" and node.named_child_count:
        node = node.named_children[-1]
    if node.type != "macro_invocation" or not uses.text(node).startswith("format!"):
        return
    inside = [each for each in node.named_children[-1].named_children if each.type.endswith("string_literal")]
    shape = uses.literal(inside[0]) if inside else None
    if shape and SQL.match(shape) and "{" in shape:
        uses.danger("danger.sql", call)


def _route(uses: _Uses, word: str, value: str, given: "list[Node]", call: "Node") -> None:
    if not value.startswith("/") and not (uses.web == "warp" and word == "path"):
        return
    path = value if value.startswith("/") else "/" + value
    if uses.web in ("axum", "actix"):
        prefix = uses.prefixes.of(call)
        path = prefix if prefix and path == "/" else prefix + path
    if word == "resource":
        for method in uses.prefixes.methods(call) or ("",):
            uses.add("route", path, call, f"route.{uses.web}", method)
        return
    if word == "path":
        if uses.web == "warp":
            uses.add("route", path, call, "route.warp")
        return
    if len(given) < 2:
        return
    methods = re.findall(r"\b(get|post|put|delete|patch|head|options|trace)\s*\(", uses.text(given[1])[:400])
    for method in dict.fromkeys(methods) or ("",):
        uses.add("route", path, call, f"route.{uses.web}", method.upper())


def _attribute(uses: _Uses, word: str, chain: "tuple[Node, ...]") -> None:
    attribute = next((node for node in chain[1:] if node.type == "attribute"), None)
    if attribute is None:
        return
    inside = uses.text(attribute)
    if word in _LOWER and uses.web in _ANNOTATED:
        found = re.match(rf'(?:\w+::)*{word}\s*\(\s*"(/[^"]*)"', inside)
        if found:
            uses.add("route", found[1], attribute, f"route.{uses.web}", word.upper())
    elif word == "Subcommand" and uses.clap and inside.startswith("derive"):
        _subcommands(uses, chain)
    elif word in ("arg", "clap") and uses.clap and (found := _ENV.search(inside)):
        uses.add("env", found[1], attribute, "env.read")
    elif word in ("arg", "clap") and uses.clap and _ENV_OF_FIELD.search(inside):
        _field_env(uses, chain)
    elif any(node.type == "enum_variant_list" for node in chain):
        return  # read with their enum
    elif word in ("command", "clap") and uses.clap and (found := _NAME.search(inside)):
        uses.add("command", found[1], attribute, "command.clap")


def _subcommands(uses: _Uses, chain: "tuple[Node, ...]") -> None:
    """Each variant below `#[derive(Subcommand)]` is a command, in kebab case unless it is named or all are renamed."""
    at = next((node for node in chain if node.type == "attribute_item"), None)
    said = ""
    while at is not None and at.type in ("attribute_item", "line_comment", "block_comment"):
        said += uses.text(at) if at.type == "attribute_item" else ""
        at = at.next_named_sibling
    body = at.child_by_field_name("body") if at is not None and at.type == "enum_item" else None
    style = _RENAME_ALL.search(said)
    attributes = ""
    for variant in body.named_children if body is not None else ():
        if variant.type == "attribute_item":
            attributes += uses.text(variant)
        elif variant.type == "enum_variant":
            own = "".join(uses.text(child) for child in variant.children if child.type == "attribute_item") + attributes
            attributes = ""
            name = variant.child_by_field_name("name")
            if name is None or re.search(r"\b(?:flatten|external_subcommand|skip)\b", own):
                continue
            named = _NAME.search(own)
            shown = named[1] if named else _renamed(uses.text(name), style[1] if style else "kebab-case")
            uses.add("command", shown, variant, "command.clap")


def _renamed(name: str, style: str) -> str:
    """A variant's name in clap's `rename_all` styles, kebab case by default."""
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]
    styles = {
        "snake_case": "_".join(words),
        "lower": "".join(words),
        "lowercase": "".join(words),
        "SCREAMING_SNAKE_CASE": "_".join(words).upper(),
        "camelCase": words[0] + "".join(word.title() for word in words[1:]) if words else "",
        "PascalCase": "".join(word.title() for word in words),
        "verbatim": name,
        "UPPER": "".join(words).upper(),
    }
    return styles.get(style, "-".join(words)) or name


def _field_env(uses: _Uses, chain: "tuple[Node, ...]") -> None:
    """`#[arg(long, env)]`: the variable bears the field's name in capitals."""
    at = next((node for node in chain if node.type == "attribute_item"), None)
    while at is not None and at.type in ("attribute_item", "line_comment", "block_comment"):
        at = at.next_named_sibling
    name = at.child_by_field_name("name") if at is not None and at.type == "field_declaration" else None
    if name is not None:
        uses.add("env", uses.text(name).upper(), name, "env.read")
