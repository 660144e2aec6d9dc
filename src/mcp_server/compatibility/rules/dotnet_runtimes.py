"""Target frameworks over all repositories: the hosts on which every project of everybody could be used.

A repository whose own projects have no common host (an application per platform) says nothing about others.
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
    """At most one: two projects of two repositories that no host can use together."""
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
    """The projects' frameworks with their hosts; none when the repository's own projects share no host.

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
    return found if found and _shared(found) else []


def _shared(offers: Sequence[_Offer]) -> frozenset[str]:
    return frozenset.intersection(*(hosts for _, hosts in offers))


def _common(repositories: Sequence[Sequence[_Offer]]) -> frozenset[str]:
    return frozenset.intersection(*map(_shared, repositories)) if repositories else frozenset()


def _blocking(repositories: Sequence[Sequence[_Offer]]) -> list[tuple[int, RuntimeAsk]]:
    """Two projects without a common host. Hosts of a project are an end of each line, so pairs are enough."""
    for (first, mine), (second, theirs) in combinations(enumerate(repositories), 2):
        for ask, hosts in mine:
            for other, others in theirs:
                if not hosts & others:
                    return [(first, ask), (second, other)]
    return []


def _range(subject: Subject, ask: RuntimeAsk) -> RuntimeRange:
    return RuntimeRange(subject.label, word(ask.constraint), evidence(ask.path, ask.rule, ask.line))
