"""The SQL of the cache file: its schema and what is done with one connection inside a transaction.

Above it lies `sqlite`, which decides when and survives what goes wrong; this module only computes and asks.
Keys are stored as bytes, so that names that are not UTF-8 can be part of one.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from plumbrule.core.store.cache import Found
from plumbrule.core.values import dataclass

if TYPE_CHECKING:
    import sqlite3

ENTRY_OVERHEAD_BYTES = 120
"""Two rows, two index entries and page slack per value, from `dbstat` on 10,000 small values."""

PAGE_BYTES = 4096
"""SQLite's default page. A value above half of it gets pages of its own."""

AT_ONCE = 500
"""Keys of one query; SQLite's oldest limit is 999."""

LOW_WATER = 0.9
"""Eviction goes down to this share of the limit, so that not every write has to evict."""

SKEW_S = 60.0
"""How far in the future an entry may date from: clocks are corrected by seconds; more means a clock that was wrong."""

STEPS = (
    (
        """CREATE TABLE entries (
            id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, crc INTEGER NOT NULL,
            stored_at REAL NOT NULL, expires_at REAL, used_at REAL NOT NULL)""",
        "CREATE INDEX entries_by_use ON entries (used_at)",
        # Apart from the facts about them: writing a time of use must not rewrite a megabyte.
        "CREATE TABLE bodies (id INTEGER PRIMARY KEY, value BLOB NOT NULL)",
        """CREATE TABLE totals (
            one INTEGER PRIMARY KEY CHECK (one = 1), entries INTEGER NOT NULL, size INTEGER NOT NULL)""",
        "INSERT INTO totals VALUES (1, 0, 0)",
        """CREATE TRIGGER entry_added AFTER INSERT ON entries BEGIN
            UPDATE totals SET entries = entries + 1, size = size + new.size; END""",
        """CREATE TRIGGER entry_removed AFTER DELETE ON entries BEGIN
            UPDATE totals SET entries = entries - 1, size = size - old.size;
            DELETE FROM bodies WHERE id = old.id; END""",
    ),
)
"""The schema's history for `migrations.migrate`."""

_FIND = """SELECT entries.id, crc, stored_at, expires_at, used_at, value
    FROM entries JOIN bodies ON bodies.id = entries.id WHERE key = ?"""
_ADD = "INSERT INTO entries (key, size, crc, stored_at, expires_at, used_at) VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Hit:
    """A valid entry, its row, and when it was last used (seconds since 1970)."""

    identity: int
    used_at: float
    found: Found


@dataclass(frozen=True, slots=True)
class Damaged:
    """A row whose value does not match its checksum."""

    identity: int


def encoded(key: str) -> bytes:
    """The key as it is stored; lone surrogates, as in the names of odd files, included."""
    return key.encode("utf-8", "surrogatepass")


def entry_size(key: bytes, value: bytes) -> int:
    """What an entry counts against the limit: about the room it takes in the file."""
    body = len(value) if len(value) <= PAGE_BYTES // 2 else -(-len(value) // PAGE_BYTES) * PAGE_BYTES
    return len(key) + body + ENTRY_OVERHEAD_BYTES


def find(connection: "sqlite3.Connection", key: bytes, now: float) -> Hit | Damaged | None:
    """The entry under `key` if it is valid at `now`, seconds since 1970."""
    row = connection.execute(_FIND, (key,)).fetchone()
    if row is None:
        return None
    identity, crc, stored_at, expires_at, used_at, value = row
    if stored_at > now + SKEW_S or (expires_at is not None and expires_at <= now):
        return None
    if not isinstance(value, bytes) or _checksum(key, value) != crc:
        return Damaged(identity)
    left_s = None if expires_at is None else expires_at - now
    return Hit(identity, used_at, Found(value, max(0.0, now - stored_at), left_s))


def find_many(connection: "sqlite3.Connection", keys: list[bytes], now: float) -> Iterator[tuple[bytes, Hit | Damaged]]:
    """The valid entries among `keys`, and the damaged ones."""
    for at in range(0, len(keys), AT_ONCE):
        some = keys[at : at + AT_ONCE]
        marks = ",".join("?" * len(some))
        for key, identity, crc, stored_at, expires_at, used_at, value in connection.execute(
            f"SELECT key, entries.id, crc, stored_at, expires_at, used_at, value FROM entries"  # noqa: S608 - only question marks are put in
            f" JOIN bodies ON bodies.id = entries.id WHERE key IN ({marks})",
            some,
        ):
            if stored_at > now + SKEW_S or (expires_at is not None and expires_at <= now):
                continue
            if not isinstance(value, bytes) or _checksum(key, value) != crc:
                yield key, Damaged(identity)
            else:
                left_s = None if expires_at is None else expires_at - now
                yield key, Hit(identity, used_at, Found(value, max(0.0, now - stored_at), left_s))


def put_many(
    connection: "sqlite3.Connection", values: Iterable[tuple[bytes, bytes]], limit_s: float | None, now: float
) -> None:
    """Replace what lies under each key."""
    for key, value in values:
        put(connection, key, value, limit_s, now)


def put(connection: "sqlite3.Connection", key: bytes, value: bytes, limit_s: float | None, now: float) -> None:
    """Replace what lies under `key`."""
    delete(connection, key)
    expires_at = None if limit_s is None else now + limit_s
    row = (key, entry_size(key, value), _checksum(key, value), now, expires_at, now)
    identity = connection.execute(_ADD, row).lastrowid
    connection.execute("INSERT INTO bodies VALUES (?, ?)", (identity, value))


def delete(connection: "sqlite3.Connection", key: bytes) -> None:
    connection.execute("DELETE FROM entries WHERE key = ?", (key,))


def delete_row(connection: "sqlite3.Connection", identity: int) -> None:
    connection.execute("DELETE FROM entries WHERE id = ?", (identity,))


def delete_rows(connection: "sqlite3.Connection", identities: Iterable[int]) -> None:
    connection.executemany("DELETE FROM entries WHERE id = ?", [(identity,) for identity in identities])


def delete_all(connection: "sqlite3.Connection") -> None:
    connection.execute("DELETE FROM entries")


def touch(connection: "sqlite3.Connection", times: Mapping[int, float]) -> None:
    """Record when rows were last used."""
    pairs = [(used_at, identity) for identity, used_at in times.items()]
    connection.executemany("UPDATE entries SET used_at = max(used_at, ?) WHERE id = ?", pairs)


def totals(connection: "sqlite3.Connection") -> tuple[int, int]:
    """How many entries there are and what they count against the limit."""
    entries, size = connection.execute("SELECT entries, size FROM totals").fetchone()
    return entries, size


def evict(connection: "sqlite3.Connection", max_bytes: int, now: float) -> None:
    """Down to the low water mark: first what expired, then the least recently used, never the newest."""
    connection.execute("DELETE FROM entries WHERE expires_at <= ? OR stored_at > ?", (now, now + SKEW_S))
    surplus = totals(connection)[1] - int(max_bytes * LOW_WATER)
    newest = connection.execute("SELECT max(id) FROM entries").fetchone()[0]
    victims: list[tuple[int]] = []
    for identity, size in connection.execute("SELECT id, size FROM entries ORDER BY used_at, id"):
        if surplus <= 0:
            break
        if identity != newest:
            victims.append((identity,))
            surplus -= size
    connection.executemany("DELETE FROM entries WHERE id = ?", victims)


def give_space_back(connection: "sqlite3.Connection") -> None:
    """Shrink the file and its journal to what they hold. Not inside a transaction."""
    # As a script: `execute` takes one step of this statement, which frees one page.
    connection.executescript("PRAGMA incremental_vacuum")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _checksum(key: bytes, value: bytes) -> int:
    return zlib.crc32(value, zlib.crc32(key))
