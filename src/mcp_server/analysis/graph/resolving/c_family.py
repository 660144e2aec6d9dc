"""What an `#include` of C or C++ means: a header of this repository, the platform, or a library.

Include folders are a matter of builds, so they are guessed from the tree: a quoted name is looked for beside the file
first (ISO C 6.10.2 leaves the rest to the compiler), then every header is a candidate whose path ends in the name, the
nearest by common folders first. A name in angle brackets is the standard's or the platform's unless the tree has it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from posixpath import dirname, normpath
from posixpath import join as joined

from plumbrule.mcp_server.analysis.graph.resolving.c_standard import is_platform
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ()
_BUILTIN = Resolution("builtin")
_UNKNOWN = Resolution("unknown")
_LANGUAGES = frozenset(("C", "C++", "Objective-C", "Objective-C++", "Cuda", "Opencl"))
_HEADER = re.compile(r"\.(?:h|hh|hpp|hxx|h\+\+|inc|inl|ipp|tpp|txx|def|cuh|c|cc|cpp|cxx)$", re.IGNORECASE)
_ASIDE = frozenset(("deps", "third_party", "thirdparty", "3rdparty", "vendor", "external", "extern", "tests", "test"))


def resolver(tree: Tree) -> Resolve:
    """A resolver for the C and C++ files of a tree."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    folders: set[str] = set()
    for path in sorted(tree.languages):
        if tree.languages[path] in _LANGUAGES or _HEADER.search(path):
            folder, _, name = path.rpartition("/")
            names[name].append(path)
            folders.update(_endings(folder))
    known: dict[tuple[str, str], Resolution] = {}

    def resolve(path: str, one: Import) -> Resolution:
        folder = dirname(path)
        key = (folder, one.target)
        found = known.get(key)
        if found is None:
            found = known[key] = _resolved(names, folders, folder, one.target)
        return found

    return resolve


def _resolved(names: dict[str, list[str]], folders: set[str], folder: str, target: str) -> Resolution:
    quoted, name = target[:1] == '"', target[1:-1].strip()
    if not name:
        return _UNKNOWN
    last = name.rpartition("/")[2]
    candidates = names.get(last, [])
    if quoted:
        beside = normpath(joined(folder, name))
        if beside in candidates:
            return Resolution("file", (beside,))
    elif "/" not in name and is_platform(name):
        return _BUILTIN
    wanted = "/" + re.sub(r"^(?:\.\.?/)+", "", name)
    ending = [path for path in candidates if ("/" + path).endswith(wanted)]
    if ending:
        return Resolution("file", (_nearest(ending, folder, quoted),))
    if is_platform(name):
        return _BUILTIN
    if quoted and "/" not in name:
        return _UNKNOWN  # made by the build, most likely (config.h)
    first, slash, _ = name.partition("/")
    if quoted and (first in ("..", ".") or name.rpartition("/")[0] in folders):
        return _UNKNOWN  # a folder of our own without that header
    return Resolution("external", (), first if slash else re.sub(r"\.\w+$", "", first))


def _endings(folder: str) -> Iterator[str]:
    """The last folders of a path: `a/b/c`, `b/c`, `c`."""
    while folder:
        yield folder
        folder = folder.partition("/")[2]


def _nearest(paths: list[str], folder: str, quoted: bool) -> str:
    """The header with the most folders in common; among equals one of the project's own, then the shortest path."""
    parts = folder.split("/") if folder else []

    def rank(path: str) -> tuple[int, int, int, str]:
        folders = path.split("/")[:-1]
        shared = 0
        for left, right in zip(parts, folders, strict=False):
            if left != right:
                break
            shared += 1
        aside = any(each in _ASIDE for each in folders[shared:])
        return (
            (aside, -shared, len(folders), path) if not quoted else (aside and not shared, -shared, len(folders), path)
        )

    return min(paths, key=rank)
