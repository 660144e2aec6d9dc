"""A repository seen through `include` and `exclude`: the files that a caller wants looked at, and no others.

Patterns are those of .gitignore: without a slash one fits a name at any depth, with one it starts at the root; a folder
stands for all below it. Cost: each folder and each name is tried once against each pattern.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from plumbrule.core.errors import InvalidArgument
from plumbrule.core.facts import Skipped
from plumbrule.mcp_server.analysis.languages.globs import matches_name, matches_path
from plumbrule.mcp_server.platforms.ports.snapshot import Activity, Change, Entry, LogEnd, Origin, Snapshot, Tag

MAX_PATTERNS = 100
MAX_PATTERN_CHARS = 300
LEFT_OUT = "not_selected"
"""The reason under which the files that the caller left out are counted."""


class ChosenSnapshot:
    """A snapshot with only the entries that `takes` takes; everything else is the whole's."""

    def __init__(self, whole: Snapshot, takes: Callable[[str], bool]) -> None:
        self._whole = whole
        self.entries: Sequence[Entry] = [entry for entry in whole.entries if takes(entry.path)]
        left = len(whole.entries) - len(self.entries)
        self.skipped: Sequence[Skipped] = (*whole.skipped, *((Skipped(LEFT_OUT, left),) if left else ()))

    @property
    def origin(self) -> Origin:
        return self._whole.origin

    async def read(self, wanted: Iterable[Entry], *, max_bytes: int) -> Mapping[str, bytes]:
        return await self._whole.read(wanted, max_bytes=max_bytes)

    async def activity(self) -> Activity | None:
        return await self._whole.activity()

    async def log(self, take: Callable[[Change], None], *, max_commits: int, max_s: float) -> LogEnd | None:
        return await self._whole.log(take, max_commits=max_commits, max_s=max_s)

    async def tags(self) -> Sequence[Tag]:
        return await self._whole.tags()


def chosen(snapshot: Snapshot, include: Sequence[str], exclude: Sequence[str]) -> Snapshot:
    """The snapshot as the patterns leave it. What is excluded stays out, whatever is included.

    Raises:
        InvalidArgument: too many patterns, or one that is empty, too long or leads upwards.
    """
    if not include and not exclude:
        return snapshot
    wanted, refused = _pattern_set("include", include), _pattern_set("exclude", exclude)
    return ChosenSnapshot(snapshot, lambda path: (not include or wanted(path)) and not refused(path))


def _pattern_set(name: str, patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path, or a folder above it, fits one of the patterns."""
    if len(patterns) > MAX_PATTERNS:
        raise InvalidArgument(f"{name}: at most {MAX_PATTERNS} patterns, got {len(patterns)}.")
    names: list[str] = []
    paths: list[str] = []
    for pattern in patterns:
        plain = pattern.strip().removeprefix("./").rstrip("/")
        if not plain or len(pattern) > MAX_PATTERN_CHARS or ".." in plain.split("/"):
            raise InvalidArgument(
                f"{name}: {pattern[:60]!r} is no pattern for paths of a repository.",
                hint="Write names (*.py), paths from the root (src/**), or folders (docs).",
            )
        if "/" in plain:
            paths.append(plain.removeprefix("/"))
        else:
            names.append(plain)

    @cache
    def fits_name(part: str) -> bool:
        return any(matches_name(pattern, part) for pattern in names)

    @cache
    def fits_folder(folder: str) -> bool:
        if not folder:
            return False
        above, _, part = folder.rpartition("/")
        return fits_folder(above) or fits_name(part) or any(matches_path(pattern, folder) for pattern in paths)

    def fits(path: str) -> bool:
        folder, _, part = path.rpartition("/")
        return fits_folder(folder) or fits_name(part) or any(matches_path(pattern, path) for pattern in paths)

    return fits
