"""Everything that local objects tell about a commit's past, behind one value that snapshots hold.

Below lie `history` (who and when), `changes` (which files) and `tags`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anyio import to_thread

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

    async def activity(self) -> Activity | None:
        """See the port `Snapshot`."""
        return await recent_activity(self.skeleton(), self.commit, self.limits, shallow=self.shallow)

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
        return await dated(self.skeleton(), ids, self.limits) if ids else ()


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
