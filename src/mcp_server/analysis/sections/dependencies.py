"""What the repository depends on, by what was declared, what was locked and what the code imports."""

from typing import Literal

from plumbrule.core.facts import Evidence, Words
from plumbrule.core.values import dataclass

Scope = Literal["runtime", "dev", "test", "optional", "build", "peer", "ci"]
State = Literal["declared", "locked", "imported"]


@dataclass(frozen=True, slots=True)
class Dependency:
    """One package that one manifest (or lock) asks for. Nothing is resolved: `constraint` is as written, `locked` is
    what a lock beside it says, None where none does.

    `inherited_from` is the place that sets the constraint when the manifest itself does not: a BOM, a parent, a
    catalog, a workspace. `group` is the extra, group, profile or target it belongs to; `marker` the condition as
    written. `reference` is a URL, path or VCS place that stands instead of a version: it is never followed. `alias` is
    the name under which the code knows it when that is another; `hashes` counts the digests that the manifest gives.
    `states` holds which of the three are true. `used_by` counts files that import it, `first_use` is the first.
    """

    name: Words
    ecosystem: str
    scope: Scope
    evidence: Evidence
    constraint: Words | None = None
    locked: Words | None = None
    purl: Words | None = None
    inherited_from: Words | None = None
    group: Words | None = None
    marker: Words | None = None
    extras: tuple[Words, ...] = ()
    reference: Words | None = None
    alias: Words | None = None
    hashes: int | None = None
    states: tuple[State, ...] = ()
    used_by: int | None = None
    first_use: Words | None = None


@dataclass(frozen=True, slots=True)
class LockedPackage:
    """A package that only a lock names. `depth` is 1 for what a direct dependency asks for; `parent` is one that asks.
    None where the lock does not say who asks; 0 for what a member of the workspace asks for whose manifest lies among
    examples or fixtures and is not listed."""

    name: Words
    version: Words
    ecosystem: str
    evidence: Evidence
    purl: Words | None = None
    depth: int | None = None
    parent: Words | None = None
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Undeclared:
    """A package that the code imports and no manifest in reach declares. `guess` is true when the distribution's name
    was taken from the import's."""

    name: Words
    ecosystem: str
    evidence: Evidence
    files: int
    scope: Scope = "runtime"
    guess: bool | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """Two statements of the repository itself that no version satisfies."""

    name: Words
    ecosystem: str
    first: Words
    first_at: Evidence
    second: Words
    second_at: Evidence


@dataclass(frozen=True, slots=True)
class Dependencies:
    """`unused` names declared runtime dependencies that no file imports, where the ecosystem's imports can be told.
    `not_read` lists manifests whose dependencies could not be read statically, with the reason."""

    direct: tuple[Dependency, ...]
    missing: tuple[Undeclared, ...] = ()
    unused: tuple[Dependency, ...] = ()
    clashes: tuple[Clash, ...] = ()
    transitive: tuple[LockedPackage, ...] = ()
    not_read: tuple[Evidence, ...] = ()
