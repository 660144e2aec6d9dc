"""Fetch the graded set, run every comparison beside its reference tool, write `docs/accuracy.md`.

    python benchmarks/accuracy [COMPARISON...] [--page-only]

Without names all comparisons run. A comparison whose reference tool is missing is named on the page; one that was not
run, or that failed, keeps the figures of the last run, which lie in `measured.json` beside this file. Exits with 1
when a bar is missed.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import anyio
from comparisons import COMPARISONS, NPM, Comparison, absent, chosen
from packages import Fetched, fetched
from page import missed, page

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
HOME = ROOT / ".tools" / "accuracy"
MEASURED = HERE / "measured.json"
LIMIT_S = 3_600
"""For one comparison over all of its packages; linguist takes a second for 300 files."""


def run(comparison: Comparison, packages: list[Fetched], modules: Path) -> list[dict[str, Any]]:
    """The rows of one comparison; one that fails keeps what it wrote, and says so."""
    extra = {"typescript": ("--typescript", str(modules / "typescript")), "licences": ("--texts", str(HOME / "texts"))}
    with tempfile.TemporaryDirectory() as scratch:
        rows = Path(scratch, "rows")
        command = [sys.executable, str(HERE / comparison.script), *comparison.words]
        command += [*extra.get(comparison.name, ()), *(str(one.folder) for one in packages), "--rows", str(rows)]
        # Nothing here may reach this machine's git settings, and linguist needs its own folders as repositories.
        environment = os.environ | {"NODE_PATH": str(modules), "GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(command, cwd=HOME, env=environment, timeout=LIMIT_S, check=False)
        lines = rows.read_text("utf-8").splitlines() if rows.exists() else []
    titles = {one.package.folder: one.title for one in packages}
    found: list[dict[str, Any]] = [json.loads(line) for line in lines]
    for row in found:
        row["package"] = titles.get(row.pop("folder"), "all")
        row["differs"] = [_titled(text, titles) for text in row.get("differs", ())]
    if done.returncode and comparison.name not in ("manifests", "licences"):  # these exit with 1 when a bar is missed
        found.append({"fact": "failed", "what": f"exit code {done.returncode}", "package": "all"})
    return found


def _titled(text: str, titles: dict[str, str]) -> str:
    for folder, title in titles.items():
        text = text.replace(f"{folder}/", f"{title}: ").replace(folder, title)
    return text


def installed(folder: Path) -> Path:
    """The reference tools of npm, in a folder of their own."""
    if not (folder / "node_modules").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        command = ["npm", "install", "--ignore-scripts", "--no-save", "--silent", *NPM]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "node_modules"


async def gather(wanted: list[str]) -> dict[str, Any]:
    """The figures of the last run with those of this one in their places."""
    measured: dict[str, Any] = json.loads(MEASURED.read_text("utf-8")) if MEASURED.exists() else {}
    packages = await fetched(HOME / "packages")
    modules = installed(HOME / "reference")
    for comparison in COMPARISONS:
        if wanted and comparison.name not in wanted:
            continue
        missing = absent(comparison, modules)
        print(f"\n== {comparison.name}: {f'missing {missing}' if missing else comparison.beside}", flush=True)
        before = measured.get(comparison.name, {})
        if missing:
            measured[comparison.name] = before | {"missing": missing}
            continue
        rows = run(comparison, chosen(comparison, packages), modules)
        measured[comparison.name] = {"rows": rows} if rows else before | {"failed": True}
        keep(measured)
    return measured


def keep(measured: dict[str, Any]) -> None:
    MEASURED.write_text(json.dumps(measured, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


def main(words: list[str]) -> int:
    wanted = [word for word in words if not word.startswith("--")]
    unknown = set(wanted) - {one.name for one in COMPARISONS}
    if unknown:
        print(f"no such comparison: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    page_only = "--page-only" in words
    measured = json.loads(MEASURED.read_text("utf-8")) if page_only else anyio.run(gather, wanted)
    keep(measured)
    (ROOT / "docs" / "accuracy.md").write_text(page(measured), "utf-8")
    for line in missed(measured):
        print(f"below its bar: {line}")
    return int(bool(missed(measured)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
