"""Puts metrics and traces together as the one observer that `core.calls` knows, or as none when both are off."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack

from plumbrule.core.calls import CallObserver
from plumbrule.core.context import InnerSpan
from plumbrule.core.observability.log_lines import Masks, TraceIds
from plumbrule.core.observability.metrics import CONTENT_TYPE, CallMetrics, MetricsSettings
from plumbrule.core.observability.tracing import TelemetrySettings, start_tracing
from plumbrule.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Observing:
    """What is watched. Everything is None when it is off; `close` flushes and may block for two seconds."""

    observer: CallObserver | None
    render: Callable[[], tuple[bytes, str]] | None
    trace_ids: TraceIds | None
    close: Callable[[], None]
    inner_span: InnerSpan | None = None


def observe(
    metrics: MetricsSettings, telemetry: TelemetrySettings, masker: Masks, tools: Iterable[str], version: str
) -> Observing:
    """Start what the settings ask for.

    Raises:
        MissingDependency: traces are to go by OTLP and the extra is not installed.
        ConfigurationError: the collector's headers cannot be read.
    """
    counting = CallMetrics(tools, version) if metrics.enabled else None
    tracing = start_tracing(telemetry, masker, version) if telemetry.enabled else None
    observers: list[CallObserver] = [each for each in (tracing, counting) if each is not None]
    return Observing(
        observer=observers[0] if len(observers) == 1 else Observers(observers) if observers else None,
        render=None if counting is None else lambda: (counting.render(), CONTENT_TYPE),
        trace_ids=None if tracing is None else tracing.trace_ids,
        close=_nothing if tracing is None else tracing.close,
        inner_span=None if tracing is None else tracing.inner,
    )


class Observers:
    """Several observers as one; they are entered in order and left in reverse."""

    def __init__(self, observers: Sequence[CallObserver]) -> None:
        self._observers = observers

    def span(self, tool: str, call_id: str) -> AbstractContextManager[object]:
        stack = ExitStack()
        for observer in self._observers:
            stack.enter_context(observer.span(tool, call_id))
        return stack

    def finished(self, tool: str, code: str, duration_s: float) -> None:
        for observer in self._observers:
            observer.finished(tool, code, duration_s)


def _nothing() -> None:
    """Metrics need no closing."""
