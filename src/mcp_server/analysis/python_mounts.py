"""Where Python's routers hang: `include_router`, Django's `include()`, blueprints, over all files of the tree.

Below, extractors name each router by its file and variable and say what hangs where (`use_rules.MOUNTED`); here imports
are followed and the prefixes joined. A router that hangs in two places has its routes twice; one that hangs nowhere is
an application. What a prefix takes from a setting is its default where the tree gives one, else an ellipsis.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

import orjson

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.graph.tree import Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import, Use
from plumbrule.mcp_server.analysis.syntax.use_rules import HOLE, MOUNTED

MAX_DEPTH = 8
"""Routers in routers; a ring ends here too."""

MAX_PLACES = 20
"""Prefixes of one router."""

_HOLE = re.compile(f"{HOLE}([^{HOLE}]*){HOLE}")
_DEFAULT = re.compile(r"\w+\s*(?::[^=\"']{1,60})?=\s*[\"']([^\"'{}]*)[\"']\s*")

_Router = tuple[str, str]
"""A file and the variable in it."""


def placed(deep: Deep, uses: Iterable[tuple[str, Use]]) -> Iterator[tuple[str, Use]]:
    """The route uses with their whole paths; what is no Python goes through as it is."""
    listed = list(uses)
    mounts = [(path, use) for path, use in listed if _is_mount(use)]
    if not mounts and not any(HOLE in use.value for path, use in listed if path.endswith(".py")):
        for path, use in listed:
            yield path, use if use.value or use.rule == MOUNTED else use._replace(value="/")
        return
    tree = _Mounts(deep, listed, mounts)
    for path, use in listed:
        if _is_mount(use):
            continue
        if not path.endswith(".py") or use.rule == MOUNTED:
            yield path, use
            continue
        for prefix in tree.prefixes((path, use.within)):
            whole = _joined(prefix, tree.filled(use.value), is_pattern=use.rule == "route.django")
            yield path, use._replace(value=whole or "/")


def _is_mount(use: Use) -> bool:
    return use.rule == MOUNTED and use.detail.startswith("python ")


def _joined(prefix: str, path: str, *, is_pattern: bool) -> str:
    """Django's patterns are put together as they stand; their leading slash is ours."""
    if not prefix or not path:
        return prefix or path
    return prefix + path[1:] if is_pattern else prefix.rstrip("/") + path


@dataclass(slots=True)
class _Above:
    router: _Router
    prefix: str
    is_pattern: bool


class _Mounts:
    """All routers of the tree and what they hang in."""

    def __init__(self, deep: Deep, listed: list[tuple[str, Use]], mounts: list[tuple[str, Use]]) -> None:
        self._deep = deep
        self._resolve = _resolver(deep)
        self._held: dict[str, set[str]] = {}
        for path, use in listed:
            self._held.setdefault(path, set()).add(use.within)
        self._defaults: dict[str, str] = {}
        self._above: dict[_Router, list[_Above]] = {}
        self._known: dict[_Router, tuple[str, ...]] = {}
        for path, use in mounts:
            _, how, what = use.detail.split(" ", 2)
            target = self._target(path, what)
            if target is not None and target != (path, use.within):
                prefix = self.filled(use.value)
                self._above.setdefault(target, []).append(_Above((path, use.within), prefix, how == "django"))

    def filled(self, path: str) -> str:
        """A path with what its holes stand for."""
        return _HOLE.sub(self._filled, path) if HOLE in path else path

    def prefixes(self, router: _Router) -> tuple[str, ...]:
        """Every prefix under which a router's routes answer, in the order of the text."""
        found = self._known.get(router)
        if found is None:
            found = self._known[router] = tuple(dict.fromkeys(self._walked(router, MAX_DEPTH)))[:MAX_PLACES]
        return found

    def _walked(self, router: _Router, depth: int) -> list[str]:
        above = self._above.get(router, []) if depth else []
        found: list[str] = []
        for one in above[:MAX_PLACES]:
            for outer in self._walked(one.router, depth - 1)[:MAX_PLACES]:
                found.append(_joined(outer, one.prefix, is_pattern=one.is_pattern))
                if len(found) >= MAX_PLACES:
                    return found
        return found or [""]

    def _target(self, path: str, what: str) -> _Router | None:
        module, _, names = what.partition("|")
        called = names.endswith("()")
        parts = [part for part in names.removesuffix("()").split(".") if part]
        found = self._located(path, module, parts, MAX_DEPTH) if module else (path, ".".join(parts))
        if found is None:
            return None
        held = self._held.get(found[0], set[str]())
        if found[1] not in held and called and len(held) == 1:
            return found[0], next(iter(held))  # `create_router()` gives the one router that there is
        return found

    def _located(self, path: str, module: str, parts: list[str], depth: int) -> _Router | None:
        """The file and variable behind a module and the names in it; packages pass names on."""
        own = self._file(path, module, ())
        if not parts:
            return (own, "urlpatterns") if own else None
        file = self._file(path, module, (parts[0],))
        if not file:
            return None
        if file != own:  # a module of the package
            parts = parts[1:]
            if not parts:
                return file, "urlpatterns"
            if file.endswith("/__init__.py"):
                deeper = self._located(file, f".{parts[0]}", parts[1:], depth - 1) if depth and parts[1:] else None
                if deeper is not None:
                    return deeper
        name = ".".join(parts)
        held = self._held.get(file, set[str]())
        if name in held or not depth:
            return file, name
        for one in self._deep.facts[file].imports() if file in self._deep.facts else ():
            if parts[0] in one.names:
                return self._located(file, one.target, parts, depth - 1) or (file, name)
        return file, name

    def _file(self, path: str, module: str, names: tuple[str, ...]) -> str:
        found = self._resolve(path, Import(module, 1, "from" if names else "import", names))
        return found.files[0] if found.standing == "file" and found.files else ""

    def _filled(self, hole: re.Match[str]) -> str:
        name = hole[1].rpartition(".")[2]
        if name not in self._defaults:
            self._defaults[name] = _default_of(self._deep, name)
        return self._defaults[name]


def _default_of(deep: Deep, name: str) -> str:
    """The one literal that a variable of this name has anywhere in the tree's Python; an ellipsis where it has none."""
    wanted = name.encode()
    values: set[str] = set()
    for path, packed in deep.packed.items():
        if not path.endswith(".py") or not name.isidentifier() or wanted not in packed.symbols:
            continue
        for symbol in orjson.loads(packed.symbols):
            if symbol["name"].rpartition(".")[2] == name:
                value = _DEFAULT.fullmatch(symbol["signature"])
                values.add(value[1] if value else "")
    return values.pop() if len(values) == 1 and "" not in values else HOLE


def _resolver(deep: Deep) -> Resolve:
    from plumbrule.mcp_server.analysis.graph.resolving.python import resolver  # as few surveys find a mount

    languages: Mapping[str, str] = {path: "Python" for path in deep.languages if path.endswith((".py", ".pyi"))}
    return resolver(Tree(languages, deep.facts, deep.gathered.texts, deep.gathered.manifests))
