"""How a program is started under resource limits: the words put before its argv, and the script they may name.

`core.process` and `core.workers` lie above. Limits are set between fork and exec by a small program of its own,
never by `preexec_fn` (unsafe with threads, and 52 ms from a 500 MB parent) and not by `resource.prlimit(pid)` from
the parent: that costs only 0.05 ms, but what the child forks before it lands stays unlimited for good.
Measured here (CPU of the child, `true` alone 0.52 ms): `prlimit(1)` 1.11 ms, this script 7.2 ms. So util-linux's
programs are used where they lie in a system folder, and the script is the portable fallback with the same effect.

Run as a script (`python -I -S launcher.py [--die-with-parent] NAME=VALUE … -- ARGV`) it imports three small modules.
"""

import os
import resource
import sys
from collections.abc import Mapping, Sequence

NAMES = ("as", "data", "cpu", "fsize", "nofile", "nproc", "core")
"""The limits that can be set, by `prlimit(1)`'s names: bytes, bytes, seconds, bytes, descriptors, processes, bytes."""

SYSTEM_FOLDERS = ("/usr/bin", "/bin")
"""Where util-linux lies. Never the caller's PATH: a planted `prlimit` would run before every git."""

DIE_WITH_PARENT = "--die-with-parent"
PR_SET_PDEATHSIG = 1
SIGKILL = 9


def launch_argv(
    argv: Sequence[str],
    limits: Mapping[str, int],
    *,
    dies_with_parent: bool = False,
    system_folders: Sequence[str] = SYSTEM_FOLDERS,
) -> list[str]:
    """`argv` with what sets its limits in front. `argv[0]` must be an absolute path.

    A limit above the hard limit that this process already has is lowered to it, since only root may raise one.
    `dies_with_parent` has the kernel kill the program when the thread that started it ends (Linux only).
    """
    bounded = {name: _within_hard_limit(name, wanted) for name, wanted in limits.items()}
    prlimit = _util_linux("prlimit", system_folders)
    setpriv = _util_linux("setpriv", system_folders) if dies_with_parent else None
    if prlimit is None or (dies_with_parent and setpriv is None):
        words = [f"{name}={value}" for name, value in bounded.items()]
        flag = [DIE_WITH_PARENT] if dies_with_parent else []
        script = os.path.abspath(__file__)  # noqa: PTH100 - pathlib would double what the script imports
        return [sys.executable, "-I", "-S", "-B", script, *flag, *words, "--", *argv]
    words = [f"--{name}={value}" for name, value in bounded.items()]
    guard = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv is not None else []
    return [prlimit, *words, "--", *guard, *argv]


def set_limits(limits: Mapping[str, int]) -> None:
    """Set limits on this very process, soft and hard. macOS may refuse those of memory; the rest raises."""
    for name, value in limits.items():
        try:
            resource.setrlimit(_constant(name), (value, value))
        except (ValueError, OSError):
            if not (name in ("as", "data") and sys.platform == "darwin"):
                raise


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends. Linux only; elsewhere it does nothing."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes  # 4 ms, and only needed on this path

    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")


def main(words: Sequence[str]) -> None:
    """Set the limits named before `--` and become the program named after it."""
    end = words.index("--")
    settings, argv = list(words[:end]), list(words[end + 1 :])
    if settings and settings[0] == DIE_WITH_PARENT:
        settings.pop(0)
        die_with_parent()
    set_limits({name: int(value) for name, value in (word.split("=", 1) for word in settings)})
    os.execve(argv[0], argv, os.environ)  # noqa: S606 - an argv of ours, no shell


def _util_linux(name: str, folders: Sequence[str]) -> str | None:
    for folder in folders:
        path = f"{folder}/{name}"
        # Busybox's applets of these names lack the flags.
        if os.access(path, os.X_OK) and not os.path.realpath(path).endswith("busybox"):
            return path
    return None


def _within_hard_limit(name: str, wanted: int) -> int:
    hard = resource.getrlimit(_constant(name))[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def _constant(name: str) -> int:
    if name not in NAMES:
        raise ValueError(f"no such limit: {name}")
    constant: int = getattr(resource, f"RLIMIT_{name.upper()}")
    return constant


if __name__ == "__main__":
    main(sys.argv[1:])
