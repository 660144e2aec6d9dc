"""Which tools exist. All belong to the toolset `repository`, the default one; others come with their first tools."""

from plumbrule.core.errors import UnknownTool
from plumbrule.core.fields import nearest
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.tools import analyze_repository, check_compatibility, map_repository, resolve_dependencies
from plumbrule.mcp_server.tools.analyze_repository import Compares, Surveys
from plumbrule.mcp_server.tools.check_compatibility import Checks
from plumbrule.mcp_server.tools.map_repository import Maps
from plumbrule.mcp_server.tools.resolve_dependencies import Resolves
from plumbrule.mcp_server.tools.spec import PublishedTool

MAX_NAME_CHARACTERS = 30
"""Hosts put the server's name before a tool's and cut or refuse what gets long (MCP.md 5)."""


@dataclass(frozen=True, slots=True)
class Engines:
    """What stands behind the tools."""

    surveyor: Surveys
    comparer: Compares
    mapper: Maps
    checker: Checks
    resolver: Resolves


def all_tools(engines: Engines) -> tuple[PublishedTool, ...]:
    """Every tool over its engine, in the order of `tools/list`."""
    return (
        analyze_repository.published(engines.surveyor, engines.comparer),
        map_repository.published(engines.mapper),
        check_compatibility.published(engines.checker),
        resolve_dependencies.published(engines.resolver),
    )


def tool_named(tools: tuple[PublishedTool, ...], name: str) -> PublishedTool:
    """The tool of this name.

    Raises:
        UnknownTool: there is none; the message names the nearest.
    """
    by_name = {tool.name: tool for tool in tools}
    if name not in by_name:
        near = nearest(name, by_name)
        raise UnknownTool(
            f"There is no tool {name[:64]!r}." + (f" Did you mean {near!r}?" if near else ""),
            hint=f"Tools: {', '.join(by_name)}.",
        )
    return by_name[name]
