"""`plumbrule analyze` for CI: findings in another program's format, against a baseline, under a policy.

All of it looks at `detail=full`. The order of the answers: a policy that is not met exits 1 even when the work was cut
short, because what was found stands; a partial run whose findings are accepted exits 4.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import click
import orjson

from plumbrule.core.errors import InvalidArgument
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.kept_report import masked_rows
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.app import App
from plumbrule.mcp_server.cli.calls import as_result, call
from plumbrule.mcp_server.cli.exits import DONE, PARTIAL, POLICY_NOT_MET
from plumbrule.mcp_server.cli.formats.baseline import Compared, compared, read_baseline, write_baseline
from plumbrule.mcp_server.cli.formats.policy import policy_of
from plumbrule.mcp_server.cli.session import print_json, say

NAME = "analyze_repository"
MAX_STALE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options say. `survey` makes the report; `form` is one of `analyze.FORMATS`, None for the page or
    `--json`."""

    survey: Callable[[App], Awaitable[RepositoryReport]]
    form: str | None = None
    as_json: bool = False
    fail_on: str | None = None
    baseline: Path | None = None
    new_baseline: Path | None = None
    keep: bool = True


def print_findings(ctx: click.Context, asked: Asked) -> int:
    """Survey, print, and judge; gives the exit code.

    Raises:
        InvalidArgument: options that contradict each other, or a baseline that is none.
    """
    if asked.form and asked.as_json:
        raise InvalidArgument("--format and --json are two ways to print.", hint="Leave one out.")
    policy = policy_of(asked.fail_on)
    accepted = read_baseline(asked.baseline) if asked.baseline else ()

    async def work(app: App) -> tuple[RepositoryReport, Compared, Callable[[str], None]]:
        report = await asked.survey(app)
        against = compared(report.findings, accepted)
        return report, against, _printer(app, replace(report, findings=against.new), asked)

    (report, against, show), call_id = call(ctx, NAME, work, keep=asked.keep)
    show(call_id)
    if asked.new_baseline:
        write_baseline(asked.new_baseline, report.findings)
        say(ctx, f"plumbrule: {len(report.findings)} findings accepted in {asked.new_baseline}")
    if asked.baseline:
        _tell_of_baseline(ctx, against)
    failing = policy.failing(against.new)
    if failing:
        say(ctx, f"plumbrule: {failing} findings that --fail-on {asked.fail_on} does not accept")
        return POLICY_NOT_MET
    return DONE if report.coverage.complete else PARTIAL


def _printer(app: App, report: RepositoryReport, asked: Asked) -> Callable[[str], None]:
    """What prints the report in the form that was asked for; masked here, where the program still runs."""
    if asked.as_json:
        from plumbrule.mcp_server.tools.analyze_repository import unlimited

        structured = as_result(app, unlimited(masked_rows(report, app.runtime.hide_known)).structured)
        return lambda call_id: print_json(structured | {"call_id": call_id})
    if asked.form is None:
        from plumbrule.mcp_server.cli.page import page_of
        from plumbrule.mcp_server.cli.page_print import print_page

        page = page_of(report, app.runtime.mask)
        return lambda _: print_page(page)
    if asked.form in ("cyclonedx", "spdx"):
        return _bill_printer(app, report, "spdx" if asked.form == "spdx" else "cyclonedx")
    from plumbrule.mcp_server.cli.formats.masked import masked

    # Before it is written: a masker that reads a table or a document of XML takes its own marks for values.
    shown = masked(report, app.runtime.mask)
    if asked.form == "sarif":
        from plumbrule.mcp_server.cli.formats.sarif import sarif_of

        document = sarif_of(shown)
        return lambda _: print_json(document)
    text = _text_forms()[asked.form](shown)
    return lambda _: click.echo(text)


def _bill_printer(app: App, report: RepositoryReport, form: Literal["cyclonedx", "spdx"]) -> Callable[[str], None]:
    from plumbrule.mcp_server.analysis.sbom_facts import render

    document = as_result(app, orjson.loads(render(report, form)))
    return lambda _: print_json(document)


def _text_forms() -> dict[str, Callable[[RepositoryReport], str]]:
    from plumbrule.mcp_server.cli.formats.github import annotations_of
    from plumbrule.mcp_server.cli.formats.junit import junit_of
    from plumbrule.mcp_server.cli.formats.markdown import markdown_of

    return {"junit": junit_of, "github": annotations_of, "markdown": markdown_of}


def _tell_of_baseline(ctx: click.Context, against: Compared) -> None:
    """On stderr: what the baseline hides, and which of its entries nothing answers to any more."""
    from plumbrule.core.security.text import clean_line

    say(ctx, f"plumbrule: {against.known} findings are in the baseline, {len(against.new)} are new")
    for entry in against.stale[:MAX_STALE_SHOWN]:
        say(ctx, f"  stale: {clean_line(entry.rule, 80)} at {clean_line(entry.at, 240)}")
    if len(against.stale) > MAX_STALE_SHOWN:
        say(ctx, f"  and {len(against.stale) - MAX_STALE_SHOWN} more stale entries")
