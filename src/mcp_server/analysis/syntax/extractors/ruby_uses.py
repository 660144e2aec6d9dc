"""What Ruby code does with its surroundings: environment, ports, routes, commands, dangerous calls.

Routes are `ruby_routes`' part.
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors import ruby_routes
from plumbrule.mcp_server.analysis.syntax.extractors.common import owners, parents
from plumbrule.mcp_server.analysis.syntax.extractors.outline import matched, row, said, shown
from plumbrule.mcp_server.analysis.syntax.extractors.ruby_calls import Call, call_of, literal
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_SIGNS = (
    b"ENV",
    b"routes.draw",
    b"inatra",
    b"eval",
    b"system",
    b"exec",
    b"spawn",
    b"popen",
    b"`",
    b"%x",
    b"Marshal",
    b"unsafe_load",
    b"VERIFY_NONE",
    b"Thor",
    b"task",
    b"Mercenary",
    b"init_with_program",
    b".where",
    b"find_by_sql",
    b"select_all",
    b"Digest::",
    b"TCPServer",
    b"HTTPServer",
    b"capture2",
    b"capture3",
    b"run!",
    b"resources :",
)
"""Where none of these stands there is nothing to look for. One pattern of all takes ten times as long to search."""
_QUERY = """
(element_reference object: (constant) @env . (_) @key) @call
(call method: (identifier) @method (#any-of? @method
  "fetch" "key?" "has_key?" "eval" "instance_eval" "class_eval" "module_eval" "system" "exec" "spawn" "popen" "popen3"
  "capture2" "capture2e" "capture3" "load" "restore" "unsafe_load" "find_by_sql" "execute" "exec_query" "select_all"
  "where" "digest" "hexdigest" "base64digest" "set" "new" "open" "run!" "start" "desc" "command" "task" "namespace"
  "scope" "resources" "resource" "member" "collection" "concern" "map" "mount" "root" "match"
  "concerns" "shallow" "route" "link" "unlink" "get" "post" "put" "patch" "delete" "options" "head")) @call
(subshell) @shell
(assignment left: (call method: (identifier) @set) right: (_) @value) @call
(pair key: (hash_key_symbol) @set value: (scope_resolution) @value) @call
"""
_EVALUATING = frozenset(("instance_eval", "class_eval", "module_eval"))
_RUNNING = frozenset(("system", "exec", "spawn"))
_PIPES = frozenset(
    (("IO", "popen"), ("Open3", "capture2"), ("Open3", "capture2e"), ("Open3", "capture3"), ("Open3", "popen3"))
)
_SQL = re.compile(r"^\W*(?:select\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|drop\s|alter\s)", re.I)
_SECRET_NAME = re.compile(r"[@\w.]*(?:pass(?:word|wd|phrase)|signature)[\w.]*", re.IGNORECASE)


def uses(raw: bytes, tree: "Tree") -> list[Use]:
    """The uses in order of their lines."""
    if not any(sign in raw for sign in _SIGNS):
        return []
    found: list[Use] = []
    calls: list[Call] = []
    for match in matched(tree, _QUERY):
        if "shell" in match:
            node = match["shell"][0]
            if any(child.type == "interpolation" for child in node.named_children):
                found.append(_danger(raw, node, "danger.shell"))
            continue
        node = match["call"][0]
        if "env" in match:
            if said(raw, match["env"][0]) == "ENV" and (key := literal(raw, match["key"][0])):
                found.append(Use("env", key, row(node), "env.read"))
        elif "set" in match:
            if said(raw, match["value"][0]).endswith("SSL::VERIFY_NONE"):
                found.append(_danger(raw, node, "danger.tls-off"))
        else:
            calls.append(call_of(raw, node, match["method"][0]))
    for call in calls:
        _called(raw, call, found)
    calls.sort(key=lambda call: (call.node.start_byte, -call.node.end_byte))
    if b"routes.draw" in raw:
        found.extend(ruby_routes.rails_routes(raw, calls))
    elif b"sinatra" in raw or b"Sinatra" in raw:
        found.extend(ruby_routes.sinatra_routes(raw, calls))
    elif b"resources :" in raw and ruby_routes.is_partial(raw):
        found.extend(ruby_routes.rails_routes(raw, calls))
    if b"task" in raw:
        found.extend(_tasks(raw, calls))
    found = [use for use in found if use[:2] != ("port", "0")]
    return sorted(set(found), key=lambda use: (use.line, use.rule, use.value, use.detail))


def _danger(raw: bytes, node: "Node", rule: str) -> Use:
    return Use("danger", shown(raw, node), row(node), rule)


def _built(node: "Node | None") -> bool:
    """Whether a string is put together from something that is not a literal."""
    if node is None:
        return False
    if node.type == "string":
        return any(child.type == "interpolation" for child in node.named_children)
    if node.type == "binary":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        return (
            left is not None and right is not None and "string" in (left.type, right.type) and left.type != right.type
        )
    return False


def _called(raw: bytes, call: Call, found: list[Use]) -> None:
    first = call.arguments[0] if call.arguments else None
    on, name, node = call.on, call.name, call.node
    if on == "ENV" and name in ("fetch", "key?", "has_key?"):
        if key := literal(raw, first):
            default = literal(raw, call.arguments[1]) if len(call.arguments) > 1 else None
            found.append(Use("env", key, row(node), "env.read", default or ""))
    elif first is None:
        return
    elif name == "eval" and on in ("", "Kernel") and literal(raw, first) is None:
        if first.type not in ("splat_argument", "block_argument"):
            found.append(_danger(raw, node, "danger.eval"))
    elif name in _EVALUATING and _built(first):
        found.append(_danger(raw, node, "danger.eval"))
    elif (name in _RUNNING and on in ("", "Kernel")) or (on, name) in _PIPES:
        if _built(first) and (len(call.arguments) == 1 or call.arguments[1].type == "pair"):
            found.append(_danger(raw, node, "danger.shell"))
    elif (on == "Marshal" and name in ("load", "restore")) or (on in ("YAML", "Psych") and name == "unsafe_load"):
        if literal(raw, first) is None and not said(raw, first).startswith("Marshal.dump"):
            found.append(_danger(raw, node, "danger.deserialize"))
    elif name in ("find_by_sql", "execute", "exec_query", "select_all", "where") and _built(first):
        if _SQL.match(said(raw, first)[:80].lstrip("(\"'")) or (name == "where" and first.type == "string"):
            found.append(_danger(raw, node, "danger.sql"))
    elif on in ("Digest::MD5", "Digest::SHA1") and _SECRET_NAME.fullmatch(said(raw, first)[:80]):
        found.append(_danger(raw, node, "danger.weak-hash"))
    else:
        _serving(raw, call, found)


def _serving(raw: bytes, call: Call, found: list[Use]) -> None:
    """Ports and commands."""
    values, node = call.arguments, call.node
    if call.name == "set" and len(values) > 1 and said(raw, values[0]) == ":port" and values[1].type == "integer":
        if b"inatra" in raw:
            found.append(Use("port", said(raw, values[1]), row(node), "port.listen"))
    elif call.on == "TCPServer" and call.name in ("new", "open") and values[-1].type == "integer":
        found.append(Use("port", said(raw, values[-1]), row(node), "port.listen"))
    elif call.name in ("run!", "start") or call.on.endswith("HTTPServer"):
        if (port := re.search(r"\b[Pp]ort(?::|\s*=>)\s*(\d+)", shown(raw, node, 300))) is not None:
            found.append(Use("port", port[1], row(node), "port.listen"))
    elif call.name == "desc" and not call.on and len(values) > 1 and b"Thor" in raw:
        if (usage := literal(raw, values[0])) and usage.split():
            found.append(Use("command", usage.split()[0], row(node), "command.thor"))
    elif call.name == "command" and call.on and (named := literal(raw, values[0])):
        mercenary = b"Mercenary" in raw or b"init_with_program" in raw
        found.extend([Use("command", named, row(node), "command.mercenary")] if mercenary else [])


def _tasks(raw: bytes, calls: list[Call]) -> list[Use]:
    """Rake tasks, with the namespaces around them."""
    spaces = [call for call in calls if call.name == "namespace" and call.block is not None and call.arguments]
    spans = [(call.node.start_byte, call.node.end_byte) for call in spaces]
    prefixes: list[str] = []
    for call, above in zip(spaces, parents(spans), strict=True):
        own = literal(raw, call.arguments[0]) or ""
        prefixes.append(((prefixes[above] if above >= 0 else "") + own + ":")[:300] if own else "")
    tasks = [call for call in calls if call.name == "task" and not call.on and call.arguments]
    found: list[Use] = []
    for call, holder in zip(tasks, owners(spans, [call.node.start_byte for call in tasks]), strict=True):
        first = call.arguments[0]
        if first.type == "pair":
            key = first.child_by_field_name("key")
            name = said(raw, key).strip(":'\"") if key is not None and key.type != "call" else ""
        else:
            name = literal(raw, first) or ""
        if name and (call.block is not None or first.type == "pair"):
            found.append(
                Use("command", (prefixes[holder] if holder >= 0 else "") + name, row(call.node), "command.rake")
            )
    return found
