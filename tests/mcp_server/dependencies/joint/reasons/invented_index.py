"""An engine over an invented Python index in memory: exact, and honest in its proofs. Nothing of ours decides in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from plumbrule.mcp_server.dependencies.joint.asks import Ask, AskKind
from plumbrule.mcp_server.dependencies.joint.question import (
    Answer,
    Edge,
    Pin,
    Question,
    Solved,
    Unknown,
    UnknownReason,
    Unsolved,
)
from plumbrule.mcp_server.dependencies.joint.targets import Target

Index = Mapping[str, Mapping[str, Sequence[str]]]
"""Package to version to what that requires, as PEP 508 lines; `python<3.12` among them is the release's own range."""


@dataclass
class InventedEngine:
    """As `question.Engine`. `unjudged` are packages that cannot be read; `down` is why nothing is answered at all."""

    index: Index
    unjudged: frozenset[str] = frozenset()
    down: UnknownReason | None = None
    proofs: bool = True
    questions: list[Question] = field(default_factory=list[Question])
    name: str = "invented"
    version: str = "1"

    async def versions(self, package: str, target: Target, exclude_newer: str = "") -> Sequence[str]:
        found = sorted(map(Version, self.index.get(package, ())), reverse=True)
        return [str(one) for one in found if not one.is_prerelease]

    async def solve(self, question: Question) -> Answer:
        self.questions.append(question)
        if self.down:
            return Unknown(self.down)
        run = _Run(self, question)
        wanted = [
            (party.label, Requirement(line))
            for party in question.parties
            for line in party.requires
            if run.counts(line)
        ]
        found = run.solve({}, wanted)
        if run.unread:
            return Unknown("needs_build", tuple(sorted(run.unread)))
        if found is None:
            return Unsolved(tuple(run.edges()) if self.proofs else ())
        pins = (
            Pin(name, str(number), via=tuple(sorted(run.via(name, found, wanted)))) for name, number in found.items()
        )
        return Solved(tuple(sorted(pins)))


class _Run:
    def __init__(self, engine: InventedEngine, question: Question) -> None:
        self.engine = engine
        self.question = question
        self.unread: set[str] = set()
        self.constraints = [Requirement(line) for line in question.constraints]
        self.gone = {Requirement(line).name for line in question.overrides}

    def counts(self, line: str) -> bool:
        one = Requirement(line)
        environment = {"python_version": self.question.target.python, "sys_platform": "linux", "extra": ""}
        return one.name not in self.gone and (one.marker is None or one.marker.evaluate(environment))

    def solve(self, chosen: dict[str, Version], wanted: list[tuple[str, Requirement]]) -> dict[str, Version] | None:
        for _, one in wanted:
            if one.name == "python" and not self.fits_python(one.specifier):
                return None
            if one.name in chosen and not one.specifier.contains(chosen[one.name], prereleases=True):
                return None
        name = next((one.name for _, one in wanted if one.name not in chosen and one.name != "python"), None)
        if name is None:
            return chosen
        if name in self.engine.unjudged:
            self.unread.add(name)
            return None
        for number in self.candidates(name, [one.specifier for _, one in wanted if one.name == name]):
            found = self.solve({**chosen, name: number}, wanted + list(self.needs(name, number)))
            if found is not None:
                return found
        return None

    def fits_python(self, specifier: SpecifierSet) -> bool:
        return specifier.contains(f"{self.question.target.python}.0")

    def candidates(self, name: str, specifiers: Sequence[SpecifierSet]) -> list[Version]:
        held = [one.specifier for one in self.constraints if one.name == name]
        numbers = sorted(map(Version, self.engine.index.get(name, ())), reverse=True)
        fitting = [one for one in numbers if all(each.contains(one, prereleases=True) for each in [*specifiers, *held])]
        final = [one for one in fitting if not one.is_prerelease]
        if self.question.prereleases == "disallow":
            return final
        return final + [one for one in fitting if one.is_prerelease]

    def needs(self, name: str, number: Version) -> Iterator[tuple[str, Requirement]]:
        lines = next(needs for text, needs in self.engine.index[name].items() if Version(text) == number)
        yield from ((name, Requirement(line)) for line in lines if self.counts(line))

    def via(self, name: str, found: Mapping[str, Version], wanted: list[tuple[str, Requirement]]) -> set[str]:
        direct = {label for label, one in wanted if one.name == name}
        return direct | {
            other for other, number in found.items() if any(one.name == name for _, one in self.needs(other, number))
        }

    def edges(self) -> Iterator[Edge]:
        """Everything that the parties' requirements can reach."""
        queue: list[str] = []
        for party in self.question.parties:
            for line in filter(self.counts, party.requires):
                one = Requirement(line)
                yield Edge(party.label, "", one.name, str(one.specifier))
                queue.append(one.name)
        for name in queue:
            for text in self.engine.index.get(name, ()):
                for _, one in self.needs(name, Version(text)):
                    yield Edge(name, text, one.name, str(one.specifier))
                    if one.name not in queue:
                        queue.append(one.name)


def ask(subject: int, requirement: str, line: int = 1, kind: AskKind = "package", path: str = "pyproject.toml") -> Ask:
    """A requirement of a repository; of the caller for subject -1."""
    if kind == "runtime":
        return Ask(subject, "python", "python", requirement, requirement, f"python{requirement}", path, line, kind=kind)
    read = Requirement(requirement)
    place = (path, line) if subject >= 0 else ("", 0)
    written = requirement.partition(";")[0].strip()
    constraint = written[len(read.name) :] if not read.extras else str(read.specifier)
    return Ask(subject, "python", read.name, constraint, requirement, written, *place, rule="test", kind=kind)
