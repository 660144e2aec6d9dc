"""What the Python check tells beside conflicts and fixes: the joint set with who asked, other sides of a clash, words.

Below: `reasons`, `joint/findings`. Above: `python`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.dependencies.joint.asks import Ask, Published, Subject
from plumbrule.mcp_server.dependencies.joint.findings import JointPackage, Member
from plumbrule.mcp_server.dependencies.joint.question import Answer, Solved, Unsolved
from plumbrule.mcp_server.dependencies.joint.reasons.explaining import Companion
from plumbrule.mcp_server.dependencies.joint.reasons.oracle import Label
from plumbrule.mcp_server.dependencies.joint.reasons.telling import MAX_WRITTEN, RULE_PUBLISHED, member
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.ranges.python import allows, disjoint

ECOSYSTEM = "python"


class OwnPackages(NamedTuple):
    """Asks for packages that a repository of the question itself is: no index is asked about those.

    `foreign` are those for packages of another repository; `versions` are of asks whose package has a static version;
    `excluded` those that do not allow it.
    """

    asks: frozenset[int]
    foreign: frozenset[int]
    versions: Mapping[int, str]
    excluded: Mapping[int, Companion]
    notes: tuple[str, ...]


def own_packages(asks: Sequence[Ask], subjects: Sequence[Subject], label: Label) -> OwnPackages:
    """What each of them means for the asks of the others."""
    published = _published(subjects)
    found: set[int] = set()
    foreign: set[int] = set()
    versions: dict[int, str] = {}
    excluded: dict[int, Companion] = {}
    notes: list[str] = []
    for at, ask in enumerate(asks):
        subject, one = published.get(ask.name, (-1, None))
        if one is None or ask.kind != "package":
            continue
        found.add(at)
        if subject == ask.subject:
            continue
        foreign.add(at)
        if not one.version:
            notes.append(
                f"{label(ask.subject)} asks for {ask.written[:MAX_WRITTEN]}, which {label(subject)} is: its version is "
                "not written down, so the two were not compared."
            )
            continue
        versions[at] = one.version
        if not _allowed(ask.constraint, one.version):
            excluded[at] = _publisher(one, label(subject))
    return OwnPackages(frozenset(found), frozenset(foreign), versions, excluded, tuple(notes))


def own_versions(subjects: Sequence[Subject], answer: Answer | None, known: frozenset[str]) -> list[tuple[Ask, str]]:
    """Repositories that an answer met as packages of the index at another version, each as an ask for its own one."""
    met: dict[str, str] = {}
    if isinstance(answer, Solved):
        met = {pin.name: pin.version for pin in answer.pins}
    elif isinstance(answer, Unsolved):
        met = {edge.name: "" for edge in answer.edges}
    found: list[tuple[Ask, str]] = []
    twice = _published_twice(subjects)
    for name, (at, one) in sorted(_published(subjects).items()):
        if one.version and name in met and name not in known | twice and met[name] != one.version:
            pin = f"=={one.version}"
            ask = Ask(
                at, ECOSYSTEM, name, pin, name + pin, f"{one.name} {one.version}", one.path, one.line, RULE_PUBLISHED,
                kind="constraint",
            )  # fmt: skip
            found.append((ask, one.version))
    return found


def _published_twice(subjects: Sequence[Subject]) -> frozenset[str]:
    """Names that several repositories give themselves: two states of one project."""
    from packaging.utils import canonicalize_name

    names = [
        {canonicalize_name(one.name) for one in subject.published if one.ecosystem == ECOSYSTEM} for subject in subjects
    ]
    return frozenset(name for at, own in enumerate(names) for name in own if any(name in one for one in names[:at]))


def _published(subjects: Sequence[Subject]) -> dict[str, tuple[int, Published]]:
    from packaging.utils import canonicalize_name

    found: dict[str, tuple[int, Published]] = {}
    for at, subject in enumerate(subjects):
        for one in subject.published:
            if one.ecosystem == ECOSYSTEM:
                found.setdefault(canonicalize_name(one.name), (at, one))
    return found


def _allowed(constraint: str, version: str) -> bool:
    """A version under development counts as the release that it will be, too."""
    from packaging.version import InvalidVersion, Version

    try:
        number = Version(version)
    except InvalidVersion:
        return True
    return allows(constraint, version) or (number.is_prerelease and allows(constraint, number.base_version))


def _publisher(one: Published, label: str) -> Companion:
    at = f"{one.path}:{one.line}"
    side = Member(label, f"{one.name} {one.version}", Evidence(at, RULE_PUBLISHED), one.name)
    return Companion(side, f"{label} is {one.name} {one.version} ({at})")


def runtime_company(asks: Sequence[Ask], excluded: Sequence[int], label: Label) -> Mapping[int, Sequence[Companion]]:
    """For declared ranges that exclude the target: those of others with which they have no version in common."""
    found: dict[int, list[Companion]] = {}
    for at in excluded:
        for other, ask in enumerate(asks):
            if ask.kind == "runtime" and other != at and disjoint(ask.requirement, asks[at].requirement):
                side = member(ask, label(ask.subject))
                where = f" ({side.evidence.at})" if side.evidence else ""
                found.setdefault(at, []).append(Companion(side, f"{side.repository} needs {side.requirement}{where}"))
    return found


def joint_packages(solved: Solved, labels: Sequence[str]) -> tuple[JointPackage, ...]:
    """Every package of a solution with the repositories that ask for it, directly or through others."""
    known = frozenset(labels)
    via = {pin.name: pin.via for pin in solved.pins}
    askers: dict[str, set[str]] = {name: set(known & set(names)) for name, names in via.items()}
    below: dict[str, list[str]] = {}
    for name, names in via.items():
        for asker in names:
            if asker not in known:
                below.setdefault(asker, []).append(name)
    waiting = [name for name, found in askers.items() if found]
    while waiting:
        name = waiting.pop()
        for each in below.get(name, ()):
            if not askers[name] <= askers[each]:
                askers[each] |= askers[name]
                waiting.append(each)
    order = {label: at for at, label in enumerate(labels)}
    return tuple(
        JointPackage(ECOSYSTEM, name, version, tuple(sorted(askers[name], key=order.__getitem__)))
        for name, version in sorted({(pin.name, pin.version) for pin in solved.pins})
    )


def target_words(target: Target) -> str:
    """A target as a sentence names it."""
    python = f"Python {target.python}" if target.python else "the newest Python"
    if target.universal:
        return f"{python} and newer, on every platform"
    return f"{python} on {target.platform}"
