"""What `doctor` looks at, one function per thing. Each looks and says; none repairs, none contacts anything outside."""

import importlib.util
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from plumbrule import __version__
from plumbrule.core.errors import ConfigurationError, PlumbruleError
from plumbrule.core.store.build import cache_path
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.settings import Loaded

LEAST_FREE_BYTES = 500_000_000
"""Room for one fetched repository of the allowed size and the results."""

GIT_LEAST = (2, 30, 0)
"""Older ones lack `--no-lazy-fetch`-like switches that reading hostile repositories needs; Debian 11 has 2.30."""

GIT_FIXED = {43: 7, 44: 4, 45: 4, 46: 4, 47: 3, 48: 2, 49: 1, 50: 1}
"""Minor release of git 2 -> first patch with the fixes of 8 July 2025 (CVE-2025-48384, -48385, -48386; git's notes)."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was found about one thing. `missing` is for what is required; `warning` for what limits or endangers."""

    name: str
    state: Literal["ok", "warning", "missing"]
    message: str
    hint: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def settings_fault(error: ConfigurationError) -> Check:
    """The check that stands for settings that cannot be used."""
    return Check("settings", "missing", error.message, error.hint)


def run_checks(loaded: Loaded) -> list[Check]:
    """All checks, in the order in which a person would mend things."""
    return [check for look in CHECKS for check in look(loaded)]


def _program(_: Loaded) -> Iterator[Check]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Check("plumbrule", "ok", f"{__version__} on Python {version} ({sys.executable})")


def _settings(loaded: Loaded) -> Iterator[Check]:
    """Beyond ranges: what only putting the program together can judge, and what only a server on the network needs."""
    from plumbrule.mcp_server.app import build_app
    from plumbrule.mcp_server.server.auth import parse_tokens
    from plumbrule.mcp_server.server.http_security import check_exposure

    try:
        build_app(loaded, "stdio").logs.close()
        parse_tokens(loaded.settings.http.tokens)
        check_exposure(loaded.settings.http)
    except PlumbruleError as error:
        yield Check("settings", "missing", error.message, error.hint)
        return
    origin = f"read from {loaded.file}" if loaded.file else "no settings file"
    yield Check("settings", "ok", f"{origin}; {len(loaded.origins) or 'no'} values differ from the defaults")


def _git(_: Loaded) -> Iterator[Check]:
    import anyio  # only here something is started

    from plumbrule.core.process import ProcessLimits, base_env, run

    async def ask() -> str:
        with tempfile.TemporaryDirectory(prefix="plumbrule-") as home:
            done = await run(["git", "--version"], env=base_env(Path(home)), limits=ProcessLimits(wall_s=10))
            return done.stdout.decode("utf-8", "replace").strip()

    try:
        yield judge_git(anyio.run(ask))
    except PlumbruleError as error:
        hint = "Install git: apt install git · dnf install git · brew install git"
        yield Check("git", "missing", error.message, hint)


def judge_git(text: str) -> Check:
    """What `git --version` says about the risk of reading foreign repositories with it."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    if found is None:
        return Check("git", "warning", f"answered {text[:60]!r}, which names no version")
    version = (int(found[1]), int(found[2]), int(found[3] or 0))
    shown = ".".join(str(part) for part in version)
    if version < GIT_LEAST:
        return Check("git", "missing", f"{shown} is too old", f"Install git {GIT_LEAST[0]}.{GIT_LEAST[1]} or newer.")
    if version[0] == 2 and (version[1] < min(GIT_FIXED) or version[2] < GIT_FIXED.get(version[1], 0)):
        return Check(
            "git",
            "warning",
            f"{shown} lacks the fixes of July 2025 unless your distribution has added them",
            "Upgrade to 2.50.1 or newer, or a patch release of your line.",
        )
    return Check("git", "ok", shown)


def _cache(loaded: Loaded) -> Iterator[Check]:
    if not loaded.settings.cache.enabled:
        yield Check("cache", "ok", "switched off by cache.enabled")
        return
    try:
        folder = cache_path(loaded.settings.cache).parent
    except ConfigurationError as error:
        yield Check("cache", "warning", f"{error.message} Results are not kept.", error.hint)
        return
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        hint = "Set cache.folder to a folder of yours, or cache.enabled=false."
        yield Check("cache", "warning", f"{folder} cannot be written; results are not kept", hint)
        return
    free = shutil.disk_usage(existing).free
    state: Literal["ok", "warning"] = "ok" if free >= LEAST_FREE_BYTES else "warning"
    yield Check("cache", state, f"{folder}, {free // 1_000_000:,} MB free")


def _resolvers(_: Loaded) -> Iterator[Check]:
    """What answers joint questions: uv comes with us, npm lies on the machine or in the extra."""
    from plumbrule.mcp_server.dependencies.engines.npm_node import find_node
    from plumbrule.mcp_server.dependencies.engines.uv_program import find_uv

    try:
        program, version = find_uv()
        yield Check("uv", "ok", f"{version} ({program})")
    except PlumbruleError as error:
        yield Check("uv", "missing", error.message, error.hint)
    try:
        node = find_node()
        yield Check("npm", "ok", f"{node.npm_version} on Node {node.version} ({node.node})")
    except PlumbruleError as error:
        yield Check("npm", "warning", f"{error.message} npm packages are compared by their ranges alone.", error.hint)


def _scratch(_: Loaded) -> Iterator[Check]:
    try:
        with tempfile.TemporaryFile():
            pass
    except OSError as error:
        yield Check("temp folder", "missing", f"no temp folder can be written: {error}", "Set TMPDIR to one.")
        return
    yield Check("temp folder", "ok", tempfile.gettempdir())


def _user(_: Loaded) -> Iterator[Check]:
    if os.name == "posix" and os.geteuid() == 0:
        hint = "In production run as a user of its own; the image does."
        yield Check("user", "warning", "running as root", hint)
    else:
        yield Check("user", "ok", "not root")


def _port(loaded: Loaded) -> Iterator[Check]:
    http = loaded.settings.http
    try:
        with socket.create_server((http.host, http.port), family=_family(http.host)):
            pass
    except (OSError, OverflowError) as error:
        hint = "`plumbrule serve --transport http --port N` takes another; stdio needs none."
        yield Check("http port", "warning", f"{http.host}:{http.port} cannot be taken: {error}", hint)
        return
    yield Check("http port", "ok", f"{http.host}:{http.port} is free")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _workers(loaded: Loaded) -> Iterator[Check]:
    import anyio

    from plumbrule.core.workers import WorkerPool

    async def ask() -> None:
        async with WorkerPool(loaded.settings.workers) as pool:
            nothing: dict[str, object] = {"files": [], "file_limit_s": 1.0, "batch_limit_s": 1.0}
            await pool.run("plumbrule.mcp_server.dependencies.manifests.batch:parse", nothing)

    try:
        anyio.run(ask)
    except PlumbruleError as error:
        yield Check("workers", "missing", f"no worker process can be used: {error.message}", error.hint)
        return
    yield Check("workers", "ok", f"start and answer, {loaded.settings.workers.parallel()} at once")


def _network(loaded: Loaded) -> Iterator[Check]:
    network = loaded.settings.network
    if network.offline:
        yield Check("network", "ok", "switched off by network.offline: only local sources")
    else:
        through = f" through {network.proxy}" if network.proxy else ""
        yield Check("network", "ok", f"used{through} when a remote source is named (not tried here)")


def _extras(_: Loaded) -> Iterator[Check]:
    if importlib.util.find_spec("opentelemetry.exporter") is None:
        hint = "pip install 'plumbrule[otel]', only to send traces by OTLP"
        yield Check("extra otel", "ok", "not installed", hint)
    else:
        yield Check("extra otel", "ok", "installed")


CHECKS: tuple[Callable[[Loaded], Iterator[Check]], ...] = (
    _program,
    _settings,
    _git,
    _resolvers,
    _scratch,
    _workers,
    _cache,
    _user,
    _network,
    _port,
    _extras,
)
