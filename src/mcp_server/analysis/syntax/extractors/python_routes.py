"""HTTP routes of Python's frameworks, and where their routers hang: prefixes of one file are joined here.

What hangs in another file becomes a `MOUNTED` use with the module that it comes from; `python_mounts` joins the files.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.extractors.python_calls import Call, literal, prefix_of
from plumbrule.mcp_server.analysis.syntax.model import Use
from plumbrule.mcp_server.analysis.syntax.use_rules import MOUNTED

if TYPE_CHECKING:
    from tree_sitter import Node

METHODS = ("get", "post", "put", "delete", "patch", "head", "options")

_ROUTER = re.compile(rb"(?m)^([A-Za-z_]\w*)[ \t]*(?::[^=\n]{1,60})?=[ \t]*[\w.]*(?:Router|Blueprint)\(([^()]{0,600})")
_PREFIX = re.compile(rb"\b(?:url_)?prefix[ \t]*=[ \t]*[\"'](/[^\"'\n]*)[\"']")
_FROM = re.compile(rb"(?m)^[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]{0,20000}\)|[^\n(]*)")
_IMPORT = re.compile(rb"(?m)^[ \t]*import[ \t]+([\w.][^\n]*)")
_COMMENTED = re.compile(rb"#[^\n]*")
_BARE = (b"bottle", b"litestar", b"starlite")
"""Frameworks whose decorators are called by their bare names."""

_CONTROLLER_PATH = re.compile(rb"\n[ \t]+path[ \t]*(?::[^=\n]{1,60})?=[ \t]*[\"']([^\"'\n]*)[\"']")
_ENTRY = re.compile(rb"\(\s*+(?:[\w.]+\()?(r?[\"'](/[^\"'\n]*)[\"'])\s*+,\s*+[\w.]*\b[A-Z]\w*Handler\b")
MAX_ENTRIES = 2_000

_MODULE = re.compile(r"[A-Za-z_][\w.]*")


def prefixes(raw: bytes) -> dict[str, str]:
    """The literal prefixes of this file's routers (FastAPI `prefix=`, Flask `url_prefix=`), by the router's name."""
    if b"prefix" not in raw or (b"Router(" not in raw and b"Blueprint(" not in raw):
        return {}
    found: dict[str, str] = {}
    for router in _ROUTER.finditer(raw):
        prefix = _PREFIX.search(router[2])
        if prefix is not None:
            found[router[1].decode()] = prefix[1].decode("utf-8", "replace").rstrip("/")
    return found


def below(known: Mapping[str, str], use: Use) -> Use:
    """The use with its router's own prefix: before routes, and before what hangs in the router."""
    prefix = known.get(use.within) if use.kind == "route" else None
    return use._replace(value=prefix + use.value) if prefix else use


def verb(call: Call) -> Iterator[Use]:
    """`@router.get("/x")`, as FastAPI, Flask 2, Sanic and others write it; `@get("/x")` of Bottle and Litestar;
    `web.get("/x", view)` of aiohttp."""
    holder, _, name = call.function.rpartition(".")
    path = literal(call.positional[0] if call.positional else call.named.get("path", ""))
    method = "" if name == "view" else name.upper()
    if not call.decorated:
        if holder == "web" and path and path.startswith("/") and len(call.positional) > 1:
            yield Use("route", path, call.line, "route.call", method, call.held)
        return
    if not holder:
        if not any(word in call.source for word in _BARE):
            return
        above = _controller(call) if b"Controller" in call.source else ""
        path = above + ("" if path is None and not call.positional else path or "")
        path = path if path.startswith("/") or not path else f"/{path}"
    if path is not None and (path.startswith("/") or not path):
        yield Use("route", path or ("" if holder else "/"), call.line, "route.decorator", method, holder)


def _controller(call: Call) -> str:
    """The `path` of Litestar's controller class that a decorated method stands in."""
    lines = call.source.split(b"\n", call.line)[: call.line]
    if not lines[-1][:1].isspace():
        return ""
    text = b"\n".join(lines)
    found = _CONTROLLER_PATH.search(text, max(text.rfind(b"\nclass "), 0))
    return found[1].decode("utf-8", "replace").rstrip("/") if found else ""


def of_tornado(raw: bytes, root: "Node") -> Iterator[Use]:
    """`(r"/x", Handler)` in the lists that Tornado's applications are made of, `url(r"/x", Handler)` too."""
    if b"tornado" not in raw:
        return
    for _, found in zip(range(MAX_ENTRIES), _ENTRY.finditer(raw), strict=False):
        node = root.descendant_for_byte_range(found.start(1), found.start(1) + 1)
        if node is not None and node.type == "string_start":
            path = found[2].decode("utf-8", "replace").removesuffix("$")
            yield Use("route", path, raw.count(b"\n", 0, found.start(1)) + 1, "route.call")


def _route(call: Call) -> Iterator[Use]:
    path = (
        literal(call.positional[0]) if call.positional else literal(call.named.get("rule", call.named.get("path", "")))
    )
    if path is None or not path.startswith("/") or not (call.decorated or call.function == "Route"):
        return
    methods = re.findall(r"['\"](\w+)['\"]", call.named.get("methods", ""))
    for method in methods or [""]:
        within = call.function.rpartition(".")[0] if call.decorated else call.held
        yield Use("route", joined(call.above, path), call.line, "route.decorator", method.upper(), within)


def _add_route(call: Call) -> Iterator[Use]:
    """`add_url_rule("/x")`, `add_api_route("/x")`; of aiohttp `add_get("/x")` and `add_route("GET", "/x")`, of
    Flask-RESTful `add_resource(View, "/x", "/y")`."""
    holder, _, name = call.function.rpartition(".")
    given = [value for value in map(literal, call.positional[:4]) if value is not None]
    paths = [value for value in given if value.startswith("/")]
    first = given[0].lower() if given else ""
    method = first if first in METHODS else name.partition("add_")[2]
    within = holder.removesuffix(".router")
    for path in paths if name == "add_resource" else paths[:1]:
        yield Use("route", path, call.line, "route.call", method.upper() if method in METHODS else "", within)


def _path(call: Call) -> Iterator[Use]:
    """Django's `path("x/", view)`, `re_path`, `url`: a pattern and then something to call."""
    value = prefix_of(call.source, call.positional[0]) if call.positional else ""
    if len(call.positional) < 2 or call.function.rpartition(".")[2] not in ("path", "re_path", "url"):
        return
    if not call.positional[1].startswith(("include(", '"', "'")) and (
        literal(call.positional[0]) is not None or call.held
    ):
        yield Use("route", f"/{call.above}{value}", call.line, "route.django", "", call.held)
        if call.positional[1].endswith(".urls") and "admin" not in call.positional[1]:
            yield _mounted(f"/{call.above}{value}", call, call.positional[1], call.held, "django")


def _include(call: Call) -> Iterator[Use]:
    """Django's `path("x/", include("app.urls"))`; of a list that is written in place its entries know their prefix."""
    if call.function.rpartition(".")[2] == "include" and call.positional and not call.positional[0].startswith("["):
        what = call.positional[0].strip("()").partition(",")[0].strip()
        if not what.startswith("["):
            yield _mounted(f"/{call.above}", call, what, call.held, "django")


def _register(call: Call) -> Iterator[Use]:
    """`router.register("users", UserViewSet)` of Django REST framework."""
    holder = call.function.rpartition(".")[0]
    path = literal(call.positional[0]) if call.positional else None
    if holder and path is not None and len(call.positional) + len(call.named) > 1:
        yield Use("route", f"/{path.strip('^/')}/" if path else "/", call.line, "route.django", "", holder)


def _mount(call: Call) -> Iterator[Use]:
    """`include_router(router, prefix="/x")`, `mount("/x", app)`, `register_blueprint(pages, url_prefix="/x")`."""
    holder, _, name = call.function.rpartition(".")
    given = [*call.positional]
    prefix = next((call.named[key] for key in ("prefix", "url_prefix", "path") if key in call.named), "")
    if name in ("mount", "add_router", "add_subapp", "Mount") and not prefix:
        prefix = given.pop(0) if given else ""
    what = next((call.named[key] for key in ("router", "blueprint", "app", "routes") if key in call.named), "")
    what = what or (given[0] if given else "")
    if what and (holder or name == "Mount") and not what.startswith("["):
        holder = holder.removesuffix(".router")
        own = "" if not prefix or prefix == "None" else prefix_of(call.source, prefix)
        yield _mounted(
            joined(call.above, own.rstrip("/")), call, what, call.held if name == "Mount" else holder, "call"
        )


def _mounted(prefix: str, call: Call, what: str, within: str, how: str) -> Use:
    return Use("route", prefix, call.line, MOUNTED, f"python {how} {what}", within)


def joined(above: str, path: str) -> str:
    """A path below another one, each with its leading slash."""
    return above.rstrip("/") + path if above else path


def mounts_resolved(raw: bytes, found: list[Use]) -> list[Use]:
    """The uses with what is mounted named by the module that it comes from: `python call app.users|router`."""
    if not any(use.rule == MOUNTED for use in found):
        return found
    origins = _origins(raw)
    made: list[Use] = []
    for use in found:
        if use.rule == MOUNTED:
            head, _, what = use.detail.rpartition(" ") if use.detail.count(" ") == 2 else ("", "", "")
            origin = _origin(what, origins)
            if not head or not origin:
                continue
            use = use._replace(detail=f"{head} {origin}")
        made.append(use)
    return made


def _origin(what: str, origins: Mapping[str, str]) -> str:
    """Module and names behind what is written; "" for what cannot be told."""
    module = literal(what)
    if module is not None:
        return f"{module}|" if _MODULE.fullmatch(module) else ""
    called = what.endswith("()")
    what = what.removesuffix("()").removesuffix(".urls")
    if not _MODULE.fullmatch(what):
        return ""
    first, _, rest = what.partition(".")
    base = origins.get(first, f"|{first}")
    return (f"{base}.{rest}" if rest and not base.endswith("|") else base + rest) + ("()" if called else "")


def _origins(raw: bytes) -> dict[str, str]:
    """What the names that a file imports stand for, as `module|name`."""
    found: dict[str, str] = {}
    for imported in _FROM.finditer(raw):
        module = imported[1].decode("ascii", "replace")
        for part in _COMMENTED.sub(b"", imported[2]).strip(b"( \t\r\n)").split(b","):
            words = part.decode("utf-8", "replace").split()
            if words:
                found[words[-1]] = f"{module}|{words[0]}"
    for imported in _IMPORT.finditer(raw):
        for part in imported[1].split(b","):
            words = part.decode("utf-8", "replace").split()
            if len(words) == 3:
                head, _, last = words[0].rpartition(".")
                found[words[2]] = f"{head}|{last}" if head else f"{last}|"
            elif words:
                found[words[0].partition(".")[0]] = words[0].partition(".")[0] + "|"
    return found


RULES: dict[str, Callable[[Call], Iterator[Use]]] = {
    **dict.fromkeys(("route", "Route", "WebSocketRoute", "api_route"), _route),
    **dict.fromkeys(("add_url_rule", "add_api_route", "add_route", "add_get", "add_post", "add_put"), _add_route),
    **dict.fromkeys(("add_delete", "add_patch", "add_head", "add_view", "add_resource"), _add_route),
    **dict.fromkeys(("path", "re_path", "url"), _path),
    "include": _include,
    "register": _register,
    **dict.fromkeys(("include_router", "mount", "Mount", "register_blueprint", "blueprint", "add_router"), _mount),
    **dict.fromkeys(("add_subapp", "add_namespace"), _mount),
}
"""By the last name of what is called; `python_uses` holds the rules of verbs, which are everyday names."""

NEEDS: dict[str, tuple[tuple[bytes, None], ...]] = {
    **dict.fromkeys(("path", "re_path", "url"), ((b"django", None), (b"urlpatterns", None))),
    "include": ((b"urlpatterns", None), (b"django", None)),
    "register": ((b"rest_framework", None), (b"routers.", None)),
    **dict.fromkeys(("mount", "Mount"), ((b"fastapi", None), (b"starlette", None), (b"bottle", None))),
    "blueprint": ((b"sanic", None),),
}
"""What must stand in a file too."""
