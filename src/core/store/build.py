"""The cache that the settings ask for."""

from pathlib import Path
from typing import Annotated

from typing_extensions import Doc

from plumbrule.core.errors import ConfigurationError
from plumbrule.core.interval import Interval
from plumbrule.core.store.cache import Cache
from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.store.sqlite import SqliteCache
from plumbrule.core.values import dataclass

FILE_NAME = "answers.db"
MEMORY_BYTES = 32_000_000
MEMORY_ENTRIES = 10_000
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """What is remembered between runs, so that an unchanged repository is not read again."""

    enabled: Annotated[bool, Doc("Keep answers on disk; else only in memory, while a server runs.")] = True
    folder: Annotated[
        Path | None,
        Doc("Folder of the cache file, made with mode 0700; empty takes the user's cache folder."),
    ] = None
    max_bytes: Annotated[
        int,
        Interval(ge=1_000_000, le=100_000_000_000),
        Doc("Room for cached answers in bytes; the least recently used go first."),
    ] = 256_000_000
    max_age_days: Annotated[
        int,
        Interval(ge=1, le=3650),
        Doc("Days after which a cached answer is forgotten."),
    ] = 30


def cache_path(settings: CacheSettings) -> Path:
    """Where the cache file lies, or would lie.

    Raises:
        ConfigurationError: the folder is relative, or none is set and the user has no home (a container's arbitrary
            id).
    """
    if settings.folder is not None:
        try:
            folder = settings.folder.expanduser()
        except RuntimeError:
            folder = settings.folder  # `~` of a user without a home is no folder either
        if not folder.is_absolute():
            raise ConfigurationError(
                f"cache.folder: {str(settings.folder)!r} is not an absolute path.", hint="Name a folder from / or ~."
            )
        return folder / FILE_NAME
    import platformdirs  # 5 ms; only when no folder is named

    try:
        folder = platformdirs.user_cache_path("plumbrule", appauthor=False)
    except RuntimeError as error:
        raise ConfigurationError(
            "This user has no home folder, so there is no cache folder.", hint="Set cache.folder or HOME."
        ) from error
    return folder / FILE_NAME


def build_cache(settings: CacheSettings) -> Cache:
    """A cache of the kind, size and age that `settings` name. Nothing is opened before its first use."""
    ttl_s = settings.max_age_days * DAY_S
    if not settings.enabled:
        return MemoryCache(MEMORY_ENTRIES, min(settings.max_bytes, MEMORY_BYTES), ttl_s)
    return SqliteCache(cache_path(settings), settings.max_bytes, ttl_s)
