"""A source as one side of the question: opened, read, named. One that cannot be read is told as such, never skipped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from plumbrule.core.errors import PlumbruleError
from plumbrule.core.security.text import clean_line
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.analysis.asking import AskedBy, asked_by
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.model import Source
from plumbrule.mcp_server.analysis.source_fact import source_of
from plumbrule.mcp_server.analysis.workers import Workers
from plumbrule.mcp_server.dependencies.asked.pep508 import normal
from plumbrule.mcp_server.dependencies.joint.asks import Published, Subject
from plumbrule.mcp_server.platforms.ports.snapshot import Origin
from plumbrule.mcp_server.platforms.ports.source import Sources

MAX_LABEL_CHARACTERS = 60
NAMELESS = "repository"
"""What `.` is called until it was opened."""


@dataclass(frozen=True, slots=True)
class Side:
    """One source. `subject` and `asked` are None when it could not be read, and `error` says why."""

    asked_for: str
    label: str
    source: Source | None = None
    subject: Subject | None = None
    asked: AskedBy | None = None
    error: PlumbruleError | None = None


class SubjectReader:
    """Reads sources, one after the other: their fetching and parsing is what takes the time, not the waiting."""

    def __init__(self, sources: Sources, workers: Workers, cache: Cache, limits: SurveyLimits) -> None:
        self._sources = sources
        self._workers = workers
        self._cache = cache
        self._limits = limits

    async def read(self, sources: Sequence[str]) -> list[Side]:
        """A side for each source, in their order; labels are unique."""
        sides: list[Side] = []
        labels = labels_of(sources)
        for text, label in zip(sources, labels, strict=True):
            sides.append(await self._read(text, label, frozenset(labels)))
        return sides

    async def _read(self, text: str, label: str, taken: frozenset[str]) -> Side:
        try:
            async with self._sources.open(text) as snapshot:
                name = clean_line(snapshot.origin.name, MAX_LABEL_CHARACTERS)
                if label == NAMELESS and name and name not in taken:
                    label = name
                asked = await asked_by(snapshot, self._workers, self._cache, self._limits)
                published = tuple(_as_released(one, snapshot.origin) for one in asked.published)
                subject = Subject(label, asked.joined, asked.runtimes, published)
                return Side(text, label, source_of(snapshot.origin), subject, asked)
        except PlumbruleError as error:
            error.message = f"{label}: {error.message}"  # among several, a message must say whose it is
            return Side(text, label, error=error)


_ECOSYSTEMS = {"pkg:pypi/": "python", "pkg:npm/": "javascript"}


def _as_released(one: Published, origin: Origin) -> Published:
    """A published package has the version that was opened, whatever its build files leave to code."""
    kind = next((ecosystem for prefix, ecosystem in _ECOSYSTEMS.items() if origin.source.startswith(prefix)), "")
    if one.version or not origin.version or kind != one.ecosystem or normal(one.name) != normal(origin.name):
        return one
    return one._replace(version=origin.version)


_PURL = re.compile(r"pkg:[a-z]+/(.+)$")


def labels_of(sources: Sequence[str]) -> list[str]:
    """Short unique names: the last part of each source with its version or ref, more of it where two would be alike."""
    for parts in range(1, 6):
        labels = [_label(source, parts) for source in sources]
        if len(set(labels)) == len(labels):
            return labels
    return [f"{_label(source, 1)}#{number}" for number, source in enumerate(sources, 1)]


def _label(source: str, parts: int) -> str:
    purl = _PURL.match(source)
    text = purl[1] if purl else re.sub(r"^[a-z]+://[^/]*/|^[a-z]+:(?!//)", "", source)
    text = text.partition("?")[0].rstrip("/").removesuffix(".git")
    path, at, ref = text.partition("@") if not text.startswith("@") else _scoped(text)
    pieces = [piece for piece in path.split("/") if piece not in ("", ".", "..", "~")]
    short = "/".join(pieces[-parts:]) or NAMELESS
    return clean_line(short + at + ref, MAX_LABEL_CHARACTERS)


def _scoped(text: str) -> tuple[str, str, str]:
    """npm's `@scope/name@1.0`."""
    path, at, ref = text[1:].partition("@")
    return f"@{path}", at, ref
