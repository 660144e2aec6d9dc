"""Real repositories made by the real git in temporary folders, and sources over them."""

import base64
import gzip
import os
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from plumbrule.core.security.paths import PathPolicy
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.mcp_server.platforms.build import build_sources
from plumbrule.mcp_server.platforms.limits import SourceSettings
from plumbrule.mcp_server.platforms.ports.source import Sources

GIT_ENV = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "Ann@example.org",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
    "LC_ALL": "C.UTF-8",
}

Git = Callable[..., str]


def run_git(folder: Path, *words: str, env: dict[str, str] | None = None) -> str:
    """The output of the user's own git, as a person would run it."""
    done = subprocess.run(
        ["git", "-C", str(folder), "-c", "protocol.file.allow=always", *words],
        env=GIT_ENV | (env or {}),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout.decode().strip()


@pytest.fixture
def git() -> Git:
    return run_git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A work tree with one commit: a.py, docs/guide.md, run.sh (executable), link -> a.py."""
    folder = tmp_path / "project"
    (folder / "docs").mkdir(parents=True)
    (folder / "a.py").write_text("print(1)\n")
    (folder / "docs" / "guide.md").write_text("# Guide\n")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("a.py")
    run_git(folder, "init", "-q", "-b", "main")
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-q", "-m", "first")
    return folder


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """As the command line has them: every path, relative ones from the temporary folder."""
    return build_sources(
        SourceSettings(),
        NetworkSettings(),
        paths=PathPolicy(roots=None, home=tmp_path, cwd=tmp_path),
        cache_folder=tmp_path / "cache",
    )


class World(ThreadingHTTPServer):
    """A loopback server: real git over HTTP below /git/, files below /files/, and ways to misbehave below /bad/."""

    daemon_threads = True

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = root
        self.token: str | None = None
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no fault of ours."""


class _Handler(BaseHTTPRequestHandler):
    server: World

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b"".join(iter(self._chunk, b""))
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._serve(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)

    def _chunk(self) -> bytes:
        chunk = self.rfile.read(int(self.rfile.readline(), 16))
        self.rfile.readline()
        return chunk

    def _serve(self, body: bytes) -> None:
        self.server.requests.append((f"{self.command} {self.path}", dict(self.headers.items())))
        path, _, query = self.path.partition("?")
        if path in self.server.answers:
            self._answer(*self.server.answers[path])
        elif path.startswith("/bad/"):
            self._misbehave(path.split("/")[2])
        elif path.startswith("/git/"):
            self._git(path.removeprefix("/git"), query, body)
        else:
            self._answer(404, {}, b"nothing here")

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _misbehave(self, how: str) -> None:
        advertisement = {"Content-Type": "application/x-git-upload-pack-advertisement"}
        if how.isdigit():
            self._answer(int(how), {"WWW-Authenticate": "Basic"} if how == "401" else {}, b"\x1b[31mno\x1b[0m")
        elif how == "html":
            self._answer(200, {"Content-Type": "text/html"}, b"<html>welcome</html>")
        elif how == "garbage":
            self._answer(200, advertisement, b"zzzzgarbage" * 100)
        elif how == "redirect":
            self._answer(302, {"Location": "http://169.254.169.254/latest/meta-data"}, b"")
        elif how == "progress" and self.command == "GET":
            refs = b"".join(
                b"%04x%s" % (len(line) + 4, line)
                for line in (
                    b"a" * 40 + b" HEAD\0side-band-64k shallow filter symref=HEAD:refs/heads/main\n",
                    b"a" * 40 + b" refs/heads/main\n",
                )
            )
            self._answer(200, advertisement, b"001e# service=git-upload-pack\n0000" + refs + b"0000")
        elif how == "progress":
            self.send_response(200)
            self.send_header("Content-Type", "application/x-git-upload-pack-result")
            self.end_headers()
            self.wfile.write(b"0034shallow " + b"a" * 40 + b"0000" + b"0008NAK\n")
            line = b"\x02\x1b]0;owned\x07Counting objects: 99%\r" + b"x" * 60_000
            packet = b"%04x%s" % (len(line) + 4, line)
            while not self.server.stopping.is_set():
                self.wfile.write(packet)
        elif how == "gzip":
            packer = zlib.compressobj(9, wbits=31)
            bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(300)) + packer.flush()
            self._answer(200, advertisement | {"Content-Encoding": "gzip"}, bomb)
        elif how == "reset":
            self.connection.close()
        else:
            self.send_response(200)
            for name, value in advertisement.items():
                self.send_header(name, value)
            self.end_headers()
            if how == "stall":
                self.server.stopping.wait(30)
            elif how == "endless":
                self.wfile.write(b"001e# service=git-upload-pack\n0000")
                line = b"003d" + b"a" * 40 + b" refs/heads/endless12\n"
                while not self.server.stopping.is_set():
                    self.wfile.write(line * 10_000)

    def _git(self, path: str, query: str, body: bytes) -> None:
        if self.server.token is not None:
            expected = base64.b64encode(f"x-access-token:{self.server.token}".encode()).decode()
            if self.headers.get("Authorization") != f"Basic {expected}":
                self._answer(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
                return
        env = GIT_ENV | {
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(
            ["git", "-c", "uploadpack.allowFilter=true", "-c", "uploadpack.allowAnySHA1InWant=true", "http-backend"],
            input=body,
            env=env,
            capture_output=True,
            timeout=60,
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self._answer(int(headers.pop("Status", "200").split()[0]), headers, content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    root = tmp_path / "served"
    root.mkdir()
    server = World(root)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.stopping.set()
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def make_sources(tmp_path: Path, world: World) -> Callable[..., Sources]:
    """Sources that may reach the loopback world; keyword arguments are settings of `sources`."""

    def make(**settings: object) -> Sources:
        return build_sources(
            SourceSettings(**settings),  # type: ignore[arg-type]
            NetworkSettings(extra_origins=(world.url,)),
            paths=PathPolicy(roots=None, home=tmp_path, cwd=tmp_path),
            cache_folder=tmp_path / "cache",
        )

    return make


@pytest.fixture
def served(repository: Path, world: World) -> str:
    """The address of a repository on the loopback server, a bare clone of `repository`."""
    run_git(world.root, "clone", "-q", "--bare", str(repository), "project.git")
    return f"{world.url}/git/project.git"
