"""Servers that say one argument back, to be compared: `python _echo_servers.py KIND TRANSPORT`.

`ours` is our factory with the real masker and the real JSON log lines; `bare` the SDK's `MCPServer` as its
documentation runs it; `bare-ours` that same server on our transport, which leaves our boundary as the only difference.
"""

import sys
from typing import Any

SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}}
USE_UVLOOP = True
"""For both sides over HTTP, as `plumbrule serve` does."""


def ours(transport: str) -> int:
    from plumbrule.mcp_server.server.descriptors import claim_stdio

    pipes = claim_stdio() if transport == "stdio" else None
    from collections.abc import Mapping
    from dataclasses import dataclass

    import anyio

    from plumbrule.core.calls import Admission, CallRuntime
    from plumbrule.core.observability.logging import configure
    from plumbrule.core.security.masking import Masker
    from plumbrule.mcp_server.server.build import create_server
    from plumbrule.mcp_server.server.settings import HttpSettings, StdioSettings
    from plumbrule.mcp_server.server.transports import serve_http, serve_stdio

    @dataclass(frozen=True)
    class Reply:
        structured: dict[str, Any]
        text: str

    class Echo:
        name = title = description = "echo"
        input_schema = SCHEMA
        output_schema = SCHEMA
        read_only = True
        open_world = False

        async def __call__(self, arguments: Mapping[str, Any]) -> Reply:
            return Reply({"text": arguments["text"]}, arguments["text"])

    masker = Masker()
    configure(masker, "json", "info", stream=sys.stderr)
    runtime = CallRuntime(masker.mask, masker.mask_value, Admission(64), 50.0)
    server = create_server(tools=[Echo()], runtime=runtime, name="echo", version="1")
    if pipes is not None:
        return anyio.run(serve_stdio, server, StdioSettings(), pipes)
    return anyio.run(serve_http, server, HttpSettings(port=0), backend_options={"use_uvloop": USE_UVLOOP})


def bare_server() -> Any:
    from mcp.server import MCPServer
    from mcp.types import CallToolResult, TextContent

    server = MCPServer("echo", version="1", log_level="WARNING")

    @server.tool()
    async def echo(text: str) -> CallToolResult:
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content={"text": text})

    return server


def bare(transport: str) -> int:
    server = bare_server()
    if transport == "stdio":
        server.run("stdio")
        return 0
    return on_uvicorn(server.streamable_http_app())


def bare_ours(transport: str) -> int:
    import anyio

    if transport == "http":
        return bare(transport)
    from plumbrule.core.calls import Admission, CallRuntime
    from plumbrule.mcp_server.server.build import ProtocolServer
    from plumbrule.mcp_server.server.descriptors import claim_stdio
    from plumbrule.mcp_server.server.settings import StdioSettings
    from plumbrule.mcp_server.server.transports import serve_stdio

    pipes = claim_stdio()
    sdk = bare_server()._lowlevel_server
    entry = sdk.get_request_handler("subscriptions/listen")
    assert entry is not None
    server = ProtocolServer(sdk, entry.handler, CallRuntime(str, lambda value: value, Admission(64)))
    return anyio.run(serve_stdio, server, StdioSettings(), pipes)


def on_uvicorn(application: Any) -> int:
    """Serve with the parser and the loop that ours has, and say where."""
    import socket

    import anyio
    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    sys.stderr.write(f"listening on http://127.0.0.1:{listener.getsockname()[1]}/mcp\n")
    sys.stderr.flush()
    config = uvicorn.Config(application, http="httptools", log_level="warning", access_log=False)
    anyio.run(uvicorn.Server(config).serve, [listener], backend_options={"use_uvloop": USE_UVLOOP})
    return 0


if __name__ == "__main__":
    sys.exit({"ours": ours, "bare": bare, "bare-ours": bare_ours}[sys.argv[1]](sys.argv[2]))
