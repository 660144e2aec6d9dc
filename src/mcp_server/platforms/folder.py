"""A folder without git, walked by descriptors: no link followed, nothing special opened, `.git` left out, bounded.

Nothing is ignored here: without git there is no ground to say that a file does not belong. The number of `.gitignore`
files that were not obeyed is told.
"""

import os
import stat
from collections.abc import Callable

from plumbrule.core.security.beneath import BeneathReader
from plumbrule.mcp_server.platforms.listing import Omissions, unfit
from plumbrule.mcp_server.platforms.ports.snapshot import Entry
from plumbrule.mcp_server.platforms.worktree import entry_kind


class FolderWalk:
    """One walk. `refuses` tells for a relative path whether this caller may not see it."""

    def __init__(self, reader: BeneathReader, *, max_files: int, refuses: Callable[[str], bool] | None = None) -> None:
        self._reader = reader
        self._refuses = refuses
        self._seen = 0
        self._max_files = max_files
        self.entries: list[Entry] = []
        self.stamps: dict[str, str] = {}
        self.omitted = Omissions()

    def run(self) -> None:
        """Walk until everything was seen or the limit is reached. Blocking; for a thread."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            fd = self._reader.folder(folder)
            if isinstance(fd, str):
                self.omitted.add("too_deep" if fd == "too_deep" else "unreadable_folder", folder)
                continue
            waiting += self._look_into(folder, fd)
            if self._seen >= self._max_files:
                self.omitted.add("file_limit", folder)
                return

    def _look_into(self, folder: str, fd: int) -> list[str]:
        prefix = f"{folder}/" if folder else ""
        inner: list[str] = []
        try:
            with os.scandir(fd) as items:
                for item in items:
                    if item.name.lower() != ".git":
                        self._take(prefix + item.name, item, inner)
                    if self._seen >= self._max_files:
                        return inner
        except OSError:
            self.omitted.add("unreadable_folder", folder)
        # Last in, first out: descending order here walks depth first in ascending order, parents kept open.
        return sorted(inner, reverse=True)

    def _take(self, path: str, item: "os.DirEntry[str]", inner: list[str]) -> None:
        self._seen += 1
        try:
            now = item.stat(follow_symlinks=False)
        except OSError:
            return
        if self._refuses is not None and self._refuses(path):
            self.omitted.add("credential_place", path)
        elif reason := unfit(path):
            self.omitted.add(reason, path)
        elif stat.S_ISDIR(now.st_mode):
            inner.append(path)
        elif kind := entry_kind(now.st_mode):
            self.entries.append(Entry(path, now.st_size, kind, ""))
            self.stamps[path] = f"{now.st_size}:{now.st_mtime_ns}"
            if item.name == ".gitignore":
                self.omitted.add("ignore_rules_not_applied", path)
        else:
            self.omitted.add("special_file", path)
