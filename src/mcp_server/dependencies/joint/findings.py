"""What a check found: conflicts with their members, fixes, fixes that do not help. Part of the public result.

Plain values, made by the checks of each ecosystem; texts of the repositories are cleaned where the report is put
together (`compatibility/report`).
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from typing_extensions import Doc

from plumbrule.core.facts import Evidence, Words

Verdict = Literal["compatible", "incompatible", "unknown"]
ConflictKind = Literal["packages", "runtime", "peer", "alone", "static", "lock"]
Basis = Literal["resolved", "locks", "declared", "nothing"]


@dataclass(frozen=True, slots=True)
class Member:
    """One requirement that takes part. `via` is the path of packages from it to the clash, itself left out."""

    repository: Words
    requirement: Words
    evidence: Evidence | None = None
    """None for what the caller added."""
    package: Words = ""
    via: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """A minimal set of requirements that cannot hold together: without any one of them the others can.

    `verified` says that an engine, or exact range algebra, proved both halves of that sentence. `kind` `alone` is a
    fault of one repository by itself, `lock` a lock that does not hold what its manifest asks for.
    """

    id: str
    kind: ConflictKind
    ecosystem: str
    packages: tuple[Words, ...]
    members: tuple[Member, ...]
    sentence: Words
    verified: bool
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One edit: the requirement as it stands, and as it should stand. `to` is "" when it should go."""

    repository: Words
    evidence: Evidence | None
    requirement: Words
    to: Words


@dataclass(frozen=True, slots=True)
class ChosenVersion:
    package: Words
    version: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A smallest set of changes after which an engine found a solution. `resulting` are the versions of what changed
    or clashed. `clears` are ids of vulnerabilities that it also clears."""

    id: str
    ecosystem: str
    changes: tuple[Change, ...]
    resulting: tuple[ChosenVersion, ...]
    verified: bool
    direction: Literal["upgrade", "downgrade", "mixed", "drop"]
    clears: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockedFix:
    """A change that looks right and does not help, and the requirements that stand in its way."""

    ecosystem: str
    changes: tuple[Change, ...]
    reason: Words
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineFact:
    """Who answered. `calls` counts questions put, answered from memory or not."""

    name: str
    version: str
    calls: int
    said: Annotated[Words, Doc("The engine's own words, cut.")] = ""


@dataclass(frozen=True, slots=True)
class JointPackage:
    """A package of the joint set. `asked_by` are labels of repositories, directly or through others."""

    ecosystem: str
    name: Words
    version: str
    asked_by: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Alone:
    """How one repository stands by itself in one ecosystem."""

    subject: int
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """One ecosystem's answer for one target."""

    ecosystem: str
    verdict: Verdict
    basis: Basis
    reason: str = ""
    """Of `unknown`: a word of `UnknownReason`; otherwise ""."""
    blockers: tuple[str, ...] = ()
    """Of `unknown`: the packages that stood in the way."""
    conflicts: tuple[Conflict, ...] = ()
    fixes: tuple[Fix, ...] = ()
    blocked: tuple[BlockedFix, ...] = ()
    packages: tuple[JointPackage, ...] = ()
    alone: tuple[Alone, ...] = ()
    engines: tuple[EngineFact, ...] = ()
    limits_hit: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What was not known or was assumed, one sentence each."""
    combinations: tuple[tuple[str, Verdict], ...] = ()
    """Where "together" has several meanings, each with its verdict; `verdict` is that of the one which was wished."""
