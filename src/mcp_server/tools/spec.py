"""What a tool is, for the server and the command line: a name, a handler whose signature is the schema, a result.

`server/build` has its own protocol of the same shape and never imports this one; `app` hands the values over.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """A tool's reply: everything as JSON-ready `structured` content, and a short faithful `text`."""

    structured: dict[str, Any]
    text: str


class Tool(Protocol):
    """One published tool."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def toolset(self) -> str: ...
    @property
    def input_schema(self) -> Mapping[str, Any]:
        """Root `type: object`, no combinators at the root, no `$ref`."""
        ...

    @property
    def output_schema(self) -> Mapping[str, Any]:
        """Pruned to depth 1, no `required` (error results must validate too)."""
        ...

    @property
    def full_output_schema(self) -> Mapping[str, Any]:
        """What `plumbrule schema TOOL` prints."""
        ...

    @property
    def read_only(self) -> bool: ...
    @property
    def open_world(self) -> bool: ...

    async def __call__(self, arguments: Mapping[str, Any]) -> Answer:
        """Validate strictly (InvalidArgument names the nearest name), run, shed to the budget, render."""
        ...


Handler = Callable[..., Awaitable[object]]
