"""A snapshot of a work tree as its files stand: tracked ones, and untracked ones that are not ignored.

The index says what is tracked and what each file looked like when it was last read; one walk over the folders that
hold tracked files compares (by size and both times, as git does) and notices every name that is not tracked. Only when
there is such a name is git asked which are not ignored, under our own skeleton. So a clean work tree costs no git child
for its listing, and an unmodified file has its blob id without being read.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from anyio import to_thread

from plumbrule.core.facts import Skipped
from plumbrule.core.security.beneath import MAX_DEPTH, BeneathReader
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.platforms.gitdir import ObjectFormat
from plumbrule.mcp_server.platforms.gitindex import IndexEntry, is_sparse_folder
from plumbrule.mcp_server.platforms.listing import Omissions, Reason, unfit
from plumbrule.mcp_server.platforms.past import Past, WithPast
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, EntryKind, Origin

CHUNK_BYTES = 1 << 20
_GITLINK = 0o160000
_SIZE_MASK = 0xFFFFFFFF
_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_DIRECTORY | os.O_CLOEXEC
_KIND_BITS = 0o170100
_KINDS: dict[int, EntryKind] = {
    0o100000: "file",
    0o100100: "executable",
    0o120000: "symlink",
    0o120100: "symlink",  # links show all permission bits on disk, none in the index
}
"""File type and the owner's execute bit, as git tells files apart."""


@dataclass(slots=True)
class Comparison:
    """What the walk found. `unknown` tells whether git must be asked for untracked files."""

    entries: list[Entry] = field(default_factory=list[Entry])
    stamps: dict[str, str] = field(default_factory=dict[str, str])
    omitted: Omissions = field(default_factory=Omissions)
    unknown: bool = False
    odd_ignore_file: bool = False


class TrackedFiles:
    """Compares the tracked files below one folder with the index."""

    def __init__(
        self,
        tracked: Sequence[IndexEntry],
        *,
        index_mtime_ns: int,
        object_format: ObjectFormat,
        max_hashed_bytes: int,
    ) -> None:
        self._index_mtime_ns = index_mtime_ns
        self._format: ObjectFormat = object_format
        self._hash_left = max_hashed_bytes
        self._folders: dict[str, dict[str, IndexEntry]] = {"": {}}
        self._inner: dict[str, set[str]] = {"": set()}
        self.found = Comparison()
        # Decoded all at once: a call for each path took as long as the rest of this loop.
        paths = os.fsdecode(b"\0".join([entry.path for entry in tracked])).split("\0")
        for path, entry in zip(paths, tracked, strict=False):  # nothing joined is still one path
            if is_sparse_folder(entry):
                self.found.omitted.add("sparse_checkout", path)
                continue
            folder, _, name = path.rpartition("/")
            files = self._folders.get(folder)
            if files is None:
                if reason := unfit(f"{folder}/x"):  # an index holds any bytes as names
                    self.found.omitted.add(reason, path)
                    continue
                files = self._add_folder(folder)
            files[name] = entry

    def _add_folder(self, folder: str) -> dict[str, IndexEntry]:
        wanted = folder
        while folder not in self._folders:
            self._folders[folder] = {}
            self._inner.setdefault(folder, set())
            above, _, name = folder.rpartition("/")
            self._inner.setdefault(above, set()).add(name)
            folder = above
        return self._folders[wanted]

    def compare(self, root_fd: int) -> Comparison:
        """Walk every folder that holds tracked files. Blocking; for a thread.

        Each is opened from its parent's descriptor and never through a link, as `BeneathReader` does for files.
        """
        self._walk("", root_fd, 0)
        return self.found

    def _walk(self, folder: str, fd: int, depth: int) -> None:
        files, inner = self._folders[folder], self._inner[folder]
        prefix = f"{folder}/" if folder else ""
        strangers: list[os.DirEntry[str]] = []
        with os.scandir(fd) as items:
            here = self._compare_folder(prefix, files, items, strangers, fd)
        if here < len(files):
            self._note_absent(prefix, files, fd)
        if strangers:
            self._note_unknown(prefix, strangers, inner)
        for name in inner:
            below = self._descend(prefix + name, name, fd, depth)
            if below is not None:
                try:
                    self._walk(prefix + name, below, depth + 1)
                finally:
                    os.close(below)

    def _descend(self, folder: str, name: str, fd: int, depth: int) -> int | None:
        """A descriptor of the folder; None when it is gone or refused, which is noted for every file below."""
        if depth >= MAX_DEPTH or name in ("", ".", ".."):
            self._lose(folder, "too_deep" if depth >= MAX_DEPTH else "unsafe_path")
            return None
        try:
            return os.open(name, _FOLDER, dir_fd=fd)
        except OSError as error:
            gone = error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
            self._lose(folder, None if gone else "unreadable_folder")
            return None

    def _lose(self, folder: str, reason: Reason | None) -> None:
        """Note every tracked file below a folder that cannot be entered; `reason` None means deleted."""
        waiting = [folder]
        while waiting:
            place = waiting.pop()
            waiting += [f"{place}/{name}" for name in self._inner[place]]
            for name, entry in self._folders[place].items():
                if reason is None:
                    self._absent(f"{place}/{name}", entry)
                else:
                    self.found.omitted.add(reason, f"{place}/{name}")

    def _compare_folder(
        self,
        prefix: str,
        files: Mapping[str, IndexEntry],
        items: Iterable["os.DirEntry[str]"],
        strangers: list["os.DirEntry[str]"],
        fd: int,
    ) -> int:
        """Compare what is there; returns how many of `files` were met, the other names go to `strangers`.

        One long loop on purpose: it runs once for each file, and calls in it cost as much as the system does.
        """
        written_ns, add, here = self._index_mtime_ns, self.found.entries.append, 0
        for item in items:
            name = item.name
            entry = files.get(name)
            if entry is None:
                strangers.append(item)
                continue
            try:
                now = item.stat(follow_symlinks=False)
            except OSError:
                continue
            here += 1
            _, mode, blob, size, mtime_ns, ctime_ns, stage, _, _ = entry
            kind = _KINDS.get(now.st_mode & _KIND_BITS)
            if (
                now.st_mtime_ns == mtime_ns < written_ns  # later: may have changed after it was added (racy git)
                and now.st_ctime_ns == ctime_ns
                and now.st_size & _SIZE_MASK == size
                and not stage
                and kind is not None
                and _KINDS.get(mode & _KIND_BITS) == kind
            ):
                add(Entry(prefix + name, now.st_size, kind, blob.hex()))
            else:
                self._take_changed(prefix + name, entry, now, name, fd)
        return here

    def _note_absent(self, prefix: str, files: Mapping[str, IndexEntry], fd: int) -> None:
        for name in files.keys() - set(os.listdir(fd)):
            self._absent(prefix + name, files[name])

    def _absent(self, path: str, entry: IndexEntry) -> None:
        if entry.mode == _GITLINK:
            self.found.entries.append(Entry(path, 0, "submodule", entry.blob.hex()))
        elif entry.skip_worktree:
            self.found.omitted.add("sparse_checkout", path)

    def _take_changed(self, path: str, entry: IndexEntry, now: os.stat_result, name: str, fd: int) -> None:
        """A file that may differ from the index: what it is now, and its own blob id if it is not too large."""
        if entry.mode == _GITLINK and stat.S_ISDIR(now.st_mode):
            self._absent(path, entry)
            return
        kind = entry_kind(now.st_mode)
        if kind is not None:
            blob = self._hashed(kind, now.st_size, name, fd)
            self.found.entries.append(Entry(path, now.st_size, kind, blob))
            if not blob:
                self.found.stamps[path] = f"{now.st_size}:{now.st_mtime_ns}"
        elif stat.S_ISDIR(now.st_mode):
            self.found.unknown = True  # a folder where a file was; only git knows whether its files are ignored
        else:
            self.found.omitted.add("special_file", path)

    def _hashed(self, kind: EntryKind, size: int, name: str, folder_fd: int) -> str:
        if size > self._hash_left:
            return ""
        self._hash_left -= size
        try:
            if kind == "symlink":
                target = os.fsencode(os.readlink(name, dir_fd=folder_fd))
                return blob_id([target], len(target), self._format)
            fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder_fd)
        except OSError:
            return ""
        with open(fd, "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                return ""
            return blob_id(iter(lambda: file.read(CHUNK_BYTES), b""), size, self._format)

    def _note_unknown(self, prefix: str, strangers: Iterable["os.DirEntry[str]"], inner: set[str]) -> None:
        for item in strangers:
            name = item.name
            if name == ".git" or (name in inner and item.is_dir(follow_symlinks=False)):
                continue
            if is_special(item):
                self.found.omitted.add("special_file", prefix + name)
                self.found.odd_ignore_file |= name == ".gitignore"
            else:
                self.found.unknown = True


def blob_id(chunks: Iterable[bytes], size: int, object_format: ObjectFormat) -> str:
    """The id git gives to these bytes; "" when they are not `size` long (the file changed while it was read)."""
    digest = hashlib.new(object_format, b"blob %d\0" % size, usedforsecurity=False)
    seen = 0
    for chunk in chunks:
        digest.update(chunk)
        seen += len(chunk)
        if seen > size:
            return ""
    return digest.hexdigest() if seen == size else ""


def entry_kind(mode: int) -> EntryKind | None:
    """The kind of a file by its st_mode; None for folders and special files."""
    return _KINDS.get(mode & _KIND_BITS)


def is_special(item: "os.DirEntry[str]") -> bool:
    """Whether a folder's item is neither file, folder nor link."""
    try:
        return not (item.is_symlink() or item.is_file(follow_symlinks=False) or item.is_dir(follow_symlinks=False))
    except OSError:
        return True


class FilesSnapshot(WithPast):
    """The port `Snapshot` over files on disk, with or without git. Owns `root_fd`'s use, not its life."""

    def __init__(
        self,
        root_fd: int,
        origin: Origin,
        entries: Sequence[Entry],
        skipped: Sequence[Skipped],
        *,
        past: Past | None = None,
    ) -> None:
        super().__init__(past)
        self._root_fd = root_fd
        self._origin = origin
        self._entries = entries
        self._skipped = skipped

    @property
    def origin(self) -> Origin:
        return self._origin

    @property
    def entries(self) -> Sequence[Entry]:
        return self._entries

    @property
    def skipped(self) -> Sequence[Skipped]:
        return self._skipped

    async def read(self, wanted: Iterable[Entry], *, max_bytes: int) -> Mapping[str, bytes]:
        """See the port."""
        asked = sorted((entry.path, entry.kind == "symlink") for entry in wanted if entry.kind != "submodule")
        return await to_thread.run_sync(self._read, asked, max_bytes)

    def _read(self, asked: Sequence[tuple[str, bool]], max_bytes: int) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        with BeneathReader(self._root_fd) as reader:
            for path, is_link in asked:
                content = reader.target(path) if is_link else reader.read(path, max_bytes)
                if isinstance(content, bytes):
                    found[path] = content
        return found
