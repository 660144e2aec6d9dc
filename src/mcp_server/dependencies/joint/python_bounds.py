"""A Python constraint moved as far as it must be to allow a version, in the style its author writes it.

PEP 440's operators and Poetry's. Below: `ranges/python`. Above: `python_relaxing`.
"""

import re
from typing import Literal, NamedTuple

from plumbrule.mcp_server.dependencies.ranges.python import allows, specifiers_of

Way = Literal["upgrade", "downgrade"]


class Moved(NamedTuple):
    """A constraint that allows the version, and which way its bounds went."""

    constraint: str
    way: Way


_TERM = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>|=|\^|~)?\s*v?([^\s,]+)\s*$")


def moved(constraint: str, version: str) -> Moved | None:
    """The constraint with those clauses changed that exclude the version; None when that cannot be written.

    `<2` becomes `<3` for 2.1, `==1.2` the version itself, `~=1.2.3` `~=2.1.0`; a clause that allows it stays.
    """
    if "|" in constraint:
        alternative = moved(constraint.rpartition("|")[2], version)
        return alternative and Moved(f"{constraint} || {alternative.constraint}", alternative.way)
    separator = "," if "," in constraint else " " if re.search(r"\S\s+[<>=!~^]", constraint) else ","
    spaced = ", " if ", " in constraint else separator
    terms = [term for term in re.split(r"\s*,\s*|(?<=[\d*a-z])\s+(?=[<>=!~^])", constraint.strip()) if term]
    kept: list[str] = []
    ways: list[Way] = []
    for term in terms:
        if allows(term, version):
            kept.append(term)
            continue
        other = _term_moved(term, version)
        if other is None:
            return None
        ways.append(other.way)
        if other.constraint:
            kept.append(other.constraint)
    found = spaced.join(kept)
    if not ways or not allows(found, version) or specifiers_of(found) is None:
        return None
    return Moved(found, "downgrade" if "downgrade" in ways else "upgrade")


def _term_moved(term: str, version: str) -> Moved | None:
    """One clause that excludes a version."""
    read = _TERM.match(term)
    if read is None:
        return None
    operator, old = read[1] or "", read[2]
    way: Way = "upgrade" if _key(version) > _key(old) else "downgrade"
    match operator:
        case "!=":
            return Moved("", "upgrade")
        case "<":
            return Moved(f"<{_next_above(version, old)}", "upgrade")
        case "<=":
            return Moved(f"<={version}", "upgrade")
        case ">" | ">=":
            return Moved(f">={version}", "downgrade")
        case "~=":
            return Moved(f"~={_cut(version, max(2, _segments(old)))}", way)
        case "^" | "~":
            return Moved(f"{operator}{_cut(version, _segments(old))}", way)
        case _:  # an exact version, or a prefix of one
            text = f"{_cut(version, _segments(old) - 1)}.*" if old.endswith(".*") else version
            return Moved(f"{operator}{text}", way)


def _key(text: str) -> tuple[int, ...]:
    """Enough of an order to tell up from down: a version differs from what excludes it before its pre-release does."""
    from packaging.version import InvalidVersion, Version

    try:
        found = Version(text.removesuffix(".*"))
    except InvalidVersion:
        return ()
    return (found.epoch, *found.release)


def _segments(text: str) -> int:
    return len(_key(text)) - 1 + text.endswith(".*")


def _cut(version: str, segments: int) -> str:
    """The leading numbers of a version, as many as asked for; padded with zeros."""
    epoch, *numbers = _key(version)
    numbers = (numbers + [0] * segments)[:segments]
    return (f"{epoch}!" if epoch else "") + ".".join(map(str, numbers))


def _next_above(version: str, old: str) -> str:
    """The bound like `old` that is next above a version: `<2.0` counts in majors, `<1.20` in minors."""
    _, *numbers = _key(old)
    significant = max((at for at, number in enumerate(numbers) if number), default=0)
    epoch, *reached = _key(version)
    reached = (reached + [0] * len(numbers))[: significant + 1]
    reached[-1] += 1
    padded = reached + [0] * (len(numbers) - len(reached))
    return (f"{epoch}!" if epoch else "") + ".".join(map(str, padded))
