"""What resolvers of several languages ask of a tree: paths joined, packages declared, the nearest of equal names."""

from collections.abc import Iterable

from plumbrule.mcp_server.analysis.graph.tree import Tree


def joined(folder: str, path: str) -> str | None:
    """`path` from `folder`, its dots resolved; None above the root."""
    parts = folder.split("/") if folder else []
    for step in path.split("/"):
        if step == "..":
            if not parts:
                return None
            parts.pop()
        elif step not in ("", "."):
            parts.append(step)
    return "/".join(parts)


def folder_of(path: str) -> str:
    """The folder that holds `path`; "" for the root."""
    return path.rpartition("/")[0]


def above(path: str) -> list[str]:
    """The folders around `path`, the innermost first, the root ("") last."""
    found: list[str] = []
    folder = folder_of(path)
    while folder:
        found.append(folder)
        folder = folder_of(folder)
    return [*found, ""]


def declared(tree: Tree, ecosystem: str) -> tuple[str, ...]:
    """The packages that manifests of an ecosystem ask for, sorted."""
    return tuple(
        sorted(
            {
                one.label or one.value
                for manifest in tree.manifests
                if manifest.rule.ecosystem == ecosystem
                for one in manifest.declarations
                if one.field == "dependency" and (one.label or one.value)
            }
        )
    )


def nearest(candidates: Iterable[str], path: str) -> str:
    """The candidate that shares the most folders with `path`; among equals the shortest, then the first in order."""
    here = path.split("/")[:-1]

    def closeness(candidate: str) -> tuple[int, int, str]:
        shared = 0
        for one, other in zip(candidate.split("/")[:-1], here, strict=False):
            if one != other:
                break
            shared += 1
        return (-shared, candidate.count("/"), candidate)

    return min(candidates, key=closeness)


def plain(name: str) -> str:
    """A name without case, hyphens and underscores: how packages and what they give to import are compared."""
    return name.lower().replace("-", "").replace("_", "")
