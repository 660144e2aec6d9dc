"""Findings: places that somebody should look at, each by a rule with an id, stable enough for a baseline."""

from typing import Literal

from plumbrule.core.facts import Evidence
from plumbrule.core.values import dataclass

Category = Literal["secret", "ci", "code", "tree", "text", "licence", "dependency", "quality", "policy"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One place. `fingerprint` stays the same when lines move: rule, path and what was seen, not where in the file.

    `scorecard` names the check of OpenSSF Scorecard that asks the same, where one does.
    """

    rule: str
    severity: Literal["high", "medium", "low"]
    category: Category
    message: str
    evidence: Evidence
    fingerprint: str
    scorecard: str | None = None


@dataclass(frozen=True, slots=True)
class ScorecardCheck:
    """A check of OpenSSF Scorecard that the tree alone can answer: 0 to 10 by its published rule, -1 inconclusive."""

    name: str
    score: int
    reason: str
    evidence: Evidence
