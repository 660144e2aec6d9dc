"""`plumbrule config`: what the settings are, where each comes from, and what could be set."""

import json
import typing
from collections.abc import Mapping
from typing import Any

import click

from plumbrule.core.fields import describe
from plumbrule.core.security.masking import Masker
from plumbrule.core.settings import SettingField, plain
from plumbrule.mcp_server.cli.session import file_named_or_own, load_settings, print_json
from plumbrule.mcp_server.settings import Settings, known_settings, settings_schema

_SET, _UNSET = "(secret, set)", "(secret, not set)"


@click.group(name="config", help="Show the settings in effect, their file, or all there are.")
def command() -> None:
    pass


@command.command(name="show", help="Print every setting in effect and where it comes from; secrets stay hidden.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def show(ctx: click.Context, as_json: bool) -> None:
    loaded = load_settings(ctx)
    mask = Masker().mask_value  # a proxy's or an endpoint's address may hold a password
    rows = [(each, mask(shown(each, loaded.settings)), loaded.origins.get(each.name, "default")) for each in _all()]
    if as_json:
        table = {each.name: {"value": value, "origin": origin} for each, value, origin in rows}
        print_json({"file": loaded.file, "settings": table})
        return
    click.echo(f"# settings file: {loaded.file or 'none'}")
    for section, lines in _sections(rows).items():
        click.echo(f"\n[{section}]")
        for line in lines:
            click.echo(line)


@command.command(name="path", help="Print where the settings file lies, or would lie.")
@click.pass_context
def path(ctx: click.Context) -> None:
    click.echo(str(file_named_or_own(ctx)))


@command.command(
    name="schema", help="Print every setting with its range: JSON Schema, or tables for the documentation."
)
@click.option("--markdown", is_flag=True, help="Print Markdown tables.")
def schema(markdown: bool) -> None:
    if markdown:
        click.echo(as_markdown(known_settings()), nl=False)
    else:
        print_json(settings_schema())


def _all() -> list[SettingField]:
    return list(known_settings().values())


def shown(setting: SettingField, settings: Settings) -> Any:
    """A setting's value as it may be seen."""
    value = getattr(getattr(settings, setting.section), setting.key)
    if setting.shape.secret:
        return _SET if value else _UNSET
    return plain(value)


def _sections(rows: list[tuple[SettingField, Any, str]]) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    for setting, value, origin in rows:
        line = f"# {setting.key} is not set" if value is None else f"{setting.key} = {toml(value)}"
        sections.setdefault(setting.section, []).append(f"{line:<40}  # {origin}")
    return sections


def toml(value: Any) -> str:
    """A value as TOML writes it; JSON's strings, lists, numbers and booleans are TOML's too."""
    if isinstance(value, Mapping):
        table = typing.cast("Mapping[str, str]", value)
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(text)}" for key, text in table.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def as_markdown(known: Mapping[str, SettingField]) -> str:
    """Tables of all settings, one per section; `docs/settings.md` holds this text and a test compares."""
    parts: list[str] = []
    section = ""
    for setting in known.values():
        if setting.section != section:
            section = setting.section
            head = "| setting | takes | default | what it does |\n| --- | --- | --- | --- |\n"
            parts.append(f"\n### `[{section}]`\n\n{head}")
        hidden = setting.default is None or setting.shape.secret
        default = "" if hidden else f"`{toml(plain(setting.default))}`"
        parts.append(f"| `{setting.key}` | {describe(setting.shape)} | {default} | {setting.shape.doc} |\n")
    return "".join(parts).lstrip("\n")
