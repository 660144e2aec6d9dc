"""Run the claims of speed, each beside its floor or peer, and sum up: `python -m benchmarks [CLAIM …]`.

`compat` stands for all claims that begin with it (`compat_pypi`).

A claim is a file of this folder: it measures both sides in the same run, prints its figures, and exits with 1 when the
bar that its docstring states is not met. Nothing here knows a figure: they are of this machine and of now.
"""

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parent
LIMIT_S = 900
"""For one claim; the slowest builds a repository of 7,000 files first."""


def claims() -> dict[str, Path]:
    """Every claim by its name, in the order of their names. A leading underscore marks what several claims share."""
    return {path.stem: path for path in sorted(FOLDER.glob("[!_]*.py"))}


def sentence(path: Path) -> str:
    """The first line of the claim's docstring."""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or path.stem).splitlines()[0]


def measure(path: Path) -> tuple[int, float]:
    """The claim's exit code and how many seconds it took; its figures go straight to the reader."""
    started = time.perf_counter()
    # The claim measures programs that are started anew: they must not be slowed by settings of this shell.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    try:
        code = subprocess.run([sys.executable, path], env=environment, timeout=LIMIT_S, check=False).returncode
    except subprocess.TimeoutExpired:
        code = 124
    return code, time.perf_counter() - started


def main(wanted: list[str]) -> int:
    known = claims()
    wanted = [each for name in wanted for each in ([one for one in known if one.startswith(f"{name}_")] or [name])]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"no such claim: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    rows: list[tuple[str, str, str, str]] = []
    for name in wanted or known:
        print(f"\n== {name}: {sentence(known[name])}", flush=True)
        code, spent_s = measure(known[name])
        verdict = {0: "held", 1: "MISSED"}.get(code, f"FAILED ({code})")
        rows.append((name, verdict, f"{spent_s:.0f} s", sentence(known[name])))
    print()
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]]))
    return int(any(verdict != "held" for _, verdict, _, _ in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
