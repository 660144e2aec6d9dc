"""A cache in one SQLite file, shared by every process that names it, bounded by age and bytes.

Above `database` (the file) and `entries` (the SQL), below whoever takes a `Cache`. It never raises for what a cache may
forget: a damaged file is set aside and rebuilt, a full disk or a read-only folder turns writing off until it works
again, and either is logged once. Each value carries a checksum, so a damaged page is a miss and never a wrong answer.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from plumbrule.core.clock import SYSTEM_CLOCK, Clock
from plumbrule.core.store import entries
from plumbrule.core.store.cache import CacheReport, Found, State
from plumbrule.core.store.database import Database, DatabaseUnusable, is_busy, is_damaged, open_database
from plumbrule.core.store.memory import shorter

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

APPLICATION_ID = 0x506C6D62
"""'Plmb' in the file's header: how a file of ours is told from another program's."""

BUSY_S = 5.0
"""How long to wait for another process's write; ours take well under a millisecond."""

RETRY_S = 30.0
"""After the file failed, how long until the next attempt."""

TOUCHES = 256
"""Reads remembered before their times are written: an update per read would make reading 20 times dearer."""

FRESH_S = 3600.0
"""A time of use younger than this is not worth a write of its own when the file is closed: it took 6 ms of a command
that only read."""

PENDING = 10_000
"""Deletions remembered while writing is off; beyond it the whole old content counts as gone."""


class SqliteCache:
    """Bytes under string keys in the file `path`. Safe among threads and processes; opened by the first call.

    `max_bytes` bounds what keys and values take in the file, which itself may be up to a third larger. `ttl_s=None`
    keeps until evicted. Ages are measured by the wall clock because they outlive the process; an entry from the
    future, left by a clock that was wrong, counts as expired. The folder must be ours alone; it is made with mode 0700.
    """

    def __init__(
        self,
        path: Path,
        max_bytes: int,
        ttl_s: float | None = None,
        *,
        clock: Clock = SYSTEM_CLOCK,
        busy_s: float = BUSY_S,
        log: logging.Logger | None = None,
    ) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._ttl_s = ttl_s
        self._clock = clock
        self._busy_s = busy_s
        self._log = log or logging.getLogger("plumbrule.store")
        self._lock = threading.RLock()
        self._database: Database | None = None
        self._suspect = False
        self._closed_until = self._writes_off_until = float("-inf")
        self._reason = ""
        self._touched: dict[int, float] = {}
        self._touch_due = False
        # What could not be deleted or replaced in the file must not be read from it.
        self._gone: set[bytes] = set()
        self._all_gone = False
        self._hits = self._misses = self._dropped = 0

    def get(self, key: str) -> bytes | None:
        found = self.find(key)
        return None if found is None else found.value

    def find(self, key: str) -> Found | None:
        raw = entries.encoded(key)
        with self._lock:
            found = None if self._all_gone or raw in self._gone else self._find(raw)
            if found is None:
                self._misses += 1
            else:
                self._hits += 1
            return found

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        names = {entries.encoded(key): key for key in keys}
        now = self._clock.wall()
        with self._lock:
            wanted = [] if self._all_gone else [raw for raw in names if raw not in self._gone]
            nothing: list[tuple[bytes, entries.Hit | entries.Damaged]] = []
            hits = self._attempt(lambda connection: list(entries.find_many(connection, wanted, now)), nothing)
            found: dict[str, bytes] = {}
            damaged: list[int] = []
            for raw, hit in hits:
                if isinstance(hit, entries.Damaged):
                    damaged.append(hit.identity)
                    continue
                found[names[raw]] = hit.found.value
                if now - hit.used_at >= FRESH_S:  # a time that is fresh enough is not worth a write
                    self._touched[hit.identity] = now
                    self._touch_due = True
            self._hits += len(found)
            self._misses += len(names) - len(found)
            self._drop_damaged(damaged)
            if len(self._touched) >= TOUCHES:
                self._write(self._write_touches)
                self._touched.clear()
            return found

    def _drop_damaged(self, rows: list[int]) -> None:
        if rows:
            self._log.warning("cache entries damaged, dropped", extra={"path": str(self._path), "entries": len(rows)})
            self._write(lambda connection: entries.delete_rows(connection, rows))

    def put_many(self, values: Mapping[str, bytes]) -> None:
        pairs = [(entries.encoded(key), value) for key, value in values.items()]
        fitting = [pair for pair in pairs if entries.entry_size(*pair) <= self._max_bytes]
        now = self._clock.wall()

        def replace(connection: "sqlite3.Connection") -> None:
            entries.put_many(connection, fitting, self._ttl_s, now)
            self._make_room(connection, now)

        with self._lock:
            self._dropped += len(pairs) - len(fitting)
            if fitting and not self._write(replace):
                self._dropped += len(fitting)
                for raw, _ in fitting:
                    self._remember_gone(raw)

    def _make_room(self, connection: "sqlite3.Connection", now: float) -> None:
        if entries.totals(connection)[1] > self._max_bytes:
            entries.touch(connection, self._touched)
            self._touched.clear()
            entries.evict(connection, self._max_bytes, now)

    def put(self, key: str, value: bytes, ttl_s: float | None = None) -> None:
        limit_s = shorter(self._ttl_s, ttl_s)
        raw = entries.encoded(key)
        if entries.entry_size(raw, value) > self._max_bytes or (limit_s is not None and limit_s <= 0):
            self._dropped += 1
            self.delete(key)
            return
        now = self._clock.wall()

        def replace(connection: "sqlite3.Connection") -> None:
            entries.put(connection, raw, value, limit_s, now)
            self._make_room(connection, now)

        with self._lock:
            if not self._write(replace):
                self._dropped += 1
                self._remember_gone(raw)

    def delete(self, key: str) -> None:
        raw = entries.encoded(key)
        with self._lock:
            if not self._write(lambda connection: entries.delete(connection, raw)):
                self._remember_gone(raw)

    def clear(self) -> None:
        """Forget everything and give the space back to the file system."""
        with self._lock:
            self._touched.clear()
            self._all_gone = True  # made true in the file by the next write that works
            if self._write(lambda _: None):
                self._attempt(entries.give_space_back, None)

    def info(self) -> CacheReport:
        with self._lock:
            held = self._attempt(entries.totals, (0, 0))
            return CacheReport(
                kind="sqlite",
                state=self._state(),
                entries=held[0],
                size_bytes=held[1],
                max_bytes=self._max_bytes,
                ttl_s=self._ttl_s,
                hits=self._hits,
                misses=self._misses,
                dropped=self._dropped,
                path=str(self._path),
                reason=self._reason,
            )

    def close(self) -> None:
        """Write what is pending and let go of the file. The next call opens it again."""
        with self._lock:
            if self._touch_due and self._database is not None:
                self._write(self._write_touches)
            self._let_go()

    def _state(self) -> State:
        if self._database is None:
            return "off"
        return "writes_off" if self._clock.monotonic() < self._writes_off_until else "ready"

    def _find(self, key: bytes) -> Found | None:
        now = self._clock.wall()
        hit = self._attempt(lambda connection: entries.find(connection, key, now), None)
        if hit is None:
            return None
        if isinstance(hit, entries.Damaged):
            self._log.warning("cache entry damaged, dropped", extra={"path": str(self._path)})
            self._write(lambda connection: entries.delete_row(connection, hit.identity))
            return None
        self._touched[hit.identity] = now
        self._touch_due |= now - hit.used_at >= FRESH_S
        if len(self._touched) >= TOUCHES:
            self._write(self._write_touches)
            self._touched.clear()
        return hit.found

    def _write_touches(self, connection: "sqlite3.Connection") -> None:
        entries.touch(connection, self._touched)
        self._touched.clear()
        self._touch_due = False

    def _remember_gone(self, key: bytes) -> None:
        self._gone.add(key)
        if len(self._gone) > PENDING:
            self._gone.clear()
            self._all_gone = True

    def _forget_gone(self, connection: "sqlite3.Connection") -> None:
        if self._all_gone:
            entries.delete_all(connection)
        for key in self._gone:
            entries.delete(connection, key)

    # Opening the file, and what to do when the world gets in the way

    def _connection(self) -> "sqlite3.Connection | None":
        if self._database is not None:
            return self._database.connection
        if self._clock.monotonic() < self._closed_until:
            return None
        try:
            self._database = open_database(
                self._path,
                application_id=APPLICATION_ID,
                steps=entries.STEPS,
                busy_s=self._busy_s,
                suspect=self._suspect,
            )
        except DatabaseUnusable as error:
            self._closed_until = self._clock.monotonic() + RETRY_S
            self._trouble(f"is off: {error}")
            return None
        self._suspect = False
        if self._database.repaired is not None:
            self._log.warning("cache rebuilt: %s", self._database.repaired, extra={"path": str(self._path)})
        return self._database.connection

    def _attempt(self, work: "Callable[[sqlite3.Connection], T]", otherwise: T) -> T:
        """The result of `work`, or `otherwise` when the file cannot give one. A damaged file is replaced, once."""
        import sqlite3  # lazily, see `database`

        for _ in range(2):
            connection = self._connection()
            if connection is None:
                return otherwise
            try:
                return work(connection)
            except sqlite3.Error as error:
                if not is_damaged(error):
                    self._trouble(f"cannot be read: {error}")
                    return otherwise
                self._suspect = True
                self._let_go()
        return otherwise

    def _write(self, work: "Callable[[sqlite3.Connection], object]") -> bool:
        """Whether `work` was committed. A failed write stops writing for `RETRY_S`; reading goes on."""
        if self._clock.monotonic() < self._writes_off_until:
            return False
        done = self._attempt(lambda connection: self._commit(connection, work), False)
        if done:
            self._gone.clear()
            self._all_gone = False
            if self._reason:
                self._log.info("cache works again", extra={"path": str(self._path)})
                self._reason = ""
        return done

    def _commit(self, connection: "sqlite3.Connection", work: "Callable[[sqlite3.Connection], object]") -> bool:
        import sqlite3  # lazily, see `database`

        try:
            connection.execute("BEGIN IMMEDIATE")
            self._forget_gone(connection)
            work(connection)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back(connection)
            if is_damaged(error):
                raise
            self._writes_off_until = self._clock.monotonic() + RETRY_S
            cause = "another process keeps it locked" if is_busy(error) else str(error)
            self._trouble(f"cannot be written: {cause}")
            return False
        except BaseException:
            self._roll_back(connection)
            raise
        return True

    def _roll_back(self, connection: "sqlite3.Connection") -> None:
        import sqlite3  # lazily, see `database`

        try:
            if connection.in_transaction:  # a full disk makes SQLite roll back by itself
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._let_go()  # closing ends what cannot be rolled back; the fault that led here is about to be reported

    def _trouble(self, reason: str) -> None:
        """Log the first trouble of an outage; the next write that works ends it."""
        if not self._reason:
            self._log.warning("cache %s", reason, extra={"path": str(self._path)})
        self._reason = reason

    def _let_go(self) -> None:
        import sqlite3  # lazily, see `database`

        self._touched.clear()
        database, self._database = self._database, None
        if database is None:
            return
        try:
            database.close()
        except sqlite3.Error as error:
            self._log.debug("cache closed with an error", exc_info=error)
