"""From entry points through the files that they reach: which parts a run of the program passes first."""

import posixpath
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Set

from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.graph.links import TYPE_ONLY, Links
from plumbrule.mcp_server.analysis.inventory import is_aside
from plumbrule.mcp_server.analysis.model import EntryPoint
from plumbrule.mcp_server.analysis.starting import entry_points_of

MAX_FLOWS = 8
MAX_THROUGH = 8
_BUILT = re.compile(r"(?:^|/)(?:dist|build|lib|out|es|esm|cjs)/")
_ENDINGS = (
    ".py",
    "/__init__.py",
    "/__main__.py",
    ".ts",
    ".tsx",
    ".mts",
    ".js",
    ".mjs",
    ".cjs",
    "/index.ts",
    "/index.js",
)


def started_files(deep: Deep, links: Links) -> list[tuple[EntryPoint, str]]:
    """Entry points with the source file that each starts, where that can be told."""
    # What imports nothing (a manifest, a Dockerfile) names a start and is none.
    programs = {path for path in links.edges if links.parts.get(path) == "source"}
    by_name: dict[str, list[str]] = {}
    for path in sorted(programs):
        by_name.setdefault(path.rpartition("/")[2], []).append(path)
    found: list[tuple[EntryPoint, str]] = []
    taken: set[str] = set()
    for point in entry_points_of(deep.gathered):
        home = posixpath.dirname(_file_of(point.evidence.at))
        if is_aside(home + "/"):
            continue
        path = next(_candidates(point, home, programs, by_name), "")
        if path and path not in taken:
            taken.add(path)
            found.append((point, path))
    return found


def _file_of(at: str) -> str:
    path, _, line = at.rpartition(":")
    return path if line.isdigit() else at


def _candidates(point: EntryPoint, home: str, programs: Set[str], by_name: Mapping[str, list[str]]) -> Iterator[str]:
    """Files that an entry point may mean, the likeliest first; all exist."""
    place = _file_of(point.evidence.at)
    if place in programs:
        yield place
    target = (point.target or "").partition(":")[0].split(" ")[0].strip()
    if not target:
        return
    path = posixpath.normpath(posixpath.join(home, target))
    if path in programs:
        yield path
    dotted = target.replace(".", "/") if "/" not in target else ""
    stem = path.rpartition(".")[0] if "." in path.rpartition("/")[2] else path
    for base in filter(None, (dotted, stem, _BUILT.sub("/src/", stem).strip("/"))):
        for ending in _ENDINGS:
            wanted = base + ending
            near = by_name.get(wanted.rpartition("/")[2], ())
            yield from (one for one in near if one == wanted or one.endswith("/" + wanted))


def through(start: str, links: Links, part_of: Mapping[str, int]) -> list[int]:
    """The parts that files reached from `start` lie in, nearest first, without the part of `start` twice."""
    order: list[int] = []
    seen = {start}
    queue = deque([start])
    while queue and len(order) < MAX_THROUGH:
        path = queue.popleft()
        number = part_of.get(path)
        if number is not None and number not in order:
            order.append(number)
        for target, edge in sorted(links.edges.get(path, {}).items(), key=lambda item: (item[1].line, item[0])):
            if target not in seen and not edge.marks & TYPE_ONLY:
                seen.add(target)
                queue.append(target)
    return order


def distinct(flows: Iterable[tuple[EntryPoint, list[int]]]) -> list[tuple[EntryPoint, list[int]]]:
    """Flows that tell different things: of those that pass the same parts, the first."""
    found: list[tuple[EntryPoint, list[int]]] = []
    for point, order in flows:
        if order and all(order != other for _, other in found):
            found.append((point, order))
    return found[:MAX_FLOWS]
