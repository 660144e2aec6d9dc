"""What a tool is, for the server and the command line: a name, a handler whose signature is the schema, a result.

`server/build` has its own protocol of the same shape and never imports this one; `app` hands the values over.
A tool is made by a factory that takes its engine: `def analyze_repository(surveyor) -> Handler`. The inner function's
name, signature and docstring are what is published.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.tools.arguments import Parameters, parameters_of


@dataclass(frozen=True, slots=True)
class Answer:
    """A tool's reply: everything as JSON-ready `structured` content, and a short faithful `text`."""

    structured: dict[str, Any]
    text: str


Handler = Callable[..., Awaitable[Answer]]
"""Takes the tool's arguments by name, already read, and answers within the budget it was given."""


@dataclass(frozen=True, slots=True)
class PublishedTool:
    """A handler with everything that is said about it; made by `publish`.

    `result` is the dataclass that the structured content is the wire form of.
    """

    name: str
    title: str
    description: str
    toolset: str
    parameters: Parameters
    input_schema: Mapping[str, Any]
    result: type
    handler: Handler
    read_only: bool
    open_world: bool

    @property
    def output_schema(self) -> Mapping[str, Any]:
        """Pruned to depth 1, no `required` (error results must validate too)."""
        from plumbrule.mcp_server.tools.schemas import published_schema  # a command never asks for it

        return published_schema(self.result)

    @property
    def full_output_schema(self) -> Mapping[str, Any]:
        """What `plumbrule schema TOOL` prints."""
        from plumbrule.mcp_server.tools.schemas import full_schema  # only `plumbrule schema` asks for it

        return full_schema(self.result)

    async def __call__(self, arguments: Mapping[str, Any], /) -> Answer:
        """Validate strictly (InvalidArgument names the nearest name), run, shed to the budget, render."""
        return await self.handler(**self.parameters.read(arguments))


def publish(
    handler: Handler, *, title: str, toolset: str, result: type, read_only: bool = True, open_world: bool = True
) -> PublishedTool:
    """The tool whose name, description and input schema are the handler's name, docstring and signature."""
    parameters = parameters_of(handler.__name__, handler)
    return PublishedTool(
        name=handler.__name__,
        title=title,
        description=inspect.getdoc(handler) or "",
        toolset=toolset,
        parameters=parameters,
        input_schema=parameters.json_schema(),
        result=result,
        handler=handler,
        read_only=read_only,
        open_world=open_world,
    )
