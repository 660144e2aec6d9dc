"""What C# code does with its surroundings: environment, ports, routes, commands, dangerous calls.

Routes are ASP.NET's: attributes of controllers (with the controller's own prefix) and `MapGet` and its kin, with the
prefix of the group when the group is a variable of the same file.
"""

import re
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.assigned import assigned
from plumbrule.mcp_server.analysis.syntax.extractors.outline import matched, row, said, shown
from plumbrule.mcp_server.analysis.syntax.model import Use

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_SIGNS = (
    b"GetEnvironmentVariable",
    b".Map",
    b"[Http",
    b"[Route",
    b"Listen",
    b"UseUrls",
    b"Process",
    b"Formatter",
    b"ContractSerializer",
    b"Command(",
    b"SqlRaw",
    b"SqlQuery",
    b"ServerCertificate",
    b"DtdProcessing",
    b"TypeNameHandling",
    b"Html.Raw",
    b"System.CommandLine",
    b"AddCommand",
    b"Urls.Add",
    b'.Run("http',
    b'.RunAsync("http',
)
"""Where none of these stands there is nothing to look for. One pattern of all takes ten times as long to search."""
_QUERY = """
(invocation_expression function: [
    (member_access_expression expression: (_) @on name: [(identifier) @called (generic_name (identifier) @called)])
    (identifier) @called
  ] arguments: (argument_list) @arguments) @call
(object_creation_expression type: [
    (identifier) @made (generic_name (identifier) @made) (qualified_name name: (identifier) @made)
  ] arguments: (argument_list)? @arguments) @call
(attribute name: [(identifier) @attribute (qualified_name name: (identifier) @attribute)]
  (attribute_argument_list)? @arguments) @call
(assignment_expression left: [(identifier) @set (member_access_expression name: (identifier) @set)]
  right: (_) @value) @call
"""
_MAPPED = {"MapGet": "GET", "MapPost": "POST", "MapPut": "PUT", "MapDelete": "DELETE", "MapPatch": "PATCH"}
_MAPPED_ANY = frozenset(("Map", "MapHub", "MapHealthChecks"))
"""What answers on a path whatever the method."""
_WORDS = re.compile(r"[\"'](GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE)[\"']|HttpMethods\.(\w+)", re.IGNORECASE)
_VERBS = {
    "HttpGet": "GET",
    "HttpPost": "POST",
    "HttpPut": "PUT",
    "HttpDelete": "DELETE",
    "HttpPatch": "PATCH",
    "HttpHead": "HEAD",
}
_LISTENING = frozenset(("ListenAnyIP", "ListenLocalhost", "Listen", "TcpListener"))
_FORMATTERS = frozenset(("BinaryFormatter", "LosFormatter", "NetDataContractSerializer", "SoapFormatter"))
_RAW_SQL = frozenset(("FromSqlRaw", "ExecuteSqlRaw", "ExecuteSqlRawAsync", "SqlQueryRaw"))
_COMMANDS = frozenset(("SqlCommand", "NpgsqlCommand", "MySqlCommand", "SqliteCommand", "OleDbCommand", "OracleCommand"))
_SHELLS = re.compile(r'^@?"(?:.*[\\/])?(?:cmd|powershell|pwsh|bash|sh|zsh)(?:\.exe)?"$')
_PORT_IN_URL = re.compile(r":(\d{2,5})(?=[/;\"]|$)")
_TRUSTING = re.compile(r"(?:=>\s*true|(?:=>|delegate\b[^{]*)\s*\{ return true; \}|DangerousAcceptAny\w+)$")
_LONGEST_CHAIN = 12
"""Calls chained behind `MapGroup`. Asking a node for its parent costs its depth, so the number is bounded."""
_STRINGS = frozenset(("string_literal", "verbatim_string_literal", "raw_string_literal"))


def uses(raw: bytes, tree: "Tree") -> list[Use]:
    """The uses in order of their lines."""
    if not any(sign in raw for sign in _SIGNS):
        return []
    found: list[Use] = []
    prefixes: dict[str, str] = {}
    command_line = b"System.CommandLine" in raw
    for match in matched(tree, _QUERY):
        node = match["call"][0]
        arguments = _arguments(match.get("arguments", ()))
        if "called" in match:
            on = match["on"][0] if "on" in match else None
            _called(raw, said(raw, match["called"][0]), on, node, arguments, prefixes, found)
        elif "made" in match:
            _made(raw, said(raw, match["made"][0]), node, arguments, command_line, found)
        elif "attribute" in match:
            _attributed(raw, said(raw, match["attribute"][0]).removesuffix("Attribute"), node, arguments, found)
        else:
            _assigned(raw, said(raw, match["set"][0]), node, match["value"][0], found)
    return sorted(set(found), key=lambda use: (use.line, use.rule, use.value, use.detail))


def _arguments(lists: "list[Node] | tuple[()]") -> list["Node"]:
    """The expressions of the arguments, names apart."""
    return [
        argument.named_children[-1]
        for each in lists
        for argument in each.named_children
        if argument.type in ("argument", "attribute_argument")
        and argument.named_children
        and (argument.type == "argument" or argument.child_count == 1)
    ]


def _literal(raw: bytes, node: "Node | None") -> str | None:
    """The value of a string that holds nothing else; None for anything else."""
    if node is None or node.type not in _STRINGS:
        return None
    whole = said(raw, node)
    return whole.lstrip("@").strip('"')


def _called(
    raw: bytes,
    name: str,
    on: "Node | None",
    node: "Node",
    arguments: list["Node"],
    prefixes: dict[str, str],
    found: list[Use],
) -> None:
    first = arguments[0] if arguments else None
    literal = _literal(raw, first)
    if name == "GetEnvironmentVariable" and literal:
        found.append(Use("env", literal, row(node), "env.read"))
    elif name == "MapGroup" and literal is not None:
        holder = node.parent
        for _ in range(_LONGEST_CHAIN):
            if holder is None or holder.type not in ("member_access_expression", "invocation_expression"):
                break
            holder = holder.parent
        if holder is not None and holder.type == "variable_declarator" and (own := holder.child_by_field_name("name")):
            prefixes[said(raw, own)] = _joined(_prefix(raw, on, prefixes), literal)
    elif name in _MAPPED and literal is not None and on is not None:
        path = _joined(_prefix(raw, on, prefixes), literal)
        found.append(Use("route", path, row(node), "route.aspnet", _MAPPED[name]))
    elif name == "MapMethods" and literal is not None and on is not None and len(arguments) > 1:
        path = _joined(_prefix(raw, on, prefixes), literal)
        for verb in _verbs_in(said(raw, arguments[1])):
            found.append(Use("route", path, row(node), "route.aspnet", verb))
    elif name in _MAPPED_ANY and literal and literal.startswith("/") and on is not None:
        if name != "Map" or len(arguments) == 2:
            found.append(Use("route", _joined(_prefix(raw, on, prefixes), literal), row(node), "route.aspnet"))
    elif name in ("Run", "RunAsync", "Add") and literal and literal.startswith(("http://", "https://")):
        if name != "Add" or (on is not None and said(raw, on).endswith("Urls")):
            found.extend(Use("port", port, row(node), "port.listen") for port in _PORT_IN_URL.findall(literal))
    elif name in _LISTENING:
        _port(raw, node, arguments, found)
    elif name == "UseUrls":
        for argument in arguments:
            for port in _PORT_IN_URL.findall(_literal(raw, argument) or ""):
                found.append(Use("port", port, row(node), "port.listen"))
    elif name == "Start" and on is not None and said(raw, on).endswith("Process") and len(arguments) > 1:
        if _SHELLS.match(said(raw, arguments[0])) and _literal(raw, arguments[1]) is None:
            found.append(Use("danger", shown(raw, node), row(node), "danger.shell"))
    elif name == "Raw" and on is not None and said(raw, on).endswith("Html") and first is not None and literal is None:
        found.append(Use("danger", shown(raw, node), row(node), "danger.html"))
    elif name in _RAW_SQL and (made := assigned(first)) is not None and _built(raw, made):
        found.append(Use("danger", shown(raw, node), row(node), "danger.sql"))
    elif name == "AddCommand" and literal and b"Spectre.Console" in raw:
        found.append(Use("command", literal, row(node), "command.spectre"))


def _made(raw: bytes, name: str, node: "Node", arguments: list["Node"], command_line: bool, found: list[Use]) -> None:
    first = arguments[0] if arguments else None
    if name in _FORMATTERS:
        found.append(Use("danger", shown(raw, node), row(node), "danger.deserialize"))
    elif name in _COMMANDS and (made := assigned(first)) is not None and _built(raw, made):
        found.append(Use("danger", shown(raw, node), row(node), "danger.sql"))
    elif name == "Command" and command_line and (literal := _literal(raw, first)):
        found.append(Use("command", literal, row(node), "command.system-commandline"))
    elif name == "ProcessStartInfo" and len(arguments) > 1:
        if _SHELLS.match(said(raw, arguments[0])) and _literal(raw, arguments[1]) is None:
            found.append(Use("danger", shown(raw, node), row(node), "danger.shell"))
    elif name == "TcpListener":
        _port(raw, node, arguments, found)


def _port(raw: bytes, node: "Node", arguments: list["Node"], found: list[Use]) -> None:
    for argument in arguments[:2]:
        if argument.type == "integer_literal":
            number = said(raw, argument).replace("_", "")
            found.extend([Use("port", number, row(node), "port.listen")] if number != "0" else [])
            return


def _attributed(raw: bytes, name: str, node: "Node", arguments: list["Node"], found: list[Use]) -> None:
    if name not in _VERBS and name != "Route":
        return
    held = _decorated(node)
    if held is None or (name == "Route" and held.type != "method_declaration"):
        return
    literal = _literal(raw, arguments[0]) if arguments else ""
    if literal is None or (name in _VERBS and not arguments and _has_route(raw, held)):
        return
    controller, prefix = _controller(raw, held)
    if not controller or (not literal and not prefix):
        return
    path = literal if literal.startswith(("/", "~/")) else _joined(prefix, literal)
    path = path.removeprefix("~").replace("[controller]", controller)
    if (action := held.child_by_field_name("name")) is not None:
        path = path.replace("[action]", said(raw, action))
    if name == "Route" and _has_verb(raw, held):
        verb = next(each for each in _attribute_names(raw, held) if each in _VERBS)
        found.append(Use("route", path, row(node), "route.aspnet", _VERBS[verb]))
        return
    verbs = _verbs_in(_accepted(raw, held)) if name == "Route" else []
    for verb in verbs or [_VERBS.get(name, "")]:
        found.append(Use("route", path, row(node), "route.aspnet", verb))


def _accepted(raw: bytes, held: "Node") -> str:
    """The text of `[AcceptVerbs]`, where there is one."""
    listed = (said(raw, each) for each in held.named_children if each.type == "attribute_list")
    return next((each for each in listed if "AcceptVerbs" in each), "")


def _decorated(node: "Node") -> "Node | None":
    holder = node.parent
    return holder.parent if holder is not None and holder.type == "attribute_list" else None


def _attribute_names(raw: bytes, held: "Node") -> list[str]:
    return [
        said(raw, name).rpartition(".")[2].removesuffix("Attribute")
        for each in held.named_children
        if each.type == "attribute_list"
        for attribute in each.named_children
        if (name := attribute.child_by_field_name("name")) is not None
    ]


def _has_route(raw: bytes, held: "Node") -> bool:
    return "Route" in _attribute_names(raw, held)


def _has_verb(raw: bytes, held: "Node") -> bool:
    return any(name in _VERBS for name in _attribute_names(raw, held))


def _controller(raw: bytes, method: "Node") -> tuple[str, str]:
    """The controller's name without its ending, and the literal of its own `[Route]`."""
    body = method.parent
    held = body.parent if body is not None else None
    name = held.child_by_field_name("name") if held is not None else None
    if held is None or name is None or held.type != "class_declaration":
        return "", ""
    prefix = ""
    for each in held.named_children:
        for attribute in each.named_children if each.type == "attribute_list" else ():
            own = attribute.child_by_field_name("name")
            if own is not None and said(raw, own) == "Route":
                values = _arguments([child for child in attribute.named_children if child.type.endswith("_list")])
                prefix = (_literal(raw, values[0]) if values else None) or ""
    return said(raw, name).removesuffix("Controller"), prefix


def _assigned(raw: bytes, name: str, node: "Node", value: "Node", found: list[Use]) -> None:
    shape = re.sub(r"\s+", " ", said(raw, value)[:300])
    if name in ("ServerCertificateCustomValidationCallback", "ServerCertificateValidationCallback"):
        if _TRUSTING.search(shape):
            found.append(Use("danger", shown(raw, node), row(node), "danger.tls-off"))
    elif name == "TypeNameHandling" and re.fullmatch(
        r"(?:[\w.]*\.)?TypeNameHandling\.(?:All|Auto|Objects|Arrays)", shape
    ):
        found.append(Use("danger", shown(raw, node), row(node), "danger.deserialize"))
    elif name == "DtdProcessing" and shape == "DtdProcessing.Parse":
        found.append(Use("danger", shown(raw, node), row(node), "danger.xml"))


def _prefix(raw: bytes, on: "Node | None", prefixes: dict[str, str]) -> str:
    """What stands in front: of a variable what it was given, of a chain of calls what its `MapGroup`s say."""
    path = ""
    for _ in range(_LONGEST_CHAIN):
        if on is None or on.type != "invocation_expression":
            break
        function, listed = on.child_by_field_name("function"), on.child_by_field_name("arguments")
        if function is None or function.type != "member_access_expression":
            break
        name = function.child_by_field_name("name")
        if listed is not None and name is not None and said(raw, name) == "MapGroup":
            values = _arguments([listed])
            path = _joined((_literal(raw, values[0]) if values else None) or "", path)
        on = function.child_by_field_name("expression")
    own = prefixes.get(said(raw, on), "") if on is not None and on.type == "identifier" else ""
    return _joined(own, path) if own or path else ""


def _verbs_in(text: str) -> list[str]:
    return list(dict.fromkeys((one[1] or one[2]).upper() for one in _WORDS.finditer(text[:300])))


def _joined(prefix: str, path: str) -> str:
    """One path with one slash in front and between."""
    parts = [part.strip("/") for part in (prefix, path)]
    return "/" + "/".join(part for part in parts if part)


def _built(raw: bytes, node: "Node") -> bool:
    """Whether a string is put together from something that is not a literal."""
    if node.type == "interpolated_string_expression":
        return any(child.type == "interpolation" for child in node.named_children)
    if node.type != "binary_expression":
        return False
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sides = [side for side in (left, right) if side is not None]
    return any(side.type in _STRINGS or _built(raw, side) for side in sides[:1]) and any(
        side.type not in _STRINGS for side in sides
    )
