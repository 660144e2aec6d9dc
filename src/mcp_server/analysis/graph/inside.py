"""Uses of dependencies that outside imports do not show: packages of the repository itself, and crates named by a path.

A workspace member that another one declares is imported like any package, and resolves to files of the tree. In Rust a
crate may be used by its path alone (`serde_json::to_string`), which is a reference and no import.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import orjson

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.deep import Deep
from plumbrule.mcp_server.analysis.graph.distributions import normalised
from plumbrule.mcp_server.analysis.graph.links import Links
from plumbrule.mcp_server.analysis.sections.dependencies import Dependency
from plumbrule.mcp_server.analysis.words import place


@dataclass(frozen=True, slots=True)
class Inside:
    """Uses by (importing package's folder, compared name): the files, and the first place."""

    uses: Mapping[tuple[str, str], tuple[int, str]]

    def with_uses(self, one: Dependency, home: str) -> Dependency:
        """The dependency with its third state, when it is used so."""
        found = self.uses.get((home, normalised(one.alias or one.name))) or self.uses.get((home, normalised(one.name)))
        if found is None:
            return one
        return replace(one, states=(*one.states, "imported"), used_by=found[0], first_use=found[1])


def inside_of(deep: Deep, links: Links, direct: Iterable[Dependency]) -> Inside:
    """Linear in the edges, and in the references of Rust files."""
    homes = _homes(deep)
    used: dict[tuple[str, str], dict[str, int]] = {}
    nearest: dict[str, str | None] = {}
    for path, targets in links.edges.items():
        home = _nearest(path, homes, nearest)
        for target, edge in targets.items():
            owner = _nearest(target, homes, nearest)
            if owner is not None and home is not None and owner != home:
                for name in homes[owner]:
                    used.setdefault((home, name), {}).setdefault(path, edge.line)
    _by_path(deep, homes, nearest, direct, used)
    return Inside({key: (len(files), place(min(files), files[min(files)])) for key, files in used.items()})


def _homes(deep: Deep) -> dict[str, tuple[str, ...]]:
    """Folders with a package of the repository's own, and its names."""
    found: dict[str, list[str]] = {}
    for manifest in deep.gathered.manifests:
        if manifest.rule.kind == "manifest":
            names = found.setdefault(manifest.path.rpartition("/")[0], [])
            names += [normalised(one.value) for one in manifest.declarations if one.field == "name" and one.value]
    return {folder: tuple(dict.fromkeys(names)) for folder, names in found.items()}


def _nearest(path: str, homes: Mapping[str, tuple[str, ...]], nearest: dict[str, str | None]) -> str | None:
    """The folder of the package that a file belongs to."""
    folder = path.rpartition("/")[0]
    passed: list[str] = []
    while folder not in nearest and folder not in homes and folder:
        passed.append(folder)
        folder = folder.rpartition("/")[0]
    found = nearest.get(folder, folder if folder in homes else None)
    for one in passed:
        nearest[one] = found
    return found


def _by_path(
    deep: Deep,
    homes: Mapping[str, tuple[str, ...]],
    nearest: dict[str, str | None],
    direct: Iterable[Dependency],
    used: dict[tuple[str, str], dict[str, int]],
) -> None:
    crates = {(one.alias or one.name).replace("-", "_") for one in direct if one.ecosystem == "rust"}
    if not crates:
        return
    for path, facts in deep.packed.items():
        if deep.languages[path].language != "Rust":
            continue
        home = _nearest(path, homes, nearest)
        if home is not None:
            for name in crates & orjson.loads(facts.refs).keys():
                used.setdefault((home, normalised(name)), {}).setdefault(path, 0)
