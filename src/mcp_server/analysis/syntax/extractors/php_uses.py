"""What PHP code does with its surroundings: environment, routes, commands, dangerous calls.

Routes are `php_routes`' part.
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import php_routes
from plumbrule.mcp_server.analysis.syntax.extractors.assigned import assigned
from plumbrule.mcp_server.analysis.syntax.extractors.outline import matched, part, row, said, shown
from plumbrule.mcp_server.analysis.syntax.extractors.php_calls import arguments, literal
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_SIGNS = (
    b"getenv",
    b"$_ENV",
    b"$_GET",
    b"$_POST",
    b"$_REQUEST",
    b"$_COOKIE",
    b"env(",
    b"Route",
    b"Slim\\",
    b"$router->",
    b"AsCommand",
    b"setName",
    b"defaultName",
    b"$signature",
    b"Artisan",
    b"eval",
    b"unserialize",
    b"extract(",
    b"assert(",
    b"preg_replace",
    b"create_function",
    b"exec(",
    b"system(",
    b"passthru",
    b"popen",
    b"proc_open",
    b"`",
    b"uery",
    b"->exec",
    b"->prepare",
    b"CURLOPT_SSL",
    b"verify",
    b"md5(",
    b"sha1(",
    b"LIBXML_NOENT",
)
"""Where none of these stands there is nothing to look for. One pattern of all takes ten times as long to search."""
_QUERY = """
(function_call_expression function: (name) @function arguments: (arguments)) @call
(function_call_expression function: (qualified_name (name) @function) arguments: (arguments)) @call
(member_call_expression object: (_) @object name: (name) @method) @call
(scoped_call_expression scope: (_) @scope name: (name) @method) @call
(subscript_expression . (variable_name) @array) @call
(shell_command_expression) @shell
(attribute . (name) @attribute) @call
(property_element name: (variable_name) @property) @call
(echo_statement (subscript_expression . (variable_name) @echoed)) @call
(include_expression (_) @included) @call
(include_once_expression (_) @included) @call
(require_expression (_) @included) @call
(require_once_expression (_) @included) @call
(array_element_initializer . (_) @key . (_) @value) @call
"""
_EXECUTING = frozenset(("exec", "shell_exec", "system", "passthru", "popen", "proc_open"))
_INPUT = frozenset(("$_GET", "$_POST", "$_REQUEST", "$_COOKIE"))
_HASHES = frozenset(("md5", "sha1"))
_SECRET_NAME = re.compile(r"pass(?:word|wd|phrase)?(?![a-z])|pwd|signature", re.IGNORECASE)
_SQL = re.compile(
    r"^\W*(?:select\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|drop\s|alter\s|replace\s+into\s)", re.I
)
_QUERYING = frozenset(("query", "exec", "prepare", "multi_query", "real_query", "executeQuery", "executeStatement"))
_QUERY_FUNCTIONS = frozenset(("mysqli_query", "mysql_query", "pg_query", "sqlite_query", "db_query"))
_EVALUATING = re.compile(r"[/#~!|@%][imsxuADSUXJ]*e[imsxuADSUXJ]*\Z")
"""The modifier that runs a replacement as code (PHP before 7)."""

_ESCAPED = re.compile(r"escapeshellarg|escapeshellcmd|ProcessUtils::escapeArgument")


def uses(raw: bytes, tree: "Tree") -> list[Use]:
    """The uses in order of their lines."""
    if not any(sign in raw for sign in _SIGNS):
        return []
    found: list[Use] = []
    router = php_routes.Router(raw)
    for match in matched(tree, _QUERY):
        if "shell" in match:
            node = match["shell"][0]
            if any(child.type != "string_content" for child in node.named_children):
                found.append(_danger(raw, node, "danger.shell"))
            continue
        node = match["call"][0]
        if "function" in match:
            _function(raw, said(raw, match["function"][0]).lower(), node, found)
        elif "method" in match:
            on = match["scope"][0] if "scope" in match else match["object"][0]
            _method(raw, on, said(raw, match["method"][0]), node, found, router)
        elif "array" in match:
            if said(raw, match["array"][0]) == "$_ENV" and (key := literal(raw, part(node, 1))):
                found.append(Use("env", key, row(node), "env.read"))
        elif "attribute" in match:
            _attribute(raw, said(raw, match["attribute"][0]), node, found)
        elif "property" in match:
            _property(raw, said(raw, match["property"][0]), node, found)
        elif "included" in match:
            if any(name in said(raw, match["included"][0])[:300] for name in _INPUT):
                found.append(_danger(raw, node, "danger.exec"))
        elif "echoed" in match:
            if said(raw, match["echoed"][0]) in _INPUT:
                found.append(_danger(raw, node, "danger.html"))
        elif _unverified(raw, match["key"][0], match["value"][0]):
            found.append(_danger(raw, node, "danger.tls-off"))
    found.extend(router.routes())
    if b"@Route(" in raw:
        found.extend(php_routes.annotated_routes(raw, tree))
    return sorted(set(found), key=lambda use: (use.line, use.rule, use.value, use.detail))


def _unverified(raw: bytes, key: "Node", value: "Node") -> bool:
    """Whether an option of an HTTP client (Guzzle, Laravel's `Http`) turns the check of certificates off."""
    off = said(raw, key)[1:-1] == "verify" and said(raw, value).lower() == "false"
    return off and (b"Guzzle" in raw or b"Http::" in raw)


def _danger(raw: bytes, node: "Node", rule: str) -> Use:
    return Use("danger", shown(raw, node), row(node), rule)


def _function(raw: bytes, name: str, node: "Node", found: list[Use]) -> None:
    values = arguments(node)
    first = values[0] if values else None
    if name in ("getenv", "env"):
        if key := literal(raw, first):
            default = literal(raw, values[1]) if name == "env" and len(values) > 1 else None
            found.append(Use("env", key, row(node), "env.read", default or ""))
    elif first is None:
        return
    elif name in ("eval", "create_function") or (name == "assert" and _built(raw, first)):
        if literal(raw, first) is None:
            found.append(_danger(raw, node, "danger.eval"))
    elif name in _EXECUTING:
        if first.type != "array_creation_expression" and not _fixed(raw, first) and not _safe(raw, first):
            found.append(_danger(raw, node, "danger.shell"))
    elif name == "unserialize":
        if literal(raw, first) is None and not re.search(r"allowed_classes", shown(raw, node)):
            found.append(_danger(raw, node, "danger.deserialize"))
    elif name == "preg_replace" and _EVALUATING.search((literal(raw, first) or "")[-12:]):
        found.append(_danger(raw, node, "danger.eval"))
    elif name == "extract" and said(raw, first)[:12] in _INPUT:
        found.append(_danger(raw, node, "danger.exec"))
    elif name in _HASHES and first.type == "variable_name" and _SECRET_NAME.search(said(raw, first)):
        found.append(_danger(raw, node, "danger.weak-hash"))
    elif name in _QUERY_FUNCTIONS:
        if any(_sql(raw, made) for each in values[:2] if (made := assigned(each)) is not None):
            found.append(_danger(raw, node, "danger.sql"))
    elif name == "curl_setopt" and len(values) == 3:
        option, value = said(raw, values[1]), said(raw, values[2]).lower()
        if option in ("CURLOPT_SSL_VERIFYPEER", "CURLOPT_SSL_VERIFYHOST") and value in ("false", "0"):
            found.append(_danger(raw, node, "danger.tls-off"))
    elif any(said(raw, value) == "LIBXML_NOENT" for value in values[1:]):
        found.append(_danger(raw, node, "danger.xml"))


def _method(raw: bytes, on: "Node", name: str, node: "Node", found: list[Use], routes: "php_routes.Router") -> None:
    values = arguments(node)
    first = values[0] if values else None
    path = literal(raw, first)
    if routes.take(on, name, node, values):
        return
    if name == "setName" and path and b"Symfony\\Component\\Console" in raw and said(raw, on) == "$this":
        found.append(Use("command", path, row(node), "command.symfony-console"))
    elif name == "command" and path and said(raw, on) == "Artisan":
        found.append(Use("command", path.split()[0], row(node), "command.laravel"))
    elif name in _QUERYING and (built := assigned(first)) is not None and _sql(raw, built):
        found.append(_danger(raw, node, "danger.sql"))


def _attribute(raw: bytes, name: str, node: "Node", found: list[Use]) -> None:
    if name == "Route":
        found.extend(php_routes.symfony_routes(raw, node))
    elif name == "AsCommand":
        values = php_routes.attribute_values(node, raw)
        given = values.get("name", values.get("0"))
        if command := literal(raw, given):
            found.append(Use("command", command.partition("|")[0], row(node), "command.symfony-console"))


def _property(raw: bytes, name: str, node: "Node", found: list[Use]) -> None:
    value = literal(raw, node.child_by_field_name("default_value"))
    if name == "$defaultName" and value and b"Symfony\\Component\\Console" in raw:
        found.append(Use("command", value, row(node), "command.symfony-console"))
    elif name == "$signature" and value and b"Illuminate\\Console" in raw and value.split():
        found.append(Use("command", value.split()[0], row(node), "command.laravel"))


def _built(raw: bytes, node: "Node") -> bool:
    """Whether a string is put together from something that is not a literal."""
    if node.type == "encapsed_string":
        return literal(raw, node) is None
    if node.type != "binary_expression" or b"." not in raw[node.start_byte : node.end_byte]:
        return False
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    return any(side is not None and literal(raw, side) is None for side in (left, right))


def _fixed(raw: bytes, node: "Node") -> bool:
    """Whether only literals, constants and choices between them make up an expression."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.type == "binary_expression":
            waiting.extend(side for key in ("left", "right") if (side := each.child_by_field_name(key)) is not None)
        elif each.type == "conditional_expression":
            waiting.extend(end for key in ("body", "alternative") if (end := each.child_by_field_name(key)) is not None)
        elif each.type == "parenthesized_expression":
            waiting.extend(each.named_children)
        elif each.type not in ("name", "class_constant_access_expression") and literal(raw, each) is None:
            return False
    return True


def _safe(raw: bytes, node: "Node") -> bool:
    """Whether every part that is not a literal goes through an escaping function, as far as one expression shows."""
    return bool(_ESCAPED.search(said(raw, node)[:1000]))


def _sql(raw: bytes, node: "Node") -> bool:
    return _built(raw, node) and bool(_SQL.match(said(raw, node)[:80].lstrip("('\"")))
