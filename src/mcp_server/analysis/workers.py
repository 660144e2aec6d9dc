"""What the survey needs of the worker processes."""

from typing import Protocol

READ_FILES = "plumbrule.mcp_server.analysis.file_facts:read"
"""What reads source files in a worker."""


class Workers(Protocol):
    """What the survey needs of `core.workers.WorkerPool`."""

    async def run(self, target: str, payload: object, *, limit_s: float | None = None) -> object:
        """Call `module:function` in a worker. Raises WorkerCrashed when it died or ran over its limits."""
        ...

    def prepare(self, target: str, count: int) -> None:
        """Have workers start and import what `target` needs; returns at once."""
        ...
