"""What adapters share when they list files: which paths are taken, which are left out and why, and identities of sets.

The reasons are the documented set that `Snapshot.skipped` uses.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import field
from operator import attrgetter
from typing import Literal

from plumbrule.core.facts import Skipped
from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.platforms.ports.snapshot import Entry

Reason = Literal[
    "special_file",  # FIFO, socket, device
    "unreadable_folder",
    "unreadable_tree",  # a tree object is missing or damaged
    "nested_repository",  # a repository inside this one that is no submodule
    "sparse_checkout",  # tracked, and left out of the work tree on purpose
    "untracked_not_listed",  # git could not list them within its limits
    "ignore_rules_not_applied",  # a folder without git: its .gitignore files were not obeyed
    "credential_place",  # kept from callers that are bound to roots
    "git_folder",  # a path that goes through .git
    "unsafe_path",  # empty, `.`, `..`, absolute, drive letter, backslash in an archive, control characters
    "duplicate_path",
    "too_deep",
    "file_limit",  # more files than the limit; the count is at least one
    "link",  # a link in an archive
    "unsupported_entry",  # encrypted, sparse or strangely packed in an archive
    "damaged_archive",  # what follows the damage could not be listed
]

MAX_PATH_BYTES = 4096
MAX_PATH_DEPTH = 256
_EXAMPLES = 3

_SUSPECT = LazyPattern(r"(?:\A|/)(?:\.{0,2}|\.[gG][iI][tT])(?:/|\Z)|\0")

_SUSPECT_PARTS = (b"//", b"/./", b"/../", b"/.git/", b"\0")


@dataclass(slots=True)
class Omissions:
    """Counts what was left out, with up to three examples for each reason."""

    _counts: dict[Reason, int] = field(default_factory=dict[Reason, int])
    _examples: dict[Reason, list[str]] = field(default_factory=dict[Reason, list[str]])

    def add(self, reason: Reason, example: str = "", count: int = 1) -> None:
        """Count one more (or `count` more)."""
        self._counts[reason] = self._counts.get(reason, 0) + count
        kept = self._examples.setdefault(reason, [])
        if example and len(kept) < _EXAMPLES:
            kept.append(example[:200])

    def has(self, *reasons: Reason) -> bool:
        """Whether anything was left out for one of `reasons`."""
        return any(reason in self._counts for reason in reasons)

    def as_skipped(self) -> tuple[Skipped, ...]:
        """In the order of the reasons' names."""
        return tuple(
            Skipped(reason, count, tuple(sorted(self._examples[reason])))
            for reason, count in sorted(self._counts.items())
        )


def unfit(path: str) -> Reason | None:
    """Why `path` cannot be a file of a snapshot, or None when it can. Hostile trees hold any bytes as names."""
    if _SUSPECT.search(path):
        parts = {part.lower() for part in path.split("/")}
        return "git_folder" if ".git" in parts and not parts & {"", ".", ".."} and "\0" not in path else "unsafe_path"
    if len(path) > MAX_PATH_BYTES or path.count("/") >= MAX_PATH_DEPTH:
        return "too_deep"
    return None


def tidy(found: Iterable[Entry], omitted: Omissions, max_files: int) -> list[Entry]:
    """`found` without unfit paths and duplicates, in byte order of paths, cut at `max_files`."""
    kept = list(found)
    if not _all_fit(kept):
        for entry in kept:
            if reason := unfit(entry.path):
                omitted.add(reason, entry.path)
        kept = [entry for entry in kept if unfit(entry.path) is None]
    kept = in_byte_order(kept)
    kept = _without_duplicates(kept, omitted)
    if len(kept) > max_files:
        omitted.add("file_limit", kept[max_files].path, len(kept) - max_files)
        del kept[max_files:]
    return kept


def _all_fit(entries: list[Entry]) -> bool:
    """Whether no path is unfit, asked in one search over all of them: that is what nearly every repository says."""
    paths = [entry.path for entry in entries]
    joined = "/".join(["", *paths, ""]).encode("utf-8", "surrogateescape").lower()
    if any(part in joined for part in _SUSPECT_PARTS):  # literals: one pattern for all takes ten times as long
        return not paths
    return max(map(len, paths), default=0) < MAX_PATH_DEPTH or not any(map(unfit, paths))


def in_byte_order(entries: list[Entry]) -> list[Entry]:
    """Sorted as git sorts; only surrogate escapes make the order of str differ from that of UTF-8."""
    try:
        "".join([entry.path for entry in entries]).encode()
    except UnicodeEncodeError:
        return sorted(entries, key=_path_bytes)
    return sorted(entries, key=_path)


_path = attrgetter("path")


def _path_bytes(entry: Entry) -> bytes:
    return entry.path.encode("utf-8", "surrogateescape")


def _without_duplicates(entries: list[Entry], omitted: Omissions) -> list[Entry]:
    if len({entry.path for entry in entries}) == len(entries):
        return entries
    kept: list[Entry] = []
    for entry in entries:
        if kept and kept[-1].path == entry.path:
            omitted.add("duplicate_path", entry.path)
        else:
            kept.append(entry)
    return kept


def below(entries: Sequence[Entry], subpath: str) -> list[Entry]:
    """The entries inside the folder `subpath`, their paths relative to it."""
    prefix, cut = subpath + "/", len(subpath) + 1
    return [entry._replace(path=entry.path[cut:]) for entry in entries if entry.path.startswith(prefix)]


def set_id(lines: Iterable[str]) -> str:
    """The identity of a file set: a hash over one line for each file, in order."""
    text = "\0".join(lines)
    return "set:" + hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def tree_id(tree: str) -> str:
    """The identity of a file set that is exactly a git tree, however it is reached."""
    return f"tree:{tree}"
