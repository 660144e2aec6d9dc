"""Conflicts between repositories as SARIF 2.1.0 and as workflow commands of GitHub Actions."""

from typing import Any
from urllib.parse import quote

import plumbrule
from plumbrule.mcp_server.cli.formats.github import data, property_value
from plumbrule.mcp_server.cli.formats.sarif import SCHEMA_URL
from plumbrule.mcp_server.compatibility.report import CompatibilityReport
from plumbrule.mcp_server.dependencies.joint.findings import Conflict, ConflictKind, Member

RULES: dict[ConflictKind, str] = {
    "packages": "Requirements of several repositories that no set of versions satisfies.",
    "runtime": "Ranges of a runtime that have no version in common, or not the target's.",
    "peer": "Peer requirements that no set of versions satisfies.",
    "alone": "Requirements of one repository that no set of versions satisfies.",
    "static": "Declared requirements that exclude each other by their ecosystem's rules.",
    "lock": "A lock that does not hold what its manifest asks for.",
}


def compat_sarif(report: CompatibilityReport) -> dict[str, Any]:
    """The document. Places are relative to the root of their repository: `%SRCROOT%` is the first one's."""
    bases = {one.label: "%SRCROOT%" if not at else f"REPOSITORY{at + 1}" for at, one in enumerate(report.repositories)}
    kinds: list[ConflictKind] = list(dict.fromkeys(one.kind for one in report.conflicts))
    unknown = report.verdict == "unknown"
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "Plumbrule",
                "semanticVersion": plumbrule.__version__,
                "rules": [{"id": f"compat.{kind}", "shortDescription": {"text": RULES[kind]}} for kind in kinds],
            }
        },
        "originalUriBaseIds": {base: {"description": {"text": f"The root of {name}."}} for name, base in bases.items()},
        "invocations": [
            {
                "executionSuccessful": not unknown,
                **({"toolExecutionNotifications": [{"level": "error", "message": {"text": report.summary}}]}
                   if unknown else {}),
            }
        ],
        "results": [_result(one, kinds.index(one.kind), bases) for one in report.conflicts],
    }  # fmt: skip
    return {"$schema": SCHEMA_URL, "version": "2.1.0", "runs": [run]}


def _result(conflict: Conflict, index: int, bases: dict[str, str]) -> dict[str, Any]:
    placed = [member for member in conflict.members if member.evidence is not None]
    return {
        "ruleId": f"compat.{conflict.kind}",
        "ruleIndex": index,
        "level": "error",
        "message": {"text": conflict.sentence},
        "locations": [_location(one, bases) for one in placed[:1]],
        "relatedLocations": [
            {"id": number, "message": {"text": f"{one.repository}: {one.requirement}"}} | _location(one, bases)
            for number, one in enumerate(placed[1:], 1)
        ],
        "partialFingerprints": {"plumbrule/v1": _fingerprint(conflict)},
    }


def _fingerprint(conflict: Conflict) -> str:
    """Stays when lines move: who asks for what."""
    from hashlib import sha256  # as only code scanning asks

    parts = sorted(f"{one.repository}\0{one.requirement}" for one in conflict.members)
    return sha256("\0".join([conflict.kind, conflict.ecosystem, *parts]).encode()).hexdigest()[:32]


def _location(member: Member, bases: dict[str, str]) -> dict[str, Any]:
    path, line = _place(member)
    return {
        "physicalLocation": {
            "artifactLocation": {
                "uri": quote(path, safe="/-._~"),
                "uriBaseId": bases.get(member.repository, "%SRCROOT%"),
            },
            **({"region": {"startLine": line}} if line else {}),
        }
    }


def _place(member: Member) -> tuple[str, int]:
    at = member.evidence.at if member.evidence else ""
    path, mark, line = at.rpartition(":")
    return (path, int(line)) if mark and line.isascii() and line.isdigit() else (at, 0)


def compat_annotations(report: CompatibilityReport) -> str:
    """An error for each conflict, at its line in the first repository where it has one there; the last line sums up."""
    first = report.repositories[0].label if report.repositories else ""
    lines: list[str] = []
    for one in report.conflicts:
        own = next((member for member in one.members if member.repository == first and member.evidence), None)
        fields = [f"title={property_value(f'plumbrule {one.id}')}"]
        if own is not None:
            path, line = _place(own)
            fields = [f"file={property_value(path)}", *([f"line={line}"] if line else []), *fields]
        lines.append(f"::error {','.join(fields)}::{data(one.sentence)}")
    for fix in report.fixes:
        changes = "; ".join(f"{one.repository}: {one.requirement} -> {one.to or 'remove'}" for one in fix.changes)
        lines.append(f"::notice title={property_value(f'plumbrule fix {fix.id}')}::{data(changes)}")
    level = "notice" if report.verdict == "compatible" else "warning" if report.verdict == "unknown" else "error"
    lines.append(f"::{level} title=plumbrule::{data(report.summary)}")
    return "\n".join(lines)
