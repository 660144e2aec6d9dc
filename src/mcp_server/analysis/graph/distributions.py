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


def is_known(distribution: str) -> bool:
    """Whether the table says what a distribution is imported as."""
    return normalised(distribution) in _by_distribution()


@cache
def python_imports(distribution: str) -> tuple[str, ...]:
    """Import names that a distribution is known or by rule expected to have; for stubs those of what they describe."""
    name = normalised(distribution)
    stubs = STUBS.match(name)
    if stubs:
        return python_imports(stubs["after"] or stubs["before"])
    found = [*_by_distribution().get(name, ()), name.replace("-", "_")]
    if "-" in name:
        found.append(name.replace("-", "."))
    return tuple(dict.fromkeys(found))


@cache
def perhaps_imported_as(distribution: str) -> tuple[str, ...]:
    """Further import names that people give such a distribution, believed only where nothing else provides them."""
    name = normalised(distribution)
    rule = name.replace("-", "_")
    found = [rule[len(begin) :] for begin in ("python-", "py", "django-", "lib") if name.startswith(begin)]
    found += [rule[: -len(end)] for end in ("-python", "-py", "-client", "-sdk", "-lib") if name.endswith(end)]
    found += [rule + "_python", rule.replace("_", "")] if "_" in rule else []
    return tuple(one.strip("_") for one in dict.fromkeys(found) if one.strip("_"))


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
