"""Everything about Django's source: full <= 4 s CPU and 2.5 s wall cold, 0.5 s CPU after one change, 0.3 s after none.

Django's source distribution (6,900 files, 45 MB, through pip) is committed to a scratch repository. Each figure is the
whole process `plumbrule analyze … --detail full --json` with the processes it starts, the least of the rounds; memory
is the sum over those processes, sampled, at most 300 MB. "languages alone" is `--aspects languages` of a card with an
empty cache. Beside them in the same run: reading every byte (the floor), and the peers that are installed.
"""

import sys
import tempfile
from itertools import count
from pathlib import Path

from survey import PLUMBRULE, READ_ALL, Best, forget, peers, rounds, scratch_repository

ROUNDS = 3
BARS_S = {"full, cold": 4.0, "full, one file changed": 0.5, "full, nothing changed": 0.3, "languages alone": 0.3}
COLD_WALL_S = 2.5
BAR_MB = 300


def measure(root: Path, folder: Path) -> dict[str, Best]:
    analyze = [*PLUMBRULE, "analyze", str(root), "--json"]
    full = [*analyze, "--detail", "full"]
    rounds(full, folder, times=1)  # fills the bytecode and file caches; never counted
    number = count()

    def change(_: Path) -> None:
        (root / "django" / "shortcuts.py").open("a").write(f"\nCHANGED = {next(number)}\n")

    found = {"reading every byte": rounds([sys.executable, "-c", READ_ALL, str(root)], folder, times=ROUNDS)}
    found["full, cold"] = rounds(full, folder, before=forget, times=ROUNDS)
    found["full, nothing changed"] = rounds(full, folder, times=ROUNDS)
    found["full, one file changed"] = rounds(full, folder, before=change, times=ROUNDS)
    found["languages alone"] = rounds([*analyze, "--aspects", "languages"], folder, before=forget, times=ROUNDS)
    for name, peer in peers(root, folder).items():
        found[name] = rounds(peer, folder, times=1)
    return found


def main() -> int:
    missed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "source").mkdir()
        found = measure(scratch_repository(folder / "source"), folder)
    floor = found["reading every byte"].cpu_s
    for what, best in found.items():
        bar = BARS_S.get(what)
        slow = what == "full, cold" and best.wall_s > COLD_WALL_S
        over = bar is not None and (best.cpu_s > bar or best.peak_mb > BAR_MB or slow)
        missed = missed or over
        verdict = "" if bar is None else f"   bar {bar} s, {BAR_MB} MB: {'MISSED' if over else 'held'}"
        figures = (
            f"{best.cpu_s:.3f} s CPU  {best.wall_s:.3f} s wall  {best.peak_mb:4.0f} MB  {best.cpu_s / floor:5.1f}x"
        )
        print(f"{what:24} {figures}{verdict}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
