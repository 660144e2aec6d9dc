"""Which files each commit changed: one `git log` on the skeleton, taken record by record while git goes on.

Only names are asked for: counting lines would have git compare contents, seven times the work (PEERS 3), and could be
made to run a converter if one were configured. A file that moved is told where its bytes stayed the same, which git
sees from object ids alone: no object is read that may not be here. Authors are called as the repository's own
`.mailmap` says. Below lies `git`; above it `past`.
"""

import os
from collections.abc import Callable, Sequence
from functools import partial

from plumbrule.core.errors import LimitExceeded
from plumbrule.core.process import Conversation, ProcessTimeout, open_process
from plumbrule.mcp_server.platforms.git import INSTALL_HINT, SETTINGS, Skeleton, git_argv
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
        *("log", "-z", "--name-status", "--find-renames=100%", "--no-textconv", "--no-ext-diff", "--no-show-signature"),
        *("--use-mailmap", "--no-color", "--no-notes", "--root", f"--max-count={max_commits + 1}"),
        *(f"--format=tformat:{mark}%ct%x00%P%x00%aN%x00%aE", "--end-of-options", commit, "--"),
        *((subpath,) if subpath else ()),
        settings=(*SETTINGS, f"mailmap.blob={commit}:.mailmap"),
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
    words = tail.split(b"\0", 3 * MAX_PATHS + 3) if tail else []
    paths, moved = _named(words, prefix)
    many = len(paths) > MAX_PATHS or len(words) > 3 * MAX_PATHS
    take(
        Change(
            when_s=min(max(int(when), 0), _LATEST_S) if when.lstrip(b"-").isdigit() else 0,
            name=name.decode("utf-8", "replace"),
            mail=mail.decode("utf-8", "replace").strip().lower(),
            merge=b" " in parents,
            paths=() if many else tuple(paths),
            many=many,
            moved=() if many else tuple(moved),
        )
    )


def _named(words: Sequence[bytes], prefix: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The paths below `prefix` of `M path` and `R100 old new`, a moved file under its new one; and what moved."""
    paths: list[str] = []
    moved: list[tuple[str, str]] = []
    rest = iter(words)
    for status in rest:
        path = next(rest, b"").decode("utf-8", "surrogateescape")
        if status.startswith((b"R", b"C")):
            old, path = path, next(rest, b"").decode("utf-8", "surrogateescape")
            if status.startswith(b"R") and old.startswith(prefix) and path.startswith(prefix):
                moved.append((old[len(prefix) :], path[len(prefix) :]))
        if status and path.startswith(prefix) and path:
            paths.append(path[len(prefix) :])
    return paths, moved
