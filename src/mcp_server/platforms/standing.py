"""Opens a work tree as it stands: index, walk, untracked files, commit and whether they agree, put together.

Below lie `gitindex` (what is tracked), `worktree` (the comparison and the reading) and `treehash` (the verdict);
git itself is asked for the commit's tree, and for untracked files when the walk met any.
"""

import os
import re
import stat
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import anyio
from anyio import to_thread

from plumbrule.core.errors import InvalidRepository, LimitExceeded, NotFound
from plumbrule.core.process import Completed
from plumbrule.core.security.beneath import BeneathReader
from plumbrule.core.security.paths import open_folder
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.platforms.git import Skeleton, make_skeleton
from plumbrule.mcp_server.platforms.gitdir import MAX_EXCLUDE_BYTES, GitDir, small_file
from plumbrule.mcp_server.platforms.gitindex import MAX_INDEX_BYTES, IndexEntry, is_sparse_folder, parse_index
from plumbrule.mcp_server.platforms.limits import LocalLimits
from plumbrule.mcp_server.platforms.listing import set_id, tidy, tree_id
from plumbrule.mcp_server.platforms.localrefs import LocalRefs
from plumbrule.mcp_server.platforms.objects import blob_sizes, find_commit, subtree_id
from plumbrule.mcp_server.platforms.past import Past
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, Origin, Snapshot
from plumbrule.mcp_server.platforms.treehash import FOLDER_MODE, MODES, TreeItem, tree_hash
from plumbrule.mcp_server.platforms.workspace import Workspace
from plumbrule.mcp_server.platforms.worktree import Comparison, FilesSnapshot, TrackedFiles, entry_kind

_CONVERTING = re.compile(rb"\bfilter=|\bident\b|\bworking-tree-encoding=|\beol=crlf\b|\bcrlf\b")
"""Attributes under which a file's bytes differ from its blob's."""

MAX_ATTRIBUTES_BYTES = 1 << 20
MAX_SHARED_INDEXES = 4
IGNORE_PATIENCE_S = 2.0
"""How long git may look for untracked files before we look whether it waits for a pipe."""
_LISTED = re.compile(rb"([0-7]{6}) ([0-9a-f]+) ([0-3])\t([^\0]*)\0")


@asynccontextmanager
async def open_work_tree(
    text: str,
    path: Path,
    git_dir: GitDir,
    workspace: Workspace,
    limits: LocalLimits,
    *,
    cache: Cache | None = None,
) -> AsyncGenerator[Snapshot]:
    """The files below `path`, a folder of the work tree of `git_dir`. `cache` remembers the trees of its commits.

    Raises:
        NothingTracked: see there.
        InvalidRepository: HEAD, the index or the commit is damaged; LimitExceeded: the index is too large.
    """
    assert git_dir.worktree is not None
    inside = path.relative_to(git_dir.worktree).as_posix()
    subpath = "" if inside == "." else inside
    refs = LocalRefs(git_dir)
    head = await to_thread.run_sync(refs.head)
    shallow = bool(git_dir.shallow)
    with _Borrowed(git_dir, workspace) as borrowed, _opened(path) as root_fd:
        standing = _Standing(borrowed, git_dir, path, subpath, limits, root_fd, cache)
        found = await standing.look(head.commit)
        origin = Origin(
            source=text,
            kind="path",
            name=git_dir.worktree.name,
            ref=head.branch,
            commit=head.commit,
            dirty=standing.dirty,
            subpath=subpath,
            content_id=standing.content_id,
            default_branch=refs.default_branch(),
            shallow=shallow,
        )

        past = head.commit and Past(lambda: borrowed.skeleton, head.commit, subpath, limits, shallow, git_dir, cache)
        yield FilesSnapshot(root_fd, origin, found.entries, found.omitted.as_skipped(), past=past or None)


class _Borrowed:
    """The repository's skeleton, made when git is first asked something: an unchanged work tree saves 15 ms."""

    def __init__(self, git_dir: GitDir, workspace: Workspace) -> None:
        self._git_dir = git_dir
        self._workspace = workspace
        self._owned = ExitStack()
        self._made: Skeleton | None = None

    def __enter__(self) -> "_Borrowed":
        return self

    def __exit__(self, *_: object) -> None:
        self._owned.close()

    @property
    def skeleton(self) -> Skeleton:
        if self._made is None:
            temporary = self._owned.enter_context(self._workspace.folder())
            exclude = small_file(self._git_dir.common, "info/exclude", MAX_EXCLUDE_BYTES) or b""
            self._made = make_skeleton(temporary, self._git_dir, exclude=exclude)
        return self._made


def _has_odd_ignore_file(folder: Path, max_files: int) -> bool:
    """Whether some .gitignore below is no file; looks at the names of the first `max_files` only."""
    seen = 0
    for place, folders, names in os.walk(folder):
        seen += len(folders) + len(names)
        if seen > max_files:
            return False
        if ".gitignore" in names:
            with suppress(OSError):
                mode = os.lstat(os.path.join(place, ".gitignore")).st_mode  # noqa: PTH118 - in a long loop
                if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
                    return True
    return False


@contextmanager
def _opened(path: Path) -> Generator[int]:
    fd = open_folder(path)
    try:
        yield fd
    finally:
        os.close(fd)


class NothingTracked(Exception):
    """The folder lies in a repository that has nothing in it: no tracked file, and all others ignored."""


class _Standing:
    """One look at a work tree; `dirty` and `content_id` are set when it is over."""

    def __init__(
        self,
        borrowed: _Borrowed,
        git_dir: GitDir,
        path: Path,
        subpath: str,
        limits: LocalLimits,
        root_fd: int,
        cache: Cache | None,
    ) -> None:
        self._borrowed = borrowed
        self._cache = cache
        self._git_dir = git_dir
        self._path = path
        self._subpath = subpath
        self._limits = limits
        self._root_fd = root_fd
        self._unseen: list[TreeItem] = []
        self._converted: dict[str, str] = {}
        self._commit_is_lost = False
        self.dirty: bool | None = True
        self.content_id = ""

    async def look(self, head: str | None) -> Comparison:
        """Everything below the path, and whether it is what the commit `head` holds."""
        trees: list[str] = []

        async def ask_for_commit() -> None:
            if head is not None:
                try:
                    trees.append(await self._tree_of(head))
                except (NotFound, InvalidRepository):
                    self._commit_is_lost = True

        tracked, index_mtime_ns = await self._tracked()
        found = Comparison()
        async with anyio.create_task_group() as group:
            group.start_soon(ask_for_commit)
            found = await to_thread.run_sync(self._compare, tracked, index_mtime_ns)
        if found.unknown:
            await self._add_untracked(found)
        await self._unsettle_converted(found)
        if self._commit_is_lost:  # the files are there all the same
            found.omitted.add("unreadable_tree", head or "")
        if self._subpath and not tracked and not found.entries:
            raise NothingTracked
        found.entries = await to_thread.run_sync(tidy, found.entries, found.omitted, self._limits.max_files)
        await self._judge(found, trees[0] if trees else None)
        return found

    async def _tree_of(self, commit: str) -> str:
        """The tree of a commit, which never changes: git is asked once.

        Remembered for this repository only: another one's objects may lie under names that are not theirs.
        """
        place = sha256(b"%b\0%b" % (os.fsencode(self._git_dir.common), commit.encode())).hexdigest()
        key = f"commit-tree/{place}"
        kept = self._cache.get(key) if self._cache is not None else None
        if kept is not None:
            return kept.decode("ascii")
        tree = (await find_commit(self._borrowed.skeleton, commit, self._limits.process())).tree
        if self._cache is not None:
            self._cache.put(key, tree.encode())
        return tree

    async def _tracked(self) -> tuple[list[IndexEntry], int]:
        """The index entries below the path, relative to it, and when the index was written."""
        place = self._git_dir.index
        try:
            written = os.lstat(place)
        except OSError:
            return [], 0
        if not stat.S_ISREG(written.st_mode):
            raise InvalidRepository("The index of this repository is no regular file.", hint="Name a ref (@HEAD).")
        if written.st_size > MAX_INDEX_BYTES:
            raise LimitExceeded(
                f"The index of this repository is over {MAX_INDEX_BYTES >> 20} MiB.", hint="Name a ref."
            )
        raw = small_file(place.parent, place.name, MAX_INDEX_BYTES)
        if raw is None:
            return [], 0
        index = await to_thread.run_sync(parse_index, raw, self._git_dir.object_format)
        entries = await self._listed_by_git() if index.split else index.entries
        if self._subpath:
            prefix = os.fsencode(self._subpath) + b"/"
            entries = [each._replace(path=each.path[len(prefix) :]) for each in entries if each.path.startswith(prefix)]
        return entries, 0 if index.split else written.st_mtime_ns

    async def _listed_by_git(self) -> list[IndexEntry]:
        """The entries of a split index: its shared part lies beside it, so git reads a copy of both."""
        private = self._git_dir.private
        names = [place.name for place in private.glob("sharedindex.*")]
        for name in ("index", *sorted(names)[:MAX_SHARED_INDEXES]):
            content = small_file(private, name, MAX_INDEX_BYTES)
            if content is not None:
                (self._borrowed.skeleton.path / name).write_bytes(content)
        process = self._limits.process(stdout_bytes=MAX_INDEX_BYTES)
        done = await self._borrowed.skeleton.git("ls-files", "-s", "-z", limits=process)
        return [
            IndexEntry(path, int(mode, 8), bytes.fromhex(blob.decode()), 0, 0, 0, int(stage), False, False)
            for mode, blob, stage, path in _LISTED.findall(done.stdout)
        ]

    def _compare(self, tracked: list[IndexEntry], index_mtime_ns: int) -> Comparison:
        self._unseen = [
            TreeItem(
                each.path.rstrip(b"/"), FOLDER_MODE if is_sparse_folder(each) else b"%o" % each.mode, each.blob.hex()
            )
            for each in tracked
            if each.skip_worktree
        ]
        files = TrackedFiles(
            tracked,
            index_mtime_ns=index_mtime_ns,
            object_format=self._git_dir.object_format,
            max_hashed_bytes=self._limits.max_hashed_bytes,
        )
        return files.compare(self._root_fd)

    async def _add_untracked(self, found: Comparison) -> None:
        """Untracked files that are not ignored, by git under our skeleton with their ignore files."""
        if found.odd_ignore_file:  # git would open a FIFO and wait
            found.omitted.add("untracked_not_listed")
            return
        done = await self._untracked()
        if done is None:
            found.omitted.add("untracked_not_listed")
            return
        if done.truncated:
            found.omitted.add("file_limit")
        elif done.returncode != 0:
            found.omitted.add("untracked_not_listed")
        if b"could not open directory" in done.stderr:  # too deep, or no permission: git goes on without it
            found.omitted.add("unreadable_folder", count=done.stderr.count(b"could not open directory"))
        paths = sorted(done.stdout.split(b"\0")[:-1])
        await to_thread.run_sync(self._take_untracked, found, paths)

    async def _untracked(self) -> Completed | None:
        """git's answer; None when it takes too long, which is known early when it waits for somebody to write into
        a pipe that is called .gitignore."""
        env = {"GIT_WORK_TREE": str(self._git_dir.worktree), "GIT_INDEX_FILE": str(self._index_for_git())}
        process = replace(self._limits.process(), stdout_bytes=self._limits.max_files * 256)
        done: list[Completed] = []
        async with anyio.create_task_group() as group:

            async def ask() -> None:
                with suppress(LimitExceeded):
                    done.append(
                        await self._borrowed.skeleton.git(
                            *("ls-files", "-o", "-z", "--exclude-standard"),
                            limits=process,
                            truncate=True,
                            env=env,
                            cwd=self._path,
                        )
                    )
                group.cancel_scope.cancel()

            group.start_soon(ask)
            await anyio.sleep(IGNORE_PATIENCE_S)
            if await to_thread.run_sync(_has_odd_ignore_file, self._path, self._limits.max_files):
                group.cancel_scope.cancel()
        return done[0] if done else None

    def _index_for_git(self) -> Path:
        copy = self._borrowed.skeleton.path / "index"
        return copy if copy.exists() else self._git_dir.index

    def _take_untracked(self, found: Comparison, paths: list[bytes]) -> None:
        with BeneathReader(self._root_fd) as reader:
            for raw in paths:
                path = os.fsdecode(raw)
                if path.endswith("/"):
                    found.omitted.add("nested_repository", path)
                    continue
                folder, _, name = path.rpartition("/")
                fd = reader.folder(folder)
                if isinstance(fd, str):
                    continue
                try:
                    now = os.stat(name, dir_fd=fd, follow_symlinks=False)
                except OSError:
                    continue
                kind = entry_kind(now.st_mode)
                if kind is not None:
                    found.entries.append(Entry(path, now.st_size, kind, ""))
                    found.stamps[path] = f"{now.st_size}:{now.st_mtime_ns}"

    async def _unsettle_converted(self, found: Comparison) -> None:
        """Take the blob ids away from files whose bytes on disk went through a filter (LFS, line ends, ident).

        They are the index's, and right for git; but whoever keeps facts under a blob id must not file them under
        bytes that the blob does not hold. A differing size gives them away.
        """
        if not await to_thread.run_sync(self._has_converting_attributes, found):
            return
        asked = {entry.blob for entry in found.entries if entry.blob and entry.kind in ("file", "executable")}
        sizes = await blob_sizes(self._borrowed.skeleton, sorted(asked), self._limits.process(stdout_bytes=256 << 20))
        for at, entry in enumerate(found.entries):
            if entry.kind in ("file", "executable") and sizes.get(entry.blob, entry.size) != entry.size:
                self._converted[entry.path] = entry.blob
                found.stamps[entry.path] = f"{entry.size}:{entry.blob}"
                found.entries[at] = entry._replace(blob="")

    def _has_converting_attributes(self, found: Comparison) -> bool:
        with BeneathReader(self._root_fd) as reader:
            for entry in found.entries:
                if entry.path.endswith(".gitattributes") and entry.kind in ("file", "executable"):
                    content = reader.read(entry.path, MAX_ATTRIBUTES_BYTES)
                    if isinstance(content, bytes) and _CONVERTING.search(content):
                        return True
        return False

    async def _judge(self, found: Comparison, commit_tree: str | None) -> None:
        """Set `dirty` and `content_id`: by the tree that the files make when all their blobs are known."""
        unsure = found.omitted.has("file_limit", "untracked_not_listed")
        made, self.content_id = await to_thread.run_sync(self._identity, found, unsure)
        if unsure or self._commit_is_lost:
            self.dirty = None
        elif made:
            self.dirty = commit_tree is None or made != await self._committed(commit_tree)

    def _identity(self, found: Comparison, unsure: bool) -> tuple[str, str]:
        """The tree id that the files make with what was left out on purpose, "" when it cannot be known, and the
        identity of the set itself."""
        paths = os.fsencode("\0".join([entry.path for entry in found.entries])).split(b"\0")
        items = [
            TreeItem(path, MODES[entry.kind], entry.blob or self._converted.get(entry.path, ""))
            for path, entry in zip(paths, found.entries, strict=False)  # nothing joined is still one path
        ]
        made = ""
        if not unsure and all(item.blob for item in items):
            seen = {item.path for item in items}
            unseen = [item for item in self._unseen if item.path not in seen]
            made = tree_hash(items + unseen, self._git_dir.object_format)
            if not unseen and not self._converted:
                return made, tree_id(made)
        lines = (f"{entry.path}\0{entry.kind}\0{entry.blob or found.stamps[entry.path]}" for entry in found.entries)
        return made, set_id(lines)

    async def _committed(self, commit_tree: str) -> str:
        if not self._subpath:
            return commit_tree
        return await subtree_id(self._borrowed.skeleton, commit_tree, self._subpath, self._limits.process())
