"""Through which packages the members of a core meet: the paths in an engine's proof from each of them to the clash.

Below: `relaxation`. Above: `telling`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.question import Edge
from plumbrule.mcp_server.dependencies.joint.reasons.relaxation import Relaxation

MAX_HOPS = 8
MAX_COMPARED = 3
"""Constraints that may be the weakest of all; where there are many, none is."""


class Hop(NamedTuple):
    """One step: a package and the constraint on it that all versions of the asker share, "" when they share none."""

    name: str
    constraint: str


class Trail(NamedTuple):
    """The ways of one member from its own package, which is left out, to where it clashes; the shortest first.

    `all_at_once` says that the same versions go several of them; otherwise some versions go one and some another.
    """

    ways: tuple[tuple[Hop, ...], ...] = ()
    all_at_once: bool = False

    @property
    def hops(self) -> tuple[Hop, ...]:
        return self.ways[0] if self.ways else ()


class Met(NamedTuple):
    """Where the members of a core clash, and the way of each."""

    packages: tuple[str, ...]
    trails: tuple[Trail, ...]


class Way(NamedTuple):
    """The shortest way to a package: the steps there, and the constraint on it (the start's own at the start)."""

    hops: tuple[Hop, ...]
    constraint: str


def shared(relaxation: Relaxation, constraints: Sequence[str]) -> str:
    """What every version needs: the weakest where it is weaker than all others, else what holds them all."""
    different = list(dict.fromkeys(constraints))
    for one in different[:MAX_COMPARED]:
        if all(one == other or relaxation.covers(one, other) for other in different):
            return one
    return relaxation.hull(different)


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
        for edge in self._within(asker, within):
            needs.setdefault(edge.name, []).append(self._relaxation.versions(edge.constraint))
        return [(name, shared(self._relaxation, constraints)) for name, constraints in sorted(needs.items())]

    def _within(self, asker: str, constraint: str) -> list[Edge]:
        """What the versions within a constraint need."""
        disjoint, versions = self._relaxation.disjoint, self._relaxation.versions
        return [edge for edge in self._edges.get(asker, ()) if not disjoint([constraint, versions(edge.version)])]

    def together(self, asker: str, constraint: str, names: Sequence[str]) -> bool:
        """Whether some version needs all of these at once, as far as the proof says."""
        needed: dict[str, set[str]] = {}
        for edge in self._within(asker, constraint):
            needed.setdefault(edge.version, set()).add(edge.name)
        return any(set(names) <= one for one in needed.values())

    def asked_of(self, name: str) -> list[str]:
        """Every constraint that some package has on another."""
        return [
            self._relaxation.versions(edge.constraint)
            for edges in self._edges.values()
            for edge in edges
            if edge.name == name
        ]


def meeting(members: Sequence[Ask], edges: Sequence[Edge], parties: frozenset[str], relaxation: Relaxation) -> Met:
    """Where they clash: packages that two or more of them reach, as few as bring every member in."""
    needs = Needs(edges, parties, relaxation)
    ways = [needs.reached(one.name, relaxation.constraint(one)) for one in members]
    packages = _alone(members[0], ways[0], needs, relaxation) if len(members) == 1 else _common(members, ways)
    trails: list[Trail] = []
    for member, own in zip(members, ways, strict=True):
        found = sorted((own[name].hops for name in packages if name in own), key=len)
        if () in found:
            found = []
        firsts = [hops[0].name for hops in found]
        at_once = len(found) > 1 and needs.together(member.name, relaxation.constraint(member), firsts)
        trails.append(Trail(tuple(found), at_once))
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
