"""The SQLite cache: what is kept, for how long, within which bounds, and who may read it."""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from plumbrule.core.clock import ManualClock
from plumbrule.core.store import entries
from plumbrule.core.store.sqlite import SqliteCache

MB = 1_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "cache.db"


@pytest.fixture
def cache(path: Path) -> Iterator[SqliteCache]:
    cache = SqliteCache(path, MB)
    yield cache
    cache.close()


def test_a_value_outlives_the_object_that_wrote_it(path: Path) -> None:
    first = SqliteCache(path, MB)
    first.put("k", b"\x00v")
    first.close()
    second = SqliteCache(path, MB)
    assert second.get("k") == b"\x00v"
    second.close()


def test_nothing_is_opened_before_the_first_call(path: Path) -> None:
    SqliteCache(path, MB)
    assert not path.parent.exists()


def test_folder_and_files_are_private(cache: SqliteCache, path: Path) -> None:  # C-59
    old = os.umask(0o000)
    try:
        cache.put("k", b"v")
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    modes = {child.name: stat.S_IMODE(child.stat().st_mode) for child in path.parent.iterdir()}
    assert modes == dict.fromkeys(("cache.db", "cache.db-wal", "cache.db-shm", "cache.db.lock"), 384)


def test_any_text_can_be_a_key(cache: SqliteCache) -> None:
    keys = ["", "é", "a\x00b", "a\x00c", "name-\udcff", "\U0001f9f1" * 50, "' OR 1=1 --"]
    for number, key in enumerate(keys):
        cache.put(key, bytes([number]))
    assert [cache.get(key) for key in keys] == [bytes([number]) for number in range(len(keys))]


def test_entries_expire_by_the_wall_clock(path: Path) -> None:
    clock = ManualClock()
    cache = SqliteCache(path, MB, ttl_s=60, clock=clock)
    cache.put("k", b"v")
    cache.put("short", b"v", ttl_s=5)
    clock.advance(30)
    found = cache.find("k")
    assert found is not None
    assert (found.age_s, found.left_s) == (30, 30)
    assert cache.get("short") is None
    clock.advance(30)
    assert cache.get("k") is None
    cache.close()


def test_an_entry_from_the_future_counts_as_expired_but_a_small_correction_does_not(path: Path) -> None:
    clock = ManualClock()
    cache = SqliteCache(path, MB, clock=clock)
    cache.put("k", b"v")
    clock.set_wall(clock.wall() - 30)
    assert cache.get("k") == b"v"
    clock.set_wall(clock.wall() - 3600)
    assert cache.get("k") is None
    cache.close()


def test_the_least_recently_used_leave_when_the_bytes_run_out(path: Path) -> None:
    clock = ManualClock()
    cache = SqliteCache(path, 100 * 1120, clock=clock)
    for number in range(100):
        cache.put(f"{number:04}", bytes(996))
        clock.advance(1)
    assert cache.info().entries == 100
    cache.get("0000")
    clock.advance(1)
    cache.put("one more", bytes(996))
    kept = {key for key in map("{:04}".format, range(100)) if cache.get(key) is not None}
    assert "0000" in kept
    assert "0001" not in kept
    assert cache.get("one more") is not None
    assert cache.info().size_bytes <= 100 * 1120
    cache.close()


def test_what_was_just_put_stays_also_when_it_alone_fills_the_cache(cache: SqliteCache) -> None:
    cache.put("small", b"v")
    cache.put("large", bytes(int(MB * 0.97)))
    assert cache.get("large") is not None
    assert cache.get("small") is not None
    cache.put("other", bytes(40_000))
    assert cache.get("other") is not None
    assert cache.get("large") is None


def test_the_file_stays_near_its_bound_over_many_writes(cache: SqliteCache, path: Path) -> None:
    for number in range(3000):
        cache.put(f"{number % 700}-{number % 3}", bytes(number % 5000))
    cache.close()
    assert path.stat().st_size <= 1.34 * MB


def test_a_value_that_cannot_fit_is_not_kept_and_the_old_one_is_gone(cache: SqliteCache) -> None:
    cache.put("k", b"old")
    cache.put("k", bytes(MB + 1))
    assert cache.get("k") is None
    assert cache.info().dropped == 1


def test_clear_gives_the_space_back(cache: SqliteCache, path: Path) -> None:
    for number in range(100):
        cache.put(str(number), bytes(5000))
    cache.clear()
    assert cache.info().entries == 0
    assert path.stat().st_size < 100_000


def test_info_says_what_is_there(cache: SqliteCache, path: Path) -> None:
    cache.put("k", b"value")
    cache.get("k")
    cache.get("absent")
    report = cache.info()
    assert (report.kind, report.state, report.entries, report.hits, report.misses) == ("sqlite", "ready", 1, 1, 1)
    assert report.size_bytes == entries.entry_size(b"k", b"value")
    assert report.path == str(path)


class SqliteAgainstOracle(RuleBasedStateMachine):
    """F21: the cache agrees with a dict, also over closing and opening again."""

    keys = st.sampled_from(["a", "b", "c", "\udcff"])

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = ManualClock()
        self.cache = self.open()
        self.oracle: dict[str, tuple[bytes, float]] = {}

    def open(self) -> SqliteCache:
        return SqliteCache(Path(self.folder.name, "s", "c.db"), MB, ttl_s=30, clock=self.clock)

    @rule(key=keys, value=st.binary(max_size=60), ttl_s=st.none() | st.sampled_from([1.0, 100.0]))
    def put(self, key: str, value: bytes, ttl_s: float | None) -> None:
        self.cache.put(key, value, ttl_s)
        self.oracle[key] = (value, self.clock.wall() + min(30.0, ttl_s or 30.0))

    @rule(key=keys)
    def get(self, key: str) -> None:
        value, expires_at = self.oracle.get(key, (b"", -1.0))
        assert self.cache.get(key) == (value if expires_at > self.clock.wall() else None)

    @rule(key=keys)
    def delete(self, key: str) -> None:
        self.cache.delete(key)
        self.oracle.pop(key, None)

    @rule(seconds=st.sampled_from([0.5, 5.0, 29.0]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def reopen(self) -> None:
        self.cache.close()
        self.cache = self.open()

    @rule()
    def clear(self) -> None:
        self.cache.clear()
        self.oracle.clear()

    @invariant()
    def totals_are_the_sums(self) -> None:
        report = self.cache.info()
        assert report.entries == len(self.oracle)
        assert report.size_bytes == sum(
            entries.entry_size(entries.encoded(key), value) for key, (value, _) in self.oracle.items()
        )

    def teardown(self) -> None:
        self.cache.close()
        self.folder.cleanup()


TestSqliteAgainstOracle = SqliteAgainstOracle.TestCase
TestSqliteAgainstOracle.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
