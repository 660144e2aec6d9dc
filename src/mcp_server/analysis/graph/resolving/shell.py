"""Shell: a sourced path from the script's own folder, else from the file's folder or the root, where scripts start.

A path behind a variable is taken when one file of the tree alone ends so. What lies under `/` or the home is the
system's own.
"""

import re

from plumbrule.mcp_server.analysis.graph.resolving.names import folder_of, joined, nearest
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.extractors.shell import HERE
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ()
"""Nothing configures where scripts are sourced from."""

_SYSTEM = re.compile(r"^(?:/|~|\$\{?HOME\b)")
_BEHIND = re.compile(r"^(?:\$(?:\{[^{}]*\}|\w+|\([^()]*\))/)+((?:[\w.+@-]+/)*[\w.+@-]+)$")
_BUILTIN = Resolution("builtin")
_UNKNOWN = Resolution("unknown")


def resolver(tree: Tree) -> Resolve:
    """Answers for the tree's shell scripts; building is linear in the number of files."""
    return _Resolver(tree).resolve


class _Resolver:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._by_name: dict[str, list[str]] = {}
        for path in tree.languages:
            self._by_name.setdefault(path.rpartition("/")[2], []).append(path)

    def resolve(self, path: str, one: Import) -> Resolution:
        """What one `source` of the file at `path` means."""
        target = one.target
        here = folder_of(path)
        if target.endswith("/_/husky.sh") and here.endswith(".husky"):
            return _BUILTIN  # husky makes it when it is installed
        if target.startswith(HERE):
            return self._found([here], target.removeprefix(HERE).lstrip("/"))
        if _SYSTEM.match(target):
            return _BUILTIN
        behind = _BEHIND.match(target)
        if behind is not None:
            return self._ending(path, behind[1])
        if "$" in target or "`" in target or "*" in target:
            return _UNKNOWN
        if "relative" in one.flags:
            return self._found([here], target, f"{target}.bash")
        return self._found([here, ""], target)

    def _found(self, folders: list[str], *targets: str) -> Resolution:
        for folder in folders:
            for target in targets:
                where = joined(folder, target)
                if where is not None and where in self._tree.languages:
                    return Resolution("file", (where,))
        return _UNKNOWN

    def _ending(self, path: str, rest: str) -> Resolution:
        """The one file that ends like the path behind a variable; a bare name has to lie around the sourcing file."""
        ending = "/" + rest
        known = [each for each in self._by_name.get(rest.rpartition("/")[2], ()) if f"/{each}".endswith(ending)]
        if len(known) == 1 and "/" in rest:
            return Resolution("file", (known[0],))
        own = [each for each in known if path.startswith(each[: -len(rest)])]
        if own:
            return Resolution("file", (nearest(own, path),))
        # Nothing of the tree is called so: what the variable names lies outside.
        return _UNKNOWN if known else _BUILTIN
