"""Which distribution an import comes from, where the two are called differently: general knowledge, by ecosystem.

The table is our own; most distributions follow the rule (`-` for `_`, lower case) and are not listed.
"""

import re
from functools import cache

STUBS = re.compile(r"^types-(?P<after>.+)$|^(?P<before>.+?)-stubs$")
"""Distributions that hold types alone (PEP 561)."""


def normalised(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).strip("-").lower()


def python_distributions(imported: str) -> tuple[str, ...]:
    """Normalised names of the distributions that most likely provide an import, the likeliest first. Never empty.

    `imported` is a name as code has it, dotted where only that tells distributions apart.
    """
    known = _by_import()
    parts = imported.split(".")
    found: list[str] = []
    for length in range(len(parts), 0, -1):
        found += known.get(".".join(parts[:length]), ())
    found += [normalised("-".join(parts[:length])) for length in range(len(parts), 0, -1)]
    return tuple(dict.fromkeys(found))


def is_listed(imported: str) -> bool:
    """Whether the name is in the table: the distribution is then known, not guessed."""
    return imported in _by_import()


@cache
def python_imports(distribution: str) -> tuple[str, ...]:
    """Import names that a distribution most likely has, the likeliest first; for stubs those of what they describe."""
    name = normalised(distribution)
    stubs = STUBS.match(name)
    if stubs:
        return python_imports(stubs["after"] or stubs["before"])
    rule = name.replace("-", "_")
    found = [*_by_distribution().get(name, ()), rule]
    for begin in ("python-", "py-", "django-", "pytest-", "lib"):
        if name.startswith(begin):
            found.append(rule[len(begin) :])
    for end in ("-python", "-py", "-client", "-sdk"):
        if name.endswith(end):
            found.append(rule[: -len(end)])
    if "-" in name:
        found.append(name.replace("-", "."))
    return tuple(dict.fromkeys(found))


@cache
def _by_import() -> dict[str, tuple[str, ...]]:
    from plumbrule.mcp_server.analysis.graph.python_names import TABLE  # a table that most surveys do not need

    rows = (line.split() for line in TABLE.splitlines() if line)
    return {name: tuple(distributions) for name, *distributions in rows}


@cache
def _by_distribution() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, distributions in _by_import().items():
        for distribution in distributions:
            found.setdefault(distribution, []).append(name)
    return {distribution: tuple(names) for distribution, names in found.items()}
