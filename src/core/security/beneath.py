"""Reads files below one folder, and nothing else, while somebody may be swapping them.

Every component is opened from its parent's descriptor with O_NOFOLLOW, so no symlink is ever followed and no check
can be overtaken: what was opened is what is looked at. `openat2(RESOLVE_BENEATH)` would promise the same in one
call, but through ctypes, on Linux only; walking with the parents kept open costs no more when paths come in order.
"""

import errno
import os
import stat
from types import TracebackType
from typing import Literal

from plumbrule.core.security.paths import SPECIAL_FOLDERS

Refused = Literal["symlink", "special", "missing", "unreadable", "outside", "too_deep"]
"""Why a file was not read: a symlink on the way or at the end; a FIFO, socket, device, folder or a file of /proc;
gone; no permission; a path that leaves the root; more folders than `MAX_DEPTH`."""

MAX_DEPTH = 128
"""Folders kept open at once. Real repositories end below 30; h02 has 20,000."""

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_DIRECTORY | os.O_CLOEXEC


class BeneathReader:
    """Reads below the folder `root_fd`, which stays the caller's. For one thread at a time.

    Cheapest when paths come sorted: the folders of the last path stay open (at most `MAX_DEPTH`).
    """

    def __init__(self, root_fd: int) -> None:
        self._root = root_fd
        self._names: list[str] = []
        self._fds: list[int] = []
        self._special = _special_devices(os.fstat(root_fd).st_dev)

    def __enter__(self) -> "BeneathReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the folders that are open; the reader stays usable."""
        self._leave(0)

    def read(self, path: str, max_bytes: int) -> bytes | Refused:
        """The first `max_bytes` bytes of the regular file at the relative POSIX `path`, or why not.

        Never blocks on a FIFO or a device, never reads more than the size that the file had when opened.
        """
        *folders, name = path.split("/")
        parent = self._enter(folders)
        if isinstance(parent, str):
            return parent
        if not _is_name(name):
            return "outside"
        try:
            fd = os.open(name, _FILE, dir_fd=parent)
        except OSError as error:
            return _reason(error, name, parent)
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode) or status.st_dev in self._special:
                return "special"
            return _read_up_to(fd, min(status.st_size, max_bytes))
        except OSError:
            return "unreadable"
        finally:
            os.close(fd)

    def target(self, path: str) -> bytes | Refused:
        """Where the symlink at the relative `path` points to, as it is written; it is not followed."""
        *folders, name = path.split("/")
        parent = self._enter(folders)
        if isinstance(parent, str):
            return parent
        if not _is_name(name):
            return "outside"
        try:
            return os.fsencode(os.readlink(name, dir_fd=parent))
        except OSError as error:
            return "special" if error.errno == errno.EINVAL else _reason(error, name, parent)

    def folder(self, path: str) -> int | Refused:
        """A descriptor of the folder at the relative `path` ("" for the root), for `os.scandir`.

        It is the reader's own and valid only until the next call.
        """
        return self._enter(path.split("/") if path else [])

    def _enter(self, folders: list[str]) -> int | Refused:
        if len(folders) > MAX_DEPTH:
            return "too_deep"
        shared = 0
        for open_name, name in zip(self._names, folders, strict=False):
            if open_name != name:
                break
            shared += 1
        self._leave(shared)
        for name in folders[shared:]:
            refusal = self._descend(name)
            if refusal is not None:
                return refusal
        return self._fds[-1] if self._fds else self._root

    def _descend(self, name: str) -> Refused | None:
        if not _is_name(name):
            return "outside"
        parent = self._fds[-1] if self._fds else self._root
        try:
            fd = os.open(name, _FOLDER, dir_fd=parent)
        except OSError as error:
            return _reason(error, name, parent)
        if os.fstat(fd).st_dev in self._special:
            os.close(fd)
            return "special"
        self._names.append(name)
        self._fds.append(fd)
        return None

    def _leave(self, depth: int) -> None:
        while len(self._fds) > depth:
            self._names.pop()
            os.close(self._fds.pop())


def _is_name(name: str) -> bool:
    return name not in ("", ".", "..") and "\0" not in name


def _read_up_to(fd: int, count: int) -> bytes:
    first = os.read(fd, count) if count else b""
    if len(first) == count or not first:
        return first
    chunks = [first]
    left = count - len(first)
    while left and (chunk := os.read(fd, left)):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


def _reason(error: OSError, name: str, parent: int) -> Refused:
    if error.errno in (errno.ELOOP, errno.EMLINK):
        return "symlink"
    if error.errno == errno.ENOTDIR:  # Linux says this too for a symlink where a folder was wanted
        return "symlink" if _is_symlink(name, parent) else "missing"
    if error.errno in (errno.ENOENT, errno.ENAMETOOLONG):
        return "missing"
    if error.errno in (errno.ENXIO, errno.ENODEV, errno.EOPNOTSUPP):
        return "special"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE):
        return "unreadable"
    raise error


def _is_symlink(name: str, parent: int) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _special_devices(root_device: int) -> frozenset[int]:
    """The device numbers of the special file systems; not the root's own, where one of them is a plain folder."""
    found: set[int] = set()
    for place in SPECIAL_FOLDERS:
        try:
            found.add(os.stat(place).st_dev)  # noqa: PTH116 - three calls, no Path to build
        except OSError:
            continue
    return frozenset(found - {root_device})
