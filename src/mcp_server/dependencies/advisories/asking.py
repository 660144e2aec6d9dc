"""Asks an advisory database about pinned packages and says what is known, what is not, and what was not asked.

`none known` is said only when every package was asked for and answered; a failure, a missing version, an ecosystem
without advisories or an answer that contradicts itself leaves a package unchecked, and the answer says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.advisories.coordinates import coordinates_of
from plumbrule.mcp_server.dependencies.advisories.findings import (
    Pinned,
    Reason,
    State,
    Vulnerabilities,
    Vulnerability,
)
from plumbrule.mcp_server.dependencies.advisories.merging import merged
from plumbrule.mcp_server.dependencies.advisories.records import Advisory, advisory_on, is_withdrawn
from plumbrule.mcp_server.platforms.ports.advisories import Advisories, Coordinates, Reported

MAX_PACKAGES = 20_000
"""Of one question; a lock of that size is no person's."""


@dataclass(frozen=True, slots=True)
class Known:
    """For each package that was asked for and answered, its vulnerabilities; the others stand in `unchecked`."""

    found: Mapping[Pinned, tuple[Vulnerability, ...]]
    unchecked: tuple[Pinned, ...] = ()
    reason: Reason | None = None


class VulnerabilityHook(Protocol):
    """What a search for versions asks, to prefer those that nothing is known against."""

    async def vulnerable(self, pins: Sequence[Pinned]) -> Known: ...


class Advisor:
    """Answers from one database. Without one (`None`) nothing is checked."""

    def __init__(self, database: Advisories | None) -> None:
        self._database = database

    async def vulnerable(self, pins: Sequence[Pinned]) -> Known:
        """What is known against each package. Failures are in the answer; nothing but cancellation is raised."""
        wanted = list(dict.fromkeys(pins))
        if self._database is None:
            return Known({}, tuple(wanted), "switched_off")
        named = {pin: place for pin in wanted[:MAX_PACKAGES] if (place := coordinates_of(pin)) is not None}
        if not named:
            return Known({}, tuple(wanted), "not_covered" if wanted else None)
        reported = await self._database.reported(sorted(set(named.values())))
        return _known(wanted, named, reported)

    async def vulnerabilities(self, pins: Sequence[Pinned]) -> Vulnerabilities:
        """The same as one public answer, gravest first."""
        return told(await self.vulnerable(pins))


def told(known: Known) -> Vulnerabilities:
    """What is known, as a public answer."""
    found = sorted((one for each in known.found.values() for one in each), key=_gravest_first)
    missing = len(known.unchecked)
    nothing: State = "none known" if known.found and not missing else "not checked"
    return Vulnerabilities(
        state="vulnerable" if found else nothing,
        checked=len(known.found),
        not_checked=missing,
        reason=(known.reason or "not_covered") if missing else None,
        found=tuple(found),
    )


def _known(wanted: Sequence[Pinned], named: Mapping[Pinned, Coordinates], reported: Reported) -> Known:
    found: dict[Pinned, tuple[Vulnerability, ...]] = {}
    contradicted = False
    for pin in wanted:
        place = named.get(pin)
        if place is None or place not in reported.named:
            continue
        advisories, foreign = _advisories(place, reported.named[place], reported.records)
        contradicted |= foreign
        if advisories or not foreign:
            found[pin] = tuple(merged(pin, place.ecosystem, advisories))
    unchecked = tuple(pin for pin in wanted if pin not in found)
    reason = reported.silence or ("malformed" if contradicted else None)
    return Known(found, unchecked, reason)


def _advisories(
    place: Coordinates, names: Iterable[str], records: Mapping[str, Mapping[str, object]]
) -> tuple[list[Advisory], bool]:
    """The advisories on a package, and whether one was named for it that says nothing about it.

    One that could not be read counts with its id alone: that it exists is known.
    """
    found: list[Advisory] = []
    foreign = False
    for name in names:
        record = records.get(name)
        if record is None:
            found.append(Advisory(name))
        elif is_withdrawn(record):
            continue
        elif (one := advisory_on(place, record)) is not None:
            found.append(one)
        else:
            foreign = True
    return found, foreign


_RANK = ("critical", "high", "medium", "low", None, "none")


def _gravest_first(one: Vulnerability) -> tuple[int, str, str, str, str]:
    severity = one.severity if one.severity in _RANK else None
    return (_RANK.index(severity), one.ecosystem, one.package, one.version, one.id)
