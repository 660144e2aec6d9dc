"""One file in an archive, and what its name must look like to count as a path."""

import re
from typing import NamedTuple

_DRIVE = re.compile(r"[A-Za-z]:")


class Packed(NamedTuple):
    """How a zip member is packed: `method` 0 (stored) or 8 (deflate), its packed bytes and the CRC of the unpacked."""

    method: int
    size: int
    crc: int


class Member(NamedTuple):
    """A regular file in an archive. `offset` is where its bytes begin (tar) or its local header lies (zip)."""

    name: str
    size: int
    executable: bool
    offset: int
    packed: Packed | None = None


def member_path(name: str) -> str | None:
    """`name` as a relative POSIX path, None when it is absolute, climbs, or is another system's path."""
    if "\\" in name or "\0" in name or _DRIVE.match(name) or name.startswith("/"):
        return None
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        return None
    return "/".join(parts)
