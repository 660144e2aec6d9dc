"""One started child process: its pipes, its exit, its death. `core.process` and `core.workers` lie above.

The child leads a session of its own, so its group is everything it started and can be killed as one. Its exit is
seen through a pidfd without reaping it, so that its id cannot become another's while we still send signals to it.
"""

import contextlib
import errno
import logging
import os
import signal
import subprocess
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

import anyio

from plumbrule.core.pipes import PipeWriter

log = logging.getLogger("plumbrule.process")

REAP_S = 2.0
"""How long a killed program may take to die before we stop waiting; only one stuck in the kernel takes longer."""

POLL_S = 0.01
"""Exit polling where there is no pidfd (macOS, old kernels)."""


@contextlib.contextmanager
def started(
    program: str,
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    pass_fds: Sequence[int] = (),
    stdin: bool = True,
    stderr: bool = True,
) -> Generator["Child"]:
    """A running child, killed with its group and given back when the context ends. `program` is its name in errors.

    `stdin` and `stderr` say whether there are pipes for them; else both are `/dev/null`. `cwd` is `/` unless given.
    """
    popen = subprocess.Popen(
        argv,
        env=dict(env),
        cwd=cwd or "/",
        stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if stderr else subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
        pass_fds=pass_fds,
        umask=0o077,
    )
    try:
        child = Child(program, popen)
    except BaseException:  # out of descriptors: nobody else would end it
        os.killpg(popen.pid, signal.SIGKILL)
        popen.communicate()
        raise
    try:
        yield child
    finally:
        child.close()


class Child:
    """One started program: its pipes, its exit, its death."""

    def __init__(self, program: str, popen: "subprocess.Popen[bytes]") -> None:
        assert popen.stdout is not None
        self.program = program
        self.pid = popen.pid
        self._popen = popen
        self._pidfd = _pidfd(popen.pid)
        self._closed = False
        self._ended = False
        self.stdout = popen.stdout.fileno()
        self.stderr = popen.stderr.fileno() if popen.stderr is not None else -1
        self.stdin = PipeWriter(popen.stdin) if popen.stdin is not None else None
        for pipe in (popen.stdout, popen.stderr):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)

    async def exited(self) -> None:
        """Return when the program has ended. Where there is a pidfd it is not reaped yet, so its id stays its own."""
        if self._ended:
            return
        if self._pidfd is not None:
            await anyio.wait_readable(self._pidfd)
            self._ended = True
            return
        while self._popen.poll() is None:  # noqa: ASYNC110 - nothing but the kernel knows, and it has no event here
            await anyio.sleep(POLL_S)
        self._ended = True

    def kill(self, how: int = signal.SIGKILL) -> None:
        """Send a signal to the whole group; does nothing once it is reaped, when its id may be another's."""
        if self._closed:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says EPERM for a group of zombies
            os.killpg(self.pid, how)

    async def stop(self, grace_s: float) -> None:
        """End the group: politely, then not; returns when the program has ended."""
        if not self._ended:
            self.kill(signal.SIGTERM)
            with anyio.move_on_after(grace_s):
                await self.exited()
        self.kill()
        await self.exited()

    def peek(self) -> int:
        """The return code, negative for a signal, without giving up the process id. Only after `exited`."""
        if self._pidfd is None:
            return self._popen.wait(timeout=REAP_S)
        state = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        assert state is not None
        return state.si_status if state.si_code == os.CLD_EXITED else -state.si_status

    def close(self) -> None:
        """Give back every descriptor, and the zombie if there is one."""
        self.kill()
        self._closed = True
        if self._popen.poll() is None:
            log.warning("a killed child process has not died yet", extra={"program": self.program, "pid": self.pid})
        if self.stdin is not None:
            self.stdin.close()
        for pipe in (self._popen.stdout, self._popen.stderr):
            if pipe is not None:
                pipe.close()
        if self._pidfd is not None:
            os.close(self._pidfd)


def _pidfd(pid: int) -> int | None:
    """A descriptor that becomes readable when the process ends; None where the system has none (macOS, gVisor)."""
    if not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(pid)
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EPERM):
            return None
        raise
