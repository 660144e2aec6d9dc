"""The architecture's section: a few parts named from the code, what depends on what, layers, cycles and main flows."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from plumbrule.core.facts import Evidence
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.components import components_of
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.graph.algorithms import shortest_cycle, strong_parts
from plumbrule.mcp_server.analysis.graph.flows import distinct, started_files, through
from plumbrule.mcp_server.analysis.graph.layering import layered
from plumbrule.mcp_server.analysis.graph.links import DECLARES, ONLY_TESTS, SOFT, TYPE_ONLY, Links
from plumbrule.mcp_server.analysis.graph.mermaid import Arrow, Node, flowchart
from plumbrule.mcp_server.analysis.graph.parts import Piece, pieces_of
from plumbrule.mcp_server.analysis.model import Component
from plumbrule.mcp_server.analysis.notes import Notes
from plumbrule.mcp_server.analysis.sections.code import Architecture, Cycle, Flow, Part, PartEdge
from plumbrule.mcp_server.analysis.words import evidence, place, word

MAX_ARROWS = 40
"""Arrows drawn; beyond it the lightest are left out of the diagram, never out of `edges`."""

PULL = 30
"""Lines that one importing file counts for: what many depend on is a part of its own though it is short."""


_MAJOR = re.compile(r"/v\d+$")


@dataclass(slots=True)
class _Bundle:
    """All imports from one part to another. `first` is the first place."""

    imports: int = 0
    waiting: int = 0
    """Of these, imports that wait until a function runs: they set no layer and close no cycle."""
    first: tuple[str, int] = ("", 0)


def architecture_of(deep: Deep, links: Links, notes: Notes | None = None) -> Architecture | None:
    """What a drawing of the source would show; None where no source file was parsed."""
    started = started_files(deep, links)
    weights = _weights(deep, links, [path for _, path in started])
    if notes is not None:
        notes.weights = weights
    if not weights:
        return None
    pieces = pieces_of(weights)
    part_of = {path: number for number, piece in enumerate(pieces) for path in piece.files}
    bundles = _bundles(links, part_of)
    binding = {pair: one.imports - one.waiting for pair, one in bundles.items() if one.imports > one.waiting}
    layer, against = layered(len(pieces), binding)
    parts = _parts(deep, pieces, layer)
    edges = tuple(
        PartEdge(
            parts[source].id,
            parts[target].id,
            bundle.imports,
            evidence(bundle.first[0], "architecture.imports", bundle.first[1]),
            True if (source, target) in against or layer[source] < layer[target] else None,
        )
        for (source, target), bundle in sorted(bundles.items())
    )
    starts = distinct((point, through(path, links, part_of)) for point, path in started)
    flows = tuple(
        Flow(point.name, point.evidence, tuple(parts[number].id for number in order)) for point, order in starts
    )
    return Architecture(
        parts,
        edges,
        Evidence(place(min(weights)), "architecture.parts"),
        flows,
        _cycles(pieces, bundles, binding),
        _drawn(parts, edges, flows),
    )


def _weights(deep: Deep, links: Links, started: Sequence[str]) -> dict[str, int]:
    """Source files with their lines and what others' imports add; a start counts as if many imported it."""
    pull: dict[str, int] = dict.fromkeys(started[:4], 20)
    for targets in links.edges.values():
        for target in targets:
            pull[target] = pull.get(target, 0) + 1
    found: dict[str, int] = {}
    for path, part in links.parts.items():
        index = deep.facts.get(path)
        if part == "source" and index is not None and deep.languages[path].is_code:
            found[path] = index.code + 1 + PULL * min(pull.get(path, 0), 20)
    return found


def _bundles(links: Links, part_of: Mapping[str, int]) -> dict[tuple[int, int], _Bundle]:
    """Import statements between parts: one statement that reaches several files of a part counts once."""
    bundles: dict[tuple[int, int], _Bundle] = {}
    for path in sorted(links.edges):
        source = part_of.get(path)
        if source is None:
            continue
        lines: dict[tuple[int, int], int] = {}
        soft = {edge.line for edge in links.edges[path].values() if edge.marks & SOFT}
        for target, edge in links.edges[path].items():
            number = part_of.get(target)
            if number is not None and number != source and not edge.marks & (TYPE_ONLY | DECLARES | ONLY_TESTS):
                lines[number, edge.line] = max(lines.get((number, edge.line), 0), edge.imports)
        for (number, line), count in sorted(lines.items()):
            bundle = bundles.setdefault((source, number), _Bundle())
            bundle.imports += count
            bundle.waiting += count if line in soft else 0
            if not bundle.first[0]:
                bundle.first = (path, line)
    return bundles


def _parts(deep: Deep, pieces: Sequence[Piece], layer: Sequence[int]) -> tuple[Part, ...]:
    components = {one.path: one for one in components_of(deep.gathered)}
    counts = Counter(piece.name for piece in pieces)
    twice = {name for name, count in counts.items() if count > 1}
    made: list[Part] = []
    for number, piece in enumerate(pieces):
        component = _component_of(components, piece)
        top = _root_name(deep) if piece.path == "." and piece.kind == "folder" else ""
        name = component.name if component else word(top or (piece.path if piece.name in twice else piece.name))
        kind = component.kind if component else _kind(deep, piece)
        lines = sum(sum(deep.facts[path][:3]) for path in piece.files)
        path = component.path if component else place(piece.path)
        made.append(Part(f"n{number + 1}", name, path, kind, layer[number], len(piece.files), lines))
    return tuple(made)


def _root_name(deep: Deep) -> str:
    """What the root calls itself in a manifest; the folder it was unpacked into says less."""
    own = (one for one in deep.gathered.own() if "/" not in one.path and one.rule.kind == "manifest")
    named = (one.value for manifest in own for one in manifest.declarations if one.field == "name" and one.value)
    name = next(named, "") or deep.gathered.origin.name
    return _MAJOR.sub("", name).rpartition("/")[2]  # @scope/name, github.com/owner/name/v2


def _component_of(components: Mapping[str, Component], piece: Piece) -> Component | None:
    """The component whose folder a part is, or begins with (`crates/x` for `crates/x/src`)."""
    at = piece.path
    while piece.kind == "folder":
        if at in components:
            return components[at]
        if at == piece.top or "/" not in at or not piece.top:
            break
        at = at.rpartition("/")[0]
    return None


def _kind(deep: Deep, piece: Piece) -> str:
    """A folder that its language takes for a package is called so."""
    if piece.kind == "folder" and f"{piece.path}/__init__.py" in deep.languages:
        return "package"
    if piece.kind == "folder" and any(path.endswith((".go", ".java", ".kt", ".scala")) for path in piece.files):
        return "package"
    return "group" if piece.kind == "others" else piece.kind


def _cycles(
    pieces: Sequence[Piece], bundles: Mapping[tuple[int, int], _Bundle], binding: Mapping[tuple[int, int], int]
) -> tuple[Cycle, ...]:
    after = [sorted(target for source, target in binding if source == at) for at in range(len(pieces))]
    found: list[Cycle] = []
    for part in strong_parts(after):
        if len(part) > 1:
            ring = shortest_cycle(after, part)
            path, line = bundles[ring[0], ring[1]].first
            names = tuple(place(pieces[number].path) for number in (*ring, ring[0]))
            found.append(Cycle(names, len(part), evidence(path, "architecture.cycle", line)))
    return tuple(sorted(found, key=lambda cycle: (-cycle.size, cycle.path)))


def _label(part: Part) -> str:
    return f"{part.name} ({part.files} files)" if part.files > 1 else part.name


def _drawn(parts: Sequence[Part], edges: Sequence[PartEdge], flows: Sequence[Flow]) -> str:
    """Entry points on top, then the layers from the highest down; arrows carry the number of imports."""
    top = max(part.layer for part in parts)
    starts = [Node(f"start {number}", flow.entry, "start") for number, flow in enumerate(flows)]
    nodes = [
        Node(part.id, _label(part), "box", f"layer {part.layer}" if top else "")
        for part in sorted(parts, key=lambda part: (-part.layer, int(part.id[1:])))
    ]
    heavy = sorted(edges, key=lambda edge: (-edge.imports, edge.source, edge.target))[:MAX_ARROWS]
    chosen = {(edge.source, edge.target) for edge in heavy}
    arrows = [Arrow(f"start {number}", flow.through[0]) for number, flow in enumerate(flows) if flow.through]
    arrows += [
        Arrow(edge.source, edge.target, str(edge.imports), bool(edge.against))
        for edge in edges
        if (edge.source, edge.target) in chosen
    ]
    return flowchart([*starts, *nodes], arrows)
