"""What an answer is about: a Python or Node version and a platform; read from what callers write, shown as one word.

Above it lies `joint/deriving`, which fills what nobody said.
"""

import platform as machine_facts
import re
import sys
from dataclasses import dataclass, field
from typing import Literal, get_args

from plumbrule.core.errors import InvalidArgument

Platform = Literal["linux", "macos", "windows", "universal"]

PLATFORMS: tuple[Platform, ...] = get_args(Platform)


@dataclass(frozen=True, slots=True)
class Target:
    """`python` is `3.12` or `3.12.4`, `node` `20` to `20.11.1`, "" where nobody said. `machine` is `x86_64` or
    `aarch64`. `derived` says of each field that was not given how it was worked out, one sentence each; two targets
    that differ in nothing else are the same."""

    python: str = ""
    node: str = ""
    platform: Platform = "linux"
    machine: str = "x86_64"
    derived: tuple[str, ...] = field(default=(), compare=False)

    @property
    def universal(self) -> bool:
        return self.platform == "universal"


FORM = "python=3.12 node=20 platform=linux"
_HINT = f'Write it like "{FORM}", each part optional; platforms are {", ".join(PLATFORMS)}, also as linux-aarch64.'

_BREAK = r"(?![A-Za-z0-9.+*<>=~^!])"
_SEPARATOR = re.compile(r"[\s,;/|&_-]+|(?:and|on|for|with)(?=\s)")
_KEY = re.compile(r"(?:platform|os|system|machine|arch(?:itecture)?|target)\s*[=:]\s*")
_PYTHON = re.compile(
    rf"(?:(?P<word>(?:c?python|py|cp))(?:[-_\s]?version)?(?P<tie>\s*(?:===?|=|:|@|\s|-|_)?\s*))?"
    rf"v?(?P<version>\d+(?:\.\d+){{0,2}})(?:\.[x*])?{_BREAK}"
)
_NODE = re.compile(
    rf"node(?:\.?js)?(?:[-_\s]?version)?\s*(?:===?|=|:|@|\s|-|_)?\s*v?(?P<version>\d+(?:\.\d+){{0,2}})(?:\.[x*])?{_BREAK}"
)
_WORDS: dict[str, tuple[Platform | None, str]] = {
    # word: (platform, machine)
    "linux": ("linux", ""),
    "linux2": ("linux", ""),
    "manylinux": ("linux", ""),
    "ubuntu": ("linux", ""),
    "debian": ("linux", ""),
    "macos": ("macos", ""),
    "macosx": ("macos", ""),
    "mac": ("macos", ""),
    "osx": ("macos", ""),
    "darwin": ("macos", ""),
    "windows": ("windows", ""),
    "win": ("windows", ""),
    "win32": ("windows", ""),
    "win64": ("windows", "x86_64"),
    "universal": ("universal", ""),
    "any": ("universal", ""),
    "all": ("universal", ""),
    "x86_64": (None, "x86_64"),
    "x86-64": (None, "x86_64"),
    "amd64": (None, "x86_64"),
    "x64": (None, "x86_64"),
    "aarch64": (None, "aarch64"),
    "arm64": (None, "aarch64"),
    # the parts of a platform triple or a wheel's tag that tell nothing more
    "unknown": (None, ""),
    "apple": (None, ""),
    "pc": (None, ""),
    "gnu": (None, ""),
    "msvc": (None, ""),
}
_WORD = re.compile(rf"(?:{'|'.join(sorted(map(re.escape, _WORDS), key=len, reverse=True))})(?![A-Za-z0-9])")
_RELEASE = re.compile(
    r"(?P<word>manylinux|ubuntu|debian|macosx?|windows)[-_]?(?!3\.\d|2\.7)\d+(?:[._]\d+)*(?![A-Za-z0-9])"
)
"""A system with its release, as wheel tags and CI runners are named: the number says no runtime's version."""
_DEFAULT_MACHINE = {"macos": "aarch64"}
MAX_CHARS = 200


def host_platform() -> tuple[Platform, str]:
    """Platform and machine of this process."""
    known: dict[str, Platform] = {"darwin": "macos", "win32": "windows"}
    machine = machine_facts.machine().lower()
    return known.get(sys.platform, "linux"), "aarch64" if machine in ("aarch64", "arm64") else "x86_64"


def parse_target(text: str) -> Target:
    """What a caller means by `python=3.12 node=20 platform=linux`, `3.12`, `py312`, `node20`, `macos`, ...

    What it does not say of the platform is this machine's, and `derived` says so; `python` and `node` stay "".

    Raises:
        InvalidArgument: a part that is no runtime, version or platform, or one that is said twice.
    """
    if len(text) > MAX_CHARS:
        raise InvalidArgument("The target is longer than any target.", hint=_HINT)
    said: dict[str, str] = {}
    rest = text.strip().lower()
    while rest:
        rest = _taken(rest, said, text)
    return _completed(said)


def _taken(rest: str, said: dict[str, str], whole: str) -> str:
    """The text after its first part, which `said` now holds."""
    for skipped in (_SEPARATOR, _KEY):
        if one := skipped.match(rest):
            return rest[one.end() :]
    if one := _NODE.match(rest):
        _say(said, "node", one["version"], whole)
    elif one := _RELEASE.match(rest):
        _say(said, "platform", _WORDS[one["word"]][0] or "", whole)
    elif one := _WORD.match(rest):
        system, machine = _WORDS[one.group()]
        for name, value in (("platform", system or ""), ("machine", machine)):
            if value:
                _say(said, name, value, whole)
    elif (one := _PYTHON.match(rest)) and (name_value := _versioned(one)):
        _say(said, *name_value, whole)
    else:
        raise InvalidArgument(f"{_quoted(rest)} is no part of a target.", hint=_HINT)
    return rest[one.end() :]


def _versioned(one: re.Match[str]) -> tuple[str, str] | None:
    """`python` or, for a bare number that no Python ever had, `node`; None for no version of either."""
    version = one["version"]
    if one["word"] and "." not in version and len(version) > 1:
        version = f"{version[0]}.{version[1:]}"  # the compact form of wheel tags: py312
    major = int(version.partition(".")[0])
    if not one["word"] and major >= 4:
        return "node", version
    return ("python", version) if major in (2, 3) and "." in version else None


def _say(said: dict[str, str], name: str, value: str, whole: str) -> None:
    if said.setdefault(name, value) != value:
        raise InvalidArgument(f"{_quoted(whole)} says {name} twice.", hint=f"Ask for one target at a time. {_HINT}")


def _quoted(text: str) -> str:
    short = "".join(char if char.isprintable() else "?" for char in text[:60])
    return f'"{short}"'


def _completed(said: dict[str, str]) -> Target:
    derived: list[str] = []
    system: Platform
    system, machine = host_platform()
    given = said.get("platform")
    if given is None:
        derived.append(f"platform {system}: not given, that of the machine that answers.")
    else:
        machine = machine if given == system else _DEFAULT_MACHINE.get(given, "x86_64")
        system = next(one for one in PLATFORMS if one == given)
    if "machine" in said:
        machine = said["machine"]
    elif given != "universal":
        derived.append(f"machine {machine}: not given, the usual one.")
    return Target(said.get("python", ""), said.get("node", ""), system, machine, tuple(derived))


def shown(target: Target) -> str:
    """The target as one word, which `parse_target` reads back: `python3.12-node20-linux-x86_64`."""
    parts = [f"python{target.python}"] if target.python else []
    parts += [f"node{target.node}"] if target.node else []
    parts.append("universal" if target.universal else f"{target.platform}-{target.machine}")
    return "-".join(parts)
