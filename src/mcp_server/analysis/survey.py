"""The engine behind `analyze_repository`: opens a source, gathers, and puts the facts together into a report.

Below it: the `Sources` port, `gathering` (what is read), the rooms of facts beside it. Above it: the tool, which sheds
the report to a budget. A finished report is kept under what it was made from (content, commit, detail, limits,
version), so an unchanged repository costs one look at the cache; a partial one is never kept.
"""

from collections.abc import Sequence
from dataclasses import astuple, replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import orjson

from plumbrule.core.context import report_progress
from plumbrule.core.store.cache import Cache
from plumbrule.core.store.once import SingleFlight
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.aspects import Aspect, Detail, Wanted, selected
from plumbrule.mcp_server.analysis.chosen import chosen
from plumbrule.mcp_server.analysis.deadlines import soft_deadline
from plumbrule.mcp_server.analysis.edition import edition
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.source_fact import activity_of, source_of, told_activity, told_source
from plumbrule.mcp_server.analysis.spill import is_many
from plumbrule.mcp_server.analysis.syntax.grammars import Grammars
from plumbrule.mcp_server.analysis.told_report import Hides, Masks, told
from plumbrule.mcp_server.analysis.workers import READ_FILES, Workers
from plumbrule.mcp_server.platforms.ports.snapshot import Snapshot
from plumbrule.mcp_server.platforms.ports.source import Sources

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.collected import Collected, Tools
    from plumbrule.mcp_server.analysis.large_report import Large
    from plumbrule.mcp_server.analysis.model import RepositoryReport
    from plumbrule.mcp_server.analysis.notes import Notes
    from plumbrule.mcp_server.dependencies.advisories.asking import Advisor


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be surveyed and how; `key` names the finished report in the cache ("": it is not kept), `base` what
    a survey of nearly the same tree starts from."""

    snapshot: Snapshot
    wanted: Wanted
    key: str
    base: str
    told: frozenset[Aspect]
    """The aspects that the caller gets; what is known against packages needs more than it asks for."""

    @property
    def of_past(self) -> bool:
        return self.wanted.detail != "card" and "history" in self.wanted.aspects


class Surveyor:
    """Surveys repositories; at most `limits.max_surveys` at once, one at a time for the same content."""

    def __init__(
        self,
        sources: Sources,
        cache: Cache,
        workers: Workers,
        limits: SurveyLimits | None = None,
        grammars: Grammars | None = None,
        advisor: "Advisor | None" = None,
    ) -> None:
        self._advisor = advisor
        self._grammars = grammars or Grammars()
        self._sources = sources
        self._limits = limits or SurveyLimits()
        self._workers = workers
        self._cache = cache
        self._places = anyio.Semaphore(self._limits.max_surveys)
        self._flights: SingleFlight[_Made] = SingleFlight()

    async def survey(
        self,
        source: str,
        *,
        detail: Detail = "card",
        aspects: Sequence[Aspect] = (),
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> "RepositoryReport":
        """What is true about `source`. `aspects` select what of it (none: all), `include` and `exclude` the files.

        Near the call's deadline it returns what there is, with `coverage.complete` false and `retry_with`.

        Raises: what `Sources.open` raises, and InvalidArgument for a pattern.
        """
        async with self._places, self._sources.open(source) as whole:
            asked = self._asked(whole, detail, aspects, include, exclude)
            raw = self._kept(asked)
            made = await self._finished(asked) if raw is None else _Made(None, raw)
            report = made.report
            if report is None:
                from plumbrule.mcp_server.analysis.kept_report import revived  # with the model, as `told` needs neither

                report = revived(made.raw)
            report = await self._with_known(asked, report)
            report = replace(report, source=source_of(asked.snapshot.origin))
            if asked.of_past:
                report = await self._with_activity(asked.snapshot, report)
            if report.retry_with is None:
                return report
            again = _again(detail, aspects, include, exclude)
            return replace(report, retry_with={**report.retry_with, **again})

    async def told(
        self,
        source: str,
        *,
        detail: Detail = "card",
        aspects: Sequence[Aspect] = (),
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        hides: Hides,
        masks: Masks,
    ) -> dict[str, Any]:
        """The whole of `survey` as a dict for `orjson`, masked: what is kept is not taken apart for it.

        `hides` hides what the program itself knows in bytes, `masks` every secret in values.

        Raises: as `survey`.
        """
        async with self._places, self._sources.open(source) as whole:
            asked = self._asked(whole, detail, aspects, include, exclude)
            raw = self._kept(asked)
            if raw is None:
                raw = (await self._finished(asked)).raw
            if self._asks_advisories(asked):
                from plumbrule.mcp_server.analysis.kept_report import kept, revived

                raw = kept(await self._with_known(asked, revived(raw)))
            answer = await self._answer(asked, raw, hides, masks)
            if "retry_with" in answer:
                answer["retry_with"] |= masks(_again(detail, aspects, include, exclude))
            return answer

    async def _answer(self, asked: _Asked, raw: "bytes | Large", hides: Hides, masks: Masks) -> dict[str, Any]:
        """A kept report with what belongs to this call."""
        own: dict[str, object] = {"source": told_source(asked.snapshot.origin)}
        if asked.of_past:
            with anyio.CancelScope(deadline=soft_deadline()):
                own["activity"] = told_activity(await asked.snapshot.activity(), asked.snapshot.origin.commit)
                answer = told(raw, own, hides, masks)
                if "history" in answer:
                    await _tell_releases(asked.snapshot, answer["history"], masks)
                return answer
            answer = told(raw, own, hides, masks)
            answer["coverage"]["complete"] = False
            answer["retry_with"] = masks({"source": asked.snapshot.origin.source})
            return answer
        return told(raw, own, hides, masks)

    def _asked(
        self, whole: Snapshot, detail: Detail, aspects: Sequence[Aspect], include: Sequence[str], exclude: Sequence[str]
    ) -> _Asked:
        snapshot = chosen(whole, include, exclude)
        told = selected(aspects)
        more = frozenset[Aspect](("dependencies",)) if self._advisor and detail == "full" and "security" in told else ()
        wanted = Wanted(detail, told.union(more))
        patterns, origin = (*include, "", *exclude), snapshot.origin
        how = (edition(), wanted.detail, sorted(wanted.aspects), patterns, origin.name, origin.shallow, origin.subpath)
        base = self._key("base", *how) if wanted.detail == "full" and not wanted.of_names_alone else ""
        key = self._key("report", *how, origin.content_id, origin.commit) if origin.content_id else ""
        return _Asked(snapshot, wanted, key, base if key else "", told)

    def _asks_advisories(self, asked: _Asked) -> bool:
        return self._advisor is not None and asked.wanted.detail == "full" and "security" in asked.told

    async def _with_known(self, asked: _Asked, report: "RepositoryReport") -> "RepositoryReport":
        """What is known against packages changes without the content: it is asked for anew and never kept with it."""
        if self._advisor is None or not self._asks_advisories(asked):
            return report
        from plumbrule.mcp_server.analysis.known_vulnerabilities import with_known
        from plumbrule.mcp_server.analysis.model import with_live_pointers
        from plumbrule.mcp_server.analysis.report_frame import narrowed

        with anyio.CancelScope(deadline=soft_deadline()):
            report = await with_known(report, self._advisor)
        return with_live_pointers(narrowed(report, asked.told))

    async def _finished(self, asked: _Asked) -> "_Made":
        if not asked.key:
            return await self._made(asked)
        return await self._flights.run(asked.key, lambda: self._made(asked))

    async def _with_activity(self, snapshot: Snapshot, report: "RepositoryReport") -> "RepositoryReport":
        """History is no part of the content: it is asked for anew and never kept with the content's facts."""
        with anyio.CancelScope(deadline=soft_deadline()):
            activity = activity_of(await snapshot.activity(), snapshot.origin.commit)
            if report.history is not None:
                from plumbrule.mcp_server.analysis.history import with_releases  # as `full` alone needs it

                report = replace(report, history=with_releases(report.history, await snapshot.tags()))
            return replace(report, activity=activity)
        again: dict[str, object] = {"source": snapshot.origin.source}
        return replace(report, coverage=replace(report.coverage, complete=False), retry_with=again)

    def _key(self, what: str, *made_from: object) -> str:
        """The name in the cache of what is made from these and the limits."""
        return f"{what}/{sha256(orjson.dumps([*made_from, *astuple(self._limits)])).hexdigest()}"

    async def _made(self, asked: _Asked) -> "_Made":
        # Imported when there is something to make: a warm call saves 25 ms.
        from plumbrule.mcp_server.analysis.collected import Collected, Tools
        from plumbrule.mcp_server.analysis.gathering import gather, name_what_is_listed
        from plumbrule.mcp_server.analysis.kept_report import kept
        from plumbrule.mcp_server.analysis.notes import Notes

        tools = Tools(self._workers, self._cache, self._limits, self._grammars)
        if asked.base and (revised := await self._revised(asked, tools)) is not None:
            return _Made(None, revised)
        collected = Collected()
        notes = Notes() if asked.base and not is_many(len(asked.snapshot.entries)) else None
        with anyio.CancelScope(deadline=soft_deadline(len(asked.snapshot.entries))):
            await gather(asked.snapshot, asked.wanted, tools, collected)
        if not collected.finished:
            await anyio.to_thread.run_sync(name_what_is_listed, asked.snapshot, collected, self._limits)
        if asked.wanted.of_names_alone:
            from plumbrule.mcp_server.analysis.report_frame import report_of_names  # 20 ms less

            made = partial(report_of_names, asked.snapshot, asked.wanted, collected)
        else:
            from plumbrule.mcp_server.analysis.report import report_of

            made = partial(report_of, asked.snapshot, asked.wanted, collected, notes)
        report = await anyio.to_thread.run_sync(made)  # seconds for 300,000 files
        raw = await anyio.to_thread.run_sync(kept, report)
        if asked.key and report.coverage.complete:
            await anyio.to_thread.run_sync(self._keep, asked, raw, collected, notes)
        if collected.finished:
            await report_progress(1.0, 1.0, "done")
        return _Made(report, raw)

    async def _revised(self, asked: _Asked, tools: "Tools") -> bytes | None:
        """The report as it is kept, made from one of nearly the same tree, where there is one."""
        base = await anyio.to_thread.run_sync(self._cache.get, asked.base)
        if base is None:
            return None
        self._workers.prepare(READ_FILES, 1)  # nearly always something is to be parsed
        from plumbrule.mcp_server.analysis.revising.revise import revised  # as there is something to revise

        with anyio.CancelScope(deadline=soft_deadline(len(asked.snapshot.entries))):
            made = await revised(asked.snapshot, base, tools)
            if made is None:
                return None
            record, raw = made
            await anyio.to_thread.run_sync(self._cache.put, asked.key, record)
            await report_progress(1.0, 1.0, "done")
            return raw
        return None

    def _kept(self, asked: _Asked) -> "bytes | Large | None":
        """The finished report, where it is kept."""
        raw = self._cache.get(asked.key) if asked.key else None
        if raw is None or not asked.base:
            return raw
        if is_many(len(asked.snapshot.entries)):
            from plumbrule.mcp_server.analysis.large_report import is_large, opened  # few repositories are so large

            if is_large(raw):
                return opened(raw, asked.key, self._cache)
        from plumbrule.mcp_server.analysis.revising.record import whole  # only a full report may be a revision

        return whole(raw, self._cache)

    def _keep(self, asked: _Asked, raw: "bytes | Large", collected: "Collected", notes: "Notes | None") -> None:
        if not isinstance(raw, bytes):
            from plumbrule.mcp_server.analysis.large_report import keep  # few repositories are so large

            keep(raw, asked.key, self._cache)
            return
        kept = {asked.key: raw}
        if notes is not None:
            from plumbrule.mcp_server.analysis.revising.base import base_of

            base = base_of(asked.key, asked.snapshot, collected, notes)
            kept |= {} if base is None else {asked.base: base}
        self._cache.put_many(kept)


@dataclass(frozen=True, slots=True)
class _Made:
    """A report, and the same as it is kept; None where nobody needed it in any other form."""

    report: "RepositoryReport | None"
    raw: "bytes | Large"


def _again(
    detail: Detail, aspects: Sequence[Aspect], include: Sequence[str], exclude: Sequence[str]
) -> dict[str, object]:
    """The arguments of the call that goes on, but for the source."""
    lists = {"aspects": list(aspects), "include": list(include), "exclude": list(exclude)}
    return {"detail": detail, **{name: words for name, words in lists.items() if words}}


async def _tell_releases(snapshot: Snapshot, history: dict[str, Any], masks: Masks) -> None:
    """Put the releases into the section where a report has them. Tags come and go without a commit."""
    tags = await snapshot.tags()
    if not tags:
        return
    from plumbrule.mcp_server.analysis.releases import told_releases

    releases: Any = masks(told_releases(history["last_day"], tags))
    parts = list(history.items())
    history.clear()
    for name, part in parts:
        history.update(releases if name == "releases_count" else {name: part})
    for name in [name for name in releases if releases[name] is None or releases[name] == []]:
        del history[name]
