"""The worker's side of `grammars`: compiled grammars become parsers, each compared with the wheel's manifest first.

What is hashed is what is loaded: the file is opened once, read and loaded through that descriptor, so no name can be
made to point elsewhere in between. Where the wheel has no archive for the platform, or its file is not to be had,
a grammar's own wheel (`tree-sitter-python`) is used when it is installed.
"""

import ctypes
import os
import stat
import sys
import warnings
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.syntax.grammar_bundle import MAX_LIBRARY_BYTES, Library, bundle, sha256_of

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Parser

_OWN_WHEELS: dict[str, tuple[str, str]] = {
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "php": ("tree_sitter_php", "language_php"),
    "csharp": ("tree_sitter_c_sharp", "language"),
}
"""Wheels whose names or functions are not `tree_sitter_<grammar>:language`."""

_loaded: dict[str, "Parser | None"] = {}


def parser_of(grammar: str, places: Mapping[str, str]) -> "Parser | None":
    """A parser for the grammar, None when there is none that may be loaded. Kept for the life of the process."""
    if grammar not in _loaded:
        _loaded[grammar] = _parser(grammar, places.get(grammar, ""))
    return _loaded[grammar]


def _parser(grammar: str, place: str) -> "Parser | None":
    try:
        from tree_sitter import Parser
    except ImportError:  # no wheel of the runtime for this platform
        return None
    language = _from_place(grammar, place) or _from_own_wheel(grammar)
    return None if language is None else Parser(language)


def _from_place(grammar: str, place: str) -> "Language | None":
    found = bundle()
    library = None if found is None else found.libraries.get(grammar)
    if library is None or not place:
        return None
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    language = None
    try:
        if _is_the_one(descriptor, library):
            path = f"/proc/self/fd/{descriptor}" if _has_proc() else place
            language = _language(ctypes.CDLL(path), library.symbol)
    except OSError:  # a mount that forbids execution, or an address space that is full
        return None
    finally:
        if language is None:
            os.close(descriptor)
    # Open for the life of the process: the loader knows a library by its path, and the next grammar under the same
    # number would be taken for this one.
    return language


def _is_the_one(descriptor: int, library: Library) -> bool:
    """Whether the open file is a regular one of ours or root's and holds what the manifest says."""
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode) or facts.st_uid not in (0, os.geteuid()) or facts.st_size > MAX_LIBRARY_BYTES:
        return False
    if facts.st_mode & 0o022 and not _is_sealed(descriptor):
        return False
    with open(descriptor, "rb", closefd=False) as file:
        return sha256_of(file.read(MAX_LIBRARY_BYTES + 1)) == library.sha256


def _is_sealed(descriptor: int) -> bool:
    """Whether nobody can write to it any more: the mode of a file in memory says nothing."""
    import fcntl

    try:
        return bool(fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) & fcntl.F_SEAL_WRITE)
    except (OSError, AttributeError):
        return False


@cache
def _has_proc() -> bool:
    return sys.platform.startswith("linux") and os.path.isdir("/proc/self/fd")  # noqa: PTH112 - nothing else needs pathlib here


def _language(library: ctypes.CDLL, symbol: str) -> "Language | None":
    entry = getattr(library, symbol, None)
    if entry is None:
        return None
    entry.restype = ctypes.c_void_p
    pointer: int | None = entry()
    if not pointer:
        return None
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype = ctypes.py_object
    capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    return _wrapped(capsule(pointer, b"tree_sitter.Language", None))


def _from_own_wheel(grammar: str) -> "Language | None":
    module, function = _OWN_WHEELS.get(grammar, (f"tree_sitter_{grammar}", "language"))
    try:
        given: object = getattr(import_module(module), function)()
    except (ImportError, AttributeError):
        return None
    return _wrapped(given)


def _wrapped(capsule: object) -> "Language | None":
    """The grammar for this runtime; None when it was made for one that this runtime does not speak."""
    from tree_sitter import Language

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # wheels that give a number instead of a capsule
            return Language(capsule)
    except ValueError:
        return None


def error_lines(root: "Node", most: int = 20) -> list[int]:
    """Lines, from 1, where the tree has no sense or misses something; sorted, each once."""
    lines: set[int] = set()
    cursor = root.walk()
    while len(lines) < most:
        node = cursor.node
        if node is not None and (node.is_error or node.is_missing):
            lines.add(node.start_point[0] + 1)
        if node is not None and node.has_error and not node.is_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return sorted(lines)
    return sorted(lines)
