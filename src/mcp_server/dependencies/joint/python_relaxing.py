"""Python's grammar for the search: what may be relaxed about an ask, at which cost, and how it is written then.

Below: `python_bounds`, `reasons/relaxation`. Above: `python`.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from plumbrule.mcp_server.dependencies.joint.asks import Ask
from plumbrule.mcp_server.dependencies.joint.python_bounds import moved
from plumbrule.mcp_server.dependencies.joint.python_proofs import ALTERNATIVE, hull, said
from plumbrule.mcp_server.dependencies.joint.reasons.levels import Ladder
from plumbrule.mcp_server.dependencies.joint.reasons.relaxation import Rewrite
from plumbrule.mcp_server.dependencies.joint.reasons.telling import RULE_PUBLISHED
from plumbrule.mcp_server.dependencies.ranges.python import allows, specifiers_of

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

MAX_CHOICES = 64
LOCK, DIRECT, RUNTIME, GONE = 1, 10, 15, 100
"""What a change costs: any number of a lock's pins (which are made anew) less than one line that a person wrote, a
range of Pythons more than one and less than two, a requirement that goes more than all others."""


class PythonRelaxation:
    """As `reasons.relaxation.Relaxation`."""

    def ladder(self, ask: Ask) -> Ladder:
        bounded = bool(self.constraint(ask))
        if ask.rule == RULE_PUBLISHED:
            return Ladder(None, None)
        if ask.kind == "lock":
            return Ladder(LOCK if bounded else None, None)
        if ask.kind == "runtime":
            return Ladder(RUNTIME, None)
        return Ladder(DIRECT if bounded else None, GONE)

    def weight(self, ask: Ask) -> int:
        if ask.kind in ("lock", "runtime"):
            return 0 if ask.kind == "lock" else 3
        specifier = specifier_of(self.constraint(ask))
        return 1 if any(one.operator in ("==", "===") for one in specifier) else 2

    def bare(self, ask: Ask) -> str:
        if ask.kind == "runtime":
            return ""
        return _written(parsed(ask.requirement), "")

    def above(self, ask: Ask) -> str:
        if ask.kind == "runtime":
            return ""
        uppers = [
            one.version.removesuffix(".*") for one in specifier_of(self.constraint(ask)) if one.operator in _UPPER
        ]
        if not uppers:
            return ""
        return _written(parsed(ask.requirement), f">={min(uppers, key=_number)},!={min(uppers, key=_number)}")

    def no_lower(self, name: str, version: str) -> str:
        return f"{name}>={version}"

    def both(self, first: str, second: str) -> str:
        return ",".join(filter(None, (first, second)))

    def constraint(self, ask: Ask) -> str:
        return ask.requirement if ask.kind == "runtime" else str(parsed(ask.requirement).specifier)

    def versions(self, told: str) -> str:
        return said(told)

    def disjoint(self, constraints: Sequence[str]) -> bool:
        choices = [one.split(ALTERNATIVE) for one in constraints if one]
        several = [one for one in choices if len(one) > 1]
        if math.prod(map(len, several)) > MAX_CHOICES:
            return False
        certain = [one[0] for one in choices if len(one) == 1]
        return all(_unsatisfiable(",".join((*certain, *chosen))) for chosen in product(*several))

    def covers(self, wide: str, narrow: str) -> bool:
        return ALTERNATIVE not in wide and specifier_of(narrow).is_subset(specifier_of(wide))

    def hull(self, constraints: Sequence[str]) -> str:
        return hull(constraints)

    def names_prerelease(self, ask: Ask) -> bool:
        return bool(specifier_of(self.constraint(ask)).prereleases)

    def final(self, version: str) -> bool:
        from packaging.version import Version

        return not Version(version).is_prerelease

    def widened(self, ask: Ask, version: str) -> Rewrite | None:
        told = moved(self.constraint(ask), version)
        if told is None:
            return None
        styled = moved(ask.constraint, version) if ask.constraint else None
        plain = _plain(styled.constraint) if styled else None
        if styled is None or plain is None:
            styled, plain = told, told.constraint
        head, found, tail = ask.written.rpartition(ask.constraint) if ask.constraint else ("", "", "")
        written = f"{head}{styled.constraint}{tail}" if found else f"{ask.name}{styled.constraint}"
        if ask.kind == "runtime":
            return Rewrite(plain, written, styled.way)
        return Rewrite(_written(parsed(ask.requirement), plain), written, styled.way)

    def nearest(self, ask: Ask, others: Sequence[str], versions: Sequence[str]) -> Sequence[str]:
        from packaging.version import Version

        own = self.constraint(ask)
        fitting = [
            Version(one)
            for one in versions
            if self.final(one) and not allows(own, one) and all(allows(other, one) for other in others)
        ]
        ways = {one: found.way for one in fitting if (found := moved(own, str(one)))}
        ups = sorted(one for one, way in ways.items() if way == "upgrade")
        downs = sorted((one for one, way in ways.items() if way == "downgrade"), reverse=True)
        return [str(one) for one in (*ups, *downs)]


_UPPER = ("==", "===", "~=", "<", "<=")


def _number(text: str) -> "Version":
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")


@lru_cache(4096)
def parsed(requirement: str) -> "Requirement":
    """A PEP 508 line that was checked before it became an ask."""
    from packaging.requirements import Requirement  # 15 ms, where there is a question to ask

    return Requirement(requirement)


@lru_cache(4096)
def specifier_of(constraint: str) -> "SpecifierSet":
    """A constraint, everything when it cannot be read: what an engine prints is not always PEP 440."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(constraint)
    except InvalidSpecifier:
        return SpecifierSet()


@lru_cache(4096)
def _unsatisfiable(constraint: str) -> bool:
    return specifier_of(constraint).is_unsatisfiable()


def _plain(constraint: str) -> str | None:
    """A constraint in PEP 440's words; None for alternatives, which no requirement can hold."""
    alternatives = specifiers_of(constraint)
    return str(alternatives[0]) if alternatives and len(alternatives) == 1 else None


def _written(requirement: "Requirement", constraint: str) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    return f"{requirement.name}{extras}{constraint}{marker}"
