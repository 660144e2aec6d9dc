"""What is certain about npm's direct requirements without any registry, when all are merged into one package.json.

Exact range algebra over one name at a time. An optional requirement gives way and never clashes; an optional peer
clashes with what is there anyway. Below: `ranges/npm_algebra`. Above: `npm_case`.
"""

from collections.abc import Sequence
from itertools import combinations

from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.npm_requirement import Asked, parse_requirement
from plumbrule.mcp_server.dependencies.joint.reasons.levels import full, only
from plumbrule.mcp_server.dependencies.joint.reasons.shrinking import Core
from plumbrule.mcp_server.dependencies.ranges.npm_algebra import intersection, versions_of

MAX_CORES = 25
MAX_STATEMENTS = 60
"""Different ranges of one name that are compared pair by pair."""


def disjoint_cores(asks: Sequence[Ask]) -> tuple[Core, ...]:
    """Minimal sets of requirements on one name that exclude each other; the names in their order."""
    by_name: dict[str, list[tuple[int, Asked]]] = {}
    for at, ask in enumerate(asks):
        one = parse_requirement(ask.requirement)
        if one.table != "optional":
            by_name.setdefault(one.name, []).append((at, one))
    found: list[Core] = []
    for _, stated in sorted(by_name.items()):
        if len(stated) > 1 and any(one.table != "peer-optional" for _, one in stated):
            found += [Core(only(full(len(asks)), members), minimal=True) for members in _of_one_name(stated, asks)]
    return tuple(found[:MAX_CORES])


def _of_one_name(stated: Sequence[tuple[int, Asked]], asks: Sequence[Ask]) -> list[tuple[int, ...]]:
    if not _clash([one for _, one in stated]):
        return []
    distinct: dict[tuple[int, str, str], tuple[int, Asked]] = {}
    for at, one in stated:
        distinct.setdefault((asks[at].subject, one.package, one.range), (at, one))
    several = list(distinct.values())[:MAX_STATEMENTS]
    pairs: list[tuple[int, ...]] = [
        (first, second)
        for (first, one), (second, other) in combinations(several, 2)
        if {one.table, other.table} != {"peer-optional"} and _clash([one, other])
    ]
    return pairs or [_shrunk(several)]


def _shrunk(stated: Sequence[tuple[int, Asked]]) -> tuple[int, ...]:
    """One minimal set of three or more."""
    held = list(stated)
    for one in stated:
        fewer = [other for other in held if other is not one]
        if _clash([other for _, other in fewer]):
            held = fewer
    return tuple(at for at, _ in held)


def _clash(asked: Sequence[Asked]) -> bool:
    if len({one.package for one in asked}) > 1:
        return True
    shared = intersection([one.range for one in asked if versions_of(one.range) is not None])
    return shared is not None and shared.empty
