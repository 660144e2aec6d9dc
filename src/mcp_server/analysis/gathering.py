"""Reads what a survey needs from a snapshot, in batches, and keeps what was gathered so far when time runs out.

Above it lies `survey`. Two rounds: first the small files that tell most (manifests, licences, README, CI, likely places
of secrets), parsed in one worker round trip; then source files, in `reading_sources`. Cancelling `gather` at any await
leaves a `Collected` that is true as far as it goes.
"""

from plumbrule.core.context import report_progress
from plumbrule.mcp_server.analysis.aspects import Aspect, Detail, Wanted
from plumbrule.mcp_server.analysis.collected import SMALL_BYTES, Collected, Tools, aside
from plumbrule.mcp_server.analysis.inventory import FoundManifest, take, take_files
from plumbrule.mcp_server.analysis.languages.attributes import parse_attributes
from plumbrule.mcp_server.analysis.languages.detection import plan
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.parsing import OVER_LIMIT, parse_manifests
from plumbrule.mcp_server.analysis.reading_sources import read_sources
from plumbrule.mcp_server.analysis.risks import secrets_in
from plumbrule.mcp_server.analysis.workers import READ_FILES
from plumbrule.mcp_server.platforms.ports.snapshot import Snapshot

MANY_FILES = 500
"""So many are never all known: a worker starts before the first file is read."""

MAX_LINKS = 500
MAX_LICENCES = 50
MAX_CONFIGURATION = 5_000
"""A tree may hold thousands of both; those beyond are counted as skipped."""


_OF_READINGS: frozenset[Aspect] = frozenset(("dependencies", "sbom"))
"""What needs locks and every word of manifests."""


async def gather(snapshot: Snapshot, wanted: Wanted, tools: Tools, into: Collected) -> None:
    """Fill `into`, stage by stage."""
    detail = wanted.detail
    sort = take_files if wanted.of_names_alone else take
    into.inventory = await aside(len(snapshot.entries), sort, snapshot.entries, tools.limits.max_files)
    _note_inventory(into)
    await report_progress(0.05, 1.0, f"{len(snapshot.entries)} files listed")
    if wanted.of_names_alone:
        into.texts = dict(await snapshot.read(into.inventory.attributes, max_bytes=SMALL_BYTES))
        await read_sources(snapshot, wanted, tools, into)
        into.finished = True
        return
    if detail == "full" and len(into.inventory.files) >= MANY_FILES:
        tools.workers.prepare(READ_FILES, 1)
    manifests = await _read_small(snapshot, detail, tools.limits, into)
    parsed = await parse_manifests(manifests, into.texts, tools.workers, tools.cache, tools.limits.max_manifest_s)
    into.manifests += parsed
    for manifest in parsed:
        if manifest.fault:
            into.skip(manifest.fault, manifest.path, manifest.fault_line)
            into.limited |= manifest.fault == OVER_LIMIT
    if detail == "full" and wanted.aspects & _OF_READINGS:
        from plumbrule.mcp_server.analysis.reading import read_dependencies  # as no other level opens a lock

        arguments = (into.inventory, into.texts, tools.workers, tools.cache)
        into.readings.update(await read_dependencies(snapshot, *arguments))
    if detail == "full":
        await _read_configuration(snapshot, tools.limits, into)
    await report_progress(0.2, 1.0, f"{len(parsed)} manifests read")
    await read_sources(snapshot, wanted, tools, into)
    if wanted.detail == "full" and "history" in wanted.aspects:
        from plumbrule.mcp_server.analysis.history import past_of  # as no other level needs it

        into.past = await past_of(snapshot, tools.cache, tools.limits)
        into.limited |= into.past is not None and into.past.timed_out
    into.finished = True


def name_what_is_listed(snapshot: Snapshot, into: Collected, limits: SurveyLimits) -> None:
    """What paths alone tell of a tree of which nothing was read in time: what there is, and in which languages."""
    if not into.inventory.files:
        into.inventory = take(snapshot.entries, limits.max_files)
        _note_inventory(into)
    if not into.files:
        known = {one.path: into.texts[one.path] for one in into.inventory.attributes if one.path in into.texts}
        into.files = list(plan(into.inventory.files, parse_attributes(known)).files)


def _note_inventory(into: Collected) -> None:
    inventory = into.inventory
    for reason, entries in (("symlink", inventory.symlinks), ("submodule", inventory.submodules)):
        for entry in entries:
            into.skip(reason, entry.path)
    if inventory.over:
        into.counts["over_limit"] = inventory.over
        into.limited = True


async def _read_small(snapshot: Snapshot, detail: Detail, limits: SurveyLimits, into: Collected) -> list[FoundManifest]:
    """Read what is small and telling; the manifests that are to be parsed."""
    inventory = into.inventory
    for reason, entries in (
        ("licence_not_read", inventory.licences[MAX_LICENCES:]),
        ("link_not_checked", inventory.symlinks[MAX_LINKS:]),
    ):
        for entry in entries:
            into.skip(reason, entry.path)
    manifests = _manifests_within(detail, limits, into)
    parsed = {one.entry.path: one.entry for one in manifests if one.rule.parser}
    documents = [inventory.readme] if inventory.readme else []
    documents += [entry for _, entry in inventory.documents]
    candidates = [entry for entry in inventory.secret_candidates if 0 < entry.size <= SMALL_BYTES]
    small = {
        entry.path: entry
        for entry in (
            *inventory.attributes,
            *inventory.reuse,
            *inventory.licences[:MAX_LICENCES],
            *documents,
            *candidates,
        )
    }
    read = dict(await snapshot.read([*parsed.values()], max_bytes=limits.max_manifest_bytes))
    others = [entry for path, entry in small.items() if path not in read]
    read.update(await snapshot.read([*others, *inventory.symlinks[:MAX_LINKS]], max_bytes=SMALL_BYTES))
    for entry in inventory.symlinks[:MAX_LINKS]:
        target = read.pop(entry.path, None)
        if target is not None:
            into.links[entry.path] = target
    into.texts = read
    into.read = len(read)
    for path in sorted({entry.path for entry in (*candidates, *documents)} | parsed.keys()):
        if path in read and into.has_room_for_secrets(path):
            into.secrets += secrets_in(path, read[path])
    return manifests


async def _read_configuration(snapshot: Snapshot, limits: SurveyLimits, into: Collected) -> None:
    """The files that configure imports or what is served and are no manifests, whole."""
    from plumbrule.mcp_server.analysis.graph.resolving.table import is_configuration  # as no other level needs it

    found = [one for one in into.inventory.files if one.path not in into.texts and is_configuration(one.path)]
    into.texts.update(await snapshot.read(found[:MAX_CONFIGURATION], max_bytes=limits.max_manifest_bytes))
    for entry in found[MAX_CONFIGURATION:]:
        into.skip("over_limit", entry.path)
        into.limited = True


def _manifests_within(detail: Detail, limits: SurveyLimits, into: Collected) -> list[FoundManifest]:
    """The manifests to parse: the project's own and the shallow ones first, up to the limit, none too large."""
    most = limits.max_manifests if detail == "card" else limits.max_manifests * 10
    chosen: list[FoundManifest] = []
    parsed = 0
    for one in into.inventory.manifests:
        if one.rule.parser and one.entry.size > limits.max_manifest_bytes:
            into.skip("too_large", one.entry.path)
        elif one.rule.parser and parsed >= most:
            into.skip("over_limit", one.entry.path)
            into.limited = True
        else:
            chosen.append(one)
            parsed += bool(one.rule.parser)
    return chosen
