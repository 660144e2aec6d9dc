"""What is known against pinned packages. Part of the public results of analysis and compatibility."""

from typing import Annotated, Literal, NamedTuple

from typing_extensions import Doc

from plumbrule.core.facts import Words
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.platforms.ports.advisories import Silence

Severity = Literal["critical", "high", "medium", "low", "none"]
State = Literal["vulnerable", "none known", "not checked"]
Reason = Silence | Literal["not_covered"]
"""`not_covered`: the database has no advisories for the ecosystem, or the version is no exact one."""


class Pinned(NamedTuple):
    """A package at an exact version, in our words: `ecosystem` as the readers name it."""

    ecosystem: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """One vulnerability of one package at its version, whatever number of databases describe it."""

    id: str
    package: Words
    version: str
    ecosystem: str
    aliases: Annotated[tuple[str, ...], Doc("The same one in other databases.")] = ()
    severity: Annotated[str | None, Doc("critical, high, medium, low or none; absent where nobody rated it.")] = None
    summary: Words | None = None
    fixed_in: Annotated[tuple[str, ...], Doc("The least version after this one that is not affected.")] = ()
    score: Annotated[float | None, Doc("The CVSS base score, worked out from the vector.")] = None
    vector: str | None = None


@dataclass(frozen=True, slots=True)
class Vulnerabilities:
    """`none known` only after every package was asked for and answered. `not_checked` counts those that were not, and
    `reason` says why; `vulnerable` can be partial too."""

    state: State
    checked: int = 0
    not_checked: int = 0
    reason: str | None = None
    found: tuple[Vulnerability, ...] = ()
