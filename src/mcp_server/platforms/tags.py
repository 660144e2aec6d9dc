"""The tags of a local repository with the moments of their commits: refs read by our own code, commits asked of git.

The skeleton has no refs, and `git tag` in theirs would obey their configuration. Below lie `localrefs` and `git`.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress

from plumbrule.core.errors import LimitExceeded
from plumbrule.core.security.beneath import BeneathReader
from plumbrule.core.security.paths import open_folder
from plumbrule.mcp_server.platforms.git import Skeleton
from plumbrule.mcp_server.platforms.gitdir import GitDir, small_file
from plumbrule.mcp_server.platforms.limits import LocalLimits
from plumbrule.mcp_server.platforms.localrefs import MAX_LOOSE_BYTES, MAX_PACKED_BYTES
from plumbrule.mcp_server.platforms.ports.snapshot import Tag
from plumbrule.mcp_server.platforms.refs import is_object_id, is_ref

MAX_TAGS = 20_000
"""Of nightly builds there are thousands; git answers 20,000 in 0.2 s."""

MAX_DEPTH = 6
OBJECT_BYTES = 64 << 10
"""The most of one tag's or commit's text that is asked for, on average."""

_PACKED_TAG = re.compile(rb"^([0-9a-f]{40,64}) (refs/tags/[^\n]+)$", re.MULTILINE)
_COMMITTED = re.compile(rb"^committer [^\n]*> (-?[0-9]{1,15}) ", re.MULTILINE)


def tag_ids(git_dir: GitDir) -> dict[str, str]:
    """Short tag names to the ids they hold, which may be tags' or commits'; loose refs stand before packed ones."""
    found: dict[str, str] = {}
    packed = small_file(git_dir.common, "packed-refs", MAX_PACKED_BYTES) or b""
    for held, name in _PACKED_TAG.findall(packed.replace(b"\r\n", b"\n")):
        _note(found, name.decode("utf-8", "replace"), held.decode())
    fd = open_folder(git_dir.common)
    try:
        with BeneathReader(fd) as reader:
            for path in _loose(reader, "refs/tags", MAX_DEPTH):
                held = reader.read(path, MAX_LOOSE_BYTES)
                if isinstance(held, bytes):
                    _note(found, path, held.decode("ascii", "replace").strip())
    finally:
        os.close(fd)
    return found


def _note(found: dict[str, str], full: str, held: str) -> None:
    if len(found) < MAX_TAGS and is_object_id(held) and is_ref(full):
        found[full.removeprefix("refs/tags/")] = held


def _loose(reader: BeneathReader, folder: str, depth: int) -> Iterator[str]:
    """Files below `folder`, in the order of their names; links are not followed."""
    fd = reader.folder(folder)
    if not isinstance(fd, int) or depth == 0:
        return
    with suppress(OSError), os.scandir(fd) as listing:
        entries = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in listing)
        for name, is_folder in entries[:MAX_TAGS]:
            if is_folder:
                yield from _loose(reader, f"{folder}/{name}", depth - 1)
            else:
                yield f"{folder}/{name}"


async def dated(skeleton: Skeleton, ids: dict[str, str], limits: LocalLimits) -> list[Tag]:
    """The tags whose commits are there, each with its commit's moment; by moment, then by name."""
    names = sorted(ids)
    asked = "".join(f"{ids[name]}^{{commit}}\n" for name in names).encode()
    process = limits.process(stdout_bytes=max(1 << 20, min(len(names) * OBJECT_BYTES, 256 << 20)))
    try:
        done = await skeleton.git("cat-file", "--batch", "--buffer", limits=process, stdin=asked, truncate=True)
    except LimitExceeded:
        return []
    moments = _moments(done.stdout, len(names))
    tags = [Tag(name, when) for name, when in zip(names, moments, strict=False) if when is not None]
    return sorted(tags, key=lambda tag: (tag.when_s, tag.name))


def _moments(raw: bytes, count: int) -> Iterator[int | None]:
    """When each asked object was committed; None for one that is missing or no commit."""
    at = 0
    for _ in range(count):
        end = raw.find(b"\n", at)
        if end < 0:
            return
        header = raw[at:end].split(b" ")
        at = end + 1
        if len(header) != 3 or not header[2].isdigit():
            yield None
            continue
        size = int(header[2])
        head = raw[at : at + size].partition(b"\n\n")[0]
        at += size + 1
        committed = _COMMITTED.search(head) if header[1] == b"commit" else None
        yield int(committed[1]) if committed else None
