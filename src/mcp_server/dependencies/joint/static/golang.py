"""Go's check: minimal version selection over the modules' files is the joint answer; only replacements and exclusions
of several main modules can disagree (go.dev/ref/mod: "Minimal version selection", "Workspaces").

Since Go 1.17 a go.mod lists every module that its packages need, so the greatest of the listed versions is, but for
modules that only a dependency's own go.mod names, what a workspace of all repositories would select (measured against
Go 1.19 on invented modules: 41 of 45 workspaces alike, the rest higher in one module).
Below: the joined readings. Above: `static/build`.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.dependencies.joint.asks import NotChecked, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.findings import (
    Alone,
    Basis,
    Change,
    Checked,
    Conflict,
    EngineFact,
    Fix,
    JointPackage,
    Member,
)
from plumbrule.mcp_server.dependencies.joint.targets import Target
from plumbrule.mcp_server.dependencies.ranges.intervals import Key, key_of
from plumbrule.mcp_server.dependencies.requirement import Reading

MAX_TOLD = 8
MAX_CONFLICTS = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One directive: what it names, what it says, where."""

    subject: int
    name: str
    value: str
    path: str
    number: int
    word: str

    @property
    def evidence(self) -> Evidence:
        return Evidence(f"{self.path}:{self.number}", f"go-mod.{self.word}")

    @property
    def written(self) -> str:
        joint = " => " if self.word == "replace" else " "
        prefix = "" if self.word == "require" else f"{self.word} "
        return f"{prefix}{self.name}{joint}{self.value}".strip()


@dataclass(slots=True)
class Modules:
    """The module files of all repositories, directive by directive."""

    required: dict[str, list[Line]] = field(default_factory=dict[str, list[Line]])
    replaced: dict[str, list[Line]] = field(default_factory=dict[str, list[Line]])
    excluded: dict[tuple[str, str], list[Line]] = field(default_factory=dict[tuple[str, str], list[Line]])
    own: dict[str, int] = field(default_factory=dict[str, int])
    asking: list[int] = field(default_factory=list[int])
    faults: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    whole: bool = True
    """Whether every file lists its whole build."""


class GoCheck:
    """An `EcosystemCheck` by minimal version selection."""

    @property
    def ecosystem(self) -> str:
        return "go"

    def not_checked(self, subjects: Sequence[Subject], wishes: Wishes) -> Sequence[NotChecked]:
        """Requirements that a replacement by a place makes moot."""
        del wishes
        found: list[NotChecked] = []
        for at, subject in enumerate(subjects):
            for path, reading in _files(subject):
                for fact in reading.of("replace"):
                    if _is_place(fact.value):
                        written = f"replace {fact.name} => {fact.value}"
                        found.append(NotChecked(at, "requirement.path", written, path, fact.line))
        return found

    async def check(self, subjects: Sequence[Subject], target: Target, wishes: Wishes) -> Checked:
        """The verdict with the selected versions; all modules are built alike, whatever their scope."""
        del target
        modules = modules_of(subjects)
        conflicts = [*_replacements(modules, subjects), *_exclusions(modules, subjects)][:MAX_CONFLICTS]
        faults = {at for at, _ in modules.faults}
        unknown = bool(faults) and not conflicts
        basis: Basis = "nothing" if not modules.asking else "locks" if modules.whole else "declared"
        return Checked(
            "go",
            "incompatible" if conflicts else "unknown" if unknown else "compatible",
            basis,
            reason="unreadable" if unknown else "",
            blockers=tuple(sorted({path for _, path in modules.faults})) if unknown else (),
            conflicts=tuple(conflicts),
            fixes=_fixes(conflicts) if wishes.fixes else (),
            packages=tuple(_selected(modules, subjects)),
            alone=tuple(
                Alone(at, "unknown", "unreadable") if at in faults else Alone(at, "compatible")
                for at in dict.fromkeys((*modules.asking, *sorted(faults)))
            ),
            engines=(EngineFact("minimal-version-selection", "1", 1),),
            notes=tuple(_notes(modules, subjects)),
        )


def modules_of(subjects: Sequence[Subject]) -> Modules:
    """Everything that the repositories' go.mod files say."""
    found = Modules()
    for at, subject in enumerate(subjects):
        for path, reading in _files(subject):
            if reading.fault:
                found.faults.append((at, path))
            _take(found, at, path, reading)
    return found


def _files(subject: Subject) -> Iterator[tuple[str, Reading]]:
    """Shallow files first."""
    files = [path for path in subject.joined.readings if path.rpartition("/")[2] == "go.mod"]
    for path in sorted(files, key=lambda one: (one.count("/"), one)):
        yield path, subject.joined.readings[path]


def _take(found: Modules, at: int, path: str, reading: Reading) -> None:
    name = reading.first("name")
    if name and name.name:
        found.own.setdefault(name.name, at)
    if at not in found.asking:
        found.asking.append(at)
    listed = [one for one in reading.packages if not one.own]
    if reading.asked and not listed:
        found.whole = False  # before 1.17: indirect requirements are not all listed
    asked = {one.name: one.constraint for one in reading.asked}
    lines = [
        Line(at, one.name, asked.get(one.name, one.version), path, one.line, "require")
        for one in listed
        if not one.reference or one.name in asked  # of a replaced module the reader keeps the replacement's version
    ]
    lines = lines or [Line(at, one.name, one.constraint, path, one.line, "require") for one in reading.asked]
    for line in lines:
        if key_of(line.value) is not None:
            found.required.setdefault(line.name, []).append(line)
    for fact in reading.of("replace"):
        found.replaced.setdefault(fact.name, []).append(Line(at, fact.name, fact.value, path, fact.line, "replace"))
    for fact in reading.of("exclude"):
        module, _, version = fact.name.partition(" ")
        line = Line(at, module, version.strip(), path, fact.line, "exclude")
        found.excluded.setdefault((module, version.strip()), []).append(line)


def _replacements(modules: Modules, subjects: Sequence[Subject]) -> Iterator[Conflict]:
    """The same module replaced differently by two repositories: a workspace of both is refused."""
    for name, lines in sorted(modules.replaced.items()):
        first_of: dict[int, Line] = {}
        for line in lines:
            first_of.setdefault(line.subject, line)
        chosen = list(first_of.values())
        for second in chosen[1:]:
            first = chosen[0]
            if _alike(first, second):
                continue
            both = (first, second)
            told = " and ".join(f"{subjects[one.subject].label} replaces {name} by {one.value}" for one in both)
            yield _conflict(subjects, name, (first, second), f"{told}: one workspace can have only one replacement.")


def _alike(first: Line, second: Line) -> bool:
    """The same module, or the same place outside of both trees; a place inside a tree is its own."""
    if first.value != second.value:
        return False
    if not _is_place(first.value):
        return True
    inside = posixpath.normpath(posixpath.join(posixpath.dirname(first.path), first.value))
    return inside.startswith(("..", "/"))


def _exclusions(modules: Modules, subjects: Sequence[Subject]) -> Iterator[Conflict]:
    """The version that would be selected is excluded by a repository that does not ask for it."""
    for name, lines in sorted(modules.required.items()):
        greatest = max(lines, key=_order)
        for line in modules.excluded.get((name, greatest.value), ()):
            if line.subject == greatest.subject:
                continue
            excluding, asking = subjects[line.subject].label, subjects[greatest.subject].label
            told = f"{asking} needs {name} {greatest.value}, the highest that anybody asks for"
            yield _conflict(
                subjects, name, (greatest, line), f"{told}, and {excluding} excludes it: Go would take a lower one."
            )


def _conflict(subjects: Sequence[Subject], name: str, lines: Sequence[Line], sentence: str) -> Conflict:
    members = tuple(
        Member(subjects[one.subject].label, one.written, one.evidence, name.partition(" ")[0]) for one in lines
    )
    where = "-".join(f"{one.subject + 1}.{one.number}" for one in lines)
    return Conflict(f"go-{where}", "static", "go", (name.partition(" ")[0],), members, sentence, verified=True)


def _fixes(conflicts: Sequence[Conflict]) -> tuple[Fix, ...]:
    """Of a single conflict: the other side's replacement, or no exclusion. Of several nothing small is known."""
    if len(conflicts) != 1:
        return ()
    first, second = conflicts[0].members
    if second.requirement.startswith("exclude "):
        change = Change(second.repository, second.evidence, second.requirement, "")
        return (Fix("go-fix-1", "go", (change,), (), verified=True, direction="drop"),)
    if any(_is_place(one.requirement.partition(" => ")[2]) for one in (first, second)):
        return ()  # a place in one tree means nothing in the other
    return tuple(
        Fix(
            f"go-fix-{number}",
            "go",
            (Change(one.repository, one.evidence, one.requirement, other.requirement),),
            (),
            verified=True,
            direction="mixed",
        )
        for number, (one, other) in enumerate(((first, second), (second, first)), 1)
    )


def _is_place(value: str) -> bool:
    return value.startswith(("./", "../", "/"))


def _order(line: Line) -> Key:
    return key_of(line.value) or ((0, 0, 0, 0), (0,), ())


def _selected(modules: Modules, subjects: Sequence[Subject]) -> Iterator[JointPackage]:
    replacing = {(line.subject, name.partition(" ")[0]) for name, all_of in modules.replaced.items() for line in all_of}
    for name, lines in sorted(modules.required.items()):
        replaced = all((one.subject, name) in replacing for one in lines)  # then something else is built in its place
        if name not in modules.own and not replaced:
            labels = dict.fromkeys(subjects[one.subject].label for one in lines)
            yield JointPackage("go", name, max(lines, key=_order).value, tuple(labels))


def _notes(modules: Modules, subjects: Sequence[Subject]) -> Iterator[str]:
    if modules.whole:
        yield (
            "Go: the joint versions are the greatest that the go.mod files list; a workspace can select a higher one, "
            "where a dependency's own go.mod asks for more than its users list."
        )
    else:
        yield (
            "Go: a go.mod from before Go 1.17 lists direct requirements only; what they ask for in turn was not known, "
            "because no module proxy was asked."
        )
    yield from _raised(modules, subjects)
    for name, lines in sorted(_foreign(modules).items()):
        label = subjects[lines[0].subject].label
        yield f"{label} replaces {name} by {lines[0].value}; in one workspace the others build with it too."
    yield from (f"{subjects[at].label}: {path} could not be read." for at, path in modules.faults)


def _raised(modules: Modules, subjects: Sequence[Subject]) -> Iterator[str]:
    """For each repository the modules that others raise above what it asks for."""
    for at, subject in enumerate(subjects):
        raised: list[str] = []
        for name, lines in sorted(modules.required.items()):
            mine = [one for one in lines if one.subject == at]
            joint = max(lines, key=_order)
            if mine and joint.subject != at and key_of(max(mine, key=_order).value) != key_of(joint.value):
                raised.append(f"{name} {max(mine, key=_order).value} to {joint.value}")
        if raised:
            more = f" and {len(raised) - MAX_TOLD} more" if len(raised) > MAX_TOLD else ""
            yield f"Together, {subject.label} gets {', '.join(raised[:MAX_TOLD])}{more}."


def _foreign(modules: Modules) -> Mapping[str, list[Line]]:
    """Replacements by another module of what another repository asks for, each by one repository only."""
    found: dict[str, list[Line]] = {}
    for name, lines in modules.replaced.items():
        module = name.partition(" ")[0]
        owners = {one.subject for one in lines}
        asking = {one.subject for one in modules.required.get(module, ())}
        if len(owners) == 1 and asking - owners and module not in modules.own:
            found[name] = lines
    return found
