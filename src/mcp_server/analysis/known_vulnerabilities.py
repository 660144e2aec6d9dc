"""Findings from outside of the tree: locked and pinned versions that an advisory database names.

Only asked for when the settings say so. What the database did not answer stays in `not_examined`, with the reason.
"""

import re
from dataclasses import replace
from urllib.parse import unquote

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.findings.place import Place, findings_from
from plumbrule.mcp_server.analysis.model import RepositoryReport, Risk, Severity
from plumbrule.mcp_server.analysis.report_frame import KNOWN_VULNERABILITIES
from plumbrule.mcp_server.analysis.sections.dependencies import Dependencies, Dependency
from plumbrule.mcp_server.analysis.words import word
from plumbrule.mcp_server.dependencies.advisories.asking import Advisor
from plumbrule.mcp_server.dependencies.advisories.findings import Pinned, Vulnerability

RULE = "dependency.vulnerable"
MAX_MESSAGE = 300
_NAME = re.compile(r"[A-Za-z0-9@/._:+~!-]{1,100}")
_SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")
_GRADES: dict[str | None, Severity] = {
    "critical": "high",
    "high": "high",
    "medium": "medium",
    "low": "low",
    "none": "low",
    None: "medium",
}
"""Nobody rated it: neither grave nor slight."""


async def with_known(report: RepositoryReport, advisor: Advisor) -> RepositoryReport:
    """The report with a finding for each vulnerability of each version that its locks and pins name."""
    pins = _pins(report.dependencies) if report.dependencies else {}
    if not pins:
        return _examined(report, "")
    known = await advisor.vulnerable(list(pins))
    found = [(pin, one) for pin in pins for one in known.found.get(pin, ())]
    findings = findings_from(_place(pins[pin], one) for pin, one in found)
    told = sorted((*report.findings, *findings), key=lambda one: (_SEVERITIES.index(one.severity), one.rule))
    report = replace(report, findings=tuple(told), risks=_with_risk(report.risks, pins, found))
    missing = len(known.unchecked)
    left = f"{KNOWN_VULNERABILITIES} of {missing} of {len(pins)} packages ({known.reason or 'not_covered'})"
    return _examined(report, left if missing else "")


def _examined(report: RepositoryReport, left: str) -> RepositoryReport:
    rest = tuple(text for text in report.not_examined if text != KNOWN_VULNERABILITIES)
    return replace(report, not_examined=(*rest, left) if left else rest)


def _pins(dependencies: Dependencies) -> dict[Pinned, Evidence]:
    """Every version that a lock names, or a manifest by itself, with the first place. What comes from a place of the
    repository's own choice (a path, an address, a commit) is no release that an advisory could name."""
    found: dict[Pinned, Evidence] = {}
    for one in dependencies.direct:
        version = _version(one)
        if version and not one.reference:
            found.setdefault(Pinned(one.ecosystem, one.name, version), one.evidence)
    for package in dependencies.transitive:
        if package.version:
            found.setdefault(Pinned(package.ecosystem, package.name, package.version), package.evidence)
    return found


def _version(one: Dependency) -> str:
    """The locked version, else the exact one that the manifest asks for, which then stands in the purl."""
    if one.locked:
        return one.locked
    bare = (one.purl or "").partition("?")[0].partition("#")[0]
    _, at, version = bare.rpartition("@")
    return unquote(version) if at and "/" not in version else ""


def _place(at: Evidence, one: Vulnerability) -> Place:
    path, _, line = at.at.rpartition(":")
    numbered = bool(path) and line.isdecimal()
    return Place(
        RULE,
        _GRADES.get(one.severity, "medium"),
        _message(one),
        path if numbered else at.at,
        int(line) if numbered else 0,
        f"{one.ecosystem} {one.package} {one.version} {one.id}",
    )


def _message(one: Vulnerability) -> str:
    """Names and numbers only: a message is ours, and an advisory's summary is not."""
    names = ", ".join(part for part in (one.id, *one.aliases[:2]) if _NAME.fullmatch(part))
    fixed = ", ".join(part for part in one.fixed_in if _NAME.fullmatch(part))
    package = f"{one.package} {one.version}" if _NAME.fullmatch(one.package) else "a locked package"
    return word(f"{package} is vulnerable ({names}{f'; fixed in {fixed}' if fixed else ''})", MAX_MESSAGE)


def _with_risk(
    risks: tuple[Risk, ...], pins: dict[Pinned, Evidence], found: list[tuple[Pinned, Vulnerability]]
) -> tuple[Risk, ...]:
    """One risk for all of them, as grave as the gravest and at its place; the count is that of packages."""
    if not found:
        return risks
    pin, gravest = min(found, key=lambda each: _SEVERITIES.index(_GRADES.get(each[1].severity, "medium")))
    severity = _GRADES.get(gravest.severity, "medium")
    message = "locked versions with known vulnerabilities"
    risk = Risk(severity, message, Evidence(pins[pin].at, RULE), len({one for one, _ in found}))
    return tuple(
        sorted((*risks, risk), key=lambda one: (_SEVERITIES.index(one.severity), one.evidence.rule, one.evidence.at))
    )
