"""A cache in this process's memory, bounded by age, by entries and by bytes; the least recently used goes first."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from plumbrule.core.clock import SYSTEM_CLOCK, Clock
from plumbrule.core.store.cache import CacheReport, Found
from plumbrule.core.values import dataclass

ENTRY_OVERHEAD_BYTES = 200
"""What an entry costs beside key and value: two object headers, a dict slot and the bookkeeping (sys.getsizeof)."""


@dataclass(slots=True)
class _Entry:
    value: bytes
    size: int
    stored_at: float
    expires_at: float | None


class MemoryCache:
    """Bytes under string keys, safe among threads. `ttl_s=None` keeps until evicted.

    A value larger than `max_bytes` is not kept at all.
    """

    def __init__(
        self,
        max_entries: int,
        max_bytes: int,
        ttl_s: float | None = None,
        *,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        if max_entries < 1 or max_bytes < 1:
            raise ValueError("a cache needs room for at least one entry and one byte")
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._ttl_s = ttl_s
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._size = 0
        self._hits = self._misses = self._dropped = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        found = self.find(key)
        return None if found is None else found.value

    def find(self, key: str) -> Found | None:
        now = self._clock.monotonic()
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None and entry.expires_at is not None and entry.expires_at <= now:
                self._drop(key)
                entry = None
            if entry is None:
                self._misses += 1
                return None
            self._entries.move_to_end(key)
            self._hits += 1
        left_s = None if entry.expires_at is None else entry.expires_at - now
        return Found(entry.value, now - entry.stored_at, left_s)

    def put(self, key: str, value: bytes, ttl_s: float | None = None) -> None:
        now = self._clock.monotonic()
        limit_s = shorter(self._ttl_s, ttl_s)
        size = len(key) + len(value) + ENTRY_OVERHEAD_BYTES
        with self._lock:
            self._drop(key)
            if size > self._max_bytes or (limit_s is not None and limit_s <= 0):
                self._dropped += 1
                return
            expires_at = None if limit_s is None else now + limit_s
            self._entries[key] = _Entry(bytes(value), size, now, expires_at)
            self._size += size
            self._shrink()

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        found = ((key, self.get(key)) for key in keys)
        return {key: value for key, value in found if value is not None}

    def put_many(self, values: Mapping[str, bytes]) -> None:
        for key, value in values.items():
            self.put(key, value)

    def delete(self, key: str) -> None:
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._size = 0

    def info(self) -> CacheReport:
        with self._lock:
            return CacheReport(
                kind="memory",
                state="ready",
                entries=len(self._entries),
                size_bytes=self._size,
                max_bytes=self._max_bytes,
                ttl_s=self._ttl_s,
                hits=self._hits,
                misses=self._misses,
                dropped=self._dropped,
            )

    def close(self) -> None:
        """Forget everything."""
        self.clear()

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= entry.size

    def _shrink(self) -> None:
        while len(self._entries) > self._max_entries or self._size > self._max_bytes:
            oldest = next(iter(self._entries))
            self._drop(oldest)


def shorter(first: float | None, second: float | None) -> float | None:
    """The shorter of two times to live, where None is forever."""
    if first is None or second is None:
        return second if first is None else first
    return min(first, second)
