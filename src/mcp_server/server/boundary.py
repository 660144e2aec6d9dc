"""The outermost middleware: every request and notification passes here, and nothing unmasked or unexpected leaves.

A tool call becomes a `core.calls.guarded()` call and its outcome a result; reading a resource and rendering a prompt
likewise, with JSON-RPC errors; all else is passed to the SDK and only its errors are looked at. It runs before the
SDK validates anything, so bad arguments get a call id, a log line and the nearest name. Below: `server/wire`.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from typing import Any, cast

import orjson
from mcp import MCPError
from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from plumbrule.core import calls
from plumbrule.core.calls import CallRuntime, Outcome
from plumbrule.core.context import accepted_call_id, current_call, new_call_id
from plumbrule.core.errors import PlumbruleError, UnknownTool
from plumbrule.mcp_server.server import wire
from plumbrule.mcp_server.server.progress import ProgressFeed
from plumbrule.mcp_server.server.published import Answer, Tool
from plumbrule.mcp_server.server.shares import Shares
from plumbrule.mcp_server.server.trace_context import remote_parent

CALL_ID_META_KEY = "plumbrule/call_id"
LOCAL_PRINCIPAL = "local"
UNKNOWN_TOOL_LABEL = "(unknown)"
"""What logs and metrics call a tool that does not exist: names that clients invent must not become labels."""

_WORDS = ("content", "structuredContent", "contents", "messages", "description")
"""The parts of a result that hold text of tools, resources and prompts; the rest is the protocol's own."""

_log = logging.getLogger(__name__)

Context = ServerRequestContext[Any, Any]


class Boundary:
    """Between the SDK and the tools, for one server.

    Args:
        runtime: what every call shares: masking, admission, deadline, observer.
        tools: what `tools/call` can name.
        server_info: the stamp of results of the modern era.
        has_registered: whether handlers besides ours answer `tools/call` for other names (the conformance fixture).
    """

    def __init__(
        self,
        runtime: CallRuntime,
        tools: Mapping[str, Tool],
        server_info: Callable[[], dict[str, Any]],
        *,
        has_registered: bool = False,
    ) -> None:
        self._runtime = runtime
        self._tools = tools
        self._server_info = server_info
        self._has_registered = has_registered
        self._shares = Shares(runtime.admission.limit)

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        if ctx.request_id is None:
            return await self._notification(ctx, call_next)
        try:
            return await self._request(ctx, call_next)
        except MCPError as error:
            raise self._masked_error(error) from None
        except ValidationError:  # its text repeats the input
            raise MCPError(INVALID_PARAMS, "Invalid request parameters", "") from None
        except Exception as error:
            raise self._neutral_error(ctx, error) from None

    async def _request(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        if ctx.method == "tools/call" and _handshake_done(ctx):
            params = _plain_params(ctx)
            name = params.get("name")
            if not isinstance(name, str) or not isinstance(params.get("arguments") or {}, dict):
                raise MCPError(INVALID_PARAMS, "tools/call takes `name` (a string) and `arguments` (an object).", "")
            if name in self._tools or not self._has_registered:
                return await self._call_tool(ctx, name, params)
            return await self._pass_on(ctx, call_next, name, as_result=True)
        if ctx.method in ("resources/read", "prompts/get"):
            _plain_params(ctx)
            return await self._pass_on(ctx, call_next, ctx.method, as_result=False)
        return await call_next(ctx)

    async def _call_tool(self, ctx: Context, name: str, params: Mapping[str, Any]) -> dict[str, Any]:
        tool = self._tools.get(name)
        arguments = cast("dict[str, Any]", params.get("arguments") or {})

        async def work() -> dict[str, Any]:
            if tool is None:
                raise _unknown_tool(name, self._tools)
            return await self._rendered(tool(arguments))

        outcome = await self._guarded(ctx, UNKNOWN_TOOL_LABEL if tool is None else name, work)
        if outcome.error is not None:
            result = wire.error_result(outcome.error)
        else:
            assert outcome.value is not None
            result = outcome.value
        return wire.fit_to_version(result, ctx.protocol_version, self._server_info)

    async def _rendered(self, answering: Awaitable[Answer]) -> dict[str, Any]:
        """Rendering and masking happen inside the call, so that a fault there is the call's fault too."""
        answer = await answering
        call = current_call()
        assert call is not None
        return wire.tool_result(answer, call.id, self._runtime.mask_value)

    async def _pass_on(self, ctx: Context, call_next: CallNext, label: str, *, as_result: bool) -> HandlerResult:
        """Let the SDK's handler do the work as one call. Protocol errors of its own travel as values."""

        async def work() -> HandlerResult | MCPError:
            try:
                return self._masked_result(await call_next(ctx))
            except ValidationError:
                return MCPError(INVALID_PARAMS, "Invalid request parameters", "")
            except MCPError as error:
                return error

        outcome = await self._guarded(ctx, label, work)
        if outcome.error is not None:
            if as_result:
                result = wire.error_result(outcome.error)
                return wire.fit_to_version(result, ctx.protocol_version, self._server_info)
            uri = (ctx.params or {}).get("uri")
            raise wire.protocol_error(outcome.error, {} if uri is None else {"uri": uri})
        if isinstance(outcome.value, MCPError):
            raise outcome.value
        return outcome.value

    async def _guarded(self, ctx: Context, label: str, work: Callable[[], Awaitable[Any]]) -> Outcome[Any]:
        meta, principal = _meta(ctx), _principal(ctx)
        feed = ProgressFeed(ctx.session.report_progress, self._runtime.mask)  # a no-op for clients that did not ask
        traced = self._runtime.observer is not None
        try:
            with remote_parent(meta) if traced else nullcontext():
                return await calls.guarded(
                    self._runtime,
                    label,
                    work if principal == LOCAL_PRINCIPAL else self._within_share(principal, work),
                    call_id=meta.get(CALL_ID_META_KEY),
                    principal=principal,
                    progress=feed,
                )
        finally:
            feed.close()

    def _within_share(self, principal: str, work: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
        async def bounded() -> Any:
            with self._shares.taken(principal):
                return await work()

        return bounded

    def _masked_result(self, result: HandlerResult) -> HandlerResult:
        if isinstance(result, dict):
            for key in _WORDS:
                if key in result:
                    result[key] = self._runtime.mask_value(result[key])
        return result

    def _masked_error(self, error: MCPError) -> MCPError:
        try:
            return MCPError(error.code, self._runtime.mask(error.message), self._runtime.mask_value(error.data))
        except Exception as fault:  # a masker that fails must not let the text out
            _log.error("masking an error failed", exc_info=fault)
            return MCPError(error.code, "The error text is withheld.")

    def _neutral_error(self, ctx: Context, error: Exception) -> MCPError:
        """For what no layer below expected; the log has the rest under the same id."""
        if isinstance(error, PlumbruleError):
            return self._masked_error(MCPError(INTERNAL_ERROR, error.message, {"code": error.code, "hint": error.hint}))
        call_id = accepted_call_id(_meta(ctx).get(CALL_ID_META_KEY))
        _log.error(
            "request failed by a fault of ours", exc_info=error, extra={"method": ctx.method, "call_id": call_id}
        )
        return MCPError(
            INTERNAL_ERROR,
            "Something went wrong inside Plumbrule.",
            {"code": "internal", "hint": f"The log has the details under call id {call_id}.", "call_id": call_id},
        )

    async def _notification(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        try:
            return await call_next(ctx)
        except Exception as error:  # notifications have no reply to carry it
            _log.error("notification failed", exc_info=error, extra={"method": ctx.method, "call_id": new_call_id()})
            return None


def _handshake_done(ctx: Context) -> bool:
    """Whether calls may be answered; if not, the SDK has the right refusal."""
    return ctx.protocol_version in MODERN_PROTOCOL_VERSIONS or ctx.session.client_params is not None


def _plain_params(ctx: Context) -> Mapping[str, Any]:
    """The request's parameters, when every JSON reader can take them back.

    Lone surrogates and integers beyond 64 bits come through some transports' parsers; echoed in an answer they would
    break the writing of it.
    """
    params = ctx.params or {}
    try:
        orjson.dumps(params)
    except TypeError:
        raise MCPError(
            INVALID_PARAMS, "Parameters hold text or numbers that are not interchangeable JSON.", ""
        ) from None
    return params


def _meta(ctx: Context) -> Mapping[str, Any]:
    meta = (ctx.params or {}).get("_meta")
    return cast("dict[str, Any]", meta) if isinstance(meta, dict) else {}


def _principal(ctx: Context) -> str:
    """The authenticated client's name; HTTP requests carry it in their scope."""
    if ctx.request is None:
        return LOCAL_PRINCIPAL
    user = ctx.request.scope.get("user")
    return LOCAL_PRINCIPAL if user is None else str(user.display_name)


def _unknown_tool(name: str, tools: Mapping[str, Tool]) -> UnknownTool:
    from difflib import get_close_matches  # rarely needed, and start-up is measured

    nearest = get_close_matches(name[:64], list(tools), n=1, cutoff=0.4)
    hint = f"Did you mean `{nearest[0]}`?" if nearest else f"Tools: {', '.join(sorted(tools)) or 'none'}."
    return UnknownTool(f"There is no tool `{name[:64]}`.", hint=hint)
