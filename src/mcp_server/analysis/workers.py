"""What the survey needs of the worker processes."""

from typing import Protocol


class Workers(Protocol):
    """What the survey needs of `core.workers.WorkerPool`."""

    async def run(self, target: str, payload: object, *, limit_s: float | None = None) -> object:
        """Call `module:function` in a worker. Raises WorkerCrashed when it died or ran over its limits."""
        ...
