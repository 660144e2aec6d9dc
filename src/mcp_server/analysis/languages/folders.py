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
    folder_name: LazyPattern[str] | None
    file: Callable[[str, str], bool]


class Folders:
    """Answers for folders under several conventions at once, remembered for the repository at hand."""

    def __init__(self, *conventions: Convention) -> None:
        self._conventions = conventions
        self._known: dict[str, tuple[bool, ...]] = {"": (False,) * len(conventions)}
        # By a folder's name and the one above (None: it lies at the root): a repository's folders repeat a few.
        self._steps: dict[tuple[str | None, str], tuple[bool, ...]] = {}

    def covered(self, folder: str) -> tuple[bool, ...]:
        """For each convention whether the folder (POSIX, relative, "" for the root) or one above it falls under it."""
        known = self._known.get(folder)
        if known is not None:
            return known
        unknown: list[str] = []
        while (known := self._known.get(folder)) is None:  # a loop: paths may be thousands of folders deep
            unknown.append(folder)
            folder = folder.rpartition("/")[0]
        for each in reversed(unknown):
            above, _, name = each.rpartition("/")
            key = (above.rpartition("/")[2] if above else None, name)
            step = self._steps.get(key)
            if step is None:
                step = self._steps[key] = tuple(_names(one, *key) for one in self._conventions)
            if True in step:
                known = tuple(before or now for before, now in zip(known, step, strict=True))
            self._known[each] = known
        return known


def _names(convention: Convention, above: str | None, name: str) -> bool:
    pattern = convention.folder_name
    return (
        name in convention.folders
        or (above is None and name in convention.root_folders)
        or (above or "", name) in convention.pairs
        or (pattern is not None and pattern.search(name) is not None)
    )


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def pairs(text: str) -> frozenset[tuple[str, str]]:
    """`parent/child` words, taken apart."""
    return frozenset((parent, child) for parent, _, child in (word.partition("/") for word in text.split()))
