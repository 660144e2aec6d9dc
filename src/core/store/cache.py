"""The port that every cache satisfies.

Engines take a `Cache`; `memory` and `sqlite` are what stands behind it. Calls are synchronous: a memory hit costs about
a microsecond and a SQLite hit a few, less than a hop to a thread. Callers who put megabytes use a thread.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

from plumbrule.core.values import dataclass

State = Literal["ready", "writes_off", "off"]


@dataclass(frozen=True, slots=True)
class Found:
    """A cached value, how old it is, and how long it stays valid (None: until it is evicted)."""

    value: bytes
    age_s: float
    left_s: float | None


@dataclass(frozen=True, slots=True)
class CacheReport:
    """What a cache holds. `hits`, `misses` and `dropped` (writes it could not keep) count this process only.

    `size_bytes` estimates the room that keys and values take, the figure that `max_bytes` bounds.
    """

    kind: str
    state: State
    entries: int
    size_bytes: int
    max_bytes: int
    ttl_s: float | None
    hits: int
    misses: int
    dropped: int
    path: str | None = None
    reason: str = ""


class Cache(Protocol):
    """Bytes under string keys; forgets when time or room runs out, and never raises for that."""

    def get(self, key: str) -> bytes | None:
        """The value, or None when it is absent, expired or unreadable."""
        ...

    def find(self, key: str) -> Found | None:
        """Like `get`, with the value's age and remaining life."""
        ...

    def put(self, key: str, value: bytes, ttl_s: float | None = None) -> None:
        """Keep `value`; `ttl_s` shortens the cache's own time to live. May keep nothing: see `CacheReport.dropped`."""
        ...

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The values of those keys that `get` would find, in one go: thousands cost a few microseconds each."""
        ...

    def put_many(self, values: Mapping[str, bytes]) -> None:
        """Keep all of them in one transaction, or none."""
        ...

    def delete(self, key: str) -> None: ...

    def clear(self) -> None: ...

    def info(self) -> CacheReport: ...

    def close(self) -> None: ...
