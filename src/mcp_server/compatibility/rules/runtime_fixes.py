"""Smallest changes of declared runtime ranges after which they have a common version, proven by the same algebra.

Python's are the search's over its resolver, which knows what packages ask of Python in turn; Node's and all others'
are here. Below: `rules/runtime_sides`. Above: `compatibility/check`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from plumbrule.mcp_server.analysis.words import word
from plumbrule.mcp_server.compatibility.rules.runtime_sides import Declared, Runtime, runtimes_in
from plumbrule.mcp_server.compatibility.rules.runtimes import range_of
from plumbrule.mcp_server.dependencies.joint.asks import Subject
from plumbrule.mcp_server.dependencies.joint.findings import Change, ChosenVersion, Fix
from plumbrule.mcp_server.dependencies.joint.smallest import smallest_changes
from plumbrule.mcp_server.dependencies.ranges.intervals import Ranges
from plumbrule.mcp_server.dependencies.ranges.unions import common
from plumbrule.mcp_server.dependencies.ranges.wording import shown

MAX_CHANGING = 3
MAX_FIXES = 8
_BY_SEARCH = frozenset(("python",))


def runtime_fixes(subjects: Sequence[Subject]) -> tuple[Fix, ...]:
    """For each runtime without a common version the changes of fewest repositories, upgrades first."""
    found: list[Fix] = []
    for runtime in runtimes_in(subjects):
        if runtime.family.decides and runtime.name not in _BY_SEARCH and runtime.blocking():
            made = list(_of(runtime, subjects))
            made.sort(key=lambda one: one.direction != "upgrade")
            found += made[:MAX_FIXES]
    return tuple(found)


def _of(runtime: Runtime, subjects: Sequence[Subject]) -> Iterator[Fix]:
    readable = [one for one in runtime.counting if one.ranges is not None]
    return smallest_changes(readable, MAX_CHANGING, partial(_towards, runtime, subjects))


def _towards(
    runtime: Runtime, subjects: Sequence[Subject], kept: Sequence[Declared], moved: Sequence[Declared]
) -> Fix | None:
    """The moved ranges that stand in the way rewritten to what the kept ones leave; None when nothing comes of it."""
    joint = common(one.ranges for one in kept if one.ranges is not None)
    texts = {one.ask.constraint for one in kept}
    to = texts.pop() if len(texts) == 1 else runtime.family.shown(joint)
    changed = [one for one in moved if one.ranges is not None and not common((one.ranges, joint))]
    read = runtime.family.read(kept[0].ask._replace(constraint=to)) if kept and joint else None
    rest = [one.ranges for one in moved if one not in changed and one.ranges is not None]
    after = common((joint, *rest, read)) if read is not None else ()
    if not changed or not after:
        return None
    changes = tuple(_change(runtime, subjects, one, to) for one in changed)
    version = after[0].low
    resulting = (ChosenVersion(runtime.name, shown(version, 2)),) if version is not None else ()
    made = Fix("", runtime.family.ecosystem, changes, resulting, verified=True, direction="downgrade")
    upwards = all(_begins_below(one, joint) for one in changed)
    return replace(made, direction="upgrade") if upwards else made


def _change(runtime: Runtime, subjects: Sequence[Subject], one: Declared, to: str) -> Change:
    stands = range_of(one, subjects)
    return Change(
        stands.repository, stands.evidence, f"{runtime.name} {stands.constraint}", f"{runtime.name} {word(to, 120)}"
    )


def _begins_below(one: Declared, joint: Ranges) -> bool:
    low = joint[0].low
    mine = one.ranges[0].low if one.ranges else None
    return low is not None and (mine is None or mine < low)
