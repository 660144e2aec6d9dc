"""Commands and starts that no manifest declares: by files at the places where people keep them, and by what CI types.

Above it lies `building`, which asks for these after the manifests' own commands.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from plumbrule.mcp_server.analysis.gathered import Gathered
from plumbrule.mcp_server.analysis.model import Command, EntryPoint, Purpose
from plumbrule.mcp_server.analysis.words import evidence, word

_SCRIPTS: tuple[tuple[Purpose, str], ...] = (
    *(("test", path) for path in ("runtest", "runtests.py", "runtests.sh", "run_tests.py", "run_tests.sh")),
    *(("test", path) for path in ("run-tests.sh", "test.sh", "script/test", "scripts/test", "scripts/test.sh")),
    *(("test", path) for path in ("bin/test", "tests/runtests.py", "tests/run.sh", "test/run.sh")),
    *(("build", path) for path in ("build.sh", "script/build", "scripts/build", "scripts/build.sh")),
    *(("run", path) for path in ("script/server", "run.sh")),
    *(("install", path) for path in ("install.sh", "script/bootstrap", "script/setup")),
)
"""GitHub's "scripts to rule them all" and the names that C, Tcl, shell and Python projects give their test runner."""

_ENVIRONMENTS = (("uv.lock", "uv run"), ("poetry.lock", "poetry run"), ("pdm.lock", "pdm run"))

_TESTING_WORKFLOW = re.compile(r"(?i)test|ci\b|build|check|main|python|node|go\b|rust")


def scripts_of(gathered: Gathered) -> Iterator[Command]:
    """Scripts by their usual places, test runners first."""
    for purpose, path in _SCRIPTS:
        if _holds(gathered, path):
            command = f"python {path}" if path.endswith(".py") else f"./{path}"
            yield Command(purpose, command, evidence(path, "script.file-name"))


def tested_by_ci(gathered: Gathered, found: Iterable[Command]) -> Iterator[Command]:
    """The first test command of a workflow, where no file of the project declares one."""
    if any(one.purpose == "test" and not one.convention for one in found):
        return
    workflows = [manifest for manifest in gathered.manifests if manifest.rule.kind == "ci"]
    workflows.sort(key=lambda manifest: not _TESTING_WORKFLOW.search(manifest.path.rpartition("/")[2]))
    for manifest in workflows:
        for one in manifest.declarations:
            if one.field == "command" and one.scope == "test" and "${{" not in one.value:
                yield Command("test", word(one.value), evidence(manifest.path, one.rule, one.line))
                return


def index_file(gathered: Gathered) -> dict[tuple[str, str], EntryPoint]:
    """`index.js` beside a package.json that names no start: npm's default for `main`."""
    if not any(manifest.path == "package.json" for manifest in gathered.own()) or not _holds(gathered, "index.js"):
        return {}
    return {("main", "main"): EntryPoint("main", "main", evidence("index.js", "npm.index-file"), "index.js")}


def in_environment(command: str, gathered: Gathered) -> str:
    """`pytest` as the lock's tool runs it: without it the project's own environment would not be used."""
    if command != "pytest":
        return command
    return next((f"{prefix} {command}" for lock, prefix in _ENVIRONMENTS if _holds(gathered, lock)), command)


def _holds(gathered: Gathered, path: str) -> bool:
    files = gathered.inventory.files  # in the order of their paths
    at = bisect_left(files, path, key=lambda entry: entry.path)
    return at < len(files) and files[at].path == path and files[at].size != 0
