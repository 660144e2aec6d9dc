"""A repository as it stood at one moment: its files, and their bytes on request. Nothing of it is ever executed.

Adapters (work tree, git objects, archive) fill the port; engines look through it and cannot tell them apart.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from plumbrule.core.facts import Skipped
from plumbrule.core.values import dataclass

SourceKind = Literal["path", "git", "forge", "purl", "archive"]
EntryKind = Literal["file", "executable", "symlink", "submodule"]


class Entry(NamedTuple):
    """One file. A NamedTuple because a repository has a hundred thousand of them.

    `path` is POSIX, relative to the snapshot's root; bytes that are not UTF-8 are surrogate escapes.
    `size` is bytes, -1 when it is not known (a filtered blob). `blob` is the git object id in hex,
    "" when the file has none yet (changed in the work tree, or from an archive).
    """

    path: str
    size: int
    kind: EntryKind
    blob: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What was asked for and what was found.

    `source` is the argument as given, with any credential masked; `name` the repository's or package's bare name;
    `commit` the full object id; `dirty` whether the work tree differs from it (None where the word has no meaning);
    `content_id` changes exactly when the file set or any file's content changes, "" when it is not known cheaply.
    """

    source: str
    kind: SourceKind
    name: str
    url: str | None = None
    ref: str | None = None
    commit: str | None = None
    dirty: bool | None = None
    version: str | None = None
    subpath: str = ""
    content_id: str = ""
    default_branch: str | None = None
    shallow: bool = False


@dataclass(frozen=True, slots=True)
class Activity:
    """History from local objects only. Dates are ISO 8601 days in UTC. `complete` is false for shallow clones."""

    last_commit: str
    commits_last_year: int
    contributors_last_year: int
    first_commit: str | None
    complete: bool


class Change(NamedTuple):
    """One commit and the files that it changed against its parent.

    `name` and `mail` (in small letters) are the author's own words, or those of the repository's `.mailmap`. `merge`
    has more than one parent and comes without paths. `paths` are relative to the snapshot's root; `many` says that
    there were too many to be worth naming. `moved` are the old and the new path of files that moved as they were; the
    new one is among `paths`.
    """

    when_s: int
    name: str
    mail: str
    merge: bool
    paths: tuple[str, ...] = ()
    many: bool = False
    moved: tuple[tuple[str, str], ...] = ()


LogEnd = Literal["whole", "cut", "timed_out"]
"""How a walk over the log ended: at the first commit; at the most commits, a shallow border or a missing object, all
of which end the same walk the same way again; or at the most seconds, which do not."""


class Tag(NamedTuple):
    """A tag and the moment of the commit that it names, annotated or not."""

    name: str
    when_s: int


PARTIAL_REASONS = frozenset({"file_limit", "untracked_not_listed", "too_deep", "damaged_archive"})
"""Reasons of `Snapshot.skipped` after which nobody knows what else there is: the answer is a partial one."""


class Snapshot(Protocol):
    """One repository at one moment."""

    @property
    def origin(self) -> Origin: ...

    @property
    def entries(self) -> Sequence[Entry]:
        """Every file below the root in byte order of their paths, `.git` left out."""
        ...

    @property
    def skipped(self) -> Sequence[Skipped]:
        """What the adapter itself left out (special files, entries over a cap, unreadable folders)."""
        ...

    async def read(self, wanted: Iterable[Entry], *, max_bytes: int) -> Mapping[str, bytes]:
        """The first `max_bytes` bytes of each wanted file, by path; of a symlink, where it points to.

        What cannot be read (filtered blob, vanished, a file that is now a symlink) is absent from the mapping.
        """
        ...

    async def activity(self) -> Activity | None:
        """Recent history, or None where there is none (archives, folders without git)."""
        ...

    async def log(self, take: Callable[[Change], None], *, max_commits: int, max_s: float) -> LogEnd | None:
        """Hand at most `max_commits` commits to `take`, newest first, while they are read; None without a history.

        Of a subfolder's snapshot only commits that changed something in it.
        """
        ...

    async def tags(self) -> Sequence[Tag]:
        """The tags that the repository keeps, by moment and name; none where nobody keeps any."""
        ...
