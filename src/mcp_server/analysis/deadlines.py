"""When the work behind a call stops so that what there is still arrives in time."""

import anyio

from plumbrule.core.context import current_call

RESERVE_S = 2.0
"""Kept of the call's time for putting together what there is; a tenth of what is left, when that is less."""


def soft_deadline() -> float:
    """On the clock of the event loop; infinity without a deadline."""
    call = current_call()
    if call is None or call.deadline is None:
        return float("inf")
    left = call.deadline - anyio.current_time()
    return call.deadline - min(RESERVE_S, max(left, 0.0) / 10)
