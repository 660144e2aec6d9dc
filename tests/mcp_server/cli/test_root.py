"""The door of the command line: how it starts, what it refuses, how it ends."""

import os
import signal
import subprocess
import sys

import orjson
import pytest
from click.testing import CliRunner

from plumbrule.core import errors
from plumbrule.mcp_server.cli import exits, root
from plumbrule.mcp_server.cli.flags import Flags


def test_version_is_printed_on_stdout(plumbrule) -> None:
    done = plumbrule("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "plumbrule 0.1.0\n", "")


def test_an_unknown_command_names_the_nearest_one(plumbrule) -> None:
    done = plumbrule("confg")
    assert done.returncode == exits.BAD_INPUT
    assert "Did you mean 'config'?" in done.stderr
    assert done.stdout == ""


def test_bad_usage_is_a_json_object_when_json_was_asked(plumbrule) -> None:
    done = plumbrule("confg", "--json")
    assert done.returncode == exits.BAD_INPUT
    assert orjson.loads(done.stdout)["error"]["code"] == "invalid_argument"


def test_a_module_planted_in_the_working_folder_is_not_imported(plumbrule) -> None:
    (plumbrule.work / "click.py").write_text("raise SystemExit('planted code ran')\n")
    done = plumbrule("--version")
    assert (done.returncode, done.stdout) == (0, "plumbrule 0.1.0\n")


def _kinds(kind: type[errors.PlumbruleError]) -> set[str]:
    return {kind.code}.union(*(_kinds(below) for below in kind.__subclasses__()))


def test_every_error_code_has_an_exit_code() -> None:
    assert set(exits.BY_CODE) == _kinds(errors.PlumbruleError)
    assert set(exits.BY_CODE.values()) <= set(exits.MEANING)


@pytest.mark.parametrize("name", root.COMMANDS)
def test_the_help_lists_each_command_with_its_own_first_line(name: str) -> None:
    command = root.root.get_command(
        root.root.make_context("plumbrule", [name], obj=Flags(), resilient_parsing=True), name
    )
    assert command is not None
    assert command.get_short_help_str(limit=200) == root.COMMANDS[name].summary


def test_the_version_costs_no_engine_no_anyio_and_no_pydantic(plumbrule) -> None:
    script = (
        "import sys; from plumbrule.mcp_server.cli.root import run; run(['--version']); "
        "print(sorted({'anyio','asyncio','pydantic','mcp','rich','orjson','httpx2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.splitlines()[1] == "[]"


def test_help_without_arguments_succeeds() -> None:
    result = CliRunner().invoke(root.root, ["--help"], obj=Flags())
    assert result.exit_code == 0
    assert "config" in result.output


def test_a_closed_pipe_is_quiet(plumbrule) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "plumbrule", "--help"],
        stdout=writer,
        stderr=subprocess.PIPE,
        env=plumbrule.environment,
        timeout=30,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("number", "interrupts"),
    [(signal.SIGINT, "default_int_handler"), (signal.SIGTERM, "default_int_handler"), (signal.SIGTERM, "SIG_IGN")],
    ids=["SIGINT", "SIGTERM", "SIGTERM-to-a-background-job"],
)
def test_an_interrupt_ends_with_130(number: signal.Signals, interrupts: str) -> None:
    script = (
        "import sys, click, signal\n"
        f"signal.signal(signal.SIGINT, signal.{interrupts})\n"  # whatever the suite itself was started with
        "from plumbrule.mcp_server.cli import root\n"
        "@click.command()\n"
        "def wait():\n"
        "    print('ready', flush=True)\n"
        "    signal.pause()\n"
        "root.root.get_command = lambda ctx, name: wait\n"
        "sys.exit(root.run(['config']))\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        child.send_signal(number)
        try:
            _, stderr = child.communicate(timeout=60)
        finally:
            child.kill()
    assert (child.returncode, stderr) == (exits.INTERRUPTED, b"")


def test_the_collector_rests_during_imports_and_works_after_them(plumbrule) -> None:
    script = (
        "import gc, sys\n"
        "from plumbrule.mcp_server.cli import root\n"
        "import plumbrule.__main__ as door\n"
        "sys.argv = ['plumbrule', 'config', 'path']\n"
        "print(door.main(), gc.isenabled(), gc.get_freeze_count() > 0)\n"
    )
    done = plumbrule(command=(sys.executable, "-c", script))
    assert done.stdout.splitlines()[-1] == "0 True True"


def test_a_command_leaves_at_once_and_with_everything_said(plumbrule) -> None:
    script = (
        "import atexit, sys\n"
        "import plumbrule.__main__ as door\n"
        "atexit.register(print, 'taken apart')\n"
        "sys.argv = ['plumbrule', *sys.argv[1:]]\n"
        "door.console()\n"
    )
    done = plumbrule("config", "path", command=(sys.executable, "-c", script))
    assert done.returncode == 0
    assert done.stdout.endswith(".toml\n")
    assert "taken apart" not in done.stdout
    unknown = plumbrule("config", "--nope", command=(sys.executable, "-c", script))
    assert unknown.returncode == exits.BAD_INPUT
    assert "--nope" in unknown.stderr


def test_a_command_waits_for_a_thread_that_must_end(plumbrule) -> None:
    script = (
        "import sys, threading\n"
        "import plumbrule.__main__ as door\n"
        "threading.Thread(target=lambda: (threading.main_thread().join(), print('ended'))).start()\n"
        "sys.argv = ['plumbrule', 'config', 'path']\n"
        "door.console()\n"
    )
    done = plumbrule(command=(sys.executable, "-c", script))
    assert done.stdout.splitlines()[-1] == "ended"
