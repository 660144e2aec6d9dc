"""What probes and operators are told."""

import json

import anyio

from plumbrule.mcp_server.server.health import Check, Health

LOAD = {"calls": 2, "requests": 1}


def hidden(text: str) -> str:
    return text.replace("secret", "***")


async def well() -> None:
    pass


async def detailed() -> str:
    return "3 entries"


async def failing() -> None:
    raise OSError("secret is down")


async def stuck() -> None:
    await anyio.sleep_forever()


async def test_it_is_ready_only_between_start_and_drain() -> None:  # S-112, S-134
    health = Health(hidden)
    pages = {}
    for state in ("starting", "ready", "draining"):
        health.state = state
        pages[state] = (await health.ready()).status
    assert pages == {"starting": 503, "ready": 200, "draining": 503}
    assert health.live().status == 200


async def test_an_optional_check_that_fails_is_shown_and_forgiven() -> None:  # S-134
    health = Health(hidden, (Check("store", detailed), Check("upstream", failing, required=False)), state="ready")
    assert (await health.ready()).status == 200
    text = (await health.verbose(LOAD)).body.decode()
    assert "[+]store 3 entries (" in text
    assert "[-]upstream failed: *** is down (" in text
    assert "state ready, calls 2, requests 1" in text
    details = json.loads((await health.details(LOAD)).body)
    assert details["status"] == "warn"
    assert details["load"] == LOAD
    assert details["checks"]["store"]["duration_ms"] >= 0


async def test_a_required_check_that_fails_makes_it_unready() -> None:  # S-134
    health = Health(hidden, (Check("store", failing), Check("other", well)), state="ready")
    page = await health.ready()
    assert (page.status, page.body) == (503, b"not ready\n")
    details = await health.details(LOAD)
    assert details.status == 503
    assert json.loads(details.body)["status"] == "fail"


async def test_a_check_that_hangs_is_given_up() -> None:
    health = Health(hidden, (Check("stuck", stuck),), state="ready", check_timeout_s=0.01)
    with anyio.fail_after(5):
        assert (await health.ready()).status == 503


async def test_checks_run_at_most_once_a_second_however_often_anybody_asks() -> None:
    asked = []

    async def counting() -> None:
        asked.append(1)

    health = Health(hidden, (Check("counted", counting),), state="ready")
    for _ in range(50):
        await health.ready()
    assert len(asked) == 1
