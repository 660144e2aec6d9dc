"""Advisories on one package that describe the same vulnerability, as one finding."""

from collections.abc import Iterable, Sequence

from plumbrule.mcp_server.dependencies.advisories.findings import Pinned, Vulnerability
from plumbrule.mcp_server.dependencies.advisories.order import order_of
from plumbrule.mcp_server.dependencies.advisories.records import Advisory
from plumbrule.mcp_server.dependencies.advisories.severity import Rating

_FIRST = ("GHSA-", "PYSEC-", "RUSTSEC-", "GO-", "MAL-")
"""Databases in the order in which their id names a finding; then others, CVE numbers last, since they tell least."""


def merged(pinned: Pinned, ecosystem: str, advisories: Sequence[Advisory]) -> list[Vulnerability]:
    """One finding for each vulnerability, sorted by id. Two advisories are the same when one calls the other, or both
    call a third, an alias."""
    leads: dict[str, str] = {}

    def leader(name: str) -> str:
        while leads.setdefault(name, name) != name:
            leads[name] = name = leads[leads[name]]
        return name

    for one in advisories:
        for alias in one.aliases:
            leads[leader(alias)] = leader(one.id)
    groups: dict[str, list[Advisory]] = {}
    for one in advisories:
        groups.setdefault(leader(one.id), []).append(one)
    found = [_finding(pinned, ecosystem, group) for group in groups.values()]
    return sorted(found, key=lambda each: each.id)


def _names(one: Advisory) -> set[str]:
    return {one.id, *one.aliases}


def _finding(pinned: Pinned, ecosystem: str, group: Sequence[Advisory]) -> Vulnerability:
    ordered = sorted(group, key=lambda one: (_place(one.id), one.id))
    name = ordered[0].id
    rating = _gravest([one.rating for one in ordered])
    return Vulnerability(
        id=name,
        package=pinned.name,
        version=pinned.version,
        ecosystem=pinned.ecosystem,
        aliases=tuple(sorted({other for one in group for other in _names(one)} - {name})),
        severity=rating.severity,
        summary=next((one.summary for one in ordered if one.summary), None),
        fixed_in=_least(ecosystem, (fix for one in ordered for fix in one.fixed_in)),
        score=rating.score,
        vector=rating.vector,
    )


def _place(name: str) -> int:
    place = next((at for at, prefix in enumerate(_FIRST) if name.startswith(prefix)), len(_FIRST))
    return place + 1 if name.startswith("CVE-") else place


def _gravest(ratings: Iterable[Rating]) -> Rating:
    """The first with a score, else the first with a word: databases copy each other, and the first tells most."""
    known = list(ratings)
    return next((one for one in known if one.score is not None), None) or next(
        (one for one in known if one.severity is not None), Rating()
    )


def _least(ecosystem: str, versions: Iterable[str]) -> tuple[str, ...]:
    """Distinct fixes in the ecosystem's order; what has no place in it comes last, as text."""
    order = order_of(ecosystem)
    keyed = [(order(one), one) for one in dict.fromkeys(versions)]
    placed = sorted((one for one in keyed if one[0] is not None), key=lambda one: one[0])
    return tuple(one for _, one in placed) + tuple(sorted(one for key, one in keyed if key is None))
