"""Locks of a repository: which one lies over a manifest, and which of its packages answers a statement."""

import posixpath
from collections.abc import Iterable, Mapping

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.requirement import Locked, Reading, Requirement


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock with its ways to look a package up."""

    path: str
    ecosystem: str
    packages: tuple[Locked, ...]
    by_name: Mapping[str, tuple[int, ...]]
    by_spec: Mapping[str, int]
    owns: Mapping[str, int]
    """The repository's own packages: folder relative to the lock, or name where the lock has no folders."""
    covers: frozenset[str] = frozenset()
    """Paths of the manifests it was made from, where it says so; empty: all in its folder and below."""

    def answer(self, asked: Requirement, manifest: str, own_name: str, ecosystem: str = "") -> int | None:
        """The position of the package that a manifest's statement means, None when the lock does not tell.

        A lock of several ecosystems (conda's hold pip's packages) answers with packages of `ecosystem`.
        """
        folder = posixpath.relpath(posixpath.dirname(manifest) or ".", posixpath.dirname(self.path) or ".")
        own = self.owns.get(folder, self.owns.get(own_name) if own_name else None)
        name = asked.name
        if own is not None:
            among = [at for at in self.packages[own].asks if self.packages[at].name == name]
            if asked.alias and len(among) > 1:
                among = [at for at in among if asked.alias in self.packages[at].spec] or among
            if among:
                return among[0] if len(among) == 1 else self._fitting(asked, among)
        for spec in (f"{asked.alias or name}@{asked.constraint or asked.reference}", f"{name}@{asked.constraint}"):
            if spec in self.by_spec:
                return self.by_spec[spec]
        named = [at for at in self.by_name.get(name, ()) if self._is_of(at, ecosystem)]
        return named[0] if len(named) == 1 else self._fitting(asked, named)

    def _is_of(self, at: int, ecosystem: str) -> bool:
        return not ecosystem or (self.packages[at].ecosystem or ecosystem) == ecosystem

    def _fitting(self, asked: Requirement, among: Iterable[int]) -> int | None:
        """The only one whose version is the one asked for, where several versions are locked."""
        among = list(among)
        of_scope = [at for at in among if self.packages[at].scope == ("runtime" if asked.scope == "runtime" else "dev")]
        if len(of_scope) == 1:
            return of_scope[0]
        bare = asked.constraint.lstrip("=v^~ ")
        same = [at for at in among if bare and self.packages[at].version.lstrip("v") == bare]
        return same[0] if len(same) == 1 else None


def lock_of(path: str, ecosystem: str, packages: Iterable[Locked], covers: frozenset[str] = frozenset()) -> Lock:
    """A lock with its indexes."""
    kept = tuple(packages)
    by_name: dict[str, list[int]] = {}
    by_spec: dict[str, int] = {}
    owns: dict[str, int] = {}
    for at, one in enumerate(kept):
        if one.own:
            owns.setdefault(posixpath.normpath(one.place) if one.place else one.name, at)
            if one.place and one.name:
                owns.setdefault(one.name, at)
            continue
        by_name.setdefault(one.name, []).append(at)
        for spec in one.spec:
            by_spec.setdefault(spec, at)
    return Lock(path, ecosystem, kept, {name: tuple(at) for name, at in by_name.items()}, by_spec, owns, covers)


class Locks:
    """All locks of a repository."""

    def __init__(self, locks: Iterable[Lock]) -> None:
        self.all = tuple(locks)
        self._by_folder: dict[tuple[str, str], list[Lock]] = {}
        for lock in self.all:
            self._by_folder.setdefault((lock.ecosystem, posixpath.dirname(lock.path)), []).append(lock)

    def over(self, manifest: str, ecosystem: str) -> list[Lock]:
        """The locks over a manifest: those made from it, else the nearest at or above its folder."""
        named = [lock for lock in self.all if manifest in lock.covers]
        if named:
            return named
        folder = posixpath.dirname(manifest)
        while True:
            found = [lock for lock in self._by_folder.get((ecosystem, folder), ()) if not lock.covers]
            if found or not folder:
                return found
            folder = posixpath.dirname(folder)


def locks_in(
    readings: Mapping[str, Reading], ecosystems: Mapping[str, str], compiled: Mapping[str, frozenset[str]]
) -> Locks:
    """Every reading that holds packages; `compiled` names requirements files that a compiler wrote, with their sources.

    go.sum's digests go to the packages of the go.mod beside it.
    """
    locks: list[Lock] = []
    for path, reading in readings.items():
        if not reading.packages or path.endswith("go.sum"):
            continue
        if path in compiled:
            locks.append(lock_of(path, ecosystems[path], reading.packages, compiled[path]))
        elif not reading.first("compiled-from") and not _is_requirements(path):
            packages = reading.packages
            if path.endswith("go.mod"):
                packages = _with_digests(packages, readings.get(path[:-3] + "sum"))
            locks.append(lock_of(path, ecosystems[path], packages))
    return Locks(locks)


def _is_requirements(path: str) -> bool:
    return path.endswith((".txt", ".in"))


def _with_digests(packages: list[Locked], sums: Reading | None) -> list[Locked]:
    digests = {(one.name, one.version): one.digest for one in sums.packages} if sums else {}
    return [one._replace(digest=digests.get((one.name, one.version), "")) for one in packages]
