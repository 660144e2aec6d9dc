"""`plumbrule serve`: the MCP server. On stdio, standard output is claimed before anything heavy is imported."""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.cli.flags import Flags, flags_of
from plumbrule.mcp_server.cli.session import load_settings
from plumbrule.mcp_server.cli.streams import fill
from plumbrule.mcp_server.server.descriptors import claim_stdio
from plumbrule.mcp_server.server.signals import leave_on_early_signals

if TYPE_CHECKING:
    from plumbrule.mcp_server.server.descriptors import StdioPipes

Transport = Literal["stdio", "http", "sse"]


@click.command(name="serve", help="Serve MCP over stdio, Streamable HTTP (/mcp) or SSE (/sse).")
@click.option("--transport", type=click.Choice(["stdio", "http", "sse"]), default="stdio", show_default=True)
@click.option("--host", help="Address to listen on (http.host); anything but loopback needs tokens.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (http.port).")
@click.option(
    "--root",
    "roots",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A folder that callers may read; repeatable.",
)
@click.option(
    "--allowed-host", "hosts", multiple=True, help="A Host header to accept (http.allowed_hosts); repeatable."
)
@click.option("--insecure-no-auth", is_flag=True, help="Listen beyond loopback without any token.")
@click.pass_context
def command(
    ctx: click.Context,
    transport: Transport,
    host: str | None,
    port: int | None,
    roots: tuple[Path, ...],
    hosts: tuple[str, ...],
    insecure_no_auth: bool,
) -> int:
    leave_on_early_signals()
    flags = flags_of(ctx)
    _remember(flags, "http.host", host, "--host")
    _remember(flags, "http.port", port, "--port")
    _remember(flags, "sources.roots", [str(root.absolute()) for root in roots], "--root")
    _remember(flags, "http.allowed_hosts", list(hosts), "--allowed-host")
    _remember(flags, "http.insecure_no_auth", insecure_no_auth or None, "--insecure-no-auth")
    pipes = _claimed() if transport == "stdio" else None
    for fd in (0, 1):  # not before: stdio looks whether they are there
        fill(fd)
    return _serve(ctx, transport, pipes)


def _claimed() -> "StdioPipes":
    try:
        return claim_stdio()
    except OSError as error:
        raise InvalidArgument(
            f"Standard input or output is closed ({error.strerror}): there is nothing to serve on.",
            hint="stdio is for programs that start us; for people there is --transport http.",
        ) from error


def _remember(flags: Flags, name: str, value: object, option: str) -> None:
    if value is not None and value != []:
        flags.set(name, value, f"flag {option}")


@contextmanager
def _collector_resting() -> Generator[None]:
    """Keep the garbage collector from walking what imports make and keep: an eighth of the CPU of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _serve(ctx: click.Context, transport: Transport, pipes: "StdioPipes | None") -> int:
    with _collector_resting():
        loaded = load_settings(ctx)  # bad settings end here, before the protocol SDK is imported
        from plumbrule.mcp_server.app import serve_stdio, serve_web

        import_module("plumbrule.mcp_server.server.transports")  # brings the protocol SDK

    if pipes is not None:
        return serve_stdio(loaded, pipes)
    assert transport != "stdio"
    return serve_web(loaded, transport)
