"""The caller's trace as our parent, when it is named by the standard and not otherwise."""

import pytest
from opentelemetry.trace import get_current_span

from plumbrule.mcp_server.server.trace_context import remote_parent

PARENT = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def test_a_well_formed_parent_is_the_current_span_inside_and_not_after() -> None:  # A17
    with remote_parent({"traceparent": PARENT, "tracestate": "vendor=1", "baggage": "x=y"}):
        assert get_current_span().get_span_context().trace_id == int("a" * 32, 16)
    assert not get_current_span().get_span_context().is_valid


@pytest.mark.parametrize(
    "hostile", ["x" * 65_536, "00-\n", "00-" + "0" * 32 + "-" + "b" * 16 + "-01", PARENT + "\n", 7, None]
)
def test_anything_else_is_dropped(hostile: object) -> None:  # A17
    with remote_parent({"traceparent": hostile}):
        assert not get_current_span().get_span_context().is_valid
