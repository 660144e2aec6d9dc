"""What repositories ask for, in the form that engines and rules read; each statement keeps its place.

Below: `joining/join` (one repository's statements). Above: the checks of each ecosystem, `compatibility/`.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from plumbrule.mcp_server.dependencies.joining.join import Joined
from plumbrule.mcp_server.dependencies.requirement import Scope

AskKind = Literal["package", "runtime", "constraint", "added", "lock"]
"""`constraint` and `added` come from the caller, `lock` is what a lock holds (asked against its manifest)."""


class Ask(NamedTuple):
    """One requirement of one repository.

    `name` is normalised as its ecosystem does (`runtime` asks are named `python`, `node`, ...). `requirement` is what
    an engine is told: a PEP 508 line for Python, a range for npm. `written` is the statement as it stands in the file,
    name and constraint. `path` and `line` are the file's, "" and 0 for what the caller added. `set_at` is `path:line`
    of what sets the constraint when another place does.
    """

    subject: int
    ecosystem: str
    name: str
    constraint: str
    requirement: str
    written: str
    path: str = ""
    line: int = 0
    rule: str = ""
    scope: Scope = "runtime"
    kind: AskKind = "package"
    set_at: str = ""


class NotChecked(NamedTuple):
    """A statement that no engine was told: `reason` is a rule id (`requirement.url`, `requirement.path`,
    `requirement.vcs`, `requirement.index-option`, `requirement.unreadable`, `requirement.not-followed`, ...)."""

    subject: int
    reason: str
    written: str
    path: str
    line: int


class Published(NamedTuple):
    """A package that a repository itself is: its name (normalised), its version as declared ("": not static)."""

    ecosystem: str
    name: str
    version: str
    path: str
    line: int


class RuntimeAsk(NamedTuple):
    """A declared range of a runtime: `name` is `python`, `node`, `rust`, `go`, `java`, `dotnet`, `php`, `ruby`, ..."""

    name: str
    constraint: str
    path: str
    line: int
    rule: str


@dataclass(frozen=True, slots=True)
class Subject:
    """One repository of the question. `label` is unique in the question and short: what conflicts call it."""

    label: str
    joined: Joined
    runtimes: tuple[RuntimeAsk, ...] = ()
    published: tuple[Published, ...] = ()


Combination = Literal["merged", "workspace"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller wants to know beside the target.

    `scopes` are those of each repository's statements that count. `constraints` and `added` are requirements of the
    caller's, as `name<2`, or `npm:name@^1`; a constraint asks for nothing by itself. `exclude_newer` is a date or a
    moment (RFC 3339), "" for none. `secure` prefers fixes that clear known vulnerabilities.
    """

    scopes: tuple[Scope, ...] = ("runtime",)
    constraints: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    exclude_newer: str = ""
    combination: Combination = "merged"
    prereleases: bool = False
    secure: bool = False
    locked: bool = False
    """Each repository is held to the versions of its own locks."""
    second_engine: bool = False
    fixes: bool = True
