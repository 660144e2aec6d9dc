"""The server that the conformance suite asks for, on our own factory, boundary and transports.

The suite calls tools, prompts and resources of fixed names (MCP.md 2.5; texts from its scenario descriptions). They
are registered on an SDK `MCPServer`, whose handlers are then grafted onto a server of `create_server`; so what is
tested of ours is the factory, the boundary, the ASGI front and the uvicorn. Run: `python fixture.py PORT`.
"""

import base64
import json
import logging
import sys
import warnings
from typing import Any, Literal

import anyio
from mcp import MCPDeprecationWarning, MCPError, types
from mcp.server import MCPServer, Server
from mcp.server.mcpserver import Context, RequestStateSecurity
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.prompts.base import Message, UserMessage
from mcp.server.mcpserver.tools import Tool
from mcp.types import (
    AudioContent,
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    InputRequiredResult,
    TextContent,
    TextResourceContents,
)
from pydantic import BaseModel, Field

from plumbrule.core.calls import Admission, CallRuntime
from plumbrule.mcp_server.server.build import create_server
from plumbrule.mcp_server.server.settings import HttpSettings
from plumbrule.mcp_server.server.transports import serve_http

PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fccfc0f01f0005050201"
        "f88c7c530000000049454e44ae426082"
    )
).decode()
WAV = base64.b64encode(
    b"RIFF\x26\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00"
    b"\x02\x00\x10\x00data\x02\x00\x00\x00\x00\x00"
).decode()
STATE_KEY = b"conformance-fixture-request-state-key!"
GRAFTED = (
    "tools/list",
    "tools/call",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "prompts/list",
    "prompts/get",
    "completion/complete",
    "subscriptions/listen",
)

mcp = MCPServer("conformance-fixture", version="1.0.0", request_state_security=RequestStateSecurity(keys=[STATE_KEY]))


def text(words: str) -> TextContent:
    return TextContent(type="text", text=words)


def embedded(uri: str, mime_type: str, words: str) -> EmbeddedResource:
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mime_type=mime_type, text=words))


# --- plain tools ------------------------------------------------------------------------------------------------


@mcp.tool()
async def test_simple_text() -> CallToolResult:
    """Simple text."""
    return CallToolResult(content=[text("This is a simple text response for testing.")])


@mcp.tool()
async def test_image_content() -> CallToolResult:
    """An image."""
    return CallToolResult(content=[ImageContent(type="image", data=PNG, mime_type="image/png")])


@mcp.tool()
async def test_audio_content() -> CallToolResult:
    """Audio."""
    return CallToolResult(content=[AudioContent(type="audio", data=WAV, mime_type="audio/wav")])


@mcp.tool()
async def test_embedded_resource() -> CallToolResult:
    """An embedded resource."""
    words = "This is an embedded resource content."
    return CallToolResult(content=[embedded("test://embedded-resource", "text/plain", words)])


@mcp.tool()
async def test_multiple_content_types() -> CallToolResult:
    """Text, image and resource."""
    return CallToolResult(
        content=[
            text("Multiple content types test:"),
            ImageContent(type="image", data=PNG, mime_type="image/png"),
            embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
        ]
    )


@mcp.tool()
async def test_tool_with_logging(ctx: Context) -> str:
    """Three log notifications."""
    for step, words in enumerate(("started", "processing data", "completed")):
        await ctx.info(f"Tool {'' if step == 1 else 'execution '}{words}")
        await anyio.sleep(0.05)
    return "Logged three times."


@mcp.tool()
async def test_tool_with_progress(ctx: Context) -> str:
    """Three progress notifications."""
    for done in (0, 50, 100):
        await ctx.report_progress(done, 100, f"{done} of 100")
        await anyio.sleep(0.05)
    return "Reported three times."


@mcp.tool()
async def test_error_handling() -> str:
    """Fails."""
    raise ToolError("This tool intentionally returns an error for testing")


@mcp.tool()
async def test_reconnection(ctx: Context) -> str:
    """Ends its stream in the middle; the client comes back for the rest."""
    await ctx.close_sse_stream()
    await anyio.sleep(0.2)
    return "Reconnected."


@mcp.tool()
async def test_trigger_tool_change(ctx: Context) -> str:
    """Announces that the tools changed."""
    await ctx.notify_tools_changed()
    return "Announced."


@mcp.tool()
async def test_trigger_prompt_change(ctx: Context) -> str:
    """Announces that the prompts changed."""
    await ctx.notify_prompts_changed()
    return "Announced."


@mcp.tool()
async def test_missing_capability(ctx: Context) -> str:
    """Needs a client that can sample."""
    capabilities = ctx.client_capabilities
    if capabilities is None or capabilities.sampling is None:
        needed = types.ClientCapabilities(sampling=types.SamplingCapability())
        data = {"requiredCapabilities": needed.model_dump(by_alias=True, mode="json", exclude_none=True)}
        raise MCPError(types.MISSING_REQUIRED_CLIENT_CAPABILITY, "This tool needs sampling.", data)
    return "The client can sample."


def header_mirrored() -> Tool:
    async def test_x_mcp_header(region: str) -> str:
        """Has a parameter that clients mirror into a header."""
        return f"region {region}"

    tool = Tool.from_function(test_x_mcp_header)
    tool.parameters["properties"]["region"]["x-mcp-header"] = "Region"
    return tool


def with_full_schema() -> Tool:
    async def json_schema_2020_12_tool(name: str = "") -> str:
        """Publishes a schema with the whole vocabulary."""
        return name

    tool = Tool.from_function(json_schema_2020_12_tool)
    tool.parameters = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
            }
        },
        "properties": {
            "name": {"type": "string"},
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"},
            "email": {"type": "string"},
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": False,
    }
    return tool


# --- asking the client, handshake era -----------------------------------------------------------------------------


@mcp.tool()
async def test_sampling(prompt: str, ctx: Context) -> str:
    """Asks the client's model."""
    message = types.SamplingMessage(role="user", content=text(prompt))
    answer = await ctx.session.create_message(messages=[message], max_tokens=100)
    return f"LLM response: {answer.content.text if isinstance(answer.content, TextContent) else ''}"


class Contact(BaseModel):
    username: str = Field(description="User's response")
    email: str = Field(description="User's email address")


class Defaults(BaseModel):
    name: str = Field(default="John Doe")
    age: int = Field(default=30)
    score: float = Field(default=95.5)
    status: Literal["active", "inactive", "pending"] = Field(default="active")
    verified: bool = Field(default=True)


async def elicited(ctx: Context, message: str, schema: dict[str, Any]) -> str:
    answer = await ctx.session.elicit_form(message, schema, related_request_id=ctx.request_id)
    return f"action={answer.action}, content={json.dumps(answer.content)}"


@mcp.tool()
async def test_elicitation(message: str, ctx: Context) -> str:
    """Asks the user."""
    return f"User response: {await elicited(ctx, message, Contact.model_json_schema())}"


@mcp.tool()
async def test_elicitation_sep1034_defaults(ctx: Context) -> str:
    """Asks with defaults."""
    return f"Elicitation completed: {await elicited(ctx, 'Please fill in.', Defaults.model_json_schema())}"


@mcp.tool()
async def test_elicitation_sep1330_enums(ctx: Context) -> str:
    """Asks with every kind of choice."""
    names = [f"option{n}" for n in (1, 2, 3)]
    titled = [{"const": f"value{n}", "title": f"{word} Option"} for n, word in ((1, "First"), (2, "Second"))]
    properties = {
        "untitledSingle": {"type": "string", "enum": names},
        "titledSingle": {"type": "string", "oneOf": titled},
        "legacyEnum": {"type": "string", "enum": ["opt1", "opt2"], "enumNames": ["Option One", "Option Two"]},
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": names}},
        "titledMulti": {"type": "array", "items": {"anyOf": titled}},
    }
    schema = {"type": "object", "properties": properties, "required": []}
    return f"Elicitation completed: {await elicited(ctx, 'Please choose.', schema)}"


# --- asking the client, modern era: the call returns what it needs and is made again ------------------------------


def ask(message: str, field: str, kind: str = "string") -> dict[str, Any]:
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return {"method": "elicitation/create", "params": {"message": message, "requestedSchema": schema}}


def sample(question: str, max_tokens: int) -> dict[str, Any]:
    message = {"role": "user", "content": {"type": "text", "text": question}}
    return {"method": "sampling/createMessage", "params": {"messages": [message], "maxTokens": max_tokens}}


ROOTS: dict[str, Any] = {"method": "roots/list", "params": {}}


def needs(state: str | None = None, **requests: dict[str, Any]) -> InputRequiredResult:
    wire: dict[str, Any] = {"resultType": "input_required", "inputRequests": requests}
    if state is not None:
        wire["requestState"] = state
    return InputRequiredResult.model_validate(wire)


def given(ctx: Context, key: str) -> dict[str, Any] | None:
    """The client's answer under `key`, as its wire form."""
    response = (ctx.input_responses or {}).get(key)
    if response is None:
        return None
    return response.model_dump(by_alias=True, mode="json", exclude_none=True)


def form_field(answer: dict[str, Any] | None, field: str) -> Any:
    return None if answer is None else (answer.get("content") or {}).get(field)


@mcp.tool()
async def test_input_required_result_elicitation(ctx: Context) -> CallToolResult | InputRequiredResult:
    """Needs the user's name."""
    name = form_field(given(ctx, "user_name"), "name")
    if not isinstance(name, str):
        return needs(user_name=ask("What is your name?", "name"))
    return CallToolResult(content=[text(f"Hello, {name}!")])


@mcp.tool()
async def test_input_required_result_sampling(ctx: Context) -> CallToolResult | InputRequiredResult:
    """Needs the client's model."""
    answer = given(ctx, "capital_question")
    if answer is None:
        return needs(capital_question=sample("What is the capital of France?", 100))
    return CallToolResult(content=[text(str(answer["content"].get("text", "")))])


@mcp.tool()
async def test_input_required_result_list_roots(ctx: Context) -> CallToolResult | InputRequiredResult:
    """Needs the client's roots."""
    answer = given(ctx, "client_roots")
    if answer is None:
        return needs(client_roots=ROOTS)
    return CallToolResult(content=[text(", ".join(root["uri"] for root in answer["roots"]))])


@mcp.tool()
async def test_input_required_result_request_state(ctx: Context) -> CallToolResult | InputRequiredResult:
    """Sends state along."""
    if given(ctx, "confirm") is None or ctx.request_state != "asked":
        return needs("asked", confirm=ask("Please confirm", "ok", "boolean"))
    return CallToolResult(content=[text("state-ok")])


@mcp.tool()
async def test_input_required_result_multiple_inputs(ctx: Context) -> CallToolResult | InputRequiredResult:
    """Needs three things at once."""
    if any(given(ctx, key) is None for key in ("user_name", "greeting", "client_roots")):
        return needs(
            "asked",
            user_name=ask("What is your name?", "name"),
            greeting=sample("Generate a greeting", 50),
            client_roots=ROOTS,
        )
    return CallToolResult(content=[text("All three arrived.")])


@mcp.tool()
async def test_input_required_result_multi_round(ctx: Context) -> CallToolResult | InputRequiredResult:
    """Asks twice."""
    if ctx.request_state is None:
        return needs("round-1", step1=ask("Step 1: What is your name?", "name"))
    if ctx.request_state == "round-1":
        return needs("round-2", step2=ask("Step 2: What is your favorite color?", "color"))
    return CallToolResult(content=[text(f"Color {form_field(given(ctx, 'step2'), 'color')}")])


@mcp.tool()
async def test_input_required_result_tampered_state(ctx: Context) -> CallToolResult | InputRequiredResult:
    """Sends sealed state; the SDK's boundary refuses it when it comes back changed."""
    if ctx.request_state is None:
        return needs("sealed", confirm=ask("Please confirm", "ok", "boolean"))
    return CallToolResult(content=[text("state-ok")])


@mcp.tool()
async def test_input_required_result_capabilities(ctx: Context) -> CallToolResult | InputRequiredResult:
    """Asks only for what the client can do."""
    capabilities = ctx.client_capabilities
    requests: dict[str, Any] = {}
    if capabilities is not None and capabilities.elicitation is not None:
        requests["user_name"] = ask("What is your name?", "name")
    if capabilities is not None and capabilities.sampling is not None:
        requests["greeting"] = sample("Generate a greeting", 50)
    if not requests or ctx.input_responses:
        return CallToolResult(content=[text("Nothing to ask.")])
    return needs(**requests)


# --- resources, prompts, completion -------------------------------------------------------------------------------


@mcp.resource("test://static-text", mime_type="text/plain")
async def static_text() -> str:
    """Text."""
    return "This is the content of the static text resource."


@mcp.resource("test://static-binary", mime_type="image/png")
async def static_binary() -> bytes:
    """An image."""
    return base64.b64decode(PNG)


@mcp.resource("test://watched-resource", mime_type="text/plain")
async def watched() -> str:
    """Can be subscribed to."""
    return "Watched."


@mcp.resource("test://template/{id}/data", mime_type="application/json")
async def template(id: str) -> str:
    """Takes a parameter."""
    return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


@mcp.prompt()
async def test_simple_prompt() -> list[Message]:
    """No arguments."""
    return [UserMessage("This is a simple prompt for testing.")]


@mcp.prompt()
async def test_prompt_with_arguments(arg1: str, arg2: str) -> list[Message]:
    """Two arguments."""
    return [UserMessage(f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")]


@mcp.prompt()
async def test_prompt_with_embedded_resource(resourceUri: str) -> list[Message]:
    """Embeds a resource."""
    return [
        UserMessage(embedded(resourceUri, "text/plain", "Embedded resource content for testing.")),
        UserMessage("Please process the embedded resource above."),
    ]


@mcp.prompt()
async def test_prompt_with_image() -> list[Message]:
    """Embeds an image."""
    return [
        UserMessage(ImageContent(type="image", data=PNG, mime_type="image/png")),
        UserMessage("Please analyze the image above."),
    ]


@mcp.prompt()
async def test_input_required_result_prompt(ctx: Context) -> list[Message] | InputRequiredResult:
    """Needs the user's words."""
    words = form_field(given(ctx, "user_context"), "context")
    if not isinstance(words, str):
        return needs(user_context=ask("What context should the prompt use?", "context"))
    return [UserMessage(f"Context: {words}")]


@mcp.completion()
async def complete(ref: Any, argument: Any, context: Any) -> types.Completion:
    """Nothing to suggest."""
    return types.Completion(values=[], total=0, has_more=False)


# --- onto our server ----------------------------------------------------------------------------------------------


async def acknowledged(_: Any, __: Any) -> types.EmptyResult:
    return types.EmptyResult()


def register(sdk: Server[Any]) -> None:
    """Put the fixture's handlers in the place of the factory's."""
    for tool in (header_mirrored(), with_full_schema()):
        mcp._tool_manager._tools[tool.name] = tool
    donor = mcp._lowlevel_server
    for method in GRAFTED:
        entry = donor.get_request_handler(method)
        assert entry is not None
        sdk.add_request_handler(method, entry.params_type, entry.handler)
    sdk.add_request_handler("logging/setLevel", types.SetLevelRequestParams, acknowledged)
    sdk.add_request_handler("resources/subscribe", types.SubscribeRequestParams, acknowledged)
    sdk.add_request_handler("resources/unsubscribe", types.UnsubscribeRequestParams, acknowledged)
    sdk.get_tool_input_schema = donor.get_tool_input_schema
    sdk.middleware[:] = donor.middleware


def main(port: int) -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s %(message)s", force=True)
    warnings.simplefilter("ignore", MCPDeprecationWarning)  # the suite asks for logging and sampling
    server = create_server(
        tools=[],
        runtime=CallRuntime(str, lambda value: value, Admission(64), deadline_s=50),
        name="conformance-fixture",
        version="1.0.0",
        register=register,
    )
    return anyio.run(serve_http, server, HttpSettings(port=port))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
