"""Minimal sets of statements that no version satisfies: inside one repository, and over several.

Exact range algebra over direct requirements. Several units of one repository (Gemfiles of a test matrix, projects of a
solution) may ask for different versions; repositories clash only when no choice of units goes together.
Below: `static/statements`. Above: the checks.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, islice, product

from plumbrule.mcp_server.dependencies.joint.static.rules import Rules
from plumbrule.mcp_server.dependencies.joint.static.statements import Statement
from plumbrule.mcp_server.dependencies.ranges.intervals import Key, Ranges
from plumbrule.mcp_server.dependencies.ranges.unions import common

MAX_UNITS = 6
"""Units of one repository that are tried for one package, those of the shallowest paths first."""

MAX_CHOICES = 200
MAX_SETS = 10
"""Of one package."""

Members = tuple[Statement, ...]


def agree(rules: Rules, statements: Sequence[Statement]) -> bool:
    """Whether versions can be chosen for all of them: one version, or one in each line of compatible versions.

    A statement that spans several lines can always be met by a line that nobody else is bound to.
    """
    if rules.line is None:
        return bool(common(one.ranges for one in statements))
    lines: dict[tuple[int, ...], list[Statement]] = {}
    for one in statements:
        if not common((one.ranges,)):
            return False
        line = _only_line(rules, one.ranges)
        if line is not None:
            lines.setdefault(line, []).append(one)
    return all(_choosable(group) for group in lines.values())


def _choosable(statements: Sequence[Statement]) -> bool:
    """Whether one version fits all. Cargo takes a pre-release only where a requirement names one of that version."""
    shared = common(one.ranges for one in statements)
    before = {one.low[0] for one in shared if one.low is not None and one.low == one.high and one.low[2]}
    if not shared or len(before) != len(shared):
        return bool(shared)
    return all(any(f"{'.'.join(map(str, at[:3]))}-" in one.constraint for at in before) for one in statements)


def _only_line(rules: Rules, ranges: Ranges) -> tuple[int, ...] | None:
    """The line in which all versions of a union lie, None when they lie in several."""
    assert rules.line is not None
    found: set[tuple[int, ...]] = set()
    for one in ranges:
        if one.low is None or one.high is None:
            return None
        line = rules.line(one.low)
        if one.high != one.low and not _within(line, one.high, one.high_in):
            return None
        found.add(line)
    return next(iter(found)) if len(found) == 1 else None


def _within(line: tuple[int, ...], high: Key, high_in: bool) -> bool:
    """Whether a range that begins in a line ends in it. A line ends where its last number is one higher."""
    above = (*line[:-1], line[-1] + 1)
    end = ((*above, *(0 for _ in range(4 - len(above)))), (0,), ())
    return high < end or (high == end and not high_in) or (high[0] == end[0] and not high_in and high[1] == (1,))


def own_faults(rules: Rules, statements: Sequence[Statement]) -> list[Members]:
    """Minimal sets inside one unit of one repository."""
    units: dict[tuple[int, str], list[Statement]] = {}
    for one in statements:
        units.setdefault((one.subject, one.unit), []).append(one)
    return [found for unit in units.values() if len(unit) > 1 or not unit[0].ranges for found in minimal(rules, unit)]


def joint_clashes(rules: Rules, statements: Sequence[Statement]) -> list[Members]:
    """Minimal sets over repositories that are sound by themselves, for one package."""
    repositories: dict[int, dict[str, list[Statement]]] = {}
    for one in statements:
        repositories.setdefault(one.subject, {}).setdefault(one.unit, []).append(one)
    sound = [
        [unit for _, unit in sorted(units.items(), key=_depth)[:MAX_UNITS] if agree(rules, unit)]
        for units in repositories.values()
    ]
    sound = [units for units in sound if units]
    pair = 2
    if len(sound) < pair or agree(rules, [one for units in sound for unit in units for one in unit]):
        return []
    first: list[Members] = []
    for choice in islice(product(*sound), MAX_CHOICES):
        chosen = [one for unit in choice for one in unit]
        if agree(rules, chosen):
            return []
        first = first or minimal(rules, chosen)
    return first


def _depth(unit: tuple[str, list[Statement]]) -> tuple[int, str]:
    path = unit[1][0].stated.path
    return path.count("/"), path


def minimal(rules: Rules, statements: Sequence[Statement]) -> list[Members]:
    """Sets that cannot go together while each of their parts can; one for each two repositories."""
    empty = [(one,) for one in statements if not common((one.ranges,))]
    if empty:
        return list(empty[:MAX_SETS])
    kept: dict[tuple[int, int], Members] = {}
    for one in _pairs(rules, statements):
        kept.setdefault((one[0].subject, one[1].subject), one)
    if kept:
        return list(kept.values())[:MAX_SETS]
    if agree(rules, statements):
        return []
    left = list(statements)
    for needed in statements:
        rest = [other for other in left if other is not needed]
        left = rest if not agree(rules, rest) else left
    return [tuple(left)]


def _pairs(rules: Rules, statements: Sequence[Statement]) -> Iterator[Members]:
    distinct: dict[tuple[int, str], Statement] = {}
    for one in statements:
        distinct.setdefault((one.subject, one.constraint), one)
    for first, second in combinations(distinct.values(), 2):
        if not agree(rules, (first, second)):
            yield first, second
