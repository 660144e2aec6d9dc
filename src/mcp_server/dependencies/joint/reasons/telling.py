"""Conflicts, fixes and blocked fixes as the public result has them; each sentence is made from the set it tells of.

Below: `trails`, `search`, `joint/findings`. Above: `explaining`. Nothing is cleaned here: that is the report's.
"""

import hashlib
from collections.abc import Callable, Sequence

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.findings import Member
from plumbrule.mcp_server.dependencies.joint.reasons.trails import Hop, Met, Trail

MAX_WRITTEN = 200
CALLER = "your request"
"""The side on which the caller's own requirements stand."""
RULE_PUBLISHED = "published"
"""Of an ask that holds everybody to the version of a package that a repository itself is."""


def identity(ecosystem: str, *parts: str) -> str:
    """A short name of a finding that stays the same as long as its content does."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return f"{ecosystem}-{digest[:8]}"


def evidence(ask: Ask) -> Evidence | None:
    """Where it stands; None for what the caller added."""
    if not ask.path:
        return None
    return Evidence(f"{ask.path}:{ask.line}" if ask.line else ask.path, ask.rule)


def member(ask: Ask, label: str, hops: Sequence[Hop] = ()) -> Member:
    """One side of a conflict."""
    return Member(label, ask.written[:MAX_WRITTEN], evidence(ask), ask.name, tuple(hop.name for hop in hops))


def sentence(asks: Sequence[Ask], label: Callable[[int], str], met: Met, ending: str = "") -> str:
    """The set in one plain sentence: who needs what, and what that needs in turn."""
    parts = [_side(ask, label(ask.subject)) + _needing(trail) for ask, trail in zip(asks, met.trails, strict=True)]
    told = ", and ".join(parts) if len(parts) < 3 else "; ".join(parts[:-1]) + f"; and {parts[-1]}"
    return f"{told}{ending}."


def _needing(trail: Trail) -> str:
    """`, which needs x>=1, which needs y<2`; with several ways `, which needs y<2 or z>=3`."""
    told = [", which needs ".join(f"{hop.name}{hop.constraint}" for hop in hops) for hops in trail.ways]
    return f", which needs {(' and ' if trail.all_at_once else ' or ').join(told)}" if told else ""


def _side(ask: Ask, label: str) -> str:
    written = ask.written[:MAX_WRITTEN]
    place = evidence(ask)
    where = f" ({place.at})" if place else ""
    if ask.rule == RULE_PUBLISHED:
        return f"{label} is {written}{where}"
    if ask.kind == "constraint":
        return f"{label} allows only {written}{where}"
    if ask.kind == "lock":
        return f"the lock of {label} holds {written}{where}"
    return f"{label} needs {written}{where}"
