"""Every failure a caller can see: one tree, one closed list of codes.

Each kind has a stable code, says whether trying again can help, and carries a sentence fit for a client
plus a hint that names the next step. Foreign exceptions are translated where they enter; whatever is left
becomes `InternalError` in `core.calls`, the one place that turns errors into replies.
"""

from collections.abc import Mapping
from typing import ClassVar


class PlumbruleError(Exception):
    """A failure with a stable code.

    Args:
        message: what happened, in one sentence fit for a client. It never holds a secret or a local temp path.
        hint: what to do next, in one sentence.
        retry_after_s: seconds to wait before trying again, when they are known.
        retry_with: arguments that make the same call succeed, when they are known.
    """

    code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        retry_after_s: float | None = None,
        retry_with: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retry_after_s = retry_after_s
        self.retry_with = retry_with


class InvalidArgument(PlumbruleError):
    """An argument is missing, unknown, of the wrong type or out of range."""

    code = "invalid_argument"


class UnknownTool(PlumbruleError):
    """No tool, resource or prompt has this name."""

    code = "unknown_tool"


class BlockedUrl(PlumbruleError):
    """The URL guard refused an address before anything was contacted."""

    code = "blocked_url"


class AccessDenied(PlumbruleError):
    """A path outside the allowed roots, or a principal without the right. Never tells whether it exists."""

    code = "access_denied"


class NotFound(PlumbruleError):
    """The repository, ref, package or path does not exist, or the credential does not reach it."""

    code = "not_found"


class AuthRequired(PlumbruleError):
    """The remote side wants a credential that is not configured."""

    code = "auth_required"


class Offline(PlumbruleError):
    """The call needs the network and the network is switched off by a setting or a flag."""

    code = "offline"


class Unavailable(PlumbruleError):
    """Something outside did not answer, or answered with a fault."""

    code = "unavailable"
    retryable = True


class UpstreamTimeout(Unavailable):
    """Something outside did not answer in time."""

    code = "upstream_timeout"


class RateLimited(Unavailable):
    """The remote side, or our own limit for this client, asks to slow down."""

    code = "rate_limited"


class Overloaded(PlumbruleError):
    """The server runs as many calls as it admits; refused at once."""

    code = "overloaded"
    retryable = True


class DeadlineExceeded(PlumbruleError):
    """The call's own deadline passed before there was anything to give."""

    code = "deadline_exceeded"
    retryable = True


class LimitExceeded(PlumbruleError):
    """A bound on bytes, entries, depth, memory or time was hit and no partial result makes sense."""

    code = "limit_exceeded"


class InvalidRepository(PlumbruleError):
    """The source was reached, and it is corrupt, empty or hostile."""

    code = "invalid_repository"


class Unsupported(PlumbruleError):
    """The input is well formed and this version cannot handle it; the message names what."""

    code = "unsupported"


class Incompatible(PlumbruleError):
    """No solution holds for all repositories; the message says why, the hint what was proven to help."""

    code = "incompatible"


class Undecided(PlumbruleError):
    """Whether there is a solution could not be found out; the message says what stood in the way."""

    code = "undecided"


class MissingDependency(PlumbruleError):
    """A program or an optional extra is not installed; the hint says what to type."""

    code = "missing_dependency"


class WorkerCrashed(PlumbruleError):
    """A worker process died, ran out of memory or out of time.

    `begun` is the number of the part of its task at which its process was, None where nobody told. `out_of_cpu` says
    that a signal ended it because the part took more CPU than it may.
    """

    code = "worker_crashed"
    begun: int | None = None
    out_of_cpu: bool = False


class ConfigurationError(PlumbruleError):
    """Settings that cannot be used; the message lists every fault with its source."""

    code = "configuration"


class Cancelled(PlumbruleError):
    """The caller or the shutdown ended the call. Used where an answer can still be given."""

    code = "cancelled"
    retryable = True


class InternalError(PlumbruleError):
    """A fault of ours. The message is neutral; the log has the rest under the same call id."""

    code = "internal"
