"""Prometheus metrics of calls. The library (0.3 s to import) is loaded only when a `CallMetrics` is made.

Names: the duration histogram has the OpenTelemetry name `mcp.server.operation.duration` as Prometheus writes it,
so that dashboards made for MCP servers fit; everything of our own begins with `plumbrule_`. No label has values that
a client chooses: a tool that is not served is `other`. Above it lies `server/front`, which serves `render()`.
"""

import platform
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

from typing_extensions import Doc

from plumbrule.core.observability.durations import Durations
from plumbrule.core.values import dataclass

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Up to 300 s, as the MCP semantic conventions advise: a first clone of a large repository takes minutes."""

OTHER = "other"
QUANTILES = (0.5, 0.95, 0.99)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Metrics, served at /metrics by the HTTP transports."""

    enabled: Annotated[bool, Doc("Count calls and serve the figures at /metrics (HTTP transports only).")] = True


class CallMetrics:
    """A `core.calls.CallObserver` that counts.

    Args:
        tools: the names that may become labels.
        version: of Plumbrule, for `plumbrule_build_info`.
    """

    def __init__(self, tools: Iterable[str], version: str) -> None:
        import prometheus_client as client  # 0.3 s, paid only by who serves metrics

        self._client = client
        self._tools = frozenset(tools)
        self._registry = client.CollectorRegistry()
        self._duration = client.Histogram(
            "mcp_server_operation_duration_seconds",
            "How long MCP operations took, by tool and error type (mcp.server.operation.duration).",
            ("mcp_method_name", "gen_ai_tool_name", "error_type"),
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._calls = client.Counter(
            "plumbrule_calls", "Calls by tool and outcome code.", ("tool", "code"), registry=self._registry
        )
        self._running = client.Gauge("plumbrule_calls_in_flight", "Calls that run now.", registry=self._registry)
        client.Gauge(
            "plumbrule_build_info", "Which Plumbrule and which Python run; always 1.", ("version", "python"),
            registry=self._registry,
        ).labels(version, platform.python_version()).set(1)  # fmt: skip
        client.ProcessCollector(registry=self._registry)
        self._quantiles = _Quantiles()
        self._registry.register(self._quantiles)

    def span(self, tool: str, call_id: str) -> AbstractContextManager[object]:  # noqa: ARG002 - because the protocol has it
        """Counts the call as running while it is."""
        return self._in_flight()

    def finished(self, tool: str, code: str, duration_s: float) -> None:
        """Count one call that ended with `code` after `duration_s` seconds."""
        method, name = operation(tool)
        label = name if method != "tools/call" or name in self._tools else OTHER
        error_type = "" if code == "ok" else "tool_error" if method == "tools/call" else code
        self._duration.labels(method, label if method == "tools/call" else "", error_type).observe(duration_s)
        self._calls.labels(label, code).inc()
        self._quantiles.add(label, duration_s)

    def render(self) -> bytes:
        """Everything in Prometheus' text format, for `CONTENT_TYPE`."""
        return self._client.generate_latest(self._registry)

    @contextmanager
    def _in_flight(self) -> Generator[None]:
        self._running.inc()
        try:
            yield
        finally:
            self._running.dec()


class _Quantiles:
    """A collector of exact-to-3-percent quantiles, which fifteen buckets cannot give."""

    def __init__(self) -> None:
        self._durations: dict[str, Durations] = {}
        self._lock = threading.Lock()

    def add(self, label: str, duration_s: float) -> None:
        with self._lock:
            self._durations.setdefault(label, Durations()).add(duration_s)

    def collect(self) -> Iterator["Metric"]:
        from prometheus_client.core import SummaryMetricFamily

        family: Any = SummaryMetricFamily(
            "plumbrule_call_duration_seconds",
            "Durations of calls since the start, by tool, with quantiles.",
            labels=("tool",),
        )
        with self._lock:
            for label, durations in self._durations.items():
                family.add_metric((label,), durations.count, durations.sum_s)
                for quantile in QUANTILES:
                    family.add_sample(
                        family.name, {"tool": label, "quantile": f"{quantile:g}"}, durations.quantile(quantile)
                    )
        yield family


def operation(label: str) -> tuple[str, str]:
    """MCP method and tool of a call's label: `resources/read` is a method, anything else a tool that was called."""
    return (label, label) if "/" in label else ("tools/call", label)
