"""A SQLite file that may be missing, damaged, foreign, or open in another process: opened anyway, or refused by name.

Below every embedded store. The folder is private (0700), the file too (0600). While a file is open, its `.lock`
neighbour is held shared; only who holds it alone may set the file aside, because SQLite cannot survive that its file
is renamed under an open connection (https://sqlite.org/howtocorrupt.html, section 2.4).
"""

import fcntl
import os
import stat
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.core.store.migrations import NewerSchema, migrate
from plumbrule.core.values import dataclass

if TYPE_CHECKING:
    import sqlite3

POLL_S = 0.02
"""Between two attempts at a lock: `flock` has no timeout of its own."""

CREATION_ATTEMPTS = 50
"""Rounds of looking and making while other processes make the same file; each round one of them succeeds."""

_BUSY = frozenset({5, 6})  # SQLITE_BUSY, SQLITE_LOCKED
_DAMAGED = frozenset({11, 26})  # SQLITE_CORRUPT, SQLITE_NOTADB


class DatabaseUnusable(Exception):
    """The file cannot be opened, and why, in words fit for a log line."""


class _SetAside(Exception):
    """The file must give way to a new one."""

    def __init__(self, reason: str, suffix: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.suffix = suffix


@dataclass(slots=True)
class Database:
    """An open file. `repaired` says why its predecessor was set aside, when that happened just now."""

    connection: "sqlite3.Connection"
    repaired: str | None
    _guard: int

    def close(self) -> None:
        try:
            self.connection.close()
        finally:
            os.close(self._guard)


def primary_code(error: "sqlite3.Error") -> int:
    """SQLite's result code without its extension; 0 when the error did not come from the library."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_busy(error: "sqlite3.Error") -> bool:
    """Another connection holds the lock."""
    return primary_code(error) in _BUSY


def is_damaged(error: "sqlite3.Error") -> bool:
    """The file is not, or no longer, a database."""
    return primary_code(error) in _DAMAGED


def open_database(
    path: Path,
    *,
    application_id: int,
    steps: Sequence[Sequence[str]],
    busy_s: float,
    suspect: bool = False,
) -> Database:
    """Open `path`, making or replacing what is needed. Blocks up to about twice `busy_s`.

    `suspect` asks for a full check, after damage was met inside a file that opens well. A damaged file becomes
    `NAME.damaged` (one is kept); somebody else's database becomes `NAME.foreign`, `NAME.foreign-2`, … and none is lost.

    Raises:
        DatabaseUnusable: the folder is not private or not writable, the file belongs to a newer version, or another
            process kept a lock for longer than `busy_s`.
    """
    import sqlite3  # 12 ms that a run without a cache does not pay

    try:
        _private_folder(path.parent)
        guard = os.open(_lock_of(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise DatabaseUnusable(f"{path.parent} cannot be written: {error.strerror}") from error
    try:
        _flock(guard, fcntl.LOCK_SH, busy_s)
        try:
            connection = _connect(path, application_id, steps, busy_s, suspect)
            return Database(connection, None, guard)
        except _SetAside:
            _flock(guard, fcntl.LOCK_EX, busy_s)
            return _replaced(path, application_id, steps, busy_s, suspect, guard)
    except BaseException as error:
        os.close(guard)
        if isinstance(error, (sqlite3.Error, OSError, NewerSchema)):
            raise DatabaseUnusable(f"{path} cannot be opened: {error}") from error
        raise


def _replaced(
    path: Path, application_id: int, steps: Sequence[Sequence[str]], busy_s: float, suspect: bool, guard: int
) -> Database:
    """With the lock held alone: look again, since another process may have repaired it, and set aside if still bad."""
    reason = None
    try:
        connection = _connect(path, application_id, steps, busy_s, suspect)
    except _SetAside as bad:
        reason = bad.reason
        _move_away(path, bad.suffix)
        connection = _connect(path, application_id, steps, busy_s, False)
    _flock(guard, fcntl.LOCK_SH, busy_s)
    return Database(connection, reason, guard)


def _private_folder(folder: Path) -> None:
    """Make the folder; refuse one where somebody else could plant a file."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    facts = folder.stat()
    if facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise DatabaseUnusable(f"{folder} can be written by other users: use a folder of mode 0700")
    if os.geteuid() not in (0, facts.st_uid):
        raise DatabaseUnusable(f"{folder} belongs to another user")


def _lock_of(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _flock(guard: int, kind: int, limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while True:
        try:
            fcntl.flock(guard, kind | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise DatabaseUnusable("another process keeps the file busy") from None
            time.sleep(POLL_S)


def _connect(
    path: Path, application_id: int, steps: Sequence[Sequence[str]], busy_s: float, suspect: bool
) -> "sqlite3.Connection":
    import sqlite3

    _ensure_file(path)
    connection = sqlite3.connect(path, timeout=busy_s, isolation_level=None, check_same_thread=False)
    try:
        is_new = _check_owner(connection, application_id)
        _configure(connection, busy_s, is_new=is_new)
        if suspect:
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            if verdict != "ok":
                raise _SetAside("it is damaged", "damaged")
        migrate(connection, steps)
        if is_new:
            connection.execute(f"PRAGMA application_id = {application_id}")
        return connection
    except sqlite3.DatabaseError as error:
        connection.close()
        if is_damaged(error):
            raise _SetAside("it is damaged or not a database", "damaged") from error
        raise
    except BaseException:
        connection.close()
        raise


def _check_owner(connection: "sqlite3.Connection", application_id: int) -> bool:
    """Whether the file is nobody's yet; sets aside what is another program's."""
    found = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if found == application_id:
        return False
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if found or tables:
        raise _SetAside("it is another program's database", "foreign")
    return True


def _configure(connection: "sqlite3.Connection", busy_s: float, *, is_new: bool) -> None:
    """WAL with NORMAL: a kill loses nothing, a power cut at most the tail; 19k writes a second, FULL makes 577.

    What is kept in the file is set on a new one only: setting it again writes a page, and a command that only reads
    would sync the disk five times (5 ms).
    """
    import sqlite3

    if is_new:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA trusted_schema = OFF")
    deadline = time.monotonic() + busy_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            # The switch does not wait for locks by itself: another process is making the same new file.
            if not is_busy(error) or time.monotonic() >= deadline:
                raise
            time.sleep(POLL_S)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA journal_size_limit = 4194304")


def _ensure_file(path: Path) -> None:
    """Make the file with mode 0600 before SQLite does it with the umask's.

    Never opens an existing file: closing such a descriptor would drop this process's SQLite locks on it
    (https://sqlite.org/howtocorrupt.html, section 2.2).
    """
    draft = path.with_name(path.name + ".new")
    for _ in range(CREATION_ATTEMPTS):
        try:
            facts = path.lstat()
        except FileNotFoundError:
            _create(draft, path)
            continue
        if not stat.S_ISREG(facts.st_mode):
            raise DatabaseUnusable(f"{path} is not a regular file")
        return
    raise DatabaseUnusable(f"{path} cannot be made")


def _create(draft: Path, path: Path) -> None:
    """Link an empty private file to `path` unless another process was faster; the caller looks again."""
    with suppress(FileNotFoundError):
        draft.unlink()  # left by a killed process, or another process's: it will look again too
    with suppress(FileExistsError, FileNotFoundError):
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        try:
            os.link(draft, path)  # unlike rename, it never replaces what another process made in between
        except PermissionError:
            draft.rename(path)  # a file system without hard links
        with suppress(FileNotFoundError):
            draft.unlink()


def _move_away(path: Path, suffix: str) -> None:
    """Rename the file and its journals. Its journals are useless without it and go with it."""
    target = path.with_name(f"{path.name}.{suffix}")
    number = 2
    while suffix == "foreign" and target.exists():
        target = path.with_name(f"{path.name}.{suffix}-{number}")
        number += 1
    for ending in ("-wal", "-shm"):
        journal = path.with_name(path.name + ending)
        if journal.exists():
            journal.replace(target.with_name(target.name + ending))
    path.replace(target)
