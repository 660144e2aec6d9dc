"""A cached answer is read from disk within 3 times bare SQLite's time, and written within 4 times.

The floor is the standard library's sqlite3 with the same journal, reading and replacing one row of 1 kB in a table
without ages, sizes, checksums or eviction. Both run in the same process; the best of five rounds of each counts.
"""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.store.sqlite import SqliteCache

VALUE = b"x" * 1000
COUNT = 5000
ROUNDS = 5
READ_BAR = 3.0
WRITE_BAR = 4.0


def each_us(work: Callable[[str], object]) -> float:
    """Microseconds of CPU and waiting per call over COUNT keys."""
    started = time.perf_counter()
    for number in range(COUNT):
        work(f"key-{number}")
    return (time.perf_counter() - started) / COUNT * 1e6


def bare(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB)")
    return connection


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        connection = bare(Path(folder, "bare.db"))
        cache = SqliteCache(Path(folder, "ours", "cache.db"), 100_000_000, ttl_s=3600)
        memory = MemoryCache(COUNT, 100_000_000, ttl_s=3600)
        work: dict[str, Callable[[str], object]] = {
            "sqlite3 write": lambda key: connection.execute("REPLACE INTO entries VALUES (?, ?)", (key, VALUE)),
            "SqliteCache.put": lambda key: cache.put(key, VALUE),
            "MemoryCache.put": lambda key: memory.put(key, VALUE),
            "sqlite3 read": lambda key: connection.execute(
                "SELECT value FROM entries WHERE key = ?", (key,)
            ).fetchone(),
            "SqliteCache.get": lambda key: cache.get(key),
            "MemoryCache.get": lambda key: memory.get(key),
        }
        best = {name: min(each_us(call) for _ in range(ROUNDS)) for name, call in work.items()}
        cache.close()
        connection.close()
    read, write = best["SqliteCache.get"] / best["sqlite3 read"], best["SqliteCache.put"] / best["sqlite3 write"]
    for name, spent_us in best.items():
        print(f"  {name:<16} {spent_us:8.2f} us")
    print(f"  read  {read:.2f} x floor (bar {READ_BAR})")
    print(f"  write {write:.2f} x floor (bar {WRITE_BAR})")
    return int(read > READ_BAR or write > WRITE_BAR)


if __name__ == "__main__":
    sys.exit(main())
