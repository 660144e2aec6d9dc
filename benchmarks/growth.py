"""From 1,000 to 100,000 files: `full` costs per file within 1.3x, and stays below 2 GB.

Trees of generated Python packages (one class and two functions a file, importing each other), each one commit. Each
figure is the whole process `plumbrule analyze … --detail full --json` with an empty cache and the processes it starts,
run once; memory is the sum over those processes, sampled. The cost of an empty tree is taken off first.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from survey import PLUMBRULE, Best, forget, rounds

SIZES = (1_000, 10_000, 100_000)
MOST_RATIO = 1.3
MOST_MB = 2_000
TEXT = '''"""Module {0}."""
from pkg{1}.m{2} import Thing as Other


class Thing:
    """The thing {0}."""

    def run(self, value: int = {0}) -> int:
        """Runs."""
        return value if value > {0} else Other().run(value)


def make_{0}(value: int) -> Thing:
    return Thing()
'''


def tree(folder: Path, files: int) -> Path:
    root = folder / f"tree{files}"
    root.mkdir()
    (root / "README.md").write_text("# Tree\n")
    for number in range(files):
        package = root / f"pkg{number // 100}"
        package.mkdir(exist_ok=True)
        after = (number + 7) % files
        (package / f"m{number}.py").write_text(TEXT.format(number, after // 100, after))
    git = ["git", "-C", str(root), "-c", "user.name=b", "-c", "user.email=b@b", "-c", "safe.directory=*"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "tree"]):
        subprocess.run([*git, *words], check=True, stdout=subprocess.DEVNULL)
    return root


def main() -> int:
    sizes = tuple(int(word) for word in sys.argv[1:]) or SIZES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found: dict[int, Best] = {}
        for size in (0, *sizes):
            root = tree(folder, size)
            command = [*PLUMBRULE, "analyze", str(root), "--json", "--detail", "full"]
            found[size] = rounds(command, folder, before=forget, times=1)
    base = found.pop(0)
    each = {size: (best.cpu_s - base.cpu_s) / size for size, best in found.items()}
    for size, best in found.items():
        milliseconds = each[size] * 1000
        print(f"{size:7} files  {best.cpu_s:8.2f} s CPU  {milliseconds:.3f} ms a file  {best.peak_mb:5.0f} MB")
    ratio = each[sizes[-1]] / each[sizes[0]]
    most = max(best.peak_mb for best in found.values())
    held = ratio <= MOST_RATIO and most <= MOST_MB
    print(
        f"a file costs {ratio:.2f}x (bar {MOST_RATIO}), {most:.0f} MB (bar {MOST_MB}): {'held' if held else 'MISSED'}"
    )
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
