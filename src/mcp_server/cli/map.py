"""`plumbrule map SOURCE [QUESTION]`: where to look, as a page, or the MCP result with `--json`."""

import click

from plumbrule.core.security.text import clean_line
from plumbrule.mcp_server.analysis.mapping.model import RepositoryMap
from plumbrule.mcp_server.app import App
from plumbrule.mcp_server.cli.calls import as_result, call, exit_code
from plumbrule.mcp_server.cli.session import print_json
from plumbrule.mcp_server.tools.map_repository import (
    DEFAULT_TOKENS,
    LEAST_TOKENS,
    MAX_FOCUS_PATHS,
    MAX_QUESTION_CHARACTERS,
    MOST_TOKENS,
    answer_of,
)

NAME = "map_repository"
MAX_CHARACTERS = 200


@click.command(name="map", help="Show the files and definitions that matter most, for QUESTION if there is one.")
@click.argument("source")
@click.argument("question", default="")
@click.option("--focus", "focus", multiple=True, metavar="PATH", help="A file you work on; may be given several times.")
@click.option(
    "--max-tokens",
    type=click.IntRange(LEAST_TOKENS, MOST_TOKENS),
    default=DEFAULT_TOKENS,
    show_default=True,
    help="Size.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as MCP gives it.")
@click.option("--no-cache", is_flag=True, help="Compute everything anew and keep nothing.")
@click.pass_context
def command(
    ctx: click.Context,
    source: str,
    question: str,
    focus: tuple[str, ...],
    max_tokens: int,
    as_json: bool,
    no_cache: bool,
) -> int:
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise click.BadParameter(f"at most {MAX_QUESTION_CHARACTERS} characters", param_hint="QUESTION")
    if len(focus) > MAX_FOCUS_PATHS:
        raise click.BadParameter(f"at most {MAX_FOCUS_PATHS} paths", param_hint="--focus")

    async def work(app: App) -> tuple[str, dict[str, object]]:
        found = await app.mapper.map(source, question=question, focus_paths=focus, max_tokens=max_tokens)
        return app.runtime.mask(page_of(found)), as_result(app, answer_of(found).structured)

    (page, structured), call_id = call(ctx, NAME, work, keep=not no_cache)
    if as_json:
        print_json(structured | {"call_id": call_id})
    else:
        click.echo(page, nl=False)
    return exit_code(structured)


def page_of(found: RepositoryMap) -> str:
    """Each file with what brought it here, its definitions below it, and the names of the next best files."""
    lines: list[str] = []
    for file in found.files:
        why = f"  [{clean_line(', '.join(file.why), MAX_CHARACTERS)}]" if file.why else ""
        lines.append(f"{clean_line(file.path, MAX_CHARACTERS)}{why}")
        lines += [f"    {clean_line(row, MAX_CHARACTERS)}" for row in file.symbols]
        if file.more and file.symbols:
            lines.append(f"    and {file.more} more")
    if found.others:
        lines += ["", "also", *(f"    {clean_line(path, MAX_CHARACTERS)}" for path in found.others)]
    if found.unknown_words:
        lines += ["", f"nowhere in the code: {clean_line(', '.join(found.unknown_words), MAX_CHARACTERS)}"]
    if found.unmatched_focus:
        lines += ["", f"no such file: {clean_line(', '.join(found.unmatched_focus), MAX_CHARACTERS)}"]
    return "\n".join(lines or ["no file of this repository matches"]) + "\n"
