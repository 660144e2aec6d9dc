"""One place before it is a finding, and how places become findings: numbered, fingerprinted, sorted, bounded."""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.findings.catalog import CATALOG
from plumbrule.mcp_server.analysis.model import Severity
from plumbrule.mcp_server.analysis.sections.findings import Finding
from plumbrule.mcp_server.analysis.words import evidence

MAX_FINDINGS = 10_000
"""More are counted and not listed: nobody reads them, and a hostile repository could have a million."""

_SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")


class Place(NamedTuple):
    """`seen` is what stands there, for the fingerprint only; it may be a stranger's words and is never shown."""

    rule: str
    severity: Severity
    message: str
    path: str
    line: int = 0
    seen: str = ""


def findings_from(places: Iterable[Place]) -> tuple[Finding, ...]:
    """By severity, rule and place; a last one of rule `findings.over-limit` says how many are not listed."""
    ordered = sorted(set(places), key=_order)
    listed = ordered[:MAX_FINDINGS]
    counts: Counter[bytes] = Counter()
    made = {place: _finding(place, counts) for place in sorted(listed, key=lambda one: (one.path, one.line, one.rule))}
    found = [made[place] for place in listed]
    if len(ordered) > len(listed):
        first = ordered[len(listed)]
        message = f"{len(ordered) - len(listed):,} more findings of severity {first.severity} or less are not listed"
        at = Evidence(".", "findings.over-limit")
        found.append(Finding(at.rule, first.severity, "policy", message, at, sha256(b"over-limit").hexdigest()[:32]))
    return tuple(found)


def _order(place: Place) -> tuple[int, str, str, int, str]:
    return _SEVERITIES.index(place.severity), place.rule, place.path, place.line, place.seen


def _finding(place: Place, counts: "Counter[bytes]") -> Finding:
    about = CATALOG[place.rule]
    return Finding(
        place.rule,
        place.severity,
        about.category,
        place.message,
        evidence(place.path, place.rule, place.line),
        _fingerprint(place, counts),
        about.scorecard,
    )


def _fingerprint(place: Place, counts: "Counter[bytes]") -> str:
    """Rule, path and what was seen with its white space folded; equal ones in a file are numbered from the top.

    The line is no part of it, so that it stays when lines move. 128 bits of SHA-256: chance never joins two.
    """
    seen = " ".join(place.seen.split())
    key = "\0".join((place.rule, place.path, seen)).encode("utf-8", "surrogatepass")
    counts[key] += 1
    return sha256(key + b"\0%d" % counts[key]).hexdigest()[:32]
