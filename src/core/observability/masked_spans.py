"""Masks spans on their way out: attributes, status texts, events with their exceptions, link attributes.

Imported by `tracing` only when traces are on, because it needs the OpenTelemetry SDK.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Status
from opentelemetry.util.types import AttributeValue

from plumbrule.core.observability.log_lines import Masks


class MaskingExporter(SpanExporter):
    """Hands masked copies to the exporter behind it; the spans themselves stay as they are."""

    def __init__(self, behind: SpanExporter, masker: Masks) -> None:
        self._behind = behind
        self._masker = masker

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._behind.export([self._masked(span) for span in spans])

    def shutdown(self) -> None:
        self._behind.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._behind.force_flush(timeout_millis)

    def _masked(self, span: ReadableSpan) -> ReadableSpan:
        status = span.status
        return ReadableSpan(
            name=self._masker.mask(span.name),
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=self._attributes(span.attributes),
            events=[
                Event(self._masker.mask(event.name), self._attributes(event.attributes), event.timestamp)
                for event in span.events
            ],
            links=[Link(link.context, self._attributes(link.attributes)) for link in span.links],
            kind=span.kind,
            status=Status(status.status_code, self._masker.mask(status.description)) if status.description else status,
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    def _attributes(self, attributes: Mapping[str, AttributeValue] | None) -> Mapping[str, AttributeValue] | None:
        if not attributes:
            return attributes
        return cast("Mapping[str, AttributeValue]", self._masker.mask_value(dict(attributes)))


def masking_exporter(behind: SpanExporter, masker: Masks) -> SpanExporter:
    """`behind`, told nothing but masked spans."""
    return MaskingExporter(behind, masker)
