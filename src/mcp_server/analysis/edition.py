"""Which edition of the extractors runs: part of every cache key, so that changed code never serves facts of before.

A number that people must remember to raise is forgotten once; the digest of the code cannot be. It is taken over the
bytes of all files that decide what a report says, 2 MB in 3 ms, once in a process.
"""

import os
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from plumbrule import __version__

_PACKAGE = Path(__file__).parents[2]

DECIDING = ("core/facts.py", "core/security", "mcp_server/analysis", "mcp_server/dependencies", "mcp_server/platforms")
"""What is between a repository's bytes and its report; `platforms` decides what is read and what is left out."""


@cache
def edition() -> str:
    """The package's version and the digest of its extractors, in 28 characters or a little more."""
    return f"{__version__}-{digest_of(_PACKAGE)}"


def digest_of(package: Path) -> str:
    """24 hexadecimal digits over the names and the bytes of the deciding files below a package's folder."""
    root = os.fspath(package)
    digest = sha256()
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
