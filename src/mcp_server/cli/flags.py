"""The global options and what they leave behind: settings given on the command line, the highest layer of all."""

from dataclasses import field
from pathlib import Path
from typing import Any

import click

from plumbrule.core.values import dataclass


@dataclass(slots=True)
class Flags:
    """What the global options said so far. Mutable: options stand before and after the command's name.

    `values` maps dotted setting names to the text given; `origins` names the option that gave it.
    """

    config: Path | None = None
    quiet: bool = False
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    origins: dict[str, str] = field(default_factory=dict[str, str])

    def set(self, name: str, value: Any, origin: str) -> None:
        self.values[name] = value
        self.origins[name] = origin


def flags_of(ctx: click.Context) -> Flags:
    """The flags of the invocation that `ctx` belongs to."""
    flags = ctx.find_root().obj
    assert isinstance(flags, Flags)
    return flags


def _setting(name: str) -> Any:
    def remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        if value is not None and value is not False and not ctx.resilient_parsing:
            flags_of(ctx).set(name, value, f"flag {param.opts[0]}")

    return remember


def _remember_config(ctx: click.Context, _param: click.Parameter, value: Path | None) -> None:
    if value is not None:
        flags_of(ctx).config = value


def _remember_quiet(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        flags_of(ctx).quiet = True


def _remember_assignments(ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> None:
    for text in values:
        name, separator, value = text.partition("=")
        if not separator:
            raise click.BadParameter(f"{text!r} is not NAME=VALUE, for example --set log.level=debug", ctx)
        flags_of(ctx).set(name.strip(), value, "flag --set")


GLOBAL_OPTIONS = (
    click.Option(
        ["--config"],
        type=click.Path(path_type=Path),
        expose_value=False,
        callback=_remember_config,
        metavar="FILE",
        help="Read settings from this TOML file instead of the user's.",
    ),
    click.Option(
        ["--set"],
        multiple=True,
        expose_value=False,
        callback=_remember_assignments,
        metavar="NAME=VALUE",
        help="Set one setting (see `plumbrule config schema`); repeatable.",
    ),
    click.Option(
        ["--offline"],
        is_flag=True,
        expose_value=False,
        callback=_setting("network.offline"),
        help="Refuse everything that needs the network.",
    ),
    click.Option(
        ["--log-level"],
        type=click.Choice(["debug", "info", "warning", "error"]),
        expose_value=False,
        callback=_setting("log.level"),
        help="How much is logged to stderr.",
    ),
    click.Option(
        ["-q", "--quiet"],
        is_flag=True,
        expose_value=False,
        callback=_remember_quiet,
        help="No progress and no notices on stderr.",
    ),
)
