"""npm's joint question locked: `package-lock.json` as npm writes it, with the `package.json` that it belongs to.

JSON holds no comments, so what a lock says at its head and beside each package stands in the manifest, under a key of
our own that npm passes over. Below: the engine, `dependencies/lock`. Above: `lockers`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import orjson

from plumbrule.core.errors import InternalError, InvalidArgument
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.words import place, word
from plumbrule.mcp_server.compatibility.check import Opened
from plumbrule.mcp_server.compatibility.locking import Settled, left_out, sentence_of, words_of
from plumbrule.mcp_server.compatibility.resolution_report import Explanation, OutputName
from plumbrule.mcp_server.compatibility.why import Explained, explanation_of
from plumbrule.mcp_server.dependencies.engines.npm import NpmEngine, NpmLock
from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.findings import EngineFact
from plumbrule.mcp_server.dependencies.joint.npm import NpmCheck
from plumbrule.mcp_server.dependencies.joint.question import Pin, Unknown, Unsolved
from plumbrule.mcp_server.dependencies.lock.bill import JointPart
from plumbrule.mcp_server.dependencies.lock.grammar import npm_grammar
from plumbrule.mcp_server.dependencies.lock.model import Asking, Direct
from plumbrule.mcp_server.dependencies.lock.posed import ChangeLost, Posed, posed
from plumbrule.mcp_server.dependencies.lock.provenance import askings_of
from plumbrule.mcp_server.dependencies.lock.words import absence

ECOSYSTEM = "javascript"
KEY = "plumbrule"
"""Of the manifest, for what npm does not read."""


@dataclass(frozen=True, slots=True)
class NpmLocked:
    """As `lockers.Locked`."""

    lock: NpmLock
    posed: Posed
    pins: tuple[Pin, ...]
    asked: Mapping[str, tuple[Asking, ...]]
    oracle: NpmEngine
    settled: Settled

    @property
    def asks(self) -> Sequence[Ask]:
        return self.posed.asks

    @property
    def engine(self) -> EngineFact:
        return EngineFact(self.oracle.name, self.oracle.version, 1)

    def askings(self, name: str) -> Sequence[Asking]:
        return self.asked.get(name, ())

    def files(self, output: OutputName) -> tuple[str, str]:
        del output  # npm has one
        manifest = cast("dict[str, Any]", orjson.loads(self.lock.package_json)) | {KEY: self._told()}
        text = orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
        return self.lock.package_lock, text

    def _told(self) -> dict[str, object]:
        """What the head of another format says, and who asked for each package."""
        missing = [left_out(one, self.settled.sides[one.subject].label) for one in self.settled.not_checked]
        told: dict[str, object] = {"target": words_of(self.settled.about), "complete": not missing}
        if self.posed.question.exclude_newer:
            told["excludeNewer"] = self.posed.question.exclude_newer
        if self.settled.changes:
            told["presumes"] = [sentence_of(one) for one in self.settled.changes]
        if missing:
            told["notChecked"] = [absence(one) for one in missing]
        told["askedBy"] = {name: [_asking(one) for one in found] for name, found in sorted(self.asked.items())}
        return told

    def parts(self) -> list[JointPart]:
        return [
            JointPart(ECOSYSTEM, one.name, one.version, one.via, self.asked.get(one.name, ()), one.integrity)
            for one in self.lock.chosen
        ]

    async def explained(self, package: str) -> Explanation:
        return await explanation_of(package, Explained(self.oracle, self.posed, self.pins, self.askings, npm_grammar()))


def _asking(one: Asking) -> dict[str, object]:
    told: dict[str, object] = {"repository": one.repository, "requirement": one.requirement}
    return told | ({"at": one.at} if one.at else {}) | ({"through": list(one.through)} if one.through else {})


class NpmLocker:
    """As `lockers.Locker`."""

    def __init__(self, engine: NpmEngine, check: NpmCheck) -> None:
        self._engine = engine
        self._check = check

    async def locked(self, opened: Opened, settled: Settled) -> NpmLocked | Unknown:
        """Raises InvalidArgument for members side by side: their lock is of several manifests."""
        if opened.wishes.combination == "workspace":
            raise InvalidArgument(
                "A package-lock.json is of one merged package.json.", hint="Leave the word workspace out of policy."
            )
        oracle = self._check.case(opened.subjects, settled.target, opened.wishes).oracle
        try:
            asked = posed(oracle, settled.changes, npm_requirement)
        except ChangeLost as error:
            raise InternalError("A fix could not be put back into its question.") from error
        made = await self._engine.lock(asked.question)
        if isinstance(made, Unknown):
            return made
        if isinstance(made, Unsolved):
            return Unknown("engine_failed", (), "The registry changed while it was asked.")
        pins = tuple(Pin(one.name, one.version, "", one.via) for one in made.chosen)
        direct = [_direct(ask, asked.label(ask.subject)) for ask in asked.asks if ask.kind in ("package", "added")]
        return NpmLocked(made, asked, pins, askings_of(pins, direct), self._engine, settled)


def _direct(ask: Ask, label: str) -> Direct:
    at = place(ask.path, ask.line) if ask.path else ""
    return Direct(label, ask.name, ask.requirement, word(ask.written), at, ask.rule)


def npm_requirement(ask: Ask, constraint: str) -> str | None:
    """The same ask with another range, as the engine is told it."""
    before = ask.constraint or "*"
    return f"{ask.requirement.removesuffix(before)}{constraint or '*'}" if ask.requirement.endswith(before) else None
