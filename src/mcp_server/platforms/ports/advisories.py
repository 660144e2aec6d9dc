"""How an engine learns which advisories name a package, and what they say: the protocol of the OSV database."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from plumbrule.core.values import dataclass

Silence = Literal["offline", "unreachable", "rate_limited", "limit_hit", "malformed", "switched_off"]
"""Why something was not answered. `malformed`: it answered what no such database answers."""


class Coordinates(NamedTuple):
    """A package as the database names it: `ecosystem` is one of the OSV schema's, `version` an exact one."""

    ecosystem: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Reported:
    """What was answered. Only packages that were asked for and answered stand in `named`, with the ids of the
    advisories that name them; `records` holds the advisories that could be read, as JSON objects of the OSV schema.
    `silence` is None when everything was answered."""

    named: Mapping[Coordinates, tuple[str, ...]]
    records: Mapping[str, Mapping[str, object]]
    silence: Silence | None = None


class Advisories(Protocol):
    """A database of advisories."""

    async def reported(self, packages: Sequence[Coordinates]) -> Reported:
        """What is known of these packages. A failure is silence in the answer and never raised; cancellation is."""
        ...
