"""Where a Python lock holds: the markers and the Python range that its target stands for."""

from collections.abc import Iterable

from plumbrule.mcp_server.dependencies.joint.targets import Target

_SYSTEMS = {"linux": "linux", "macos": "darwin", "windows": "win32"}
_MACHINES = {("macos", "aarch64"): "arm64", ("windows", "aarch64"): "ARM64", ("windows", "x86_64"): "AMD64"}


def environments_of(target: Target) -> tuple[str, ...]:
    """The marker of the one platform that the lock was solved for; none for a universal lock, which holds on all."""
    if target.universal:
        return ()
    machine = _MACHINES.get((target.platform, target.machine), target.machine)
    return (f"sys_platform == '{_SYSTEMS[target.platform]}' and platform_machine == '{machine}'",)


def solving_environments_of(target: Target) -> tuple[str, ...]:
    """The same with the target's Python, for a project that is resolved again and declares a wider range."""
    if not target.python or target.universal:
        return environments_of(target)
    major, minor = target.python.split(".")[:2]
    python = f"python_full_version >= '{major}.{minor}' and python_full_version < '{major}.{int(minor) + 1}'"
    return tuple(f"{one} and {python}" for one in environments_of(target))


def python_of(target: Target, joint: str) -> str:
    """The Python versions for which the lock was solved: those of one minor version, or for a universal lock all from
    the target's on that the repositories declare."""
    if not target.universal:
        return f"=={'.'.join(target.python.split('.')[:2])}.*" if target.python else joint
    return intersection([joint, f">={target.python}" if target.python else ""])


def intersection(ranges: Iterable[str]) -> str:
    """PEP 440 ranges as one, of each bound only the narrowest; "" for any. They are taken to overlap."""
    from packaging.specifiers import SpecifierSet  # 15 ms, when a lock is written
    from packaging.version import Version

    clauses = sorted({str(one) for text in ranges if text for one in SpecifierSet(text)})
    lower = [text for text in clauses if text.startswith(">")]
    upper = [text for text in clauses if text.startswith("<")]

    def bound(text: str) -> tuple[Version, bool]:
        # At equal versions the strict bound is the narrower one: later from below, earlier from above.
        strict = "=" not in text
        return Version(text.lstrip("<>=")), strict if text.startswith(">") else not strict

    kept = [max(lower, key=bound)] if lower else []
    kept += [text for text in clauses if text[0] not in "<>"]
    kept += [min(upper, key=bound)] if upper else []
    return ",".join(kept)
