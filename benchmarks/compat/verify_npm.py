"""Puts every case of the npm set to npm and pnpm themselves, and records it: `python verify_npm.py [CASE …]`.

Nothing of ours takes part: this script writes the package.json files (all merged into one; one workspace member for
each repository), npm resolves them with strict peers and no scripts, and pnpm lists every peer that is not met. A
minimal set that a case expects is checked with npm: the whole set has no solution, and has one as soon as one member is
left out. Engines are held against the Node that runs npm, so those cases fetch that Node from the npm package `node`.
"""

import itertools
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RECORD = FOLDER / "verified_npm.json"
PNPM = "pnpm@12"
LIMIT_S = 600
OPTIONS = ["--ignore-scripts", "--strict-peer-deps", "--no-audit", "--no-fund", "--no-update-notifier", "--json"]

Case = dict[str, Any]
Manifests = dict[str, dict[str, Any]]


def manifests_of(case: Case, leave_out: str = "") -> Manifests:
    """What each repository's package.json says, with one requirement left out (`repository:package`)."""
    found: Manifests = {}
    for name, asked in case["asked"].items():
        tables = {"dependencies": asked, **case.get("manifests", {}).get(name, {})}
        found[name] = {
            table: {key: text for key, text in entries.items() if f"{name}:{key}" != leave_out}
            for table, entries in tables.items()
        }
    return found


class TwoPackages(Exception):
    """One name would have to mean two packages: no package.json says that."""


def both(first: str, second: str) -> str:
    """Two ranges as one that asks for both; npm reads blanks as "and"."""
    if first == second or second == "*":
        return first
    if first == "*":
        return second
    if "npm:" in first + second:
        raise TwoPackages
    first, second = (re.sub(r"(\S+) - (\S+)", r">=\1 <=\2", one) for one in (first, second))
    pairs = itertools.product(first.split("||"), second.split("||"))
    return " || ".join(f"{one.strip()} {other.strip()}" for one, other in pairs)


def merged(manifests: Manifests) -> dict[str, Any]:
    """One package.json: each direct dependency once."""
    root: dict[str, Any] = {"name": "verify", "version": "1.0.0", "dependencies": {}, "optionalDependencies": {}}
    for own in manifests.values():
        for table in ("dependencies", "peerDependencies"):
            for name, text in own.get(table, {}).items():
                before = root["dependencies"].get(name)
                root["dependencies"][name] = both(before, text) if before else text
        root.update({"overrides": own["overrides"]} if "overrides" in own else {})
    for own in manifests.values():
        for name, text in own.get("optionalDependencies", {}).items():
            if name not in root["dependencies"]:  # what somebody needs stands before what another would like
                root["optionalDependencies"][name] = text
    return root


def npm(folder: Path, node: str, *more: str) -> str:
    """`solved`, `none`, or what it could not do."""
    program = [str(node_program(node)), npm_script()] if node else ["npm"]
    command = [*program, "install", "--package-lock-only", "--prefer-offline", *OPTIONS, *more]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if done.returncode == 0:
        return "solved"
    text = done.stdout + done.stderr
    none = any(code in text for code in ("ERESOLVE", "ETARGET", "EBADENGINE", "EINVALIDTAGNAME", "EOVERRIDE"))
    return "none" if none else f"cannot tell: {text[-300:]}"


def npm_script() -> str:
    found = subprocess.run(["/bin/sh", "-c", "command -v npm"], capture_output=True, text=True, check=True)
    return os.path.realpath(found.stdout.strip())


def node_program(version: str) -> Path:
    """That Node, as npm's package of it unpacks."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}[platform.machine()]
    package = f"node-linux-{machine}"
    place = Path(tempfile.gettempdir()) / f"verify-{package}-{version}"
    if not place.exists():
        place.mkdir()
        command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-save", f"{package}@{version}"]
        subprocess.run(command, cwd=place, capture_output=True, timeout=LIMIT_S, check=True)
    return place / "node_modules" / package / "bin" / "node"


def ask_merged(manifests: Manifests, case: Case) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            (folder / "package.json").write_text(json.dumps(merged(manifests)))
        except TwoPackages:
            return "none"
        node = str(case["node"]) if case.get("engines") else ""
        return npm(folder, node, *(["--engine-strict"] if node else []))


def ask_workspace(manifests: Manifests) -> str:
    """One member each; overrides at the root, for npm heeds no other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root: dict[str, Any] = {"name": "verify", "version": "1.0.0", "workspaces": sorted(manifests)}
        for member, own in manifests.items():
            (folder / member).mkdir()
            own = {"name": f"verify-{member}", "version": "1.0.0", **own}
            if "overrides" in own:
                root["overrides"] = resolved(own.pop("overrides"), own["dependencies"])
            (folder / member / "package.json").write_text(json.dumps(own))
        (folder / "package.json").write_text(json.dumps(root))
        return npm(folder, "")


def resolved(overrides: dict[str, Any], direct: dict[str, str]) -> dict[str, Any]:
    """`$name` means the root's own requirement, which a synthetic root does not have."""
    return {
        key: resolved(value, direct) if isinstance(value, dict) else direct.get(value[1:], value)
        for key, value in overrides.items()
    }


def pnpm(manifests: Manifests) -> str:
    """What pnpm says of peers in the merged project. It takes `^17 ^18` for what it is not, so it is not asked then."""
    try:
        root = merged(manifests)
    except TwoPackages:
        return "not asked: two packages under one name"
    if "overrides" in root:
        return "not asked: overrides are npm's"
    if any(" " in text.replace(" || ", "||").replace(" - ", "-") for text in root["dependencies"].values()):
        return "not asked: two ranges on one package"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "package.json").write_text(json.dumps(root))
        base = ["npx", "--yes", PNPM]
        options = ["--lockfile-only", "--ignore-scripts", "--ignore-pnpmfile", "--prefer-offline"]
        done = subprocess.run([*base, "install", *options], cwd=folder, capture_output=True, text=True, timeout=LIMIT_S)
        if done.returncode:
            return (
                "none" if "NO_MATCHING_VERSION" in done.stdout + done.stderr else f"cannot tell: {done.stdout[-200:]}"
            )
        told = subprocess.run([*base, "peers", "check", "--json"], cwd=folder, capture_output=True, text=True)
        try:
            found = json.loads(told.stdout[told.stdout.index("{") :])
        except ValueError:
            return "cannot tell: no JSON"
        bad = [one for issues in found.values() for several in issues.get("bad", {}).values() for one in several]
        return "none" if any(not one.get("optional") for one in bad) else "solved"


def verify(case: Case) -> dict[str, Any]:
    """What they say, and what is not as the case expects."""
    whole = manifests_of(case)
    said = {"npm": ask_merged(whole, case), "workspace": ask_workspace(whole), "pnpm": pnpm(whole)}
    expected = "none" if case["conflicts"] else "solved"
    faults = [] if said["npm"] == expected else [f"npm says {said['npm']}, the case expects {expected}"]
    side = {"compatible": "solved", "incompatible": "none"}[case["workspace"]]
    faults += [] if said["workspace"] == side else [f"workspace is {said['workspace']}, the case expects {side}"]
    for members in case["conflicts"]:
        everything = {
            f"{repository}:{name}" for repository, own in whole.items() for table in own.values() for name in table
        }
        apart = _without(whole, everything - set(members))
        if ask_merged(apart, case) != "none":
            faults.append(f"{members} alone has a solution")
        for one in members:
            if ask_merged(_without(apart, {one}), case) != "solved":
                faults.append(f"{members} is not minimal: {one} can go")
    return {**said, "faults": faults}


def _without(manifests: Manifests, gone: set[str]) -> Manifests:
    return {
        repository: {
            table: {name: text for name, text in entries.items() if f"{repository}:{name}" not in gone}
            for table, entries in own.items()
            if table != "overrides" or not gone
        }
        for repository, own in manifests.items()
    }


def main() -> int:
    wanted = sys.argv[1:]
    record: dict[str, Any] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    wrong = 0
    for case in tomllib.loads((FOLDER / "npm.toml").read_text())["case"]:
        if wanted and case["name"] not in wanted:
            continue
        found = verify(case)
        wrong += bool(found["faults"])
        print(f"{'WRONG' if found['faults'] else 'ok':6} {case['name']:48} {found}", flush=True)
        record[case["name"]] = {key: value for key, value in found.items() if key != "faults"}
    RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    print(f"{wrong} cases are not what npm says")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
