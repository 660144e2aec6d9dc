"""Which edition of the extractors runs: part of every cache key, so that changed code never serves facts of before.

A number that people must remember to raise is forgotten once; the digest of the code cannot be. It is taken over the
bytes of all files that decide what a report says, 2 MB in 3 ms, once in a process. The libraries that read for us
count by their versions.
"""

import os
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from plumbrule import __version__

_PACKAGE = Path(__file__).parents[2]

DECIDING = ("core/facts.py", "core/security", "mcp_server/analysis", "mcp_server/dependencies", "mcp_server/platforms")
"""What is between a repository's bytes and its report; `platforms` decides what is read and what is left out."""


READING = ("tree_sitter", "semble_grammars", "packaging", "yaml", "defusedxml", "license_expression")
"""Modules of libraries whose next version may read a file otherwise."""


@cache
def edition() -> str:
    """The package's version and the digest of its extractors, in 28 characters or a little more."""
    return f"{__version__}-{digest_of(_PACKAGE, libraries_in(_site_folders()))}"


def _site_folders() -> list[Path]:
    """The folders that the libraries are installed in, found without importing one."""
    origins = [spec.origin for spec in map(find_spec, READING) if spec is not None and spec.origin is not None]
    return sorted({Path(origin).parents[1] for origin in origins})


def libraries_in(folders: Iterable[Path]) -> list[str]:
    """`name-version` of the libraries, as their metadata folders are called."""
    known = (*READING, "pyyaml")
    names = {place.name for folder in folders for place in folder.glob("*.dist-info")}
    return sorted(name for name in names if name.lower().startswith(known))


def digest_of(package: Path, libraries: Iterable[str] = ()) -> str:
    """24 hexadecimal digits over the libraries, the names and the bytes of the deciding files of a package's folder."""
    root = os.fspath(package)
    digest = sha256("\0".join(libraries).encode())
    for name in DECIDING:
        for path in _files(f"{root}/{name}"):
            digest.update(os.fsencode(path[len(root) + 1 :]) + b"\0")
            with open(path, "rb", buffering=0) as file:
                digest.update(sha256(file.read()).digest())
    return digest.hexdigest()[:24]


def _files(place: str) -> Iterator[str]:
    """The files at or below a place in the order of their names; bytecode follows from them and is left out."""
    try:
        with os.scandir(place) as items:
            found = sorted((item.path, item.is_dir()) for item in items)
    except NotADirectoryError:
        found = [(place, False)]
    for path, is_folder in found:
        if not is_folder:
            yield path
        elif not path.endswith("/__pycache__"):
            yield from _files(path)
