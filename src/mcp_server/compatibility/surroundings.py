"""What stands around the packages: licences, interfaces, known vulnerabilities of the joint set.

Below it: the rules and the advisories port. Each part answers for itself; what could not be known is said there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import anyio

from plumbrule.core.errors import PlumbruleError
from plumbrule.mcp_server.analysis.aspects import Aspect, Detail
from plumbrule.mcp_server.compatibility.answered import Answered, joint_set
from plumbrule.mcp_server.compatibility.package_licences import PackageLicences
from plumbrule.mcp_server.compatibility.report import InterfaceClash, Licences, LicenceSide, Use
from plumbrule.mcp_server.compatibility.rules.interfaces import interfaces_of
from plumbrule.mcp_server.compatibility.rules.licences import judged
from plumbrule.mcp_server.compatibility.subject import Side
from plumbrule.mcp_server.dependencies.advisories.asking import Advisor
from plumbrule.mcp_server.dependencies.advisories.findings import Pinned, Vulnerabilities
from plumbrule.mcp_server.dependencies.joint.findings import JointPackage
from plumbrule.mcp_server.platforms.ports.advisories import Silence

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.model import RepositoryReport


ASPECTS: tuple[Aspect, ...] = ("licences", "structure")
"""Of a survey: licence texts, and what the code does at its edges."""


CODE_S = 10.0
"""For reading the code of all sides: what it tells stands beside the verdict, which should not wait for it. What was
read is kept, so that the next question finds it."""


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
    cut_short: bool = False
    """The call's time ended before all was seen."""


class Surroundings:
    """Looks around; one survey for each side, kept by content like every survey."""

    def __init__(self, surveys: Surveys, advisor: Advisor, licences: PackageLicences) -> None:
        self._surveys = surveys
        self._advisor = advisor
        self._licences = licences

    async def reports(self, sides: Sequence[Side]) -> "list[RepositoryReport | None]":
        """What a survey says of each side; None where there is none, and nothing is taken for granted of it.

        A side whose code was not read when the time ended has its summary, which tells the licence in a second.
        """
        reports: list[RepositoryReport | None] = [None] * len(sides)
        with anyio.move_on_after(CODE_S):
            for at, side in enumerate(sides):
                reports[at] = await self._report(side, "full")
        for at, side in enumerate(sides):
            reports[at] = reports[at] or await self._report(side, "summary")
        return reports

    async def seen(
        self,
        sides: Sequence[Side],
        reports: "Sequence[RepositoryReport | None]",
        answers: Sequence[Answered],
        use: Use,
    ) -> Around:
        """Everything around the joint set of the first target that has one."""
        packages = joint_set(answers)
        licensed = [licence_side(side, report) for side, report in zip(sides, reports, strict=True)]
        unseen = any(side.error is None and report is None for side, report in zip(sides, reports, strict=True))
        short = any(report is not None and report.detail != "full" for report in reports)
        cut = any(report is not None and not report.coverage.complete for report in reports)
        read = [one for one, side in zip(licensed, sides, strict=True) if side.error is None]
        (of_packages, silence), vulnerabilities = await self._published(sides, packages)
        return Around(
            licences=judged([*read, *of_packages], use),
            interfaces=interfaces_of(sides, reports),
            vulnerabilities=vulnerabilities,
            expressions=tuple(one.expression for one in licensed),
            limits_hit=(
                *(["survey.failed"] if unseen else []),
                *(["survey.seconds"] if short else []),
                *(["survey.cut"] if cut else []),
                *([f"licences.{silence}"] if silence else []),
            ),
        )

    async def _published(
        self, sides: Sequence[Side], packages: Sequence[JointPackage]
    ) -> tuple[tuple[list[LicenceSide], Silence | None], Vulnerabilities | None]:
        """What others publish about the packages: their licences, and what is known against them; both at once."""
        licensed: list[tuple[list[LicenceSide], Silence | None]] = []
        known: list[Vulnerabilities] = []

        async def look_for_licences() -> None:
            licensed.append(await self._licences.sides(sides, packages))

        async with anyio.create_task_group() as group:
            group.start_soon(look_for_licences)
            if packages:
                pins = [Pinned(one.ecosystem, one.name, one.version) for one in packages]
                known.append(await self._advisor.vulnerabilities(pins))
        return licensed[0], known[0] if known else None

    async def _report(self, side: Side, detail: Detail) -> "RepositoryReport | None":
        if side.error is not None:
            return None
        try:
            return await self._surveys.survey(side.asked_for, detail=detail, aspects=ASPECTS)
        except PlumbruleError:  # told as a limit that was hit: its licence and interfaces are unknown
            return None


def licence_side(side: Side, report: "RepositoryReport | None") -> LicenceSide:
    """A repository's own licence; without one it says so by having no expression."""
    found = report.licence if report else None
    return LicenceSide(side.label, found.expression if found else None, found.evidence if found else None)
