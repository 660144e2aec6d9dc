"""One target's answer, before it is joined with those of the others."""

from collections.abc import Sequence
from dataclasses import dataclass

from plumbrule.mcp_server.compatibility.report import RuntimeFact
from plumbrule.mcp_server.compatibility.subject import Side
from plumbrule.mcp_server.dependencies.joint.findings import Checked, Conflict, Fix, JointPackage, Verdict
from plumbrule.mcp_server.dependencies.joint.targets import Target

ORDER: tuple[Verdict, ...] = ("incompatible", "unknown", "compatible")
"""The worst that was proven comes first."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One target's answer, before it is joined with those of the others."""

    target: Target
    checked: tuple[Checked, ...]
    runtimes: tuple[RuntimeFact, ...] = ()
    runtime_conflicts: tuple[Conflict, ...] = ()
    runtime_fixes: tuple[Fix, ...] = ()

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Of runtimes, then of packages; what an engine said about runtimes alone is said by their own rule."""
        told = {frozenset(map(_place_of, one.members)) for one in self.runtime_conflicts}
        others = (one for each in self.checked for one in each.conflicts)
        return (*self.runtime_conflicts, *(one for one in others if frozenset(map(_place_of, one.members)) not in told))

    def verdict(self, sides: Sequence[Side]) -> tuple[Verdict, str]:
        """The worst that was proven; `unknown` with its reason before `compatible`."""
        if self.conflicts or any(one.verdict == "incompatible" for one in self.checked):
            return "incompatible", ""
        if any(side.error is not None for side in sides):
            return "unknown", "unreadable"
        for one in self.checked:
            if one.verdict == "unknown":
                return "unknown", one.reason
        return "compatible", ""


def _place_of(member: object) -> object:
    return (getattr(member, "repository", ""), getattr(member, "evidence", None) or getattr(member, "requirement", ""))


def joint_set(answers: Sequence[Answered]) -> tuple[JointPackage, ...]:
    """The packages of the first target that has a joint set."""
    for answer in answers:
        found = [one for checked in answer.checked for one in checked.packages]
        if found:
            return tuple(sorted(found, key=lambda one: (one.ecosystem, one.name, one.version)))
    return ()
