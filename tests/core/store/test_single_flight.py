"""One computation per key among tasks, whatever happens to the first of them."""

import anyio
import pytest

from plumbrule.core.errors import NotFound
from plumbrule.core.store.once import SingleFlight


async def test_many_askers_share_one_computation() -> None:
    flights = SingleFlight[int]()
    runs = 0
    go = anyio.Event()
    answers: list[int] = []

    async def compute() -> int:
        nonlocal runs
        runs += 1
        await go.wait()
        return 42

    async def ask() -> None:
        answers.append(await flights.run("k", compute))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for _ in range(200):
                group.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            assert len(flights) == 1
            go.set()
    assert (runs, answers, len(flights)) == (1, [42] * 200, 0)


async def test_other_keys_do_not_wait() -> None:
    flights = SingleFlight[str]()
    gate = anyio.Event()

    async def held() -> str:
        await gate.wait()
        return "held"

    async def free() -> str:
        return "free"

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(flights.run, "a", held)
            await anyio.wait_all_tasks_blocked()
            assert await flights.run("b", free) == "free"
            gate.set()


async def test_a_cancelled_leader_hands_over_and_only_it_is_cancelled() -> None:
    flights = SingleFlight[str]()
    go = anyio.Event()
    leaders: list[str] = []
    answers: list[str] = []

    async def ask(name: str) -> None:
        async def compute() -> str:
            leaders.append(name)
            await go.wait()
            return f"computed by {name}"

        answers.append(await flights.run("k", compute))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            first = anyio.CancelScope()

            async def cancelled_soon() -> None:
                with first:
                    await ask("first")

            group.start_soon(cancelled_soon)
            await anyio.wait_all_tasks_blocked()
            group.start_soon(ask, "second")
            group.start_soon(ask, "third")
            await anyio.wait_all_tasks_blocked()
            first.cancel()
            await anyio.wait_all_tasks_blocked()
            go.set()
    assert first.cancelled_caught
    assert leaders[0] == "first"
    assert len(leaders) == 2
    assert answers == [f"computed by {leaders[1]}"] * 2


async def test_a_cancelled_waiter_leaves_the_computation_alone() -> None:
    flights = SingleFlight[int]()
    go = anyio.Event()
    answers: list[int] = []

    async def compute() -> int:
        await go.wait()
        return 1

    async def lead() -> None:
        answers.append(await flights.run("k", compute))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(lead)
            await anyio.wait_all_tasks_blocked()
            with anyio.move_on_after(0):
                await flights.run("k", compute)
            go.set()
    assert answers == [1]


async def test_a_failure_is_everyones_and_the_next_asker_tries_again() -> None:
    flights = SingleFlight[int]()
    go = anyio.Event()
    failures: list[NotFound] = []
    runs: list[int] = []

    async def fail() -> int:
        runs.append(1)
        await go.wait()
        raise NotFound("gone")

    async def ask() -> None:
        with pytest.raises(NotFound) as caught:
            await flights.run("k", fail)
        failures.append(caught.value)

    async def succeed() -> int:
        return 7

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            go.set()
        assert (len(failures), len(runs)) == (3, 1)
        assert await flights.run("k", succeed) == 7
