"""From 1,000 to 100,000 files: `full` costs per file within 1.3x, stays below 450 MB, and is never silent for 2 s.

Trees of generated Python packages (one class and two functions a file, importing each other), each one commit. Each
figure is the whole process `plumbrule analyze … --detail full --json` with an empty cache and the processes it starts,
run once; memory is the sum over those processes, sampled. The cost of an empty tree is taken off first. Beyond 20,000
files facts and rows lie on disk, so that memory grows by the names alone; the slope is that between the last two sizes.
Silence is the longest time without progress that a client of `plumbrule serve` sees in the same survey of the largest.
"""

import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters
from survey import PLUMBRULE, Best, forget, rounds

SIZES = (1_000, 10_000, 30_000, 100_000)
MOST_RATIO = 1.3
MOST_MB = 450
MOST_SLOPE = 3_500
"""Bytes of memory a file, beyond the point where facts go to disk: its path, its object id and what names them."""

MOST_SILENCE_S = 2.0
DEADLINE_S = 3_000
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


async def silence_s(root: Path, folder: Path) -> float:
    """The longest time between two notes of progress, and before the first."""
    words = ["-m", "plumbrule", "serve", "--transport", "stdio", "--root", str(root)]
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PLUMBRULE_LIMITS__DEADLINE_S": str(DEADLINE_S),
    }
    heard = [time.monotonic()]

    async def listen(progress: float, total: float | None, message: str | None) -> None:
        del progress, total, message  # that it came is what counts
        heard.append(time.monotonic())

    async with Client(StdioServerParameters(command=sys.executable, args=words, env=environment)) as client:
        heard[0] = time.monotonic()
        arguments = {"source": str(root), "detail": "full"}
        result = await client.call_tool("analyze_repository", arguments, progress_callback=listen)
    if result.is_error:
        raise SystemExit(f"the server answers {result.structured_content}")
    return max(after - before for before, after in pairwise(heard))


def main() -> int:
    sizes = tuple(int(word) for word in sys.argv[1:]) or SIZES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found: dict[int, Best] = {}
        for size in (0, *sizes):
            root = tree(folder, size)
            command = [*PLUMBRULE, "analyze", str(root), "--json", "--detail", "full"]
            found[size] = rounds(command, folder, before=forget, times=1)
        forget(folder)
        silent = anyio.run(silence_s, folder / f"tree{sizes[-1]}", folder)
    base = found.pop(0)
    each = {size: (best.cpu_s - base.cpu_s) / size for size, best in found.items()}
    for size, best in found.items():
        milliseconds = each[size] * 1000
        print(f"{size:7} files  {best.cpu_s:8.2f} s CPU  {milliseconds:.3f} ms a file  {best.peak_mb:5.0f} MB")
    ratio = each[sizes[-1]] / each[sizes[0]]
    most = max(best.peak_mb for best in found.values())
    slope = 0.0
    if len(sizes) > 1:
        before, last = sizes[-2:]
        slope = (found[last].peak_mb - found[before].peak_mb) * 1e6 / (last - before)
    held = ratio <= MOST_RATIO and most <= MOST_MB and slope <= MOST_SLOPE and silent <= MOST_SILENCE_S
    print(
        f"a file costs {ratio:.2f}x (bar {MOST_RATIO}), {most:.0f} MB (bar {MOST_MB}), {slope:.0f} bytes a file"
        f" (bar {MOST_SLOPE}), {silent:.1f} s of silence (bar {MOST_SILENCE_S}): {'held' if held else 'MISSED'}"
    )
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
