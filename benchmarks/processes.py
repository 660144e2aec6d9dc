"""A bounded child costs at most 1.5 times our CPU for asyncio's bare one; a worker starts within 60 ms of CPU.

Peers in the same run: `asyncio.create_subprocess_exec` and `anyio.run_process`, neither of which limits anything; for
workers the bare interpreter (`python -I -S -c pass`). What the limits cost is in the child's column: one more exec.
Each figure is the best of five rounds.
"""

import asyncio
import resource
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio

from plumbrule.core.process import base_env, run
from plumbrule.core.workers import WorkerLimits, WorkerPool

COUNT = 60
STARTS = 8
ROUNDS = 5
OWN_BAR = 1.5
WORKER_BAR_MS = 60.0


def cpu_ms() -> tuple[float, float]:
    """CPU so far, ours and of children that have ended."""
    ours, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return (ours.ru_utime + ours.ru_stime) * 1000, (theirs.ru_utime + theirs.ru_stime) * 1000


async def best(work: Callable[[], Awaitable[object]], count: int) -> tuple[float, float]:
    """CPU per call in ms, ours and the child's, of the round in which ours was least."""
    rounds: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        before = cpu_ms()
        for _ in range(count):
            await work()
        after = cpu_ms()
        rounds.append(((after[0] - before[0]) / count, (after[1] - before[1]) / count))
    return min(rounds)


async def measure() -> int:
    with tempfile.TemporaryDirectory() as home:
        env = base_env(Path(home))

        async def ours() -> object:
            return await run(["true"], env=env)

        async def bare_asyncio() -> object:
            child = await asyncio.create_subprocess_exec(
                "true", stdin=subprocess.DEVNULL, stdout=-1, stderr=-1, env=env
            )
            return await child.communicate()

        async def bare_anyio() -> object:
            return await anyio.run_process(["true"], env=env)

        async def worker() -> object:
            async with WorkerPool(WorkerLimits(count=1), rooms=("plumbrule.core.",)) as pool:
                return await pool.run("plumbrule.core.context:accepted_call_id", "12345678")

        async def interpreter() -> object:
            return await run([sys.executable, "-I", "-S", "-c", "pass"], env=env)

        figures = {
            "core.process.run": await best(ours, COUNT),
            "asyncio, unbounded": await best(bare_asyncio, COUNT),
            "anyio, unbounded": await best(bare_anyio, COUNT),
            "worker: start, task, end": await best(worker, STARTS),
            "bare interpreter": await best(interpreter, STARTS),
        }
    for name, (own_ms, child_ms) in figures.items():
        print(f"  {name:<26} ours {own_ms:6.2f} ms   child {child_ms:6.2f} ms")
    ratio = figures["core.process.run"][0] / figures["asyncio, unbounded"][0]
    started_ms = sum(figures["worker: start, task, end"])
    print(f"  our CPU for a child  {ratio:.2f} x asyncio (bar {OWN_BAR})")
    print(f"  a worker's start     {started_ms:.1f} ms (bar {WORKER_BAR_MS:.0f})")
    return int(ratio > OWN_BAR or started_ms > WORKER_BAR_MS)


def main() -> int:
    return asyncio.run(measure())


if __name__ == "__main__":
    sys.exit(main())
