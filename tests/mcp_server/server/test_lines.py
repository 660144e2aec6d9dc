"""Bytes become lines of bounded length however they arrive, and messages become bytes that come back the same."""

import json

from hypothesis import given
from hypothesis import strategies as st
from mcp_types import INTERNAL_ERROR, ErrorData, JSONRPCError, JSONRPCResponse

from plumbrule.mcp_server.server.lines import LineSplitter, Refusal, decode, encode

LIMIT = 8
line_bytes = st.binary(max_size=20).filter(lambda line: b"\n" not in line)


@given(lines=st.lists(line_bytes), rest=line_bytes, cuts=st.lists(st.integers(1, 7)))
def test_lines_are_the_same_however_the_bytes_are_cut(lines: list[bytes], rest: bytes, cuts: list[int]) -> None:
    stream = b"".join(line + b"\n" for line in lines) + rest
    splitter = LineSplitter(LIMIT)
    seen: list[bytes | None] = []
    for cut in cuts:
        seen += splitter.feed(stream[:cut])
        stream = stream[cut:]
    seen += splitter.feed(stream)
    expected = [line if len(line) <= LIMIT else None for line in lines]
    assert seen == expected + ([None] if len(rest) > LIMIT else [])
    assert splitter.rest() == (rest if len(rest) <= LIMIT else b"")


@given(st.binary(max_size=200))
def test_any_line_is_a_message_a_refusal_or_blank(line: bytes) -> None:  # A13
    message = decode(line)
    if isinstance(message, Refusal):
        assert json.loads(message.encoded())["error"]["code"] in (-32700, -32600)
    assert message is not None or not line.strip(b" \t\r")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), json_values), st.integers() | st.text())
def test_a_result_comes_back_the_same_from_one_line(result: dict[str, object], number: int | str) -> None:
    line = encode(JSONRPCResponse(jsonrpc="2.0", id=number, result=result))
    assert line.count(b"\n") == 1
    assert json.loads(line) == {"jsonrpc": "2.0", "id": number, "result": result}


def test_an_error_without_an_id_says_null() -> None:
    error = ErrorData(code=INTERNAL_ERROR, message="x")
    line = encode(JSONRPCError(jsonrpc="2.0", id=None, error=error))
    assert json.loads(line) == {"jsonrpc": "2.0", "id": None, "error": {"code": INTERNAL_ERROR, "message": "x"}}
