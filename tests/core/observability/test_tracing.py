"""Spans tell what happened to a call, keep its secrets, and cost nothing when they are off."""

import random
import string
import subprocess
import sys
from collections.abc import Iterator

import anyio
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from plumbrule.core.calls import Admission, CallRuntime, guarded
from plumbrule.core.errors import ConfigurationError, InvalidArgument, MissingDependency, NotFound
from plumbrule.core.observability.metrics import MetricsSettings
from plumbrule.core.observability.observing import observe
from plumbrule.core.observability.tracing import TelemetrySettings, Tracing, start_tracing
from plumbrule.core.security.masking import Masker

SECRET = "".join(random.Random(11).choices(string.ascii_letters + string.digits, k=32))


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exported: InMemorySpanExporter) -> Iterator[Tracing]:
    started = start_tracing(TelemetrySettings(enabled=True), Masker(), "1.2.3", exported)
    yield started
    started.close()


def runtime_of(tracing: Tracing) -> CallRuntime:
    masker = Masker()
    return CallRuntime(mask=masker.mask, mask_value=masker.mask_value, admission=Admission(300), observer=tracing)


async def test_a_call_has_a_span_by_the_mcp_conventions_and_inner_work_is_its_child(
    tracing: Tracing, exported: InMemorySpanExporter
) -> None:  # S-136
    async def work() -> dict[str, str]:
        with tracing.inner("GET", {"server.address": "example.org"}):
            return dict(tracing.trace_ids())

    outcome = await guarded(runtime_of(tracing), "analyze_repository", work, call_id="c" * 32)
    inner, outer = exported.get_finished_spans()
    assert outer.name == "tools/call analyze_repository"
    assert outer.kind is SpanKind.SERVER
    assert dict(outer.attributes or {}) == {
        "mcp.method.name": "tools/call", "gen_ai.tool.name": "analyze_repository",
        "gen_ai.operation.name": "execute_tool", "plumbrule.call_id": "c" * 32, "plumbrule.code": "ok",
    }  # fmt: skip
    assert inner.parent is not None
    assert outer.context is not None
    assert inner.parent.span_id == outer.context.span_id
    assert outcome.value is not None
    assert outcome.value["trace_id"] == f"{outer.context.trace_id:032x}"
    assert tracing.trace_ids() == {}


@pytest.mark.parametrize(
    ("error", "status"),
    [(NotFound("x"), StatusCode.ERROR), (InvalidArgument("x"), StatusCode.UNSET), (OSError("x"), StatusCode.ERROR)],
)  # fmt: skip
async def test_failures_mark_the_span_but_wrong_input_does_not(
    tracing: Tracing, exported: InMemorySpanExporter, error: Exception, status: StatusCode
) -> None:  # S-136
    async def work() -> None:
        raise error

    await guarded(runtime_of(tracing), "analyze_repository", work)
    (span,) = exported.get_finished_spans()
    assert span.status.status_code is status
    assert ((span.attributes or {}).get("error.type") == "tool_error") is (status is StatusCode.ERROR)


async def test_concurrent_calls_never_mix_their_spans(
    tracing: Tracing, exported: InMemorySpanExporter
) -> None:  # S-130
    runtime = runtime_of(tracing)

    async def one(number: int) -> None:
        async def work() -> None:
            await anyio.lowlevel.checkpoint()
            with tracing.inner(f"inner {number}"):
                await anyio.lowlevel.checkpoint()

        await guarded(runtime, "analyze_repository", work, call_id=f"call-{number:04d}")

    async with anyio.create_task_group() as group:
        for number in range(200):
            group.start_soon(one, number)
    spans = exported.get_finished_spans()
    calls = {
        s.context.span_id: (s.attributes or {})["plumbrule.call_id"] for s in spans if s.context and s.parent is None
    }
    assert len(calls) == 200
    for span in spans:
        if span.parent is not None:
            assert calls[span.parent.span_id] == f"call-{int(span.name.split()[1]):04d}"


def test_no_secret_leaves_in_names_attributes_status_or_exceptions(
    tracing: Tracing, exported: InMemorySpanExporter
) -> None:  # A71
    with (
        pytest.raises(ValueError),
        tracing.inner(f"GET https://u:{SECRET}@h/", {"password": SECRET, "url": f"?token={SECRET}"}),
    ):
        raise ValueError(f"postgres://user:{SECRET}@host/db")
    (span,) = exported.get_finished_spans()
    assert span.events[0].name == "exception"
    assert SECRET not in span.to_json()
    assert "***" in str(span.status.description)


def test_the_sampling_ratio_is_obeyed(exported: InMemorySpanExporter) -> None:
    tracing = start_tracing(TelemetrySettings(enabled=True, sample_ratio=0.0), Masker(), "1", exported)
    with tracing.inner("x"):
        pass
    tracing.close()
    assert not exported.get_finished_spans()


def test_without_the_extra_the_error_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(MissingDependency) as caught:
        start_tracing(TelemetrySettings(enabled=True), Masker(), "1")
    assert "pip install 'plumbrule[otel]'" in caught.value.hint


def test_headers_that_are_no_pairs_are_refused() -> None:
    pytest.importorskip(
        "opentelemetry.exporter.otlp.proto.http.trace_exporter", reason="the extra otel is not installed"
    )
    with pytest.raises(ConfigurationError):
        start_tracing(TelemetrySettings(enabled=True, headers="nonsense"), Masker(), "1")


def test_what_is_off_is_not_imported() -> None:  # S-136: zero cost when off
    program = (
        "import sys; from plumbrule.core.observability.observing import *;"
        "from plumbrule.core.security.masking import Masker;"
        "o = observe(MetricsSettings(enabled=False), TelemetrySettings(), Masker(), ['a'], '1');"
        "assert o.observer is None and o.render is None;"
        "assert not [m for m in sys.modules if m.startswith(('opentelemetry', 'prometheus'))]"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


async def test_metrics_and_traces_watch_together() -> None:
    observing = observe(
        MetricsSettings(), TelemetrySettings(enabled=True, exporter="console", sample_ratio=0.0), Masker(), ["a"], "1"
    )
    runtime = CallRuntime(mask=str, mask_value=lambda value: value, admission=Admission(3), observer=observing.observer)

    async def work() -> None: ...

    await guarded(runtime, "a", work)
    assert observing.render is not None
    assert b'plumbrule_calls_total{code="ok",tool="a"} 1.0' in observing.render()[0]
    observing.close()
