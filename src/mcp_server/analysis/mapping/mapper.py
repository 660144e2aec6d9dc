"""The engine of `map_repository`: reads a repository's facts once, then ranks its files for each question.

Below it: the reading of all files (`survey`), `index`, `ranking`, `choosing`, `keeping`. Above it: the tool and the
command line. A warm question reads a few hundred kilobytes of the kept index and no file of the repository.
"""

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

import anyio
import anyio.to_thread
import orjson

from plumbrule.core.facts import Coverage, Truncated
from plumbrule.core.store.cache import Cache
from plumbrule.core.store.once import SingleFlight
from plumbrule.core.tokens import token_bound
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.edition import edition
from plumbrule.mcp_server.analysis.mapping.choosing import Candidate, choose
from plumbrule.mcp_server.analysis.mapping.keeping import Evicted, Opened, opened
from plumbrule.mcp_server.analysis.mapping.model import RULE, SCHEMA, MappedFile, RepositoryMap
from plumbrule.mcp_server.analysis.mapping.ranking import matched, walked
from plumbrule.mcp_server.analysis.mapping.words import asked, spelled
from plumbrule.mcp_server.analysis.model import wire
from plumbrule.mcp_server.analysis.revive import revive
from plumbrule.mcp_server.analysis.source_fact import source_of
from plumbrule.mcp_server.analysis.words import word
from plumbrule.mcp_server.platforms.ports.snapshot import Origin, Snapshot
from plumbrule.mcp_server.platforms.ports.source import Sources

CANDIDATES = 40
"""Files whose definitions are looked at: a budget of 2,000 tokens shows about fifteen."""

CANDIDATE_TOKENS = 60
"""Of a larger budget, one candidate more for so many tokens."""

SEEDS = 25
"""Files from which a walk starts: those that match best."""

MATCH, NEAR, RANK = 1.0, 0.3, 0.1
"""What a file's own words, what it is connected with, and its importance count. Tried on the histories of nine
repositories, subject lines of commits against the files they changed: the walk beyond 0.3 loses more than it finds."""

NOT_OWN = 0.35
"""What tests, examples and documents count, unless the question is about them."""

FOCUS = 1.5
"""A focus file as a seed, beside the best match, which is 1."""

OTHERS_SHARE = 0.2
"""Of the budget for paths alone: a quarter more of the right files for little less of their definitions."""

SPARE_TOKENS = 20
"""For the names of the two lists and the call id."""

TEXT_SHARE = 0.08

UNTRUSTED = ("/source", "/files", "/others", "/words", "/unknown_words", "/unmatched_focus")
_ABOUT_TESTS = frozenset(("test", "spec"))


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it came."""

    source: str
    question: str
    focus_paths: tuple[str, ...]
    max_tokens: int


IndexMaker = Callable[[Snapshot, str], Awaitable[Opened]]
"""Reads all facts of a snapshot and keeps their index under a key ("" keeps nothing)."""


class Mapper:
    """Maps repositories; one at a time for the same content."""

    def __init__(self, sources: Sources, cache: Cache, index: IndexMaker) -> None:
        self._sources = sources
        self._cache = cache
        self._index = index
        self._flights: SingleFlight[Opened] = SingleFlight()

    async def map(
        self, source: str, *, question: str = "", focus_paths: tuple[str, ...] = (), max_tokens: int = 2_000
    ) -> RepositoryMap:
        """The files and definitions of `source` that matter most, within `max_tokens`.

        Raises: what `Sources.open` raises.
        """
        wanted = Asked(source, question, focus_paths, max_tokens)
        async with self._sources.open(source) as snapshot:
            key = _key(snapshot.origin)
            held = opened(self._cache, key) if key else None
            if held is not None:
                try:
                    return _answer(held, wanted, snapshot.origin)
                except Evicted:
                    self._cache.delete(f"{key}/head")
            held = await self._made(snapshot, key)
            return await anyio.to_thread.run_sync(_answer, held, wanted, snapshot.origin)

    async def _made(self, snapshot: Snapshot, key: str) -> Opened:
        if not key:
            return await self._index(snapshot, key)
        return await self._flights.run(key, lambda: self._index(snapshot, key))


def _key(origin: Origin) -> str:
    """The name of the index in the cache, "" when the content's identity is not known cheaply."""
    if not origin.content_id:
        return ""
    made_from = orjson.dumps([edition(), SCHEMA, origin.content_id, origin.subpath])
    return f"map/{sha256(made_from).hexdigest()[:40]}"


def _answer(held: Opened, wanted: Asked, origin: Origin) -> RepositoryMap:
    """Rank, choose, and say what was looked up. Everything that is not the answer is paid from the budget first."""
    words, spelling = asked(wanted.question), spelled(wanted.question)
    own = [one for one, weight in words.items() if weight == 1.0]
    postings = held.postings(words)
    focus, unmatched = _focus(held.paths, wanted.focus_paths)
    scores, matches = _scores(held, words, postings, focus)
    order = sorted(scores, key=lambda number: (-scores[number], number))
    bare = RepositoryMap(
        schema=SCHEMA,
        source=source_of(origin),
        files=(),
        coverage=revive(Coverage, held.coverage),
        evidence_rule=RULE,
        words=tuple(word(spelling[one]) for one in own),
        unknown_words=tuple(word(spelling[one]) for one in own if one not in postings),
        unmatched_focus=tuple(word(path) for path in unmatched),
        untrusted=UNTRUSTED,
        truncated=_rest(wanted, len(order)),
        retry_with=None if held.finished else {**_call(wanted), "max_tokens": wanted.max_tokens},
    )
    budget = int(wanted.max_tokens * (1 - TEXT_SHARE)) - token_bound(orjson.dumps(wire(bare))) - SPARE_TOKENS
    many = max(CANDIDATES, wanted.max_tokens // CANDIDATE_TOKENS)
    rarity = _rarities(words, postings, len(held.paths))
    symbols = held.symbols(order[:many])
    candidates = [
        Candidate(
            held.paths[number],
            scores[number],
            _why(held, number, [spelling[one] for one in matches.get(number, ())], focus),
            symbols[number],
        )
        for number in order[:many]
    ]
    files, left = choose(candidates, words, rarity, held.uses, int(budget * (1 - OTHERS_SHARE)))
    shown = {file.path for file in files}
    rest = [path for path in (held.paths[number] for number in order) if path not in shown]
    others = _fitting(rest, left + int(budget * OTHERS_SHARE))
    found = replace(
        bare,
        files=tuple(_shown(file) for file in files),
        others=others,
        truncated=_rest(wanted, len(rest) - len(others)),
    )
    return replace(found, untrusted=tuple(name for name in UNTRUSTED if getattr(found, name[1:])))


def _focus(paths: Sequence[str], wanted: Sequence[str]) -> tuple[set[int], list[str]]:
    """The numbers of the focus files; a folder stands for all files below it."""
    numbers: set[int] = set()
    unmatched: list[str] = []
    for path in wanted:
        plain = path.removeprefix("./").rstrip("/")
        here = {number for number, known in enumerate(paths) if known == plain or known.startswith(f"{plain}/")}
        numbers |= here
        if not here:
            unmatched.append(path)
    return numbers, unmatched


def _scores(
    held: Opened,
    words: Mapping[str, float],
    postings: Mapping[str, Sequence[tuple[int, float]]],
    focus: set[int],
) -> tuple[dict[int, float], dict[int, list[str]]]:
    """The score of every file that has a part in the answer, and the asked words that each holds."""
    about_tests = not _ABOUT_TESTS.isdisjoint(words)
    match = matched(words, postings, held.lengths)
    if not about_tests:
        match = {number: score if held.own[number] else score * NOT_OWN for number, score in match.items()}
    most = max(match.values(), default=0.0) or 1.0
    best = sorted(match, key=lambda number: (-match[number], number))[:SEEDS]
    seeds = {number: (match[number] / most) ** 2 for number in best}
    for number in focus:
        seeds[number] = seeds.get(number, 0.0) + FOCUS
    near = walked(held.around, seeds)
    nearest = max(near.values(), default=0.0) or 1.0
    highest = max(held.ranks, default=0.0) or 1.0
    known = match.keys() | near.keys() or range(len(held.paths))
    scores: dict[int, float] = {}
    for number in known:
        score = MATCH * match.get(number, 0.0) / most + NEAR * near.get(number, 0.0) / nearest
        score += (RANK if words or focus else 1.0) * held.ranks[number] / highest
        scores[number] = score if held.own[number] or about_tests or number in focus else score * NOT_OWN
    matches: dict[int, list[str]] = {}
    for one, weight in words.items():
        if weight == 1.0:
            for number, _ in postings.get(one, ()):
                matches.setdefault(number, []).append(one)
    return scores, matches


def _rarities(
    words: Mapping[str, float], postings: Mapping[str, Sequence[tuple[int, float]]], files: int
) -> dict[str, float]:
    """How much a word says here, 0 to 1: 1 for one that a single file holds."""
    most = math.log(1 + files) or 1.0
    found: dict[str, float] = {}
    for one in words:
        holders = len(postings.get(one, ()))
        found[one] = math.log(1 + (files - holders + 0.5) / (holders + 0.5)) / most
    return found


def _why(held: Opened, number: int, words: Sequence[str], focus: set[int]) -> tuple[str, ...]:
    reasons = ["focus"] if number in focus else []
    if words:
        reasons.append(" ".join(words[:4]))
    if held.users[number]:
        reasons.append(f"used by {held.users[number]}")
    return tuple(reasons)


def _shown(file: MappedFile) -> MappedFile:
    """Paths and signatures come cleaned and masked from the facts; the reasons hold words of the question."""
    return replace(file, why=tuple(word(reason) for reason in file.why))


def _fitting(paths: Sequence[str], tokens: int) -> tuple[str, ...]:
    found: list[str] = []
    for path in paths:
        tokens -= token_bound(path) + 2
        if tokens < 0:
            break
        found.append(path)
    return tuple(found)


def _rest(wanted: Asked, omitted: int) -> Truncated | None:
    """The call that shows more, when files were left out."""
    if omitted <= 0:
        return None
    arguments = {**_call(wanted), "max_tokens": min(wanted.max_tokens * 3, 50_000)}
    return Truncated({"files": omitted}, {"tool": "map_repository", "arguments": arguments})


def _call(wanted: Asked) -> dict[str, object]:
    """The arguments of the call that was made, but for its budget."""
    arguments: dict[str, object] = {"source": wanted.source}
    if wanted.question:
        arguments["question"] = wanted.question
    if wanted.focus_paths:
        arguments["focus_paths"] = list(wanted.focus_paths)
    return arguments
