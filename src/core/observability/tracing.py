"""OpenTelemetry spans of calls. Nothing of OpenTelemetry is imported before `start_tracing`.

Span names and attributes follow the MCP semantic conventions (semantic-conventions-genai, model/mcp/spans.yaml,
status Development): `tools/call <tool>`, kind SERVER. Their constants in the Python package are deprecated, so ours
stand here. Whatever leaves goes through `MaskingExporter`, because instrumentation that is not ours copies the texts
of exceptions into spans.
"""

from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from typing_extensions import Doc

from plumbrule.core.errors import ConfigurationError, MissingDependency
from plumbrule.core.interval import Interval
from plumbrule.core.observability.log_lines import Masks
from plumbrule.core.observability.metrics import operation
from plumbrule.core.settings import Secret
from plumbrule.core.values import dataclass

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, Tracer

METHOD = "mcp.method.name"
TOOL = "gen_ai.tool.name"
OPERATION = "gen_ai.operation.name"
ERROR_TYPE = "error.type"
CALL_ID = "plumbrule.call_id"
CODE = "plumbrule.code"

NO_FAULT_OF_THE_SERVER = frozenset(("ok", "invalid_argument", "unknown_tool", "cancelled"))
"""Outcomes that do not make a span an error: the conventions count wrong input as the client's."""

FLUSH_TIMEOUT_MS = 2_000
"""What `Tracing.close` waits for the collector."""


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """Traces by OpenTelemetry."""

    enabled: Annotated[bool, Doc("Record a span for each call and export it.")] = False
    exporter: Annotated[Literal["otlp", "console"], Doc("`otlp` over HTTP, or `console` to standard error.")] = "otlp"
    endpoint: Annotated[str, Doc("Where OTLP goes; the full URL of the traces endpoint.")] = (
        "http://localhost:4318/v1/traces"
    )
    headers: Annotated[str, Secret(), Doc("Headers for the collector, as name=value, separated by commas.")] = ""
    sample_ratio: Annotated[float, Interval(ge=0.0, le=1.0), Doc("Share of traces that are recorded.")] = 1.0
    service_name: Annotated[str, Doc("What the service is called in the traces.")] = "plumbrule"


class Tracing:
    """Spans under way: a `core.calls.CallObserver`, and a place for spans of work inside a call."""

    def __init__(self, provider: "TracerProvider") -> None:
        from opentelemetry import trace

        self._trace = trace
        self._provider = provider
        self._tracer: Tracer = provider.get_tracer("plumbrule")
        self._under_way: ContextVar[Span | None] = ContextVar("plumbrule_span", default=None)

    def span(self, tool: str, call_id: str) -> AbstractContextManager[object]:
        """The call's span is the current one inside; `finished` ends it, because only then the outcome is known."""
        method, name = operation(tool)
        attributes = {METHOD: method, CALL_ID: call_id}
        if method == "tools/call":
            attributes |= {TOOL: name, OPERATION: "execute_tool"}
        span = self._tracer.start_span(
            f"{method} {name}" if method == "tools/call" else method,
            kind=self._trace.SpanKind.SERVER,
            attributes=attributes,
        )
        self._under_way.set(span)
        return self._trace.use_span(span, end_on_exit=False, record_exception=False, set_status_on_exception=False)

    def finished(self, tool: str, code: str, duration_s: float) -> None:  # noqa: ARG002 - because the protocol has them
        """End the span of the call in this context with its outcome."""
        span = self._under_way.get()
        if span is None:
            return
        self._under_way.set(None)
        span.set_attribute(CODE, code)
        if code not in NO_FAULT_OF_THE_SERVER:
            span.set_attribute(ERROR_TYPE, "tool_error")
            span.set_status(self._trace.Status(self._trace.StatusCode.ERROR, code))
        span.end()

    @contextmanager
    def inner(self, name: str, attributes: Mapping[str, str | int | bool] | None = None) -> Generator[None]:
        """A span for work inside a call, such as one request to the outside; an exception marks it."""
        with self._tracer.start_as_current_span(name, kind=self._trace.SpanKind.CLIENT, attributes=attributes):
            yield

    def trace_ids(self) -> Mapping[str, str]:
        """`trace_id` and `span_id` of the span under way in hex, for log lines; empty outside of one."""
        context = self._trace.get_current_span().get_span_context()
        if not context.is_valid:
            return {}
        return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}

    def close(self) -> None:
        """Send what is left, for two seconds at most, and stop."""
        self._provider.force_flush(FLUSH_TIMEOUT_MS)
        self._provider.shutdown()


def start_tracing(
    settings: TelemetrySettings, masker: Masks, version: str, exporter: "SpanExporter | None" = None
) -> Tracing:
    """Build the provider, the sampler and the exporter; nothing global is touched.

    Args:
        exporter: used instead of the configured one, and at once instead of in batches.

    Raises:
        MissingDependency: OTLP is asked for and the extra is not installed.
        ConfigurationError: the headers are not `name=value` pairs.
    """
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    from plumbrule.core.observability.masked_spans import masking_exporter

    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.sample_ratio)),
        resource=Resource.create({"service.name": settings.service_name, "service.version": version}),
        shutdown_on_exit=False,
    )
    if exporter is not None:
        provider.add_span_processor(SimpleSpanProcessor(masking_exporter(exporter, masker)))
    else:
        provider.add_span_processor(BatchSpanProcessor(masking_exporter(_configured_exporter(settings), masker)))
    return Tracing(provider)


def _configured_exporter(settings: TelemetrySettings) -> "SpanExporter":
    if settings.exporter == "console":
        import sys

        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter(out=sys.stderr)
    try:
        otlp: Any = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    except ImportError as error:
        raise MissingDependency(
            "telemetry.enabled is on, and the OTLP exporter is not installed.",
            hint="Type: pip install 'plumbrule[otel]' (or set telemetry.exporter to console).",
        ) from error
    return cast("SpanExporter", otlp.OTLPSpanExporter(endpoint=settings.endpoint, headers=_headers(settings.headers)))


def _headers(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if any(not name.strip() or not equals for name, equals, _ in pairs):
        raise ConfigurationError(
            "telemetry.headers is not a list of name=value pairs.", hint="Write for example: api-key=…,x-team=tools"
        )
    return {name.strip(): value.strip() for name, _, value in pairs}
