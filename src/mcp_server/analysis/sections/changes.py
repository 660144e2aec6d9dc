"""What `since` answers: only what is different, by kind, what can break others first."""

from dataclasses import field
from typing import Literal

from plumbrule.core.facts import Evidence, Words
from plumbrule.core.values import dataclass

Change = Literal["added", "removed", "changed"]
Breaking = Literal["yes", "no", "perhaps"]
"""`perhaps`: a type was written differently; whether callers break depends on the types."""


@dataclass(frozen=True, slots=True)
class FileChanges:
    """Files by number. `moved` are those with the same bytes, or the one of its name, in another place."""

    added: int = 0
    removed: int = 0
    changed: int = 0
    moved: int = 0


@dataclass(frozen=True, slots=True)
class LanguageChange:
    """A language whose share of the source moved by a tenth of a percent or more; 0 where it was or is absent."""

    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class DependencyChange:
    """A direct dependency. `before` and `after` are what was asked for, as written; the locked version where only that
    moved."""

    name: Words
    ecosystem: str
    change: Change
    scope: str
    evidence: Evidence
    before: Words | None = None
    after: Words | None = None


@dataclass(frozen=True, slots=True)
class LicenceChange:
    """The licence of the whole (`component` left out) or of one component."""

    before: str
    after: str
    evidence: Evidence
    component: Words | None = None


@dataclass(frozen=True, slots=True)
class ApiChange:
    """A public definition of the project's own source. The evidence lies in the later state, or in the earlier for what
    was removed."""

    name: Words
    change: Change
    breaking: Breaking
    evidence: Evidence
    before: Words | None = None
    after: Words | None = None


@dataclass(frozen=True, slots=True)
class CiChange:
    """A CI definition that came, went or reads differently."""

    path: Words
    change: Change


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A finding that is new (`added`) or gone (`removed`)."""

    change: Change
    severity: str
    message: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Changes:
    """From `since` (with its commit or version) to what was asked about. Empty parts are left out: nothing changed
    there. Counts hold also where a budget cut the lists."""

    since: Words
    files: FileChanges
    commit: str | None = None
    version: str | None = None
    languages: tuple[LanguageChange, ...] = ()
    dependencies: tuple[DependencyChange, ...] = ()
    licences: tuple[LicenceChange, ...] = ()
    api: tuple[ApiChange, ...] = ()
    breaking: int = 0
    """Definitions whose change is breaking for sure."""
    totals: dict[str, int] = field(default_factory=dict[str, int])
    """How many of each there are, also of what is not shown."""
    api_unknown: tuple[str, ...] = ()
    """Languages of changed files whose definitions no grammar reads."""
    ci: tuple[CiChange, ...] = ()
    findings: tuple[FindingChange, ...] = ()
