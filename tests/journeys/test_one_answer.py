"""The same question gets the same answer from the command line, `plumbrule call` and MCP (S-148)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "one"\nversion = "1.0"\ndescription = "One."\nlicense = "MIT"\nrequires-python = ">=3.11"\n'
        'scripts = {one = "one:main"}\n'
    )
    (folder / "README.md").write_text("# One\n\nIt is one thing.\n")
    (folder / "src/one.py").write_text("def main() -> None:\n    print(1)\n")
    git = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "Begin"], check=True)
    return folder


def environment(project: Path) -> dict[str, str]:
    return {"HOME": str(project.parent), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


def printed(project: Path, *arguments: str) -> dict[str, Any]:
    """What a command prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "plumbrule", *arguments],
        cwd="/",
        env=environment(project),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def over_mcp(project: Path, arguments: dict[str, Any]) -> dict[str, Any]:
    """What a stock client gets over stdio."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "plumbrule", "serve", "--transport", "stdio", "--root", str(project)],
        env=environment(project),
        cwd="/",
    )
    with anyio.fail_after(60):
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            answer = await session.call_tool("analyze_repository", arguments)
    assert not answer.is_error
    assert answer.structured_content is not None
    return answer.structured_content


def facts(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer without the id of the call, which is each call's own."""
    return {name: value for name, value in answer.items() if name != "call_id"}


@pytest.mark.parametrize("detail", ["card", "summary"])
async def test_one_question_one_answer(project: Path, detail: str) -> None:  # S-148
    asked = {"source": str(project), "detail": detail, "max_tokens": 20_000}
    called = printed(project, "call", "analyze_repository", "--args", json.dumps(asked))
    analyzed = printed(project, "analyze", str(project), "--detail", detail, "--json")
    served = await over_mcp(project, asked)
    assert facts(called) == facts(served)
    assert facts(analyzed) == facts(served)
    assert "/tmp" not in json.dumps(facts(served)).replace(str(project), "")  # S-44
