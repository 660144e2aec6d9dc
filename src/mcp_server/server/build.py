"""Puts a protocol server together from plain values: tools, resources, templates, prompts.

Built on the SDK's `Server` rather than on `MCPServer`: ours hands out schemas and results as they are, while
`MCPServer` derives both from function signatures, coerces arguments, copies results into text and configures the
root logger (and its `run()` methods end badly: see `server/transports`). Above: `app`. Below: `server/boundary`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mcp import MCPError, types
from mcp.server import CacheHint, Server, ServerRequestContext
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.types import INVALID_PARAMS

from plumbrule.core.calls import CallRuntime
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.server.boundary import Boundary
from plumbrule.mcp_server.server.published import Prompt, Resource, ResourceTemplate, Tool
from plumbrule.mcp_server.server.shelf import Prompts, Shelf

LIST_TTL_MS = 3_600_000
"""How long a client may keep a list: ours change only with the process, one hour bounds a restart behind a proxy."""

MAX_SUBSCRIPTIONS = 256
"""Open `subscriptions/listen` streams; each costs a task and a buffer."""

Context = ServerRequestContext[Any, Any]


@dataclass(frozen=True, slots=True)
class ProtocolServer:
    """A server that is built and not yet served; `server/transports` serves it.

    `listening` holds the open `subscriptions/listen` streams, which a shutdown has to end.
    """

    sdk: Server[Any]
    listening: ListenHandler
    runtime: CallRuntime


def create_server(
    *,
    tools: Sequence[Tool],
    resources: Sequence[Resource | ResourceTemplate] = (),
    prompts: Sequence[Prompt] = (),
    runtime: CallRuntime,
    name: str,
    version: str,
    title: str = "",
    instructions: str = "",
    register: Callable[[Server[Any]], None] | None = None,
) -> ProtocolServer:
    """A server that publishes exactly these values, lists in the order given.

    Args:
        resources: fixed resources and templates; a template's `uri_template` ends in its only variable.
        register: adds handlers of its own, which then answer for every tool not in `tools`. For the conformance
            fixture only.

    Raises:
        ValueError: two tools share a name, or a template is not of the supported form.
    """
    by_name = _by_name(tools)
    shelf = Shelf(resources)
    offered = Prompts(prompts)
    listening = ListenHandler(InMemorySubscriptionBus(), max_subscriptions=MAX_SUBSCRIPTIONS)
    sdk = Server[Any](
        name,
        version=version,
        title=title or None,
        instructions=instructions or None,
        cache_hints={
            "tools/list": CacheHint(LIST_TTL_MS, "public"),
            "prompts/list": CacheHint(LIST_TTL_MS, "public"),
            "resources/list": CacheHint(LIST_TTL_MS, "public"),
            "resources/templates/list": CacheHint(LIST_TTL_MS, "public"),
            "server/discover": CacheHint(LIST_TTL_MS, "public"),
        },
        get_tool_input_schema=lambda tool: by_name[tool].input_schema if tool in by_name else None,
        on_list_tools=_lister(types.ListToolsResult(tools=[_tool(tool) for tool in tools])),
        on_call_tool=_before_handshake,
        on_list_resources=_lister(types.ListResourcesResult(resources=shelf.listed)),
        on_list_resource_templates=_lister(types.ListResourceTemplatesResult(resource_templates=shelf.templates)),
        on_read_resource=shelf.read,
        on_list_prompts=_lister(types.ListPromptsResult(prompts=offered.listed)),
        on_get_prompt=offered.get,
        on_subscriptions_listen=listening,
    )
    if register is not None:
        register(sdk)
    boundary = Boundary(runtime, by_name, lambda: sdk.server_info_stamp, has_registered=register is not None)
    # The SDK's own tracing middleware goes: it copies exception texts into spans unmasked, and `guarded()` has a span.
    sdk.middleware[:] = [boundary, *(m for m in sdk.middleware if type(m).__name__ != "OpenTelemetryMiddleware")]
    return ProtocolServer(sdk, _listen_handler(sdk), runtime)


def _listen_handler(sdk: Server[Any]) -> ListenHandler:
    """The handler that serves `subscriptions/listen`, also when `register` brought its own."""
    entry = sdk.get_request_handler("subscriptions/listen")
    assert entry is not None
    assert isinstance(entry.handler, ListenHandler)
    return entry.handler


def _by_name(tools: Sequence[Tool]) -> dict[str, Tool]:
    by_name = {tool.name: tool for tool in tools}
    if len(by_name) != len(tools):
        raise ValueError("two tools share a name")
    return by_name


def _tool(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=_copied(tool.input_schema),
        output_schema=_copied(tool.output_schema),
        annotations=types.ToolAnnotations(
            read_only_hint=tool.read_only,
            destructive_hint=False if tool.read_only else None,
            idempotent_hint=True if tool.read_only else None,
            open_world_hint=tool.open_world,
        ),
    )


def _copied(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema of plain dictionaries, also from mapping proxies and tuples."""
    copied: dict[str, Any] = json.loads(json.dumps(schema, default=_plain))
    return copied


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - any mapping will do
    raise TypeError(f"a schema holds a {type(value).__name__}")


def _lister(result: Any) -> Any:
    """A handler that gives one page, always the same. A cursor can only be forged: we hand none out."""

    async def handle(_: Context, params: types.PaginatedRequestParams | None) -> Any:
        if params is not None and params.cursor is not None:
            raise MCPError(INVALID_PARAMS, "Unknown cursor.", {"cursor": params.cursor[:64]})
        return result

    return handle


async def _before_handshake(_: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
    """Reached only when the boundary held a call back: the client has not introduced itself."""
    raise MCPError(INVALID_PARAMS, "Initialize the connection first.", {"tool": params.name[:64]})
