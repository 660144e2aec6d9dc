"""What the exit code of a command means, in one table; `docs/tools` prints it."""

from typing import Final

DONE: Final = 0
POLICY_NOT_MET: Final = 1
BAD_INPUT: Final = 2
UNAVAILABLE: Final = 3
PARTIAL: Final = 4
INTERRUPTED: Final = 130

MEANING: Final = {
    DONE: "done",
    POLICY_NOT_MET: "a policy that the caller set was not met; for `doctor`: something required is missing",
    BAD_INPUT: "bad usage, input or settings",
    UNAVAILABLE: "something outside was unavailable",
    PARTIAL: "unknown or partial: a limit was hit or something broke; the result there is was printed",
    INTERRUPTED: "interrupted",
}

BY_CODE: Final = {
    "invalid_argument": BAD_INPUT,
    "unknown_tool": BAD_INPUT,
    "blocked_url": BAD_INPUT,
    "access_denied": BAD_INPUT,
    "not_found": BAD_INPUT,
    "auth_required": BAD_INPUT,
    "invalid_repository": BAD_INPUT,
    "unsupported": BAD_INPUT,
    "configuration": BAD_INPUT,
    "incompatible": POLICY_NOT_MET,
    "offline": UNAVAILABLE,
    "unavailable": UNAVAILABLE,
    "upstream_timeout": UNAVAILABLE,
    "rate_limited": UNAVAILABLE,
    "overloaded": UNAVAILABLE,
    "missing_dependency": UNAVAILABLE,
    "deadline_exceeded": PARTIAL,
    "limit_exceeded": PARTIAL,
    "worker_crashed": PARTIAL,
    "undecided": PARTIAL,
    "internal": PARTIAL,
    "cancelled": INTERRUPTED,
}
"""Every code of `core.errors`; a test keeps it complete."""
