"""The SQLite cache when the world gets in the way: damage, foreign files, full disks, kills, crowds (F3, F9, F16)."""

import logging
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from plumbrule.core.clock import ManualClock
from plumbrule.core.store import sqlite
from plumbrule.core.store.database import DatabaseUnusable, open_database
from plumbrule.core.store.migrations import NewerSchema, migrate
from plumbrule.core.store.sqlite import APPLICATION_ID, SqliteCache

MB = 1_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "cache.db"


def filled(path: Path, count: int = 50) -> SqliteCache:
    cache = SqliteCache(path, MB)
    for number in range(count):
        cache.put(str(number), str(number).encode() * 500)
    return cache


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_file_that_is_no_database_is_set_aside_and_rebuilt_with_one_warning(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_bytes(b"not a database at all" * 300)
    cache = SqliteCache(path, MB)
    cache.put("k", b"v")
    assert cache.get("k") == b"v"
    cache.close()
    assert path.with_name("cache.db.damaged").read_bytes().startswith(b"not a database")
    assert len(warnings(caplog)) == 1


def test_damage_in_the_middle_of_the_file_is_never_a_wrong_answer(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    filled(path).close()
    pristine = path.read_bytes()
    for start in range(4096, len(pristine) - 512, 4096 + 512):
        path.write_bytes(pristine[:start] + os.urandom(512) + pristine[start + 512 :])
        cache = SqliteCache(path, MB)
        for number in range(50):
            assert cache.get(str(number)) in (None, str(number).encode() * 500)
        cache.put("after", b"v")
        assert cache.get("after") == b"v"
        cache.close()
        for leftover in path.parent.glob("cache.db-*"):
            leftover.unlink()


def test_a_changed_value_in_a_sound_file_is_a_miss(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    filled(path, 1).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE bodies SET value = x'00'")
    connection.commit()
    connection.close()
    cache = SqliteCache(path, MB)
    assert cache.get("0") is None
    assert cache.info().entries == 0
    cache.close()
    assert warnings(caplog) == ["cache entry damaged, dropped"]


def test_a_truncated_file_is_survived(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    filled(path).close()
    os.truncate(path, path.stat().st_size // 2)
    cache = SqliteCache(path, MB)
    for number in range(50):
        assert cache.get(str(number)) in (None, str(number).encode() * 500)
    cache.put("k", b"v")
    assert cache.get("k") == b"v"
    cache.close()


def test_another_programs_database_is_kept_under_another_name(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir(mode=0o700)
    for expected in ("cache.db.foreign", "cache.db.foreign-2"):
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE precious (x)")
        connection.commit()
        connection.close()
        cache = SqliteCache(path, MB)
        cache.put("k", b"v")
        assert cache.get("k") == b"v"
        cache.close()
        kept = sqlite3.connect(path.with_name(expected))
        assert kept.execute("SELECT count(*) FROM precious").fetchone() == (0,)
        kept.close()


def test_a_file_in_use_elsewhere_is_not_renamed_under_its_user(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    other = filled(path)
    other.clear()  # empties the journal, so that the header is read from the file
    body = bytearray(path.read_bytes())
    body[:16] = b"x" * 16
    path.write_bytes(body)
    cache = SqliteCache(path, MB, busy_s=0.1)
    cache.put("k", b"v")
    assert cache.get("k") is None
    assert cache.info().state == "off"
    assert not path.with_name("cache.db.damaged").exists()
    other.close()
    cache.close()


def test_a_newer_schema_is_left_alone(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    filled(path, 1).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    cache = SqliteCache(path, MB)
    cache.put("k", b"v")
    assert cache.get("k") is None
    assert "version 99" in cache.info().reason
    assert len(warnings(caplog)) == 1
    cache.close()


def test_a_folder_that_others_can_write_is_refused_by_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    cache = SqliteCache(folder / "cache.db", MB)
    cache.put("k", b"v")
    assert cache.get("k") is None
    assert not list(folder.iterdir())
    assert "written by other users" in warnings(caplog)[0]


def test_a_planted_symlink_is_not_followed(path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir(mode=0o700)
    target = tmp_path / "elsewhere.db"
    path.symlink_to(target)
    cache = SqliteCache(path, MB)
    cache.put("k", b"v")
    assert not target.exists()
    assert cache.info().state == "off"


def test_a_folder_that_cannot_be_made_turns_the_cache_off_with_one_warning(  # C-65
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = SqliteCache(tmp_path / "file" / "store" / "cache.db", MB)
    for number in range(5):
        cache.put(str(number), b"v")
        assert cache.get(str(number)) is None
    assert cache.info().state == "off"
    assert len(warnings(caplog)) == 1


FULL_DISK = """
import json, logging, resource, sys
from pathlib import Path
from plumbrule.core.clock import ManualClock
from plumbrule.core.store.sqlite import SqliteCache, RETRY_S

logging.basicConfig(level="INFO", format="%(message)s", stream=sys.stderr)
clock = ManualClock()
cache = SqliteCache(Path(sys.argv[1]), 50_000_000, clock=clock)
cache.put("before", b"kept")
cache.put("changed", b"old")
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
for number in range(20):
    cache.put(f"big-{number}", bytes(100_000))
cache.put("changed", b"new")
seen = {"state": cache.info().state, "before": cache.get("before") == b"kept",
        "changed": cache.get("changed") is None, "dropped": cache.info().dropped > 0}
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
clock.advance(RETRY_S)
cache.put("again", b"works")
seen["again"] = cache.get("again") == b"works"
seen["changed_after"] = cache.get("changed") is None
seen["after"] = cache.info().state
cache.close()
print(json.dumps(seen))
"""


def test_a_full_disk_stops_writing_and_not_reading_and_recovers_without_a_restart(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, path], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == (
        '{"state": "writes_off", "before": true, "changed": true, "dropped": true,'
        ' "again": true, "changed_after": true, "after": "ready"}'
    )
    assert done.stderr.count("cannot be written") == 1
    assert done.stderr.count("cache works again") == 1


def test_a_lock_held_by_another_process_delays_a_write_and_then_drops_it(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = ManualClock()
    cache = SqliteCache(path, MB, clock=clock, busy_s=0.05)
    cache.put("k", b"v")
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    cache.put("x", b"v")
    assert cache.get("k") == b"v"
    assert cache.info().dropped == 1
    clock.advance(sqlite.RETRY_S)
    cache.put("x", b"v")
    assert cache.info().dropped == 2
    [warning] = warnings(caplog)  # one for the outage, not one for each attempt
    assert "another process" in warning
    blocker.execute("ROLLBACK")
    blocker.close()
    clock.advance(sqlite.RETRY_S)
    cache.put("x", b"v")
    assert cache.get("x") == b"v"
    cache.close()


CROWD = """
import sys
from pathlib import Path
from plumbrule.core.store.sqlite import SqliteCache

path, name = Path(sys.argv[1]), sys.argv[2]
cache = SqliteCache(path, 50_000_000)
for number in range(200):
    cache.put(f"{name}-{number}", f"{name}-{number}".encode())
    cache.put("shared", name.encode() * 100)
    shared = cache.get("shared")
    assert shared is not None and shared == shared[:1] * 100, shared
for number in range(200):
    assert cache.get(f"{name}-{number}") == f"{name}-{number}".encode(), number
assert cache.info().dropped == 0, cache.info()
cache.close()
"""


def test_several_processes_make_and_use_one_file_and_lose_no_answer(path: Path) -> None:
    crowd = [subprocess.Popen([sys.executable, "-c", CROWD, path, name]) for name in "abcd"]
    assert [member.wait(60) for member in crowd] == [0, 0, 0, 0]
    cache = SqliteCache(path, 50_000_000)
    assert cache.info().entries == 4 * 200 + 1
    cache.close()


KILLED = """
import sys
from pathlib import Path
from plumbrule.core.store.sqlite import SqliteCache

cache = SqliteCache(Path(sys.argv[1]), 50_000_000)
number = int(sys.argv[2])
while True:
    cache.put(str(number), str(number).encode() * 200)
    print(number, flush=True)
    number += 1
"""


def test_what_was_acknowledged_before_kill_9_is_there_after_it(path: Path) -> None:  # S-115
    written = -1
    for round_ in range(8):
        command = [sys.executable, "-c", KILLED, path, str(written + 1)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for _ in range(20 + 17 * round_):
                written = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read().split("\n")
        # The last line may be cut; whole ones were acknowledged.
        written = max([written, *(int(line) for line in rest[:-1] if line)])
        cache = SqliteCache(path, 50_000_000)
        missing = [n for n in range(written + 1) if cache.get(str(n)) != str(n).encode() * 200]
        assert missing == []
        cache.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert {child.name for child in path.parent.iterdir()} == {"cache.db", "cache.db.lock"}


def test_no_cache_file_is_readable_by_others_after_a_repair(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_bytes(b"junk" * 2000)
    cache = SqliteCache(path, MB)
    cache.put("k", b"v")
    cache.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_migrations_run_once_in_order_and_all_or_nothing(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    steps = (("CREATE TABLE a (x)",), ("INSERT INTO a VALUES (1)", "CREATE TABLE b (y)"))
    assert migrate(connection, steps) == 2
    assert migrate(connection, steps) == 0
    broken = (*steps, ("CREATE TABLE c (z)", "INSERT INTO missing VALUES (1)"))
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, broken)
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert tables == {"a", "b"}
    with pytest.raises(NewerSchema):
        migrate(connection, steps[:1])
    connection.close()


def test_opening_names_what_it_cannot_use(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir(mode=0o700)
    (folder / "c.db").mkdir()
    with pytest.raises(DatabaseUnusable, match="not a regular file"):
        open_database(folder / "c.db", application_id=APPLICATION_ID, steps=(), busy_s=0.1)
