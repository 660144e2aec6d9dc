"""How a failed command speaks: message, hint and call id on stderr, or one JSON object when `--json` was asked.

Nothing here decides what failed; `core.calls` has masked the reports that come from a call, and `failed` masks
the rest.
"""

import sys
from typing import TYPE_CHECKING

from plumbrule.core.errors import PlumbruleError
from plumbrule.mcp_server.cli.exits import BY_CODE

if TYPE_CHECKING:  # brings anyio, which `--version` and `mask` do not need
    from plumbrule.core.calls import ErrorReport


class CommandFailed(Exception):
    """A call's failure on its way from a command to the exit code."""

    def __init__(self, report: "ErrorReport") -> None:
        super().__init__(report.message)
        self.report = report


def print_report(report: "ErrorReport", *, as_json: bool) -> int:
    """Print a call's failure; gives the exit code."""
    if as_json:
        _print_json({"error": report.as_dict(), "call_id": report.call_id})
    else:
        _print_text(report.message, report.hint, report.call_id)
    return BY_CODE[report.code]


def print_error(error: PlumbruleError, *, as_json: bool) -> int:
    """Print a failure from outside of any call (settings, usage); gives the exit code."""
    from plumbrule.core.security.masking import Masker  # costs milliseconds that a command without errors saves

    mask = Masker().mask
    message, hint = mask(error.message), mask(error.hint)
    if as_json:
        fields = {"code": error.code, "message": message, "hint": hint, "retryable": error.retryable}
        _print_json({"error": fields})
    else:
        _print_text(message, hint)
    return BY_CODE[error.code]


def _print_json(document: dict[str, object]) -> None:
    import orjson

    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def _print_text(message: str, hint: str, call_id: str = "") -> None:
    lines = [f"plumbrule: {message}"]
    if hint:
        lines.append(f"  hint: {hint}")
    if call_id:
        lines.append(f"  call: {call_id}")
    sys.stderr.write("\n".join(lines) + "\n")
