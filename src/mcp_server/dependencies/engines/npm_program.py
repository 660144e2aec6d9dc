"""npm's tree builder as a program that stays: one Node in an empty folder, asked one question after the other.

Nothing of a repository comes near it but names and ranges; home, cache and configuration are ours, and no `.npmrc` is
read, because arborist is called as a library with every option given. Node's own permissions keep it inside two
folders and from starting anything; its sockets reach the registry and the proxy only.

Measured (Node 20.20, npm 11.19, Linux): 0.25 s to start; a React conflict 0.4 s cold and 0.012 s warm; 382 packages
11 s cold and 1.1 s warm; 390 MB resident at most. Address space cannot be bounded (V8 reserves far more than it uses),
so what it allocates is (`RLIMIT_DATA`, and V8's own heap below that).
Below: `npm_node`, `npm_arborist.cjs`. Above: `npm`.
"""

import contextlib
import logging
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import anyio
import orjson
from anyio import to_thread

from plumbrule.core.child import REAP_S, Child, started
from plumbrule.core.context import inner_span
from plumbrule.core.errors import ConfigurationError, LimitExceeded, PlumbruleError, WorkerCrashed
from plumbrule.core.launcher import launch_argv
from plumbrule.core.pipes import PipeReader, grow_pipe
from plumbrule.core.process import base_env
from plumbrule.core.security.urls import NetworkSettings, parse_origin
from plumbrule.mcp_server.dependencies.engines.npm_node import NodeProgram, confinement, find_node
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings

log = logging.getLogger("plumbrule.npm")

SCRIPT = Path(__file__).resolve().with_name("npm_arborist.cjs")
MAX_ANSWER_BYTES = 64 << 20
MAX_QUESTIONS = 2000
"""After so many questions a fresh one is started: whatever leaks in it has an end."""

HEAP_SHARE = 0.6
"""V8's old generation, of all the memory that it may take."""

START_S = 20.0
SYSTEM_CA_FILES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
"""Debian, Fedora, Alpine and macOS: Node knows only its own list, and a company's authority stands in these."""


class NpmProgram:
    """Holds the conversation; starts it at the first question and again after every failure. Close it with `aclose`.

    `folder` is ours alone: npm's cache lies in it and is kept. `registry` is `sources.npm_url`.
    """

    def __init__(self, settings: ResolutionSettings, network: NetworkSettings, registry: str, folder: Path) -> None:
        self._hosts = [_host(registry, "sources.npm_url")]
        if network.proxy:
            self._hosts.append(_host(network.proxy, "network.proxy"))
        self._settings = settings
        self._network = network
        self._turn = anyio.Lock()
        self._talk: _Talk | None = None
        self.registry = registry.rstrip("/") + "/"
        self.folder = folder

    @property
    def node(self) -> NodeProgram:
        """Raises MissingDependency when there is none."""
        return find_node()

    @property
    def offline(self) -> bool:
        return self._network.offline

    async def ask(self, question: Mapping[str, object]) -> dict[str, Any]:
        """What the script answers. One question at a time; the others wait.

        Raises:
            MissingDependency: no Node. LimitExceeded: time or memory ran out. WorkerCrashed: it died of something else.
        """
        async with self._turn:
            talk = self._talk
            if talk is None or talk.asked >= MAX_QUESTIONS:
                await self._end()
                talk = self._talk = await self._started()
            with inner_span("npm", {"process.executable.name": "node"}):
                try:
                    with anyio.fail_after(self._settings.wall_s):
                        return await talk.ask(question)
                except TimeoutError as error:
                    await self._end()
                    raise LimitExceeded(f"npm did not answer within {self._settings.wall_s:g} s.") from error
                except BaseException:
                    await self._end()  # what it says next would answer another question
                    raise

    async def aclose(self) -> None:
        """End the conversation."""
        await self._end()

    async def _end(self) -> None:
        talk, self._talk = self._talk, None
        if talk is not None:
            await talk.end()

    async def _started(self) -> "_Talk":
        node = self.node
        place = await to_thread.run_sync(self._prepared)
        talk = _Talk(self._argv(node, place), self._env(place), place)
        try:
            with anyio.fail_after(START_S):
                ready = await talk.ask(self._settings_for(node))
        except BaseException as error:
            await talk.end()
            if isinstance(error, TimeoutError):
                raise WorkerCrashed(f"Node did not start within {START_S:g} s.") from error
            raise
        if ready.get("ready") is not True:
            await talk.end()
            raise WorkerCrashed("npm's tree builder could not be loaded.", hint=str(ready.get("said", ""))[:200])
        return talk

    def _prepared(self) -> Path:
        """An empty folder to work in; and npm's cache folder, emptied when it has grown too large."""
        cache = self.folder / "cache"
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        size = 0
        for path in cache.rglob("*"):
            with contextlib.suppress(OSError):
                size += path.lstat().st_size
        if size > self._settings.cache_max_bytes:
            shutil.rmtree(cache, ignore_errors=True)
            cache.mkdir(mode=0o700)
        return Path(tempfile.mkdtemp(prefix="plumbrule-npm-")).resolve()

    def _argv(self, node: NodeProgram, place: Path) -> list[str]:
        memory = self._settings.memory_mb
        flags = [
            f"--max-old-space-size={int(memory * HEAP_SHARE)}",
            "--no-addons",
            "--disallow-code-generation-from-strings",
        ]
        authorities = self._authorities()
        files = (authorities,) if authorities else ()
        flags += confinement(node, str(SCRIPT), (str(place), str(self.folder.resolve())), files)
        rlimits = {"data": memory << 20, "fsize": 256 << 20, "nofile": 1024, "core": 0}
        return launch_argv([node.node, *flags, str(SCRIPT)], rlimits, dies_with_parent=True)

    def _env(self, place: Path) -> dict[str, str]:
        """Everything that it inherits: no PATH to find programs on, no `NODE_OPTIONS`, nothing of npm's."""
        env = {**base_env(place), "PATH": "", "NODE_ENV": "production", "NO_UPDATE_NOTIFIER": "1"}
        if authorities := self._authorities():
            env["NODE_EXTRA_CA_CERTS"] = authorities
        return env

    def _authorities(self) -> str:
        if self._network.ca_file is not None:
            return self._network.ca_file
        return next((path for path in SYSTEM_CA_FILES if Path(path).is_file()), "")

    def _settings_for(self, node: NodeProgram) -> dict[str, object]:
        return {
            "npm": node.npm,
            "registry": self.registry,
            "token": self._settings.npm_token,
            "cache": str(self.folder.resolve() / "cache"),
            "hosts": self._hosts,
            "offline": self._network.offline,
            "proxy": self._network.proxy or "",
            "timeout_ms": round(self._network.read_timeout_s * 1000),
        }


def _host(url: str, setting: str) -> str:
    """Host and port, as a socket is told them."""
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        raise ConfigurationError(f"{setting} holds something that is no plain address.")
    origin = parse_origin(f"{parts.scheme}://{parts.netloc}", setting)
    return f"{origin.host}:{origin.port}"


class _Talk:
    """One Node and the conversation with it. It dies with the thread that started it, which is the event loop's."""

    def __init__(self, argv: list[str], env: Mapping[str, str], place: Path) -> None:
        self._owned = ExitStack()
        self._owned.callback(shutil.rmtree, place, ignore_errors=True)
        self._child: Child = self._owned.enter_context(started("node", argv, env=env, cwd=place, stderr=False))
        self._answers = PipeReader(self._child.stdout, max_bytes=sys.maxsize)
        self.asked = 0
        grow_pipe(self._child.stdout)

    async def ask(self, question: Mapping[str, object]) -> dict[str, Any]:
        self.asked += 1
        assert self._child.stdin is not None
        await self._child.stdin.write(orjson.dumps(question) + b"\n")
        head = await self._answers.read_until(b"\n", 32)
        if head is None or not head.strip().isdigit():
            raise await self._death()
        length = int(head)
        if length > MAX_ANSWER_BYTES:
            raise LimitExceeded("npm's answer is larger than 64 MiB.")
        body = await self._answers.read_exact(length)
        if body is None:
            raise await self._death()
        return cast("dict[str, Any]", orjson.loads(body))

    async def _death(self) -> PlumbruleError:
        self._child.kill()
        await self._child.exited()
        code = self._child.peek()
        log.warning("npm's tree builder ended", extra={"status": code})
        # V8 aborts when its heap is full, and when the kernel refuses it memory.
        if code in (-6, -5, 134, 133, -9):
            return LimitExceeded("npm ran out of memory and was stopped.", hint="Raise resolution.memory_mb.")
        return WorkerCrashed(f"npm's tree builder ended (status {code}).")

    async def end(self) -> None:
        """Kill it and give everything back; shielded and bounded."""
        with anyio.CancelScope(shield=True, deadline=anyio.current_time() + REAP_S):
            self._child.kill()
            await self._child.exited()
        self._owned.close()
