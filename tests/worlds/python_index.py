"""A Python package index of a test's own, on loopback: JSON pages (PEP 691, 700), metadata (PEP 658), tiny files.

Real enough for uv and pip to resolve and install from. It records who asked for what, so that a test can say what was
*not* asked. Packages are added before or while it serves.
"""

import base64
import gzip
import hashlib
import io
import json
import re
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LONG_AGO = "2020-01-01T00:00:00.000000Z"


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def metadata_text(
    name: str,
    version: str,
    requires: Sequence[str] = (),
    requires_python: str = "",
    extras: Sequence[str] = (),
    dynamic: Sequence[str] = (),
    form: str = "2.2",
) -> str:
    lines = [f"Metadata-Version: {form}", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Python: {requires_python}"] if requires_python else []
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {line}" for line in requires]
    lines += [f"Dynamic: {one}" for one in dynamic]
    return "\n".join(lines) + "\n"


def wheel_bytes(name: str, version: str, metadata: str, tag: str = "py3-none-any") -> bytes:
    module = normal(name).replace("-", "_")
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}/__init__.py": f"version = {version!r}\n",
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    record = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},{len(text)}"
        for path, text in files.items()
    ]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return raw.getvalue()


def sdist_bytes(name: str, version: str, metadata: str, setup: str) -> bytes:
    base = f"{normal(name).replace('-', '_')}-{version}"
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for path, text in (("PKG-INFO", metadata), ("setup.py", setup)):
            entry = tarfile.TarInfo(f"{base}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(raw.getvalue(), mtime=0)


@dataclass(slots=True)
class Published:
    filename: str
    content: bytes
    metadata: str | None
    requires_python: str
    uploaded: str
    yanked: bool


@dataclass
class LoopbackIndex:
    """What it offers and what it was asked. `url` is the simple API; `requests` are paths in their order."""

    port: int = 0
    requests: list[str] = field(default_factory=list[str])
    authorizations: list[str] = field(default_factory=list[str])
    files: dict[str, list[Published]] = field(default_factory=dict[str, list[Published]])
    credentials: tuple[str, str] | None = None
    broken: bool = False
    """Answers 503 to everything."""
    tampered: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """Files that are served in place of what the pages list."""
    meeting: threading.Barrier | None = None
    """Where the requests for pages wait for one another, when a test wants to see them at the same time."""
    asked: threading.Event = field(default_factory=threading.Event)
    now: int = 0
    most_at_once: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/simple"

    def wheel(
        self,
        name: str,
        version: str,
        *requires: str,
        requires_python: str = "",
        extras: Sequence[str] = (),
        tag: str = "py3-none-any",
        uploaded: str = LONG_AGO,
        yanked: bool = False,
    ) -> None:
        """Offer a wheel."""
        metadata = metadata_text(name, version, requires, requires_python, extras)
        module = normal(name).replace("-", "_")
        content = wheel_bytes(name, version, metadata, tag)
        self._offer(
            name, Published(f"{module}-{version}-{tag}.whl", content, metadata, requires_python, uploaded, yanked)
        )

    def sdist(
        self,
        name: str,
        version: str,
        *requires: str,
        requires_python: str = "",
        extras: Sequence[str] = (),
        dynamic: Sequence[str] = (),
        form: str = "2.2",
        offers_metadata: bool = False,
        setup: str = "raise SystemExit('somebody ran me')\n",
        uploaded: str = LONG_AGO,
        yanked: bool = False,
    ) -> None:
        """Offer a source distribution; `setup` is what building it would run."""
        metadata = metadata_text(name, version, requires, requires_python, extras, dynamic, form)
        content = sdist_bytes(name, version, metadata, setup)
        filename = f"{normal(name).replace('-', '_')}-{version}.tar.gz"
        shown = metadata if offers_metadata else None
        self._offer(name, Published(filename, content, shown, requires_python, uploaded, yanked))

    def _offer(self, name: str, published: Published) -> None:
        self.files.setdefault(normal(name), []).append(published)

    def page(self, name: str) -> bytes:
        """The JSON page of one package."""
        listed: list[dict[str, Any]] = []
        for one in self.files[name]:
            known: Any = {"sha256": hashlib.sha256(one.metadata.encode()).hexdigest()} if one.metadata else False
            entry = {
                "filename": one.filename,
                "url": f"{self.origin}/files/{one.filename}",
                "hashes": {"sha256": hashlib.sha256(one.content).hexdigest()},
                "size": len(one.content),
                "upload-time": one.uploaded,
                "core-metadata": known,
                "yanked": one.yanked,
            }
            if one.requires_python:
                entry["requires-python"] = one.requires_python
            listed.append(entry)
        return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": listed}).encode()

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Status, content type and body for a path."""
        if self.broken:
            return 503, "text/plain", b"out of order"
        parts = path.strip("/").split("/")
        if parts[0] == "simple" and len(parts) == 2 and parts[1] in self.files:
            return 200, "application/vnd.pypi.simple.v1+json", self.page(parts[1])
        if parts[0] == "files":
            wanted = parts[-1].removesuffix(".metadata")
            for one in (each for listed in self.files.values() for each in listed):
                if one.filename == wanted:
                    if parts[-1] == wanted:
                        return 200, "application/octet-stream", self.tampered.get(wanted, one.content)
                    if one.metadata is not None:
                        return 200, "text/plain", one.metadata.encode()
        return 404, "text/plain", b"nothing here"

    def allows(self, authorization: str) -> bool:
        if self.credentials is None:
            return True
        return authorization == "Basic " + base64.b64encode(":".join(self.credentials).encode()).decode()


def _handler(index: LoopbackIndex) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            authorization = self.headers.get("Authorization", "")
            index.requests.append(self.path)
            index.authorizations.append(authorization)
            index.asked.set()
            index.now += 1
            index.most_at_once = max(index.most_at_once, index.now)
            if index.meeting is not None:
                index.meeting.wait(30)
            status, kind, body = index.answer(self.path)
            index.now -= 1
            if not index.allows(authorization):
                status, kind, body = 401, "text/plain", b"who are you"
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="test"')
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

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asks may be killed while it does."""


@contextmanager
def python_index() -> Iterator[LoopbackIndex]:
    """An index that serves until the context ends."""
    index = LoopbackIndex()
    with _Server(("127.0.0.1", 0), _handler(index)) as server:
        index.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield index
        finally:
            server.shutdown()
            thread.join()
