"""The index file of a work tree (gitformat-index, versions 2 to 4), read by a bounded parser of our own.

`git ls-files --debug` gives the same in seven lines of text per file; reading the file itself takes a tenth of that
and starts no process. Only what a snapshot needs is kept; the trailing checksum decides whether to believe it.
"""

import hashlib
import struct
from typing import NamedTuple

from plumbrule.core.errors import InvalidRepository
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.platforms.gitdir import ObjectFormat

MAX_INDEX_BYTES = 512 << 20
"""About four million files; the bytes are read once and let go."""

_HEADER = struct.Struct(">4sII")
_EXTENDED = 0x4000
_SKIP_WORKTREE = 0x4000
_INTENT_TO_ADD = 0x2000
_LONG_NAME = 0xFFF
_TREE_MODE = 0o040000


class IndexEntry(NamedTuple):
    """One tracked path. Times are nanoseconds since 1970, `size` is modulo 2^32, as git keeps them."""

    path: bytes
    mode: int
    blob: bytes
    size: int
    mtime_ns: int
    ctime_ns: int
    stage: int
    skip_worktree: bool
    intent_to_add: bool


@dataclass(frozen=True, slots=True)
class Index:
    """What the index says. `tree` is the id of the tree it would write, when its cache knows it.

    `split` is true when a part lies in a shared index file, which is not in `entries`.
    """

    entries: list[IndexEntry]
    tree: bytes | None
    split: bool


def parse_index(raw: bytes, object_format: ObjectFormat) -> Index:
    """The index in `raw`.

    Raises:
        InvalidRepository: truncated, damaged, or a version that is not 2, 3 or 4.
    """
    hash_bytes = 32 if object_format == "sha256" else 20
    if len(raw) < _HEADER.size + hash_bytes:
        raise _damaged("it is truncated")
    signature, version, count = _HEADER.unpack_from(raw)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise _damaged("its header is not one of version 2 to 4")
    body, checksum = raw[:-hash_bytes], raw[-hash_bytes:]
    if any(checksum) and _digest(body, object_format) != checksum:  # all zeros: written with index.skipHash
        raise _damaged("its checksum is wrong")
    if count * (42 + hash_bytes) > len(raw):
        raise _damaged("it announces more entries than it can hold")
    try:
        entries, position = _entries(body, version, count, hash_bytes)
        tree, split = _extensions(body, position, hash_bytes)
    except (struct.error, IndexError, ValueError) as error:
        raise _damaged("an entry is cut off") from error
    return Index(entries, tree, split)


def _damaged(why: str) -> InvalidRepository:
    return InvalidRepository(
        f"The index of this repository is damaged: {why}.",
        hint="Run git reset there to rebuild it, or name a ref (@HEAD) to read committed files.",
    )


def _digest(body: bytes, object_format: ObjectFormat) -> bytes:
    # SHA-1 is git's format, nothing here rests on its strength.
    return hashlib.new(object_format, body, usedforsecurity=False).digest()


def _entries(body: bytes, version: int, count: int, hash_bytes: int) -> tuple[list[IndexEntry], int]:
    unpack = struct.Struct(f">IIII8xI8xI{hash_bytes}sH").unpack_from
    fixed = 42 + hash_bytes
    found: list[IndexEntry] = []
    append = found.append
    position, previous = _HEADER.size, b""
    for _ in range(count):
        ctime, ctime_ns, mtime, mtime_ns, mode, size, blob, flags = unpack(body, position)
        name_at, extra = position + fixed, 0
        if flags & _EXTENDED:
            if version == 2:
                raise ValueError("extended flags in version 2")
            extra = int.from_bytes(body[name_at : name_at + 2], "big")
            name_at += 2
        if version == 4:
            path, position = _compressed_name(body, name_at, previous)
            previous = path
        else:
            length = flags & _LONG_NAME
            end = body.index(b"\0", name_at) if length == _LONG_NAME else name_at + length
            path = body[name_at:end]
            if body.find(b"\0", name_at) != end:  # a NUL inside would be two names for whoever joins them
                raise ValueError("name without its end")
            position += (end - position + 8) & ~7
        append(
            IndexEntry(
                path,
                mode,
                blob,
                size,
                mtime * 1_000_000_000 + mtime_ns,
                ctime * 1_000_000_000 + ctime_ns,
                (flags >> 12) & 3,
                bool(extra & _SKIP_WORKTREE),
                bool(extra & _INTENT_TO_ADD),
            )
        )
    return found, position


def _compressed_name(body: bytes, at: int, previous: bytes) -> tuple[bytes, int]:
    """Version 4: how much of the previous name to drop (offset varint), then the rest up to NUL."""
    byte = body[at]
    dropped = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = body[at]
        dropped = ((dropped + 1) << 7) | (byte & 0x7F)
        if dropped > len(previous):
            raise ValueError("drops more than there is")
    if dropped > len(previous):
        raise ValueError("drops more than there is")
    end = body.index(b"\0", at + 1)
    return previous[: len(previous) - dropped] + body[at + 1 : end], end + 1


def _extensions(body: bytes, position: int, hash_bytes: int) -> tuple[bytes | None, bool]:
    tree, split = None, False
    while position + 8 <= len(body):
        name, size = body[position : position + 4], int.from_bytes(body[position + 4 : position + 8], "big")
        content = body[position + 8 : position + 8 + size]
        position += 8 + size
        if position > len(body):
            raise ValueError("extension without its end")
        if name == b"TREE":
            tree = _cached_root(content, hash_bytes)
        elif name == b"link":
            split = True
        elif name != b"sdir" and name[:1].islower():  # lower case: not to be ignored (gitformat-index)
            raise ValueError("unknown mandatory extension")
    return tree, split


def _cached_root(content: bytes, hash_bytes: int) -> bytes | None:
    """The root's id in the cache tree; None when it is out of date (a count of -1)."""
    if not content.startswith(b"\0"):
        return None
    head, newline, rest = content[1:].partition(b"\n")
    count = head.split(b" ")[0]
    if not newline or not count.isdigit():
        return None
    return rest[:hash_bytes] if len(rest) >= hash_bytes else None


def is_sparse_folder(entry: IndexEntry) -> bool:
    """Whether the entry stands for a whole folder left out by a sparse checkout with a sparse index."""
    return entry.mode == _TREE_MODE
