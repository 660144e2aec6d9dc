"""`plumbrule schema [TOOL]`: the full JSON Schemas of tools, for CI and for generating clients."""

from typing import Any

import click

from plumbrule.mcp_server.cli.session import print_json
from plumbrule.mcp_server.tools.catalog import Engines, all_tools, tool_named


class _Unused:
    """Stands where the engines stand; a schema is told from signatures alone."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a schema needs no {name}")


@click.command(name="schema", help="Print the full input and output schema of TOOL, or the list of tools.")
@click.argument("tool", required=False)
def command(tool: str | None) -> None:
    unused: Any = _Unused()
    tools = all_tools(Engines(unused, unused, unused, unused, unused))
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
