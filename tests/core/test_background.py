"""Background work is tracked, bounded and ended by its parent (S-114)."""

import gc
import weakref

import anyio
import anyio.lowlevel
import pytest

from plumbrule.core.background import background_tasks
from plumbrule.core.errors import Overloaded


async def test_at_most_the_limit_runs_at_once_and_all_of_it_runs() -> None:  # S-114
    now = peak = 0

    async def work() -> None:
        nonlocal now, peak
        now += 1
        peak = max(peak, now)
        await anyio.lowlevel.checkpoint()
        now -= 1

    with anyio.fail_after(5):
        async with background_tasks(running_limit=10) as tasks:
            for _ in range(100):
                tasks.start("work", work)
    assert (peak, tasks.finished, tasks.running) == (10, 100, 0)


async def test_a_failure_is_logged_and_counted_and_touches_nothing_else(  # S-114
    caplog: pytest.LogCaptureFixture,
) -> None:
    done: list[int] = []

    async def fail() -> None:
        raise ValueError("bad luck")

    async def work() -> None:
        done.append(1)

    with anyio.fail_after(5):
        async with background_tasks() as tasks:
            tasks.start("refresh", fail)
            tasks.start("other", work)
    assert (done, tasks.failed, tasks.finished) == ([1], 1, 1)
    assert [(entry.getMessage(), entry.__dict__["task"]) for entry in caplog.records] == [
        ("background task failed", "refresh")
    ]


async def test_the_line_is_bounded() -> None:
    gate = anyio.Event()
    with anyio.fail_after(5):
        async with background_tasks(running_limit=1, waiting_limit=2) as tasks:
            for _ in range(3):
                tasks.start("wait", gate.wait)
            with pytest.raises(Overloaded):
                tasks.start("one too many", gate.wait)
            gate.set()


async def test_leaving_cancels_what_does_not_end_in_its_grace() -> None:
    ended: list[str] = []

    async def stubborn() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("cancelled")

    with anyio.fail_after(5):
        async with background_tasks(grace_s=0.01) as tasks:
            tasks.start("stubborn", stubborn)
            await anyio.wait_all_tasks_blocked()
    assert ended == ["cancelled"]
    with pytest.raises(RuntimeError):
        tasks.start("late", stubborn)


async def test_a_failing_block_ends_the_work_at_once() -> None:
    with anyio.fail_after(5), pytest.raises(ExceptionGroup) as caught:
        async with background_tasks(grace_s=60) as tasks:
            tasks.start("endless", anyio.sleep_forever)
            await anyio.wait_all_tasks_blocked()
            raise KeyError("block")
    assert isinstance(caught.value.exceptions[0], KeyError)


async def test_finished_work_is_not_kept_alive() -> None:  # S-114
    class Load:
        pass

    load = Load()
    ghost = weakref.ref(load)

    async def work(load: Load = load) -> None:
        await anyio.lowlevel.checkpoint()

    with anyio.fail_after(5):
        async with background_tasks() as tasks:
            tasks.start("work", work)
            del load, work
            await anyio.wait_all_tasks_blocked()
            gc.collect()
            assert tasks.finished == 1
            assert ghost() is None
