"""A survey of Django's source: card <= 0.6 s CPU cold and 0.3 s warm, summary <= 1.5 s, peak memory <= 150 MB.

Django's source distribution (6,900 files, 45 MB, through pip) is committed to a scratch repository. Each figure is the
whole process `plumbrule analyze … --json` with the processes it starts, the least of five rounds; memory is the sum
over those processes, sampled. Cold means an empty cache folder of ours, warm the same command again. Beside them in
the same run: reading every byte (the floor), and cloc, github-linguist and repomix; one that is missing is named.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

REQUIREMENT = "django==5.2"
ROUNDS = 5
BARS_S = {"card, cold": 0.6, "card, warm": 0.3, "summary, cold": 1.5}
BAR_MB = 150
SAMPLE_S = 0.02
PLUMBRULE = [sys.executable, "-m", "plumbrule"]
READ_ALL = """
import os, sys
total = 0
for folder, _, names in os.walk(sys.argv[1]):
    if "/.git" not in folder:
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                total += len(file.read())
"""


@dataclass
class Best:
    """The least CPU and wall time seen, and the most memory."""

    cpu_s: float = float("inf")
    wall_s: float = float("inf")
    peak_mb: float = 0.0

    def take(self, cpu_s: float, wall_s: float, peak_mb: float) -> None:
        self.cpu_s = min(self.cpu_s, cpu_s)
        self.wall_s = min(self.wall_s, wall_s)
        self.peak_mb = max(self.peak_mb, peak_mb)


def scratch_repository(folder: Path) -> Path:
    """Django's source as one commit; pip downloads it, and the archive is unpacked here as data."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "django", REQUIREMENT]
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        pip[:3] = [shutil.which("pip") or "pip"]
    subprocess.run([*pip, "--dest", str(folder)], check=True, stdout=subprocess.DEVNULL)
    [archive] = folder.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    root = next(path for path in folder.iterdir() if path.is_dir())
    git = ["git", "-C", str(root), "-c", "user.name=b", "-c", "user.email=b@b", "-c", "safe.directory=*"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "source"]):
        subprocess.run([*git, *words], check=True, stdout=subprocess.DEVNULL)
    return root


def tree_mb(pid: int) -> float:
    """Memory of a process and all below it in MB, pages that they share counted once; 0 where there is no /proc.

    A child between vfork and exec is its parent still, memory and command line alike, and is not counted again.
    """
    total, waiting = 0, [(pid, b"")]
    while waiting:
        one, above = waiting.pop()
        try:
            command = Path(f"/proc/{one}/cmdline").read_bytes()
            if command == above:
                continue
            shares = Path(f"/proc/{one}/smaps_rollup").read_text().split("\nPss:", 1)[1]
            total += int(shares.split()[0]) * 1024
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += [(int(child), command) for child in (task / "children").read_text().split()]
        except (OSError, IndexError):
            continue  # it ended between two looks
    return total / 1e6


def run_once(command: list[str], environment: Mapping[str, str], best: Best) -> None:
    """One run: CPU of the whole tree from the kernel's accounts, and its memory while it ran."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(SAMPLE_S):
            peak[0] = max(peak[0], tree_mb(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    done.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:4])} … ended with {process.returncode}")
    best.take(usage.ru_utime + usage.ru_stime, wall_s, peak[0])


def rounds(command: list[str], folder: Path, *, before: Callable[[Path], None] | None = None, times: int) -> Best:
    """The best of several runs, each under a home and a cache folder of its own below `folder`."""
    environment = {**os.environ, "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "PYTHONHASHSEED": "0"}
    best = Best()
    for _ in range(times):
        if before:
            before(folder)
        run_once(command, environment, best)
    return best


def forget(folder: Path) -> None:
    shutil.rmtree(folder / "cache", ignore_errors=True)


def measure(root: Path, folder: Path) -> dict[str, Best]:
    analyze = [*PLUMBRULE, "analyze", str(root), "--json", "--detail"]
    rounds([*analyze, "card"], folder, times=1)  # fills the bytecode and file caches; never counted
    found = {"reading every byte": rounds([sys.executable, "-c", READ_ALL, str(root)], folder, times=ROUNDS)}
    found["card, cold"] = rounds([*analyze, "card"], folder, before=forget, times=ROUNDS)
    found["card, warm"] = rounds([*analyze, "card"], folder, times=ROUNDS)
    found["summary, cold"] = rounds([*analyze, "summary"], folder, before=forget, times=ROUNDS)
    for name, peer in peers(root, folder).items():
        found[name] = rounds(peer, folder, times=1)
    return found


INSTALL = {
    "cloc": "apt install cloc",
    "github-linguist": "apt install ruby-github-linguist",
    "repomix": "npm install --global repomix, with Node 22",
}


def peers(root: Path, folder: Path) -> dict[str, list[str]]:
    """Programs of others that are on this machine; none is installed for this, and who is missing is said."""
    words = {
        "cloc": ["--quiet", "--json", str(root)],
        "github-linguist": [str(root)],
        "repomix": ["--quiet", "--output", str(folder / "repomix.xml"), str(root)],
    }
    for name in words:
        if shutil.which(name) is None:
            print(f"{name} is not installed: no such peer in this run ({INSTALL[name]})")
    return {name: [program, *rest] for name, rest in words.items() if (program := shutil.which(name))}


def main() -> int:
    missed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "source").mkdir()
        found = measure(scratch_repository(folder / "source"), folder)
    floor = found["reading every byte"].cpu_s
    for what, best in found.items():
        bar = BARS_S.get(what)
        over = bar is not None and (best.cpu_s > bar or best.peak_mb > BAR_MB)
        missed = missed or over
        verdict = "" if bar is None else f"   bar {bar} s, {BAR_MB} MB: {'MISSED' if over else 'held'}"
        ratio = best.cpu_s / floor
        figures = f"{best.cpu_s:.3f} s CPU  {best.wall_s:.3f} s wall  {best.peak_mb:4.0f} MB  {ratio:5.1f}x"
        print(f"{what:20} {figures}{verdict}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
