"""`plumbrule call TOOL --args JSON`: any tool from the shell, with the result and the rules of MCP."""

import json
import sys
from pathlib import Path
from typing import Any, cast

import click

from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.app import App
from plumbrule.mcp_server.cli.calls import as_result, call, exit_code
from plumbrule.mcp_server.cli.session import print_json
from plumbrule.mcp_server.tools.catalog import tool_named

MAX_ARGUMENT_BYTES = 1_000_000


@click.command(name="call", help="Call TOOL with JSON arguments and print its result as JSON.")
@click.argument("tool")
@click.option("--args", "text", default="{}", metavar="JSON", help="The arguments; `-` reads stdin, `@FILE` a file.")
@click.option("--json", "_as_json", is_flag=True, help="The result is JSON in any case; errors become JSON too.")
@click.pass_context
def command(ctx: click.Context, tool: str, text: str, _as_json: bool) -> int:
    arguments = _arguments(text)

    async def work(app: App) -> dict[str, Any]:
        answer = await tool_named(app.tools, tool)(arguments)
        return as_result(app, answer.structured)

    structured, call_id = call(ctx, tool, work)
    print_json(structured | {"call_id": call_id})
    return exit_code(structured)


def _arguments(text: str) -> dict[str, Any]:
    raw = _raw(text)
    try:
        arguments = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise InvalidArgument(
            f"--args is not JSON: {error}.", hint='For example: --args \'{"source": "."}\''
        ) from error
    if not isinstance(arguments, dict):
        raise InvalidArgument("--args is not a JSON object.", hint='For example: --args \'{"source": "."}\'')
    return cast("dict[str, Any]", arguments)


def _raw(text: str) -> bytes | str:
    if text != "-" and not text.startswith("@"):
        return text
    try:
        if text == "-":
            raw = sys.stdin.buffer.read(MAX_ARGUMENT_BYTES + 1)
        else:
            with Path(text[1:]).open("rb") as stream:
                raw = stream.read(MAX_ARGUMENT_BYTES + 1)
    except OSError as error:
        raise InvalidArgument(f"{text[1:]} cannot be read: {error.strerror}.") from error
    if len(raw) > MAX_ARGUMENT_BYTES:
        raise InvalidArgument(f"The arguments are larger than {MAX_ARGUMENT_BYTES} bytes.")
    return raw
