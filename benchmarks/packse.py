"""Our verdict on every scenario of packse is the one that uv itself gives when it is asked directly.

Bar (issue 4): 100 %, each scenario asked twice: its requirements as those of one repository, and one repository for
each of them. Beside the verdict the chosen versions are compared. uv is run on a plain requirements file against the
same loopback index, whose source distributions carry static metadata, so that nothing is ever built. Where uv says no
because a package is on no index, or because no file fits the platform, ours is "unknown" and names that package; these
are listed. Scenarios that are no question of ours are listed with the reason.
"""

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import anyio

sys.path.insert(0, str(Path(__file__).parent.parent / "tests/worlds"))

from _packse import Scenario, scenarios
from python_index import LoopbackIndex, python_index
from uv import find_uv_bin

from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.store.memory import MemoryCache
from plumbrule.core.workers import WorkerPool
from plumbrule.mcp_server.dependencies.engines.build import build_uv_engine, build_uv_program
from plumbrule.mcp_server.dependencies.engines.uv_answers import pins_of
from plumbrule.mcp_server.dependencies.engines.uv_calls import target_options
from plumbrule.mcp_server.dependencies.joint.question import Answer, Party, Question, Solved, Unknown, Unsolved
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings

Told = tuple[str, tuple[tuple[str, str, str], ...] | str]
"""`yes` with name, version and marker of each pin, `no` or `unknown` with a word."""


def directly(scenario: Scenario, index: LoopbackIndex, folder: Path) -> Told:
    """uv's own answer."""
    (folder / "requirements.in").write_text("\n".join(scenario.requires) + "\n")
    prerelease = ["--prerelease=allow"] if scenario.options.get("prereleases") else []
    command = [
        find_uv_bin(), "pip", "compile", "requirements.in", "--no-config", "--index-url", index.url, "--no-header",
        "--annotation-style", "line", "--python", sys.executable, *target_options(scenario.target), *prerelease,
    ]  # fmt: skip
    env = {"HOME": str(folder), "PATH": "", "UV_CACHE_DIR": str(folder / "direct")}
    done = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == 0:
        return "yes", tuple((pin.name, pin.version, pin.marker) for pin in pins_of(done.stdout, {}))
    if "No solution found" not in done.stderr:
        return "failed", done.stderr
    if "was not found in the package registry" in done.stderr:
        return "no", "missing"
    return "no", "platform" if "platform tag" in done.stderr else ""


def question(scenario: Scenario, *, apart: bool) -> Question:
    groups = [[line] for line in scenario.requires] if apart else [list(scenario.requires)]
    parties = tuple(Party(f"repository-{number}", tuple(lines)) for number, lines in enumerate(groups))
    return Question(
        parties, scenario.target, prereleases="allow" if scenario.options.get("prereleases") else "if-necessary"
    )


def told(answer: Answer) -> Told:
    if isinstance(answer, Solved):
        return "yes", tuple((pin.name, pin.version, pin.marker) for pin in answer.pins)
    return ("no", "") if isinstance(answer, Unsolved) else ("unknown", answer.reason)


def agrees(direct: Told, ours: Told) -> bool:
    """Whether both say the same, where an honest unknown stands for a no that rests on what is missing."""
    if direct[0] == "no" and ours[0] == "unknown":
        return direct[1] == {"missing_package": "missing", "needs_build": "platform"}.get(str(ours[1]), "never")
    return direct[0] == ours[0]


async def measured() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("only", nargs="*", help="parts of names")
    only: Sequence[str] = arguments.parse_args().only
    version, listed = await scenarios()
    listed = [one for one in listed if not only or any(part in one.name for part in only)]
    counts: Counter[str] = Counter()
    async with WorkerPool() as workers:
        for scenario in listed:
            if scenario.untranslated:
                print(f"  not a question of ours: {scenario.name}: {scenario.untranslated}")
                counts["left out"] += 1
                continue
            with python_index() as index, tempfile.TemporaryDirectory() as name:
                scenario.publish(index)
                direct = directly(scenario, index, Path(name))
                program = build_uv_program(ResolutionSettings(), NetworkSettings(), index.url, Path(name))
                engine = build_uv_engine(program, MemoryCache(100, 10_000_000), workers)
                for apart in (False, True):
                    answer = await engine.solve(question(scenario, apart=apart))
                    ours = told(answer)
                    counts["asked"] += 1
                    counts["agreed"] += agrees(direct, ours)
                    if isinstance(answer, Unknown) and not apart:
                        print(f"  unknown where uv says no: {scenario.name}: {answer.reason} {answer.packages}")
                    counts["unknown"] += isinstance(answer, Unknown)
                    counts["same versions"] += direct[0] == "yes" and direct == ours
                    counts["uv says yes"] += direct[0] == "yes"
                    if not agrees(direct, ours) or (direct[0] == "yes" and direct != ours):
                        print(f"  {scenario.name} apart={apart}: uv {direct}, ours {ours}")
    print(f"packse {version}: {len(listed)} scenarios, {counts['left out']} left out; of {counts['asked']} questions "
          f"{counts['agreed']} agreed ({counts['unknown']} of them an unknown for a missing file or package); "
          f"same versions {counts['same versions']} of {counts['uv says yes']}")  # fmt: skip
    return int(counts["agreed"] != counts["asked"] or not counts["asked"])


def main() -> int:
    return anyio.run(measured)


if __name__ == "__main__":
    sys.exit(main())
