"""What stands around the packages: licences, interfaces, known vulnerabilities of the joint set.

Below it: the rules and the advisories port. Each part answers for itself; what could not be known is said there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from plumbrule.core.errors import PlumbruleError
from plumbrule.mcp_server.analysis.aspects import Aspect, Detail
from plumbrule.mcp_server.compatibility.answered import Answered
from plumbrule.mcp_server.compatibility.report import InterfaceClash, Licences, LicenceSide, Use
from plumbrule.mcp_server.compatibility.rules.interfaces import interfaces_of
from plumbrule.mcp_server.compatibility.rules.licences import judged
from plumbrule.mcp_server.compatibility.subject import Side
from plumbrule.mcp_server.dependencies.advisories.findings import Vulnerabilities

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.model import RepositoryReport


ASPECTS: tuple[Aspect, ...] = ("licences", "structure")
"""Of a survey: licence texts, and what the code does at its edges."""


class Surveys(Protocol):
    """The engine of `analyze_repository`, for what only the code and the licence texts tell."""

    async def survey(
        self, source: str, *, detail: Detail = "card", aspects: Sequence[Aspect] = ()
    ) -> "RepositoryReport": ...


@dataclass(frozen=True, slots=True)
class Around:
    """What was seen around the packages; None where nothing was looked at, and `limits_hit` says why."""

    licences: Licences | None = None
    interfaces: tuple[InterfaceClash, ...] = ()
    vulnerabilities: Vulnerabilities | None = None
    expressions: tuple[str | None, ...] = ()
    """The licence of each side, in their order."""
    limits_hit: tuple[str, ...] = ()


class Surroundings:
    """Looks around; one survey for each side, kept by content like every survey."""

    def __init__(self, surveys: Surveys) -> None:
        self._surveys = surveys

    async def reports(self, sides: Sequence[Side]) -> "list[RepositoryReport | None]":
        """What a survey says of each side; None where there is none, and nothing is taken for granted of it."""
        return [await self._report(side) for side in sides]

    async def seen(
        self,
        sides: Sequence[Side],
        reports: "Sequence[RepositoryReport | None]",
        answers: Sequence[Answered],
        use: Use,
    ) -> Around:
        """Everything around the joint set of the first target that has one."""
        del answers
        interfaces = interfaces_of(sides, reports)
        licensed = [licence_side(side, report) for side, report in zip(sides, reports, strict=True)]
        return Around(judged(licensed, use), interfaces, expressions=tuple(one.expression for one in licensed))

    async def _report(self, side: Side) -> "RepositoryReport | None":
        if side.error is not None:
            return None
        try:
            return await self._surveys.survey(side.asked_for, detail="full", aspects=ASPECTS)
        except PlumbruleError:  # told by whoever misses it: no licence is never a fine one
            return None


def licence_side(side: Side, report: "RepositoryReport | None") -> LicenceSide:
    """A repository's own licence; without one it says so by having no expression."""
    found = report.licence if report else None
    return LicenceSide(side.label, found.expression if found else None, found.evidence if found else None)
