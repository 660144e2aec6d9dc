"""A deadline in the middle of a full survey: a marked answer over MCP, and calls that go on until all is told."""

import sys
from pathlib import Path
from typing import Any

import anyio
import jsonschema
import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client

from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.tools.schemas import full_schema

MODULE = "\n".join(f"def f{number}(a, b={number}):\n    return a + b + {number}\n" for number in range(120))
CALLS = 60


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Some seconds of work for any machine."""
    folder = tmp_path / "home" / "project"
    for number in range(2_500):
        package = folder / f"p{number // 100}"
        package.mkdir(parents=True, exist_ok=True)
        (package / f"m{number}.py").write_text(f"# {number}\n{MODULE}")
    (folder / "notes.txt").write_text("nothing to parse\n")
    return folder


async def test_a_deadline_cuts_a_full_survey_and_the_retry_completes_it(project: Path) -> None:  # S-111
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "plumbrule", "serve", "--transport", "stdio", "--root", str(project)],
        env={
            "HOME": str(project.parent),
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PLUMBRULE_LIMITS__DEADLINE_S": "3.0",
            "PLUMBRULE_WORKERS__COUNT": "1",
        },
        cwd="/",
    )
    asked: dict[str, Any] = {
        "source": str(project),
        "detail": "full",
        "aspects": ["symbols", "quality"],
        "exclude": ["*.txt"],
    }
    answers: list[dict[str, Any]] = []
    schema = full_schema(RepositoryReport)
    with anyio.fail_after(300):
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            arguments = asked
            while len(answers) < CALLS:
                answer = await session.call_tool("analyze_repository", arguments)
                assert not answer.is_error, answer.structured_content
                assert answer.structured_content is not None
                jsonschema.validate(answer.structured_content, schema)
                answers.append(answer.structured_content)
                if "retry_with" not in answers[-1]:
                    break
                arguments = answers[-1]["retry_with"]
    first, last = answers[0], answers[-1]
    assert first["retry_with"] == asked
    assert first["coverage"]["complete"] is False
    assert "retry_with" not in last
    assert last["coverage"]["complete"] is True
    assert last["coverage"]["parsed"] == 2_500
    assert last["coverage"]["skipped"] == [{"reason": "not_selected", "count": 1}]
    assert [one["coverage"]["parsed"] for one in answers] == sorted(one["coverage"]["parsed"] for one in answers)
