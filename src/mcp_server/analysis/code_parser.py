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
"""What a batch is divided into when its worker ended."""


class CodeParser:
    """Parses batches of files; one file's own parsing takes `file_s` of CPU at most."""

    def __init__(self, workers: Workers, grammars: Grammars, file_s: float) -> None:
        self._workers = workers
        self._grammars = grammars
        self._file_s = file_s

    async def facts(self, files: list[tuple[str, str, bytes]]) -> list[Facts]:
        """The facts of each file; when the worker dies, smaller parts again, so that only the file that killed it is
        lost."""
        names = {READERS[language].grammar for _, language, _ in files if language in READERS}
        names.update(FLOW.grammar for _, language, raw in files if is_flow(language, raw))
        places = await anyio.to_thread.run_sync(self._grammars.places, names)
        payload = {
            "files": [(language, raw) for _, language, raw in files],
            "grammars": places,
            "file_limit_s": self._file_s,
            "batch_limit_s": BATCH_S,
        }
        try:
            given = await self._workers.run(READ_FILES, payload, limit_s=BATCH_S + self._file_s + START_S)
        except WorkerCrashed:
            if len(files) == 1:
                return [faulty("crashed")]
            return await self._apart(files)
        answers = split(cast(bytes, given))
        return answers if len(answers) == len(files) else answers + await self.facts(files[len(answers) :])

    async def _apart(self, files: list[tuple[str, str, bytes]]) -> list[Facts]:
        """The files of a batch that ended its worker, in a sixteenth each: a scanner of a grammar that hangs costs its
        CPU limit twice more and not once for each halving."""
        size = -(-len(files) // PARTS)
        parts = [files[at : at + size] for at in range(0, len(files), size)]
        found: list[list[Facts]] = [[] for _ in parts]

        async def take(at: int) -> None:
            found[at] = await self.facts(parts[at])

        async with anyio.create_task_group() as tasks:
            for at in range(len(parts)):
                tasks.start_soon(take, at)
        return [facts for part in found for facts in part]
