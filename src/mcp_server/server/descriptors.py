"""Takes the process's standard input and output away from everybody but the protocol.

`claim_stdio()` is the first thing `plumbrule serve` does, before any heavy import, so that nothing but JSON-RPC is
ever written to the real standard output: prints, library banners and the output of child processes go to standard
error, and whoever reads standard input gets end of file. `server/stdio` serves on what it returns. Standard library
only.
"""

import os
import sys

from plumbrule.core.values import dataclass

_FIRST_FREE_FD = 10
"""Claimed descriptors lie above the range that shells and launchers hand around by number."""


@dataclass(frozen=True, slots=True)
class StdioPipes:
    """The real standard input and output, under private descriptors that no child inherits; and who started us.

    `parent_pid` is read first of all: a parent that dies while we start must be missed too.
    """

    input_fd: int
    output_fd: int
    parent_pid: int


def claim_stdio() -> StdioPipes:
    """Move descriptors 0 and 1 aside; 0 becomes the null device and 1 goes where 2 goes.

    Raises:
        OSError: standard input or output is closed, so there is nothing to serve on.
    """
    parent_pid = os.getppid()
    input_fd = _move_aside(0)
    output_fd = _move_aside(1)
    null = os.open(os.devnull, os.O_RDWR)
    try:
        os.dup2(null, 0)
        _divert_output(null)
    finally:
        if null > 2:
            os.close(null)
    return StdioPipes(input_fd, output_fd, parent_pid)


def _move_aside(fd: int) -> int:
    if sys.platform == "win32":
        return os.dup(fd)
    import fcntl  # not on Windows

    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE_FD)


def _divert_output(null: int) -> None:
    if sys.stdout is not None:  # None under pythonw-like hosts
        sys.stdout.flush()
    try:
        os.dup2(2, 1)
    except OSError:  # standard error is closed: then nobody wants to read strays
        os.dup2(null, 1)
