"""Smallest changes after which the ranges agree: which statements to rewrite, and to what; proven by the same algebra.

One statement of each clash is rewritten to what all others leave. Without a registry nobody knows which versions
exist: the version named is one that a lock holds, else the least one of the joint range.
Below: `static/clashing`. Above: the checks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, product

from plumbrule.mcp_server.dependencies.joint.asks import Subject
from plumbrule.mcp_server.dependencies.joint.findings import Change, ChosenVersion, Fix
from plumbrule.mcp_server.dependencies.joint.smallest import smallest_changes
from plumbrule.mcp_server.dependencies.joint.static.clashing import agree
from plumbrule.mcp_server.dependencies.joint.static.rules import Rules
from plumbrule.mcp_server.dependencies.joint.static.statements import FORBIDDEN, Statement
from plumbrule.mcp_server.dependencies.joint.static.telling import evidence_of, label_of
from plumbrule.mcp_server.dependencies.ranges.intervals import Key, Ranges, contains
from plumbrule.mcp_server.dependencies.ranges.unions import common
from plumbrule.mcp_server.dependencies.ranges.wording import shown, worded

MAX_CHANGES = 3
"""Statements of one package that are rewritten together."""

MAX_FIXES = 8
_ORDER = {"upgrade": 0, "mixed": 1, "downgrade": 2}


@dataclass(frozen=True, slots=True)
class _Rewriting:
    """Statements of one package with what they become."""

    changed: tuple[Statement, ...]
    to: str
    version: str
    upwards: bool


def fixes_of(rules: Rules, subjects: Sequence[Subject], clashing: Sequence[Sequence[Statement]]) -> tuple[Fix, ...]:
    """Every smallest fix, upgrades first; `clashing` holds, for each package in conflict, all that ask for it."""
    by_package: list[list[_Rewriting]] = []
    for statements in clashing:
        found = list(_rewritings(rules, subjects, statements))
        if not found:
            return ()  # what helps one package alone is no fix of the whole
        by_package.append(found)
    if not by_package:
        return ()
    made = [_fix(rules, subjects, choice) for choice in islice(product(*by_package), 4 * MAX_FIXES)]
    made.sort(key=lambda one: _ORDER[one.direction])
    return tuple(replace(one, id=f"{rules.ecosystem}-fix-{number}") for number, one in enumerate(made[:MAX_FIXES], 1))


def _rewritings(rules: Rules, subjects: Sequence[Subject], statements: Sequence[Statement]) -> Iterator[_Rewriting]:
    """The rewritings of the least number of statements; statements of one repository change together."""
    return smallest_changes(statements, MAX_CHANGES, partial(_towards, rules, subjects))


def _towards(
    rules: Rules, subjects: Sequence[Subject], kept: Sequence[Statement], moved: Sequence[Statement]
) -> _Rewriting | None:
    joint = common(one.ranges for one in kept)
    if not joint or not agree(rules, kept):
        return None
    texts = {one.constraint for one in kept}
    to = texts.pop() if len(texts) == 1 else worded(joint, rules.ecosystem)
    if to.startswith("not ") or any(one.stated.asked.rule == FORBIDDEN for one in moved):
        return None  # what a package forbids is not a range that anybody could take over, or give up
    read = rules.read(to)
    changed = tuple(one for one in moved if not _contained(one.ranges, joint))
    rewritten = [replace(one, ranges=read or ()) for one in changed]
    rest = [one for one in moved if _contained(one.ranges, joint)]
    if read is None or not changed or not agree(rules, [*kept, *rest, *rewritten]):
        return None
    return _Rewriting(changed, to, version_in(rules, subjects, joint, changed[0].name), _upwards(joint, changed))


def _contained(inner: Ranges, outer: Ranges) -> bool:
    return common((inner, outer)) == common((inner,))


def _upwards(joint: Ranges, changed: Sequence[Statement]) -> bool:
    """Whether the joint range begins above where the changed statements begin."""
    low = joint[0].low
    lows = [one.ranges[0].low for one in changed if one.ranges]
    return low is not None and all(mine is None or mine < low for mine in lows)


def version_in(rules: Rules, subjects: Sequence[Subject], joint: Ranges, name: str) -> str:
    """A version inside: the highest that a lock holds, else the least of the range; "" when it has no least."""
    best: tuple[Key, str] | None = None
    for subject in subjects:
        for lock in subject.joined.locks.all:
            if lock.ecosystem != rules.ecosystem:
                continue
            for package in lock.packages:
                if rules.normal(package.name) != name or package.own or not package.version:
                    continue
                key = rules.order(package.version)
                if key is not None and contains(joint, key) and (best is None or key > best[0]):
                    best = (key, package.version)
    if best:
        return best[1]
    low = joint[0].low if joint else None
    return "" if low is None or not joint[0].low_in else shown(low, 3)


def _fix(rules: Rules, subjects: Sequence[Subject], choice: Sequence[_Rewriting]) -> Fix:
    changes = tuple(
        Change(
            label_of(statement, subjects),
            evidence_of(statement),
            statement.written,
            f"{statement.stated.asked.name} {one.to}",
        )
        for one in choice
        for statement in one.changed
    )
    versions = tuple(ChosenVersion(one.changed[0].stated.asked.name, one.version) for one in choice if one.version)
    ways = {one.upwards for one in choice}
    made = Fix("", rules.ecosystem, changes, versions, verified=True, direction="mixed")
    if len(ways) > 1:
        return made
    return replace(made, direction="upgrade" if ways == {True} else "downgrade")
