"""Which paths are vendored, documentation or written by tools, by folder and file names alone.

Our own statement of linguist's published conventions (its vendor, documentation and generated rules) as sets of names
instead of one long regular expression: a folder's answer is computed once and inherited by everything below it, and a
file costs a few set look-ups. Patterns run only on paths that hold the word they are about.
"""

from collections.abc import Callable
from typing import NamedTuple

from plumbrule.core.security.lazy_pattern import LazyPattern


class Convention(NamedTuple):
    """What names a folder (by itself, with its parent, at the root only, or by a pattern of its name) and a file."""

    folders: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    root_folders: frozenset[str]
    folder_name: LazyPattern | None
    file: Callable[[str, str], bool]


class Folders:
    """Answers for folders under one convention, remembered for the repository at hand."""

    def __init__(self, convention: Convention) -> None:
        self._convention = convention
        self._known: dict[str, bool] = {"": False}
        self._fits_pattern: dict[str, bool] = {}  # by name: a repository's folders repeat a few names

    def covers(self, folder: str) -> bool:
        """Whether the folder (POSIX, relative, "" for the root) or one above it falls under the convention."""
        known = self._known.get(folder)
        if known is not None:
            return known
        unknown: list[str] = []
        while (known := self._known.get(folder)) is None:  # a loop: paths may be thousands of folders deep
            unknown.append(folder)
            folder = folder.rpartition("/")[0]
        for each in reversed(unknown):
            known = known or self._named(each)
            self._known[each] = known
        return known

    def _named(self, folder: str) -> bool:
        convention = self._convention
        above, _, name = folder.rpartition("/")
        return (
            name in convention.folders
            or (not above and name in convention.root_folders)
            or (above.rpartition("/")[2], name) in convention.pairs
            or self._fits(name)
        )

    def _fits(self, name: str) -> bool:
        known = self._fits_pattern.get(name)
        if known is None:
            pattern = self._convention.folder_name
            known = self._fits_pattern[name] = pattern is not None and pattern.search(name) is not None
        return known


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def pairs(text: str) -> frozenset[tuple[str, str]]:
    """`parent/child` words, taken apart."""
    return frozenset((parent, child) for parent, _, child in (word.partition("/") for word in text.split()))
