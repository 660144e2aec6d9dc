"""Which versions of a runtime a repository declares it runs on; pins of a development tool kept apart from ranges.

A range (`requires-python`, `engines`, `rust-version`) speaks of whoever uses the code. A pin (`.python-version`,
`.nvmrc`, `packageManager`, `global.json`) speaks of the machine of whoever works on it: it makes no two repositories
incompatible.
"""

import re
from collections.abc import Iterable, Sequence

from plumbrule.mcp_server.dependencies.joint.asks import RuntimeAsk, Subject

PINS = frozenset(
    (
        "version-file",
        "tool-versions",
        "mise.tools",
        "package-json.packageManager",
        "package-json.volta",
        "rust-toolchain",
        "global-json",
        "go-mod.toolchain",
    )
)
"""Rules of statements that pin a tool."""


def is_range(ask: RuntimeAsk) -> bool:
    """Whether a statement speaks of those who use the code."""
    return ask.rule not in PINS


def ranges_of(subjects: Iterable[Subject], name: str) -> list[tuple[int, RuntimeAsk]]:
    """Every declared range of one runtime with the position of its repository."""
    return [
        (at, ask)
        for at, subject in enumerate(subjects)
        for ask in subject.runtimes
        if ask.name == name and is_range(ask)
    ]


def python_constraint(ask: RuntimeAsk) -> str:
    """What a Python statement asks for; a Pipfile's `python_version = "3.11"` means every release of 3.11."""
    text = ask.constraint.strip()
    if ask.rule == "pipfile" and re.fullmatch(r"\d+(?:\.\d+)?", text):
        return f"=={text}.*"
    return text


def satisfying(versions: Sequence[str], constraints: Sequence[str], ecosystem: str) -> tuple[str, int]:
    """The first version that all constraints allow, else the first that most do; and how many allow it.

    Constraints that cannot be read allow everything.
    """
    best, most = "", -1
    for version in versions:
        count = sum(_allows(ecosystem, constraint, version) for constraint in constraints)
        if count > most:
            best, most = version, count
        if most == len(constraints):
            break
    return best, max(0, most)


def _allows(ecosystem: str, constraint: str, version: str) -> bool:
    if ecosystem == "python":
        from plumbrule.mcp_server.dependencies.ranges.python import allows

        return allows(constraint, version)
    from plumbrule.mcp_server.dependencies.ranges.grammars import ranges_of as ranges
    from plumbrule.mcp_server.dependencies.ranges.intervals import contains, key_of

    found, key = ranges(ecosystem, constraint), key_of(version)
    return found is None or key is None or contains(found, key)
