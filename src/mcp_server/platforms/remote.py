"""git against a remote: what refs it has, and one commit of it without history, under every limit of SECURITY.md 2.2.

The address passed the URL guard; what it resolves to was checked once and is pinned, so that git asks no resolver.
Redirects, other protocols, submodules, bundles, credential helpers and hooks are off. Error texts of the remote do not
pass (`remote_faults`).
"""

import re
from collections.abc import Sequence
from pathlib import Path

import anyio

from plumbrule.core.context import report_progress
from plumbrule.core.errors import InvalidRepository, NotFound, Offline, UpstreamTimeout
from plumbrule.core.process import Completed, Conversation, ProcessLimits, ProcessTimeout, open_process, run
from plumbrule.core.security.addresses import Resolver, resolve_public
from plumbrule.core.security.urls import NetworkSettings, RemoteUrl
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.platforms.credentials import Token, asking
from plumbrule.mcp_server.platforms.git import INSTALL_HINT, SETTINGS, git_argv, git_env, write_skeleton
from plumbrule.mcp_server.platforms.gitdir import ObjectFormat
from plumbrule.mcp_server.platforms.limits import CloneLimits
from plumbrule.mcp_server.platforms.refs import is_object_id
from plumbrule.mcp_server.platforms.remote_faults import fault_of

LISTING_BYTES = 1 << 20
"""Only the refs that were asked for are printed, a handful."""

PROGRESS_EVERY_S = 0.5
FETCH_SHARE = 0.5
"""Of the whole call: the reading that follows must not seem to go back."""

FETCHED_REF = "refs/plumbrule/fetched"

_REF_LINE = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64})\t(\S+)\n")
_SYMREF_LINE = re.compile(rb"ref: refs/heads/(\S+)\tHEAD\n")
_PROGRESS = re.compile(rb"(Receiving objects|Resolving deltas): +([0-9]{1,3})%")

_HARMLESS = (
    "badTimezone",
    "zeroPaddedFilemode",
    "missingSpaceBeforeDate",
    "badDate",
    "badDateOverflow",
    "missingEmail",
)
"""Faults of old tools that real projects carry (psf/requests, pallets/flask) and that hurt nobody."""


@dataclass(frozen=True, slots=True)
class RemoteRefs:
    """The refs that were asked for, by full name (tags peeled), and the branch that HEAD is on."""

    ids: dict[str, str]
    default_branch: str | None


@dataclass(frozen=True, slots=True)
class RemoteGit:
    """Talks to remotes. `home` folders are the caller's, private and empty."""

    network: NetworkSettings
    limits: CloneLimits
    resolver: Resolver

    async def list_refs(self, url: RemoteUrl, patterns: Sequence[str], token: Token | None, home: Path) -> RemoteRefs:
        """The refs named exactly by `patterns`, and HEAD.

        Raises:
            Offline, BlockedUrl: nothing was contacted; NotFound, AuthRequired, RateLimited, Unavailable,
            UpstreamTimeout; InvalidRepository: no git server, or an empty repository.
        """
        settings = await self._settings(url)
        words = ["ls-remote", "-q", "--symref", "--", str(url), "HEAD", *patterns]
        limits = ProcessLimits(
            wall_s=self.limits.wall_s,
            cpu_s=int(self.limits.wall_s) + 1,
            memory_bytes=self.limits.memory_bytes,
            file_bytes=0,
            stdout_bytes=LISTING_BYTES,
        )
        with asking(token, home) as means:
            try:
                done = await run(
                    git_argv(*words, settings=settings),
                    env=self._env(url, home) | dict(means.env),
                    limits=limits,
                    cwd=home,
                    pass_fds=means.pass_fds,
                    install_hint=INSTALL_HINT,
                )
            except ProcessTimeout as error:
                raise _too_slow(url, self.limits.wall_s) from error
        if done.returncode != 0:
            raise fault_of(done.stderr, done.returncode, url.host, with_token=token is not None)
        return _refs(done, url)

    async def fetch(
        self, url: RemoteUrl, wanted: str, object_format: ObjectFormat, token: Token | None, git_dir: Path, home: Path
    ) -> str:
        """Fetch one commit (a full ref name, HEAD or an object id) without history into the new folder `git_dir`.

        Returns its object id. Afterwards the folder knows no remote: a file that was over the size limit reads as
        missing instead of being fetched.
        """
        write_skeleton(git_dir, object_format)
        settings = await self._settings(url)
        words = [
            "fetch",
            "--progress",
            "--depth=1",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
            f"--filter=blob:limit={self.limits.max_blob_bytes}",
            "--",
            str(url),
            f"+{wanted}:{FETCHED_REF}",
        ]
        env = self._env(url, home) | {"GIT_DIR": str(git_dir)}
        with asking(token, home) as means:
            returncode, stderr = await self._watched(
                git_argv(*words, settings=settings), env | dict(means.env), means.pass_fds, url, home
            )
        if returncode != 0:
            raise fault_of(stderr, returncode, url.host, with_token=token is not None)
        return _sealed(git_dir, object_format)

    async def _watched(
        self, argv: list[str], env: dict[str, str], pass_fds: Sequence[int], url: RemoteUrl, home: Path
    ) -> tuple[int, bytes]:
        """Run git to its end, telling the caller about its progress."""
        limits = ProcessLimits(
            wall_s=self.limits.wall_s,
            cpu_s=int(self.limits.wall_s) + 1,
            memory_bytes=self.limits.memory_bytes,
            file_bytes=self.limits.max_bytes,
            stdout_bytes=LISTING_BYTES,
        )
        code = -1
        try:
            async with open_process(
                argv, env=env, limits=limits, cwd=home, pass_fds=pass_fds, install_hint=INSTALL_HINT
            ) as child:
                await child.finish()
                await report_progress(0.0, 1.0, f"Fetching from {url.host}")
                async with anyio.create_task_group() as group:
                    group.start_soon(_tell_progress, child, url.host)
                    while await child.read_some():
                        pass
                    code = await child.wait()
                    group.cancel_scope.cancel()
                await report_progress(FETCH_SHARE, 1.0, f"Fetched from {url.host}")
                return code, child.stderr
        except ProcessTimeout as error:
            raise _too_slow(url, self.limits.wall_s) from error

    async def _settings(self, url: RemoteUrl) -> tuple[str, ...]:
        """git's settings for one remote, with its addresses pinned.

        Raises:
            Offline, BlockedUrl, Unavailable, UpstreamTimeout: as `resolve_public`.
        """
        network = self.network
        if network.offline:
            raise Offline("The network is switched off.", hint="Unset network.offline, or leave out --offline.")
        settings = [
            *SETTINGS,
            f"protocol.{url.origin.scheme}.allow=always",
            "transfer.fsckObjects=true",
            *(f"fetch.fsck.{name}=ignore" for name in _HARMLESS),
            "fetch.unpackLimit=1",
            "fetch.recurseSubmodules=false",
            "transfer.bundleURI=false",
            "http.followRedirects=false",
            "http.lowSpeedLimit=1000",
            f"http.lowSpeedTime={self.limits.stall_s}",
            "http.emptyAuth=false",
        ]
        if network.ca_file is not None:
            settings.append(f"http.sslCAInfo={network.ca_file}")
        if network.proxy is not None:
            settings.append(f"http.proxy={network.proxy}")
        else:
            addresses = await resolve_public(url, resolver=self.resolver, timeout_s=network.connect_timeout_s)
            pinned = ",".join(f"[{each}]" if ":" in each else each for each in addresses)
            settings.append("http.proxy=")
            settings.append(f"http.curloptResolve={url.host}:{url.origin.port}:{pinned}")
        return tuple(settings)

    def _env(self, url: RemoteUrl, home: Path) -> dict[str, str]:
        return git_env(home) | {"GIT_ALLOW_PROTOCOL": url.origin.scheme}


def _refs(done: Completed, url: RemoteUrl) -> RemoteRefs:
    ids = {name.decode("utf-8", "replace"): found.decode() for found, name in _REF_LINE.findall(done.stdout)}
    for name in [name for name in ids if name.endswith("^{}")]:
        ids[name.removesuffix("^{}")] = ids.pop(name)
    if not ids:
        # An HTML page with status 200 looks like this too.
        raise InvalidRepository(
            f"There is no git repository at this address of {url.host}, or it is empty, or has no such ref.",
            hint="Check the address and the ref.",
        )
    symref = _SYMREF_LINE.search(done.stdout)
    return RemoteRefs(ids, symref[1].decode("utf-8", "replace") if symref else None)


def _sealed(git_dir: Path, object_format: ObjectFormat) -> str:
    """Forget the remote, and read which commit came."""
    try:
        fetched = (git_dir / FETCHED_REF).read_text().strip()
    except OSError:
        fetched = ""
    if not is_object_id(fetched):
        raise NotFound("The repository has no such branch, tag or commit.", hint="List them with git ls-remote.")
    sha256 = object_format == "sha256"
    extensions = "[extensions]\n\tobjectformat = sha256\n" if sha256 else ""
    (git_dir / "config").write_text(f"[core]\n\trepositoryformatversion = {int(sha256)}\n\tbare = true\n{extensions}")
    return fetched


def _too_slow(url: RemoteUrl, limit_s: float) -> UpstreamTimeout:
    return UpstreamTimeout(
        f"Fetching from {url.host} did not finish within {limit_s:g} s.",
        hint="Try again, raise sources.clone_wall_s, or analyze a clone of your own.",
    )


async def _tell_progress(child: Conversation, host: str) -> None:
    """Report what git says about its progress, for as long as it runs."""
    told = 0.0
    while True:
        await anyio.sleep(PROGRESS_EVERY_S)
        now = _percent(child.stderr)
        if now > told:
            told = now
            await report_progress(FETCH_SHARE * told / 100, 1.0, f"Fetching from {host}")


def _percent(stderr: bytes) -> float:
    """How far git says it is: receiving counts for 70 of 100, resolving deltas for the rest."""
    said = _PROGRESS.findall(stderr[-4096:])
    if not said:
        return 0.0
    phase, percent = said[-1][0], min(100, int(said[-1][1]))
    return percent * 0.7 if phase.startswith(b"Receiving") else 70 + percent * 0.29
