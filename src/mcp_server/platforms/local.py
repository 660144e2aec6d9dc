"""Opens what a local path names: a work tree, a bare repository, one commit of either, a plain folder, an archive."""

import os
import re
import stat
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from anyio import to_thread

from plumbrule.core.errors import AccessDenied, InvalidArgument, NotFound, PlumbruleError
from plumbrule.core.security.beneath import BeneathReader
from plumbrule.core.security.paths import PathPolicy, admit, is_credential_path, open_folder
from plumbrule.core.store.cache import Cache
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.platforms.folder import FolderWalk
from plumbrule.mcp_server.platforms.git import make_skeleton
from plumbrule.mcp_server.platforms.gitdir import GitDir, find_git_dir
from plumbrule.mcp_server.platforms.limits import ArchiveLimits, LocalLimits
from plumbrule.mcp_server.platforms.listing import Omissions, set_id, tidy, tree_id
from plumbrule.mcp_server.platforms.localrefs import Head, LocalRefs
from plumbrule.mcp_server.platforms.objects import ObjectsSnapshot, find_commit, list_tree, narrowed, subtree_id
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, Origin, Snapshot
from plumbrule.mcp_server.platforms.refs import SHORT_ID, checked_ref, is_object_id
from plumbrule.mcp_server.platforms.standing import NothingTracked, open_work_tree
from plumbrule.mcp_server.platforms.workspace import Workspace
from plumbrule.mcp_server.platforms.worktree import FilesSnapshot

MAX_REF_SPLITS = 8


@dataclass(frozen=True, slots=True)
class LocalSources:
    """Opens local paths within `policy`.

    `cache` remembers what never changes of a repository, so that an unchanged one is recognised without git.
    """

    policy: PathPolicy
    workspace: Workspace
    limits: LocalLimits
    archive_limits: ArchiveLimits
    cache: Cache | None = None

    @asynccontextmanager
    async def open(self, text: str) -> AsyncGenerator[Snapshot]:
        """The snapshot behind a path, with an optional `@ref`.

        Raises:
            as `Sources.open`, but nothing that concerns a network.
        """
        path, ref = self._path_and_ref(text)
        if stat.S_ISDIR(os.lstat(path).st_mode):
            git_dir = await to_thread.run_sync(find_git_dir, path, self._allowed)
            if git_dir is None:
                opened = self._open_folder(text, path, ref)
            elif git_dir.worktree is None or ref is not None:
                opened = self._open_objects(text, path, git_dir, ref)
            else:
                opened = self._open_standing(text, path, git_dir)
        else:
            if ref is not None:
                raise InvalidArgument("An archive has no refs.", hint="Leave out what follows the @.")
            from plumbrule.mcp_server.platforms.archives import open_archive  # 10 ms with its decompressors

            opened = open_archive(path, Origin(text, "archive", archive_name(path)), self.archive_limits)
        async with opened as snapshot:
            yield snapshot

    def _path_and_ref(self, text: str) -> tuple[Path, str | None]:
        """The whole text when it exists, else divided at an `@`: only the file system can tell."""
        try:
            return admit(text, self.policy), None
        except (NotFound, AccessDenied, InvalidArgument) as error:
            missing = error
        ats = [at.start() for at in re.finditer("@", text)][-MAX_REF_SPLITS:]
        for at in reversed(ats):
            try:
                path = admit(text[:at], self.policy)
            except PlumbruleError:
                continue
            return path, checked_ref(text[at + 1 :])
        raise missing

    def _allowed(self, path: Path) -> bool:
        try:
            return admit(str(path), self.policy) == path
        except PlumbruleError:
            return False

    @asynccontextmanager
    async def _open_standing(self, text: str, path: Path, git_dir: GitDir) -> AsyncGenerator[Snapshot]:
        """A work tree; a folder that its repository ignores altogether is read as one without git."""
        async with AsyncExitStack() as stack:
            work_tree = open_work_tree(text, path, git_dir, self.workspace, self.limits, cache=self.cache)
            try:
                snapshot = await stack.enter_async_context(work_tree)
            except NothingTracked:
                snapshot = await stack.enter_async_context(self._open_folder(text, path, None))
            yield snapshot

    @asynccontextmanager
    async def _open_folder(self, text: str, path: Path, ref: str | None) -> AsyncGenerator[Snapshot]:
        if ref is not None:
            raise InvalidArgument("This folder is no git repository, so it has no refs.", hint="Leave out the @ref.")
        root_fd = open_folder(path)
        try:
            with BeneathReader(root_fd) as reader:
                walk = FolderWalk(reader, max_files=self.limits.max_files, refuses=self._refuses(path))
                entries, content = await to_thread.run_sync(self._walked, walk)
            origin = Origin(text, "path", path.name, content_id=content)
            yield FilesSnapshot(root_fd, origin, entries, walk.omitted.as_skipped())
        finally:
            os.close(root_fd)

    def _walked(self, walk: FolderWalk) -> tuple[list[Entry], str]:
        """The files, and the identity of their set."""
        walk.run()
        entries = tidy(walk.entries, walk.omitted, self.limits.max_files)
        return entries, set_id(f"{entry.path}\0{entry.kind}\0{walk.stamps[entry.path]}" for entry in entries)

    def _refuses(self, path: Path) -> Callable[[str], bool] | None:
        """Places of credentials are left out where roots bound the caller; the command line's user sees all of his."""
        if self.policy.roots is None:
            return None
        return lambda below: is_credential_path((*path.parts, *below.split("/")))

    @asynccontextmanager
    async def _open_objects(self, text: str, path: Path, git_dir: GitDir, ref: str | None) -> AsyncGenerator[Snapshot]:
        refs = LocalRefs(git_dir)
        subpath = subpath_of(path, git_dir)
        head: Head | None = None
        if ref is None:
            head = await to_thread.run_sync(refs.head)
        wanted = await to_thread.run_sync(resolved, refs, ref) if ref is not None else head.commit if head else None
        if wanted is None:
            raise NotFound(
                "This repository has no commit yet."
                if ref is None
                else "This repository has no such branch, tag or commit.",
                hint="Commit something first." if ref is None else "List them with git branch -a and git tag.",
            )
        with self.workspace.folder() as temporary:
            skeleton = make_skeleton(temporary, git_dir)
            process = self.limits.process()
            commit = await find_commit(skeleton, wanted, process)
            omitted = Omissions()
            entries = await list_tree(skeleton, commit.tree, omitted, max_files=self.limits.max_files, limits=process)
            entries = narrowed(entries, subpath)
            tree = await subtree_id(skeleton, commit.tree, subpath, process)
            origin = Origin(
                source=text,
                kind="path",
                name=repository_name(git_dir),
                ref=ref if ref is not None else head.branch if head else None,
                commit=commit.id,
                subpath=subpath,
                content_id=tree_id(tree) if tree else "",
                default_branch=refs.default_branch() or (head.branch if head and git_dir.worktree is None else None),
                shallow=bool(git_dir.shallow),
            )
            yield ObjectsSnapshot(skeleton, origin, entries, omitted.as_skipped(), self.limits, git_dir=git_dir)


def resolved(refs: LocalRefs, ref: str) -> str | None:
    """The object id that a checked ref names; an abbreviated id is handed on for git to complete."""
    if is_object_id(ref):
        return ref
    found = refs.resolve(ref)
    return found or (ref if SHORT_ID.fullmatch(ref) else None)


def subpath_of(path: Path, git_dir: GitDir) -> str:
    """Where `path` lies inside the repository, "" for its root.

    Raises:
        InvalidArgument: inside its `.git`.
    """
    if git_dir.worktree is None:
        return ""
    inside = path.relative_to(git_dir.worktree).as_posix()
    if ".git" in inside.lower().split("/"):
        raise InvalidArgument("This path lies inside a .git folder.", hint="Name the repository itself.")
    return "" if inside == "." else inside


_NAMELESS = frozenset(("repo", "repository", "git"))


def repository_name(git_dir: GitDir) -> str:
    """The folder's name, without `.git`; a bare repository in a folder of no name of its own takes the folder above."""
    place = git_dir.worktree or git_dir.common
    named = place.parent if place.name == ".git" else place
    if git_dir.worktree is None and named.name.removesuffix(".git").lower() in _NAMELESS:
        named = named.parent if named.parent.name else named
    return named.name.removesuffix(".git") or named.name


def archive_name(path: Path) -> str:
    """The file's name without its archive suffixes."""
    return (
        re.sub(r"(?:\.tar)?\.(?:gz|bz2|xz|tgz|tbz2|txz|tar|zip|whl|crate|zst)\Z", "", path.name, flags=re.I)
        or path.name
    )
