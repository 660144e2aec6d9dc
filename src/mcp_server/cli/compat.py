"""`plumbrule compat A B ...`: whether repositories can live together; for people, programs, or as MCP gives it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.app import App
from plumbrule.mcp_server.cli.calls import as_result, call
from plumbrule.mcp_server.cli.exits import DONE, PARTIAL, POLICY_NOT_MET
from plumbrule.mcp_server.cli.session import print_json
from plumbrule.mcp_server.compatibility.check import JointQuestion
from plumbrule.mcp_server.compatibility.report import CompatibilityReport
from plumbrule.mcp_server.compatibility.wishes import MEANING, PolicyWord
from plumbrule.mcp_server.tools.bounds import LEAST_TOKENS
from plumbrule.mcp_server.tools.check_compatibility import budgeted

NAME = "check_compatibility"
FORMATS = ("markdown", "sarif", "github")
PLATFORMS = ("linux", "macos", "windows")
WORDS: tuple[tuple[str, PolicyWord], ...] = (
    ("--dev", "dev"),
    ("--optional", "optional"),
    ("--prerelease", "prerelease"),
    ("--secure", "secure"),
    ("--locked", "locked"),
    ("--second-engine", "second-engine"),
)


def question_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which joint question is meant: the same for `compat` and `resolve`."""
    options = [
        click.option("--python", metavar="X.Y", help="The Python version that it is for."),
        click.option("--node", metavar="X", help="The Node version that it is for."),
        click.option("--platform", type=click.Choice(PLATFORMS), help="The platform that it is for; else this one."),
        click.option("--universal", is_flag=True, help="For every platform at once."),
        click.option("--exclude-newer", default="", metavar="DATE", help="No release after this date."),
        click.option("--combine", type=click.Choice(["merged", "workspace"]), default="merged", help="For npm."),
        click.option("--with", "added", multiple=True, metavar="PACKAGE", help="What if this were required too."),
        click.option("--constraint", "constraints", multiple=True, metavar="BOUND", help="numpy<2, npm:react@^18."),
        *(click.option(flag, flag.strip("-").replace("-", "_"), is_flag=True, help=f"{MEANING[word].capitalize()}.")
          for flag, word in WORDS),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def target_of(options: dict[str, Any]) -> str:
    """The target that the options name, in the words of `joint/targets`; "" when they name none."""
    if options["universal"] and options["platform"]:
        raise click.UsageError("--universal is for every platform: leave out --platform.")
    platform = "universal" if options["universal"] else options["platform"]
    parts = (("python", options["python"]), ("node", options["node"]), ("platform", platform))
    return " ".join(f"{name}={value}" for name, value in parts if value)


def policy_of(options: dict[str, Any], use: str = "linked") -> tuple[PolicyWord, ...]:
    """The policy words that the options name."""
    words: list[PolicyWord] = [word for flag, word in WORDS if options[flag.strip("-").replace("-", "_")]]
    if options["combine"] == "workspace":
        words.append("workspace")
    if use == "bundled":
        words.append("bundled")
    elif use == "network":
        words.append("network")
    return tuple(words)


@click.command(name="compat", help="Say whether repositories can live together, why not, and the smallest changes.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@question_options
@click.option("--target", "targets", multiple=True, help='Such as "python=3.12 platform=macos"; repeatable.')
@click.option(
    "--use",
    type=click.Choice(["linked", "bundled", "network"]),
    default="linked",
    show_default=True,
    help="How their code meets, for licences.",
)
@click.option(
    "--fail-on", type=click.Choice(["licences", "vulnerabilities"]), multiple=True, help="Exit 1 on these too."
)
@click.option("--format", "form", type=click.Choice(FORMATS), help="Print for an issue, code scanning or a CI job.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as MCP gives it.")
@click.option("--max-tokens", type=click.IntRange(LEAST_TOKENS), help="Cut the result to this budget.")
@click.option("--no-cache", is_flag=True, help="Compute everything anew and keep nothing.")
@click.pass_context
def command(ctx: click.Context, /, sources: tuple[str, ...], **options: Any) -> int:
    if options["form"] and options["as_json"]:
        raise InvalidArgument("--format and --json are two ways to print.", hint="Leave one out.")
    question = question_of(sources, options)

    async def work(app: App) -> tuple[CompatibilityReport, dict[str, Any], str]:
        report = await app.checker.check(question)
        answer = budgeted(report, question, options["max_tokens"])
        return report, as_result(app, answer.structured), printed(report, options["form"], app)

    (report, structured, text), call_id = call(ctx, NAME, work, keep=not options["no_cache"])
    if options["as_json"]:
        print_json(structured | {"call_id": call_id})
    else:
        click.echo(text)
    return exit_of(report, options["fail_on"])


def question_of(sources: tuple[str, ...], options: dict[str, Any]) -> JointQuestion:
    """The question that a command line asks."""
    named = target_of(options)
    targets = (*((named,) if named else ()), *options.get("targets", ()))
    policy = policy_of(options, options.get("use", "linked"))
    return JointQuestion(sources, targets, options["constraints"], options["added"], policy, options["exclude_newer"])


def printed(report: CompatibilityReport, form: str | None, app: App) -> str:
    """The report in the form that was asked for, masked."""
    from plumbrule.mcp_server.compatibility.cleaned import masked  # not for --json

    report = masked(report, app.runtime.mask)
    if form == "markdown":
        from plumbrule.mcp_server.cli.formats.compat_markdown import compat_markdown

        return compat_markdown(report)
    if form == "github":
        from plumbrule.mcp_server.cli.formats.compat_ci import compat_annotations

        return compat_annotations(report)
    if form == "sarif":
        import orjson

        from plumbrule.mcp_server.cli.formats.compat_ci import compat_sarif

        return orjson.dumps(compat_sarif(report), option=orjson.OPT_INDENT_2).decode()
    from plumbrule.mcp_server.cli.compat_page import compat_page

    return compat_page(report)


def exit_of(report: CompatibilityReport, fail_on: tuple[str, ...] = ()) -> int:
    """1 when they cannot live together, or a policy is not met; 4 when nobody can tell."""
    if report.verdict == "incompatible":
        return POLICY_NOT_MET
    licences, known = report.licences, report.vulnerabilities
    if "licences" in fail_on and (licences is None or licences.verdict == "incompatible"):
        return POLICY_NOT_MET
    if "vulnerabilities" in fail_on and known is not None and known.found:
        return POLICY_NOT_MET
    return PARTIAL if report.verdict == "unknown" else DONE


def written(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    import os  # for a file only
    import tempfile

    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as sink:
            sink.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        raise InvalidArgument(f"{path} cannot be written: {error.strerror}.", hint="Name another file.") from None
