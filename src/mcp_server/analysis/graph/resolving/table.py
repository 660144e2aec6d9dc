"""Which resolver knows the import rules of a language, and which files it wants read whole.

Each is a module beside this one with `resolver(tree: Tree) -> Resolve` and `CONFIGURATION`, the names of the files that
configure imports and are no manifests (`tsconfig.json`, `*.resx`; one star stands for any text). It is imported when a
file of its language turns up. A language that is not listed has no rules: the import graph says so by name.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import cast

from plumbrule.mcp_server.analysis.graph.tree import Resolve, Tree

RESOLVERS: dict[str, str] = {
    # Languages of one module stand together, so that two people who add a language touch different lines.
    "Python": "python",
    #
    # ECMAScript
    "JavaScript": "ecmascript",
    "JSX": "ecmascript",
    "TypeScript": "ecmascript",
    "TSX": "ecmascript",
    "Vue": "ecmascript",
    "Svelte": "ecmascript",
    "Astro": "ecmascript",
    #
    # systems
    "Go": "go",
    "Rust": "rust",
    "Java": "jvm",
    "Kotlin": "jvm",
    "C": "c_family",
    "C++": "c_family",
    #
    # others
    "C#": "csharp",
    "Elixir": "elixir",
    "HCL": "hcl",
    "Lua": "lua",
    "PHP": "php",
    "Ruby": "ruby",
    "Scala": "scala",
    "Shell": "shell",
    "Swift": "swift",
    #
}


def resolver_of(language: str, tree: Tree) -> Resolve | None:
    """The resolver of `language` for this tree, None where there are no rules."""
    name = RESOLVERS.get(language)
    if name is None:
        return None
    make = _module(name).resolver
    return cast(Resolve, make(tree))


def resolvers_of(languages: Iterable[str], tree: Tree) -> dict[str, Resolve]:
    """One resolver for each language that has rules; languages of one module share one."""
    made: dict[str, Resolve] = {}
    found: dict[str, Resolve] = {}
    for language in sorted(set(languages)):
        name = RESOLVERS.get(language)
        if name is None:
            continue
        resolve = made.get(name) or resolver_of(language, tree)
        if resolve is not None:
            found[language] = made[name] = resolve
    return found


def is_configuration(path: str) -> bool:
    """Whether a resolver wants this file read whole. Manifests are read anyway and are not named here."""
    return _pattern().fullmatch(path, path.rfind("/") + 1) is not None


def configuration_files() -> tuple[str, ...]:
    """The name patterns of all resolvers together and those of what says what is served, sorted."""
    from plumbrule.mcp_server.analysis.served import CONFIGURATION  # as only a deep survey needs it

    found: set[str] = set(CONFIGURATION)
    for name in RESOLVERS.values():
        found.update(cast(Iterable[str], _module(name).CONFIGURATION))
    return tuple(sorted(found))


@cache
def _pattern() -> re.Pattern[str]:
    """All name patterns as one: it is asked for every file of a repository."""
    each = sorted(re.escape(pattern).replace(r"\*", ".*") for pattern in configuration_files())
    return re.compile("|".join(each), re.DOTALL)


def _module(name: str) -> ModuleType:
    return import_module(f"{__package__}.{name}")
