"""The check of Maven and Gradle: a bare version is a wish that mediation settles, a bracketed or strict one is hard.

Maven takes the nearest, and among equals the first; Gradle the highest; neither fails over wishes, both fail over hard
ranges without a common version ("Dependency mediation", "Rich versions" of their documentation). Where mediation can
lower a version somebody asked for, a note says so, as the enforcer's RequireUpperBoundDeps would.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from plumbrule.mcp_server.dependencies.joining.join import Stated
from plumbrule.mcp_server.dependencies.joint.asks import NotChecked, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import Alone, Checked, Conflict, EngineFact, JointPackage
from plumbrule.mcp_server.dependencies.joint.static.clashing import joint_clashes, own_faults
from plumbrule.mcp_server.dependencies.joint.static.declared import ENGINE, ENGINE_VERSION, MAX_CONFLICTS
from plumbrule.mcp_server.dependencies.joint.static.fixing import fixes_of
from plumbrule.mcp_server.dependencies.joint.static.locked import basis_of, locked_packages
from plumbrule.mcp_server.dependencies.joint.static.rules import JVM
from plumbrule.mcp_server.dependencies.joint.static.statements import COMPUTED, Statement
from plumbrule.mcp_server.dependencies.joint.static.telling import conflict_of
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.ranges.intervals import Interval, Key, contains
from plumbrule.mcp_server.dependencies.ranges.maven import hard_range, order_of, prefix_range
from plumbrule.mcp_server.dependencies.readers import reader_of
from plumbrule.mcp_server.dependencies.requirement import STRICT

MAX_TOLD = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """Statements by what they are: `hard` bind everybody, `strict` (Gradle) moreover forbid what lies above, `soft` are
    wishes."""

    hard: tuple[Statement, ...]
    soft: tuple[tuple[Statement, Key], ...]
    boms: tuple[tuple[int, str, str], ...]
    not_checked: tuple[NotChecked, ...]
    faults: tuple[tuple[int, str], ...]
    managed: tuple[int, ...]
    """The repositories of statements that leave their version to a parent or a BOM outside of the tree."""


class JvmCheck:
    """An `EcosystemCheck` for Maven, Gradle and sbt."""

    @property
    def ecosystem(self) -> str:
        return "jvm"

    def not_checked(self, subjects: Sequence[Subject], wishes: Wishes) -> Sequence[NotChecked]:
        """Versions that another place sets which is not in the tree, and what the build computes."""
        return wanted_of(subjects, wishes).not_checked

    async def check(self, subjects: Sequence[Subject], target: Target, wishes: Wishes) -> Checked:
        """The verdict of hard ranges; what mediation would do to wishes stands in the notes."""
        del target
        wanted = wanted_of(subjects, wishes)
        conflicts, clashing, faulty = _clashes(subjects, wanted)
        unknown = bool(wanted.faults) and not conflicts
        return Checked(
            "jvm",
            "incompatible" if conflicts else "unknown" if unknown else "compatible",
            basis_of(JVM, subjects, wishes),
            reason="unreadable" if unknown else "",
            blockers=tuple(sorted({path for _, path in wanted.faults})) if unknown else (),
            conflicts=conflicts,
            fixes=fixes_of(JVM, subjects, clashing) if wishes.fixes and not faulty else (),
            packages=_packages(subjects, wishes, wanted),
            alone=tuple(_alone(subjects, wanted, faulty)),
            engines=(EngineFact(ENGINE, ENGINE_VERSION, 1),),
            notes=tuple(_notes(subjects, wanted)),
        )


def wanted_of(subjects: Sequence[Subject], wishes: Wishes) -> Wanted:
    """All statements of the wished scopes."""
    hard: list[Statement] = []
    soft: list[tuple[Statement, Key]] = []
    boms: list[tuple[int, str, str]] = []
    left_out: list[NotChecked] = []
    managed: list[int] = []
    for at, subject in enumerate(subjects):
        own = {one.name for one in subject.published if one.ecosystem == "jvm"}
        for one in subject.joined.direct:
            asked = one.asked
            if one.ecosystem != "jvm" or asked.scope not in wishes.scopes or asked.name in own:
                continue
            if asked.reference == "platform":
                boms.append((at, asked.name, asked.constraint))
                continue
            if asked.reference:
                if not asked.reference.startswith("project("):
                    left_out.append(_left_out(at, one, "requirement.path"))
                continue
            if asked.inherits and not asked.constraint:
                managed.append(at)
            else:
                _sort(at, one, hard, soft, left_out)
        boms += _imported(at, subject)
        left_out += [
            NotChecked(at, rule, COMPUTED, path, line)
            for path, line, rule in subject.joined.not_read
            if _is_jvm(path) and not rule.startswith("dependencies.")
        ]
    faults = [
        (at, path)
        for at, subject in enumerate(subjects)
        for path, reading in subject.joined.readings.items()
        if reading.fault and _is_jvm(path)
    ]
    return Wanted(tuple(hard), tuple(soft), tuple(boms), tuple(left_out), tuple(faults), tuple(managed))


def _is_jvm(path: str) -> bool:
    row = reader_of(path)
    return row is not None and row[0] == "jvm"


def _sort(
    at: int, one: Stated, hard: list[Statement], soft: list[tuple[Statement, Key]], left_out: list[NotChecked]
) -> None:
    asked = one.asked
    ranges, version = hard_range(asked.constraint), order_of(asked.constraint)
    strict = asked.rule == STRICT
    if strict and ranges is None and version is not None:
        ranges = (Interval(version, True, version, True),)
    if ranges is not None and (strict or one.path.endswith(".xml")):
        hard.append(Statement(at, asked.name, one, ranges, one.path))
        return
    ranges = ranges or prefix_range(asked.constraint)
    least = version or (ranges[0].low if ranges else None)
    if least is not None:
        soft.append((Statement(at, asked.name, one, (Interval(least),), one.path), least))
    elif not asked.constraint.startswith("latest."):
        left_out.append(_left_out(at, one, "requirement.unreadable"))


def _left_out(at: int, one: Stated, reason: str) -> NotChecked:
    written = f"{one.asked.name} {one.asked.constraint or one.asked.reference}".strip()
    return NotChecked(at, reason, written, one.path, one.asked.line)


def _imported(at: int, subject: Subject) -> Iterator[tuple[int, str, str]]:
    """BOMs that poms import."""
    for path, reading in subject.joined.readings.items():
        if path.endswith(".xml"):
            yield from ((at, offer.name, offer.constraint) for offer in reading.offers if offer.group == "import")


def _clashes(
    subjects: Sequence[Subject], wanted: Wanted
) -> tuple[tuple[Conflict, ...], list[tuple[Statement, ...]], bool]:
    """Hard statements against each other; strict ones also against higher wishes."""
    conflicts: list[Conflict] = []
    clashing: list[tuple[Statement, ...]] = []
    faulty = False
    for name in sorted({one.name for one in wanted.hard}):
        hard = [one for one in wanted.hard if one.name == name]
        own = own_faults(JVM, hard)
        guilty = {one.subject for members in own for one in members}
        strict = any(one.stated.asked.rule == STRICT for one in hard)
        joined = [*hard, *(one for one, _ in wanted.soft if one.name == name)] if strict else hard
        joint = joint_clashes(JVM, [one for one in joined if one.subject not in guilty])
        faulty = faulty or bool(own)
        conflicts += [conflict_of(JVM, subjects, one, "alone", len(conflicts) + at) for at, one in enumerate(own, 1)]
        conflicts += [conflict_of(JVM, subjects, one, "static", len(conflicts) + at) for at, one in enumerate(joint, 1)]
        if joint:
            clashing.append(tuple(joined))
    return tuple(conflicts[:MAX_CONFLICTS]), clashing, faulty


def _alone(subjects: Sequence[Subject], wanted: Wanted, faulty: bool) -> Iterator[Alone]:
    unreadable = {at for at, _ in wanted.faults}
    for at, subject in enumerate(subjects):
        mine = [one for one in wanted.hard if one.subject == at]
        if faulty and any(own_faults(JVM, [one for one in mine if one.name == name]) for name in _names(mine)):
            yield Alone(at, "incompatible")
        elif at in unreadable:
            yield Alone(at, "unknown", "unreadable")
        elif any(one.ecosystem == "jvm" for one in subject.joined.direct):
            yield Alone(at, "compatible")


def _names(statements: Sequence[Statement]) -> list[str]:
    return sorted({one.name for one in statements})


def _packages(subjects: Sequence[Subject], wishes: Wishes, wanted: Wanted) -> tuple[JointPackage, ...]:
    """What locks hold, and the highest version that is asked for of each direct package."""
    found = {(one.name, one.version): one for one in locked_packages(JVM, subjects, wishes)}
    named = {name for name, _ in found}
    for name, soft in sorted(_by_name(wanted).items()):
        best = max(soft, key=lambda one: one[1])[0]
        if name not in named:
            labels = dict.fromkeys(subjects[one.subject].label for one, _ in soft)
            version = best.constraint
            found[name, version] = JointPackage("jvm", name, version, tuple(labels))
    return tuple(found[key] for key in sorted(found))


def _by_name(wanted: Wanted) -> Mapping[str, list[tuple[Statement, Key]]]:
    found: dict[str, list[tuple[Statement, Key]]] = {}
    for one, key in wanted.soft:
        found.setdefault(one.name, []).append((one, key))
    return found


def _notes(subjects: Sequence[Subject], wanted: Wanted) -> Iterator[str]:
    yield (
        "Maven and Gradle: hard ranges and strict versions were compared exactly; what packages ask for in turn was "
        "not resolved, because no repository of artefacts was asked."
    )
    for at in dict.fromkeys(wanted.managed):
        count = wanted.managed.count(at)
        yield f"{subjects[at].label}: a parent or BOM outside of the tree sets versions, of {count} in all."
    mediated = [
        f"{name} ({_each(subjects, soft)})"
        for name, soft in sorted(_by_name(wanted).items())
        if len({one.subject for one, _ in soft}) > 1 and len({key for _, key in soft}) > 1
    ]
    if mediated:
        more = f" and {len(mediated) - MAX_TOLD} more" if len(mediated) > MAX_TOLD else ""
        yield (
            "Asked for at different versions; Maven takes the nearest, Gradle the highest, so Maven may lower one: "
            f"{', '.join(mediated[:MAX_TOLD])}{more}."
        )
    yield from _lowered(subjects, wanted)
    boms: dict[str, dict[str, list[str]]] = {}
    for at, name, version in wanted.boms:
        labels = boms.setdefault(name, {}).setdefault(version, [])
        if subjects[at].label not in labels:
            labels.append(subjects[at].label)
    for name, versions in sorted(boms.items()):
        if len({label for labels in versions.values() for label in labels}) > 1 and len(versions) > 1:
            told = ", ".join(f"{'/'.join(labels)} {version or 'unset'}" for version, labels in sorted(versions.items()))
            yield f"The bill of materials {name} is imported at different versions ({told}); the first import wins."
    yield from (f"{subjects[at].label}: {path} could not be read." for at, path in wanted.faults[:MAX_TOLD])


def _each(subjects: Sequence[Subject], soft: Sequence[tuple[Statement, Key]]) -> str:
    told = dict.fromkeys(f"{subjects[one.subject].label} {one.constraint}" for one, _ in soft)
    return ", ".join(list(told)[:4])


def _lowered(subjects: Sequence[Subject], wanted: Wanted) -> Iterator[str]:
    """A hard range that excludes what another repository wishes: no failure, a downgrade."""
    for hard in wanted.hard:
        for soft, key in wanted.soft:
            apart = soft.name == hard.name and soft.subject != hard.subject and hard.stated.asked.rule != STRICT
            if apart and not contains(hard.ranges, key):
                asking, binding = subjects[soft.subject].label, subjects[hard.subject].label
                bound = f"{binding} binds {hard.name} to {hard.constraint}"
                yield f"{bound}; {asking} asks for {soft.constraint} and gets it not."
