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


if __name__ == "__main__":
    _forget_working_folder()
    sys.exit(main())
