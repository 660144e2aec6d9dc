"""Everything that local objects tell about a commit's past, behind one value that snapshots hold.

Below lie `history` (who and when), `changes` (which files) and `tags`.
"""

import os
from collections.abc import Callable, Sequence
from hashlib import sha256

import orjson
from anyio import to_thread

from plumbrule.core.store.cache import Cache
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.platforms.changes import walk_log
from plumbrule.mcp_server.platforms.git import Skeleton
from plumbrule.mcp_server.platforms.gitdir import GitDir
from plumbrule.mcp_server.platforms.history import recent_activity
from plumbrule.mcp_server.platforms.limits import LocalLimits
from plumbrule.mcp_server.platforms.ports.snapshot import Activity, Change, LogEnd, Tag
from plumbrule.mcp_server.platforms.tags import dated, tag_ids


@dataclass(frozen=True, slots=True)
class Past:
    """The past of `commit`. `skeleton` is asked for when git is needed; `git_dir` is None where nobody keeps tags."""

    skeleton: Callable[[], Skeleton]
    commit: str
    subpath: str
    limits: LocalLimits
    shallow: bool
    git_dir: GitDir | None = None
    cache: Cache | None = None
    """Remembers what follows from ids alone, for this repository only: another one's objects may lie under names that
    are not theirs. An unchanged repository starts no git."""

    async def activity(self) -> Activity | None:
        """See the port `Snapshot`."""
        key = self._key("activity", self.commit, str(self.limits.history_commits))
        raw = self.cache.get(key) if self.cache and key else None
        if raw is not None and not self.shallow:
            return Activity(**orjson.loads(raw))
        found = await recent_activity(self.skeleton(), self.commit, self.limits, shallow=self.shallow)
        if self.cache and key and found is not None and found.complete:
            told = {name: getattr(found, name) for name in Activity.__slots__}
            self.cache.put(key, orjson.dumps(told))
        return found

    async def log(self, take: Callable[[Change], None], *, max_commits: int, max_s: float) -> LogEnd:
        """See the port `Snapshot`."""
        end = await walk_log(
            self.skeleton(), self.commit, self.subpath, take, self.limits, max_commits=max_commits, max_s=max_s
        )
        return "cut" if end == "whole" and self.shallow else end

    async def tags(self) -> Sequence[Tag]:
        """See the port `Snapshot`."""
        if self.git_dir is None:
            return ()
        ids = await to_thread.run_sync(tag_ids, self.git_dir)
        if not ids:
            return ()
        key = self._key("tags", *(part for pair in sorted(ids.items()) for part in pair))
        raw = self.cache.get(key) if self.cache and key else None
        if raw is not None:
            return [Tag(name, when_s) for name, when_s in orjson.loads(raw)]
        found = await dated(self.skeleton(), ids, self.limits)
        if self.cache and key and len(found) == len(ids):  # one that is missing may be fetched tomorrow
            self.cache.put(key, orjson.dumps([[tag.name, tag.when_s] for tag in found]))
        return found

    def _key(self, kind: str, *parts: str) -> str:
        """The name of an answer in the cache; "" when no repository is named."""
        if self.git_dir is None:
            return ""
        where = os.fsencode(self.git_dir.common)
        names = "\0".join(parts).encode("utf-8", "surrogatepass")
        return f"{kind}/{sha256(where + bytes(1) + names).hexdigest()}"


class WithPast:
    """The part of the port `Snapshot` that tells of the past, for adapters to inherit; without `past` there is none."""

    def __init__(self, past: Past | None = None) -> None:
        self._past = past

    async def activity(self) -> Activity | None:
        """See the port."""
        return None if self._past is None else await self._past.activity()

    async def log(self, take: Callable[[Change], None], *, max_commits: int, max_s: float) -> LogEnd | None:
        """See the port."""
        return None if self._past is None else await self._past.log(take, max_commits=max_commits, max_s=max_s)

    async def tags(self) -> Sequence[Tag]:
        """See the port."""
        return () if self._past is None else await self._past.tags()
