"""The caller's trace, as the parent of our span: W3C `traceparent` and `tracestate` from a request's `_meta`.

Used only when tracing is on. What is not exactly of the standard's form is dropped, not repaired, and `baggage` is
never taken: it would carry a stranger's words into our spans.
"""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_TRACESTATE = re.compile(r"[\x20-\x7e]{1,512}")
"""W3C Trace Context 3.2 and 3.3; 512 characters are what a receiver has to be able to pass on."""


@contextmanager
def remote_parent(meta: Mapping[str, Any]) -> Generator[None]:
    """Make the caller's span the current one while the context lasts, when `meta` names it well."""
    carrier = _carrier(meta)
    if not carrier:
        yield
        return
    from opentelemetry import context  # 30 ms, and only when tracing is on
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    token = context.attach(TraceContextTextMapPropagator().extract(carrier))
    try:
        yield
    finally:
        context.detach(token)


def _carrier(meta: Mapping[str, Any]) -> dict[str, str]:
    parent, state = meta.get("traceparent"), meta.get("tracestate")
    if not isinstance(parent, str) or not _TRACEPARENT.fullmatch(parent):
        return {}
    if isinstance(state, str) and _TRACESTATE.fullmatch(state):
        return {"traceparent": parent, "tracestate": state}
    return {"traceparent": parent}
