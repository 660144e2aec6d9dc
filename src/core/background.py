"""Work that outlives the call that began it: tracked, bounded, and with a parent that ends it.

Above it lie `app` and engines that refresh or clean up; it stands beside `lifecycle`, whose last parts it needs.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
from anyio.abc import TaskGroup

from plumbrule.core.errors import Overloaded

RUNNING_LIMIT = 10
"""Background work must not take the machine from the calls."""

WAITING_LIMIT = 1000
"""Beyond this many in line something produces work faster than it can ever be done."""

GRACE_S = 5.0
"""How long work may go on once the parent leaves; it is repeatable work, so cutting it loses nothing."""

Work = Callable[[], Awaitable[None]]


class BackgroundTasks:
    """Starts work without waiting for it; made by `background_tasks`, whose block is its life.

    `running` counts work begun or in line; `failed` and `finished` what came of the rest.
    """

    def __init__(self, group: TaskGroup, running_limit: int, waiting_limit: int, log: logging.Logger) -> None:
        self._group = group
        self._slots = anyio.Semaphore(running_limit)
        self._limit = running_limit + waiting_limit
        self._log = log
        self._open = True
        self.running = 0
        self.finished = 0
        self.failed = 0

    def start(self, name: str, work: Work) -> None:
        """Run `work` soon. Its failure is logged and counted, and touches no other task.

        Raises:
            Overloaded: the line is full.
            RuntimeError: the parent is leaving.
        """
        if not self._open:
            raise RuntimeError(f"no more background work is taken: {name}")
        if self.running >= self._limit:
            raise Overloaded("Too much background work is waiting.", hint="Wait and call again.", retry_after_s=1.0)
        self.running += 1
        self._group.start_soon(self._run, name, work, name=name)

    def close(self) -> None:
        """Take no more work."""
        self._open = False

    async def _run(self, name: str, work: Work) -> None:
        try:
            async with self._slots:
                await work()
            self.finished += 1
        except Exception as error:  # reported here because nobody waits for the result
            self.failed += 1
            self._log.error("background task failed", exc_info=error, extra={"task": name})
        finally:
            self.running -= 1


@asynccontextmanager
async def background_tasks(
    *,
    running_limit: int = RUNNING_LIMIT,
    waiting_limit: int = WAITING_LIMIT,
    grace_s: float = GRACE_S,
    log: logging.Logger | None = None,
) -> AsyncGenerator[BackgroundTasks]:
    """The parent: on leaving it takes no more work, lets what runs go on for `grace_s` seconds, and cancels the rest.

    Nothing runs any more when the block has been left. When the block fails or is cancelled there is no grace.
    """
    async with anyio.create_task_group() as group:
        tasks = BackgroundTasks(group, running_limit, waiting_limit, log or logging.getLogger("plumbrule.background"))
        try:
            yield tasks
        except BaseException:
            tasks.close()
            group.cancel_scope.cancel()
            raise
        tasks.close()
        group.cancel_scope.deadline = anyio.current_time() + grace_s
