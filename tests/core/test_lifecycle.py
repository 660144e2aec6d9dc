"""Parts start in order, stop in reverse, and no fault of one keeps another from its turn."""

import logging

import anyio
import anyio.lowlevel
import pytest

from plumbrule.core.lifecycle import Lifecycle, Part, StopFault


class Recorder:
    """Parts that write down what happens to them."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def part(self, name: str, *, fail_start: bool = False, fail_stop: bool = False, hang_stop: bool = False) -> Part:
        async def start() -> None:
            self.events.append(f"+{name}")
            if fail_start:
                raise OSError(f"{name} cannot start")

        async def stop() -> None:
            self.events.append(f"-{name}")
            if fail_stop:
                raise OSError(f"{name} cannot stop")
            if hang_stop:
                await anyio.sleep_forever()

        return Part(name, start, stop, stop_limit_s=0.01 if hang_stop else 5.0)


async def test_parts_start_in_order_and_stop_in_reverse() -> None:  # S-112, S-113
    record = Recorder()
    async with Lifecycle(record.part("log"), record.part("cache"), record.part("http")) as lifecycle:
        assert lifecycle.state == "ready"
        record.events.append("work")
    assert record.events == ["+log", "+cache", "+http", "work", "-http", "-cache", "-log"]
    assert lifecycle.state == "stopped"


async def test_a_failed_start_stops_what_was_started_and_is_raised() -> None:
    record = Recorder()
    lifecycle = Lifecycle(record.part("a"), record.part("b", fail_start=True), record.part("c"))
    with pytest.raises(OSError, match="b cannot start"):
        async with lifecycle:
            pytest.fail("never entered")
    assert record.events == ["+a", "+b", "-a"]


async def test_a_start_that_hangs_is_cut_and_named() -> None:
    record = Recorder()
    slow = Part("slow", start=anyio.sleep_forever, start_limit_s=0.01)
    with pytest.raises(TimeoutError, match="slow did not start within"):
        async with Lifecycle(record.part("a"), slow):
            pytest.fail("never entered")
    assert record.events == ["+a", "-a"]


async def test_one_failing_and_one_hanging_stop_do_not_skip_the_rest(  # S-113
    caplog: pytest.LogCaptureFixture,
) -> None:
    record = Recorder()
    with anyio.fail_after(5):
        async with Lifecycle(
            record.part("a"), record.part("b", fail_stop=True), record.part("c", hang_stop=True)
        ) as lifecycle:
            pass
    assert record.events == ["+a", "+b", "+c", "-c", "-b", "-a"]
    assert lifecycle.faults == [
        StopFault("c", "did not stop within 0.01 s"),
        StopFault("b", "OSError: b cannot stop"),
    ]
    assert [entry.levelno for entry in caplog.records] == [logging.ERROR] * 2


async def test_stopping_is_shielded_from_cancellation_and_the_cancellation_goes_on() -> None:
    steps: list[str] = []

    async def stop() -> None:
        await anyio.lowlevel.checkpoint()
        steps.append("stopped")

    with anyio.CancelScope() as scope:
        async with Lifecycle(Part("a", stop=stop)):
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert steps == ["stopped"]


async def test_the_total_bounds_all_stops_and_every_part_still_gets_its_turn() -> None:
    record = Recorder()
    parts = [Part(f"hang-{n}", stop=anyio.sleep_forever, stop_limit_s=5.0) for n in range(3)]
    with anyio.fail_after(2):
        async with Lifecycle(record.part("first"), *parts, stop_total_s=0.05) as lifecycle:
            pass
    assert [fault.reason for fault in lifecycle.faults[1:]] == ["did not stop within 0.1 s"] * 2
    assert record.events == ["+first", "-first"]


async def test_an_error_of_the_body_passes_after_stopping() -> None:
    record = Recorder()
    with pytest.raises(KeyError):
        async with Lifecycle(record.part("a", fail_stop=True)):
            raise KeyError("body")
    assert record.events == ["+a", "-a"]


async def test_readiness_asks_all_parts_at_once_and_names_who_is_not_ready() -> None:
    both_asked = anyio.Event()
    asked: list[str] = []

    def ping(name: str) -> Part:
        async def answer() -> None:
            asked.append(name)
            if len(asked) == 2:
                both_asked.set()
            await both_asked.wait()

        return Part(name, ping=answer)

    async def refuse() -> None:
        raise ConnectionError("refused")

    with anyio.fail_after(5):
        async with Lifecycle(ping("a"), ping("b"), Part("optional", ping=refuse, required=False)) as lifecycle:
            report = await lifecycle.readiness()
            assert report.ready
            assert [(part.name, part.ok) for part in report.parts] == [("a", True), ("b", True), ("optional", False)]
            assert report.parts[2].detail == "ConnectionError: refused"
            lifecycle.drain()
            assert not (await lifecycle.readiness()).ready
    assert not (await lifecycle.readiness()).ready


async def test_a_ping_that_hangs_is_no_answer() -> None:
    with anyio.fail_after(5):
        async with Lifecycle(Part("slow", ping=anyio.sleep_forever), ping_limit_s=0.01) as lifecycle:
            report = await lifecycle.readiness()
    assert not report.ready
    assert report.parts[0].detail == "no answer within 0.01 s"
