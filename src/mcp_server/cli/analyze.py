"""`plumbrule analyze SOURCE`: a page about a repository, or the MCP result with `--json`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from plumbrule.core.fields import nearest
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.aspects import ASPECTS, Aspect, Detail
from plumbrule.mcp_server.app import App
from plumbrule.mcp_server.cli.calls import as_result, call, exit_code
from plumbrule.mcp_server.cli.exits import DONE, PARTIAL
from plumbrule.mcp_server.cli.session import print_json
from plumbrule.mcp_server.tools.bounds import LEAST_TOKENS

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.model import RepositoryReport

NAME = "analyze_repository"
FORMATS = ("sarif", "junit", "github", "markdown", "cyclonedx", "spdx")
BILLS = ("cyclonedx", "spdx")
"""For other programs; `cli/formats` writes them."""


def _aspects(_ctx: click.Context, _option: click.Parameter, value: str | None) -> tuple[Aspect, ...]:
    words = [word.strip() for word in (value or "").split(",") if word.strip()]
    for word in words:
        if word not in ASPECTS:
            near = nearest(word, ASPECTS)
            raise click.BadParameter(
                f"there is no aspect {word[:40]!r}" + (f"; did you mean {near!r}?" if near else "")
            )
    return tuple(aspect for aspect in ASPECTS if aspect in words)


@click.command(
    name="analyze", help="Say what a repository is: languages, licence, how to run it, risks, with evidence."
)
@click.argument("source")
@click.option("--detail", type=click.Choice(get_args(Detail)), default="card", show_default=True, help="How much.")
@click.option("--aspects", callback=_aspects, metavar="A,B,...", help=f"Only these: {', '.join(ASPECTS)}.")
@click.option("--include", multiple=True, metavar="PATTERN", help="Only files like these (src/**, *.py); repeatable.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="No files like these; repeatable.")
@click.option("--since", metavar="REF", help="Only what changed since this tag, branch, commit or version.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as MCP gives it.")
@click.option("--max-tokens", type=click.IntRange(LEAST_TOKENS), help="Cut the result to this budget.")
@click.option("--no-cache", is_flag=True, help="Compute everything anew and keep nothing.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Print findings, or the SBOM, for another program.")
@click.option("--fail-on", metavar="SEVERITY|RULE,...", help="Exit 1 on new findings this grave, or of these rules.")
@click.option("--baseline", type=click.Path(path_type=Path), help="Findings that are accepted; only new ones count.")
@click.option("--write-baseline", type=click.Path(path_type=Path), help="Accept all of today's findings in this file.")
@click.pass_context
def command(
    ctx: click.Context,
    source: str,
    detail: Detail,
    aspects: tuple[Aspect, ...],
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    since: str | None,
    as_json: bool,
    max_tokens: int | None,
    no_cache: bool,
    form: str | None,
    fail_on: str | None,
    baseline: Path | None,
    write_baseline: Path | None,
) -> int:
    if form or fail_on or baseline or write_baseline:
        from plumbrule.mcp_server.cli.findings import Asked, print_findings  # a card pays for none of it

        if max_tokens is not None:
            raise click.UsageError("--max-tokens cuts a result for a reader; findings are given whole.")
        whole = Survey(source, "full", _needed(aspects, form, judged=bool(fail_on or baseline)), include, exclude)
        asked = Asked(whole.made, form, as_json, fail_on, baseline, write_baseline, keep=not no_cache)
        return print_findings(ctx, asked)
    if since is not None:
        from plumbrule.mcp_server.cli.changes import print_changes  # a card pays for none of it

        if aspects or include or exclude or form or fail_on:
            raise click.UsageError("--since compares whole states: it takes no aspects, patterns or formats.")
        return print_changes(ctx, source, since, max_tokens, as_json=as_json, keep=not no_cache)
    call_of = Survey(source, detail, aspects, include, exclude)
    if as_json:
        return _print_json(ctx, call_of, max_tokens, keep=not no_cache)
    return _print_page(ctx, call_of, max_tokens, keep=not no_cache)


def _needed(aspects: tuple[Aspect, ...], form: str | None, *, judged: bool) -> tuple[Aspect, ...]:
    """The aspects that a format needs; what the user named stands, but for the SBOM that was asked for."""
    bill = form in BILLS
    usual: tuple[Aspect, ...] = ("security", "text") if form and (judged or not bill) else ()
    wanted = aspects or usual
    return (*wanted, "sbom") if bill and "sbom" not in wanted else wanted


@dataclass(frozen=True, slots=True)
class Survey:
    """What is to be surveyed, as the command line named it."""

    source: str
    detail: Detail
    aspects: tuple[Aspect, ...]
    include: tuple[str, ...]
    exclude: tuple[str, ...]

    async def made(self, app: App) -> "RepositoryReport":
        return await app.surveyor.survey(
            self.source, detail=self.detail, aspects=self.aspects, include=self.include, exclude=self.exclude
        )

    async def told(self, app: App) -> dict[str, Any]:
        """Everything, masked, for `--json` without a budget."""
        return await app.surveyor.told(
            self.source,
            detail=self.detail,
            aspects=self.aspects,
            include=self.include,
            exclude=self.exclude,
            hides=app.runtime.hide_known,
            masks=app.runtime.mask_value,
        )

    def arguments(self) -> dict[str, object]:
        from plumbrule.mcp_server.tools.analyze_repository import call_arguments  # only where a budget cuts

        return call_arguments(self.source, self.detail, self.aspects, self.include, self.exclude)


def _print_json(ctx: click.Context, survey: Survey, max_tokens: int | None, *, keep: bool) -> int:
    async def work(app: App) -> dict[str, Any]:
        if max_tokens is None:
            return await survey.told(app)
        from plumbrule.mcp_server.tools.analyze_repository import budgeted  # only where a budget cuts

        report = await survey.made(app)
        return as_result(app, budgeted(report, max_tokens=max_tokens, arguments=survey.arguments()).structured)

    structured, call_id = call(ctx, NAME, work, keep=keep)
    print_json(structured | {"call_id": call_id})
    return exit_code(structured)


def _print_page(ctx: click.Context, survey: Survey, max_tokens: int | None, *, keep: bool) -> int:
    from plumbrule.mcp_server.cli.page import Page, page_of  # not for --json
    from plumbrule.mcp_server.cli.page_print import print_page
    from plumbrule.mcp_server.tools.budget import shed

    async def work(app: App) -> "tuple[RepositoryReport, Page]":
        report = await survey.made(app)
        if max_tokens is not None:
            report, _ = shed(report, lambda _: "", max_tokens=max_tokens)
        return report, page_of(report, app.runtime.mask)

    (report, page), _ = call(ctx, NAME, work, keep=keep)
    print_page(page)
    return DONE if report.coverage.complete else PARTIAL
