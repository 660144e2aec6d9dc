"""`guarded()` is the one way in: ids, deadlines, admission, one log line and masked errors, whatever the work does."""

import logging
from collections.abc import Callable

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.core import context, errors
from plumbrule.core.calls import Admission, CallLimits, CallRuntime, Outcome, guarded
from plumbrule.core.clock import ManualClock

CANARY = "canary-7f3a"


def _masked(text: str) -> str:
    return text.replace(CANARY, "***")


def _masked_value(value: object) -> object:
    if isinstance(value, dict):
        return {key: _masked_value(inner) for key, inner in value.items()}
    return _masked(value) if isinstance(value, str) else value


@pytest.fixture
def runtime() -> CallRuntime:
    return CallRuntime(mask=_masked, mask_value=_masked_value, admission=Admission(300))


async def _raise(error: BaseException) -> None:
    await anyio.lowlevel.checkpoint()
    raise error


async def test_a_value_comes_back_under_the_clients_own_id(runtime: CallRuntime) -> None:
    async def work() -> str:
        call = context.current_call()
        assert call is not None
        return call.id

    outcome = await guarded(runtime, "echo", work, call_id="client-0001")
    assert outcome == Outcome("client-0001", value="client-0001")


@given(offered=st.one_of(st.none(), st.integers(), st.text(), st.lists(st.text())))
def test_a_malformed_client_id_is_replaced_and_never_refused(offered: object) -> None:
    accepted = context.accepted_call_id(offered)
    assert context.CALL_ID.fullmatch(accepted)
    assert accepted == offered or len(accepted) == 32


async def test_two_hundred_calls_at_once_never_mix_their_ids_or_progress(runtime: CallRuntime) -> None:
    """S-08, S-130."""
    heard: dict[str, list[str]] = {}
    everyone_in = anyio.Event()
    inside = 0

    async def call(number: int) -> None:
        name = f"client-{number:04d}"

        async def sink(done: float, total: float | None, message: str) -> None:
            heard.setdefault(name, []).append(message)

        async def work() -> str:
            nonlocal inside
            inside += 1
            if inside == 200:
                everyone_in.set()
            await everyone_in.wait()
            now = context.current_call()
            assert now is not None
            await context.report_progress(1, None, now.id)
            async with anyio.create_task_group() as children:
                children.start_soon(context.report_progress, 2, None, now.id)
            return now.id

        outcome = await guarded(runtime, "echo", work, call_id=name, progress=sink)
        assert outcome.value == name

    with anyio.fail_after(20):
        async with anyio.create_task_group() as callers:
            for number in range(200):
                callers.start_soon(call, number)
    assert heard == {f"client-{n:04d}": [f"client-{n:04d}"] * 2 for n in range(200)}
    assert context.current_call() is None


async def test_a_full_server_refuses_at_once_and_says_when_to_return(runtime: CallRuntime) -> None:
    full = CallRuntime(mask=_masked, mask_value=_masked_value, admission=Admission(1))
    entered, leave = anyio.Event(), anyio.Event()

    async def hold() -> None:
        entered.set()
        await leave.wait()

    with anyio.fail_after(10):
        async with anyio.create_task_group() as callers:
            callers.start_soon(guarded, full, "slow", hold)
            await entered.wait()
            refused = await guarded(full, "echo", hold)
            assert refused.error is not None
            assert (refused.error.code, refused.error.retryable) == ("overloaded", True)
            assert refused.error.retry_after_s is not None
            leave.set()
    assert full.admission.running == 0


async def test_a_call_past_its_deadline_ends_with_its_own_code() -> None:
    """S-111."""
    hasty = CallRuntime(mask=_masked, mask_value=_masked_value, admission=Admission(1), deadline_s=0.01)
    with anyio.fail_after(10):
        outcome = await guarded(hasty, "slow", anyio.sleep_forever)
    assert outcome.error is not None
    assert outcome.error.code == "deadline_exceeded"
    assert hasty.admission.running == 0


async def test_a_timeout_inside_the_work_is_not_taken_for_the_deadline(runtime: CallRuntime) -> None:
    outcome = await guarded(runtime, "echo", lambda: _raise(TimeoutError(CANARY)))
    assert outcome.error is not None
    assert outcome.error.code == "internal"


async def test_cancellation_passes_through_and_gives_the_place_back(
    runtime: CallRuntime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "plumbrule.calls")
    entered = anyio.Event()

    async def work() -> None:
        entered.set()
        await anyio.sleep_forever()

    with anyio.fail_after(10):
        async with anyio.create_task_group() as callers:
            callers.start_soon(guarded, runtime, "slow", work)
            await entered.wait()
            callers.cancel_scope.cancel()
    assert runtime.admission.running == 0
    assert [record.__dict__["code"] for record in caplog.records] == ["cancelled"]


def _wrapped(error: Exception) -> Exception:
    return ExceptionGroup("task group", [error])


@pytest.mark.parametrize("wrap", [lambda error: error, _wrapped], ids=["bare", "in a group"])
async def test_an_error_of_ours_reaches_the_client_masked(
    runtime: CallRuntime, wrap: Callable[[Exception], Exception]
) -> None:
    error = errors.RateLimited(
        f"token {CANARY} is over its limit",
        hint=f"use another than {CANARY}",
        retry_after_s=3,
        retry_with={"a": CANARY},
    )
    outcome = await guarded(runtime, "echo", lambda: _raise(wrap(error)), call_id="client-0001")
    assert outcome.error is not None
    assert outcome.error.as_dict() == {
        "code": "rate_limited",
        "message": "token *** is over its limit",
        "hint": "use another than ***",
        "retryable": True,
        "retry_after_s": 3,
        "retry_with": {"a": "***"},
        "call_id": "client-0001",
    }


async def test_an_unexpected_error_is_neutral_to_the_client_and_whole_in_the_log(
    runtime: CallRuntime, caplog: pytest.LogCaptureFixture
) -> None:
    """S-04, S-93."""
    caplog.set_level(logging.INFO, "plumbrule.calls")
    outcome = await guarded(runtime, "echo", lambda: _raise(KeyError(CANARY)), call_id="client-0001")
    assert outcome.error is not None
    assert outcome.error.code == "internal"
    assert CANARY not in str(outcome.error.as_dict())
    fault, line = caplog.records
    assert fault.exc_info is not None
    assert (line.getMessage(), line.__dict__["code"]) == ("call", "internal")


def test_every_code_is_unique_and_every_kind_documented() -> None:
    kinds = _subclasses(errors.PlumbruleError)
    listed = [kind for kind in kinds if kind.__module__ == errors.__name__]
    codes = [kind.code for kind in listed]
    assert len(codes) == len(set(codes))
    assert all(kind.__doc__ for kind in listed)
    # The list is closed: a finer kind elsewhere keeps the code of its parent.
    assert {kind.code for kind in kinds if kind.__module__.startswith("plumbrule")} == set(codes)


def _subclasses(kind: type[errors.PlumbruleError]) -> list[type[errors.PlumbruleError]]:
    return [found for child in kind.__subclasses__() for found in (child, *_subclasses(child))]


async def test_a_client_that_floods_is_told_when_to_come_back_and_others_are_served() -> None:  # S-97
    clock = ManualClock()
    limits = CallLimits(calls_per_minute=20)
    held = CallRuntime(mask=_masked, mask_value=_masked_value, admission=Admission(9), rates=limits.client_rates(clock))

    async def work() -> str:
        return "served"

    async def ask(principal: str) -> str:
        outcome = await guarded(held, "echo", work, principal=principal)
        return outcome.error.code if outcome.error else str(outcome.value)

    assert [await ask("flood") for _ in range(4)] == ["served", "served", "rate_limited", "rate_limited"]
    assert await ask("quiet") == "served"
    refused = await guarded(held, "echo", work, principal="flood")
    assert refused.error is not None
    assert refused.error.retry_after_s == 3.0
    clock.advance(3)
    assert await ask("flood") == "served"


async def test_a_short_deadline_leaves_time_to_say_what_is_known(runtime: CallRuntime) -> None:
    async def work() -> str:
        call = context.current_call()
        assert call is not None
        assert call.deadline is not None
        with anyio.move_on_after(call.deadline - anyio.current_time()):
            await anyio.sleep_forever()
        return "what is known"

    hasty = CallRuntime(mask=_masked, mask_value=_masked_value, admission=Admission(1), deadline_s=0.01)
    assert (await guarded(hasty, "survey", work)).value == "what is known"
