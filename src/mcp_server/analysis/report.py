"""Puts what was gathered together into a report: one call for each room of facts, in the report's order."""

from dataclasses import replace

from plumbrule.mcp_server.analysis import building, components, identity, licensing, risks, starting, surroundings
from plumbrule.mcp_server.analysis.aspects import Detail, Wanted
from plumbrule.mcp_server.analysis.collected import Collected
from plumbrule.mcp_server.analysis.collector import collector_resting
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.deepening import deepened
from plumbrule.mcp_server.analysis.gathered import Gathered, ranked
from plumbrule.mcp_server.analysis.languages_fact import languages_of
from plumbrule.mcp_server.analysis.model import SCHEMA, RepositoryReport, with_live_pointers
from plumbrule.mcp_server.analysis.notes import Notes
from plumbrule.mcp_server.analysis.report_frame import NOT_EXAMINED, UNTRUSTED, coverage_of, narrowed, size_of
from plumbrule.mcp_server.analysis.source_fact import source_of
from plumbrule.mcp_server.platforms.ports.snapshot import Snapshot


def report_of(snapshot: Snapshot, wanted: Wanted, collected: Collected, notes: Notes | None = None) -> RepositoryReport:
    """The report of what was collected so far; `coverage` says whether that is all."""
    with collector_resting():
        return _report_of(snapshot, wanted, collected, notes)


def _report_of(snapshot: Snapshot, wanted: Wanted, collected: Collected, notes: Notes | None) -> RepositoryReport:
    detail = wanted.detail
    gathered = gathered_of(snapshot, detail, collected)
    licence = licensing.licence_of(gathered)
    deep = detail != "card"
    report = RepositoryReport(
        schema=SCHEMA,
        detail=detail,
        source=source_of(snapshot.origin),
        name=identity.name_of(gathered),
        size=size_of(collected),
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
    if collected.packed or collected.shelved or (detail == "full" and not wanted.of_names_alone):
        report = deepened(report, deep_of(gathered, collected), wanted.aspects, collected.links, notes)
    if collected.past is not None:
        from plumbrule.mcp_server.analysis.history import history_of  # as `full` alone needs it

        files = {file.path: file for file in collected.files}
        commit = snapshot.origin.commit or "HEAD"
        report = replace(report, history=history_of(collected.past, files, collected.lines, commit, notes))
    return with_live_pointers(narrowed(report, wanted.aspects))


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
    packed, indexes = collected.facts(sorted(collected.known_paths(), key=_bytes))
    languages = {file.path: file for file in collected.files}
    return Deep(gathered, languages, indexes, packed)


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
