"""Starts the servers under judgement and installs the judges; without npm the session fails rather than skips."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SERVER_TESTS = HERE.parent / "mcp_server" / "server"
sys.path[:0] = [str(HERE), str(SERVER_TESTS)]  # the helpers are programs too, so they lie in no package

import node_tools  # noqa: E402 - after the path
from serving import LISTENING, Served  # noqa: E402 - after the path


def listening(served: Served) -> Iterator[str]:
    """The address of a started server, which is ended afterwards."""
    try:
        yield served.log.until(LISTENING.pattern)[1]
    finally:
        served.close()


@pytest.fixture(scope="session", autouse=True)
def judges() -> None:
    """The Node programs, installed."""
    node_tools.install()


@pytest.fixture(scope="session")
def fixture_url() -> Iterator[str]:
    """The suite's fixture on our factory."""
    command = (sys.executable, str(HERE / "fixture.py"))
    yield from listening(Served("0", command=command, stdin=subprocess.DEVNULL))


@pytest.fixture(scope="session")
def shipped_command() -> list[str]:
    """What starts the server that is shipped; a transport and its options follow."""
    return [sys.executable, "-m", "plumbrule", "serve", "--transport"]


@pytest.fixture(scope="session")
def shipped_url(shipped_command: list[str]) -> Iterator[str]:
    """The shipped server over HTTP."""
    command = tuple(shipped_command)
    yield from listening(Served("http", "--port", "0", command=command, stdin=subprocess.DEVNULL))
