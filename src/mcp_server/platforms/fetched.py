"""Fetched things kept on disk between calls: one folder for each, shared safely by several processes.

A new one is made in a temporary folder on the same file system and renamed into place; whoever comes second uses the
first. A reader holds a shared lock on the folder's lock file, so that making room never takes what is being read.
The folders used longest ago go first when the bytes are over their bound.
"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCK = ".lock"
_SIZE = ".bytes"


def fetched_key(*parts: str) -> str:
    """The folder name for what these parts identify; parts cannot run into each other."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


class FetchedFolders:
    """The folders below `base`, at most `max_bytes` of them (0 keeps none between calls)."""

    def __init__(self, base: Path, max_bytes: int) -> None:
        self._base = base
        self._max_bytes = max_bytes

    @contextmanager
    def held(self, key: str) -> Generator[Path | None]:
        """The folder for `key`, kept from being removed until the context ends; None when there is none."""
        folder = self._base / key
        lock = _locked(folder, fcntl.LOCK_SH)
        if lock is None:
            yield None
            return
        try:
            with suppress(OSError):
                os.utime(folder / _LOCK)  # its time tells when it was last used
            yield folder
        finally:
            os.close(lock)

    def put(self, key: str, made: Path) -> bool:
        """Move the folder `made` to its place for `key`; False when it cannot be kept (`made` stays then).

        Raises:
            LimitExceeded: the disk is full.
        """
        size = _bytes_in(made)
        if size > self._max_bytes:
            return False
        try:
            self._base.mkdir(mode=0o700, parents=True, exist_ok=True)
            (made / _LOCK).touch(mode=0o600)
            (made / _SIZE).write_text(str(size))
            self._make_room(size)
            made.rename(self._base / key)
        except OSError:
            # Another process was first, or the folder cannot be written: the caller has its own copy either way.
            return (self._base / key).is_dir()
        return True

    def total_bytes(self) -> int:
        """How much is kept."""
        return sum(size for _, size, _ in self._kept())

    def clear(self) -> int:
        """Remove everything that nobody is reading; returns how many."""
        return sum(_removed(folder) for _, _, folder in self._kept())

    def _make_room(self, coming: int) -> None:
        kept = sorted(self._kept())
        total = coming + sum(size for _, size, _ in kept)
        for _, size, folder in kept:
            if total <= self._max_bytes:
                return
            if _removed(folder):
                total -= size

    def _kept(self) -> list[tuple[float, int, Path]]:
        found: list[tuple[float, int, Path]] = []
        with suppress(OSError):
            for folder in self._base.iterdir():
                with suppress(OSError, ValueError):
                    used = (folder / _LOCK).stat().st_mtime
                    found.append((used, int((folder / _SIZE).read_text()), folder))
        return found


def _locked(folder: Path, how: int) -> int | None:
    """A descriptor that holds the folder's lock, None when the folder is not (or no longer) there."""
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
        if os.fstat(lock).st_nlink and (folder / _LOCK).exists():
            return lock
    except OSError:
        pass
    os.close(lock)
    return None


def _removed(folder: Path) -> bool:
    lock = _locked(folder, fcntl.LOCK_EX)
    if lock is None:
        return False
    try:
        gone = folder.with_name(f".gone-{folder.name}-{time.time_ns()}")
        folder.rename(gone)  # from here on nobody finds it
        shutil.rmtree(gone, ignore_errors=True)
        return True
    except OSError:
        return False
    finally:
        os.close(lock)


def _bytes_in(folder: Path) -> int:
    return sum(os.lstat(os.path.join(place, name)).st_size for place, _, names in os.walk(folder) for name in names)  # noqa: PTH118 - thousands of joins
