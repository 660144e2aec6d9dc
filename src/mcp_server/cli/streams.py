"""The three standard streams, whoever started us: closed ones are filled, so that no file of ours takes their number.

A program started with standard error closed opens its next file, perhaps the cache, under number 2, and every
complaint then goes into it.
"""

import os
import sys
from typing import TextIO


def fill(fd: int) -> bool:
    """Open the null device as the closed stream `fd` (1 or 2); whether it was closed."""
    try:
        os.fstat(fd)
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        if null != fd:
            os.dup2(null, fd)
            os.close(null)
    name = {1: "stdout", 2: "stderr"}[fd]
    stream: TextIO | None = getattr(sys, name)
    if stream is not None:
        return False
    setattr(sys, name, open(fd, "w", encoding="utf-8", errors="backslashreplace", closefd=False))  # noqa: SIM115 - lives as long as the process
    return True


def silence_stdout() -> None:
    """Give the interpreter's last flush somewhere to go, else it prints a traceback at exit."""
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, sys.stdout.fileno())
    finally:
        os.close(sink)
