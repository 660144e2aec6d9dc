"""Which files each commit changed: one `git log` on the skeleton, taken record by record while git goes on.

Only names are asked for: counting lines would have git compare contents, seven times the work (PEERS 3), and could be
made to run a converter if one were configured. Below lies `git`; above it `past`.
"""

import os
from collections.abc import Callable
from functools import partial

from plumbrule.core.errors import LimitExceeded
from plumbrule.core.process import Conversation, ProcessTimeout, open_process
from plumbrule.mcp_server.platforms.git import INSTALL_HINT, Skeleton, git_argv
from plumbrule.mcp_server.platforms.limits import LocalLimits
from plumbrule.mcp_server.platforms.ports.snapshot import Change, LogEnd

MAX_OUTPUT_BYTES = 256 << 20
"""50,000 commits of 40 files each. A commit can name a million files; what they would fill is cut."""

MAX_RECORD_BYTES = 1 << 20
MAX_PATHS = 1_000
"""A commit of more files is a mass edit, about which the single file says nothing: it comes without its paths."""

_LATEST_S = 253_402_300_799


async def walk_log(
    skeleton: Skeleton,
    commit: str,
    subpath: str,
    take: Callable[[Change], None],
    limits: LocalLimits,
    *,
    max_commits: int,
    max_s: float,
) -> LogEnd:
    """Hand the commits before and with `commit` to `take`, newest first; see the port's `log`."""
    mark = os.urandom(16).hex()  # that no author and no file can be named like
    argv = git_argv(
        *("log", "-z", "--name-only", "--no-renames", "--no-textconv", "--no-ext-diff", "--no-show-signature"),
        *("--no-mailmap", "--no-color", "--no-notes", "--root", f"--max-count={max_commits + 1}"),
        *(f"--format=tformat:{mark}%ct%x00%P%x00%an%x00%ae", "--end-of-options", commit, "--"),
        *((subpath,) if subpath else ()),
    )
    records = _Records(mark.encode(), max_commits, partial(_handed, take, f"{subpath}/" if subpath else ""))
    process = limits.process(wall_s=max_s, stdout_bytes=MAX_OUTPUT_BYTES)
    try:
        async with open_process(
            argv, env=skeleton.env(), limits=process, cwd=skeleton.home, install_hint=INSTALL_HINT
        ) as log:
            await log.finish()
            whole = await _read(log, records)
    except ProcessTimeout:
        return "timed_out"
    except LimitExceeded:
        return "cut"
    return "whole" if whole else "cut"


async def _read(log: Conversation, records: "_Records") -> bool:
    """Whether git came to the end of the history by itself."""
    while chunk := await log.read_some():
        if not records.feed(chunk):
            return False
    return records.close() and await log.wait() == 0


class _Records:
    """Cuts the stream into commits. `feed` and `close` are false when there was a commit more than the most."""

    def __init__(self, mark: bytes, max_commits: int, hand: Callable[[bytes], None]) -> None:
        self._mark = mark
        self._left = max_commits
        self._hand = hand
        self._rest = b""
        self._began = False

    def feed(self, chunk: bytes) -> bool:
        parts = (self._rest + chunk).split(self._mark)
        self._rest = parts.pop()
        if len(self._rest) > MAX_RECORD_BYTES:  # the commit's first megabytes tell that it is a mass edit
            self._rest = self._rest[: MAX_RECORD_BYTES // 2] + self._rest[-len(self._mark) :]
        return all(self._one(part) for part in parts)

    def close(self) -> bool:
        return not self._rest or self._one(self._rest)

    def _one(self, record: bytes) -> bool:
        if not self._began:  # what lies before the first mark is nothing
            self._began = True
            return True
        if self._left <= 0:
            return False
        self._left -= 1
        self._hand(record)
        return True


def _handed(take: Callable[[Change], None], prefix: str, record: bytes) -> None:
    """One record: time, parents, name and mail, each ended by NUL; then, behind a line feed, the paths likewise."""
    head, _, tail = record.partition(b"\0\n")
    parts = head.rstrip(b"\0").split(b"\0") if not tail else head.split(b"\0")
    parts += [b""] * (4 - len(parts))
    when, parents, name, mail = parts[:4]
    paths = tail.split(b"\0", MAX_PATHS + 1) if tail else []
    named = [path.decode("utf-8", "surrogateescape") for path in paths[:MAX_PATHS] if path]
    inside = tuple(path[len(prefix) :] for path in named if path.startswith(prefix))
    take(
        Change(
            when_s=min(max(int(when), 0), _LATEST_S) if when.lstrip(b"-").isdigit() else 0,
            name=name.decode("utf-8", "replace"),
            mail=mail.decode("utf-8", "replace").strip().lower(),
            merge=b" " in parents,
            paths=() if len(paths) > MAX_PATHS else inside,
            many=len(paths) > MAX_PATHS,
        )
    )
