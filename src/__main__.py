"""`plumbrule` and `python -m plumbrule`: the door to the command line."""

import gc
import os
import sys


def _forget_working_folder() -> None:
    """Take the working folder off the import path.

    `python -m` puts it first, so a planted `click.py` in a hostile repository would run. The console script does
    not have it: there the first entry is the script's own folder.
    """
    try:
        here = os.getcwd()  # noqa: PTH109 - pathlib costs 5 ms
    except FileNotFoundError:  # somebody removed it
        here = ""
    if not sys.flags.safe_path and sys.path and sys.path[0] in ("", here):
        del sys.path[0]


def main() -> int:
    """Run the command line on `sys.argv`; the return value is the exit code.

    The collector rests until a command is imported (`cli.root` wakes it): walking what imports make and keep took an
    eighth of a survey's CPU.
    """
    gc.disable()
    from plumbrule.mcp_server.cli.root import run  # below the guard: it imports click

    return run(sys.argv[1:])


def console() -> None:
    """`main` as the last act of a process, which ends without taking itself apart: 25 ms after a survey of a known
    repository, 60 after another. mypy leaves so too. A server, which may still hold threads, ends as usual."""
    code = main()
    if "serve" in sys.argv or not _is_quiet():
        sys.exit(code)
    if sys.stdout is not None:
        sys.stdout.flush()
    os._exit(code)


def _is_quiet() -> bool:
    """Whether nothing is left to do at exit: no log to flush, no thread to wait for."""
    threading, logging = sys.modules.get("threading"), sys.modules.get("logging")
    if logging is not None:
        logging.shutdown()
    return threading is None or all(one.daemon or one is threading.main_thread() for one in threading.enumerate())


if __name__ == "__main__":
    _forget_working_folder()
    console()
