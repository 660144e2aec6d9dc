"""The resources and prompts on offer, found by address and by name. `server/build` hands the lookups to the SDK."""

from collections.abc import Sequence
from typing import Any, TypeGuard
from urllib.parse import unquote

from mcp import types
from mcp.server import ServerRequestContext

from plumbrule.core.errors import InvalidArgument, NotFound
from plumbrule.mcp_server.server.published import Prompt, Resource, ResourceTemplate

Context = ServerRequestContext[Any, Any]


class Shelf:
    """The published resources, found by address."""

    def __init__(self, resources: Sequence[Resource | ResourceTemplate]) -> None:
        self.listed: list[types.Resource] = []
        self.templates: list[types.ResourceTemplate] = []
        self._fixed: dict[str, Resource] = {}
        self._families: list[tuple[str, ResourceTemplate]] = []
        for resource in resources:
            if _is_template(resource):
                self._add_template(resource)
            elif _is_fixed(resource):
                self._add(resource)

    def _add(self, resource: Resource) -> None:
        self._fixed[resource.uri] = resource
        self.listed.append(
            types.Resource(
                name=resource.name,
                uri=resource.uri,
                description=resource.description,
                mime_type=resource.mime_type,
            )
        )

    def _add_template(self, template: ResourceTemplate) -> None:
        prefix, brace, variable = template.uri_template.partition("{")
        if not brace or not variable.endswith("}") or "{" in variable:
            raise ValueError(f"{template.uri_template}: a template ends in its only variable")
        self._families.append((prefix, template))
        self.templates.append(
            types.ResourceTemplate(
                name=template.name,
                uri_template=template.uri_template,
                description=template.description,
                mime_type=template.mime_type,
            )
        )

    async def read(self, _: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        uri = params.uri
        if uri in self._fixed:
            resource = self._fixed[uri]
            return _contents(uri, resource.mime_type, await resource.read())
        for prefix, template in self._families:
            if uri.startswith(prefix) and len(uri) > len(prefix):
                return _contents(uri, template.mime_type, await template.read(unquote(uri[len(prefix) :])))
        raise NotFound(
            "There is no resource at this address.", hint="`resources/list` and the templates name them all."
        )


def _contents(uri: str, mime_type: str, text: str) -> types.ReadResourceResult:
    return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=mime_type, text=text)])


def _is_template(resource: Resource | ResourceTemplate) -> TypeGuard[ResourceTemplate]:
    return hasattr(resource, "uri_template")


def _is_fixed(resource: Resource | ResourceTemplate) -> TypeGuard[Resource]:
    return hasattr(resource, "uri")


class Prompts:
    """The published prompts, found by name."""

    def __init__(self, prompts: Sequence[Prompt]) -> None:
        self._by_name = {prompt.name: prompt for prompt in prompts}
        self.listed = [_listed(prompt) for prompt in prompts]

    async def get(self, _: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        prompt = self._by_name.get(params.name)
        if prompt is None:
            raise NotFound(f"There is no prompt `{params.name[:64]}`.", hint=f"Prompts: {', '.join(self._by_name)}.")
        given = params.arguments or {}
        _check_arguments(prompt, given)
        text = await prompt.render(given)
        message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))
        return types.GetPromptResult(description=prompt.description, messages=[message])


def _listed(prompt: Prompt) -> types.Prompt:
    return types.Prompt(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=[
            types.PromptArgument(name=a.name, description=a.description, required=a.required) for a in prompt.arguments
        ],
    )


def _check_arguments(prompt: Prompt, given: dict[str, str]) -> None:
    names = [argument.name for argument in prompt.arguments]
    missing = [a.name for a in prompt.arguments if a.required and a.name not in given]
    unknown = [name[:64] for name in given if name not in names]
    if missing or unknown:
        faults = [f"`{name}` is missing" for name in missing] + [f"`{name}` is unknown" for name in unknown]
        raise InvalidArgument(
            f"Prompt `{prompt.name}`: {', '.join(faults)}.", hint=f"It takes: {', '.join(names) or 'nothing'}."
        )
