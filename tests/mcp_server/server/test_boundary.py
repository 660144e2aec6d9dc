"""Nothing unmasked or unexpected leaves, in both eras; every call has its id, its limit and its one log line."""

import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import pytest
from echo_app import CANARY, EchoTool, Greeting, ModeTool, Page, Reply, build, mask, mask_value
from mcp import Client, MCPError
from mcp.client._memory import InMemoryTransport
from mcp.server import Server
from mcp.shared.message import SessionMessage
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS
from mcp_types import JSONRPCError, JSONRPCRequest
from serving import MODERN_META

from plumbrule.core.calls import Admission, CallRuntime
from plumbrule.core.errors import RateLimited
from plumbrule.mcp_server.server.build import ProtocolServer, create_server
from plumbrule.mcp_server.server.shares import Shares

ERAS = pytest.mark.parametrize("era", ["legacy", "2026-07-28"])
WAIT_S = 20


@asynccontextmanager
async def talking(era: str, server: ProtocolServer | None = None) -> AsyncIterator[Client]:
    with anyio.fail_after(WAIT_S):
        async with Client((server or build()).sdk, mode=era, cache=None) as client:
            yield client


def served(tools: list[Any], **runtime: Any) -> ProtocolServer:
    shared = {"mask": mask, "mask_value": mask_value, "admission": Admission(64), **runtime}
    return create_server(
        tools=tools,
        resources=[Page()],
        prompts=[Greeting()],
        runtime=CallRuntime(**shared),
        name="echo",
        version="1",
    )


@ERAS
async def test_a_result_holds_everything_once_and_the_call_id(era: str) -> None:
    async with talking(era) as client:
        result = await client.call_tool("echo", {"text": "hi"}, meta={"plumbrule/call_id": "client-id-1"})
    assert result.structured_content == {"text": "hi", "call_id": "client-id-1"}
    assert [block.text for block in result.content] == ["hi"]
    assert not result.is_error


@ERAS
@pytest.mark.parametrize("offered", ["short", "x" * 65, "with blank here", "new\nline-12", 12345678, None, ["a"]])
async def test_a_malformed_client_id_is_replaced(era: str, offered: Any) -> None:  # S-130, A17
    async with talking(era) as client:
        result = await client.call_tool("echo", {"text": "hi"}, meta={"plumbrule/call_id": offered})
    assert result.structured_content is not None
    call_id = result.structured_content["call_id"]
    assert len(call_id) == 32
    assert call_id != offered


@ERAS
async def test_a_bad_argument_is_an_error_result_with_code_hint_and_id(era: str) -> None:  # S-04
    async with talking(era) as client:
        result = await client.call_tool("echo", {"texd": 1})
    assert result.is_error
    assert result.structured_content is not None
    error = result.structured_content["error"]
    assert error["code"] == "invalid_argument"
    assert error["hint"] == "It takes: text."
    assert error["call_id"] == result.structured_content["call_id"]
    assert error["call_id"] in result.content[0].text


@ERAS
async def test_an_unknown_tool_is_an_error_result_that_names_the_nearest(era: str) -> None:  # S-04
    async with talking(era) as client:
        result = await client.call_tool("ecko", {})
    assert result.is_error
    assert result.structured_content is not None
    assert result.structured_content["error"]["code"] == "unknown_tool"
    assert "`echo`" in result.structured_content["error"]["hint"]


@ERAS
@pytest.mark.parametrize("mode", ["crash", "known", "leak", "unserialisable"])
async def test_no_secret_leaves_whatever_a_tool_does(era: str, mode: str) -> None:  # A71
    async with talking(era) as client:
        result = await client.call_tool("behave", {"mode": mode})
    assert CANARY not in result.model_dump_json()
    assert result.is_error == (mode != "leak")
    if mode in ("crash", "unserialisable"):
        assert result.structured_content is not None
        assert result.structured_content["error"]["code"] == "internal"


@ERAS
@pytest.mark.parametrize(
    ("method", "argument", "code"),
    [
        ("read_resource", "echo://card/crash", INTERNAL_ERROR),
        ("read_resource", "echo://card/missing", INVALID_PARAMS),
        ("read_resource", "echo://nothing", INVALID_PARAMS),
        ("get_prompt", "nothing", INVALID_PARAMS),
        ("get_prompt", "greet", INVALID_PARAMS),
    ],
)
async def test_resources_and_prompts_fail_as_protocol_errors(era: str, method: str, argument: str, code: int) -> None:
    async with talking(era) as client:
        with pytest.raises(MCPError) as caught:
            await getattr(client, method)(argument)
    assert caught.value.code == code
    assert CANARY not in json.dumps([caught.value.message, caught.value.data])
    assert len(caught.value.data["call_id"]) == 32


@ERAS
async def test_texts_of_resources_and_prompts_are_masked(era: str) -> None:
    async with talking(era) as client:
        page = await client.read_resource("echo://page")
        card = await client.read_resource("echo://card/a%2Fb")
        prompt = await client.get_prompt("greet", {"who": CANARY})
    assert page.contents[0].text == "page ***"
    assert card.contents[0].text == "card of a/b"
    assert prompt.messages[0].content.text == "Greet ***."


@ERAS
async def test_a_crashing_prompt_leaves_no_word_of_it(era: str) -> None:
    async with talking(era) as client:
        with pytest.raises(MCPError) as caught:
            await client.get_prompt("greet", {"who": "crash"})
    assert caught.value.code == INTERNAL_ERROR
    assert CANARY not in str(caught.value)


class _Failing:
    """Raises with the canary wherever it is used."""

    def __call__(self, *_: object, **__: object) -> Any:
        raise ValueError(CANARY)

    span = finished = __call__


@ERAS
@pytest.mark.parametrize("layer", ["mask", "mask_value", "observer"])
async def test_a_fault_in_the_boundarys_own_tools_stays_inside(era: str, layer: str) -> None:  # A71
    server = served([EchoTool(), ModeTool()], **{layer: _Failing()})
    async with talking(era, server) as client:
        for mode in ("known", "leak"):
            said = await everything_said(client, mode)
            assert CANARY not in said


async def everything_said(client: Client, mode: str) -> str:
    try:
        result = await client.call_tool("behave", {"mode": mode})
    except MCPError as error:
        return json.dumps([error.code, error.message, error.data])
    return result.model_dump_json()


@ERAS
@pytest.mark.parametrize("method", ["tools/list", "resources/list", "prompts/list"])
async def test_a_fault_in_a_handler_of_the_sdk_is_a_neutral_error(era: str, method: str) -> None:  # A71
    server = build()
    entry = server.sdk.get_request_handler(method)
    assert entry is not None

    async def broken(*_: object) -> Any:
        raise KeyError(CANARY)

    server.sdk.add_request_handler(method, entry.params_type, broken)
    async with talking(era, server) as client:
        with pytest.raises(MCPError) as caught:
            await getattr(client, f"list_{method.split('/')[0]}")()
    assert caught.value.code == INTERNAL_ERROR
    assert CANARY not in str(caught.value)
    assert "call id" in caught.value.data["hint"]


@ERAS
async def test_a_full_server_refuses_at_once_and_says_when_to_come_back(era: str) -> None:  # F12
    server = served([EchoTool(), ModeTool()], admission=Admission(1))
    async with talking(era, server) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(client.call_tool, "behave", {"mode": "sleep"})
        while not server.runtime.admission.running:
            await anyio.lowlevel.checkpoint()
        result = await client.call_tool("echo", {"text": "hi"})
        tasks.cancel_scope.cancel()
    assert result.is_error
    assert result.structured_content is not None
    assert result.structured_content["error"]["code"] == "overloaded"
    assert result.structured_content["error"]["retry_after_s"] > 0


@ERAS
async def test_a_call_ends_at_its_deadline(era: str) -> None:  # S-111
    async with talking(era, served([ModeTool()], deadline_s=0.05)) as client:
        result = await client.call_tool("behave", {"mode": "sleep"})
    assert result.structured_content is not None
    assert result.structured_content["error"]["code"] == "deadline_exceeded"


@ERAS
async def test_twenty_calls_at_once_get_their_own_answers(era: str) -> None:  # S-08
    answers: dict[int, Any] = {}

    async def call(client: Client, number: int) -> None:
        meta: Any = {"plumbrule/call_id": f"call-{number:04}"}
        arguments = {"mode": "sleep", "seconds": 0.01 * (number % 3)}
        result = await client.call_tool("behave", arguments, meta=meta)
        answers[number] = result.structured_content

    async with talking(era) as client, anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon(call, client, number)
    assert [answers[n]["seen_call_id"] for n in range(20)] == [f"call-{n:04}" for n in range(20)]


@ERAS
async def test_progress_grows_and_ends_with_the_call(era: str) -> None:  # S-06
    heard: list[tuple[float, float | None]] = []

    async def listen(done: float, total: float | None, _: str | None) -> None:
        heard.append((done, total))

    async with talking(era) as client:
        await client.call_tool("behave", {"mode": "progress"}, progress_callback=listen)
    assert [done for done, _ in heard] == sorted({done for done, _ in heard})
    assert heard[-1] == (5, 5)


@ERAS
async def test_a_client_hears_of_a_phase_that_says_nothing(era: str) -> None:  # S-42
    heard: list[float] = []
    enough = anyio.Event()

    @dataclass(frozen=True)
    class Silent(EchoTool):
        async def __call__(self, arguments: Mapping[str, Any]) -> Reply:
            await enough.wait()
            return await super().__call__(arguments)

    async def listen(done: float, _total: float | None, _: str | None) -> None:
        heard.append(done)
        if len(heard) >= 3:
            enough.set()

    async with talking(era, served([Silent()], silence_s=0.02)) as client:
        result = await client.call_tool("echo", {"text": "hi"}, progress_callback=listen)
    assert result.structured_content is not None
    assert heard == sorted(set(heard))


@ERAS
async def test_tools_are_listed_in_the_order_given_with_their_own_schemas(era: str) -> None:  # S-03, S-05
    tools = [ModeTool(), EchoTool()]
    async with talking(era, served(tools)) as client:
        listed = (await client.list_tools()).tools
    assert [tool.name for tool in listed] == ["behave", "echo"]
    assert [tool.input_schema for tool in listed] == [tool.input_schema for tool in tools]
    assert [tool.output_schema for tool in listed] == [tool.output_schema for tool in tools]
    assert listed[0].annotations is not None
    assert listed[0].annotations.read_only_hint is True


@ERAS
async def test_a_forged_cursor_is_refused(era: str) -> None:  # A79
    async with talking(era) as client:
        with pytest.raises(MCPError) as caught:
            await client.list_tools(cursor="forged")
    assert caught.value.code == INVALID_PARAMS


@ERAS
async def test_each_call_writes_one_log_line(era: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="plumbrule.calls"):
        async with talking(era) as client:
            await client.call_tool("echo", {"text": "hi"})
            await client.call_tool("\n" + "x" * 500, {})
    lines = [record for record in caplog.records if record.message == "call"]
    assert [(line.tool, line.code) for line in lines] == [("echo", "ok"), ("(unknown)", "unknown_tool")]


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="share a name"):
        served([EchoTool(), EchoTool()])


class _Spans:
    """An observer that notes which trace its spans would belong to."""

    def __init__(self) -> None:
        self.traces: list[str] = []

    @contextmanager
    def span(self, tool: str, call_id: str) -> Iterator[None]:
        from opentelemetry import trace

        self.traces.append(format(trace.get_current_span().get_span_context().trace_id, "032x"))
        yield

    def finished(self, tool: str, code: str, duration_s: float) -> None:
        pass


@ERAS
@pytest.mark.parametrize(
    ("parent", "trace"),
    [
        (f"00-{'ab' * 16}-{'cd' * 8}-01", "ab" * 16),
        (f"00-{'AB' * 16}-{'cd' * 8}-01", "0" * 32),
        (f"00-{'ab' * 16}-{'cd' * 8}-01" + "x" * 65536, "0" * 32),
        (f"00-{'ab' * 16}-{'cd' * 8}-01\n", "0" * 32),
        ("00-" + "0" * 32 + "-" + "cd" * 8 + "-01", "0" * 32),
    ],
)
async def test_the_callers_trace_is_taken_only_when_it_is_well_formed(era: str, parent: str, trace: str) -> None:
    # A17. The SDK's client writes its own trace over the one given, so the request is raw.
    observer = _Spans()
    async with talking(era, served([EchoTool()], observer=observer)) as client:
        await client.list_tools()
        await client.session._dispatcher.send_raw_request(
            "tools/call",
            {
                "name": "echo",
                "arguments": {"text": "x"},
                "_meta": {"traceparent": parent, "tracestate": "a=b", "baggage": "x=y", **MODERN_META},
            }
            if era != "legacy"
            else {"name": "echo", "arguments": {"text": "x"}, "_meta": {"traceparent": parent}},
        )
    assert observer.traces == [trace]


async def test_one_client_cannot_take_every_place() -> None:  # A75
    shares = Shares(4)
    with shares.taken("flood"), shares.taken("flood"):
        with pytest.raises(RateLimited) as caught, shares.taken("flood"):
            pass
        with shares.taken("other"):
            pass
    assert caught.value.retry_after_s
    with shares.taken("flood"):
        pass


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
async def test_versions_before_structured_content_get_the_text(version: str) -> None:
    async with talking("legacy") as client:
        dispatcher = client.session._dispatcher
        handshake = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
        assert (await dispatcher.send_raw_request("initialize", handshake))["protocolVersion"] == version
        result = await dispatcher.send_raw_request("tools/call", {"name": "echo", "arguments": {"text": "hi"}})
    assert result["content"] == [{"type": "text", "text": "hi"}]
    assert ("structuredContent" in result) == (version >= "2025-06-18")


async def test_calls_before_the_handshake_are_refused_as_the_protocol_says() -> None:
    server = build()
    async with InMemoryTransport(server.sdk) as (read, write):
        request = JSONRPCRequest(jsonrpc="2.0", id=1, method="tools/call", params={"name": "echo"})
        await write.send(SessionMessage(request))
        answer = await read.receive()
    assert isinstance(answer, SessionMessage)
    assert isinstance(answer.message, JSONRPCError)
    assert answer.message.error.code == INVALID_PARAMS


def test_no_middleware_but_the_boundary_sees_requests() -> None:
    """The SDK's tracing middleware copies exception texts into spans (contract with SDK internals)."""
    assert [type(each).__name__ for each in build().sdk.middleware] == ["Boundary"]
    assert "OpenTelemetryMiddleware" in [type(each).__name__ for each in Server("bare").middleware]
