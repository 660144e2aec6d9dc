"""`plumbrule schema [TOOL]`: the full JSON Schemas of tools, for CI and for generating clients."""

import click

from plumbrule.mcp_server.analysis.model import Detail, RepositoryReport
from plumbrule.mcp_server.cli.session import print_json
from plumbrule.mcp_server.tools.catalog import all_tools, tool_named


class _Unused:
    """Stands where the engine stands; a schema is told from signatures alone."""

    async def survey(self, source: str, *, detail: Detail = "card") -> RepositoryReport:
        raise AssertionError(f"a schema needs no survey of {source} at {detail}")


@click.command(name="schema", help="Print the full input and output schema of TOOL, or the list of tools.")
@click.argument("tool", required=False)
def command(tool: str | None) -> None:
    tools = all_tools(_Unused())
    if tool is None:
        for each in tools:
            click.echo(f"{each.name}  {each.title}")
        return
    chosen = tool_named(tools, tool)
    print_json(
        {
            "name": chosen.name,
            "title": chosen.title,
            "description": chosen.description,
            "input": chosen.input_schema,
            "output": chosen.full_output_schema,
        }
    )
