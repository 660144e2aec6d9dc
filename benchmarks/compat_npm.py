"""Every verdict on the set of real npm cases is right, and a conflict is explained sooner than npm finds it.

The cases are `compat/npm.toml`, each put to npm and pnpm directly before (`compat/verify_npm.py`). All are answered
once to fill the caches, then measured with an empty memory of answers, over the network's real registry. Bars (issue
4): every verdict in all meanings and every expected minimal set, all of them verified; a conflict with its reasons and
fixes 0.2 s warm (median) and 7 questions to the engine (median). The peer is one plain run of npm for the merged
package.json with what it has fetched before (`--prefer-offline`), which says that there is a conflict and no more.
Seconds are of CPU, ours and Node's together, so that a busy machine does not blur them; the wall's stand beside them.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from _compat_world import NETWORK, fetched, subject
from compat.verify_npm import OPTIONS, TwoPackages, manifests_of, merged

from plumbrule.mcp_server.dependencies.engines.npm import NpmEngine
from plumbrule.mcp_server.dependencies.engines.npm_program import NpmProgram
from plumbrule.mcp_server.dependencies.joint.asks import Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Checked
from plumbrule.mcp_server.dependencies.joint.npm import NpmCheck
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings

CASES = Path(__file__).parent / "compat" / "npm.toml"
REGISTRY = "https://registry.npmjs.org"
MEDIAN_S, MEDIAN_CALLS = 0.2, 7
ROUNDS = 2
PEERS = 6
"""Conflicts that plain npm is run for: it takes seconds, and they are all alike."""


class Run(NamedTuple):
    """One answer with its price."""

    found: Checked
    wall_s: float
    own_s: float
    node_s: float

    @property
    def calls(self) -> int:
        return sum(one.calls for one in self.found.engines)

    @property
    def cpu_s(self) -> float:
        return self.own_s + self.node_s


def node_cpu_s(program: NpmProgram) -> float:
    """What the Node that stays has used so far; 0 where the system does not say."""
    talk = program._talk
    try:
        fields = Path(f"/proc/{talk._child.pid}/stat").read_text().rpartition(")")[2].split() if talk else []
    except OSError:
        fields = []
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


async def run(subjects: list[Subject], target: Target, program: NpmProgram, rounds: int = 1) -> Run:
    """The best of some rounds, each with an empty memory of answers."""
    best: Run | None = None
    for _ in range(rounds):
        check = NpmCheck(NpmEngine(program, fetched()))
        started, own_s, node_s = time.perf_counter(), time.process_time(), node_cpu_s(program)
        found = await check.check(subjects, target, Wishes())
        one = Run(
            found,
            time.perf_counter() - started,
            time.process_time() - own_s,
            max(node_cpu_s(program) - node_s, 0.0),  # a fresh Node may have taken over
        )
        best = one if best is None or one.cpu_s < best.cpu_s else best
    assert best is not None
    return best


async def subjects_of(case: Mapping[str, Any]) -> list[Subject]:
    return [
        await subject(name, {"package.json": json.dumps({"name": f"app-{name}", **own}, indent=2)})
        for name, own in manifests_of(dict(case)).items()
    ]


def target_of(case: Mapping[str, Any]) -> Target:
    """A Node that nobody named where engines do not count."""
    node = str(case.get("node", "20.20.2"))
    return Target(node=node, derived=() if case.get("engines") else (f"node {node}: not given, the benchmark's.",))


def wrong(case: Mapping[str, Any], found: Checked) -> str:
    """What is not as expected, "" when all is."""
    expected = "incompatible" if case["conflicts"] else "compatible"
    if found.verdict != expected:
        return f"{found.verdict} {found.reason} {found.blockers}, expected {expected}"
    side_by_side = dict(found.combinations)["workspace"]
    if side_by_side != case["workspace"]:
        return f"side by side {side_by_side}, expected {case['workspace']}"
    told = {tuple(sorted(f"{one.repository}:{one.package}" for one in each.members)) for each in found.conflicts}
    differing = {tuple(sorted(one)) for one in case["conflicts"]} ^ told
    if differing:
        return f"minimal sets differ: {sorted(differing)}"
    unverified = [one.sentence for one in found.conflicts if not one.verified]
    return f"not verified: {unverified}" if unverified else ""


def plain_npm(case: Mapping[str, Any], cache: Path) -> float:
    """CPU seconds of one run of npm itself."""
    with tempfile.TemporaryDirectory() as name:
        try:
            text = json.dumps(merged(manifests_of(dict(case))))
        except TwoPackages:
            text = "{}"
        (Path(name) / "package.json").write_text(text)
        command = ["npm", "install", "--package-lock-only", "--prefer-offline", "--cache", str(cache), *OPTIONS]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=name, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def measure(program: NpmProgram, cache: Path, wanted: list[str]) -> bool:
    cases = [one for one in tomllib.loads(CASES.read_text())["case"] if not wanted or one["name"] in wanted]
    right = 0
    explained: list[Run] = []
    peers: list[float] = []
    for case in cases:
        subjects, target = await subjects_of(case), target_of(case)
        await run(subjects, target, program)
        best = await run(subjects, target, program, ROUNDS)
        fault = wrong(case, best.found)
        right += not fault
        if best.found.verdict == "incompatible":
            explained.append(best)
        if len(peers) < PEERS and case["conflicts"]:
            plain_npm(case, cache)
            peers.append(plain_npm(case, cache))
        shown = f"{best.calls:3} questions {best.cpu_s * 1000:5.0f} ms CPU ({best.wall_s * 1000:5.0f} of the wall)"
        print(f"{'WRONG' if fault else 'ok':6} {case['name']:46} {shown}, {len(best.found.fixes)} fixes", flush=True)
        if fault:
            print(f"       {fault}")
        if wanted:
            show(best.found)
    print(f"\n{right} of {len(cases)} verdicts in both combinations, with their minimal sets")
    if not explained:
        return right == len(cases)
    calls = median(one.calls for one in explained)
    cpu_s = median(one.cpu_s for one in explained)
    own_ms = 1000 * sum(one.own_s for one in explained) / sum(one.calls for one in explained)
    most_s, wall_s = max(one.cpu_s for one in explained), median(one.wall_s for one in explained)
    print(f"explained conflicts {len(explained)}: {cpu_s:.3f} s CPU (median), bar {MEDIAN_S}; max {most_s:.3f} s")
    print(
        f"questions {calls:g} (median), bar {MEDIAN_CALLS}; our own CPU {own_ms:.1f} ms a question; wall {wall_s:.3f} s"
    )
    print(f"plain npm, which explains nothing: {median(peers):.3f} s CPU (median of {len(peers)})")
    return right == len(cases) and cpu_s <= MEDIAN_S and calls <= MEDIAN_CALLS


def show(found: Checked) -> None:
    for conflict in found.conflicts:
        print(f"       {conflict.sentence}")
    for fix in found.fixes:
        changes = ", ".join(f"{one.repository}: {one.requirement} -> {one.to or 'gone'}" for one in fix.changes)
        print(f"       {fix.direction}: {changes}; {[(one.package, one.version) for one in fix.resulting]}")
    for blocked in found.blocked:
        print(f"       blocked: {[(one.requirement, one.to) for one in blocked.changes]} {blocked.reason}")
    for note in found.notes:
        print(f"       {note}")


async def with_program(folder: Path, wanted: list[str]) -> bool:
    program = NpmProgram(ResolutionSettings(), NETWORK, REGISTRY, folder / "ours")
    try:
        return await measure(program, folder / "plain", wanted)
    finally:
        await program.aclose()


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        return int(not asyncio.run(with_program(Path(name), sys.argv[1:])))


if __name__ == "__main__":
    sys.exit(main())
