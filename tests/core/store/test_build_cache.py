"""Each setting of the cache changes what the cache does."""

from pathlib import Path

import pytest

from plumbrule.core.errors import ConfigurationError
from plumbrule.core.store.build import CacheSettings, build_cache, cache_path


def test_the_folder_holds_the_file(tmp_path: Path) -> None:
    cache = build_cache(CacheSettings(folder=tmp_path / "c"))
    cache.put("k", b"v")
    cache.close()
    assert (tmp_path / "c" / "answers.db").exists()


def test_without_a_folder_it_is_the_users_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_path(CacheSettings()).is_relative_to(tmp_path)


def test_when_not_enabled_nothing_is_written(tmp_path: Path) -> None:
    cache = build_cache(CacheSettings(enabled=False, folder=tmp_path / "c"))
    cache.put("k", b"v")
    assert cache.get("k") == b"v"
    assert not (tmp_path / "c").exists()


def test_size_and_age_are_the_caches_own(tmp_path: Path) -> None:
    for enabled in (True, False):
        cache = build_cache(CacheSettings(enabled=enabled, folder=tmp_path, max_bytes=1_000_000, max_age_days=2))
        report = cache.info()
        assert (report.max_bytes, report.ttl_s) == (1_000_000, 172_800)
        cache.close()


def test_a_folder_that_depends_on_the_working_folder_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not an absolute path"):
        cache_path(CacheSettings(folder=Path("here")))
