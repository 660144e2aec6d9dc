"""The settings of sources, and the limits that adapters work under.

`SourceSettings` is what a person may set; `LocalLimits`, `ArchiveLimits` and `CloneLimits` are the parts that each
adapter uses. The defaults come from SECURITY.md 2.2 and 2.4 (measured on hostile repositories).
"""

from typing import Annotated

from typing_extensions import Doc

from plumbrule.core.interval import Interval
from plumbrule.core.process import ProcessLimits
from plumbrule.core.settings import Secret
from plumbrule.core.values import dataclass

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class LocalLimits:
    """For reading repositories that are on disk: each git child, the number of files, the bytes hashed to compare."""

    max_files: int = 300_000
    wall_s: float = 30.0
    memory_bytes: int = 1024 * _MIB
    history_commits: int = 50_000
    history_wall_s: float = 10.0
    max_hashed_bytes: int = 1024 * _MIB

    def process(self, *, wall_s: float | None = None, stdout_bytes: int = 64 * _MIB) -> ProcessLimits:
        """The bounds of one git child."""
        wall = self.wall_s if wall_s is None else wall_s
        return ProcessLimits(
            wall_s=wall,
            cpu_s=max(1, int(wall)),
            memory_bytes=self.memory_bytes,
            file_bytes=0,  # a reader writes nothing
            stdout_bytes=stdout_bytes,
        )


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """For reading archives in place."""

    max_files: int = 300_000
    max_packed_bytes: int = 512 * _MIB
    max_unpacked_bytes: int = 2048 * _MIB
    max_ratio: int = 200
    wall_s: float = 60.0


@dataclass(frozen=True, slots=True)
class CloneLimits:
    """For fetching from a remote."""

    wall_s: float = 300.0
    max_bytes: int = 1024 * _MIB
    max_blob_bytes: int = 2 * _MIB
    memory_bytes: int = 768 * _MIB
    stall_s: int = 10
    concurrent: int = 3
    cache_bytes: int = 2048 * _MIB


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """Where sources may come from and how much they may cost."""

    roots: Annotated[
        tuple[str, ...],
        Doc("Folders that a server on stdio may read; ~ is the home folder. HTTP servers read none but these."),
    ] = ("~",)
    max_files: Annotated[
        int, Interval(ge=1_000, le=5_000_000), Doc("The most files of one source that are looked at.")
    ] = 300_000
    git_wall_s: Annotated[
        float, Interval(ge=1, le=600), Doc("The longest that git may take to list a repository on disk, in seconds.")
    ] = 30.0
    history_commits: Annotated[
        int, Interval(ge=0, le=10_000_000), Doc("The most commits of a local history that are counted.")
    ] = 50_000
    clone_wall_s: Annotated[
        float, Interval(ge=1, le=3600), Doc("The longest that one fetch from a remote may take, in seconds.")
    ] = 300.0
    clone_stall_s: Annotated[
        int, Interval(ge=1, le=600), Doc("How long a remote may send under 1,000 bytes a second before it is given up.")
    ] = 10
    clone_max_bytes: Annotated[
        int, Interval(ge=_MIB, le=64 * 1024 * _MIB), Doc("The most bytes that one fetch may write.")
    ] = 1024 * _MIB
    clone_max_blob_bytes: Annotated[
        int,
        Interval(ge=1024, le=1024 * _MIB),
        Doc("Files over this size are not fetched; they are listed without size."),
    ] = 2 * _MIB
    concurrent_clones: Annotated[
        int, Interval(ge=1, le=64), Doc("How many fetches run at once in one process; further ones wait.")
    ] = 3
    cache_max_bytes: Annotated[
        int,
        Interval(ge=0, le=1024 * 1024 * _MIB),
        Doc("The most bytes of fetched repositories and packages kept; 0 keeps none."),
    ] = 2048 * _MIB
    archive_max_bytes: Annotated[
        int, Interval(ge=1024, le=16 * 1024 * _MIB), Doc("The largest archive, packed, that is opened or downloaded.")
    ] = 512 * _MIB
    archive_max_unpacked_bytes: Annotated[
        int, Interval(ge=1024, le=64 * 1024 * _MIB), Doc("The most bytes that one archive may unpack to.")
    ] = 2048 * _MIB
    archive_max_ratio: Annotated[
        int, Interval(ge=2, le=100_000), Doc("How many times its packed size an archive may unpack to.")
    ] = 200
    pypi_url: Annotated[str, Doc("The Python package index (simple API, JSON).")] = "https://pypi.org/simple"
    npm_url: Annotated[str, Doc("The npm registry.")] = "https://registry.npmjs.org"
    osv_url: Annotated[
        str, Doc("The database of known vulnerabilities; it is told the names and versions of packages.")
    ] = "https://api.osv.dev"
    tokens: Annotated[
        tuple[str, ...],
        Secret(),
        Doc("Read-only tokens for private repositories, each as host=token; sent to exactly that host."),
    ] = ()

    def local(self) -> LocalLimits:
        """The part for repositories on disk."""
        return LocalLimits(max_files=self.max_files, wall_s=self.git_wall_s, history_commits=self.history_commits)

    def archive(self) -> ArchiveLimits:
        """The part for archives."""
        return ArchiveLimits(
            max_files=self.max_files,
            max_packed_bytes=self.archive_max_bytes,
            max_unpacked_bytes=self.archive_max_unpacked_bytes,
            max_ratio=self.archive_max_ratio,
        )

    def clone(self) -> CloneLimits:
        """The part for fetches."""
        return CloneLimits(
            wall_s=self.clone_wall_s,
            max_bytes=self.clone_max_bytes,
            max_blob_bytes=self.clone_max_blob_bytes,
            stall_s=self.clone_stall_s,
            concurrent=self.concurrent_clones,
            cache_bytes=self.cache_max_bytes,
        )
