"""Where temporary folders live: private, removed when their context ends, and swept at the next start after a crash.

Each folder holds a lock file that its process keeps locked; a folder whose lock can be taken has lost its owner.
"""

import fcntl
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "plumbrule-"
_LOCK = ".owner"


class Workspace:
    """Makes private temporary folders below `base` (the system's temporary folder when `base` cannot be written)."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._ready = False

    @contextmanager
    def folder(self) -> Generator[Path]:
        """A new folder that only this user may enter; gone with everything in it when the context ends."""
        path = self._usable_base() / f"{_PREFIX}{os.urandom(8).hex()}"
        path.mkdir(mode=0o700)
        lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)

    def sweep(self) -> int:
        """Remove the folders of processes that are gone; returns how many."""
        with suppress(OSError):
            found = [entry for entry in os.scandir(self._base) if entry.name.startswith(_PREFIX)]
            return sum(_removed_if_orphan(Path(entry.path)) for entry in found if entry.is_dir(follow_symlinks=False))
        return 0

    def _usable_base(self) -> Path:
        if not self._ready:
            with suppress(OSError):
                self._base.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(self._base, os.W_OK | os.X_OK):
                import tempfile  # 5 ms that only a read-only cache folder costs

                return Path(tempfile.gettempdir())
            self._ready = True
        return self._base


def _removed_if_orphan(folder: Path) -> bool:
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False  # being made or removed right now by its owner, or not ours
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
        return True
    except OSError:
        return False
    finally:
        os.close(lock)
