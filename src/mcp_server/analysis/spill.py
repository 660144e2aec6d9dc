"""Bytes that lie in a file without a name until they are asked for, so that memory does not grow with a repository.

Below `shelf` (facts by path) and `sections.ready` (rows of a result). The file has no name from the start, so nothing
is left behind however the process ends. Where none can be made, or the disk is full, what is added stays in memory.
"""

import os
import weakref
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, overload

MANY_FILES = 20_000
"""Of more files than these, what is known about them lies on disk and not in memory, and rows of results too."""


def is_many(files: int) -> bool:
    """Whether a repository of so many files is a large one."""
    return files > MANY_FILES


WRITE_BYTES = 1 << 18
"""Written at once."""


class Spill(Sequence[bytes]):
    """Values by number, in the order in which they were added. Add in one thread at a time, and read after that."""

    def __init__(self, values: Iterable[bytes] = ()) -> None:
        self._ends = array("Q")
        self._tail = bytearray()
        self._written = 0
        self._full = False
        self._file = _nameless()
        if self._file is not None:  # rows leave with a result, whose end nobody announces
            weakref.finalize(self, self._file.close)
        for value in values:
            self.add(value)

    def add(self, value: bytes) -> int:
        """The number under which `value` is found."""
        self._tail += value
        self._ends.append(self._written + len(self._tail))
        if len(self._tail) >= WRITE_BYTES and self._file is not None and not self._full:
            self._write(self._file)
        return len(self._ends) - 1

    def total_bytes(self) -> int:
        """Of all values."""
        return self._ends[-1] if self._ends else 0

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[bytes, ...]: ...
    def __getitem__(self, index: int | slice) -> bytes | tuple[bytes, ...]:
        if isinstance(index, slice):
            return tuple(self._value(number) for number in range(*index.indices(len(self._ends))))
        if not -len(self._ends) <= index < len(self._ends):
            raise IndexError(index)
        return self._value(index % len(self._ends))

    def __iter__(self) -> Iterator[bytes]:
        return map(self._value, range(len(self._ends)))

    def _value(self, number: int) -> bytes:
        start = self._ends[number - 1] if number else 0
        end = self._ends[number]
        if start >= self._written:
            return bytes(self._tail[start - self._written : end - self._written])
        assert self._file is not None
        head = os.pread(self._file.fileno(), min(end, self._written) - start, start)
        return head if end <= self._written else head + self._tail[: end - self._written]

    def _write(self, file: BinaryIO) -> None:
        try:
            done = os.write(file.fileno(), self._tail)
        except OSError:  # a full disk: from here on the tail grows, and is read from
            done, self._full = 0, True
        self._written += done
        del self._tail[:done]


def _nameless() -> BinaryIO | None:
    import tempfile  # few repositories are so large

    try:
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - lives as long as the values do
    except OSError:  # a read-only root without a temporary folder
        return None
    return file
