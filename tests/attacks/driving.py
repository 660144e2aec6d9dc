"""Drives the product as its users do, in a process of its own, and measures what it did to the machine."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MIB = 1 << 20
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of the command line came to."""

    code: int
    stdout: bytes
    stderr: str
    seconds: float
    peak_bytes: int
    """Resident bytes of the process and all its children together, sampled; shared pages are counted for each."""
    orphans: tuple[str, ...]
    """Programs that outlived it."""
    left: tuple[str, ...]
    """What lies in the temporary folder and below `tmp` of the cache afterwards."""

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.stdout)
        return found

    @property
    def error(self) -> str:
        return str((self.document.get("error") or {}).get("code", ""))


@dataclass(slots=True)
class Ground:
    """A home, a cache and a temporary folder of one attack; canaries are files that nobody may make."""

    base: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("home", "tmp", "cache", "config", "canaries", "elsewhere"):
            (self.base / name).mkdir()

    @property
    def canaries(self) -> Path:
        return self.base / "canaries"

    def env(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.base / "home"),
            "TMPDIR": str(self.base / "tmp"),
            "XDG_CACHE_HOME": str(self.base / "cache"),
            "XDG_CONFIG_HOME": str(self.base / "config"),
        } | self.environment

    def plumbrule(
        self,
        *words: str,
        limit_s: float = 90,
        cwd: Path | None = None,
        wrapped: Sequence[str] = (),
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run one command to its end and look at what it left. A run over `limit_s` is killed and fails the test."""
        argv = [*wrapped, sys.executable, "-P", "-m", "plumbrule", *words]
        return drive(argv, self.env() if env is None else dict(env), cwd or self.base / "elsewhere", limit_s, stdin,
                     self.left)  # fmt: skip

    def run(
        self, argv: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None, limit_s: float = 60
    ) -> Outcome:
        """Any command line on this ground."""
        used = self.env() if env is None else dict(env)
        return drive(argv, used, cwd or self.base / "elsewhere", limit_s, b"", self.left)

    def analyze(self, source: object, *words: str, detail: str = "summary", limit_s: float = 90) -> Outcome:
        """`plumbrule analyze SOURCE --json`."""
        return self.plumbrule("analyze", str(source), "--detail", detail, "--json", *words, limit_s=limit_s)

    def left(self) -> tuple[str, ...]:
        places = [*(self.base / "tmp").iterdir(), *(self.base / "cache").glob("plumbrule/tmp/*")]
        return tuple(sorted(place.name for place in places))


def drive(
    argv: Sequence[str], env: dict[str, str], cwd: Path, limit_s: float, stdin: bytes, left: Callable[[], Any]
) -> Outcome:
    """Run `argv` as the reaper of all that it starts."""
    _adopt_orphans(True)
    before = set(children_of(os.getpid()))
    started = time.monotonic()
    process = subprocess.Popen(
        argv, env=env, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    watch = Watch(process.pid)
    try:
        out, err = process.communicate(stdin, timeout=limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise AssertionError(f"still running after {limit_s} s: {argv}") from None
    finally:
        seconds = time.monotonic() - started
        watch.stop()
        orphans = gone_or_killed(set(children_of(os.getpid())) - before - {process.pid})
        _adopt_orphans(False)  # other tests of this process look for children that were left
    return Outcome(process.returncode, out, err.decode(errors="replace"), seconds, watch.peak_bytes, orphans, left())


def _adopt_orphans(adopt: bool) -> None:
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(adopt), 0, 0, 0)


class Watch:
    """Samples the resident memory of a process and its descendants."""

    def __init__(self, pid: int) -> None:
        self.peak_bytes = 0
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def _sample(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while not self._done.wait(0.02):
            total = 0
            for pid in tree_of(self._pid):
                try:
                    total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page
                except (OSError, IndexError):
                    continue
            self.peak_bytes = max(self.peak_bytes, total)

    def stop(self) -> None:
        self._done.set()
        self._thread.join(10)


def children_of(pid: int) -> list[int]:
    """Children of all threads of `pid`."""
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
    except OSError:
        pass
    return found


def tree_of(pid: int) -> list[int]:
    """`pid` and everything below it."""
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children_of(found[-1])
    return found


def gone_or_killed(pids: set[int], patience_s: float = 1.0) -> tuple[str, ...]:
    """The names of those that are alive after `patience_s`; none of them lives on after this."""
    end = time.monotonic() + patience_s
    names: list[str] = []
    for pid in pids:
        while True:
            try:
                if os.waitpid(pid, os.WNOHANG)[0]:
                    break
            except ChildProcessError:
                break
            if time.monotonic() > end:
                names.append(Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "))
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                break
            time.sleep(0.01)  # polling under the bound above: a child of others tells nobody when it ends
    return tuple(names)
