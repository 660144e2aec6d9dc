"""Adds the deep sections to a report: each is a function of everything that was read; here is their order.

Above it lies `report`; below it the rooms of the sections. Nothing is awaited and nothing read. Rooms are imported
when they are asked for: a card or a question about languages never pays for the import graph.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from plumbrule.mcp_server.analysis.aspects import Aspect
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.analysis.notes import Notes

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.graph.links import Links
    from plumbrule.mcp_server.analysis.graph.roles import Part

_OF_LINKS: frozenset[Aspect] = frozenset(("imports", "dependencies", "symbols", "architecture"))
"""What starts from the resolved imports."""


def deepened(
    report: RepositoryReport,
    deep: Deep,
    aspects: frozenset[Aspect],
    symlinks: Mapping[str, bytes],
    notes: Notes | None = None,
) -> RepositoryReport:
    """The report with the sections of the aspects. `symlinks` holds the targets of symbolic links by path."""
    parts: dict[str, Part] | None = None
    if aspects & (_OF_LINKS | {"languages"}):
        from plumbrule.mcp_server.analysis.graph.roles import parts_of

        parts = parts_of(deep.languages)
    if "languages" in aspects and parts is not None:
        from plumbrule.mcp_server.analysis.code_rows import files_of

        report = replace(report, files=files_of(deep, parts))
    if "structure" in aspects:
        from plumbrule.mcp_server.analysis.starting_code import with_code
        from plumbrule.mcp_server.analysis.structure import structure_of

        structure = structure_of(deep, notes)
        report = replace(report, entry_points=with_code(report.entry_points, deep))
        report = replace(report, structure=None if structure == type(structure)() else structure)
    if aspects & _OF_LINKS:
        from plumbrule.mcp_server.analysis.graph.links import links_of

        report = _with_links(report, deep, links_of(deep, parts), aspects, notes)
    if "sbom" in aspects:
        from plumbrule.mcp_server.analysis.sbom_facts import sbom_of

        report = replace(report, sbom=sbom_of(deep))
    if "licences" in aspects:
        from plumbrule.mcp_server.analysis.component_licences import licences_of

        licences = licences_of(deep, report.licence)
        report = replace(report, licences=None if licences == type(licences)() else licences)
    if "quality" in aspects:
        from plumbrule.mcp_server.analysis.quality.score import quality_of

        report = replace(report, quality=quality_of(deep, report.licence, notes))
    if "security" in aspects or "text" in aspects:
        from plumbrule.mcp_server.analysis.findings.report import findings_of

        found = findings_of(deep, report.licence, symlinks)
        if "security" not in aspects:
            found = tuple(one for one in found if one.category == "text")
        report = replace(report, findings=found)
    if "security" in aspects:
        from plumbrule.mcp_server.analysis.findings.scorecard import scorecard_of

        report = replace(report, scorecard=scorecard_of(deep, report.licence))
    return report


def _with_links(
    report: RepositoryReport, deep: Deep, links: "Links", aspects: frozenset[Aspect], notes: Notes | None
) -> RepositoryReport:
    if "imports" in aspects:
        from plumbrule.mcp_server.analysis.graph.imports import imports_of

        report = replace(report, imports=imports_of(deep, links))
    if "dependencies" in aspects:
        from plumbrule.mcp_server.analysis.dependency_facts import dependencies_of
        from plumbrule.mcp_server.analysis.graph.dependencies import with_imports

        report = replace(report, dependencies=with_imports(dependencies_of(deep), deep, links))
    if "architecture" in aspects:
        from plumbrule.mcp_server.analysis.graph.architecture import architecture_of

        report = replace(report, architecture=architecture_of(deep, links, notes))
    if "symbols" in aspects:
        from plumbrule.mcp_server.analysis.code_rows import symbols_of

        report = replace(report, symbols=symbols_of(deep, links))
    return report
