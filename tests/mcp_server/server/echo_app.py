"""A small server of echo tools on our own factory: what the tests of this room start as a process or in memory.

Run as `python echo_app.py stdio` or `python echo_app.py http|sse KEY=VALUE…` (fields of the settings section).
"""

import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from plumbrule.core.calls import Admission, CallRuntime
from plumbrule.core.context import current_call, report_progress
from plumbrule.core.errors import InvalidArgument, NotFound, Unavailable

CANARY = "canary-7f3e9a55"


def mask(text: str) -> str:
    return text.replace(CANARY, "***")


def mask_value(value: object) -> object:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {key: mask_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [mask_value(inner) for inner in value]
    return value


@dataclass(frozen=True)
class Reply:
    structured: dict[str, Any]
    text: str


OUTPUT = {"type": "object", "properties": {"error": {"type": "object"}, "call_id": {"type": "string"}}}


@dataclass(frozen=True)
class EchoTool:
    name: str = "echo"
    title: str = "Echo"
    description: str = "Says it back."
    input_schema: Mapping[str, Any] = field(
        default_factory=lambda: {
            "type": "object",
            "properties": {"text": {"type": "string"}},
            "required": ["text"],
            "additionalProperties": False,
        }
    )
    output_schema: Mapping[str, Any] = field(default_factory=lambda: OUTPUT)
    read_only: bool = True
    open_world: bool = False

    async def __call__(self, arguments: Mapping[str, Any]) -> Reply:
        if not isinstance(arguments.get("text"), str):
            raise InvalidArgument("`text` is missing.", hint="It takes: text.")
        return Reply({"text": arguments["text"]}, arguments["text"])


@dataclass(frozen=True)
class ModeTool(EchoTool):
    """Does what `mode` says: every way a call can go."""

    name: str = "behave"
    input_schema: Mapping[str, Any] = field(
        default_factory=lambda: {
            "type": "object",
            "properties": {"mode": {"type": "string"}, "seconds": {"type": "number"}, "until": {"type": "string"}},
        }
    )

    async def __call__(self, arguments: Mapping[str, Any]) -> Reply:
        mode = arguments.get("mode", "")
        if mode == "sleep":
            await anyio.sleep(arguments.get("seconds", 30))
        elif mode == "gate":  # runs until the test makes the file: no call ends while others still arrive
            gate = anyio.Path(arguments["until"])
            while not await gate.exists():
                await anyio.sleep(0.02)
        elif mode == "crash":
            raise KeyError(f"secret {CANARY}")
        elif mode == "known":
            raise Unavailable(f"upstream said {CANARY}", hint=f"use {CANARY}", retry_with={"key": CANARY})
        elif mode == "leak":
            return Reply({"text": CANARY, "deep": [{"x": CANARY}]}, CANARY)
        elif mode == "unserialisable":
            return Reply({"text": {1, 2}}, "x")
        elif mode == "print":
            print("noise from print", flush=True)
            await anyio.run_process(["sh", "-c", "echo noise from a child; cat"], stdin=None, stdout=None, stderr=None)
        elif mode == "child":
            await _wait_for_child()
        elif mode == "progress":
            for step in range(1, 6):
                await report_progress(step, 5, f"step {step}")
                await anyio.sleep(0.12)
        elif mode == "big":
            return Reply(
                {"rows": [{"n": n, "text": "x" * 100} for n in range(int(arguments.get("seconds", 400)))]}, "x"
            )
        call = current_call()
        assert call is not None
        return Reply({"principal": call.principal, "seen_call_id": call.id}, mode)


async def _wait_for_child() -> None:
    """Start a program that would run for a minute, log its pid, and log again when it is gone."""
    from plumbrule.core.process import base_env, open_process

    try:
        script = "echo $$; exec sleep 60"
        async with open_process(["/bin/sh", "-c", script], env=base_env(Path("/"))) as child:
            logging.getLogger("child").info("%s", (await child.read_until(b"\n")).decode().strip())
            await child.wait()
    finally:
        logging.getLogger("child").info("gone")


@dataclass(frozen=True)
class Page:
    name: str = "page"
    uri: str = "echo://page"
    description: str = "A page."
    mime_type: str = "text/plain"

    async def read(self) -> str:
        return f"page {CANARY}"


@dataclass(frozen=True)
class Card:
    name: str = "card"
    uri_template: str = "echo://card/{source}"
    description: str = "A card."
    mime_type: str = "text/plain"

    async def read(self, value: str) -> str:
        if value == "missing":
            raise NotFound("There is no such card.")
        if value == "crash":
            raise KeyError(CANARY)
        return f"card of {value}"


@dataclass(frozen=True)
class Argument:
    name: str
    description: str = ""
    required: bool = True


@dataclass(frozen=True)
class Greeting:
    name: str = "greet"
    title: str = "Greet"
    description: str = "Greets."
    arguments: tuple[Argument, ...] = (Argument("who"),)

    async def render(self, arguments: Mapping[str, str]) -> str:
        if arguments["who"] == "crash":
            raise KeyError(CANARY)
        return f"Greet {arguments['who']}."


def runtime(max_calls: int = 64, deadline_s: float | None = 50.0) -> CallRuntime:
    return CallRuntime(mask, mask_value, Admission(max_calls), deadline_s)


def build(max_calls: int = 64, deadline_s: float | None = 50.0) -> Any:
    from plumbrule.mcp_server.server.build import create_server

    return create_server(
        tools=[EchoTool(), ModeTool()],
        resources=[Page(), Card()],
        prompts=[Greeting()],
        runtime=runtime(max_calls, deadline_s),
        name="echo",
        version="1.2.3",
        instructions="Echoes.",
    )


def main(transport: str, options: Mapping[str, Any]) -> int:
    from plumbrule.mcp_server.server.signals import leave_on_early_signals

    leave_on_early_signals()
    if transport == "stdio":
        from plumbrule.mcp_server.server.descriptors import claim_stdio

        pipes = claim_stdio()
        print("noise at start-up", flush=True)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s %(message)s")
    from plumbrule.mcp_server.server.settings import HttpSettings, StdioSettings
    from plumbrule.mcp_server.server.transports import serve_http, serve_sse, serve_stdio

    limits = {key: options[key] for key in ("max_calls", "deadline_s") if key in options}
    rest = {key: value for key, value in options.items() if key not in limits}
    server = build(**limits)
    if transport == "stdio":
        return anyio.run(serve_stdio, server, StdioSettings(**rest), pipes)
    serve = serve_http if transport == "http" else serve_sse
    return anyio.run(serve, server, HttpSettings(**{"port": 0, **rest}))


if __name__ == "__main__":
    pairs = (option.split("=", 1) for option in sys.argv[2:])
    sys.exit(main(sys.argv[1], {key: json.loads(value) for key, value in pairs}))
