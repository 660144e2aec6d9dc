"""Asks workers for the facts of files, whatever becomes of the workers: a file that kills one costs itself alone.

Above it lies `reading_code`, which knows the files; below it `file_facts`, the worker's side, and `answers`.
"""

from typing import cast

import anyio
import anyio.to_thread

from plumbrule.core.errors import WorkerCrashed
from plumbrule.mcp_server.analysis.answers import faulty, split
from plumbrule.mcp_server.analysis.syntax.facts import Facts
from plumbrule.mcp_server.analysis.syntax.grammars import Grammars
from plumbrule.mcp_server.analysis.syntax.readers import FLOW, READERS, is_flow
from plumbrule.mcp_server.analysis.workers import READ_FILES, Workers

BATCH_S = 6.0
"""CPU of one round trip, the last file's apart."""

START_S = 10.0
"""A worker's start, the round trip, and what a busy machine keeps a worker waiting."""

PARTS = 16
"""What a batch is divided into when its worker ended, and did not tell at which file."""


class CodeParser:
    """Parses batches of files; one file's own parsing takes `file_s` of CPU at most."""

    def __init__(self, workers: Workers, grammars: Grammars, file_s: float) -> None:
        self._workers = workers
        self._grammars = grammars
        self._file_s = file_s

    async def facts(self, files: list[tuple[str, str, bytes]]) -> list[Facts]:
        """The facts of each file (path, language, bytes), in their order."""
        found: list[Facts] = []
        while len(found) < len(files):
            left = files[len(found) :]
            try:
                found += await self._asked(left)
            except WorkerCrashed as death:
                found += await self._after(death, left)
        return found

    async def _asked(self, files: list[tuple[str, str, bytes]]) -> list[Facts]:
        """The facts of as many of the files as fit the time of one round trip, one at least.

        Raises:
            WorkerCrashed: as `Workers.run`.
        """
        names = {READERS[language].grammar for _, language, _ in files if language in READERS}
        names.update(FLOW.grammar for _, language, raw in files if is_flow(language, raw))
        places = await anyio.to_thread.run_sync(self._grammars.places, names)
        payload = {
            "files": [(language, raw) for _, language, raw in files],
            "grammars": places,
            "file_limit_s": self._file_s,
            "batch_limit_s": BATCH_S,
        }
        given = await self._workers.run(READ_FILES, payload, limit_s=BATCH_S + self._file_s + START_S)
        return split(cast(bytes, given))

    async def _after(self, death: WorkerCrashed, files: list[tuple[str, str, bytes]]) -> list[Facts]:
        """The facts of the first files of a batch whose worker died, up to the one that killed it or further."""
        if len(files) == 1:
            return [faulty("crashed")]
        if death.begun is None or death.begun >= len(files):
            return await self._apart(files)
        before, one = files[: death.begun], files[death.begun]
        facts = await self.facts(before) if before else []
        # A time that is used up was the file's own; a crash may come of what was left by others, and is quick.
        return [*facts, *([faulty("crashed")] if death.out_of_cpu else await self.facts([one]))]

    async def _apart(self, files: list[tuple[str, str, bytes]]) -> list[Facts]:
        """The files of a batch whose worker did not tell which one it had begun, in a sixteenth each: one that hangs
        costs its limit twice more and not once for each halving."""
        size = -(-len(files) // PARTS)
        parts = [files[at : at + size] for at in range(0, len(files), size)]
        found: list[list[Facts]] = [[] for _ in parts]

        async def take(at: int) -> None:
            found[at] = await self.facts(parts[at])

        async with anyio.create_task_group() as tasks:
            for at in range(len(parts)):
                tasks.start_soon(take, at)
        return [facts for part in found for facts in part]
