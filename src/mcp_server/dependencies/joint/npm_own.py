"""Asks for packages that another repository of the question itself is: no registry is asked about those.

Below: `ranges/npm_algebra`, `reasons/explaining`. Above: `npm`.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.dependencies.joint.asks import Ask, Published, Subject
from plumbrule.mcp_server.dependencies.joint.findings import Member
from plumbrule.mcp_server.dependencies.joint.npm_asks import JAVASCRIPT
from plumbrule.mcp_server.dependencies.joint.npm_requirement import parse_requirement
from plumbrule.mcp_server.dependencies.joint.reasons.explaining import Companion
from plumbrule.mcp_server.dependencies.ranges.npm import parse_version
from plumbrule.mcp_server.dependencies.ranges.npm_algebra import satisfies, versions_of

UNSET = ("", "0.0.0", "0.0.0-development", "0.0.0-semantically-released")
"""Versions that stand for "set when it is published"."""


class Foreign(NamedTuple):
    """`clashes` are of every such ask, None where its version suits; `versions` the versions that there are."""

    clashes: dict[int, Companion | None]
    versions: dict[int, str]
    notes: tuple[str, ...]

    def side_by_side(self) -> dict[int, Companion | None]:
        """In a workspace a version that does not suit is simply not linked: the registry's is taken."""
        return {at: None for at, clash in self.clashes.items() if clash is None}


def foreign_asks(
    asks: Sequence[Ask],
    subjects: Sequence[Subject],
    label: Callable[[int], str],
    subject_of: Callable[[int], int] = int,
) -> Foreign:
    """`subject_of` gives an ask's repository where its subject is something smaller."""
    published = _published(subjects)
    found = Foreign({}, {}, ())
    notes: list[str] = []
    for at, ask in enumerate(asks):
        if ask.kind not in ("package", "added"):
            continue
        one = parse_requirement(ask.requirement)
        owner, package = published.get(one.package, (-1, None))
        if package is None or owner == subject_of(ask.subject):
            continue
        if parse_version(package.version, True) is None or package.version in UNSET or versions_of(one.range) is None:
            notes.append(
                f"{label(ask.subject)} asks for {ask.written}, which {subjects[owner].label} is: its version is not "
                "written down, so the two were not compared."
            )
            found.clashes[at] = None
            continue
        found.versions[at] = package.version
        suits = satisfies(package.version, one.range, prereleases=True)
        found.clashes[at] = None if suits else _publisher(package, subjects[owner].label)
    return found._replace(notes=tuple(notes))


def _published(subjects: Sequence[Subject]) -> dict[str, tuple[int, Published]]:
    found: dict[str, tuple[int, Published]] = {}
    for at, subject in enumerate(subjects):
        for one in subject.published:
            if one.ecosystem == JAVASCRIPT:
                found.setdefault(one.name, (at, one))
    return found


def _publisher(one: Published, label: str) -> Companion:
    at = f"{one.path}:{one.line}"
    side = Member(label, f"{one.name}@{one.version}", Evidence(at, "interface.published"), one.name)
    return Companion(side, f"{label} is {one.name}@{one.version} ({at})")
