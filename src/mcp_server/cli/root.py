"""The command `plumbrule`: global options, one lazy entry per command, and every way a command can end.

Below it lies one file per command, imported when that command is asked for, so that `--version` and `mask` do not
pay for the rest. Global options stand before or after the command's name.
"""

import gc
import importlib
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any, NamedTuple

import click

from plumbrule import __version__
from plumbrule.core.errors import InternalError, InvalidArgument, PlumbruleError
from plumbrule.core.exhaustion import exhausted
from plumbrule.mcp_server.cli.exits import BAD_INPUT, DONE, INTERRUPTED, UNAVAILABLE
from plumbrule.mcp_server.cli.failures import CommandFailed, print_error, print_report
from plumbrule.mcp_server.cli.flags import GLOBAL_OPTIONS, Flags
from plumbrule.mcp_server.cli.streams import fill, leave_stderr_clean, silence_stdout


class Lazy(NamedTuple):
    """Where a command lies, the line that `plumbrule --help` shows, and whether it reads settings."""

    target: str
    summary: str
    global_options: bool = True


_CLI = "plumbrule.mcp_server.cli"

COMMANDS = {
    "analyze": Lazy(
        f"{_CLI}.analyze:command",
        "Say what a repository is: languages, licence, how to run it, risks, with evidence.",
    ),
    "map": Lazy(
        f"{_CLI}.map:command", "Show the files and definitions that matter most, for QUESTION if there is one."
    ),
    "compat": Lazy(
        f"{_CLI}.compat:command", "Say whether repositories can live together, why not, and the smallest changes."
    ),
    "resolve": Lazy(
        f"{_CLI}.resolve:command", "Lock what repositories ask for together, each package with who asked for it."
    ),
    "call": Lazy(f"{_CLI}.call:command", "Call TOOL with JSON arguments and print its result as JSON."),
    "serve": Lazy(f"{_CLI}.serve:command", "Serve MCP over stdio, Streamable HTTP (/mcp) or SSE (/sse)."),
    "mask": Lazy(f"{_CLI}.mask:command", "Hide secrets in what is piped through.", global_options=False),
    "schema": Lazy(f"{_CLI}.schema:command", "Print the full input and output schema of TOOL, or the list of tools."),
    "doctor": Lazy(
        f"{_CLI}.doctor:command", "Check what this machine offers: what works, what is missing, what to type."
    ),
    "token": Lazy(f"{_CLI}.token:command", "Make bearer tokens for `serve --transport http`."),
    "install": Lazy(
        f"{_CLI}.install:command", "Add this server to Claude Desktop, Cursor or VS Code, by absolute paths."
    ),
    "cache": Lazy(f"{_CLI}.cache:command", "Look at what is kept between runs, or clear it."),
    "config": Lazy(f"{_CLI}.config:command", "Show the settings in effect, their file, or all there are."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        _wake_collector()
        if entry.global_options:
            for each in _leaves(command):
                each.params.extend(option for option in GLOBAL_OPTIONS if option not in each.params)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"There is no command {args[0]!r}.{_nearest_hint(args[0])}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


COLLECT_AFTER = 250_000
"""Containers made and still held between two looks of the collector at the newest, some 25 MB; its own number, 700,
made 300 looks at a survey's facts, none of which are in cycles: 40 ms. With 50,000 there were four: 25 ms."""


def _wake_collector() -> None:
    """End the rest that `__main__` gave the collector, and spare it what the imports made."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        gc.enable()


def _nearest_hint(name: str) -> str:
    import difflib  # only for a mistyped command

    near = difflib.get_close_matches(name, COMMANDS, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _leaves(command: click.Command) -> list[click.Command]:
    if isinstance(command, click.Group):
        return [leaf for each in command.commands.values() for leaf in _leaves(each)]
    return [command]


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"plumbrule {__version__}")
        ctx.exit()


root = LazyGroup(
    name="plumbrule",
    help="What is true about repositories: for people, for CI, and over MCP for agents.",
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_print_version,
            help="Print the version and exit.",
        ),
        *GLOBAL_OPTIONS,
    ],
    epilog="Exit codes: 0 done; 1 a policy was not met; 2 bad usage or input; 3 something outside was unavailable; "
    "4 unknown or partial; 130 interrupted.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def run(argv: Sequence[str]) -> int:
    """Run one command line; the return value is the exit code. Nothing but the result goes to stdout."""
    as_json = "--json" in argv
    fill(2)
    unheard = "serve" not in argv and fill(1)  # `serve` looks for itself: there it decides what can be served
    _treat_termination_as_interrupt()
    try:
        code = _invoke(list(argv), as_json=as_json)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # the reader (`| head`) has what it wanted
        silence_stdout()
        return DONE
    except OSError as error:  # the disk behind `>` is full
        silence_stdout()
        return _unwritten(error.strerror)
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        leave_stderr_clean()
    return _unwritten("it is closed") if unheard and code == DONE else code


def _unwritten(why: str | None) -> int:
    """The result was made and could not be written."""
    sys.stderr.write(f"plumbrule: standard output cannot be written: {why}.\n")
    return UNAVAILABLE


def _invoke(argv: list[str], *, as_json: bool) -> int:
    try:
        # not `root.main`: that one prints a blank line on an interrupt and exits 1 on a closed pipe
        with root.make_context("plumbrule", argv, obj=Flags()) as ctx:
            result: Any = root.invoke(ctx)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return DONE
    except click.ClickException as error:
        return _print_usage(error, as_json=as_json)
    except click.Abort:
        return INTERRUPTED
    except CommandFailed as failure:
        return print_report(failure.report, as_json=as_json)
    except PlumbruleError as error:
        return print_error(error, as_json=as_json)
    except BrokenPipeError:
        raise
    except OSError as error:
        if (known := exhausted(error)) is None:
            return _print_fault(as_json=as_json)
        silence_stdout()  # what lies in its buffer could not be written, and would not be at exit
        return print_error(known, as_json=False)
    except Exception:  # a fault of ours outside of any call: say so with the table's code, not Python's 1
        return _print_fault(as_json=as_json)
    return result if isinstance(result, int) else DONE


def _print_usage(error: click.ClickException, *, as_json: bool) -> int:
    if as_json:
        return print_error(InvalidArgument(error.format_message(), hint="Ask for --help."), as_json=True)
    error.show()
    return BAD_INPUT


def _print_fault(*, as_json: bool) -> int:
    import traceback

    from plumbrule.core.security.masking import Masker  # only for a fault

    sys.stderr.write(Masker().mask(traceback.format_exc()))
    fault = InternalError("Something went wrong inside Plumbrule.", hint="Please report what is printed above.")
    return print_error(fault, as_json=as_json)


def _treat_termination_as_interrupt() -> None:
    """SIGTERM unwinds like Ctrl-C, so that child processes and temp folders go with the command."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell's background job; only Ctrl-C is not for it
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)

    try:
        signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread: a test runner or an embedding program has its own handlers
        return
