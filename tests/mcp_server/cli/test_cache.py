"""`plumbrule cache`: looking creates nothing, clearing clears."""

from pathlib import Path

import orjson
import pytest

from plumbrule.core.store.build import CacheSettings, build_cache


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def _fill(folder: Path) -> None:
    cache = build_cache(CacheSettings(folder=folder))
    cache.put("key", b"value")
    cache.close()


def test_looking_creates_nothing(plumbrule) -> None:  # S-120
    assert plumbrule("cache", "path").stdout.startswith(str(plumbrule.home / "cache"))
    report = orjson.loads(plumbrule("cache", "info", "--json").stdout)
    assert (report["entries"], report["enabled"]) == (0, True)
    assert "Cleared 0 answers and 0 fetched" in plumbrule("cache", "clear").stderr
    assert [path for path in plumbrule.home.rglob("*") if path != plumbrule.work] == []


def test_what_is_kept_is_counted_and_cleared(plumbrule, folder: Path) -> None:
    _fill(folder)
    where = ["--set", f"cache.folder={folder}"]
    assert orjson.loads(plumbrule("cache", "info", "--json", *where).stdout)["entries"] == 1
    assert "Cleared 1 answers" in plumbrule("cache", "clear", *where).stderr
    assert "entries            0" in plumbrule("cache", "info", *where).stdout


def test_a_cache_that_is_switched_off_is_not_touched(plumbrule, folder: Path) -> None:
    _fill(folder)
    where = ["--set", f"cache.folder={folder}", "--set", "cache.enabled=false"]
    assert plumbrule("cache", "clear", *where).returncode == 0
    assert orjson.loads(plumbrule("cache", "info", "--json", *where).stdout)["enabled"] is False
    again = ["--set", f"cache.folder={folder}"]
    assert orjson.loads(plumbrule("cache", "info", "--json", *again).stdout)["entries"] == 1


def test_fetched_repositories_are_counted_and_cleared_too(plumbrule, folder: Path) -> None:
    made = folder / "repositories" / ("a" * 64)
    made.mkdir(parents=True)
    (made / "pack").write_bytes(b"x" * 1000)
    (made / ".bytes").write_text("1000")
    (made / ".lock").touch()
    where = ["--set", f"cache.folder={folder}"]
    assert orjson.loads(plumbrule("cache", "info", "--json", *where).stdout)["repositories_bytes"] == 1000
    assert "1 fetched" in plumbrule("cache", "clear", *where).stderr
    assert not made.exists()
