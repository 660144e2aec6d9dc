"""What a command starts from: the settings, read from the process's environment once."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from plumbrule.mcp_server.cli.flags import flags_of
from plumbrule.mcp_server.settings import Loaded, load, settings_file

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.large_report import Streamed


def load_settings(ctx: click.Context) -> Loaded:
    """The settings that hold for this invocation.

    Raises:
        ConfigurationError: they cannot be used; the message lists every fault.
    """
    flags = flags_of(ctx)
    return load(os.environ, config=flags.config, flags=flags.values, flag_origins=flags.origins)


def file_named_or_own(ctx: click.Context) -> Path:
    """The settings file that was named, else where the user's own lies or would lie."""
    return settings_file(os.environ, flags_of(ctx).config)


def say(ctx: click.Context, text: str) -> None:
    """A notice on stderr, unless `--quiet`."""
    if not flags_of(ctx).quiet:
        click.echo(text, err=True)


def print_json(value: object) -> None:
    """One JSON document on stdout, in the order it was built; rows that lie on disk are never in memory together."""
    import orjson

    streams: list[Streamed] = []
    mark = os.urandom(16).hex()  # what no repository can hold

    def stand_in(part: object) -> str:
        pieces: object = getattr(part, "pieces", None)
        if pieces is None:
            return str(part)
        streams.append(cast("Streamed", part))
        return mark

    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=stand_in)
    if not streams:
        click.echo(text, nl=False)  # with its line break: to add one, `echo` would copy what may be megabytes
        return
    first, *rest = text.split(b'"%b"' % mark.encode())
    click.echo(first, nl=False)
    for stream, after in zip(streams, rest, strict=True):
        for piece in stream.pieces():
            click.echo(piece, nl=False)
        click.echo(after, nl=False)
