"""The values that readers give: what a manifest asks for, what it sets for others, what a lock holds.

Below the readers (`asked/`, `locks/`). Nothing is evaluated, expanded, followed or resolved: a constraint is what
stands in the file, a reference is a place that nobody visits. They cross from a worker as JSON arrays, hence
NamedTuples of plain values.
"""

from collections.abc import Sequence
from dataclasses import field
from typing import Any, Literal, NamedTuple, cast

import orjson

from plumbrule.core.values import dataclass

STRICT = "gradle.strictly"
"""The rule of a Gradle version that is `strictly`: it also forbids what lies above."""

Scope = Literal["runtime", "dev", "test", "optional", "build", "peer", "ci"]
SCOPES: tuple[Scope, ...] = ("runtime", "dev", "test", "optional", "build", "peer", "ci")


_BY_NAME: dict[str, Scope] = {scope: scope for scope in SCOPES}


def scope_named(text: str) -> Scope | None:
    """The scope of that name, None for other words."""
    return _BY_NAME.get(text)


class Requirement(NamedTuple):
    """One statement of a manifest about one package.

    `constraint` is as written, "" when there is none. `group` is the extra, group, configuration, profile or target.
    `reference` is a URL, path or VCS place that stands instead of a version. `inherits` says what sets the constraint
    when the statement leaves it to another place: `workspace`, `managed`, `catalog:<name>`, `group:<line>`.
    `alias` is the name under which the code knows it, when that is another. `hashes` counts the digests given.
    `ecosystem` is set only when it is not the file's own (pip lines in a conda environment).
    """

    name: str
    constraint: str = ""
    line: int = 1
    rule: str = ""
    scope: Scope = "runtime"
    group: str = ""
    marker: str = ""
    extras: Sequence[str] = ()
    reference: str = ""
    inherits: str = ""
    alias: str = ""
    hashes: int = 0
    ecosystem: str = ""


class Locked(NamedTuple):
    """One package of a lock. `asks` are positions in the same lock of what it asks for.

    `own` marks the repository's own packages (roots, workspace members); `place` is then their folder relative to the
    lock. `scope` is what the lock itself says, "" when it says nothing. `spec` are descriptors that the lock answers
    with this package (`name@^1.0`). `digest` is `algorithm:hex` or npm's SRI form.
    `licence` is what the lock says about it.
    """

    name: str
    version: str
    line: int = 1
    asks: Sequence[int] = ()
    scope: str = ""
    own: bool = False
    place: str = ""
    spec: Sequence[str] = ()
    reference: str = ""
    digest: str = ""
    licence: str = ""
    ecosystem: str = ""


class Fact(NamedTuple):
    """What else a file says that joining needs: `include`, `constraints`, `property`, `parent`, `replace`, ..."""

    kind: str
    name: str
    value: str = ""
    line: int = 1


class Unread(NamedTuple):
    """A place whose dependencies could not be read statically, and the rule that says why."""

    line: int
    rule: str


@dataclass(slots=True)
class Reading:
    """Everything one file says about dependencies. `offers` are versions it sets for others and does not itself use."""

    asked: list[Requirement] = field(default_factory=list[Requirement])
    offers: list[Requirement] = field(default_factory=list[Requirement])
    packages: list[Locked] = field(default_factory=list[Locked])
    facts: list[Fact] = field(default_factory=list[Fact])
    not_read: list[Unread] = field(default_factory=list[Unread])
    fault: str = ""
    fault_line: int = 0

    def of(self, kind: str) -> list[Fact]:
        """The facts of one kind, in the file's order."""
        return [fact for fact in self.facts if fact.kind == kind]

    def first(self, kind: str, name: str = "") -> Fact | None:
        """The first fact of a kind (and name), or None."""
        return next((one for one in self.facts if one.kind == kind and (not name or one.name == name)), None)


def packed(reading: Reading) -> bytes:
    """The form that crosses from a worker and lies in the cache."""
    return orjson.dumps(
        [
            reading.asked,
            reading.offers,
            reading.packages,
            reading.facts,
            reading.not_read,
            reading.fault,
            reading.fault_line,
        ],
        default=tuple,
    )


def unpacked(raw: bytes) -> Reading:
    """The way back from `packed`."""
    asked, offers, packages, facts, not_read, fault, line = cast("list[Any]", orjson.loads(raw))
    return Reading(
        [Requirement(*one) for one in asked],
        [Requirement(*one) for one in offers],
        [Locked(*one) for one in packages],
        [Fact(*one) for one in facts],
        [Unread(*one) for one in not_read],
        fault,
        line,
    )
