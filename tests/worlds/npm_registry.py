"""An npm registry of a test's own, on loopback: packuments and small tarballs from memory.

Real enough for npm to resolve and to install from. It records who asked for what and as whom, so that a test can say
what was *not* asked. Packages are added before or while it serves.
"""

import base64
import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote


def tarball(manifest: Mapping[str, Any]) -> bytes:
    """The same bytes for the same manifest."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, text in (("package.json", json.dumps(manifest)), ("index.js", "module.exports = 1\n")):
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return gzip.compress(raw.getvalue(), mtime=0)


@dataclass
class LoopbackRegistry:
    """`requests` are the paths that were asked for. `token`: without it everything is answered with 401."""

    port: int = 0
    requests: list[str] = field(default_factory=list[str])
    authorizations: list[str] = field(default_factory=list[str])
    token: str = ""
    stall: threading.Event | None = None
    asked: threading.Event = field(default_factory=threading.Event)
    times: bool = True
    _versions: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict[str, dict[str, dict[str, Any]]])
    _times: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    _files: dict[str, bytes] = field(default_factory=dict[str, bytes])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def package(self, name: str, version: str, published: str = "2020-01-01T00:00:00.000Z", **more: Any) -> None:
        """One version; `more` are fields of its package.json."""
        manifest = {"name": name, "version": version, **more}
        body = tarball(manifest)
        path = f"/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
        self._files[path] = body
        digest = "sha512-" + base64.b64encode(hashlib.sha512(body).digest()).decode()
        dist = {"tarball": self.url + path, "integrity": digest, "shasum": hashlib.sha1(body).hexdigest()}
        self._versions.setdefault(name, {})[version] = {**manifest, "dist": dist}
        self._times.setdefault(name, {})[version] = published

    def answer(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        if path in self._files:
            return 200, self._files[path]
        name = unquote(path[1:])
        bare, _, version = name.rpartition("/")
        if version in self._versions.get(bare, {}):
            return 200, json.dumps(self._versions[bare][version]).encode()
        if name not in self._versions:
            return 404, b'{"error": "Not found"}'
        versions = self._versions[name]
        packument = {"name": name, "versions": versions, "dist-tags": {"latest": list(versions)[-1]}}
        if self.times:
            packument["time"] = self._times[name]
        return 200, json.dumps(packument).encode()


def _handler(registry: LoopbackRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            authorization = self.headers.get("Authorization", "")
            registry.requests.append(self.path)
            registry.authorizations.append(authorization)
            registry.asked.set()
            if registry.stall is not None:
                registry.stall.wait(30)
            status, body = registry.answer(self.path)
            if registry.token and authorization != f"Bearer {registry.token}":
                status, body = 401, b'{"error": "who are you"}'
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_HEAD = do_GET
        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def npm_registry() -> Iterator[LoopbackRegistry]:
    """A registry that serves until the context ends."""
    registry = LoopbackRegistry()
    with _Server(("127.0.0.1", 0), _handler(registry)) as server:
        registry.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield registry
        finally:
            if registry.stall is not None:
                registry.stall.set()
            server.shutdown()
            thread.join()
