"""The page on which a worker notes which part of its task it begins, so that who finds it dead knows what killed it.

Both ends of it: `Mark` is the parent's, `begin` the worker's. Memory that both share costs nothing to write and wakes
nobody; words through a pipe, one a file, took a fiftieth of a survey's CPU.
"""

import mmap
import os
import sys
from functools import cache

WORD = 4
"""Which of a worker's arguments names the page's descriptor; "-1" for none."""

_BYTES = 8


class Mark:
    """The parent's end. `fd` is for the worker, -1 where the system has no such memory (macOS)."""

    def __init__(self) -> None:
        self.fd = os.memfd_create("mark") if hasattr(os, "memfd_create") else -1
        self._page: mmap.mmap | None = None
        if self.fd >= 0:
            os.ftruncate(self.fd, _BYTES)
            self._page = mmap.mmap(self.fd, _BYTES)

    def begun(self) -> int | None:
        """The number that the worker noted last, None when it noted none since `clear`."""
        told = 0 if self._page is None else int.from_bytes(self._page[:_BYTES], "little")
        return told - 1 if told else None

    def clear(self) -> None:
        """Before each task."""
        if self._page is not None:
            self._page[:_BYTES] = bytes(_BYTES)

    def close(self) -> None:
        if self._page is not None:
            self._page.close()
            os.close(self.fd)


def begin(number: int) -> None:
    """Note that part `number` of the task begins, from 0; outside of a worker this does nothing."""
    page = _page()
    if page is not None:
        page[:_BYTES] = (number + 1).to_bytes(_BYTES, "little")


@cache
def _page() -> mmap.mmap | None:
    if not sys.flags.isolated or len(sys.argv) <= WORD or not sys.argv[WORD].isdigit():
        return None
    return mmap.mmap(int(sys.argv[WORD]), _BYTES)
