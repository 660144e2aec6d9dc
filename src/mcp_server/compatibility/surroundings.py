"""What stands around the packages: licences, interfaces, known vulnerabilities of the joint set.

Below it: the rules and the advisories port. Each part answers for itself; what could not be known is said there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from plumbrule.core.errors import PlumbruleError
from plumbrule.mcp_server.analysis.aspects import Aspect, Detail
from plumbrule.mcp_server.compatibility.answered import Answered
from plumbrule.mcp_server.compatibility.report import InterfaceClash, Licences, Use
from plumbrule.mcp_server.compatibility.subject import Side
from plumbrule.mcp_server.dependencies.advisories.findings import Vulnerabilities

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.model import RepositoryReport


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

    async def seen(self, sides: Sequence[Side], answers: Sequence[Answered], use: Use) -> Around:
        """Everything around the joint set of the first target that has one."""
        del answers, use
        reports = [await self._report(side) for side in sides]
        return Around(expressions=tuple(one.licence.expression if one and one.licence else None for one in reports))

    async def _report(self, side: Side) -> "RepositoryReport | None":
        if side.error is not None:
            return None
        try:
            return await self._surveys.survey(side.asked_for, detail="summary")
        except PlumbruleError:  # told by whoever misses it: no licence is never a fine one
            return None
