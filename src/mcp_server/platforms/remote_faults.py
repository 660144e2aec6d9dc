"""What git's last words mean: one error kind for each way in which a remote can fail.

git's stderr may be written by the remote. It is searched for git's own English sentences (LC_ALL=C) and never shown;
only the name of a failed fsck check, which is one of git's own words, gets into a message.
"""

import re

from plumbrule.core.errors import (
    AuthRequired,
    BlockedUrl,
    InvalidRepository,
    LimitExceeded,
    NotFound,
    PlumbruleError,
    RateLimited,
    Unavailable,
    UpstreamTimeout,
)
from plumbrule.core.values import dataclass

_SIGNAL_FILE_TOO_LARGE = 25
_SIGNAL_CPU = 24
_SIGNAL_KILL = 9
"""By our own hand when it complains without end, or by the kernel when memory is short."""

_FSCK = re.compile(rb"^(?:remote: )?(?:error|fatal): object [0-9a-f]+: ([A-Za-z]{3,40}): ", re.M)
_STATUS = re.compile(rb"^fatal: .*The requested URL returned error: ([0-9]{3})", re.M)

_SPELLING = "Check the spelling; for a private repository set a read-only token in sources.tokens."


@dataclass(frozen=True, slots=True)
class _Fault:
    """An error to be made for a host."""

    kind: type[PlumbruleError]
    message: str
    hint: str
    retry_after_s: float | None = None

    def made(self, host: str) -> PlumbruleError:
        return self.kind(self.message.format(host=host), hint=self.hint, retry_after_s=self.retry_after_s)


_AUTH = _Fault(AuthRequired, "{host} asks for a credential for this repository.", _SPELLING)
_TOKEN_REFUSED = _Fault(
    AuthRequired, "{host} refused the configured token.", "Renew it in sources.tokens; read scope is enough."
)
_NO_ACCESS = _Fault(NotFound, "The repository was not found on {host}, or there is no access to it.", _SPELLING)
_REDIRECTED = _Fault(
    BlockedUrl,
    "{host} redirects this address elsewhere, which is not followed.",
    "The repository may have been renamed or moved: name its new address.",
)
_NO_REF = _Fault(NotFound, "The repository has no such branch, tag or commit.", "List them with git ls-remote.")
_NOT_GIT = _Fault(
    InvalidRepository, "{host} answered, but not as a git server would.", "Check that the address is a repository's."
)
_SLOW = _Fault(UpstreamTimeout, "{host} stopped sending.", "Try again later, or raise sources.clone_stall_s.")
_UNREACHABLE = _Fault(
    Unavailable, "{host} cannot be reached, or broke the connection.", "Check the network and try again."
)
_CERTIFICATE = _Fault(
    Unavailable,
    "The certificate of {host} could not be verified.",
    "Set network.ca_file for a company's own authority.",
)
_TOO_LARGE = _Fault(
    LimitExceeded,
    "The repository is larger than one fetch may be, or would take too much memory.",
    "Raise sources.clone_max_bytes, or analyze a clone of your own.",
)
_DISK_FULL = _Fault(
    LimitExceeded, "There is no room for the fetched repository.", "Free space, or run plumbrule cache clear."
)
_THROTTLED = _Fault(RateLimited, "{host} asks to slow down.", "Wait a minute and try again.", 60.0)
_BROKEN = _Fault(Unavailable, "{host} answered with a fault of its own.", "Try again later.")
_UNKNOWN = _Fault(Unavailable, "Fetching from {host} failed.", "Try again; if it stays, try git ls-remote by hand.")

_SENTENCES: tuple[tuple[str, _Fault], ...] = (
    (r"could not read (?:Username|Password) for|Authentication failed for", _AUTH),
    (r"^fatal: repository '[^\n]*' not found", _NO_ACCESS),
    (r"unable to update url base from redirection", _REDIRECTED),
    (r"couldn't find remote ref|not our ref|unadvertised object", _NO_REF),
    (r"No space left on device|Disk quota exceeded", _DISK_FULL),
    (r"File too large|died of signal (?:24|25)|[Oo]ut of memory|mmap failed|pack exceeds maximum", _TOO_LARGE),
    (r"Operation too slow|Operation timed out|Connection timed out|Timeout was reached", _SLOW),
    (r"SSL certificate problem|certificate verif", _CERTIFICATE),
    (r"not valid: is this a git repository|bad line length|protocol error|invalid server response", _NOT_GIT),
    (r"expected flush|unexpected line|unknown object format|pack signature mismatch|bad pack", _NOT_GIT),
    (r"index-pack failed|pack has|packfile|inflate", _NOT_GIT),
    (r"Could not resolve|Failed to connect|Connection re(?:set|fused)|unable to access|early EOF", _UNREACHABLE),
    (r"hung up|disconnect|transfer closed|Recv failure|Empty reply|RPC failed|SSL", _UNREACHABLE),
    # index-pack ended without a word of its own: the file size limit's signal killed it, and git does not say so.
    (r"invalid index-pack output", _TOO_LARGE),
)
"""Searched in this order: the first that fits decides."""

_PATTERNS = tuple((re.compile(pattern.encode(), re.M), fault) for pattern, fault in _SENTENCES)


def fault_of(stderr: bytes, returncode: int, host: str, *, with_token: bool) -> PlumbruleError:
    """The error that a failed git run against `host` stands for."""
    stderr = stderr.replace(b"\r", b"\n")  # a progress line has no other end
    if match := _FSCK.search(stderr):
        return InvalidRepository(
            f"git refused the objects of this repository: {match[1].decode()}.",
            hint="The repository is damaged or hostile; its owner can check it with git fsck.",
        )
    fault = _fault(stderr, returncode)
    return (_TOKEN_REFUSED if fault is _AUTH and with_token else fault).made(host)


def _fault(stderr: bytes, returncode: int) -> _Fault:
    if match := _STATUS.search(stderr):
        return _of_status(int(match[1]))
    for pattern, fault in _PATTERNS:
        if pattern.search(stderr):
            return fault
    return _TOO_LARGE if -returncode in (_SIGNAL_FILE_TOO_LARGE, _SIGNAL_CPU, _SIGNAL_KILL) else _UNKNOWN


def _of_status(status: int) -> _Fault:
    if status == 401:
        return _AUTH
    if status in (403, 404, 410, 451):
        return _NO_ACCESS
    if status == 429:
        return _THROTTLED
    if 300 <= status < 400:
        return _REDIRECTED
    if status in (408, 504):
        return _SLOW
    return _BROKEN if status >= 500 else _NOT_GIT
