"""What a survey has read so far, and what it works with. `gathering` fills it, `report` reads it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

import anyio.to_thread

from plumbrule.core.facts import Skipped
from plumbrule.core.store.cache import Cache
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.inventory import Inventory
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.model import Risk
from plumbrule.mcp_server.analysis.risks import MAX_SECRET_RISKS
from plumbrule.mcp_server.analysis.syntax.facts import Facts, Index
from plumbrule.mcp_server.analysis.syntax.grammars import Grammars
from plumbrule.mcp_server.analysis.words import place
from plumbrule.mcp_server.analysis.workers import Workers
from plumbrule.mcp_server.dependencies.model import Manifest
from plumbrule.mcp_server.dependencies.requirement import Reading

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.history import Walked
    from plumbrule.mcp_server.analysis.shelf import Shelf

MANY_FILES = 5_000
"""From here on work that goes over all files leaves the event loop: 300,000 take seconds."""

SMALL_BYTES = 256_000
"""Licences, documents and secret candidates above this are cut there (documents) or left out (candidates)."""

_Made = TypeVar("_Made")
_Arguments = TypeVarTuple("_Arguments")


@dataclass(slots=True)
class Collected:
    """What was read so far. `limited` is set when a limit left something out, `finished` when all stages are done."""

    inventory: Inventory = field(default_factory=Inventory)
    manifests: list[Manifest] = field(default_factory=list[Manifest])
    texts: dict[str, bytes] = field(default_factory=dict[str, bytes])
    readings: dict[str, Reading] = field(default_factory=dict[str, Reading])
    links: dict[str, bytes] = field(default_factory=dict[str, bytes])
    files: list[FileLanguage] = field(default_factory=list[FileLanguage])
    lines: dict[str, int] = field(default_factory=dict[str, int])
    packed: dict[str, Facts] = field(default_factory=dict[str, Facts])
    """What is known about the bytes of each file that was looked at; filled at `full` only."""
    indexes: dict[str, Index] = field(default_factory=dict[str, Index])
    """The same files' indexes, decoded."""
    shelf: "Shelf | None" = None
    """Holds the facts of a large repository in place of `packed` and `indexes`; `shelved` names the text files."""
    shelved: list[str] = field(default_factory=list[str])
    past: "Walked | None" = None
    """What the log tells; filled at `full` only."""
    secrets: list[Risk] = field(default_factory=list[Risk])
    read: int = 0
    skipped: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    noted: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    limited: bool = False
    finished: bool = False

    def skip(self, reason: str, path: str, line: int = 0) -> None:
        """Note a file that was not looked at, once per reason; the first three of a reason are its examples."""
        if (reason, path) in self.noted:
            return
        self.noted.add((reason, path))
        self.counts[reason] = self.counts.get(reason, 0) + 1
        examples = self.skipped.setdefault(reason, [])
        if len(examples) < 3:
            examples.append(place(path, line))

    def known_paths(self) -> Iterable[str]:
        """The text files whose bytes were looked at."""
        return self.packed if self.shelf is None else self.shelved

    def facts(self, paths: Sequence[str]) -> tuple[Mapping[str, Facts], Mapping[str, Index]]:
        """The facts of these files and their indexes, in the order of the paths."""
        if self.shelf is None:
            return {path: self.packed[path] for path in paths}, {path: self.indexes[path] for path in paths}
        facts = self.shelf.only(paths)
        return facts, facts.indexes()

    def has_room_for_secrets(self, path: str) -> bool:
        """Whether `path` is searched too; a repository with hundreds of secrets has been told enough, and is told
        so."""
        if len(self.secrets) < MAX_SECRET_RISKS:
            return True
        self.skip("secrets_not_searched", path)
        self.limited = True
        return False

    def skips(self) -> tuple[Skipped, ...]:
        """By reason, in the order of the alphabet."""
        return tuple(
            Skipped(reason, self.counts[reason], tuple(self.skipped.get(reason, ()))) for reason in sorted(self.counts)
        )


@dataclass(frozen=True, slots=True)
class Tools:
    """What gathering works with."""

    workers: Workers
    cache: Cache
    limits: SurveyLimits
    grammars: Grammars


async def aside(count: int, work: Callable[[*_Arguments], _Made], *arguments: *_Arguments) -> _Made:
    """`work` on `count` files: in a thread when they are many, so that probes and other calls go on meanwhile."""
    if count < MANY_FILES:
        return work(*arguments)
    return await anyio.to_thread.run_sync(work, *arguments)
