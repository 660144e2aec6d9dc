"""uv as a program: from our own environment, in an empty folder, told nothing but what we wrote, bounded in everything.

Above: `uv` (the oracle) and whatever makes locks. A repository's own files never come near it, because uv follows
index, find-links, `-r` and URL lines, expands environment variables into them and can run builds. Home, configuration
and environment are ours, so that `.netrc`, `uv.toml`, `pip.conf` and `UV_*` of the user decide nothing either.

Measured (uv 0.13.8, Linux): address space of 2 GB suffices for 260 packages; an exponential graph of versions takes
5-8 GB without that bound.
"""

import os
import shutil
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import anyio
from anyio import to_thread

from plumbrule.core.errors import LimitExceeded, MissingDependency
from plumbrule.core.process import Completed, ProcessLimits, run
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.mcp_server.dependencies.engines.indexes import DEFAULT, PythonIndex
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings

HTTP_RETRIES = "2"
DOWNLOADS_AT_ONCE = "16"
"""uv's own 50 reserve 2.2 GB over an index without metadata files, touch 90 MB of it, and take as long."""
DAY_S = 86_400.0
CACHE = "cache"
WRITTEN = "written"
"""Below the folder: what uv keeps, and the metadata-only packages that we write for it."""

INSTALL_HINT = "Install Plumbrule again with its dependencies, or: pip install 'uv>=0.13.8,<0.14'."

NEVER = ("--no-build", "--no-python-downloads")
"""`UV_NO_BUILD` alone is not heeded by `uv pip compile`, which then runs `setup.py` to learn what it requires."""

_FETCHED_ANSWERS = 'cache-control = { api = "max-age=600", files = "max-age=365000000, immutable" }'
"""As the public index says of itself. Without it each call asks again for every package: 3 s in place of 0.2 s."""


class UvProgram:
    """Runs uv. `folder` is ours alone: its cache lies in it, and is kept between runs.

    One instance for the whole process, so that `resolution.parallel` means what it says.
    """

    def __init__(
        self, settings: ResolutionSettings, network: NetworkSettings, indexes: Sequence[PythonIndex], folder: Path
    ) -> None:
        self._settings = settings
        self._network = network
        self._indexes = tuple(indexes)
        self._places = anyio.Semaphore(settings.parallel)
        self._checked = False
        self.folder = folder

    @property
    def indexes(self) -> tuple[PythonIndex, ...]:
        """The indexes it asks, the public one last."""
        return self._indexes

    @property
    def network(self) -> NetworkSettings:
        return self._network

    @property
    def offline(self) -> bool:
        return self._network.offline

    @cached_property
    def version(self) -> str:
        """As its distribution says; "" when it is not installed."""
        return _version()

    @contextmanager
    def workplace(self) -> Generator[Path]:
        """An empty private folder with our configuration in it, gone when the context ends."""
        import tempfile  # 5 ms, when an engine is asked

        with tempfile.TemporaryDirectory(prefix="plumbrule-uv-", ignore_cleanup_errors=True) as name:
            folder = Path(name).resolve()
            (folder / "home").mkdir(mode=0o700)
            (folder / "uv.toml").write_text(self._configuration(), encoding="utf-8")
            yield folder

    async def run(
        self,
        arguments: Sequence[str],
        workplace: Path,
        *,
        env: Mapping[str, str] | None = None,
        limits: ProcessLimits | None = None,
    ) -> Completed:
        """Run `uv ARGUMENTS` inside a workplace; what it printed, whatever its return code.

        Building, downloading interpreters, and every configuration but ours are switched off for all commands.
        `env` adds variables of ours.

        Raises:
            MissingDependency: uv is not installed beside us. ProcessTimeout, LimitExceeded: it took or said too much.
        """
        program = _program()
        async with self._places:
            await self._trimmed(program)
            return await run(
                [program, *arguments, "--config-file", str(workplace / "uv.toml"), *NEVER],
                env={**self._environment(workplace), **(env or {})},
                limits=limits or self._settings.process(),
                cwd=workplace,
                dies_with_parent=True,
            )

    def _configuration(self) -> str:
        lines = ["no-build = true", 'python-downloads = "never"', ""]
        for index in self._indexes:
            lines += ["[[index]]", f'name = "{index.name}"', f'url = "{index.url}"', _FETCHED_ANSWERS]
            lines += ["default = true", ""] if index.name == DEFAULT else [""]
        return "\n".join([*lines, "[pip]", "no-build = true", ""])

    def _environment(self, workplace: Path) -> dict[str, str]:
        """Everything that it inherits. No PATH: it has nothing to look for, least of all git."""
        home = str(workplace / "home")
        env = {
            "PATH": "",
            "LC_ALL": "C.UTF-8",
            "HOME": home,
            "XDG_CONFIG_HOME": home,
            "XDG_DATA_HOME": home,
            "TMPDIR": home,
            "UV_CACHE_DIR": str(self.folder / CACHE),
            "UV_PYTHON": sys.executable,
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_PROGRESS": "1",
            "UV_KEYRING_PROVIDER": "disabled",
            "UV_SYSTEM_CERTS": "1",
            "UV_HTTP_TIMEOUT": str(max(1, round(self._network.read_timeout_s))),
            "UV_HTTP_CONNECT_TIMEOUT": str(max(1, round(self._network.connect_timeout_s))),
            "UV_HTTP_RETRIES": HTTP_RETRIES,
            "UV_CONCURRENT_DOWNLOADS": DOWNLOADS_AT_ONCE,
            "NO_COLOR": "1",
        }
        if self._network.offline:
            env["UV_OFFLINE"] = "1"
        if self._network.ca_file is not None:
            env["SSL_CERT_FILE"] = self._network.ca_file
        if self._network.proxy is not None:
            env |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), self._network.proxy)
        for index in self._indexes:
            if index.user:
                env[f"UV_INDEX_{index.variable}_USERNAME"] = index.user
                env[f"UV_INDEX_{index.variable}_PASSWORD"] = index.password
        return env

    async def _trimmed(self, program: str) -> None:
        """Once a day, hold what is kept to its size: what nobody can use goes first, all of it if that is not enough.

        uv locks its cache itself, so that a call of another process is not disturbed.
        """
        if self._checked:
            return
        self._checked = True
        if not await to_thread.run_sync(_is_due, self.folder):
            return
        await to_thread.run_sync(_forget_old, self.folder / WRITTEN)
        for command in ("prune", "clean"):
            if await to_thread.run_sync(_bytes_below, str(self.folder / CACHE)) <= self._settings.cache_max_bytes:
                return
            with self.workplace() as workplace:
                env = self._environment(workplace)
                await run([program, "cache", command], env=env, limits=self._settings.process(), cwd=workplace)


def _is_due(folder: Path) -> bool:
    """Whether the last look is a day ago; a file of ours says when it was."""
    stamp = folder / "looked-at"
    try:
        if time.time() - stamp.stat().st_mtime < DAY_S:
            return False
    except FileNotFoundError:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp.touch(mode=0o600)
    return True


def _forget_old(folder: Path) -> None:
    """Remove what we wrote for questions that nobody asked since yesterday."""
    before = time.time() - DAY_S
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.stat(follow_symlinks=False).st_mtime < before:
            shutil.rmtree(entry.path, ignore_errors=True)


def _bytes_below(folder: str) -> int:
    total = 0
    pending = [folder]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:  # it went meanwhile, or was never there
            continue
    return total


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # 10 ms, when an engine is asked

    try:
        return version("uv")
    except PackageNotFoundError:
        return ""


def find_uv() -> tuple[str, str]:
    """Where our environment's uv lies, and its version.

    Raises:
        MissingDependency: it has none.
    """
    return _program(), _version()


def _program() -> str:
    """Where our environment's uv lies.

    Raises:
        MissingDependency: it has none.
    """
    try:
        from uv import find_uv_bin  # 3 ms, when an engine is asked

        return os.fspath(find_uv_bin())
    except (ImportError, FileNotFoundError):
        raise MissingDependency("uv, the resolver for Python, is not installed.", hint=INSTALL_HINT) from None


def said_too_much(error: Exception) -> bool:
    """Whether a run ended at the bound of its output rather than of its time."""
    from plumbrule.core.process import ProcessTimeout

    return isinstance(error, LimitExceeded) and not isinstance(error, ProcessTimeout)
