"""What the code does at its edges: variables, ports, routes, commands, and what it offers to others."""

from plumbrule.core.facts import Evidence, Words
from plumbrule.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that is read; `places` counts where. `default` as written, never a secret."""

    name: Words
    evidence: Evidence
    places: int = 1
    default: Words | None = None


@dataclass(frozen=True, slots=True)
class Port:
    number: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTP route as it is declared, behind the prefixes of what it hangs in; `…` stands for a prefix that is made at
    run time. `method` in capitals, None when any."""

    path: Words
    evidence: Evidence
    method: str | None = None


@dataclass(frozen=True, slots=True)
class CommandName:
    """A command or option group of the repository's own command line."""

    name: Words
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Api:
    """What one component publishes: its public definitions, by kind. The definitions are in `symbols`."""

    component: Words
    evidence: Evidence
    classes: int = 0
    functions: int = 0
    others: int = 0
    names: tuple[Words, ...] = ()
    """The names at its top, those most used first."""


@dataclass(frozen=True, slots=True)
class Structure:
    environment: tuple[Variable, ...] = ()
    ports: tuple[Port, ...] = ()
    routes: tuple[Route, ...] = ()
    cli_commands: tuple[CommandName, ...] = ()
    api: tuple[Api, ...] = ()
