"""Packages of ecosystems that nobody resolves here, for a bill of materials: what manifests ask for and locks hold.

Below: `joining/join`. Above: `resolved`. The versions are those of each repository's own lock, so that two repositories
may have two; a requirement without a lock has no version.
"""

from collections.abc import Iterator

from plumbrule.mcp_server.analysis.dependency_facts import exact
from plumbrule.mcp_server.analysis.words import place, word
from plumbrule.mcp_server.compatibility.check import Opened
from plumbrule.mcp_server.dependencies.joining.join import Stated
from plumbrule.mcp_server.dependencies.joint.asks import Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Checked
from plumbrule.mcp_server.dependencies.lock.bill import JointPart
from plumbrule.mcp_server.dependencies.lock.model import Asking


def stated_parts(opened: Opened, checked: Checked) -> list[JointPart]:
    """Of all repositories, in their order; where static rules chose a joint set (Go's least versions), that set."""
    parts = [part for subject in opened.subjects for part in _of(subject, checked.ecosystem, opened.wishes)]
    if not checked.packages:
        return parts
    chosen = {(word(one.name), word(one.version)): tuple(one.asked_by) for one in checked.packages}
    kept = [part for part in parts if (part.name, part.version) in chosen]
    there = {(part.name, part.version) for part in kept}
    others = [
        JointPart(checked.ecosystem, name, version, labels, tuple(Asking(label, name) for label in labels))
        for (name, version), labels in chosen.items()
        if (name, version) not in there
    ]
    return [*kept, *others]


def _of(subject: Subject, ecosystem: str, wishes: Wishes) -> Iterator[JointPart]:
    for one in subject.joined.direct:
        locked = one.locked
        if one.ecosystem == ecosystem and one.asked.scope in wishes.scopes and not (locked and locked.own):
            version = locked.version if locked else exact(one)
            digest = locked.digest if locked else ""
            asking = Asking(subject.label, _written(one), place(one.path, one.asked.line), one.asked.rule)
            yield JointPart(ecosystem, word(one.asked.name), word(version), (subject.label,), (asking,), digest)
    for below in subject.joined.below:
        if below.lock.ecosystem == ecosystem and (below.scope or "runtime") in wishes.scopes:
            package = below.package
            askers = () if below.parent is None else (word(below.lock.packages[below.parent].name),)
            yield JointPart(ecosystem, word(package.name), word(package.version), askers, (), package.digest)


def _written(one: Stated) -> str:
    return word(f"{one.asked.name} {one.asked.constraint}".rstrip())
