"""Metrics and traces as the settings ask for them, through the whole program."""

import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from plumbrule.mcp_server.app import Purpose, build_app
from plumbrule.mcp_server.cli.root import run
from plumbrule.mcp_server.settings import load


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "main.py").write_text("print(1)\n")
    return folder


@pytest.mark.parametrize(
    ("purpose", "enabled", "served"),
    [("http", "true", True), ("sse", "true", True), ("http", "false", False), ("stdio", "true", False)],
)
def test_metrics_are_counted_where_they_can_be_read(purpose: Purpose, enabled: str, served: bool) -> None:
    name = "metrics.enabled"
    app = build_app(load({}, flags={name: enabled}, flag_origins={name: "test"}), purpose)
    app.logs.close()
    assert (app.metrics is not None) is served
    assert (app.runtime.observer is not None) is served


def _analyze(project: Path, *settings: str) -> None:
    chosen = [word for each in settings for word in ("--set", each)]
    assert run(["analyze", str(project), "--json", "--no-cache", *chosen]) == 0


CONSOLE = ("telemetry.enabled=true", "telemetry.exporter=console")


def test_a_console_exporter_prints_the_span_of_the_call_under_the_services_name(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _analyze(project, *CONSOLE, "telemetry.service_name=house-7")
    spans = capfd.readouterr().err
    assert '"tools/call analyze_repository"' in spans
    assert '"service.name": "house-7"' in spans


def test_without_telemetry_or_with_nothing_sampled_there_is_no_span(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _analyze(project)
    _analyze(project, *CONSOLE, "telemetry.sample_ratio=0")
    assert capfd.readouterr().err == ""


class _Collector(HTTPServer):
    seen: list[tuple[str, str | None]]


class _Collect(BaseHTTPRequestHandler):
    server: _Collector

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, self.headers["x-house-key"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def collector() -> Iterator[_Collector]:
    server = _Collector(("127.0.0.1", 0), _Collect)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.mark.skipif(sys.platform == "win32", reason="loopback collectors are tested on POSIX")
def test_spans_go_to_the_endpoint_with_the_headers(project: Path, collector: _Collector) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http.trace_exporter", reason="the extra otel")
    endpoint = f"http://127.0.0.1:{collector.server_address[1]}/here/traces"
    _analyze(
        project,
        "telemetry.enabled=true",
        f"telemetry.endpoint={endpoint}",
        "telemetry.headers=x-house-key=k-93751",
    )
    assert collector.seen == [("/here/traces", "k-93751")]
