"""Target frameworks over all repositories: the hosts on which every project of everybody could be used.

A repository may hold projects for different hosts; two repositories exclude each other only when no host can use
anything of both.
"""

import re
from collections.abc import Sequence
from itertools import combinations

from plumbrule.mcp_server.analysis.words import evidence, word
from plumbrule.mcp_server.compatibility.report import RuntimeFact, RuntimeRange
from plumbrule.mcp_server.compatibility.rules.dotnet_frameworks import frameworks_in, hosts_of, least_hosts
from plumbrule.mcp_server.dependencies.joint.asks import RuntimeAsk, Subject
from plumbrule.mcp_server.dependencies.joint.findings import Conflict, Member

_TEST = re.compile(r"(?i)tests?(?:[./]|$)|benchmarks?[./]|samples?/")
_Offer = tuple[RuntimeAsk, frozenset[str]]


def dotnet_fact(subjects: Sequence[Subject]) -> RuntimeFact | None:
    """The least host of each line (`net8.0`), None when no repository names a framework."""
    offers = [_offers(subject) for subject in subjects]
    if not any(offers):
        return None
    hosts = _common([one for one in offers if one])
    blocking = _blocking(offers)
    distinct = {
        (at, ask.constraint): ask
        for at, subject in enumerate(subjects)
        for ask in reversed(subject.runtimes)
        if ask.name in ("dotnet", "dotnet sdk")
    }
    ranges = tuple(_range(subjects[at], ask) for (at, _), ask in sorted(distinct.items()))
    least = least_hosts(hosts)
    blockers = tuple(_range(subjects[at], ask) for at, ask in blocking)
    return RuntimeFact("dotnet", " || ".join(least) or None, ranges, blockers, None, least[0] if least else None)


def dotnet_conflicts(subjects: Sequence[Subject]) -> list[Conflict]:
    """At most one: two repositories of which no host can use anything together."""
    blocking = _blocking([_offers(subject) for subject in subjects])
    if not blocking:
        return []
    members = tuple(
        Member(subjects[at].label, word(ask.constraint), evidence(ask.path, ask.rule, ask.line), "dotnet")
        for at, ask in blocking
    )
    told = " and ".join(f"{one.repository} targets {one.requirement}" for one in members)
    sentence = f"{told}: no .NET application can use both."
    return [Conflict("runtime-dotnet", "runtime", "dotnet", ("dotnet",), members, sentence, verified=True)]


def _offers(subject: Subject) -> list[_Offer]:
    """The projects' frameworks with their hosts.

    All that one file names are alternatives, whatever their conditions. What tests run on binds nobody.
    """
    projects: dict[str, list[RuntimeAsk]] = {}
    for ask in subject.runtimes:
        if ask.name == "dotnet" and not _TEST.search(ask.path):
            projects.setdefault(ask.path, []).append(ask)
    found: list[_Offer] = []
    for asks in projects.values():
        words = ";".join(ask.constraint for ask in asks)
        hosts = hosts_of(frameworks_in(words))
        if hosts:
            found.append((asks[0]._replace(constraint=words), hosts))
    return found


def _common(repositories: Sequence[Sequence[_Offer]]) -> frozenset[str]:
    """The hosts that can use every project of everybody, else those that can use something of everybody."""
    if not repositories:
        return frozenset()
    every = _meeting([hosts for offers in repositories for _, hosts in offers])
    return every or _meeting([_some(offers) for offers in repositories])


def _meeting(sets: Sequence[frozenset[str]]) -> frozenset[str]:
    first, *others = sets
    return first.intersection(*others)


def _some(offers: Sequence[_Offer]) -> frozenset[str]:
    return frozenset[str]().union(*(hosts for _, hosts in offers))


def _blocking(repositories: Sequence[Sequence[_Offer]]) -> list[tuple[int, RuntimeAsk]]:
    """One project of each of two repositories of which no host can use anything together.

    The hosts of a project are all from one on in each line, so pairs are enough.
    """
    for (first, mine), (second, theirs) in combinations(enumerate(repositories), 2):
        if mine and theirs and not _some(mine) & _some(theirs):
            return [(first, mine[0][0]), (second, theirs[0][0])]
    return []


def _range(subject: Subject, ask: RuntimeAsk) -> RuntimeRange:
    return RuntimeRange(subject.label, word(ask.constraint), evidence(ask.path, ask.rule, ask.line))
