"""Through which packages the members of a core meet: the paths in an engine's proof from each of them to the clash.

Below: `relaxation`. Above: `telling`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.question import Edge
from plumbrule.mcp_server.dependencies.joint.reasons.relaxation import Relaxation

MAX_HOPS = 8


class Hop(NamedTuple):
    """One step: a package and the constraint on it that all versions of the asker share, "" when they share none."""

    name: str
    constraint: str


class Trail(NamedTuple):
    """The way of one member from its own package, which is left out, to where it clashes."""

    hops: tuple[Hop, ...] = ()


class Met(NamedTuple):
    """Where the members of a core clash, and the way of each."""

    packages: tuple[str, ...]
    trails: tuple[Trail, ...]


class Way(NamedTuple):
    """The shortest way to a package: the steps there, and the constraint on it (the start's own at the start)."""

    hops: tuple[Hop, ...]
    constraint: str


class Needs:
    """What packages need of each other, as a proof tells it."""

    def __init__(self, edges: Sequence[Edge], parties: frozenset[str], relaxation: Relaxation) -> None:
        self._relaxation = relaxation
        self._edges: dict[str, list[Edge]] = {}
        for edge in edges:
            if edge.asker not in parties and edge.asker != edge.name:
                self._edges.setdefault(edge.asker, []).append(edge)

    def reached(self, start: str, constraint: str) -> dict[str, Way]:
        """Every package below one, by what the versions within its constraint need; itself with the empty way."""
        ways = {start: Way((), constraint)}
        queue = [start]
        for at in queue:
            if len(ways[at].hops) == MAX_HOPS:
                continue
            for name, shared in self._next(at, ways[at].constraint):
                if name not in ways:
                    ways[name] = Way((*ways[at].hops, Hop(name, shared)), shared)
                    queue.append(name)
        return ways

    def _next(self, asker: str, within: str) -> list[tuple[str, str]]:
        needs: dict[str, list[str]] = {}
        for edge in self._edges.get(asker, ()):
            if not self._relaxation.disjoint([within, self._relaxation.versions(edge.version)]):
                needs.setdefault(edge.name, []).append(edge.constraint)
        return [(name, self._shared(constraints)) for name, constraints in sorted(needs.items())]

    def _shared(self, constraints: Sequence[str]) -> str:
        """The weakest, when it is weaker than all others: what every version needs."""
        for one in dict.fromkeys(constraints):
            if all(one == other or self._relaxation.covers(one, other) for other in constraints):
                return one
        return ""

    def asked_of(self, name: str) -> list[str]:
        """Every constraint that some package has on another."""
        return [edge.constraint for edges in self._edges.values() for edge in edges if edge.name == name]


def meeting(members: Sequence[Ask], edges: Sequence[Edge], parties: frozenset[str], relaxation: Relaxation) -> Met:
    """Where they clash: packages that two or more of them reach, as few as bring every member in."""
    needs = Needs(edges, parties, relaxation)
    ways = [needs.reached(one.name, relaxation.constraint(one)) for one in members]
    packages = _alone(members[0], ways[0], needs, relaxation) if len(members) == 1 else _common(members, ways)
    trails: list[Trail] = []
    for own in ways:
        reachable = [own[name].hops for name in packages if name in own]
        trails.append(Trail(min(reachable, key=len, default=())))
    return Met(tuple(packages), tuple(trails))


def _common(members: Sequence[Ask], ways: Sequence[dict[str, Way]]) -> list[str]:
    """Greedy: the package that most of the members left reach, by the shortest ways."""
    left = set(range(len(members)))
    names = sorted({name for own in ways for name in own})
    found: list[str] = []
    while left:
        scored = [
            (
                -sum(name in ways[at] for at in left),
                -sum(name in own for own in ways),
                sum(len(own[name].hops) for own in ways if name in own),
                name,
            )
            for name in names
            if name not in found and sum(name in own for own in ways) > 1 and any(name in ways[at] for at in left)
        ]
        if not scored:
            break
        name = min(scored)[-1]
        found.append(name)
        left -= {at for at in left if name in ways[at]}
    return found


def _alone(member: Ask, own: dict[str, Way], needs: Needs, relaxation: Relaxation) -> list[str]:
    """What one member pulls in that cannot be had: two constraints on one package, or one that nothing meets."""
    below = sorted((name for name in own if name != member.name), key=lambda one: (len(own[one].hops), one))
    for name in below:
        constraints = needs.asked_of(name)
        if len(constraints) > 1 and relaxation.disjoint(constraints):
            return [name]
    inner = {hop.name for way in own.values() for hop in way.hops[:-1]}
    return [name for name in below if name not in inner][:1]
