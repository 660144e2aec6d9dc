"""A joint question locked: what an engine answered becomes a lock with who asked for what, every text made safe.

Below: `dependencies/lock` (formats), the engines. Above: `resolution`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.words import place, word
from plumbrule.mcp_server.compatibility.subject import Side as Opened
from plumbrule.mcp_server.dependencies.engines.listing import Release
from plumbrule.mcp_server.dependencies.engines.uv import Written
from plumbrule.mcp_server.dependencies.joint.asks import Ask, NotChecked
from plumbrule.mcp_server.dependencies.joint.findings import Change
from plumbrule.mcp_server.dependencies.joint.question import Engine, Question, Solved, Unknown, Unsolved
from plumbrule.mcp_server.dependencies.joint.targets import Target, shown
from plumbrule.mcp_server.dependencies.lock import pylock
from plumbrule.mcp_server.dependencies.lock.model import Direct, JointLock, LeftOut, LockedFile, LockedPackage, Side
from plumbrule.mcp_server.dependencies.lock.posed import Posed
from plumbrule.mcp_server.dependencies.lock.provenance import askings_of, links_of
from plumbrule.mcp_server.dependencies.lock.scope import (
    environments_of,
    intersection,
    python_of,
    solving_environments_of,
)


class LockingEngine(Engine, Protocol):
    """An engine that also writes what it solved as a file."""

    async def lock(self, question: Question, *, anew: bool = False) -> Written | Unsolved | Unknown: ...


@dataclass(frozen=True, slots=True)
class Settled:
    """What stands around a lock: the sides, the target, what no engine was told, which edits are presumed.

    `about` is the target without runtimes that the output has nothing to do with: what people are told.
    """

    sides: tuple[Opened, ...]
    target: Target
    about: Target
    not_checked: tuple[NotChecked, ...] = ()
    changes: tuple[Change, ...] = ()


async def python_lock(engine: LockingEngine, posed: Posed, settled: Settled) -> tuple[JointLock, Solved] | Unknown:
    """The lock of a question that was found to have a solution; why not, where the index changed meanwhile."""
    for anew in (False, True):  # what is remembered may be ten minutes old, and the index newer
        made = await engine.lock(posed.question, anew=anew)
        if isinstance(made, Unknown):
            return made
        if isinstance(made, Unsolved):
            break
        try:
            packages = pylock.read(made.text, {name: _source(one) for name, one in made.sources.items()})
        except pylock.UnreadableLock as error:
            return Unknown("engine_failed", (), f"Its lock cannot be passed on: {error}.")
        if {(one.name, one.version) for one in packages} == {(pin.name, pin.version) for pin in made.solved.pins}:
            return joint_lock(packages, made.solved, posed, settled), made.solved
    return Unknown("engine_failed", (), "The index changed while it was asked.")


def _source(release: Release) -> LockedFile:
    """The source of a release: an installer builds it, where nobody publishes a wheel."""
    url = pylock.without_credentials(release.sdist)
    return LockedFile(
        pylock.file_name(url),
        url,
        (("sha256", release.sdist_sha256),),
        release.sdist_size,
        pylock.moment(release.uploaded),
    )


def joint_lock(packages: Sequence[LockedPackage], solved: Solved, posed: Posed, settled: Settled) -> JointLock:
    """The lock of a solution."""
    direct = tuple(_direct(ask, posed.label(ask.subject)) for ask in posed.asks if ask.kind in ("package", "added"))
    question, target = posed.question, settled.target
    joint = intersection(party.runtime for party in question.parties)
    return JointLock(
        target=words_of(settled.about),
        sides=tuple(side_of(side) for side in settled.sides),
        packages=tuple(packages),
        asked=tuple(sorted(askings_of(solved.pins, direct).items())),
        links=links_of(solved.pins),
        direct=direct,
        constraints=question.constraints,
        overrides=question.overrides,
        requires_python=python_of(target, joint),
        joint_python=joint or (f">={target.python}" if target.python else ""),
        environments=environments_of(target),
        solving_environments=solving_environments_of(target),
        left_out=tuple(left_out(one, settled.sides[one.subject].label) for one in settled.not_checked),
        siblings=tuple(_sibling(ask, posed.label(ask.subject)) for ask in posed.siblings),
        presumes=tuple(sentence_of(one) for one in settled.changes),
        exclude_newer=question.exclude_newer,
        prereleases=question.prereleases == "allow",
    )


def _direct(ask: Ask, label: str) -> Direct:
    at = place(ask.path, ask.line) if ask.path else ""
    return Direct(label, ask.name, ask.requirement, word(ask.written), at, ask.rule)


def _sibling(ask: Ask, label: str) -> str:
    return f"{label} {place(ask.path, ask.line)}: {word(ask.written)}"


def side_of(side: Opened) -> Side:
    """Its label and what it was read at; a work tree with changes has no name for that."""
    source = side.source
    revision = "" if source is None or source.dirty else source.commit or source.version or ""
    return Side(side.label, word(revision))


def left_out(one: NotChecked, label: str) -> LeftOut:
    """What no engine was told, safe to show."""
    return LeftOut(label, word(one.written), place(one.path, one.line), one.reason)


def sentence_of(change: Change) -> str:
    """`repo-a pyproject.toml:7: numpy<2 becomes numpy<3`."""
    at = f" {change.evidence.at}" if change.evidence else ""
    to = f"becomes {word(change.to)}" if change.to else "goes"
    return f"{change.repository}{at}: {word(change.requirement)} {to}"


def narrowed(target: Target, ecosystems: Sequence[str]) -> Target:
    """The target without the runtimes of other ecosystems."""
    foreign = [name for name, of in (("python", "python"), ("node", "javascript")) if of not in ecosystems]
    return replace(
        target,
        python="" if "python" in foreign else target.python,
        node="" if "node" in foreign else target.node,
        derived=tuple(one for one in target.derived if one.partition(" ")[0] not in foreign),
    )


def words_of(target: Target) -> str:
    """`Python 3.12 on linux x86_64`, `Python 3.10 and newer on every platform`; without a runtime its own word."""
    newer = " and newer" if target.universal else ""
    runtimes = [f"Python {target.python}{newer}" if target.python else "", f"Node {target.node}" if target.node else ""]
    named = " and ".join(filter(None, runtimes)) or shown(target)
    return f"{named} on every platform" if target.universal else f"{named} on {target.platform} {target.machine}"
