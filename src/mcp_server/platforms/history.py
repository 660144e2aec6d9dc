"""Recent history from the objects that are there: who committed and when, by `git log` on the skeleton."""

import re
from datetime import UTC, datetime

from plumbrule.core.errors import LimitExceeded
from plumbrule.mcp_server.platforms.git import Skeleton
from plumbrule.mcp_server.platforms.limits import LocalLimits
from plumbrule.mcp_server.platforms.ports.snapshot import Activity

YEAR_S = 365 * 86_400
LINE_BYTES = 400
"""A long mail address and a time; hostile ones are cut by the output cap and make the answer incomplete."""

_LINE = re.compile(rb"(-?[0-9]{1,15}) ([^\n]*)\n")
_LATEST_S = 253_402_300_799
"""9999-12-31, the last second that a datetime can hold."""


async def recent_activity(skeleton: Skeleton, commit: str, limits: LocalLimits, *, shallow: bool) -> Activity | None:
    """What the history of `commit` says: commits and people of the 365 days that end with it.

    The last commit's time and not today's, so that the same commit always tells the same.

    People are told apart by author mail address, without regard to case; no mailmap is applied, since the
    repository wrote it. The walk stops at `limits.history_commits`; then `first_commit` is None. A history that
    cannot be read whole (shallow, damaged, over the limit inside the year) is not `complete`. None when not even
    the newest commit can be read.
    """
    process = limits.process(wall_s=limits.history_wall_s, stdout_bytes=(limits.history_commits + 1) * LINE_BYTES)
    try:
        done = await skeleton.git(
            "log",
            f"--max-count={limits.history_commits + 1}",
            "--no-show-signature",
            "--no-mailmap",
            "--no-color",
            "--format=%ct %ae",
            "--end-of-options",
            commit,
            "--",
            limits=process,
            truncate=True,
        )
    except LimitExceeded:
        return None
    lines = [(_bounded(int(when)), mail.strip().lower()) for when, mail in _LINE.findall(done.stdout)]
    if not lines:
        return None
    whole = done.returncode == 0 and not done.truncated and len(lines) <= limits.history_commits
    year_began = lines[0][0] - YEAR_S
    year = [(when, mail) for when, mail in lines if year_began <= when]
    year_is_whole = whole or min(when for when, _ in lines) < year_began
    return Activity(
        last_commit=_day(lines[0][0]),
        commits_last_year=len(year),
        contributors_last_year=len({mail for _, mail in year}),
        first_commit=_day(min(when for when, _ in lines)) if whole and not shallow else None,
        complete=year_is_whole and not shallow,
    )


def _bounded(when_s: int) -> int:
    return min(max(when_s, 0), _LATEST_S)


def _day(when_s: int) -> str:
    return datetime.fromtimestamp(when_s, UTC).date().isoformat()
