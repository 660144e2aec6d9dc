"""`plumbrule cache`: where answers are kept, how much there is, and away with it."""

import dataclasses

import click

from plumbrule.core.store.build import CacheSettings, build_cache, cache_path
from plumbrule.mcp_server.app import fetched_sizes, forget_fetched
from plumbrule.mcp_server.cli.session import load_settings, print_json, say


@click.group(name="cache", help="Look at what is kept between runs, or clear it.")
def command() -> None:
    pass


@command.command(name="path", help="Print where the cache lies, or would lie.")
@click.pass_context
def path(ctx: click.Context) -> None:
    click.echo(str(cache_path(load_settings(ctx).settings.cache)))


@command.command(name="info", help="Print how much is kept, and its bounds.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def info(ctx: click.Context, as_json: bool) -> None:
    whole = load_settings(ctx).settings
    settings = whole.cache
    file = cache_path(settings)
    exists = settings.enabled and file.exists()
    report = {"enabled": settings.enabled, "path": str(file), "entries": 0, "size_bytes": 0}
    if exists:  # looking must not create it
        cache = build_cache(settings)
        try:
            found = dataclasses.asdict(cache.info())
        finally:
            cache.close()
        report |= {key: found[key] for key in ("entries", "size_bytes", "state", "reason")}
    report |= {f"{kind}_bytes": size for kind, size in fetched_sizes(whole).items()}
    report |= {"max_bytes": settings.max_bytes, "max_age_days": settings.max_age_days}
    if as_json:
        print_json(report)
        return
    for key, value in report.items():
        if value != "":
            click.echo(f"{key.replace('_', ' '):<18} {value}")


@command.command(name="clear", help="Forget everything that is kept; it will be computed again.")
@click.pass_context
def clear(ctx: click.Context) -> None:
    settings = load_settings(ctx).settings
    entries = _cleared(settings.cache) if settings.cache.enabled and cache_path(settings.cache).exists() else 0
    fetched = forget_fetched(settings)
    say(ctx, f"Cleared {entries} answers and {fetched} fetched sources.")


def _cleared(settings: CacheSettings) -> int:
    cache = build_cache(settings)
    try:
        entries = cache.info().entries
        cache.clear()
    finally:
        cache.close()
    return entries
