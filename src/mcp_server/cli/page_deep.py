"""The deep sections as rows of a page: of each the few that a person would read first; `--json` has them all.

`page` puts them between its own blocks, for reports at `full` only.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.analysis.sections.code import Cycle
from plumbrule.mcp_server.analysis.sections.dependencies import Dependency
from plumbrule.mcp_server.cli.more import more
from plumbrule.mcp_server.cli.page_words import Row, clean, counted, where

MOST = 8
"""Rows of one sort."""

_TONES = {"A": "plain", "B": "plain", "C": "warn", "D": "warn", "F": "bad"}


def _rest(items: Sequence[object], nouns: str) -> Iterator[Row]:
    yield from (Row(text, tone="quiet") for text in more(items, MOST, nouns))


def _quality(report: RepositoryReport) -> Iterator[Row]:
    quality = report.quality
    if quality is None:
        return
    yield Row(f"{quality.grade}, {quality.score:.2f} of 1", tone=_TONES[quality.grade])
    for one in quality.indicators:
        yield Row(
            f"{one.name} {one.score:.2f} (weight {one.weight:g}): {clean(one.reason)}", where(one.evidence), "quiet"
        )
    for outlier in quality.outliers[:MOST]:
        yield Row(f"{outlier.measure} {outlier.value}: {clean(outlier.name) or 'one body'}", where(outlier.evidence))
    yield from _rest(quality.outliers, "outliers")


def _architecture(report: RepositoryReport) -> Iterator[Row]:
    drawn = report.architecture
    if drawn is None:
        return
    names = {part.id: clean(part.name) for part in drawn.parts}
    for layer in sorted({part.layer for part in drawn.parts}, reverse=True):
        parts = [part for part in drawn.parts if part.layer == layer]
        words = ", ".join(f"{clean(part.name)} ({counted(part.files, 'file')})" for part in parts)
        yield Row(f"layer {layer}: {words}")
    for flow in drawn.flows[:MOST]:
        through = " -> ".join(names.get(one, one) for one in flow.through)
        yield Row(f"{clean(flow.entry)}: {through}", where(flow.evidence), "quiet")
    yield from _rest(drawn.flows, "flows")
    yield from _cycles(drawn.cycles)


def _imports(report: RepositoryReport) -> Iterator[Row]:
    graph = report.imports
    if graph is None:
        return
    resolved = f"{graph.resolved_share:.0%} of the repository's own imports lead to a file"
    yield Row(f"{counted(graph.edges_count, 'edge')} between {counted(graph.files, 'file')}; {resolved}")
    for hub in graph.hubs[:MOST]:
        yield Row(f"{clean(hub.path)}: imported by {hub.fan_in}, imports {hub.fan_out}")
    yield from _cycles(graph.cycles)
    if graph.orphans_count:
        shown = ", ".join(map(clean, graph.orphans[:3]))
        yield Row(f"nothing imports {counted(graph.orphans_count, 'file')}, such as {shown}", tone="quiet")
    for lost in graph.unresolved[:MOST]:
        yield Row(f"leads nowhere: {clean(lost.target)}", where(lost.evidence), "warn")
    yield from _rest(graph.unresolved, "imports that lead nowhere")


def _cycles(cycles: Sequence[Cycle]) -> Iterator[Row]:
    for cycle in cycles[:MOST]:
        yield Row(f"cycle of {cycle.size}: {' -> '.join(map(clean, cycle.path))}", where(cycle.evidence), "warn")
    yield from _rest(cycles, "cycles")


def _dependencies(report: RepositoryReport) -> Iterator[Row]:
    found = report.dependencies
    if found is None:
        return
    scopes: dict[str, int] = {}
    for one in found.direct:
        scopes[one.scope] = scopes.get(one.scope, 0) + 1
    words = ", ".join(f"{count} {scope}" for scope, count in sorted(scopes.items(), key=lambda pair: -pair[1]))
    yield Row(f"{words or 'none'}; {counted(len(found.transitive), 'package')} below them in locks")
    runtime = [one for one in found.direct if one.scope == "runtime"]
    for one in runtime[:MOST]:
        yield Row(_dependency(one), where(one.evidence))
    yield from _rest(runtime, "of the runtime")
    for lost in found.missing[:MOST]:
        yield Row(f"imported and not declared: {clean(lost.name)} ({lost.scope})", where(lost.evidence), "warn")
    yield from _rest(found.missing, "that are not declared")
    for spare in found.unused[:MOST]:
        yield Row(f"declared and never imported: {clean(spare.name)}", where(spare.evidence), "warn")
    yield from _rest(found.unused, "that are never imported")
    for clash in found.clashes[:MOST]:
        both = f"{clean(clash.first)} and {clean(clash.second)}, which stands at {where(clash.second_at)}"
        yield Row(f"no version satisfies both: {clean(clash.name)} {both}", where(clash.first_at), "bad")
    yield from _rest(found.clashes, "clashes")


def _dependency(one: Dependency) -> str:
    asked = clean(one.constraint or one.reference or "any version")
    locked = f", locked {clean(one.locked)}" if one.locked else ""
    used = f", imported by {counted(one.used_by, 'file')}" if one.used_by else ""
    return f"{clean(one.name)} {asked}{locked}{used}"


def _interfaces(report: RepositoryReport) -> Iterator[Row]:
    found = report.structure
    if found is None:
        return
    for route in found.routes[:MOST]:
        yield Row(f"route {route.method or 'any'} {clean(route.path)}", where(route.evidence))
    yield from _rest(found.routes, "routes")
    for command in found.cli_commands[:MOST]:
        yield Row(f"command {clean(command.name)}", where(command.evidence))
    yield from _rest(found.cli_commands, "commands")
    for variable in found.environment[:MOST]:
        yield Row(f"reads {clean(variable.name)}", where(variable.evidence))
    yield from _rest(found.environment, "variables")
    for port in found.ports[:MOST]:
        yield Row(f"port {port.number}", where(port.evidence))
    yield from _rest(found.ports, "ports")


def _history(report: RepositoryReport) -> Iterator[Row]:
    past = report.history
    if past is None:
        return
    cut = "" if past.complete else " (the walk ended there)"
    people = (
        f"half of them by {counted(past.bus_factor, 'person') if past.bus_factor == 1 else f'{past.bus_factor} people'}"
    )
    yield Row(f"{counted(past.commits, 'commit')}{cut} by {counted(past.authors, 'author')}, {people}")
    for spot in past.hot_spots[:MOST]:
        yield Row(f"changes often: {clean(spot.path)}, {counted(spot.commits, 'commit')}")
    for pair in past.coupling[:3]:
        yield Row(f"change together: {clean(pair.first)}, {clean(pair.second)} ({pair.share:.0%})", tone="quiet")
    if past.releases:
        often = f", one in {past.release_every_days} days" if past.release_every_days else ""
        last = past.releases[0]
        yield Row(f"{counted(past.releases_count, 'release')}{often}; the last {clean(last.name)} on {last.day}")


def _symbols(report: RepositoryReport) -> Iterator[Row]:
    languages = report.symbols.languages if report.symbols else ()
    for one in languages[:MOST]:
        if one.metrics_only:
            yield Row(f"{one.language}: metrics only, {counted(one.files, 'file')}", tone="quiet")
            continue
        broken = ""
        if one.files_with_errors:
            broken = f", {counted(one.files_with_errors, 'file')} with lines that the grammar could not read"
        words = f"{counted(one.functions, 'function')}, {one.classes:,} types in {counted(one.files, 'file')}{broken}"
        yield Row(f"{one.language}: {words}")
    yield from _rest(languages, "languages")


def _licences(report: RepositoryReport) -> Iterator[Row]:
    found = report.licences
    if found is None:
        return
    for name in found.source_available:
        yield Row(f"{clean(name)} is no open source licence", tone="warn")
    own = [one for one in found.components if not one.inherited]
    for one in own[:MOST]:
        yield Row(f"{clean(one.component)}: {clean(one.expression)}", where(one.evidence))
    yield from _rest(own, "components")
    for two in found.disagreements[:MOST]:
        second = f"{clean(two.second)} at {where(two.second_at)}"
        yield Row(f"says {clean(two.first)}, and {second}", where(two.first_at), "warn")
    yield from _rest(found.disagreements, "disagreements")


DEEP_BLOCKS: tuple[tuple[str, Callable[[RepositoryReport], Iterable[Row]]], ...] = (
    ("Quality", _quality),
    ("Architecture", _architecture),
    ("Imports", _imports),
    ("Dependencies", _dependencies),
    ("Interfaces", _interfaces),
    ("History", _history),
    ("Symbols", _symbols),
    ("Licences", _licences),
)
