"""Who asked for each package of a solution, through what, for which requirement: worked out from its edges.

Pure. An engine says for each package which packages and repositories ask for it; from there the shortest way down
from each repository is found.
"""

from collections.abc import Iterable, Mapping, Sequence

from plumbrule.mcp_server.dependencies.joint.question import Pin
from plumbrule.mcp_server.dependencies.lock.model import Asking, Direct

MAX_ASKINGS = 8
"""Of one repository for one package: a monorepo asks for the same one in hundreds of manifests."""


def askings_of(pins: Sequence[Pin], direct: Sequence[Direct]) -> dict[str, tuple[Asking, ...]]:
    """By package name, every repository that asks, in the order of `direct`; its own requirements where it has some,
    else the shortest path from one."""
    wanted = _by_repository(direct)
    below = _below(pins, wanted)
    asked: dict[str, list[Asking]] = {pin.name: [] for pin in pins}
    for label, wants in wanted.items():
        starts = sorted({pin.name for pin in pins if label in pin.via and pin.name in wants})
        for name, path in _paths(below, starts).items():
            if name in asked:
                first = path[0] if path else name
                asked[name] += [
                    Asking(label, one.written, one.at, one.rule, path) for one in wants.get(first, ())[:MAX_ASKINGS]
                ]
    return {name: tuple(found) for name, found in asked.items()}


def links_of(pins: Iterable[Pin]) -> tuple[tuple[str, str], ...]:
    """(asker, package) of a whole solution, sorted."""
    return tuple(sorted({(asker, pin.name) for pin in pins for asker in pin.via}))


def _below(pins: Sequence[Pin], wanted: Mapping[str, Mapping[str, object]]) -> Mapping[str, list[str]]:
    """What each package asks for. A repository may be called like a package: what it asks for itself is its own."""
    below: dict[str, list[str]] = {}
    for asker, name in links_of(pins):
        if name not in wanted.get(asker, ()):
            below.setdefault(asker, []).append(name)
    return below


def _by_repository(direct: Sequence[Direct]) -> dict[str, dict[str, list[Direct]]]:
    found: dict[str, dict[str, list[Direct]]] = {}
    for one in direct:
        found.setdefault(one.repository, {}).setdefault(one.name, []).append(one)
    return found


def _paths(below: Mapping[str, Sequence[str]], starts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Breadth first from what a repository asks for itself; a package to the packages that lead to it."""
    paths: dict[str, tuple[str, ...]] = dict.fromkeys(starts, ())
    queue = list(starts)
    for name in queue:
        for child in below.get(name, ()):
            if child not in paths:
                paths[child] = (*paths[name], name)
                queue.append(child)
    return paths
