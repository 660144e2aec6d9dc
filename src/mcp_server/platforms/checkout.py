"""Opens a remote repository: which commit is meant, fetched or found among what was fetched before, read as objects.

The remote is asked for its refs each time, unless a full commit id says which objects are meant; so a changed remote
is noticed, and lost access too. Nothing is checked out.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
from anyio import to_thread

from plumbrule.core.errors import NotFound, Unavailable
from plumbrule.core.security.urls import Origin as UrlOrigin
from plumbrule.core.store.once import SingleFlight
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.platforms.credentials import Token
from plumbrule.mcp_server.platforms.fetched import FetchedFolders, fetched_key
from plumbrule.mcp_server.platforms.git import Skeleton
from plumbrule.mcp_server.platforms.gitdir import ObjectFormat
from plumbrule.mcp_server.platforms.limits import LocalLimits
from plumbrule.mcp_server.platforms.listing import Omissions, tree_id
from plumbrule.mcp_server.platforms.objects import ObjectsSnapshot, find_commit, list_tree, narrowed, subtree_id
from plumbrule.mcp_server.platforms.ports.snapshot import Origin, Snapshot
from plumbrule.mcp_server.platforms.refs import SHORT_ID, is_object_id, is_ref, is_subpath
from plumbrule.mcp_server.platforms.remote import RemoteGit, RemoteRefs
from plumbrule.mcp_server.platforms.source import GitSource
from plumbrule.mcp_server.platforms.workspace import Workspace

GIT_FOLDER = "git"
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class _Target:
    """What to fetch: `wanted` is a full ref name, HEAD or an object id; `commit` the id it has now (a tag's peeled)."""

    wanted: str
    commit: str
    ref: str | None
    subpath: str
    default_branch: str | None


class Checkout:
    """Opens `GitSource`s. At most `slots` fetches run at once; the same commit is fetched once."""

    def __init__(
        self,
        remote: RemoteGit,
        workspace: Workspace,
        folders: FetchedFolders,
        tokens: Mapping[UrlOrigin, Token],
        limits: LocalLimits,
        slots: anyio.Semaphore,
    ) -> None:
        self._remote = remote
        self._workspace = workspace
        self._folders = folders
        self._tokens = tokens
        self._limits = limits
        self._slots = slots
        self._flights: SingleFlight[str] = SingleFlight()

    @asynccontextmanager
    async def open(self, text: str, source: GitSource) -> AsyncGenerator[Snapshot]:
        """The snapshot of a remote repository. Errors as `Sources.open`."""
        token = self._tokens.get(source.url.origin)
        with self._workspace.folder() as temporary:
            home = temporary / "home"
            home.mkdir(mode=0o700)
            target = await self._target(source, token, home)
            key = self._key(source, target.commit, token)
            with self._folders.held(key) as found:
                if found is not None:
                    async with self._snapshot(text, source, target, found / GIT_FOLDER, home) as snapshot:
                        yield snapshot
                    return
            async with (
                self._fetched(source, target, token, key, temporary) as git_dir,
                self._snapshot(text, source, target, git_dir, home) as snapshot,
            ):
                yield snapshot

    def _key(self, source: GitSource, commit: str, token: Token | None) -> str:
        path = source.url.path.removesuffix("/").removesuffix(".git")
        filtered = str(self._remote.limits.max_blob_bytes)
        return fetched_key(str(source.url.origin), path, commit, filtered, "" if token is None else token.scope)

    async def _target(self, source: GitSource, token: Token | None, home: Path) -> _Target:
        if source.ref is not None and is_object_id(source.ref):
            return _Target(source.ref, source.ref, source.ref, source.subpath, None)
        names = _possible_refs(source)
        patterns = [f"refs/{kind}/{name}{peeled}" for name in names for kind, peeled in _KINDS]
        patterns += [name for name in names if name.startswith("refs/")]
        refs = await self._remote.list_refs(source.url, patterns, token, home)
        return _chosen(source, refs, names)

    @asynccontextmanager
    async def _fetched(
        self, source: GitSource, target: _Target, token: Token | None, key: str, temporary: Path
    ) -> AsyncGenerator[Path]:
        """The commit in a folder of its own: kept for later calls when it may be, else gone with this one."""
        made = temporary / "made"

        async def fetch() -> str:
            made.mkdir(mode=0o700)
            home = temporary / "home"
            object_format: ObjectFormat = "sha256" if len(target.commit) == 64 else "sha1"
            async with self._slots:
                commit = await self._remote.fetch(
                    source.url, target.wanted, object_format, token, made / GIT_FOLDER, home
                )
            moved = self._key(source, commit, token)  # the branch may have moved since it was listed
            await to_thread.run_sync(self._folders.put, moved, made)
            return moved

        for _ in range(ATTEMPTS):
            kept = await self._flights.run(key, fetch)
            with self._folders.held(kept) as found:
                if found is not None:
                    yield found / GIT_FOLDER
                    return
            if made.exists():
                yield made / GIT_FOLDER
                return
            # Another task fetched it and could not keep it, or it was removed to make room: fetch it ourselves.
        raise Unavailable("The fetched repository was removed again and again.", hint="Raise sources.cache_max_bytes.")

    @asynccontextmanager
    async def _snapshot(
        self, text: str, source: GitSource, target: _Target, git_dir: Path, home: Path
    ) -> AsyncGenerator[Snapshot]:
        skeleton = Skeleton(git_dir, home)
        process = self._limits.process()
        commit = await find_commit(skeleton, fetched_commit(git_dir), process)
        omitted = Omissions()
        entries = await list_tree(skeleton, commit.tree, omitted, max_files=self._limits.max_files, limits=process)
        entries = narrowed(entries, target.subpath)
        tree = await subtree_id(skeleton, commit.tree, target.subpath, process)
        url = replace(source.url, path=source.url.path.removesuffix("/").removesuffix(".git"))
        origin = Origin(
            source=text,
            kind="forge" if source.short or "://" not in text else "git",
            name=url.path.rpartition("/")[2],
            url=str(url),
            ref=target.ref or target.default_branch,
            commit=commit.id,
            subpath=target.subpath,
            content_id=tree_id(tree) if tree else "",
            default_branch=target.default_branch,
            shallow=True,
        )
        yield ObjectsSnapshot(skeleton, origin, entries, omitted.as_skipped(), self._limits)


_KINDS = (("heads", ""), ("tags", ""), ("tags", "^{}"))


def _possible_refs(source: GitSource) -> list[str]:
    """The refs that the source may mean: its own, or each beginning of what followed /tree/, shortest first."""
    if source.ref is not None:
        return [source.ref]
    if not source.tail:
        return []
    steps = source.tail.split("/")
    return [name for count in range(1, min(len(steps), 8) + 1) if is_ref(name := "/".join(steps[:count]))]


def _chosen(source: GitSource, refs: RemoteRefs, names: list[str]) -> _Target:
    if not names:
        if "HEAD" not in refs.ids:
            raise NotFound("The repository has no default branch.", hint="Name one of its branches with @branch.")
        return _Target("HEAD", refs.ids["HEAD"], None, source.subpath, refs.default_branch)
    for name in reversed(names):  # branches may not be prefixes of each other; a tag may be one of a branch
        subpath = source.tail[len(name) + 1 :] if source.tail else source.subpath
        if subpath and not is_subpath(subpath):
            continue
        for full in (f"refs/heads/{name}", f"refs/tags/{name}", name):
            if full in refs.ids and (full != "HEAD" or name == "HEAD"):
                return _Target(full, refs.ids[full], name, subpath, refs.default_branch)
        if is_object_id(name):
            return _Target(name, name, name, subpath, refs.default_branch)
    hint = "List them with git ls-remote."
    if SHORT_ID.fullmatch(names[0]):
        hint = "A remote's commit needs its full id."
    raise NotFound("The repository has no such branch or tag.", hint=hint)


def fetched_commit(git_dir: Path) -> str:
    """The commit that a folder of ours was fetched for."""
    return (git_dir / "refs" / "plumbrule" / "fetched").read_text().strip()
