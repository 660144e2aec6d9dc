"""The engine behind `analyze_repository`: opens a source, gathers, and puts the facts together into a report.

Below it: the `Sources` port, `gathering` (what is read), the rooms of facts beside it. Above it: the tool, which sheds
the report to a budget. A finished report is kept under what it was made from (content, commit, detail, limits,
version), so an unchanged repository costs one look at the cache; a partial one is never kept.
"""

from collections.abc import Sequence
from dataclasses import astuple, replace
from hashlib import sha256

import anyio
import orjson

from plumbrule.core.context import current_call, report_progress
from plumbrule.core.facts import Coverage, Skipped
from plumbrule.core.store.cache import Cache
from plumbrule.core.store.once import SingleFlight
from plumbrule.mcp_server.analysis import building, components, identity, licensing, risks, surroundings
from plumbrule.mcp_server.analysis.gathered import Gathered, ranked
from plumbrule.mcp_server.analysis.gathering import Collected, Tools, gather
from plumbrule.mcp_server.analysis.languages_fact import languages_of
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.model import SCHEMA, Detail, RepositoryReport, Size, Source, wire, with_live_pointers
from plumbrule.mcp_server.analysis.parsing import Workers
from plumbrule.mcp_server.analysis.revive import revive
from plumbrule.mcp_server.analysis.words import word
from plumbrule.mcp_server.platforms.ports.snapshot import Origin, Snapshot
from plumbrule.mcp_server.platforms.ports.source import Sources

VERSION = "1"
"""Raised whenever the same bytes would give another report: what was cached before is never read again."""

RESERVE_S = 2.0
"""Kept of the call's time for putting together what there is; a tenth of what is left, when that is less."""

UNTRUSTED = (
    "/source/name",
    "/name",
    "/description",
    "/licence/declared",
    "/runtimes",
    "/commands",
    "/entry_points",
    "/tests/frameworks",
    "/ci",
    "/components",
    "/documentation",
    "/manifests",
)
"""Fields that hold the repository's words. `tools/budget` keeps of these what is there."""

NOT_EXAMINED: dict[Detail, tuple[str, ...]] = {
    "card": ("components", "history", "documentation", "most files for secrets", "symbols"),
    "summary": ("symbols", "imports", "history before the last year"),
    "full": ("symbols", "imports", "history before the last year"),
}


class Surveyor:
    """Surveys repositories; at most `limits.max_surveys` at once, one at a time for the same content."""

    def __init__(self, sources: Sources, cache: Cache, workers: Workers, limits: SurveyLimits | None = None) -> None:
        self._sources = sources
        self._limits = limits or SurveyLimits()
        self._tools = Tools(workers, cache, self._limits)
        self._places = anyio.Semaphore(self._limits.max_surveys)
        self._flights: SingleFlight[RepositoryReport] = SingleFlight()

    async def survey(self, source: str, *, detail: Detail = "card") -> RepositoryReport:
        """What is true about `source`.

        Near the call's deadline it returns what there is, with `coverage.complete` false and `retry_with`.

        Raises: what `Sources.open` raises.
        """
        async with self._places, self._sources.open(source) as snapshot:
            key = self._key(snapshot.origin, detail)
            kept = self._tools.cache.get(key) if key else None
            if kept is not None:
                report = revive(RepositoryReport, orjson.loads(kept))
            elif key:
                report = await self._flights.run(key, lambda: self._made(snapshot, detail, key))
            else:
                report = await self._made(snapshot, detail, "")
            return replace(report, source=_source_of(snapshot.origin))

    def _key(self, origin: Origin, detail: Detail) -> str:
        """The name of the finished report in the cache, "" when the content's identity is not known cheaply."""
        if not origin.content_id:
            return ""
        parts = (VERSION, SCHEMA, detail, origin.content_id, origin.commit, origin.name, origin.shallow, origin.subpath)
        made_from = orjson.dumps([*parts, *astuple(self._limits)])
        return f"report/{sha256(made_from).hexdigest()}"

    async def _made(self, snapshot: Snapshot, detail: Detail, key: str) -> RepositoryReport:
        collected = Collected()
        with anyio.CancelScope(deadline=_soft_deadline()):
            await gather(snapshot, detail, self._tools, collected)
        report = with_live_pointers(_report(snapshot, detail, collected))
        if key and report.coverage.complete:
            self._tools.cache.put(key, orjson.dumps(wire(report)))
        if collected.finished:
            await report_progress(1.0, 1.0, "done")
        return report


def _soft_deadline() -> float:
    """When gathering stops so that the answer still arrives in time; infinity without a deadline."""
    call = current_call()
    if call is None or call.deadline is None:
        return float("inf")
    left = call.deadline - anyio.current_time()
    return call.deadline - min(RESERVE_S, max(left, 0.0) / 10)


def _report(snapshot: Snapshot, detail: Detail, collected: Collected) -> RepositoryReport:
    inventory = collected.inventory
    aside = frozenset(one.entry.path for one in inventory.manifests if one.aside)
    languages = languages_of(collected, detail)
    gathered = Gathered(
        snapshot.origin, inventory, ranked(collected.manifests, languages, aside), aside, languages, collected.texts
    )
    licence = licensing.licence_of(gathered)
    deep = detail != "card"
    return RepositoryReport(
        schema=SCHEMA,
        detail=detail,
        source=_source_of(snapshot.origin),
        name=identity.name_of(gathered),
        size=_size_of(collected),
        coverage=_coverage_of(snapshot, detail, collected),
        description=identity.description_of(gathered),
        languages=languages,
        licence=licence,
        ecosystems=building.ecosystems_of(gathered),
        runtimes=building.runtimes_of(gathered),
        commands=building.commands_of(gathered),
        entry_points=building.entry_points_of(gathered),
        tests=building.tests_of(gathered),
        ci=surroundings.ci_of(gathered, workflows=deep),
        risks=risks.risks_of(gathered, licence, collected.secrets, collected.links),
        components=components.components_of(gathered) if deep else (),
        activity=surroundings.activity_of(collected.activity, snapshot.origin.commit),
        documentation=surroundings.documents_of(gathered) if deep else (),
        manifests=building.manifests_of(gathered) if deep else (),
        not_examined=NOT_EXAMINED[detail],
        untrusted=UNTRUSTED,
        retry_with=None if collected.finished else {"source": snapshot.origin.source, "detail": detail},
    )


def _source_of(origin: Origin) -> Source:
    return Source(
        asked=word(origin.source, 500),
        kind=origin.kind,
        name=word(origin.name),
        url=origin.url,
        ref=origin.ref,
        commit=origin.commit,
        dirty=origin.dirty,
        version=origin.version,
        subpath=origin.subpath or None,
    )


def _size_of(collected: Collected) -> Size:
    counted = [file.path for file in collected.files if file.counted]
    lines = sum(collected.lines.get(path, 0) for path in counted)
    known = collected.finished and all(path in collected.lines for path in counted)
    return Size(len(collected.inventory.files), collected.inventory.total_bytes, lines if known else None)


def _coverage_of(snapshot: Snapshot, detail: Detail, collected: Collected) -> Coverage:
    """Files seen, files whose bytes were read, and everything left out by the adapter or by us."""
    skipped = _merged((*snapshot.skipped, *collected.skips()))
    if detail == "card":  # examples belong to the deeper levels
        skipped = tuple(Skipped(one.reason, one.count) for one in skipped)
    complete = collected.finished and not collected.limited and not collected.counts.get("crashed")
    return Coverage(len(snapshot.entries), collected.read, skipped, complete)


def _merged(skipped: Sequence[Skipped]) -> tuple[Skipped, ...]:
    by_reason: dict[str, Skipped] = {}
    for one in skipped:
        before = by_reason.get(one.reason)
        if before is None:
            by_reason[one.reason] = replace(one, examples=tuple(word(text) for text in one.examples[:3]))
        else:
            examples = (*before.examples, *(word(text) for text in one.examples))[:3]
            by_reason[one.reason] = Skipped(one.reason, before.count + one.count, examples)
    return tuple(sorted(by_reason.values(), key=lambda one: (-one.count, one.reason)))
