"""What a server publishes, as shapes: tools, resources, resource templates, prompts.

`app` hands over values that fit; this room names no tool of the product and imports none. `tools/spec` satisfies
`Tool` structurally. Above: `server/build` and `server/boundary`.
"""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Protocol


class Answer(Protocol):
    """A tool's reply: all of it as JSON-ready `structured` content, and a short faithful `text`."""

    @property
    def structured(self) -> Mapping[str, Any]: ...
    @property
    def text(self) -> str: ...


class Tool(Protocol):
    """One published tool. Both schemas go to the client exactly as they are given here."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def input_schema(self) -> Mapping[str, Any]: ...
    @property
    def output_schema(self) -> Mapping[str, Any]: ...
    @property
    def read_only(self) -> bool: ...
    @property
    def open_world(self) -> bool: ...

    def __call__(self, arguments: Mapping[str, Any], /) -> Awaitable[Answer]:
        """Validate strictly and run. Raises kinds of `core.errors` for everything a client can cause."""
        ...


class Resource(Protocol):
    """One readable resource at a fixed address."""

    @property
    def name(self) -> str: ...
    @property
    def uri(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def mime_type(self) -> str: ...

    def read(self) -> Awaitable[str]: ...


class ResourceTemplate(Protocol):
    """A family of resources. `uri_template` ends in its only variable, as in `plumbrule://card/{source}`."""

    @property
    def name(self) -> str: ...
    @property
    def uri_template(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def mime_type(self) -> str: ...

    def read(self, value: str, /) -> Awaitable[str]:
        """The text for one percent-decoded value of the variable; `NotFound` when there is none."""
        ...


class PromptArgument(Protocol):
    """One argument of a prompt; arguments are strings in the protocol."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def required(self) -> bool: ...


class Prompt(Protocol):
    """A prompt that becomes one user message."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def arguments(self) -> Sequence[PromptArgument]: ...

    def render(self, arguments: Mapping[str, str], /) -> Awaitable[str]: ...
