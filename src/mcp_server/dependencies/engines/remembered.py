"""Answers that were given once: by question, in this process and in the cache on disk; never two at once.

What may have been bad luck (no network, a limit, a failing engine) is not remembered. The rest is true for as long as
the index stays as it was: ten minutes, as the public index says of its own pages, or longer where a date cuts off.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, cast

import orjson

from plumbrule.core.clock import Clock
from plumbrule.core.store.cache import Cache
from plumbrule.core.store.once import SingleFlight
from plumbrule.mcp_server.dependencies.joint.question import Answer, Edge, Pin, Question, Solved, Unknown, Unsolved

FORM = "1"
FRESH_S = 600.0
MAX_REMEMBERED = 2_000
_LUCK = ("unreachable", "limit_hit", "engine_failed", "engine_missing")


class Remembered:
    """Answers of one engine. `about` is what else they depend on: its name, its version, the indexes it asks."""

    def __init__(self, about: Sequence[str], cache: Cache, clock: Clock) -> None:
        self._about = tuple(about)
        self._cache = cache
        self._clock = clock
        self._flights: SingleFlight[Answer] = SingleFlight()
        self._memory: OrderedDict[str, Answer] = OrderedDict()

    async def answer(self, question: Question, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer that is known, or that of `ask`."""
        key = self._key(question)
        known = self._known(key)
        if known is not None:
            return known

        async def asked() -> Answer:
            made = await ask()
            self._keep(key, made, bool(question.exclude_newer))
            return made

        return await self._flights.run(key, asked)

    def _key(self, question: Question) -> str:
        moment = question.exclude_newer or str(int(self._clock.wall() // FRESH_S))
        # Which fields of a target were worked out is for readers; it changes no answer.
        plain = replace(question, target=replace(question.target, derived=()))
        raw = orjson.dumps([FORM, self._about, moment, plain], default=tuple)
        return f"joint:{hashlib.sha256(raw).hexdigest()}"

    def _known(self, key: str) -> Answer | None:
        found = self._memory.get(key)
        if found is not None:
            self._memory.move_to_end(key)
            return found
        raw = self._cache.get(key)
        found = unpacked(raw) if raw is not None else None
        if found is not None:
            self._hold(key, found)
        return found

    def _hold(self, key: str, answer: Answer) -> None:
        self._memory[key] = answer
        if len(self._memory) > MAX_REMEMBERED:
            self._memory.popitem(last=False)

    def _keep(self, key: str, answer: Answer, dated: bool) -> None:
        if isinstance(answer, Unknown) and answer.reason in _LUCK:
            return
        self._hold(key, answer)
        self._cache.put(key, packed(answer), None if dated and not isinstance(answer, Unknown) else FRESH_S)


def packed(answer: Answer) -> bytes:
    """The form that lies in the cache."""
    if isinstance(answer, Solved):
        return orjson.dumps(["solved", answer.pins, dict(answer.assumed or {})], default=tuple)
    if isinstance(answer, Unsolved):
        return orjson.dumps(["unsolved", answer.edges, answer.said], default=tuple)
    return orjson.dumps(["unknown", answer.reason, answer.packages, answer.said], default=tuple)


def unpacked(raw: bytes) -> Answer | None:
    """The way back; None for what is no answer of ours."""
    try:
        kind, *rest = cast("list[Any]", orjson.loads(raw))
        if kind == "solved":
            pins = tuple(Pin(name, version, marker, tuple(via)) for name, version, marker, via in rest[0])
            return Solved(pins, rest[1] or None)
        if kind == "unsolved":
            return Unsolved(tuple(Edge(*one) for one in rest[0]), rest[1])
        return Unknown(rest[0], tuple(rest[1]), rest[2])
    except (orjson.JSONDecodeError, ValueError, TypeError, IndexError):
        return None
