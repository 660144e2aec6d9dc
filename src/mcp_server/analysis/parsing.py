"""Manifests through the worker processes: one round trip for all, a file that breaks its parser costing only itself.

What a manifest declares is a function of its bytes, its name and the extractors' edition, and is cached under them.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import cast

import orjson

from plumbrule.core.errors import WorkerCrashed
from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.analysis.edition import edition
from plumbrule.mcp_server.analysis.inventory import FoundManifest
from plumbrule.mcp_server.analysis.workers import Workers
from plumbrule.mcp_server.dependencies.model import Declaration, Manifest

TARGET = "plumbrule.mcp_server.dependencies.manifests.batch:parse"

BATCH_BYTES = 2_000_000
BATCH_FILES = 500
"""One batch is one round trip; a card's manifests always fit."""

BATCH_S = 10.0
"""CPU of all manifests of a batch together: 200 files at a second each would outlast every caller's patience."""

START_S = 10.0
"""A worker's start, the round trip, and what a busy machine keeps a worker waiting."""

_NOT_KEPT = frozenset(("crashed", "too_slow"))
"""Faults that may pass on a better day."""


MAX_DECLARATIONS = 200_000
"""Over all manifests of one survey, those of equal files counted once; a declaration costs about 300 bytes. The widest
monorepos known declare some 60,000."""

OVER_LIMIT = "over_limit"

_Result = tuple[tuple[Declaration, ...], str, int]
_REFUSED: _Result = ((), OVER_LIMIT, 0)
_Raw = tuple[list[list[object]], str, int]
"""The same as it crosses from a worker or lies in the cache."""


async def parse_manifests(
    found: Sequence[FoundManifest], texts: Mapping[str, bytes], workers: Workers, cache: Cache, limit_s: float
) -> list[Manifest]:
    """What each manifest declares; `texts` holds their bytes. One without bytes is unreadable."""
    results = _Results()
    keys: dict[str, str] = {}
    pending: dict[str, FoundManifest] = {}
    for one in found:
        raw = texts.get(one.entry.path)
        if one.rule.parser and raw is not None:
            key = keys[one.entry.path] = _key(one, raw)
            if key not in results.by_key and key not in pending:
                kept = cache.get(key)
                if kept is not None:
                    results.take(key, cast(_Raw, tuple(orjson.loads(kept))))
                else:
                    pending[key] = one
    for batch in _batches(list(pending.values()), texts):
        if results.full:
            results.by_key.update((keys[one.entry.path], _REFUSED) for one in batch)
            continue
        for one, result in zip(batch, await _parsed(batch, texts, workers, limit_s), strict=True):
            key = keys[one.entry.path]
            results.take(key, result)
            if result[1] not in _NOT_KEPT:
                cache.put(key, orjson.dumps(result))
    return [_manifest(one, results.by_key.get(keys.get(one.entry.path, ""))) for one in found]


class _Results:
    """What was parsed, by key: equal files share one answer, and all together stay below `MAX_DECLARATIONS`."""

    def __init__(self) -> None:
        self.by_key: dict[str, _Result] = {}
        self._left = MAX_DECLARATIONS

    @property
    def full(self) -> bool:
        return self._left < 0

    def take(self, key: str, raw: _Raw) -> None:
        declarations, fault, line = raw
        self._left -= len(declarations)
        if self.full:
            self.by_key[key] = _REFUSED
            return
        made = tuple(Declaration(*cast("tuple[str, str, int, str, str, str]", tuple(parts))) for parts in declarations)  # type: ignore[arg-type]  # because the field was a Literal before it crossed as text
        self.by_key[key] = (made, fault, line)


def _key(one: FoundManifest, raw: bytes) -> str:
    name = sha256(_name(one).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return f"manifest/{edition()}/{one.rule.parser}/{sha256(raw).hexdigest()}/{name}"


def _name(one: FoundManifest) -> str:
    """The bare name: a parser never sees the folder, so its answer holds wherever the file lies."""
    return one.entry.path.rpartition("/")[2]


def _batches(pending: list[FoundManifest], texts: Mapping[str, bytes]) -> list[list[FoundManifest]]:
    batches: list[list[FoundManifest]] = []
    size = 0
    for one in pending:
        length = len(texts[one.entry.path])
        if not batches or size + length > BATCH_BYTES or len(batches[-1]) >= BATCH_FILES:
            batches.append([])
            size = 0
        batches[-1].append(one)
        size += length
    return batches


async def _parsed(
    batch: list[FoundManifest], texts: Mapping[str, bytes], workers: Workers, limit_s: float
) -> list[_Raw]:
    """The batch's results; when the worker dies, both halves again, so that only the file that killed it is lost."""
    files = [[_name(one), one.rule.parser, texts[one.entry.path]] for one in batch]
    try:
        payload = {"files": files, "file_limit_s": limit_s, "batch_limit_s": BATCH_S}
        given = await workers.run(TARGET, payload, limit_s=BATCH_S + START_S)
    except WorkerCrashed:
        if len(batch) == 1:
            return [([], "crashed", 0)]
        middle = len(batch) // 2
        first = await _parsed(batch[:middle], texts, workers, limit_s)
        return first + await _parsed(batch[middle:], texts, workers, limit_s)
    return [cast(_Raw, tuple(result)) for result in cast(list[list[object]], given)]


def _manifest(one: FoundManifest, result: _Result | None) -> Manifest:
    if not one.rule.parser:
        return Manifest(one.entry.path, one.rule)
    if result is None:
        return Manifest(one.entry.path, one.rule, fault="unreadable")
    return Manifest(one.entry.path, one.rule, *result)
