"""JSON-RPC lines: bytes into whole lines of bounded length, lines into messages, messages into bytes.

Pure; `server/stdio` feeds it. What cannot be understood becomes a `Refusal` that is answered, never dropped.
"""

import json
from collections.abc import Iterator
from typing import Any, cast

import orjson
from mcp.types import INVALID_REQUEST, PARSE_ERROR
from mcp_types import (
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    RequestId,
)
from pydantic import ValidationError

from plumbrule.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a line that is no message is answered with; `id` is None where it could not be told."""

    code: int
    message: str
    id: RequestId | None = None

    def encoded(self) -> bytes:
        error = {"code": self.code, "message": self.message}
        return orjson.dumps({"jsonrpc": "2.0", "id": self.id, "error": error}) + b"\n"


class LineSplitter:
    """Cuts a byte stream into lines of at most `max_bytes`, holding no more than that."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self._held = 0
        self._skipping = False

    def feed(self, chunk: bytes) -> Iterator[bytes | None]:
        """The lines that `chunk` completes, without their line ends; None for one that is too long."""
        start = 0
        while (end := chunk.find(b"\n", start)) != -1:
            yield from self._complete(chunk[start:end])
            start = end + 1
        yield from self._hold(chunk[start:] if start else chunk)

    def rest(self) -> bytes:
        """What came after the last line end, once the stream has ended."""
        rest = b"".join(self._parts)
        self._parts.clear()
        self._held = 0
        return rest

    def _complete(self, piece: bytes) -> Iterator[bytes | None]:
        if self._skipping:
            self._skipping = False
            return
        if self._held + len(piece) > self._max_bytes:
            self.rest()
            yield None
            return
        yield self.rest() + piece if self._held else piece

    def _hold(self, piece: bytes) -> Iterator[bytes | None]:
        if self._skipping or not piece:
            return
        if self._held + len(piece) > self._max_bytes:
            self.rest()
            self._skipping = True
            yield None
            return
        self._parts.append(piece)
        self._held += len(piece)


def decode(line: bytes) -> JSONRPCMessage | Refusal | None:
    """The message on a line; None for a blank one. Accepts CRLF; refuses batches, which the protocol has dropped."""
    text = line.strip(b" \t\r")
    if not text:
        return None
    try:
        parsed: object = orjson.loads(text)
    except ValueError:  # also invalid UTF-8, lone surrogates and nesting beyond 1024
        return Refusal(PARSE_ERROR, "Parse error: the line is not JSON in UTF-8.")
    if not isinstance(parsed, dict):
        kind = "Batches are not part of the protocol" if isinstance(parsed, list) else "A message is a JSON object"
        return Refusal(INVALID_REQUEST, f"Invalid request: {kind}.")
    value = cast("dict[str, Any]", parsed)
    try:
        if "method" in value:
            return (JSONRPCRequest if "id" in value else JSONRPCNotification).model_validate(value)
        return (JSONRPCError if "error" in value else JSONRPCResponse).model_validate(value)
    except ValidationError:
        return Refusal(INVALID_REQUEST, "Invalid request: not a JSON-RPC 2.0 message.", _usable_id(value))


def _usable_id(value: dict[str, Any]) -> RequestId | None:
    given = value.get("id")
    return given if isinstance(given, str) or (isinstance(given, int) and not isinstance(given, bool)) else None


def encode(message: JSONRPCMessage) -> bytes:
    """One line. JSON-ready members are written as they are: pydantic's dump costs thirty times as much at 50 KB."""
    match message:
        case JSONRPCResponse():
            body: dict[str, Any] = {"jsonrpc": "2.0", "id": message.id, "result": message.result}
        case JSONRPCError():
            error = message.error.model_dump(mode="json", by_alias=True, exclude_none=True)
            body = {"jsonrpc": "2.0", "id": message.id, "error": error}
        case _:
            body = message.model_dump(mode="json", by_alias=True, exclude_unset=True)
    try:
        return orjson.dumps(body) + b"\n"
    except TypeError:  # integers beyond 64 bits, lone surrogates: the slow writer escapes them
        return json.dumps(body, separators=(",", ":")).encode() + b"\n"
