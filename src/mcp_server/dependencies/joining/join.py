"""One repository's readings joined: every statement with what sets its constraint, its lock, and the packages below it.

Pure: the same readings give the same answer. Above it lie `analysis/dependency_facts`, the SBOM and resolution.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import replace

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.dependencies.joining.inherited import Offers, offers_in
from plumbrule.mcp_server.dependencies.joining.locks import Lock, Locks, locks_in
from plumbrule.mcp_server.dependencies.joining.published import with_published
from plumbrule.mcp_server.dependencies.readers import reader_of
from plumbrule.mcp_server.dependencies.requirement import Locked, Reading, Requirement

_FOLDER = re.compile(r"(?i)(?:^|/)(tests?|testing|docs?|\.devcontainer|tools|scripts|benchmarks?|ci)/")


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement with its place. `set_at` is `path:line` of what sets its constraint, "" when it does so itself."""

    path: str
    ecosystem: str
    asked: Requirement
    set_at: str = ""
    lock: Lock | None = None
    position: int | None = None

    @property
    def locked(self) -> Locked | None:
        """The package that the lock answers with."""
        return None if self.lock is None or self.position is None else self.lock.packages[self.position]


@dataclass(frozen=True, slots=True)
class Below:
    """A package that only a lock names: how far below a direct one, and one that asks for it."""

    lock: Lock
    position: int
    depth: int | None
    parent: int | None
    scope: str

    @property
    def package(self) -> Locked:
        return self.lock.packages[self.position]


@dataclass(frozen=True, slots=True)
class Joined:
    """Everything that is known of one repository's dependencies."""

    direct: tuple[Stated, ...]
    locks: Locks
    below: tuple[Below, ...]
    not_read: tuple[tuple[str, int, str], ...]
    """Path, line and rule of what could not be read statically."""
    readings: Mapping[str, Reading]


def join(readings: Mapping[str, Reading]) -> Joined:
    """The whole; statements in the order of `readings` and of their lines."""
    readings = with_published(readings)
    ecosystems = {path: _ecosystem(path) for path in readings}
    compiled = _compiled(readings)
    locks = locks_in(readings, ecosystems, compiled)
    offers = offers_in(readings)
    direct: list[Stated] = []
    for path, reading in readings.items():
        if path in compiled:
            continue
        name = reading.first("name")
        for asked in reading.asked:
            asked = _named(path, _by_folder(path, asked), readings)
            for one in offers.settled(Stated, path, asked.ecosystem or ecosystems[path], asked):
                direct.append(_answered(one, locks, name.name if name else ""))
    return Joined(tuple(direct), locks, tuple(_below(direct, locks)), tuple(_unread(readings, offers)), readings)


def _by_folder(path: str, asked: Requirement) -> Requirement:
    """What a requirements file among tests or documents asks for is for those, whatever the file is called."""
    if asked.scope == "runtime" and (asked.rule == "requirements" or path.startswith(".devcontainer/")):
        found = _FOLDER.search(path)
        if found:
            return asked._replace(scope="test" if found[1].lower().startswith("test") else "dev")
    return asked


def _named(path: str, asked: Requirement, readings: Mapping[str, Reading]) -> Requirement:
    """`-e .` and `./libs/x` by the name that the project there gives itself."""
    if asked.name != asked.reference or not asked.name.startswith("."):
        return asked
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), asked.reference.partition("[")[0]))
    for manifest in ("pyproject.toml", "setup.cfg", "setup.py"):
        place = manifest if folder == "." else posixpath.join(folder, manifest)
        name = readings[place].first("name") if place in readings else None
        if name and name.name:
            return asked._replace(name=name.name)
    return asked


def _ecosystem(path: str) -> str:
    row = reader_of(path)
    return row[0] if row else "python"  # only an include of a requirements file brings others


def _compiled(readings: Mapping[str, Reading]) -> dict[str, frozenset[str]]:
    """Requirements files that were compiled from manifests of this tree, and from which."""
    found: dict[str, frozenset[str]] = {}
    for path, reading in readings.items():
        folder = posixpath.dirname(path)
        sources: set[str] = set()
        for fact in reading.of("compiled-from"):
            for candidate in (posixpath.normpath(posixpath.join(folder, fact.name)), posixpath.normpath(fact.name)):
                if candidate in readings and candidate != path:
                    sources.add(candidate)
                    break
        if sources and reading.packages:
            found[path] = frozenset(sources)
    return found


_APART = frozenset(("pyproject.build-system", "pre-commit.additional"))


def _answered(one: Stated, locks: Locks, own_name: str) -> Stated:
    if one.asked.rule in _APART:
        return one  # installed apart, and no lock of ours speaks of it
    of_file = _ecosystem(one.path)
    over = locks.over(one.path, one.ecosystem)
    if of_file != one.ecosystem:  # pip's lines of a conda environment stand in conda's lock
        over = [*locks.over(one.path, of_file), *over]
    for lock in over:
        position = lock.answer(one.asked, one.path, own_name, one.ecosystem)
        if position is not None:
            return replace(one, lock=lock, position=position)
    return one


_ORDER = ("runtime", "optional", "peer", "build", "dev", "test", "ci")


def _below(direct: list[Stated], locks: Locks) -> list[Below]:
    """For each lock, breadth first from what is direct: the shortest way down, the strongest scope that reaches it."""
    starts: dict[int, dict[int, str]] = {}
    for one in direct:
        if one.lock is not None and one.position is not None:
            scopes = starts.setdefault(id(one.lock), {})
            before = scopes.get(one.position)
            if before is None or _ORDER.index(one.asked.scope) < _ORDER.index(before):
                scopes[one.position] = one.asked.scope
    found: list[Below] = []
    for lock in locks.all:
        found += _walk(lock, starts.get(id(lock), {}))
    return found


def _walk(lock: Lock, starts: Mapping[int, str]) -> list[Below]:
    depths: dict[int, tuple[int, int | None]] = dict.fromkeys(sorted(starts), (0, None))
    for own in (one for one in lock.packages if one.own):  # of members whose manifests are not the project's
        for at in own.asks:
            if not lock.packages[at].own:
                depths.setdefault(at, (0, None))
    queue = list(depths)
    for at in queue:
        for below in lock.packages[at].asks:
            if below not in depths and not lock.packages[below].own:
                depths[below] = (depths[at][0] + 1, at)
                queue.append(below)
    scopes = _scopes(lock, starts)
    found: list[Below] = []
    for at, package in enumerate(lock.packages):
        if package.own or at in starts:
            continue
        depth, parent = depths.get(at, (None, None))
        found.append(Below(lock, at, depth, parent, package.scope or scopes.get(at, "")))
    return found


def _scopes(lock: Lock, starts: Mapping[int, str]) -> dict[int, str]:
    """The strongest scope from which each package is reached."""
    scopes: dict[int, str] = {}
    for scope in _ORDER:
        queue = [at for at in sorted(starts) if starts[at] == scope and at not in scopes]
        scopes.update((at, scope) for at in queue)
        for at in queue:
            for below in lock.packages[at].asks:
                if below not in scopes and not lock.packages[below].own:
                    scopes[below] = scope
                    queue.append(below)
    return scopes


def _unread(readings: Mapping[str, Reading], offers: Offers) -> list[tuple[str, int, str]]:
    found: list[tuple[str, int, str]] = []
    for path, reading in readings.items():
        if reading.fault:
            found.append((path, reading.fault_line, f"dependencies.{reading.fault}"))
        found += [(path, one.line, one.rule) for one in reading.not_read]
        for kind in ("include", "constraints"):
            for fact in reading.of(kind):
                if not offers.includes(path, fact.name):
                    found.append((path, fact.line, "requirements.not-followed"))
    return found
