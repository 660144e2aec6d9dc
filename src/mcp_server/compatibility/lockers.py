"""How each ecosystem with an engine is locked: the same question as its check asked, or the one that a fix leaves.

Below: `locking`, `why`, the checks' own questions. Above: `resolution`, which knows no ecosystem.
"""

from collections.abc import Sequence
from typing import Protocol

from plumbrule.core.errors import InternalError
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.compatibility.check import Opened
from plumbrule.mcp_server.compatibility.locking import LockingEngine, Settled, python_lock
from plumbrule.mcp_server.compatibility.resolution_report import Explanation, OutputName
from plumbrule.mcp_server.compatibility.why import Explained, explanation_of
from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.findings import EngineFact
from plumbrule.mcp_server.dependencies.joint.question import Pin, Solved, Unknown
from plumbrule.mcp_server.dependencies.lock import pylock, pyproject, requirements
from plumbrule.mcp_server.dependencies.lock.bill import JointPart, python_parts
from plumbrule.mcp_server.dependencies.lock.grammar import python_grammar
from plumbrule.mcp_server.dependencies.lock.model import Asking, JointLock
from plumbrule.mcp_server.dependencies.lock.posed import ChangeLost, Posed, posed


class Locked(Protocol):
    """One ecosystem's joint set, written down."""

    @property
    def asks(self) -> Sequence[Ask]: ...

    @property
    def pins(self) -> Sequence[Pin]: ...

    @property
    def engine(self) -> EngineFact: ...

    def askings(self, name: str) -> Sequence[Asking]:
        """Who asked for the package of this name."""
        ...

    def files(self, output: OutputName) -> tuple[str, str]:
        """The text of an output, and of the manifest that belongs to it ("": none)."""
        ...

    def parts(self) -> list[JointPart]: ...

    async def explained(self, package: str) -> Explanation: ...


class Locker(Protocol):
    """Locks one ecosystem."""

    async def locked(self, opened: Opened, settled: Settled) -> Locked | Unknown: ...


@dataclass(frozen=True, slots=True)
class PythonLocked:
    """As `Locked`."""

    lock: JointLock
    solved: Solved
    posed: Posed
    oracle: LockingEngine

    @property
    def asks(self) -> Sequence[Ask]:
        return self.posed.asks

    @property
    def pins(self) -> Sequence[Pin]:
        return self.solved.pins

    @property
    def engine(self) -> EngineFact:
        return EngineFact(self.oracle.name, self.oracle.version, 1)

    def askings(self, name: str) -> Sequence[Asking]:
        return self.lock.askings(name)

    def files(self, output: OutputName) -> tuple[str, str]:
        write = {"requirements.txt": requirements.write, "pyproject.toml": pyproject.write}.get(output, pylock.write)
        return write(self.lock), ""

    def parts(self) -> list[JointPart]:
        return python_parts(self.lock)

    async def explained(self, package: str) -> Explanation:
        about = Explained(self.oracle, self.posed, self.solved.pins, self.askings, python_grammar())
        return await explanation_of(package, about)


class PythonLocker:
    """As `Locker`."""

    def __init__(self, engine: LockingEngine) -> None:
        self._engine = engine

    async def locked(self, opened: Opened, settled: Settled) -> Locked | Unknown:
        from plumbrule.mcp_server.dependencies.joint.python import python_case  # where there is something to lock

        case = python_case(self._engine, opened.subjects, settled.target, opened.wishes)
        try:
            asked = posed(case.oracle, settled.changes, _python_requirement)
        except ChangeLost as error:
            raise InternalError("A fix could not be put back into its question.") from error
        made = await python_lock(self._engine, asked, settled)
        if isinstance(made, Unknown):
            return made
        lock, solved = made
        return PythonLocked(lock, solved, asked, self._engine)


def _python_requirement(ask: Ask, constraint: str) -> str | None:
    """The same ask with another constraint, as engines are told it."""
    from packaging.requirements import Requirement  # as above

    from plumbrule.mcp_server.dependencies.joint.python_words import pep440, requirement_line

    if ask.kind == "runtime":
        return pep440(constraint)
    before = Requirement(ask.requirement)
    marker = str(before.marker) if before.marker else ""
    return requirement_line(before.name, tuple(sorted(before.extras)), constraint, marker)
