"""The three standard streams, whoever started us: closed ones are filled, so that no file of ours takes their number.

A program started with standard error closed opens its next file, perhaps the cache, under number 2, and every
complaint then goes into it.
"""

import os
import sys
from typing import TextIO


def fill(fd: int) -> bool:
    """Open the null device as the closed stream `fd` (0, 1 or 2); whether it was closed."""
    try:
        os.fstat(fd)
    except OSError:
        null = os.open(os.devnull, os.O_RDWR)
        if null != fd:
            os.dup2(null, fd)
            os.close(null)
    if fd == 0:
        return sys.stdin is None
    name = "stdout" if fd == 1 else "stderr"
    stream: TextIO | None = getattr(sys, name)
    if stream is not None:
        return False
    setattr(sys, name, open(fd, "w", encoding="utf-8", errors="backslashreplace", closefd=False))  # noqa: SIM115 - lives as long as the process
    return True


def silence_stdout() -> None:
    """Give the interpreter's last flush somewhere to go, else it prints a traceback at exit."""
    _silence(sys.stdout.fileno())


def leave_stderr_clean() -> None:
    """Flush standard error; one on a full disk must not change the exit code to Python's 120."""
    try:
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr.fileno())


def _silence(fd: int) -> None:
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, fd)
    finally:
        os.close(sink)
