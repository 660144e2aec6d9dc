"""The public result of `check_compatibility`. Below: the `findings` of `dependencies/joint` and
`dependencies/advisories`, whose values it holds."""

from dataclasses import dataclass
from typing import Annotated, Literal

from typing_extensions import Doc

from plumbrule.core.facts import Evidence, Truncated, Words
from plumbrule.mcp_server.analysis.model import Source
from plumbrule.mcp_server.dependencies.advisories.findings import Vulnerabilities
from plumbrule.mcp_server.dependencies.joint.findings import (
    Basis,
    BlockedFix,
    Conflict,
    EngineFact,
    Fix,
    JointPackage,
    Verdict,
)

SCHEMA = "plumbrule.compatibility/1"

Use = Literal["linked", "bundled", "network"]
"""How the repositories' code meets: in one program, side by side in one delivery, over a network."""

LicenceVerdict = Literal["compatible", "incompatible", "review"]


@dataclass(frozen=True, slots=True)
class TargetFact:
    """What the answer is about. `derived` names what nobody asked for and how it was worked out."""

    platform: str
    python: str | None = None
    node: str | None = None
    machine: str | None = None
    derived: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetVerdict:
    """The verdict for one of several targets."""

    target: TargetFact
    verdict: Verdict
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class NotCheckedFact:
    """A statement that no engine was told, and the rule that says why."""

    requirement: Words
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class RepositoryFact:
    """One side. `resolves_alone` is its own verdict; `parsed` counts statements that took part; `not_checked` lists
    those that did not. `error` is set when it could not be read: then the verdict is never `compatible`."""

    label: Words
    source: Source | None
    resolves_alone: Verdict | None = None
    parsed: int = 0
    ecosystems: tuple[str, ...] = ()
    licence: str | None = None
    not_checked: tuple[NotCheckedFact, ...] = ()
    error: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class EcosystemFact:
    """One ecosystem's verdict. `basis` says on what it stands: a resolver's answer, locks, or declared ranges alone."""

    ecosystem: str
    verdict: Verdict
    basis: Basis
    repositories: tuple[Words, ...] = ()
    reason: str | None = None
    blockers: tuple[Words, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuntimeRange:
    repository: Words
    constraint: Words
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class RuntimeFact:
    """One runtime over all repositories. `intersection` is None when there is none; then `blockers` name the pairs'
    sides. `allows_target` is None when the target does not name this runtime."""

    name: str
    intersection: str | None
    ranges: tuple[RuntimeRange, ...]
    blockers: tuple[RuntimeRange, ...] = ()
    allows_target: bool | None = None
    suggested_version: str | None = None


@dataclass(frozen=True, slots=True)
class LicenceSide:
    """One licence in the joint set: a repository's (`package` None) or a package's."""

    repository: Words
    expression: str | None
    evidence: Evidence | None = None
    package: Words | None = None


@dataclass(frozen=True, slots=True)
class LicencePair:
    """What one licence means under the other. `basis` names the source: `osadl`, or a rule of ours."""

    inbound: LicenceSide
    outbound: LicenceSide
    verdict: LicenceVerdict
    explanation: str
    basis: str


@dataclass(frozen=True, slots=True)
class Licences:
    """Over the joint set under `use`, each side keeping its licence. Only pairs that are not fine are listed; `checked`
    counts all. `combined_under` are the repositories' licences under which the whole can be given out as one linked
    work. Never legal advice."""

    verdict: LicenceVerdict
    use: Use
    pairs: tuple[LicencePair, ...] = ()
    checked: int = 0
    unknown: tuple[LicenceSide, ...] = ()
    obligations: tuple[str, ...] = ()
    combined_under: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InterfaceSide:
    repository: Words
    evidence: Evidence
    meaning: Words | None = None


@dataclass(frozen=True, slots=True)
class InterfaceClash:
    """The same name at two places: `kind` says of what."""

    kind: Literal["import_name", "console_script", "port", "environment_variable", "published_version"]
    name: Words
    sides: tuple[InterfaceSide, ...]
    explanation: str


@dataclass(frozen=True, slots=True)
class CompatibilityReport:
    """Whether the repositories can live together on the target, with the smallest verified reasons and changes."""

    schema: str
    verdict: Annotated[Verdict, Doc("Of packages and runtimes; licences have their own.")]
    summary: Annotated[Words, Doc("The verdict in one or two sentences.")]
    target: TargetFact
    repositories: tuple[RepositoryFact, ...]
    reason: Annotated[str | None, Doc("Of `unknown`: why.")] = None
    conflicts: Annotated[tuple[Conflict, ...], Doc("Minimal sets of requirements that cannot hold together.")] = ()
    fixes: Annotated[tuple[Fix, ...], Doc("Smallest changes, each solved again before it is shown.")] = ()
    blocked_fixes: Annotated[tuple[BlockedFix, ...], Doc("Changes that look right and do not help.")] = ()
    runtimes: tuple[RuntimeFact, ...] = ()
    ecosystems: tuple[EcosystemFact, ...] = ()
    licences: Licences | None = None
    interfaces: tuple[InterfaceClash, ...] = ()
    vulnerabilities: Vulnerabilities | None = None
    packages: Annotated[tuple[JointPackage, ...], Doc("The joint set, when there is one.")] = ()
    targets: tuple[TargetVerdict, ...] = ()
    engine: tuple[EngineFact, ...] = ()
    limits_hit: tuple[str, ...] = ()
    untrusted: tuple[str, ...] = ()
    truncated: Truncated | None = None
    retry_with: dict[str, object] | None = None
