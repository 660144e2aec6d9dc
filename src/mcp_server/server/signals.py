"""SIGTERM and SIGINT as two steps: the first asks to finish, the second to stop now. Standard library only."""

import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

FORCED_EXIT_CODE = 130
FORCED_EXIT_WAIT_S = 1.0
"""How long a second signal waits for cancelled calls to clean up before the process is ended under them."""


def leave_on_early_signals() -> None:
    """From here on a stop signal ends the process with 0, until `StopSignals` takes over: nothing is under way yet.

    For the very start of `plumbrule serve`; without it a host that changes its mind sees a server that was killed.
    """

    def leave(*_: object) -> None:
        raise SystemExit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)


class StopSignals:
    """Counts the stop signals of one serving process."""

    def __init__(self, finish: Callable[[], None], stop_now: Callable[[], None]) -> None:
        self._finish = finish
        self._stop_now = stop_now
        self._count = 0

    @property
    def exit_code(self) -> int:
        """0 unless a second signal forced the end."""
        return FORCED_EXIT_CODE if self._count > 1 else 0

    def arrived(self) -> None:
        """A signal has come."""
        self._count += 1
        if self._count == 1:
            self._finish()
        elif self._count == 2:
            self._stop_now()
            end_process_after(FORCED_EXIT_WAIT_S, FORCED_EXIT_CODE)
        else:
            os._exit(FORCED_EXIT_CODE)

    @contextmanager
    def watching(self) -> Generator[None]:
        """Handle the signals while the context lasts; does nothing outside the main thread, where none arrive."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        import asyncio  # `leave_on_early_signals` is wanted before anything heavy is loaded

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.arrived)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


def end_process_after(wait_s: float, code: int) -> threading.Timer:
    """End this process after `wait_s` unless the timer is cancelled: the last resort against cleanup that hangs."""
    timer = threading.Timer(wait_s, os._exit, (code,))
    timer.daemon = True
    timer.start()
    return timer
