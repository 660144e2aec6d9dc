"""Starts the servers under judgement and installs the judges; without npm the session fails rather than skips."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # these helpers are programs too, so they lie beside the tests and in no package

import node_tools  # noqa: E402 - after the path

LISTENING = re.compile(r"listening on (http://\S+)")
START_TIMEOUT_S = 60
LINES_BEFORE_LISTENING = 200


@contextmanager
def serving(*command: str) -> Iterator[str]:
    """Start a server process, give the address that its log names, and end it."""
    process = subprocess.Popen([sys.executable, *command], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    try:
        for line, _ in zip(process.stderr, range(LINES_BEFORE_LISTENING), strict=False):
            if found := LISTENING.search(line):
                yield found[1]
                break
        else:
            pytest.fail(f"{command} never said where it listens")
    finally:
        process.terminate()
        process.communicate(timeout=START_TIMEOUT_S)


@pytest.fixture(scope="session", autouse=True)
def judges() -> None:
    """The Node programs, installed."""
    node_tools.install()


@pytest.fixture(scope="session")
def fixture_server() -> Iterator[str]:
    """The suite's fixture on our factory, and its address."""
    with serving(str(HERE / "fixture.py"), "0") as url:
        yield url
