"""PHP: Composer's autoload rules (PSR-4, PSR-0), then the namespaces and classes that files declare, then includes.

Every `composer.json` of the tree counts. An outside class belongs to the package whose autoload rule in a lock has the
longest prefix, else to the declared package that its namespace names, else to its first two names.
"""

import re
from collections.abc import Container, Mapping
from typing import cast

import orjson

from plumbrule.mcp_server.analysis.graph.resolving.names import declared, folder_of, joined, nearest, plain
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ()
"""composer.json and composer.lock are manifests, which are read anyway."""

_BUILTIN = Resolution("builtin")
_UNKNOWN = Resolution("unknown")
_VENDORS: Mapping[str, str] = {
    "illuminate": "laravel/framework",
    "phpunit": "phpunit/phpunit",
    "twig": "twig/twig",
    "mockery": "mockery/mockery",
    "monolog": "monolog/monolog",
    "prophecy": "phpspec/prophecy",
    "carbon": "nesbot/carbon",
    "ramsey": "ramsey/uuid",
    "faker": "fakerphp/faker",
    "phpparser": "nikic/php-parser",
    "phpstan": "phpstan/phpstan",
    "guzzlehttp": "guzzlehttp/guzzle",
}
"""Namespaces whose package is called otherwise, under their first name."""
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def resolver(tree: Tree) -> Resolve:
    """Answers for the tree's PHP files; building is linear in files and autoload rules."""
    return _Resolver(tree).resolve


class _Resolver:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._rules: dict[str, list[str]] = {}
        """The folders of each prefix (PSR-4)."""
        self._older: list[tuple[str, str]] = []
        """Beginnings of names and their folders, where underscores of a class are folders too (PSR-0)."""
        self._locked: dict[str, str] = {}
        self._classes: dict[str, list[str]] = {}
        self._spaces: dict[str, list[str]] = {}
        self._packages = declared(tree, "php")
        self._answers: dict[tuple[str, str, bool], Resolution] = {}
        for path, raw in tree.texts.items():
            name = path.rpartition("/")[2]
            if name == "composer.json":
                self._read_rules(folder_of(path), _object(raw))
            elif name == "composer.lock":
                self._read_lock(_object(raw))
        for path, index in tree.facts.items():
            if tree.languages.get(path) in ("PHP", "Hack"):
                for one in index.imports():
                    if one.kind == "package":
                        self._spaces.setdefault(one.target, []).append(path)
                        for each in one.names:
                            self._classes.setdefault(f"{one.target}\\{each}", []).append(path)

    def _read_rules(self, folder: str, composer: Mapping[str, object]) -> None:
        for part in ("autoload", "autoload-dev"):
            rules = _mapping(composer.get(part))
            for kind in ("psr-4", "psr-0"):
                for prefix, folders in _mapping(rules.get(kind)).items():
                    for each in folders if isinstance(folders, list) else [folders]:  # pyright: ignore[reportUnknownVariableType]  # because JSON has no types
                        base = joined(folder, each) if isinstance(each, str) else None
                        if base is not None:
                            if kind == "psr-4":
                                self._rules.setdefault(prefix.strip("\\"), []).append(base)
                            else:
                                self._older.append((prefix.lstrip("\\"), base))

    def _read_lock(self, lock: Mapping[str, object]) -> None:
        for part in ("packages", "packages-dev"):
            listed = lock.get(part)
            for package in cast(list[object], listed) if isinstance(listed, list) else []:
                one = _mapping(package)
                rules = _mapping(one.get("autoload"))
                for kind in ("psr-4", "psr-0"):
                    for prefix in _mapping(rules.get(kind)):
                        if prefix.strip("\\") and isinstance(one.get("name"), str):
                            shared = self._locked.setdefault(prefix.strip("\\"), str(one["name"])) != one["name"]
                            if shared:  # It does not tell the packages apart.
                                self._locked[prefix.strip("\\")] = ""

    def resolve(self, path: str, one: Import) -> Resolution:
        """What one import of the file at `path` means."""
        if one.kind == "package":
            return _BUILTIN
        if one.kind != "use":
            return self._included(path, one.target)
        if "reference" in one.flags:
            return self._referred(path, one.target)
        function = "function" in one.flags or "const" in one.flags
        key = (folder_of(path), one.target, function)
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._used(path, one.target, function)
        return found

    def _referred(self, path: str, target: str) -> Resolution:
        """A class that is only named: what cannot be told may be made at run time, or no class at all."""
        key = ("", target, False)
        found = self._answers.get(key)
        if found is None:
            found = self._used(path, target, function=False)
            named = bool(self._locked.get(self._prefix(target, self._locked)) or self._package(target))
            sure = len(found.files) == 1 or (found.standing == "external" and named)
            self._answers[key] = found if sure else _BUILTIN
        return self._answers[key]

    def _used(self, path: str, target: str, function: bool) -> Resolution:
        known = self._classes.get(target)
        if known:
            placed = [each for each in known if each in self._by_rule(target)]
            return Resolution("file", (placed[0] if placed else nearest(known, path),))
        for candidate in () if function else self._by_rule(target):
            if candidate in self._tree.languages:
                return Resolution("file", (candidate,))
        space = target.rpartition("\\")[0] if function else target
        if space in self._spaces:
            # A function that nobody could place, or the beginning of names, which are followed themselves.
            return _UNKNOWN if function else _BUILTIN
        if "\\" not in target:
            return _BUILTIN
        package = self._package(target)
        if not package and self._prefix(target, self._rules):
            return _UNKNOWN
        return Resolution("external", package=package or _guessed(target.split("\\")))

    def _by_rule(self, target: str) -> list[str]:
        """The files where Composer would look, the most exact rule first."""
        found: list[str] = []
        prefix = target
        while True:
            prefix = prefix.rpartition("\\")[0]
            for base in self._rules.get(prefix, ()):
                rest = target[len(prefix) :].lstrip("\\").replace("\\", "/")
                found.append(f"{base}/{rest}.php".lstrip("/"))
            if not prefix:
                break
        space, _, name = target.rpartition("\\")
        below = f"{space}\\".replace("\\", "/").lstrip("/") + name.replace("_", "/")
        for start, base in self._older:
            if target.startswith(start):
                found.append(f"{base}/{below}.php".lstrip("/"))
        return found

    def _prefix(self, target: str, rules: Container[str]) -> str:
        prefix = target
        while prefix := prefix.rpartition("\\")[0]:
            if prefix in rules:
                return prefix
        return ""

    def _package(self, target: str) -> str:
        if found := self._locked.get(self._prefix(target, self._locked)):
            return found
        names = target.split("\\")
        best = ""
        score = 0
        steps = {plain(each).removesuffix("s") for each in names[1:3]} | {plain("".join(names[1:3])).removesuffix("s")}
        for package in self._packages:
            vendor, _, name = package.partition("/")
            called = plain(name).removesuffix("s").removesuffix("contract")
            points = 0
            if plain(vendor) == plain(names[0]):
                points = 1 + len(called) if called in steps else 1 if called == plain(vendor) else 0
            elif called == plain(names[0]).removesuffix("s"):
                points = 1
            if points > score:
                best, score = package, points
        known = _VENDORS.get(names[0].lower(), "")
        return best if score > 1 or not known else known if known in self._packages else best

    def _included(self, path: str, target: str) -> Resolution:
        here = folder_of(path)
        own = target.startswith("__DIR__/")
        written = target.removeprefix("__DIR__/")
        if written.endswith("vendor/autoload.php"):
            return _BUILTIN
        for folder in (here,) if own else (here, ""):
            found = joined(folder, written)
            if found is not None and found in self._tree.languages:
                return Resolution("file", (found,))
        return _UNKNOWN


def _object(raw: bytes) -> Mapping[str, object]:
    try:
        return _mapping(orjson.loads(raw))
    except orjson.JSONDecodeError:
        # The manifest's own reader reports it; here it only gives no rules.
        return {}


def _mapping(value: object) -> Mapping[str, object]:
    return cast(Mapping[str, object], value) if isinstance(value, dict) else {}


def _guessed(names: list[str]) -> str:
    """The package of a namespace that no manifest names, by the custom of its vendor; else its first two names."""
    words = [_CAPITAL.sub("-", name).lower() for name in names]
    if words[0] == "psr" and len(words) > 2:
        return "psr/" + "-".join(words[1:3] if words[1] == "http" else words[1:2])
    if words[0] == "symfony" and len(words) > 2:
        return "symfony/" + words[2] + ("-contracts" if words[1] == "contracts" else "")
    return _VENDORS.get(names[0].lower()) or "\\".join(names[:2])
