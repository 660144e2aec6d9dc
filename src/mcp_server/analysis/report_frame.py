"""What every report has, whatever was asked: its size, its coverage, what it left out. And the one of names alone.

Beside `report`, which has the rooms of facts: a question about languages imports none of them.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from plumbrule.core.facts import Coverage, Skipped
from plumbrule.mcp_server.analysis.aspects import ASPECTS, USUAL, Aspect, Detail, Wanted, left_out
from plumbrule.mcp_server.analysis.collected import Collected
from plumbrule.mcp_server.analysis.languages_fact import languages_of
from plumbrule.mcp_server.analysis.model import SCHEMA, RepositoryReport, Size, with_live_pointers
from plumbrule.mcp_server.analysis.source_fact import source_of
from plumbrule.mcp_server.analysis.words import stated, word
from plumbrule.mcp_server.platforms.ports.snapshot import PARTIAL_REASONS, Snapshot

UNTRUSTED = (
    "/source",
    "/name",
    "/description",
    "/licence",
    "/runtimes",
    "/commands",
    "/entry_points",
    "/tests/frameworks",
    "/ci",
    "/components",
    "/documentation",
    "/manifests",
    "/changes/since",
    "/changes/dependencies",
    "/changes/licences",
    "/changes/api",
    "/changes/ci",
    "/structure",
    "/architecture",
    "/imports",
    "/dependencies",
    "/licences",
    "/quality/outliers",
    "/history",
    "/symbols/files",
    "/files",
    "/sbom",
)
"""Fields that hold the repository's words. `tools/budget` keeps of these what is there."""

KNOWN_VULNERABILITIES = "known vulnerabilities"
"""What no tree tells: `known_vulnerabilities` asks a database, when the settings say so."""

NOT_EXAMINED: dict[Detail, tuple[str, ...]] = {
    "card": ("components", "documentation", "history", "symbols", "most files for secrets"),
    "summary": ("symbols", "imports", "architecture", "quality", "single findings", "history before the last year"),
    "full": (KNOWN_VULNERABILITIES,),
}


_CUT_SHORT = frozenset(("crashed", "too_slow", "not_parsed_crashed", "not_parsed_too_slow"))
"""Faults of a parser after which the manifest may hold more than we know, and another day may tell."""


def report_of_names(snapshot: Snapshot, wanted: Wanted, collected: Collected) -> RepositoryReport:
    """The report of a survey that asked for nothing but what names and sizes tell."""
    report = RepositoryReport(
        schema=SCHEMA,
        detail=wanted.detail,
        source=source_of(snapshot.origin),
        name=stated(snapshot.origin.name, ".", "source.name"),
        size=size_of(collected),
        coverage=coverage_of(snapshot, wanted.detail, collected),
        languages=languages_of(collected, wanted.detail),
        untrusted=UNTRUSTED,
        retry_with=None if collected.finished else {"source": snapshot.origin.source},
    )
    return with_live_pointers(narrowed(report, wanted.aspects))


def narrowed(report: RepositoryReport, aspects: frozenset[Aspect]) -> RepositoryReport:
    """The report without the fields that nobody asked for; `not_examined` names what was left out."""
    if aspects >= USUAL:
        return report
    empty: dict[str, Any] = {field.name: field.default for field in fields(report) if field.name in left_out(aspects)}
    left: list[str] = [aspect for aspect in ASPECTS if aspect not in aspects]
    if "security" in aspects and report.detail == "full":
        left += [text for text in report.not_examined if text.startswith(KNOWN_VULNERABILITIES)]
    return replace(report, **empty, not_examined=tuple(left))


def size_of(collected: Collected) -> Size:
    """Files, bytes, and lines where those of every counted file are known."""
    counted = [file.path for file in collected.files if file.counted]
    lines = sum(collected.lines.get(path, 0) for path in counted)
    known = collected.finished and all(path in collected.lines for path in counted)
    return Size(len(collected.inventory.files), collected.inventory.total_bytes, lines if known else None)


def coverage_of(snapshot: Snapshot, detail: Detail, collected: Collected) -> Coverage:
    """Files seen, files whose bytes were read, and everything left out by the adapter or by us."""
    skipped = _merged((*snapshot.skipped, *collected.skips()))
    if detail == "card":  # examples belong to the deeper levels
        skipped = tuple(Skipped(one.reason, one.count) for one in skipped)
    cut = PARTIAL_REASONS | _CUT_SHORT
    complete = collected.finished and not collected.limited and not any(one.reason in cut for one in skipped)
    return Coverage(len(snapshot.entries), collected.read, skipped, complete)


def _merged(skipped: Sequence[Skipped]) -> tuple[Skipped, ...]:
    by_reason: dict[str, Skipped] = {}
    for one in skipped:
        before = by_reason.get(one.reason)
        if before is None:
            by_reason[one.reason] = replace(one, examples=tuple(word(text) for text in one.examples[:3]))
        else:
            examples = (*before.examples, *(word(text) for text in one.examples))[:3]
            by_reason[one.reason] = Skipped(one.reason, before.count + one.count, examples)
    return tuple(sorted(by_reason.values(), key=lambda one: (-one.count, one.reason)))
