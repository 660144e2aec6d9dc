"""What PHP code does with its surroundings: environment, routes, commands, dangerous calls.

Routes are Laravel's (`Route::get`, with the prefixes of the groups around), Slim's (`$app->get` in a file that names
Slim) and Symfony's (`#[Route]`, with the class's own prefix).
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.common import owners, parents
from plumbrule.mcp_server.analysis.syntax.extractors.outline import matched, part, row, said, shown
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
    b"AsCommand",
    b"setName",
    b"defaultName",
    b"$signature",
    b"Artisan",
    b"eval",
    b"unserialize",
    b"extract(",
    b"assert(",
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
(array_element_initializer . (_) @key . (_) @value) @call
"""
_VERBS = frozenset(("get", "post", "put", "patch", "delete", "options", "any"))
_EXECUTING = frozenset(("exec", "shell_exec", "system", "passthru", "popen", "proc_open"))
_INPUT = frozenset(("$_GET", "$_POST", "$_REQUEST", "$_COOKIE"))
_HASHES = frozenset(("md5", "sha1"))
_SECRET_NAME = re.compile(r"pass(?:word|wd|phrase)|signature", re.IGNORECASE)
_SQL = re.compile(
    r"^\W*(?:select\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|drop\s|alter\s|replace\s+into\s)", re.I
)
_QUERYING = frozenset(("query", "exec", "prepare", "multi_query", "real_query", "executeQuery", "executeStatement"))
_QUERY_FUNCTIONS = frozenset(("mysqli_query", "mysql_query", "pg_query", "sqlite_query", "db_query"))
_ESCAPED = re.compile(r"escapeshellarg|escapeshellcmd|ProcessUtils::escapeArgument")


def uses(raw: bytes, tree: "Tree") -> list[Use]:
    """The uses in order of their lines."""
    if not any(sign in raw for sign in _SIGNS):
        return []
    found: list[Use] = []
    routes: list[tuple[Node, str, str]] = []
    groups: list[tuple[Node, str]] = []
    slim = b"Slim\\" in raw
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
            _method(raw, on, said(raw, match["method"][0]), node, slim, found, routes, groups)
        elif "array" in match:
            if said(raw, match["array"][0]) == "$_ENV" and (key := literal(raw, part(node, 1))):
                found.append(Use("env", key, row(node), "env.read"))
        elif "attribute" in match:
            _attribute(raw, said(raw, match["attribute"][0]), node, found)
        elif "property" in match:
            _property(raw, said(raw, match["property"][0]), node, found)
        elif "echoed" in match:
            if said(raw, match["echoed"][0]) in _INPUT:
                found.append(_danger(raw, node, "danger.html"))
        elif _unverified(raw, match["key"][0], match["value"][0]):
            found.append(_danger(raw, node, "danger.tls-off"))
    found.extend(_placed(routes, groups, "route.laravel" if not slim else "route.slim"))
    return sorted(set(found), key=lambda use: (use.line, use.rule, use.value, use.detail))


def arguments(call: "Node") -> list["Node"]:
    """The expressions of a call's arguments."""
    listed = call.child_by_field_name("arguments") or call.child_by_field_name("parameters")
    if listed is None:
        return []
    return [
        each.named_children[-1] for each in listed.named_children if each.type == "argument" and each.named_children
    ]


def literal(raw: bytes, node: "Node | None") -> str | None:
    """The value of a string without interpolation; None for anything else."""
    if node is None or node.type not in ("string", "encapsed_string"):
        return None
    if any(child.type not in ("string_content", "escape_sequence") for child in node.named_children):
        return None
    return said(raw, node)[1:-1]


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
    elif name == "extract" and said(raw, first)[:12] in _INPUT:
        found.append(_danger(raw, node, "danger.exec"))
    elif name in _HASHES and first.type == "variable_name" and _SECRET_NAME.search(said(raw, first)):
        found.append(_danger(raw, node, "danger.weak-hash"))
    elif name in _QUERY_FUNCTIONS:
        if any(_sql(raw, value) for value in values[:2]):
            found.append(_danger(raw, node, "danger.sql"))
    elif name == "curl_setopt" and len(values) == 3:
        option, value = said(raw, values[1]), said(raw, values[2]).lower()
        if option in ("CURLOPT_SSL_VERIFYPEER", "CURLOPT_SSL_VERIFYHOST") and value in ("false", "0"):
            found.append(_danger(raw, node, "danger.tls-off"))
    elif any(said(raw, value) == "LIBXML_NOENT" for value in values[1:]):
        found.append(_danger(raw, node, "danger.xml"))


def _method(
    raw: bytes,
    on: "Node",
    name: str,
    node: "Node",
    slim: bool,
    found: list[Use],
    routes: list[tuple["Node", str, str]],
    groups: list[tuple["Node", str]],
) -> None:
    values = arguments(node)
    first = values[0] if values else None
    path = literal(raw, first)
    routing = _routes_on(raw, on, slim)
    if routing and name in _VERBS and path is not None and len(values) > 1:
        routes.append((node, path, "" if name == "any" else name.upper()))
    elif routing and name in ("match", "map") and len(values) > 1 and (target := literal(raw, values[1])) is not None:
        verbs = re.findall(r"['\"](\w+)['\"]", shown(raw, values[0]))
        routes.extend((node, target, verb.upper()) for verb in verbs)
    elif routing and name in ("resource", "apiResource") and path:
        routes.append((node, path, ""))
    elif name == "group" and values:
        prefix = path if slim else _laravel_prefix(raw, on, first)
        if prefix:
            groups.append((node, prefix))
    elif name == "setName" and path and b"Symfony\\Component\\Console" in raw and said(raw, on) == "$this":
        found.append(Use("command", path, row(node), "command.symfony-console"))
    elif name == "command" and path and said(raw, on) == "Artisan":
        found.append(Use("command", path.split()[0], row(node), "command.laravel"))
    elif name in _QUERYING and first is not None and _sql(raw, first):
        found.append(_danger(raw, node, "danger.sql"))


def _routes_on(raw: bytes, on: "Node", slim: bool) -> bool:
    """Whether a receiver takes routes: `Route` or a chain that begins there, in a Slim file `$app` or `$group`."""
    whole = said(raw, on)[:400]
    if slim:
        return bool(re.match(r"\$(?:this->)?(?:app|group|router|r)\b", whole))
    return whole == "Route" or whole.startswith(("Route::", "\\Illuminate\\Support\\Facades\\Route::"))


def _laravel_prefix(raw: bytes, on: "Node", first: "Node | None") -> str:
    chained = re.search(r"(?:->|::)prefix\(\s*['\"]([^'\"]*)['\"]", said(raw, on)[:400])
    if chained:
        return chained[1]
    if first is None or first.type != "array_creation_expression":
        return ""
    keyed = re.search(r"['\"]prefix['\"]\s*=>\s*['\"]([^'\"]*)['\"]", said(raw, first)[:400])
    return keyed[1] if keyed else ""


def _placed(routes: list[tuple["Node", str, str]], groups: list[tuple["Node", str]], rule: str) -> list[Use]:
    """The routes with the prefixes of all groups around them."""
    if not routes:
        return []
    routes.sort(key=lambda route: route[0].start_byte)
    groups.sort(key=lambda group: (group[0].start_byte, -group[0].end_byte))
    spans = [(node.start_byte, node.end_byte) for node, _ in groups]
    prefixes: list[str] = []
    for (_, prefix), above in zip(groups, parents(spans), strict=True):
        prefixes.append(((prefixes[above] if above >= 0 else "") + "/" + prefix.strip("/"))[:300])
    holders = owners(spans, [node.start_byte for node, _, _ in routes])
    return [
        Use(
            "route",
            "/" + f"{prefixes[held] if held >= 0 else ''}/{path}".strip("/").replace("//", "/"),
            row(node),
            rule,
            verb,
        )
        for (node, path, verb), held in zip(routes, holders, strict=True)
    ]


def _attribute(raw: bytes, name: str, node: "Node", found: list[Use]) -> None:
    if name not in ("Route", "AsCommand"):
        return
    values: dict[str, str] = {}
    listed = node.child_by_field_name("parameters")
    for at, argument in enumerate(listed.named_children if listed is not None else ()):
        key = argument.child_by_field_name("name")
        value = argument.named_children[-1] if argument.named_children else None
        if value is not None:
            values[said(raw, key) if key is not None else str(at)] = said(raw, value)
    if name == "AsCommand":
        if command := values.get("name", values.get("0", "")).strip("'\""):
            found.append(Use("command", command, row(node), "command.symfony-console"))
        return
    held = _held(node)
    written = values.get("path", values.get("0", ""))
    if held is None or held.type != "method_declaration" or written[:1] not in ("'", '"'):
        return
    path = "/" + f"{_class_prefix(raw, held)}/{written[1:-1].strip('/')}".strip("/")
    verbs = re.findall(r"['\"](\w+)['\"]", values.get("methods", "")) or [""]
    found.extend(Use("route", path, row(node), "route.symfony", verb.upper()) for verb in verbs)


def _held(attribute: "Node") -> "Node | None":
    group = attribute.parent
    listed = group.parent if group is not None else None
    return listed.parent if listed is not None else None


def _class_prefix(raw: bytes, method: "Node") -> str:
    body = method.parent
    held = body.parent if body is not None else None
    attributes = held.child_by_field_name("attributes") if held is not None else None
    if attributes is None:
        return ""
    prefix = re.search(r"\bRoute\(\s*(?:path:\s*)?['\"]([^'\"]*)['\"]", said(raw, attributes)[:1000])
    return prefix[1].strip("/") if prefix else ""


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
