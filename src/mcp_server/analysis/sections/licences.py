"""Licences beyond the one of the whole: by component, by file, and where statements disagree."""

from plumbrule.core.facts import Evidence, Words
from plumbrule.core.values import dataclass


@dataclass(frozen=True, slots=True)
class ComponentLicence:
    """The licence of one component, from its own text, tags or metadata; `confidence` as in `Licence`."""

    component: Words
    expression: str
    evidence: Evidence
    confidence: float | None = None
    inherited: bool | None = None
    """True when the component says nothing of its own and lies under the licence of the whole."""


@dataclass(frozen=True, slots=True)
class TaggedFiles:
    """Files that state their licence by an SPDX tag; the evidence is the first."""

    expression: str
    files: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two statements about the same thing that differ."""

    first: str
    first_at: Evidence
    second: str
    second_at: Evidence


@dataclass(frozen=True, slots=True)
class LicenceTerm:
    """A parameter that a Business Source License leaves to the licensor: its name, and what this one says."""

    name: str
    text: Words
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Licences:
    """`source_available` names licences in use that are no open source licences (BUSL, SSPL, RSAL, Elastic)."""

    components: tuple[ComponentLicence, ...] = ()
    tagged: tuple[TaggedFiles, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    source_available: tuple[str, ...] = ()
    terms: tuple[LicenceTerm, ...] = ()
