"""Archives read in place: listed, and read on request by offset. Nothing is ever extracted to a named file.

A compressed tar is unpacked once into an unlinked temporary file, under caps on bytes, ratio and time, because its
members cannot be reached otherwise. Below lie `tar_listing` and `zip_listing`; both yield `Member`s.
"""

import bz2
import hashlib
import lzma
import os
import stat
import tempfile
import time
import zlib
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from anyio import from_thread, to_thread

from plumbrule.core.errors import AccessDenied, InvalidArgument, InvalidRepository, LimitExceeded, Unsupported
from plumbrule.core.facts import Skipped
from plumbrule.core.security.paths import open_folder
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.platforms.limits import ArchiveLimits
from plumbrule.mcp_server.platforms.listing import Omissions, tidy
from plumbrule.mcp_server.platforms.members import Member, member_path
from plumbrule.mcp_server.platforms.past import WithPast
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, Origin
from plumbrule.mcp_server.platforms.tar_listing import is_tar, tar_members
from plumbrule.mcp_server.platforms.zip_listing import ZipFault, read_zip_member, zip_members

CHUNK_BYTES = 1 << 18
RATIO_FLOOR_BYTES = 32 << 20
"""Below this the ratio is not looked at: a small file of zeros is no attack."""

LZMA_MEMORY_BYTES = 128 << 20
_HEAD_BYTES = 512

_UNREAD = (
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x04\x22\x4d\x18", "LZ4"),
    (b"\x1f\x9d", "compress (.Z)"),
    (b"LZIP", "lzip"),
)


class _Decompressor(Protocol):
    """As `bz2.BZ2Decompressor`: gives at most `max_length` bytes a turn and says when it wants more input."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """zlib's object with the manners of the other two."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._stream.unconsumed_tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._stream.decompress(self._stream.unconsumed_tail or data, max_length)


class ArchiveSnapshot(WithPast):
    """The port `Snapshot` over one archive."""

    def __init__(
        self,
        fd: int,
        origin: Origin,
        members: Mapping[str, Member],
        entries: Sequence[Entry],
        skipped: Sequence[Skipped],
    ) -> None:
        super().__init__()
        self._fd = fd
        self._origin = origin
        self._members = members
        self._entries = entries
        self._skipped = skipped

    @property
    def origin(self) -> Origin:
        return self._origin

    @property
    def entries(self) -> Sequence[Entry]:
        return self._entries

    @property
    def skipped(self) -> Sequence[Skipped]:
        return self._skipped

    async def read(self, wanted: Iterable[Entry], *, max_bytes: int) -> Mapping[str, bytes]:
        """See the port. A member whose bytes are not what the archive promises is absent."""
        return await to_thread.run_sync(self._read, [entry.path for entry in wanted], max_bytes)

    def _read(self, paths: Sequence[str], max_bytes: int) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for path in paths:
            member = self._members.get(path)
            content = None if member is None else self._content(member, max_bytes)
            if content is not None:
                found[path] = content
        return found

    def _content(self, member: Member, max_bytes: int) -> bytes | None:
        if member.packed is not None:
            try:
                return read_zip_member(self._fd, member, max_bytes)
            except ZipFault:
                return None
        content = os.pread(self._fd, min(member.size, max_bytes), member.offset)
        return content if len(content) == min(member.size, max_bytes) else None


@dataclass(frozen=True, slots=True)
class _Opened:
    fd: int
    members: list[Member]
    omitted: Omissions
    digest: str


@asynccontextmanager
async def open_archive(path: Path, origin: Origin, limits: ArchiveLimits) -> AsyncGenerator[ArchiveSnapshot]:
    """The files in the archive at `path`, without the one folder that all of them may share.

    Raises:
        InvalidArgument: no archive; Unsupported: one of a kind that is not read, by name;
        InvalidRepository: damaged, or built to deceive; LimitExceeded: over a cap.
    """
    with ExitStack() as stack:
        opened = await to_thread.run_sync(_open, path, limits, stack)
        members, entries = _as_entries(opened.members, opened.omitted, limits.max_files)
        if not entries and not opened.omitted.as_skipped():
            raise InvalidRepository("The archive holds no file.", hint="Check how it was made.")
        yield ArchiveSnapshot(
            opened.fd,
            replace(origin, content_id=f"archive:{opened.digest}"),
            members,
            entries,
            opened.omitted.as_skipped(),
        )


def _open(path: Path, limits: ArchiveLimits, stack: ExitStack) -> _Opened:
    fd = _open_file(path)
    stack.callback(os.close, fd)
    size = os.fstat(fd).st_size
    if size > limits.max_packed_bytes:
        raise LimitExceeded(
            f"The archive is over {limits.max_packed_bytes} bytes.", hint="Raise sources.archive_max_bytes to read it."
        )
    head = os.pread(fd, _HEAD_BYTES, 0)
    deadline = time.monotonic() + limits.wall_s
    omitted = Omissions()
    digest = _digest(fd)
    for magic, name in _UNREAD:
        if head.startswith(magic):
            raise Unsupported(f"Archives packed with {name} are not read.", hint="Repack it as .tar.gz or .zip.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _Opened(fd, list(zip_members(fd, size, omitted, limits)), omitted, digest)
    if decompressor := _decompressor(head):
        fd = _unpacked(fd, size, decompressor, limits, deadline, stack)
        size = os.fstat(fd).st_size
        head = os.pread(fd, _HEAD_BYTES, 0)
    if not is_tar(head):
        raise InvalidArgument(
            "This file is no archive that can be read.",
            hint="Read are .tar, .tar.gz, .tar.bz2, .tar.xz, .zip and .whl; for a folder name the folder.",
        )
    return _Opened(fd, list(tar_members(fd, size, omitted, limits.max_files)), omitted, digest)


def _open_file(path: Path) -> int:
    parent = open_folder(path.parent)
    try:
        fd = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=parent)
    except OSError:
        raise AccessDenied("This file cannot be opened.", hint="Check its permissions.") from None
    finally:
        os.close(parent)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise InvalidArgument("This is neither a folder nor a regular file.", hint="Name a folder or an archive.")
    return fd


def _digest(fd: int) -> str:
    digest = hashlib.sha256()
    at = 0
    while chunk := os.pread(fd, 1 << 20, at):
        digest.update(chunk)
        at += len(chunk)
    return digest.hexdigest()


def _decompressor(head: bytes) -> Callable[[], _Decompressor] | None:
    if head.startswith(b"\x1f\x8b"):
        return _Gzip
    if head.startswith(b"BZh"):
        return bz2.BZ2Decompressor
    if head.startswith(b"\xfd7zXZ\0"):
        return lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=LZMA_MEMORY_BYTES)
    return None


def _unpacked(
    packed: int,
    packed_bytes: int,
    make: Callable[[], _Decompressor],
    limits: ArchiveLimits,
    deadline: float,
    stack: ExitStack,
) -> int:
    """An unlinked file with the unpacked bytes."""
    file = stack.enter_context(tempfile.TemporaryFile(buffering=0))  # noqa: SIM115 - the stack is the context
    most = min(limits.max_unpacked_bytes, max(RATIO_FLOOR_BYTES, limits.max_ratio * packed_bytes))
    written = 0
    try:
        for chunk in _decompressed(packed, make):
            written += len(chunk)
            if written > most:
                raise LimitExceeded(
                    f"The archive unpacks to more than {most} bytes.",
                    hint="Raise sources.archive_max_unpacked_bytes or archive_max_ratio if you trust it.",
                )
            file.write(chunk)
            if time.monotonic() > deadline:
                raise LimitExceeded(
                    f"The archive took longer than {limits.wall_s:g} s to unpack.", hint="Unpack it first."
                )
            from_thread.check_cancelled()
    except (zlib.error, lzma.LZMAError, EOFError, ValueError) as error:
        raise InvalidRepository("The archive is damaged or cut off.", hint="Download or make it anew.") from error
    except OSError as error:
        raise _unpack_failure(error) from error
    return file.fileno()


def _unpack_failure(error: OSError) -> InvalidRepository | LimitExceeded:
    if error.errno is None:  # bz2 reports damaged input this way
        return InvalidRepository("The archive is damaged or cut off.", hint="Download or make it anew.")
    return LimitExceeded("There is no room to unpack the archive.", hint="Free space in the temporary folder.")


def _decompressed(fd: int, make: Callable[[], _Decompressor]) -> Iterable[bytes]:
    """The unpacked bytes in pieces of at most CHUNK_BYTES, of all streams that follow each other."""
    at = 0
    stream, fresh = make(), True
    while True:
        raw = b""
        if stream.needs_input:
            raw = os.pread(fd, CHUNK_BYTES, at)
            at += len(raw)
            if not raw:
                if fresh:
                    return
                raise EOFError
            fresh = False
        yield stream.decompress(raw, CHUNK_BYTES)
        if stream.eof:
            unused = stream.unused_data
            at -= len(unused)
            padding = len(unused) - len(unused.lstrip(b"\0"))
            if unused and not _begins_stream(unused[padding:]) and padding < len(unused):
                return  # a signature behind the last stream
            at += padding
            stream, fresh = make(), True


def _begins_stream(data: bytes) -> bool:
    return data.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ"))


def _as_entries(members: list[Member], omitted: Omissions, max_files: int) -> tuple[dict[str, Member], list[Entry]]:
    named: dict[str, Member] = {}
    entries: list[Entry] = []
    for member in members:
        path = member_path(member.name)
        if path is None:
            omitted.add("unsafe_path", member.name)
        elif path in named:
            omitted.add("duplicate_path", path)
        else:
            named[path] = member
            entries.append(Entry(path, member.size, "executable" if member.executable else "file", ""))
    entries = tidy(entries, omitted, max_files)
    top = _shared_top(entries)
    if not top:
        return named, entries
    cut = len(top)
    return (
        # Of the listed ones only: cut alike, a path that was left out could take the place of another.
        {entry.path[cut:]: named[entry.path] for entry in entries},
        [entry._replace(path=entry.path[cut:]) for entry in entries],
    )


def _shared_top(entries: Sequence[Entry]) -> str:
    """The one folder with its slash that all files lie in, "" when there is none."""
    if not entries:
        return ""
    top = entries[0].path.partition("/")[0] + "/"
    return top if all(entry.path.startswith(top) for entry in entries) else ""
