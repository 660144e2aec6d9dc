"""Outcomes as the protocol's results and errors, for both eras.

Results are built as the dictionaries that go out: a pydantic model here would be validated, dumped and sieved three
times for nothing (0.3 ms for 50 KB). `server/boundary` is the only caller.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

import orjson
from mcp import MCPError
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS
from mcp_types import SERVER_INFO_META_KEY
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from plumbrule.core.calls import ErrorReport
from plumbrule.mcp_server.server.published import Answer

FIRST_STRUCTURED_VERSION = "2025-06-18"
"""Handshake versions before this one know no `structuredContent`; versions are dates and compare as text."""

CLIENT_FAULTS = frozenset({"invalid_argument", "unknown_tool", "not_found", "access_denied", "blocked_url"})
"""Error codes that the request itself caused: JSON-RPC -32602 where there is no result to carry them."""


def tool_result(answer: Answer, call_id: str, mask_value: Callable[[object], object]) -> dict[str, Any]:
    """The masked result of a call that worked.

    Raises:
        TypeError: the tool's structured content is not JSON.
    """
    masked = cast("dict[str, Any]", mask_value({"text": answer.text, "structured": dict(answer.structured)}))
    structured = cast("dict[str, Any]", masked["structured"])
    structured["call_id"] = call_id
    orjson.dumps(structured)  # a transport that finds out later has no call id and no neutral answer to give
    return {
        "content": [{"type": "text", "text": masked["text"]}],
        "structuredContent": structured,
        "isError": False,
    }


def error_result(report: ErrorReport) -> dict[str, Any]:
    """The result of a call that failed; valid against every output schema, because none has required fields."""
    text = f"{report.code}: {report.message}"
    if report.hint:
        text = f"{text} {report.hint}"
    return {
        "content": [{"type": "text", "text": f"{text} (call {report.call_id})"}],
        "structuredContent": {"error": report.as_dict(), "call_id": report.call_id},
        "isError": True,
    }


def fit_to_version(result: dict[str, Any], version: str, server_info: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Add what the client's protocol version wants around a result, and leave out what it does not know."""
    if version in MODERN_PROTOCOL_VERSIONS:
        result["resultType"] = "complete"
        result["_meta"] = {SERVER_INFO_META_KEY: server_info()}
    elif version < FIRST_STRUCTURED_VERSION:
        del result["structuredContent"]
    return result


def protocol_error(report: ErrorReport, extra: Mapping[str, object] | None = None) -> MCPError:
    """The JSON-RPC error for a failure where no result can carry it (resources, prompts)."""
    code = INVALID_PARAMS if report.code in CLIENT_FAULTS else INTERNAL_ERROR
    return MCPError(code, report.message, {**(extra or {}), **report.as_dict()})
