"""A session that nobody uses any more gives its place back."""

import json
import time

import httpx2
from serving import INITIALIZE, WAIT_S, http

HEADERS = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
OPENING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE})


def test_an_idle_session_is_closed_and_its_place_is_free_again() -> None:
    with http(max_sessions=1, session_idle_s=1) as (_, base):

        def opened() -> int:
            return httpx2.post(base + "/mcp", content=OPENING, headers=HEADERS, timeout=WAIT_S).status_code

        assert opened() == 200
        assert opened() == 503
        deadline = time.monotonic() + WAIT_S
        while opened() == 503:
            assert time.monotonic() < deadline
