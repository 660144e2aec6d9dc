"""Target frameworks of .NET: which project can use which, by Microsoft's table of net standard versions.

Sources: "Target frameworks in SDK-style projects" and ".NET Standard" of the .NET documentation. A host framework is
one that an application could target to use every project; what only assets fallback (NU1701) would take is not counted.
"""

import re
from collections.abc import Iterable

_STANDARD_OF_CORE = {"1.0": "1.6", "1.1": "1.6", "2.0": "2.0", "2.1": "2.0", "2.2": "2.0", "3.0": "2.1", "3.1": "2.1"}
_STANDARD_OF_FRAMEWORK = {
    "4.5": "1.1",
    "4.5.1": "1.2",
    "4.5.2": "1.2",
    "4.6": "1.3",
    "4.6.1": "2.0",
    "4.6.2": "2.0",
    "4.7": "2.0",
    "4.7.1": "2.0",
    "4.7.2": "2.0",
    "4.8": "2.0",
    "4.8.1": "2.0",
}
_MODERN = tuple(f"net{number}.0" for number in range(5, 13))
_CORE = tuple(f"netcoreapp{version}" for version in _STANDARD_OF_CORE)
_FRAMEWORK = tuple(f"net{version.replace('.', '')}" for version in ("2.0", "3.5", "4.0", *_STANDARD_OF_FRAMEWORK))
HOSTS = (*_FRAMEWORK, *_CORE, *_MODERN)
"""Frameworks that run applications, oldest first within each line."""

_WORD = re.compile(r"(netstandard|netcoreapp|net)(\d+(?:\.\d+)*)(?:-([a-z]+)[\d.]*)?$")


def frameworks_in(text: str) -> list[str]:
    """The frameworks that one `TargetFramework(s)` names and that are known; `v4.7.2` is the older form."""
    found: list[str] = []
    for part in text.split(";"):
        bare = part.strip().lower()
        old = re.fullmatch(r"v(\d+(?:\.\d+)+)", bare)
        bare = f"net{old[1].replace('.', '')}" if old else bare
        if _WORD.match(bare):
            found.append(bare)
    return found


def hosts_of(frameworks: Iterable[str]) -> frozenset[str]:
    """The hosts that can use a project which offers these frameworks; one of them is enough."""
    return frozenset(host for host in HOSTS for one in frameworks if _can_use(host, one))


def _can_use(host: str, used: str) -> bool:
    """Whether an application on `host` can reference a project that targets `used`; a platform's part is the host's."""
    word = _WORD.match(used)
    if word is None:
        return False
    kind, version = word[1], word[2]
    mine = _line(host)
    if kind == "netstandard":
        return _numbers(_standard(host)) >= _numbers(version)
    theirs = _line(f"{kind}{version}")
    return mine[0] == theirs[0] and mine[1] >= theirs[1]


def _line(framework: str) -> tuple[str, tuple[int, ...]]:
    """The line (`framework` or `core`, of which .NET 5 and later go on) and the place in it."""
    word = _WORD.match(framework)
    assert word is not None
    kind, version = word[1], word[2]
    if kind == "netcoreapp":
        return "core", _numbers(version)
    if "." in version and int(version.partition(".")[0]) >= 5:  # .NET 5 is where Core goes on
        return "core", _numbers(version)
    dotted = version if "." in version else ".".join(version)
    return "framework", _numbers(dotted)


def _standard(host: str) -> str:
    """The highest .NET Standard that a host implements, 0 for none."""
    if host in _MODERN:
        return "2.1"
    if host in _CORE:
        return _STANDARD_OF_CORE[host.removeprefix("netcoreapp")]
    return _STANDARD_OF_FRAMEWORK.get(".".join(host.removeprefix("net")), "0")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def least_hosts(hosts: Iterable[str]) -> tuple[str, ...]:
    """The oldest host of each line that is among these, the newer line first."""
    found = frozenset(hosts)
    core = next((one for one in (*_CORE, *_MODERN) if one in found), "")
    framework = next((one for one in _FRAMEWORK if one in found), "")
    return tuple(one for one in (core, framework) if one)
