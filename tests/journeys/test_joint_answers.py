"""A joint question gets the same answer from the command line and over MCP, offline and with a package index."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client
from python_index import LoopbackIndex, python_index


@pytest.fixture
def index() -> Iterator[LoopbackIndex]:
    with python_index() as index:
        for version in ("1.0", "2.0"):
            index.wheel("apple", version)
        index.wheel("cake", "1.0", "apple>=2")
        yield index


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two projects that clash through a package that only the index knows."""
    for name, wish in (("a", "apple<2"), ("b", "cake")):
        (tmp_path / name).mkdir()
        text = f'[project]\nname = "{name}"\nversion = "1"\nlicense = "MIT"\ndependencies = ["{wish}"]\n'
        (tmp_path / name / "pyproject.toml").write_text(text)
    return tmp_path


def usual(home: Path, index: LoopbackIndex) -> dict[str, str]:
    return {
        "HOME": str(home),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PLUMBRULE_SOURCES__PYPI_URL": index.url,
        "PLUMBRULE_RESOLUTION__ADVISORIES": "false",
    }


def printed(home: Path, index: LoopbackIndex, *arguments: str) -> dict[str, Any]:
    """What a command prints as JSON when the verdict is `incompatible`."""
    done = subprocess.run(
        [sys.executable, "-m", "plumbrule", *arguments],
        cwd="/",
        env=usual(home, index),
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 1, done.stderr
    return json.loads(done.stdout)


async def over_mcp(
    home: Path, index: LoopbackIndex, tool: str, *calls: dict[str, Any], environment: dict[str, str] | None = None
) -> list[Any]:
    """What a stock client gets over stdio."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "plumbrule", "serve", "--transport", "stdio", "--root", str(home)],
        env=environment or usual(home, index),
        cwd="/",
    )
    with anyio.fail_after(90):
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            await session.list_tools()
            return [await session.call_tool(tool, arguments) for arguments in calls]


async def test_command_and_mcp_give_one_answer(home: Path, index: LoopbackIndex) -> None:  # S-45, S-148
    sources = [str(home / "a"), str(home / "b")]
    by_command = printed(home, index, "compat", *sources, "--python", "3.12", "--json")
    arguments = {"sources": sources, "target": "python=3.12", "max_tokens": 100_000}
    answer, wrong = await over_mcp(
        home, index, "check_compatibility", arguments, {"sources": sources, "policies": ["dev"]}
    )
    assert not answer.is_error
    assert answer.structured_content | {"call_id": ""} == by_command | {"call_id": ""}
    assert answer.content[0].text.startswith("a and b: incompatible on python3.12-")
    assert wrong.is_error
    assert wrong.structured_content["error"]["code"] == "invalid_argument"
    assert "policy" in wrong.structured_content["error"]["message"] + wrong.structured_content["error"]["hint"]


async def test_what_does_not_fit_a_call_is_partial_and_can_be_finished(home: Path, index: LoopbackIndex) -> None:
    """The index keeps the first question waiting for longer than the call may take."""
    index.meeting = threading.Barrier(100)  # nobody else comes
    arguments = {"sources": [str(home / "a"), str(home / "b")], "policy": ["prerelease"]}
    slow = usual(home, index) | {"PLUMBRULE_LIMITS__DEADLINE_S": "5"}
    (short,) = await over_mcp(home, index, "check_compatibility", arguments, environment=slow)
    told = short.structured_content
    assert (told["verdict"], told["reason"], told["limits_hit"]) == ("unknown", "limit_hit", ["deadline"])
    index.meeting.abort()
    index.meeting = None
    (whole,) = await over_mcp(home, index, "check_compatibility", told["retry_with"])
    assert whole.structured_content["verdict"] == "incompatible"
