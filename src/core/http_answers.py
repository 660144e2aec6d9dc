"""What a status line and its headers mean: an answer, an error of ours, a pause that the host asks for. Pure."""

import math
from collections.abc import Mapping

from plumbrule.core.errors import AuthRequired, NotFound, PlumbruleError, RateLimited, Unavailable
from plumbrule.core.resilience.retry import TryAgain

TRANSIENT = frozenset({408, 425, 500, 502, 503, 504})
"""What may pass by itself (RFC 9110 15.6; 425 by RFC 8470)."""

MAX_PAUSE_S = 86_400.0
"""No host's word is believed beyond a day."""


def failure_of(status: int, headers: Mapping[str, str], host: str, wall: float) -> Exception | None:
    """The error that an answer means, wrapped in `TryAgain` where it may pass; None for an answer to read.

    `headers` may be asked in any case. `wall` is seconds since 1970, to read dates with.
    """
    if status in (200, 304) or 300 <= status < 400:
        return None
    wait_s = pause_s(status, headers, wall)
    if status == 429 or (status == 403 and wait_s is not None):
        error: PlumbruleError = RateLimited(
            f"{host} asks to slow down.",
            hint="Wait, or configure a token for this host to get a higher limit.",
            retry_after_s=wait_s,
        )
        return TryAgain(error, wait_s)
    if status in (401, 403, 407):
        return AuthRequired(f"{host} wants a credential for this.", hint="Configure a read token for this host.")
    if status in (404, 410):
        return NotFound(f"{host} says: not found or no access.", hint="Check the name; private ones need a token.")
    if status in TRANSIENT:
        return TryAgain(Unavailable(f"{host} has a fault (status {status}).", retry_after_s=wait_s), wait_s)
    return Unavailable(f"{host} answered with status {status}.")


def pause_s(status: int, headers: Mapping[str, str], wall: float) -> float | None:
    """How long the host asks to be left alone: by Retry-After, or by rate headers that say nothing is left."""
    asked = _retry_after_s(headers.get("retry-after", ""), wall) if status in (403, 429, 503) else None
    if asked is not None:
        return asked
    if status not in (403, 429) or headers.get("x-ratelimit-remaining", "") != "0":
        return None
    reset = headers.get("x-ratelimit-reset", "")
    return _bounded(float(reset[:20]) - wall) if reset.isdecimal() and reset.isascii() else None


def _retry_after_s(value: str, wall: float) -> float | None:
    """RFC 9110 10.2.3: seconds or a date; None for anything else."""
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return _bounded(float(value[:20]))
    from email.utils import parsedate_to_datetime  # 10 ms, for the few hosts that send dates

    try:
        return _bounded(parsedate_to_datetime(value).timestamp() - wall)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _bounded(seconds: float) -> float:
    return min(max(0.0, seconds), MAX_PAUSE_S) if math.isfinite(seconds) else MAX_PAUSE_S
