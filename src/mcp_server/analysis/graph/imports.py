"""The import graph's section: edges, hubs, cycles, orphans and what could not be resolved."""

from collections.abc import Iterator, Mapping

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.graph.algorithms import shortest_cycle, strong_parts
from plumbrule.mcp_server.analysis.graph.links import DECLARES, SAME_PACKAGE, SOFT, TYPE_ONLY, Edge, Links
from plumbrule.mcp_server.analysis.graph.orphans import orphans_of
from plumbrule.mcp_server.analysis.graph.roles import is_material
from plumbrule.mcp_server.analysis.sections.code import Cycle, Hub, ImportGraph, Unresolved
from plumbrule.mcp_server.analysis.sections.ready import Ready, row_of, rows_of
from plumbrule.mcp_server.analysis.words import evidence, place, word

MAX_HUBS = 20
MAX_TEST_HUBS = 10
MAX_CYCLES = 100
MAX_ORPHANS = 200
MAX_UNRESOLVED = 200
"""Rows shown; the counts beside them are of all."""

_BY_PACKAGE = frozenset(("Go", "C#", "Swift"))
"""Languages whose imports reach all files of a package alike: the package is the hub."""


def imports_of(deep: Deep, links: Links) -> ImportGraph:
    """What `links` says about the files as a graph. Linear in files and imports."""
    sources = {path for path, part in links.parts.items() if part == "source"}
    inner = _inner(links, sources)
    orphans = orphans_of(deep, links)
    lost = [one for one in links.lost if not _is_input(one.path, links.parts.get(one.path, ""))]
    should = links.reaching + len(lost)
    cycles, cycles_count = _cycles(inner)
    return ImportGraph(
        files=len(links.importing.union(links.edges, *links.edges.values())),
        edges_count=sum(map(len, links.edges.values())),
        evidence=Evidence(_first_place(links), "imports.resolved"),
        resolved_share=round(links.reaching / should, 4) if should else 1.0,
        hubs=_hubs(deep, inner, MAX_HUBS, sources),
        test_hubs=_test_hubs(deep, links),
        cycles=cycles,
        cycles_count=cycles_count,
        orphans=tuple(place(path) for path in orphans[:MAX_ORPHANS]),
        orphans_count=len(orphans),
        unresolved=tuple(
            Unresolved(word(one.target), evidence(one.path, "imports.unresolved", one.line))
            for one in lost[:MAX_UNRESOLVED]
        ),
        unresolved_count=len(lost),
        languages_without_rules=links.without_rules,
        edges=_rows(links),
    )


def _is_input(path: str, part: str) -> bool:
    """Whether a file's imports need not lead anywhere: others' files, and what tests read rather than run."""
    return part in ("generated", "vendored") or (part != "source" and is_material(path)) or "/resources/" in path


def _first_place(links: Links) -> str:
    """The first import of the tree stands for all; "." where there is none."""
    for path, targets in links.edges.items():
        return place(path, min(edge.line for edge in targets.values()))
    return "."


def _inner(links: Links, wanted: set[str]) -> dict[str, Mapping[str, Edge]]:
    """The edges between wanted files."""
    found: dict[str, Mapping[str, Edge]] = {}
    for path, targets in links.edges.items():
        if path in wanted:
            whole = wanted.issuperset(targets)  # most often, and a copy of each would take a third of the memory
            kept = targets if whole else {target: edge for target, edge in targets.items() if target in wanted}
            if kept:
                found[path] = kept
    return found


def _rows(links: Links) -> Ready:
    """The edges as JSON objects in the order of paths and lines; each path is cleaned and encoded once."""
    shown: dict[str, bytes] = {}

    def json_of(path: str) -> bytes:
        known = shown.get(path)
        if known is None:
            known = shown[path] = row_of(place(path))
        return known

    def rows() -> Iterator[bytes]:
        for path in sorted(links.edges):
            head = b'{"path":' + json_of(path)
            for target, edge in sorted(links.edges[path].items(), key=lambda item: (item[1].line, item[0])):
                tail = b',"type_only":true}' if edge.marks & TYPE_ONLY else b"}"
                if edge.marks & SAME_PACKAGE:
                    tail = b',"rule":"imports.same_package"}'
                yield b'%b,"line":%d,"to":%b%b' % (head, edge.line, json_of(target), tail)

    return rows_of(rows(), len(links.tree_files))


def _hubs(deep: Deep, edges: Mapping[str, Mapping[str, Edge]], most: int, among: set[str]) -> tuple[Hub, ...]:
    fan_in: dict[str, int] = {}
    for targets in edges.values():
        for target, edge in targets.items():
            if target in among and not edge.marks & DECLARES:
                fan_in[target] = fan_in.get(target, 0) + 1
    rows: dict[str, Hub] = {}
    for path in sorted(fan_in, key=lambda path: (-fan_in[path], path)):
        if fan_in[path] < 2 or len(rows) >= most:
            break
        if deep.languages[path].language in _BY_PACKAGE:
            folder = _package_of(path)
            below = {target.rpartition("/")[0] for target in edges.get(path, ())}
            rows.setdefault(folder, Hub(place(folder), fan_in[path], len(below), "package"))
        else:
            barrel = _is_barrel(deep, path)
            rows[path] = Hub(place(path), fan_in[path], len(edges.get(path, ())), "barrel" if barrel else None)
    return tuple(rows.values())


def _package_of(path: str) -> str:
    """The folder whose files are imported together: for Swift the module's, below `Sources`."""
    folder = path.rpartition("/")[0]
    head, found, inside = folder.partition("Sources/")
    return head + found + inside.partition("/")[0] if found and path.endswith(".swift") else folder or "."


def _test_hubs(deep: Deep, links: Links) -> tuple[Hub, ...]:
    tests = {path for path, part in links.parts.items() if part == "test"}
    return _hubs(deep, _inner(links, tests), MAX_TEST_HUBS, tests)


def _is_barrel(deep: Deep, path: str) -> bool:
    """Whether a file defines no function or class and imports something: it passes on what others define."""
    index = deep.facts.get(path)
    if index is None or index.functions or index.classes or not index.raw_imports:
        return False
    name = path.rpartition("/")[2]
    passes = sum(1 for one in index.raw_imports if one[2] == "export")
    return name.startswith("__init__.") or passes * 2 >= len(index.raw_imports)


def _cycles(edges: Mapping[str, Mapping[str, Edge]]) -> tuple[tuple[Cycle, ...], int]:
    """A shortest ring of each strongly connected part, the largest parts first; and the number of such parts."""
    names = sorted(edges.keys() | {target for targets in edges.values() for target in targets})
    number = {name: position for position, name in enumerate(names)}
    after = [
        sorted(number[target] for target, edge in edges.get(name, {}).items() if not edge.marks & (SOFT | DECLARES))
        for name in names
    ]
    parts = sorted((part for part in strong_parts(after) if len(part) > 1), key=lambda part: (-len(part), part))
    rings = ([names[node] for node in shortest_cycle(after, part)] for part in parts[:MAX_CYCLES])
    shown = tuple(_cycle(edges, ring, len(part)) for ring, part in zip(rings, parts, strict=False))
    return shown, len(parts)


def _cycle(edges: Mapping[str, Mapping[str, Edge]], ring: list[str], size: int) -> Cycle:
    first = edges[ring[0]][ring[1]]
    path = tuple(place(name) for name in (*ring, ring[0]))
    return Cycle(path, size, evidence(ring[0], "imports.cycle", first.line))
