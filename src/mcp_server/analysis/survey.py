"""The engine behind `analyze_repository`: opens a source, gathers, and puts the facts together into a report.

Below it: the `Sources` port, `gathering` (what is read), the rooms of facts beside it. Above it: the tool, which sheds
the report to a budget. A finished report is kept under what it was made from (content, commit, detail, limits,
version), so an unchanged repository costs one look at the cache; a partial one is never kept.
"""

from collections.abc import Sequence
from dataclasses import astuple, replace
from hashlib import sha256

import anyio
import anyio.to_thread
import orjson

from plumbrule.core.context import report_progress
from plumbrule.core.store.cache import Cache
from plumbrule.core.store.once import SingleFlight
from plumbrule.mcp_server.analysis.aspects import Aspect, Wanted, selected
from plumbrule.mcp_server.analysis.chosen import chosen
from plumbrule.mcp_server.analysis.deadlines import soft_deadline
from plumbrule.mcp_server.analysis.edition import edition
from plumbrule.mcp_server.analysis.kept_report import kept, revived
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.model import SCHEMA, Detail, RepositoryReport
from plumbrule.mcp_server.analysis.source_fact import activity_of, source_of
from plumbrule.mcp_server.analysis.syntax.grammars import Grammars
from plumbrule.mcp_server.analysis.workers import Workers
from plumbrule.mcp_server.platforms.ports.snapshot import Origin, Snapshot
from plumbrule.mcp_server.platforms.ports.source import Sources


class Surveyor:
    """Surveys repositories; at most `limits.max_surveys` at once, one at a time for the same content."""

    def __init__(
        self,
        sources: Sources,
        cache: Cache,
        workers: Workers,
        limits: SurveyLimits | None = None,
        grammars: Grammars | None = None,
    ) -> None:
        self._grammars = grammars or Grammars()
        self._sources = sources
        self._limits = limits or SurveyLimits()
        self._workers = workers
        self._cache = cache
        self._places = anyio.Semaphore(self._limits.max_surveys)
        self._flights: SingleFlight[RepositoryReport] = SingleFlight()

    async def survey(
        self,
        source: str,
        *,
        detail: Detail = "card",
        aspects: Sequence[Aspect] = (),
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> RepositoryReport:
        """What is true about `source`. `aspects` select what of it (none: all), `include` and `exclude` the files.

        Near the call's deadline it returns what there is, with `coverage.complete` false and `retry_with`.

        Raises: what `Sources.open` raises, and InvalidArgument for a pattern.
        """
        async with self._places, self._sources.open(source) as whole:
            snapshot = chosen(whole, include, exclude)
            wanted = Wanted(detail, selected(aspects))
            key = self._key(snapshot.origin, wanted, (*include, "", *exclude))
            raw = self._cache.get(key) if key else None
            if raw is not None:
                report = revived(raw)
            elif key:
                report = await self._flights.run(key, lambda: self._made(snapshot, wanted, key))
            else:
                report = await self._made(snapshot, wanted, "")
            report = replace(report, source=source_of(snapshot.origin))
            if detail != "card" and "history" in wanted.aspects:
                report = await self._with_activity(snapshot, report)
            if report.retry_with is None:
                return report
            lists = {"aspects": list(aspects), "include": list(include), "exclude": list(exclude)}
            asked = {name: words for name, words in lists.items() if words}
            return replace(report, retry_with={**report.retry_with, "detail": detail, **asked})

    async def _with_activity(self, snapshot: Snapshot, report: RepositoryReport) -> RepositoryReport:
        """History is no part of the content: it is asked for anew and never kept with the content's facts."""
        with anyio.CancelScope(deadline=soft_deadline()):
            activity = activity_of(await snapshot.activity(), snapshot.origin.commit)
            if report.history is not None:
                from plumbrule.mcp_server.analysis.history import with_releases  # as `full` alone needs it

                report = replace(report, history=with_releases(report.history, await snapshot.tags()))
            return replace(report, activity=activity)
        again: dict[str, object] = {"source": snapshot.origin.source}
        return replace(report, coverage=replace(report.coverage, complete=False), retry_with=again)

    def _key(self, origin: Origin, wanted: Wanted, patterns: Sequence[str]) -> str:
        """The name of the finished report in the cache, "" when the content's identity is not known cheaply."""
        if not origin.content_id:
            return ""
        parts = (
            edition(),
            SCHEMA,
            wanted.detail,
            sorted(wanted.aspects),
            patterns,
            origin.content_id,
            origin.commit,
            origin.name,
            origin.shallow,
            origin.subpath,
        )
        made_from = orjson.dumps([*parts, *astuple(self._limits)])
        return f"report/{sha256(made_from).hexdigest()}"

    async def _made(self, snapshot: Snapshot, wanted: Wanted, key: str) -> RepositoryReport:
        # Imported when there is something to make: a warm call saves 25 ms.
        from plumbrule.mcp_server.analysis.collected import Collected, Tools
        from plumbrule.mcp_server.analysis.gathering import gather
        from plumbrule.mcp_server.analysis.report import report_of

        collected = Collected()
        tools = Tools(self._workers, self._cache, self._limits, self._grammars)
        with anyio.CancelScope(deadline=soft_deadline(len(snapshot.entries))):
            await gather(snapshot, wanted, tools, collected)
        report = await anyio.to_thread.run_sync(report_of, snapshot, wanted, collected)  # seconds for 300,000 files
        if key and report.coverage.complete:
            self._cache.put(key, kept(report))
        if collected.finished:
            await report_progress(1.0, 1.0, "done")
        return report
