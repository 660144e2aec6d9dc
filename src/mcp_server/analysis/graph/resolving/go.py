"""What a Go import means: a folder of this repository, a required module, or the standard library.

The rules are those of the Go modules reference (go.dev/ref/mod): the main module, the modules of its workspace
(`go.work`) and local `replace` directives come first, by the longest module path; a first path element without a dot
belongs to the standard library; everything else is a required module. An import is a package, which is every file of
its folder that is no test.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import field
from posixpath import dirname, normpath
from posixpath import join as joined

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ()
_NOTHING = Resolution("file")
_BUILTIN = Resolution("builtin")
_VERBS = frozenset(("module", "require", "replace", "use"))
_MAJOR = re.compile(r"v[0-9]+$")
_THREE_PARTS = frozenset(
    ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "golang.org", "git.sr.ht", "gitea.com", "opendev.org")
)
"""Hosts whose module paths have an owner and a name (golang.org: `x` and a name)."""
_VOTES = 0.6
"""How many of a guessed root's imports must lead to a folder before it is taken for this repository's own path."""


@dataclass(slots=True)
class _Module:
    path: str
    folder: str
    requires: list[str] = field(default_factory=list[str])
    """Longest first."""
    local: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Module path and folder of everything that this module sees here, the longest path first."""


def resolver(tree: Tree) -> Resolve:
    """A resolver for the Go files of a tree."""
    packages = _packages(tree)
    modules = _modules(tree)
    if not modules:
        guessed = _guessed_root(tree, packages)
        modules[""] = _Module(guessed, "", [], [(guessed, "")] if guessed else [])
    known: dict[tuple[str, str], Resolution] = {}

    def resolve(path: str, one: Import) -> Resolution:
        if one.kind == "package":
            return _NOTHING
        if one.target.startswith("."):
            return _package(packages, normpath(joined(dirname(path), one.target)))
        module = _module_of(modules, path)
        key = (module.folder, one.target)
        found = known.get(key)
        if found is None:
            found = known[key] = _resolved(module, one.target, packages)
        return found

    return resolve


def _packages(tree: Tree) -> dict[str, tuple[str, ...]]:
    """Each folder's Go files that are no tests, by folder."""
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for path, language in tree.languages.items():
        if language == "Go" and path.endswith(".go") and not path.endswith("_test.go"):
            folders[dirname(path)].append(path)
    return {folder: tuple(sorted(paths)) for folder, paths in folders.items()}


def _modules(tree: Tree) -> dict[str, _Module]:
    """The modules of the repository by their folder, each with the local modules it sees."""
    modules: dict[str, _Module] = {}
    replaced: dict[str, list[tuple[str, str]]] = {}
    for path, raw in sorted(tree.texts.items()):
        if path.rpartition("/")[2] != "go.mod":
            continue
        statements = _statements(raw)
        name = next((words[0] for verb, words in statements if verb == "module" and words), "")
        if not name:
            continue
        folder = dirname(path)
        requires = sorted({words[0] for verb, words in statements if verb == "require" and words}, key=_longest)
        modules[folder] = _Module(name, folder, requires)
        replaced[folder] = [
            (words[0], normpath(joined(folder, words[-1])))
            for verb, words in statements
            if verb == "replace" and "=>" in words and words[-1].startswith(".")
        ]
    for folder, module in modules.items():
        seen = [(module.path, folder), *((name, _top(at)) for name, at in replaced[folder])]
        module.local = sorted(set(seen), key=lambda pair: _longest(pair[0]))
    _join_workspaces(tree, modules)
    return modules


def _join_workspaces(tree: Tree, modules: dict[str, _Module]) -> None:
    for path, raw in sorted(tree.texts.items()):
        if path.rpartition("/")[2] != "go.work":
            continue
        used = [
            _top(normpath(joined(dirname(path), words[0])))
            for verb, words in _statements(raw)
            if verb == "use" and words
        ]
        members = [modules[folder] for folder in used if folder in modules]
        shared = [(member.path, member.folder) for member in members]
        for member in members:
            member.local = sorted({*member.local, *shared}, key=lambda pair: _longest(pair[0]))


def _statements(raw: bytes) -> list[tuple[str, list[str]]]:
    """The directives of a go.mod or go.work: verb and words, quotes taken off."""
    found: list[tuple[str, list[str]]] = []
    block = ""
    for line in raw.decode("utf-8", "replace").splitlines():
        words = _words(line.partition("//")[0])
        if not words:
            continue
        if block:
            if words[0] == ")":
                block = ""
            else:
                found.append((block, words))
        elif words[-1] == "(" and len(words) == 2:
            block = words[0]
        elif words[0] in _VERBS:
            found.append((words[0], words[1:]))
    return found


def _words(line: str) -> list[str]:
    return [word.strip('"`') for word in line.replace("(", " ( ").split()]


def _longest(path: str) -> tuple[int, str]:
    return -len(path), path


def _top(folder: str) -> str:
    return "" if folder == "." else folder


def _module_of(modules: Mapping[str, _Module], path: str) -> _Module:
    folder = dirname(path)
    while folder and folder not in modules:
        folder = folder.rpartition("/")[0]
    return modules.get(folder) or _Module("", "")


def _below(prefix: str, target: str) -> bool:
    return target == prefix or target.startswith(prefix + "/")


def _package(packages: Mapping[str, tuple[str, ...]], folder: str) -> Resolution:
    files = packages.get(_top(folder))
    return Resolution("file", files) if files else Resolution("unknown")


def _resolved(module: _Module, target: str, packages: Mapping[str, tuple[str, ...]]) -> Resolution:
    for prefix, folder in module.local:
        if not _below(prefix, target):
            continue
        files = packages.get(joined(folder, target[len(prefix) + 1 :]).rstrip("/"))
        if files:
            return Resolution("file", files)
        if not any(len(name) > len(prefix) and _below(name, target) for name in module.requires):
            return Resolution("unknown")
    required = next((name for name in module.requires if _below(name, target)), "")
    if required:
        return Resolution("external", (), required)
    first = target.partition("/")[0]
    if "." not in first:
        return _BUILTIN
    return Resolution("external", (), _usual_module(target))


def _usual_module(target: str) -> str:
    """The module that a path without a `require` line most likely belongs to."""
    parts = target.split("/")
    take = 3 if parts[0] in _THREE_PARTS else 2
    if len(parts) > take and _MAJOR.match(parts[take]):
        take += 1
    return "/".join(parts[:take])


def _guessed_root(tree: Tree, packages: Mapping[str, tuple[str, ...]]) -> str:
    """The import path of a repository without a go.mod (GOPATH times), by what its own files import; or "".

    A root is believed when most of what lies below it leads to folders of the repository.
    """
    votes: Counter[str] = Counter()
    heard: Counter[str] = Counter()
    for path, facts in tree.facts.items():
        if tree.languages.get(path) != "Go":
            continue
        for one in facts.imports():
            root = _usual_module(one.target)
            if one.kind == "package" or "." not in one.target.partition("/")[0]:
                continue
            heard[root] += 1
            votes[root] += one.target[len(root) + 1 :] in packages
    best = max(sorted(votes), key=lambda root: votes[root], default="")
    return best if best and votes[best] and votes[best] >= _VOTES * heard[best] else ""
