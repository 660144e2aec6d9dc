"""Dangerous calls of ECMAScript: code made at run time, shells, raw HTML, string-built SQL, TLS switched off.

What a call is given counts as harmless when it is a literal, or literals added together.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import common, ecmascript_queries
from plumbrule.mcp_server.analysis.syntax.extractors.assigned import assigned
from plumbrule.mcp_server.analysis.syntax.extractors.ecmascript_scopes import Captured
from plumbrule.mcp_server.analysis.syntax.model import Import, Use

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

SHOWN_CHARS = 120
_CALLS = """
(call_expression function: [(identifier) @callee (member_expression property: (property_identifier) @callee)]
  arguments: (arguments) @arguments
  (#any-of? @callee "eval" "exec" "execSync" "spawn" "spawnSync" "query" "execute" "raw" "unsafe" "$queryRawUnsafe"
   "$executeRawUnsafe" "insertAdjacentHTML" "write" "writeln" "runInNewContext" "runInThisContext" "runInContext"
   "compileFunction" "bypassSecurityTrustHtml" "bypassSecurityTrustScript" "bypassSecurityTrustResourceUrl"
   "setTimeout" "setInterval"
   "unserialize" "createHash" "parseXml" "parseXmlString")) @call
(new_expression constructor: [(identifier) @callee (member_expression property: (property_identifier) @callee)]
  arguments: (arguments) @arguments
  (#any-of? @callee "Function" "Script")) @call
"""
_HTML = """
(assignment_expression left: (member_expression property: (property_identifier) @property) right: (_) @html
  (#any-of? @property "innerHTML" "outerHTML"))
(augmented_assignment_expression left: (member_expression property: (property_identifier) @property) right: (_) @html
  (#any-of? @property "innerHTML" "outerHTML"))
(pair key: (property_identifier) @property value: (_) @html (#eq? @property "__html"))
"""
_PAIRS = """
(pair key: (_) @key value: (false) @off (#any-of? @key "rejectUnauthorized" "'rejectUnauthorized'" "strictSSL"))
(assignment_expression left: (_) @key right: (string) @off
  (#any-of? @key "process.env.NODE_TLS_REJECT_UNAUTHORIZED" "process.env['NODE_TLS_REJECT_UNAUTHORIZED']"
   "process.env[\\"NODE_TLS_REJECT_UNAUTHORIZED\\"]"))
"""
_CALL_WORDS: tuple[bytes, ...] = (
    *(b"eval(", b"eval (", b"child_process", b"Function(", b"Function (", b".query(", b".execute(", b".raw("),
    *(b".unsafe(", b"RawUnsafe(", b"insertAdjacentHTML", b"document.write", b'vm"', b"vm'", b"node-serialize"),
    *(b"createHash", b"noent", b"bypassSecurityTrust", b"setTimeout('", b'setTimeout("', b"setTimeout(`"),
    *(b"setInterval('", b'setInterval("', b"setInterval(`"),
)
_HTML_WORDS = (b"innerHTML", b"outerHTML", b"__html")
_TLS_WORDS = (b"rejectUnauthorized", b"strictSSL", b"NODE_TLS_REJECT_UNAUTHORIZED")
_SQL = re.compile(
    rb"^['\"`]\s*(?:SELECT\b.{1,400}?\bFROM|INSERT\s+INTO|UPDATE\b.{1,200}?\bSET|DELETE\s+FROM|(?:DROP|ALTER|CREATE)\s+TABLE)\b",
    re.I | re.S,
)
_SECRET_WORD = re.compile(rb"passw(?:or)?d|passphrase|signature|\bsecret", re.I)
_LITERALS = frozenset(("string", "number", "true", "false", "null", "undefined", "regex"))
_SQL_CALLS = frozenset(("query", "execute", "raw", "unsafe", "$queryRawUnsafe", "$executeRawUnsafe"))


def dangers_of(raw: bytes, tree: "Tree", imports: list[Import]) -> Iterator[Use]:
    """Every danger of the file; `value` is the call as it is written, cut short."""
    if _any(_CALL_WORDS, raw):
        modules = _modules(imports)
        for call, callee, arguments in _calls(tree):
            rule = _judged(raw, call, callee, arguments, modules)
            if rule:
                yield _use(raw, call, rule)
    if _any(_HTML_WORDS, raw):
        found = common.captures(ecmascript_queries.compiled(tree.language, _HTML), tree)
        for node in found.get("html", ()):
            if not _harmless(node) and not _sanitised(raw, node):
                start = raw.rfind(b"\n", max(0, node.start_byte - 200), node.start_byte) + 1
                yield Use(
                    "danger",
                    common.folded(raw, start, node.end_byte, SHOWN_CHARS),
                    node.start_point.row + 1,
                    "danger.html",
                )
    if _any(_TLS_WORDS, raw):
        found = common.captures(ecmascript_queries.compiled(tree.language, _PAIRS), tree)
        for key, value in zip(_placed(found, "key"), _placed(found, "off"), strict=False):
            if value.type == "false" or (value.text or b"").strip(b"'\"") == b"0":
                shown = common.folded(raw, key.start_byte, value.end_byte, SHOWN_CHARS)
                yield Use("danger", shown, key.start_point.row + 1, "danger.tls-off")


def _any(words: tuple[bytes, ...], raw: bytes) -> bool:
    """Whether a file needs a closer look: a substring search costs a hundredth of an alternation in `re`."""
    return any(word in raw for word in words)


def _placed(found: "Captured", name: str) -> "list[Node]":
    return sorted(found.get(name, ()), key=lambda node: node.start_byte)


def _use(raw: bytes, call: "Node", rule: str) -> Use:
    return Use(
        "danger", common.folded(raw, call.start_byte, call.end_byte, SHOWN_CHARS), call.start_point.row + 1, rule
    )


def _calls(tree: "Tree") -> "Iterator[tuple[Node, str, Node]]":
    """The calls with the words above: (call, name of the callee, arguments), in source order."""
    found = common.captures(ecmascript_queries.compiled(tree.language, _CALLS), tree)
    arguments = {node.end_byte: node for node in found.get("arguments", ())}
    callees = sorted((node.end_byte, node.text or b"") for node in found.get("callee", ()))
    ends = [end for end, _ in callees]
    for call in sorted(found.get("call", ()), key=lambda node: (node.start_byte, -node.end_byte)):
        given = arguments.get(call.end_byte)
        if given is None:
            continue
        at = bisect_right(ends, given.start_byte) - 1
        if at >= 0:
            yield call, callees[at][1].decode("utf-8", "replace"), given


def _modules(imports: list[Import]) -> dict[str, set[str]]:
    """Names taken from the modules that make a call dangerous: {"child_process": {"exec", …}}; `*` for the whole."""
    found: dict[str, set[str]] = {}
    for one in imports:
        name = one.target.removeprefix("node:")
        if name in ("child_process", "vm", "node-serialize", "libxmljs", "libxmljs2"):
            found.setdefault(name, set()).update(one.names or ("*",))
    return found


def _judged(raw: bytes, call: "Node", callee: str, arguments: "Node", modules: dict[str, set[str]]) -> str:
    """The rule that a call breaks, or ""."""
    given = [one for one in arguments.named_children if one.type != "comment"]
    if not given:
        return ""
    first = given[0]
    receiver = raw[call.start_byte : arguments.start_byte].strip()
    plain = receiver.split(b"<")[0].strip()
    if callee == "eval":
        return (
            "danger.eval"
            if plain in (b"eval", b"window.eval", b"globalThis.eval", b"global.eval") and not _harmless(first)
            else ""
        )
    if callee == "Function":
        return "danger.exec" if plain.endswith(b"new Function") and not all(map(_harmless, given)) else ""
    if callee in ("exec", "execSync", "spawn", "spawnSync"):
        return _shell(raw, callee, plain, given, modules)
    if callee in _SQL_CALLS:
        return "danger.sql" if _built_sql(raw, first) else ""
    if callee in ("write", "writeln"):
        return (
            "danger.html"
            if plain in (b"document.write", b"document.writeln") and not all(map(_harmless, given))
            else ""
        )
    if callee == "insertAdjacentHTML":
        return "danger.html" if len(given) > 1 and not _harmless(given[1]) and not _sanitised(raw, given[1]) else ""
    if callee in ("runInNewContext", "runInThisContext", "runInContext", "compileFunction", "Script"):
        return "danger.exec" if "vm" in modules and not _harmless(first) else ""
    if callee.startswith("bypassSecurityTrust"):
        return "" if _harmless(first) else "danger.html"
    if callee in ("setTimeout", "setInterval"):
        return "danger.eval" if first.type in _TEXTS and not _harmless(first) and _opens_text(first) else ""
    if callee == "unserialize":
        return "danger.deserialize" if "node-serialize" in modules else ""
    if callee == "createHash":
        return _weak_hash(raw, arguments, first)
    if callee in ("parseXml", "parseXmlString"):
        options = b"".join(raw[one.start_byte : one.end_byte] for one in given[1:])
        return "danger.xml" if re.search(rb"\bnoent\s*:\s*true", options) else ""
    return ""


_TEXTS = frozenset(("binary_expression", "template_string"))


def _opens_text(node: "Node") -> bool:
    """Whether a text stands first of what `+` joins: then all of it is one."""
    while node.type == "binary_expression" and (left := node.child_by_field_name("left")) is not None:
        node = left
    return node.type in ("string", "template_string")


def _shell(raw: bytes, callee: str, plain: bytes, given: "list[Node]", modules: dict[str, set[str]]) -> str:
    """A command line that is put together and handed to a shell."""
    taken = modules.get("child_process")
    if taken is None or _harmless(given[0]):
        return ""
    word = plain.split(b".")
    direct = len(word) == 1 and callee in taken
    through = len(word) == 2 and ("*" in taken or "default" in taken) and word[0] not in (b"re", b"regex", b"pattern")
    if not (direct or through):
        return ""
    if through and word[0] not in (b"child_process", b"childProcess", b"cp", b"proc", b"childproc", b"child"):
        return ""
    if callee in ("exec", "execSync"):
        return "danger.shell"
    options = b"".join(raw[one.start_byte : one.end_byte] for one in given[1:] if one.type == "object")
    return "danger.shell" if re.search(rb"\bshell\s*:\s*(?:true|['\"])", options) else ""


def _built_sql(raw: bytes, given: "Node") -> bool:
    first = assigned(given) or given
    if first.type not in ("template_string", "binary_expression") or _harmless(first):
        return False
    return bool(_SQL.match(raw[first.start_byte : first.end_byte][:1000]))


def _weak_hash(raw: bytes, arguments: "Node", first: "Node") -> str:
    if (first.text or b"").strip(b"'\"`").lower() not in (b"md5", b"sha1", b"md4"):
        return ""
    rest = raw[arguments.end_byte : arguments.end_byte + 200].split(b";")[0].split(b"\n\n")[0]
    updated = re.match(rb"\s*\.\s*update\s*\(([^;\n]{1,150})", rest)
    return "danger.weak-hash" if updated and _SECRET_WORD.search(updated.group(1)) else ""


def _sanitised(raw: bytes, node: "Node") -> bool:
    """Whether a sanitiser or an escape made the value, by the name of what is called."""
    return bool(re.search(rb"(?i)saniti[sz]e|purify|escape|trusted", raw[node.start_byte : node.end_byte][:400]))


def _harmless(node: "Node") -> bool:
    """Whether a value is a literal, a template without holes, or literals joined by `+` and `?:`."""
    waiting = [node]
    for _ in range(50):
        if not waiting:
            return True
        one = waiting.pop()
        if one.type in _LITERALS:
            continue
        if one.type == "template_string":
            if any(part.type == "template_substitution" for part in one.named_children):
                return False
        elif one.type == "ternary_expression":
            waiting.extend(one.named_children[1:])
        elif one.type in ("binary_expression", "parenthesized_expression", "as_expression"):
            waiting.extend(one.named_children)
        else:
            return False
    return False
