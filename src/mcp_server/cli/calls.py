"""One call from the command line: the same `guarded()` as the server's, with progress and exit codes."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar, cast

import anyio
import click

from plumbrule.core.calls import Outcome, guarded
from plumbrule.mcp_server.app import App, build_app
from plumbrule.mcp_server.cli.exits import DONE, PARTIAL
from plumbrule.mcp_server.cli.failures import CommandFailed
from plumbrule.mcp_server.cli.progress import progress_line, sink_of
from plumbrule.mcp_server.cli.session import load_settings

T = TypeVar("T")


def call(ctx: click.Context, name: str, work: Callable[[App], Awaitable[T]], *, keep: bool = True) -> tuple[T, str]:
    """Build the program, do `work` as one call under the tool's name, take it down; gives the value and the call id.

    `keep` is false when nothing may be read from or written to the cache on disk.

    Raises:
        CommandFailed: the call failed; the report is masked.
    """
    loaded = load_settings(ctx)
    line = progress_line(ctx)

    async def run() -> Outcome[T]:
        app = build_app(loaded, "command", keep=keep)
        async with app.running():
            return await guarded(app.runtime, name, lambda: work(app), progress=sink_of(line))

    try:
        outcome = anyio.run(run)
    finally:
        if line is not None:
            line.close()
    if outcome.error is not None:
        raise CommandFailed(outcome.error)
    assert outcome.value is not None
    return outcome.value, outcome.call_id


def as_result(app: App, structured: Mapping[str, Any]) -> dict[str, Any]:
    """The structured content as the server sends it: masked. The caller adds `call_id` last."""
    return cast("dict[str, Any]", app.runtime.mask_value(dict(structured)))


def exit_code(structured: Mapping[str, Any]) -> int:
    """Partial when a limit cut the work; what `max_tokens` left out was asked for."""
    coverage: Mapping[str, Any] = structured.get("coverage") or {}
    return PARTIAL if coverage.get("complete") is False else DONE
