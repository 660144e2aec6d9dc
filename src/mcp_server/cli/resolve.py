"""`plumbrule resolve A B ... -o pylock.toml`: the joint lock, to a file or standard output, or as MCP gives it."""

import re
from pathlib import Path
from typing import Any

import click

from plumbrule.core.errors import InvalidArgument
from plumbrule.core.security.text import clean_line
from plumbrule.mcp_server.app import App
from plumbrule.mcp_server.cli.calls import as_result, call
from plumbrule.mcp_server.cli.compat import policy_of, question_options, target_of, written
from plumbrule.mcp_server.cli.exits import DONE, PARTIAL
from plumbrule.mcp_server.cli.session import print_json, say
from plumbrule.mcp_server.compatibility.resolution_report import (
    OUTPUTS,
    OutputName,
    ResolutionQuestion,
    ResolutionReport,
)
from plumbrule.mcp_server.dependencies.lock.model import LeftOut
from plumbrule.mcp_server.dependencies.lock.words import absence
from plumbrule.mcp_server.tools.bounds import LEAST_TOKENS
from plumbrule.mcp_server.tools.resolve_dependencies import budgeted, explained

NAME = "resolve_dependencies"
MAX_CHARACTERS = 400
MAX_LEFT_OUT_SHOWN = 20

_BY_NAME: tuple[tuple[str, OutputName], ...] = (
    (r"pylock(\.[^.]+)?\.toml", "pylock.toml"),
    (r"pyproject\.toml", "pyproject.toml"),
    (r".*\.(txt|in)", "requirements.txt"),
    (r"(package-lock|npm-shrinkwrap)\.json", "package-lock.json"),
    (r"bom\.json|.*\.cdx\.json", "cyclonedx"),
    (r".*\.spdx\.json", "spdx"),
)


@click.command(name="resolve", help="Lock what repositories ask for together, each package with who asked for it.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@question_options
@click.option("--target", help='Such as "python=3.12 platform=macos", in place of the options for it.')
@click.option("-o", "--output", "path", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@click.option("--output-format", "form", type=click.Choice(OUTPUTS), help="Else what the file's name says.")
@click.option("--fix", default="", metavar="ID", help="Lock as if this fix of `plumbrule compat` were made.")
@click.option("--explain", default="", metavar="PACKAGE", help="Say why this package has its version.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as MCP gives it.")
@click.option("--max-tokens", type=click.IntRange(LEAST_TOKENS), help="Cut the result to this budget.")
@click.option("--no-cache", is_flag=True, help="Compute everything anew and keep nothing.")
@click.pass_context
def command(ctx: click.Context, /, sources: tuple[str, ...], **options: Any) -> int:
    path: Path | None = options["path"]
    if path is not None and not path.parent.is_dir():  # before a minute's work, not after it
        raise InvalidArgument(f"There is no folder {str(path.parent)!r}.", hint="Make it, or name another file.")
    question = question_of(sources, options)

    async def work(app: App) -> tuple[ResolutionReport, dict[str, Any]]:
        report = await app.resolver.resolve(question)
        return report, as_result(app, budgeted(report, question, options["max_tokens"]).structured)

    (report, structured), call_id = call(ctx, NAME, work, keep=not options["no_cache"])
    if path is not None and report.output is not None:
        _write(ctx, path, report)
    if options["as_json"]:
        print_json(structured | {"call_id": call_id})
    elif report.explanation is not None:
        click.echo("\n".join(clean_line(line, MAX_CHARACTERS) for line in explained(report.explanation)))
    elif path is None and report.output is not None:
        click.echo(report.output.text, nl=False)
    _tell_what_is_missing(ctx, report)
    return PARTIAL if report.limits_hit else DONE


def _write(ctx: click.Context, path: Path, report: ResolutionReport) -> None:
    """The file; beside npm's lock the manifest that it belongs to, unless there is one."""
    assert report.output is not None
    written(path, report.output.text)
    say(ctx, f"plumbrule: {path.name} written. {clean_line(report.summary, MAX_CHARACTERS)}")
    manifest = path.with_name("package.json")
    if report.manifest and manifest.exists():
        say(ctx, "plumbrule: package.json is there and was left as it is; --json shows the one that the lock is for.")
    elif report.manifest:
        written(manifest, report.manifest)
        say(ctx, "plumbrule: package.json written beside it.")


def question_of(sources: tuple[str, ...], options: dict[str, Any]) -> ResolutionQuestion:
    """The question that a command line asks.

    Raises:
        InvalidArgument: the file's name says no format, or two targets are named.
    """
    target = target_of(options)
    if target and options["target"]:
        raise InvalidArgument("--target and the options for it name two targets.", hint="Leave one out.")
    return ResolutionQuestion(
        sources,
        target or options["target"] or "",
        options["constraints"],
        options["added"],
        options["form"] or format_of(options["path"]),
        options["fix"],
        options["explain"],
        options["exclude_newer"],
        policy_of(options),
    )


def format_of(path: Path | None) -> OutputName:
    """The format that a file of this name has.

    Raises:
        InvalidArgument: none is known for it.
    """
    if path is None:
        return "pylock.toml"
    for pattern, form in _BY_NAME:
        if re.fullmatch(pattern, path.name):
            return form
    raise InvalidArgument(
        f"No format is known for a file called {path.name!r}.", hint=f"Add --output-format: {', '.join(OUTPUTS)}."
    )


def _tell_what_is_missing(ctx: click.Context, report: ResolutionReport) -> None:
    """On stderr, because the file alone may be looked at by a program."""
    for one in report.not_checked[:MAX_LEFT_OUT_SHOWN]:
        line = absence(LeftOut(one.repository, one.requirement, one.evidence.at, one.evidence.rule))
        say(ctx, f"plumbrule: not in it: {clean_line(line, MAX_CHARACTERS)}")
    if len(report.not_checked) > MAX_LEFT_OUT_SHOWN:
        say(ctx, f"plumbrule: and {len(report.not_checked) - MAX_LEFT_OUT_SHOWN} more that were not followed")
