"""What an engine is asked and what it answers; the same for every ecosystem that has a resolver.

An engine is an oracle: it says yes with versions, no with the edges that took part, or why it cannot tell. It never
sees a repository's own files. Below: `engines/`. Above: the search for reasons and fixes (`joint/reasons`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from plumbrule.mcp_server.dependencies.joint.targets import Target

UnknownReason = Literal[
    "needs_build", "unreachable", "missing_package", "limit_hit", "engine_missing", "engine_failed", "not_static"
]
"""`missing_package`: no such package, or none the index shows us. `not_static`: only running their code could tell."""

Prereleases = Literal["if-necessary", "disallow", "allow"]
Preference = Literal["highest", "lowest", "lowest-direct"]


class Party(NamedTuple):
    """One side of the question: a repository as a package of its own. `requires` are in the engine's form."""

    label: str
    requires: tuple[str, ...]
    runtime: str = ""
    """The range of the runtime it declares (`requires-python`, `engines.node`), "" for any."""


@dataclass(frozen=True, slots=True)
class Question:
    """Hashable: the key of memos and of the cache. `constraints` hold for whatever is chosen; `overrides` replace."""

    parties: tuple[Party, ...]
    target: Target
    constraints: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    exclude_newer: str = ""
    prereleases: Prereleases = "if-necessary"
    preference: Preference = "highest"
    workspace: bool = False
    """npm: side by side, each with its own copies; otherwise each package once."""


class Pin(NamedTuple):
    """One chosen package. `via` are names of packages and labels of parties that ask for it, sorted."""

    name: str
    version: str
    marker: str = ""
    via: tuple[str, ...] = ()


class Edge(NamedTuple):
    """One step of a proof: `asker` (a party's label, or a package) at a version asks for `name` within `constraint`."""

    asker: str
    version: str
    name: str
    constraint: str


@dataclass(frozen=True, slots=True)
class Solved:
    """Yes. `assumed` names packages whose metadata was read without being built, and how."""

    pins: tuple[Pin, ...]
    assumed: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Unsolved:
    """No. `edges` over-approximate the reason; empty when the engine gave none. `said` is its own text, cut."""

    edges: tuple[Edge, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Cannot tell. `packages` are those that stood in the way."""

    reason: UnknownReason
    packages: tuple[str, ...] = ()
    said: str = ""


Answer = Solved | Unsolved | Unknown


class Engine(Protocol):
    """An oracle. Answers are remembered by question; the same question is never run twice at once."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    async def solve(self, question: Question) -> Answer:
        """The answer. Faults of the engine are `Unknown`; only cancellation and our own errors are raised."""
        ...

    async def versions(self, package: str, target: Target, exclude_newer: str = "") -> Sequence[str]:
        """The final releases of a package that fit the target, newest first; empty when nobody could say."""
        ...
