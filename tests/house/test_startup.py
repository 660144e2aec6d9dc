"""What a command imports is part of its price: each heavy library is paid for by those who use it (C-64)."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "mcp",
    "mcp_types",
    "starlette",
    "uvicorn",
    "pydantic",
    "pydantic_settings",
    "httpx2",
    "tenacity",
    "prometheus_client",
    "opentelemetry",
    "license_expression",
    "packageurl",
    "yaml",
    "rich",
    "annotated_types",
)
"""0.05 to 0.5 s of CPU each, the last 0.005; a plain survey of a local folder needs none of them in its own process."""

PROBE = """
import sys
from plumbrule.mcp_server.cli.root import run
code = run(sys.argv[1:])
print(code, *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def imported(arguments: list[str], folder: Path, home: Path) -> set[str]:
    """The top-level modules that a command had loaded when it ended."""
    command = [sys.executable, "-c", PROBE, *arguments]
    environment = {"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    code, *modules = done.stderr.strip().splitlines()[-1].split()
    assert code == "0", done.stderr
    return set(modules)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text('{"name": "p", "version": "1.0.0", "license": "MIT"}')
    (folder / "index.js").write_text("export const one = 1;\n")
    (folder / "main.py").write_text("print('hello')\n")
    return folder


@pytest.mark.parametrize(
    "arguments",
    [["--version"], ["analyze", "."], ["analyze", ".", "--json"], ["config", "show"], ["cache", "path"]],
    ids=" ".join,
)
def test_a_command_imports_nothing_heavy(arguments: list[str], project: Path, tmp_path: Path) -> None:  # C-64
    assert imported(arguments, project, tmp_path) & set(HEAVY) == set()


def test_the_version_costs_next_to_nothing(project: Path, tmp_path: Path) -> None:  # C-64
    """No event loop, no settings: what `--version` loads beside the standard library is click and this package."""
    modules = imported(["--version"], project, tmp_path)
    assert modules & {"anyio", "asyncio", "orjson", "sqlite3"} == set()
