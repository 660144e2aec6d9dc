"""The members of a zip file, from its central directory (APPNOTE 6.3), and the bytes of one.

The standard library reads a whole directory however long and believes its sizes; here the directory is bounded,
members that overlap (the better zip bombs) are refused, and unpacking stops at what the directory promised.
"""

import itertools
import os
import stat
import struct
import zlib
from collections.abc import Iterator

from plumbrule.core.errors import InvalidRepository, LimitExceeded
from plumbrule.mcp_server.platforms.limits import ArchiveLimits
from plumbrule.mcp_server.platforms.listing import Omissions
from plumbrule.mcp_server.platforms.members import Member, Packed

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
MAX_DIRECTORY_BYTES = 256 << 20
RATIO_FLOOR_BYTES = 32 << 20
_CHUNK = 1 << 16
_ENCRYPTED, _UTF8 = 0x1, 0x800
_UNIX, _MACOS = 3, 19


class ZipFault(Exception):
    """A member that is not what the directory says."""


def zip_members(fd: int, size: int, omitted: Omissions, limits: ArchiveLimits) -> Iterator[Member]:
    """The regular files of the zip in `fd`, in the directory's order.

    Raises:
        InvalidRepository: no directory, a damaged one, or overlapping members;
        LimitExceeded: it would unpack to more than allowed.
    """
    count, directory, shift = _directory(fd, size)
    spans: list[tuple[int, int]] = []
    total, at, found = 0, 0, 0
    for _ in range(count):
        if at + _CENTRAL.size > len(directory):
            raise _damaged("its directory is cut off")
        fields = _CENTRAL.unpack_from(directory, at)
        if fields[0] != b"PK\x01\x02":
            raise _damaged("its directory is no directory")
        name_end = at + _CENTRAL.size + fields[10]
        extra_end = name_end + fields[11]
        raw_name = directory[at + _CENTRAL.size : name_end]
        packed, unpacked, offset = _sizes(fields, directory[name_end:extra_end])
        offset += shift
        at = extra_end + fields[12]
        name = _decoded(raw_name, bool(fields[3] & _UTF8))
        spans.append((offset, offset + _LOCAL.size + len(raw_name) + packed))
        if name.endswith("/"):
            continue
        mode = fields[15] >> 16 if fields[1] >> 8 in (_UNIX, _MACOS) else 0
        if stat.S_ISLNK(mode):
            omitted.add("link", name)
        elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            omitted.add("special_file", name)
        elif fields[3] & _ENCRYPTED or fields[4] not in (0, 8):
            omitted.add("unsupported_entry", name)
        else:
            total += unpacked
            found += 1
            yield Member(name, unpacked, bool(mode & 0o100), offset, Packed(fields[4], packed, fields[7]))
        if found > limits.max_files:
            return
    _refuse_bombs(spans, total, size, limits)


def _refuse_bombs(spans: list[tuple[int, int]], total: int, size: int, limits: ArchiveLimits) -> None:
    spans.sort()
    if any(end > following for (_, end), (following, _) in itertools.pairwise(spans)):
        raise InvalidRepository("Members of this archive overlap, as in a zip bomb.", hint="Do not trust it.")
    if spans and spans[-1][1] > size:
        raise _damaged("a member lies outside of it")
    most = min(limits.max_unpacked_bytes, max(RATIO_FLOOR_BYTES, limits.max_ratio * size))
    if total > most:
        raise LimitExceeded(
            f"The archive unpacks to more than {most} bytes.",
            hint="Raise sources.archive_max_unpacked_bytes or archive_max_ratio if you trust it.",
        )


def _damaged(why: str) -> InvalidRepository:
    return InvalidRepository(f"The archive is damaged: {why}.", hint="Download or make it anew.")


def _directory(fd: int, size: int) -> tuple[int, bytes, int]:
    """How many members, the directory's bytes, and how far all offsets are shifted by something in front."""
    tail_at = max(0, size - _END.size - 0xFFFF)
    tail = os.pread(fd, size - tail_at, tail_at)
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or found + _END.size > len(tail):
        raise _damaged("it has no directory")
    _, _, _, _, count, length, offset, _ = _END.unpack_from(tail, found)
    end = tail_at + found
    locator = os.pread(fd, _END64_LOCATOR.size, max(0, end - _END64_LOCATOR.size))
    if locator.startswith(b"PK\x06\x07") and len(locator) == _END64_LOCATOR.size:
        end64 = _END64_LOCATOR.unpack(locator)[2]
        record = os.pread(fd, _END64.size, end64) if end64 < size else b""
        if len(record) != _END64.size or not record.startswith(b"PK\x06\x06"):
            raise _damaged("its zip64 directory is missing")
        count, length, offset, end = *_END64.unpack(record)[7:], end64
    shift = end - length - offset
    if length > MAX_DIRECTORY_BYTES or shift < 0 or offset + shift + length > size:
        raise _damaged("its directory lies outside of it")
    return count, os.pread(fd, length, offset + shift), shift


def _sizes(fields: tuple[int, ...], extra: bytes) -> tuple[int, int, int]:
    """Packed bytes, unpacked bytes and offset, from the zip64 extra field where 32 bits do not hold them."""
    packed, unpacked, offset = fields[8], fields[9], fields[16]
    if 0xFFFFFFFF not in (packed, unpacked, offset):
        return packed, unpacked, offset
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            values = list(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
            wide = [values.pop(0) if each == 0xFFFFFFFF and values else each for each in (unpacked, packed, offset)]
            return wide[1], wide[0], wide[2]
        at += 4 + length
    return packed, unpacked, offset


def _decoded(raw: bytes, utf8: bool) -> str:
    if utf8 or raw.isascii():
        return raw.decode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def read_zip_member(fd: int, member: Member, max_bytes: int) -> bytes:
    """The first `max_bytes` bytes of a member; its checksum is verified when they are all of it.

    Raises:
        ZipFault: the local header, the packed bytes or the checksum are not what the directory says.
    """
    assert member.packed is not None
    header = os.pread(fd, _LOCAL.size, member.offset)
    if len(header) != _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise ZipFault("no local header")
    fields = _LOCAL.unpack(header)
    start = member.offset + _LOCAL.size + fields[9] + fields[10]
    wanted = min(member.size, max_bytes)
    if member.packed.method == 0:
        content = os.pread(fd, min(wanted, member.packed.size), start)
    else:
        content = _inflated(fd, start, member.packed.size, wanted)
    if len(content) != wanted or (wanted == member.size and zlib.crc32(content) != member.packed.crc):
        raise ZipFault("not the promised bytes")
    return content


def _inflated(fd: int, start: int, packed: int, wanted: int) -> bytes:
    stream = zlib.decompressobj(wbits=-15)
    parts: list[bytes] = []
    have, at, end = 0, start, start + packed
    try:
        while have < wanted and not stream.eof:
            raw = stream.unconsumed_tail or os.pread(fd, min(_CHUNK, end - at), at)
            if not stream.unconsumed_tail:
                at += len(raw)
            if not raw:
                break
            part = stream.decompress(raw, wanted - have)
            parts.append(part)
            have += len(part)
    except zlib.error as error:
        raise ZipFault("packed bytes are damaged") from error
    return b"".join(parts)
