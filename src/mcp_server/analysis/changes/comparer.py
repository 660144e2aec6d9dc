"""The engine behind `since`: two states of one source, surveyed and compared.

Below it: the surveyor (both states cost what a full survey costs the first time, and next to nothing afterwards),
`compare` and `api`. Above it: the tool and the command line.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import orjson

from plumbrule.core.errors import InvalidArgument
from plumbrule.core.facts import Coverage, Skipped
from plumbrule.mcp_server.analysis.aspects import Aspect, Detail
from plumbrule.mcp_server.analysis.changes.api import Surface, api_changes
from plumbrule.mcp_server.analysis.changes.compare import (
    ci_changes,
    dependency_changes,
    file_changes,
    finding_changes,
    language_changes,
    licence_changes,
    runtime_changes,
)
from plumbrule.mcp_server.analysis.graph.roles import is_others
from plumbrule.mcp_server.analysis.inventory import shows_only
from plumbrule.mcp_server.analysis.model import RepositoryReport, with_live_pointers
from plumbrule.mcp_server.analysis.sections.changes import Changes
from plumbrule.mcp_server.analysis.source_fact import source_of
from plumbrule.mcp_server.analysis.words import place, word
from plumbrule.mcp_server.dependencies.ecosystems import match
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, Origin, Snapshot
from plumbrule.mcp_server.platforms.ports.source import Sources

ASPECTS: tuple[Aspect, ...] = ("languages", "symbols", "dependencies", "licences", "security", "text")
MAX_FILE_BYTES = 50_000_000
READ_BYTES = 8_000_000
READ_FILES = 2_000
UNTRUSTED = ("/source", "/changes")


class Surveys(Protocol):
    """What the comparer needs of `survey.Surveyor`."""

    async def survey(self, source: str, *, detail: Detail = "card", aspects: Sequence[Aspect] = ()) -> RepositoryReport:
        """What is true about `source`."""
        ...


class Comparer:
    """Compares states of a source."""

    def __init__(self, sources: Sources, surveyor: Surveys) -> None:
        self._sources = sources
        self._surveyor = surveyor

    async def changes(self, source: str, since: str) -> RepositoryReport:
        """What changed in `source` since the ref or version `since`: a report with `changes` and what names the source.

        Raises: what `Sources.open` raises, and InvalidArgument for a source that has no other state.
        """
        async with self._sources.open(source) as now:
            earlier = base_of(source, since, now.origin)
            async with self._sources.open(earlier) as then:
                new, old = await _identified(now), await _identified(then)
                origins = (then.origin, now.origin)
        before = await self._surveyor.survey(earlier, detail="full", aspects=ASPECTS)
        after = await self._surveyor.survey(source, detail="full", aspects=ASPECTS)
        return _report(before, after, old, new, since, origins)


def base_of(source: str, since: str, origin: Origin) -> str:
    """The earlier state as a source of its own.

    Raises:
        InvalidArgument: `since` is empty, or the source is an archive, which has one state.
    """
    if not since.strip():
        raise InvalidArgument("since is empty.", hint="Name a tag, branch, commit or, for a package, a version.")
    if origin.kind == "archive":
        raise InvalidArgument("An archive has no earlier state.", hint="Give a repository or a package.")
    if origin.kind == "purl":
        return f"{_without(source, origin.version)}@{since}"
    if "://" not in source:
        return f"{_without(source, origin.ref)}@{since}"
    if origin.url is None:
        raise InvalidArgument("This source has no other state.", hint="Give the address of the repository.")
    return f"{origin.url}/tree/{since}" + (f"/{origin.subpath}" if origin.subpath else "")


def _without(source: str, ref: str | None) -> str:
    """The source without the ref or version that it names itself."""
    return source.removesuffix(f"@{ref}") if ref else source


async def _identified(snapshot: Snapshot) -> list[Entry]:
    """The entries, each with an identity of its content: git's own where there is one, else of the bytes."""
    known: list[Entry] = []
    unknown: list[Entry] = []
    for entry in snapshot.entries:
        (known if entry.blob or entry.kind == "submodule" else unknown).append(entry)
    batch: list[Entry] = []
    size = 0
    for entry in unknown:
        if batch and (size + entry.size > READ_BYTES or len(batch) >= READ_FILES):
            known += await _hashed(snapshot, batch)
            batch, size = [], 0
        batch.append(entry)
        size += max(entry.size, 0)
    known += await _hashed(snapshot, batch)
    return sorted(known, key=lambda entry: entry.path)


async def _hashed(snapshot: Snapshot, entries: list[Entry]) -> list[Entry]:
    """With the object id that git would give the bytes, so that a changed file equals itself once it is committed."""
    raws: Mapping[str, bytes] = await snapshot.read(entries, max_bytes=MAX_FILE_BYTES) if entries else {}
    found: list[Entry] = []
    for entry in entries:
        raw = raws.get(entry.path, b"")
        blob = hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()
        found.append(entry._replace(blob=blob))
    return found


def _report(
    before: RepositoryReport,
    after: RepositoryReport,
    old: list[Entry],
    new: list[Entry],
    since: str,
    origins: tuple[Origin, Origin],
) -> RepositoryReport:
    was, now = ({entry.path: entry.blob for entry in entries} for entries in (old, new))
    changes = Changes(
        since=word(since),
        files=file_changes(old, new),
        commit=(origins[0].commit or "")[:12] or None,
        version=origins[0].version,
        ci=ci_changes(_ci(was), _ci(now)),
    )
    finished = before.retry_with is None and after.retry_with is None
    if finished:
        changed = {path for path in was.keys() | now.keys() if was.get(path) != now.get(path)}
        changes = _with_contents(changes, before, after, changed)
    report = RepositoryReport(
        schema=after.schema,
        detail=after.detail,
        source=source_of(origins[1]),
        name=after.name,
        size=after.size,
        coverage=_both(before.coverage, after.coverage),
        changes=changes,
        untrusted=UNTRUSTED,
        retry_with=None if finished else {"source": origins[1].source, "since": since},
    )
    return with_live_pointers(report)


def _with_contents(changes: Changes, before: RepositoryReport, after: RepositoryReport, changed: set[str]) -> Changes:
    """With what only surveys tell. Both must have ended: what one of them did not reach would look removed or new."""
    api = api_changes(_surfaces(before, changed), _surfaces(after, changed))
    findings = finding_changes(before, after)
    dependencies = (
        *runtime_changes(before, after),
        *dependency_changes(before.dependencies, after.dependencies),
    )
    totals = {
        "api_added": sum(one.change == "added" for one in api),
        "api_removed": sum(one.change == "removed" for one in api),
        "api_changed": sum(one.change == "changed" for one in api),
        "dependencies": len(dependencies),
        "findings_new": sum(one.change == "added" for one in findings),
        "findings_gone": sum(one.change == "removed" for one in findings),
    }
    return replace(
        changes,
        breaking=sum(one.breaking == "yes" for one in api),
        totals={name: count for name, count in totals.items() if count},
        languages=language_changes(before.languages, after.languages),
        dependencies=dependencies,
        licences=licence_changes(before, after),
        api=api,
        api_unknown=_without_grammar(after, changed),
        findings=findings,
    )


def _surfaces(report: RepositoryReport, changed: set[str]) -> dict[str, Surface]:
    """The definitions of the project's own source among the files that differ."""
    shown = {place(path) for path in changed if not shows_only(path) and not is_others(path, "")}
    found: dict[str, Surface] = {}
    for raw in report.symbols.files.rows if report.symbols else ():
        row = orjson.loads(raw)
        if row["path"] in shown:
            found[row["path"]] = Surface(row["language"], row.get("symbols", []))
    return found


def _without_grammar(report: RepositoryReport, changed: set[str]) -> tuple[str, ...]:
    """Programming languages of changed files whose definitions nobody could read."""
    blind = {one.language for one in report.symbols.languages if one.metrics_only} if report.symbols else set[str]()
    rows = (orjson.loads(raw) for raw in (report.files.rows if report.files and blind else ()))
    shown = {place(path) for path in changed}
    return tuple(sorted({row["language"] for row in rows if row.get("language") in blind and row["path"] in shown}))


def _ci(blobs: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, blob in blobs.items():
        rule = match(path)
        if rule is not None and rule.kind == "ci":
            found[place(path)] = blob
    return found


def _both(before: Coverage, after: Coverage) -> Coverage:
    """How far the comparison reaches: as far as both surveys do; what either skipped is counted once, at its most."""
    counts: dict[str, Skipped] = {}
    for one in (*before.skipped, *after.skipped):
        if one.reason not in counts or counts[one.reason].count < one.count:
            counts[one.reason] = replace(one, examples=())
    skipped = tuple(sorted(counts.values(), key=lambda one: (-one.count, one.reason)))
    return Coverage(after.seen, after.parsed, skipped, before.complete and after.complete)
