"""Puts what was gathered together into a report: one call for each room of facts, in the report's order."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from plumbrule.core.facts import Coverage, Skipped
from plumbrule.mcp_server.analysis import building, components, identity, licensing, risks, starting, surroundings
from plumbrule.mcp_server.analysis.aspects import ASPECTS, USUAL, Aspect, Detail, Wanted, left_out
from plumbrule.mcp_server.analysis.collected import Collected
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.deepening import deepened
from plumbrule.mcp_server.analysis.gathered import Gathered, ranked
from plumbrule.mcp_server.analysis.languages_fact import languages_of
from plumbrule.mcp_server.analysis.model import SCHEMA, RepositoryReport, Size, with_live_pointers
from plumbrule.mcp_server.analysis.source_fact import source_of
from plumbrule.mcp_server.analysis.syntax.facts import index_of
from plumbrule.mcp_server.analysis.words import word
from plumbrule.mcp_server.platforms.ports.snapshot import PARTIAL_REASONS, Snapshot

UNTRUSTED = (
    "/source",
    "/name",
    "/description",
    "/licence/declared",
    "/licence/others",
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
)
"""Fields that hold the repository's words. `tools/budget` keeps of these what is there."""

NOT_EXAMINED: dict[Detail, tuple[str, ...]] = {
    "card": ("components", "documentation", "history", "symbols", "most files for secrets"),
    "summary": ("symbols", "imports", "architecture", "quality", "single findings", "history before the last year"),
    "full": (),
}


_CUT_SHORT = frozenset(("crashed", "too_slow", "not_parsed_crashed", "not_parsed_too_slow"))
"""Faults of a parser after which the manifest may hold more than we know, and another day may tell."""


def report_of(snapshot: Snapshot, wanted: Wanted, collected: Collected) -> RepositoryReport:
    """The report of what was collected so far; `coverage` says whether that is all."""
    detail = wanted.detail
    gathered = gathered_of(snapshot, detail, collected)
    licence = licensing.licence_of(gathered)
    deep = detail != "card"
    report = RepositoryReport(
        schema=SCHEMA,
        detail=detail,
        source=source_of(snapshot.origin),
        name=identity.name_of(gathered),
        size=_size_of(collected),
        coverage=coverage_of(snapshot, detail, collected),
        description=identity.description_of(gathered, brief=not deep),
        languages=gathered.languages,
        licence=licence,
        ecosystems=building.ecosystems_of(gathered),
        runtimes=building.runtimes_of(gathered),
        commands=building.commands_of(gathered),
        entry_points=starting.entry_points_of(gathered),
        tests=building.tests_of(gathered),
        ci=surroundings.ci_of(gathered, workflows=deep),
        risks=risks.risks_of(gathered, licence, collected.secrets, collected.links),
        components=components.components_of(gathered) if deep else (),
        documentation=surroundings.documents_of(gathered) if deep else (),
        manifests=building.manifests_of(gathered) if deep else (),
        not_examined=NOT_EXAMINED[detail],
        untrusted=UNTRUSTED,
        retry_with=None if collected.finished else {"source": snapshot.origin.source},
    )
    if collected.packed or (detail == "full" and not wanted.of_names_alone):
        report = deepened(report, deep_of(gathered, collected), wanted.aspects, collected.links)
    if collected.past is not None:
        from plumbrule.mcp_server.analysis.history import history_of  # as `full` alone needs it

        files = {file.path: file for file in collected.files}
        report = replace(
            report, history=history_of(collected.past, files, collected.lines, snapshot.origin.commit or "HEAD")
        )
    return with_live_pointers(_narrowed(report, wanted.aspects))


def _narrowed(report: RepositoryReport, aspects: frozenset[Aspect]) -> RepositoryReport:
    """The report without the fields that nobody asked for; `not_examined` names what was left out."""
    if aspects >= USUAL:
        return report
    empty: dict[str, Any] = {field.name: field.default for field in fields(report) if field.name in left_out(aspects)}
    return replace(report, **empty, not_examined=tuple(aspect for aspect in ASPECTS if aspect not in aspects))


def gathered_of(snapshot: Snapshot, detail: Detail, collected: Collected) -> Gathered:
    """The input of the fact rooms."""
    aside = frozenset(one.entry.path for one in collected.inventory.manifests if one.aside)
    languages = languages_of(collected, detail)
    manifests = ranked(collected.manifests, languages, aside)
    return Gathered(
        snapshot.origin, collected.inventory, manifests, aside, languages, collected.texts, collected.readings
    )


def deep_of(gathered: Gathered, collected: Collected) -> Deep:
    """The input of the deep sections."""
    paths = sorted(collected.packed, key=_bytes)
    languages = {file.path: file for file in collected.files}
    return Deep(
        gathered,
        languages,
        {path: index_of(collected.packed[path]) for path in paths},
        {path: collected.packed[path] for path in paths},
    )


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _size_of(collected: Collected) -> Size:
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
