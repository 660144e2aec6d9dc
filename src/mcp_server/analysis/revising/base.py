"""What is kept of a full survey beside its report, so that the next one of nearly the same tree starts from there.

One value: the files with their blob ids, and what sections noted (`notes`), each a line of JSON that is decoded when
somebody asks. Above it lies `revise`. A base is never changed: every revision starts from the same full survey, until
so much is different that a full one is made again and leaves its own.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import orjson

from plumbrule.mcp_server.analysis.collected import SMALL_BYTES, Collected
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.notes import Notes, Offering, Spot
from plumbrule.mcp_server.analysis.revising.pairs import Beyond
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, Snapshot

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.quality.indicators import Standing
    from plumbrule.mcp_server.analysis.quality.measures import Measures

MOST_CHANGED = 40
"""Files; each is looked up twice, and beyond some hundred a full survey is as fast."""

_PLAIN = ("file", "executable")


class Changed(NamedTuple):
    """A file as it is now, and what it was in the base."""

    entry: Entry
    was: Entry


def base_of(report: str, snapshot: Snapshot, collected: Collected, notes: Notes) -> bytes | None:
    """The value to keep for a complete report, which lies under the key `report`; None for a tree that changes in
    ways that blob ids do not show, or whose names no JSON takes."""
    entries = snapshot.entries
    if not all(entry.blob for entry in entries):
        return None
    head = {
        "report": report,
        "commit": snapshot.origin.commit,
        "skipped": [[one.reason, one.count, one.examples] for one in snapshot.skipped],
        "told": sorted(_told(collected)),
        "unread": [at for at, entry in enumerate(entries) if entry.path not in collected.packed],
        "bytes": collected.inventory.total_bytes,
        "by_lines": notes.by_lines,
        "largest": _largest(collected),
    }
    lines = (
        head,
        list(zip(*entries, strict=True)) or [(), (), (), ()],
        notes.weights,
        [notes.standing, notes.measures],
        {digest: [[one.value, one.path, one.line] for one in places] for digest, places in notes.bodies.items()},
        [list(map(tuple, notes.offerings)), sorted(notes.asked), notes.used],
        list(map(tuple, notes.spots)),
        None if notes.own is None else [_own(notes.own, entry.path) for entry in entries],
    )
    try:
        return b"\n".join(map(orjson.dumps, lines))
    except TypeError:  # lone surrogates
        return None


def _own(own: Mapping[str, int | None], path: str) -> int | None:
    """The lines of a file of one's own, -1 where they are not known; None for another file."""
    if path not in own:
        return None
    lines = own[path]
    return -1 if lines is None else lines


def _told(collected: Collected) -> set[str]:
    """Files whose bytes tell more than the facts of their language: manifests, locks, licences, documents, links."""
    manifests = (one.entry.path for one in collected.inventory.manifests)
    return {*collected.texts, *collected.readings, *collected.links, *manifests}


def _largest(collected: Collected) -> dict[str, list[tuple[str, str, int]]]:
    """The two largest files of each counted language (path, rule, bytes), the first of equals first."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for file in collected.files:
        if file.counted:
            held = found.setdefault(file.group, [])
            if len(held) < 2 or file.size > held[1][2]:
                held.append((file.path, file.rule, file.size))
                held.sort(key=lambda one: -one[2])
                del held[2:]
    return found


class Base:
    """The way back."""

    def __init__(self, raw: bytes) -> None:
        """Raises: ValueError, KeyError: it is none of ours."""
        self._lines = raw.split(b"\n")
        if len(self._lines) != 8:
            raise ValueError("a base has eight lines")
        self._head: Mapping[str, Any] = orjson.loads(self._lines[0])
        self.report: str = self._head["report"]
        self.commit: str | None = self._head["commit"]
        self.bytes: int = self._head["bytes"]
        self.by_lines: bool = self._head["by_lines"]

    def changed(self, snapshot: Snapshot) -> list[Changed] | None:
        """The files that hold something else now; None when that is not all that is different, or too much."""
        paths, sizes, kinds, blobs = orjson.loads(self._lines[1])
        entries = snapshot.entries
        if len(entries) != len(paths):
            return None
        if self._head["skipped"] != [[one.reason, one.count, list(one.examples)] for one in snapshot.skipped]:
            return None
        found: list[Changed] = []
        unread, told = frozenset(self._head["unread"]), frozenset(self._head["told"])
        for at, (entry, path, blob, kind, size) in enumerate(zip(entries, paths, blobs, kinds, sizes, strict=True)):
            if entry.blob == blob and entry.path == path and entry.kind == kind:
                continue
            one = Changed(entry, Entry(path, size, kind, blob))
            if at in unread or path in told or len(found) == MOST_CHANGED or not _is_plain(one):
                return None
            found.append(one)
        return found

    @cached_property
    def weights(self) -> dict[str, int]:
        return orjson.loads(self._lines[2]) or {}

    @property
    def standing(self) -> "Standing":
        from plumbrule.mcp_server.analysis.quality.indicators import Standing  # as only quality asks
        from plumbrule.mcp_server.analysis.revive import revive

        return revive(Standing, orjson.loads(self._lines[3])[0])

    @property
    def measures(self) -> "Measures":
        from plumbrule.mcp_server.analysis.quality.measures import Measures, Place

        kept: dict[str, Any] = orjson.loads(self._lines[3])[1]
        for name, value in kept.items():
            if isinstance(value, list):
                kept[name] = [Place(**one) for one in cast("list[dict[str, Any]]", value)]
        return Measures(**kept)

    def largest(self, group: str, changed: Mapping[str, FileLanguage]) -> tuple[str, str]:
        """Path and rule of a language's largest file, now that some have other sizes.

        Raises: Beyond: both that were the largest have shrunk below the others.
        """
        held: list[tuple[str, str, int]] = [tuple(one) for one in self._head["largest"][group]]
        still = [one for one in held if one[0] not in changed]
        now = [(file.path, file.rule, file.size) for file in changed.values() if file.counted and file.group == group]
        best = max(size for *_, size in (*still, *now))
        if not still and len(held) == 2 and best <= held[1][2]:
            raise Beyond  # a third may be as large
        path, rule, _ = min((one for one in (*still, *now) if one[2] == best), key=lambda one: one[0].encode())
        return path, rule

    @cached_property
    def bodies(self) -> dict[str, list[list[Any]]]:
        found: dict[str, list[list[Any]]] = orjson.loads(self._lines[4])
        return found

    @cached_property
    def offerings(self) -> list[Offering]:
        return [Offering(folder, entry, files) for folder, entry, files in orjson.loads(self._lines[5])[0]]

    @cached_property
    def asked(self) -> Sequence[str]:
        asked: list[str] = orjson.loads(self._lines[5])[1]
        return asked

    @cached_property
    def used(self) -> dict[str, int]:
        used: dict[str, int] = orjson.loads(self._lines[5])[2]
        return used

    def own(self, snapshot: Snapshot) -> dict[str, int | None] | None:
        """What `own_lines` of the history said; None where there was no history."""
        rows: list[int | None] | None = orjson.loads(self._lines[7])
        if rows is None:
            return None
        named = zip(snapshot.entries, rows, strict=True)
        return {entry.path: None if lines < 0 else lines for entry, lines in named if lines is not None}

    @cached_property
    def spots(self) -> list[Spot]:
        return [Spot(*one) for one in orjson.loads(self._lines[6])]


def _is_plain(one: Changed) -> bool:
    """Whether nothing but the file's facts can have changed what is said: sizes decide who is read at all."""
    entry, was = one
    sizes = entry.size, was.size
    same = entry.path == was.path and entry.kind == was.kind and entry.kind in _PLAIN
    return same and bool(entry.blob) and min(sizes) > 0 and max(sizes) <= SMALL_BYTES
