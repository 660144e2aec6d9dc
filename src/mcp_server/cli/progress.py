"""How far a command is: one line on stderr, rewritten, on a terminal only. Plain escape codes; rich costs 40 ms."""

import shutil
import sys
import time
from collections.abc import Callable

import click

from plumbrule.core.context import ProgressSink
from plumbrule.core.security.text import clean_line
from plumbrule.mcp_server.cli.flags import flags_of

FIRST_AFTER_S = 0.4
"""A command that answers at once should not flicker."""

EVERY_S = 0.1


class ProgressLine:
    """The line; `close` wipes it off before the result is printed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = clock() + FIRST_AFTER_S
        self._shown = False
        self._done = 0.0

    async def report(self, done: float, total: float | None, message: str) -> None:
        now = self._clock()
        if now < self._next:
            return
        self._next = now + EVERY_S
        self._done = done = max(done, self._done)
        share = f"{done / total:.0%} " if total else ""
        width = max(shutil.get_terminal_size().columns - 1, 20)
        sys.stderr.write(f"\r\x1b[2K{clean_line(share + message, width)}")
        sys.stderr.flush()
        self._shown = True

    def close(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def progress_line(ctx: click.Context) -> ProgressLine | None:
    """A line when somebody can see it and wants to."""
    return ProgressLine() if sys.stderr.isatty() and not flags_of(ctx).quiet else None


def sink_of(line: ProgressLine | None) -> ProgressSink | None:
    """Where the call reports to."""
    return None if line is None else line.report
