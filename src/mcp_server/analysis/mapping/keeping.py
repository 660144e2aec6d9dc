"""A map index in pieces in the cache: a question reads the head, the words it asks for and a few files' definitions.

Keyed by the content's identity and the extractors' edition. A piece that was evicted makes the whole unknown: `Kept`
says so, and `mapper` builds it anew. JSON only; a damaged piece is a miss.
"""

import zlib
from collections.abc import Iterable, Sequence
from typing import Any, cast

import orjson

from plumbrule.core.store.cache import Cache
from plumbrule.mcp_server.analysis.mapping.choosing import Row
from plumbrule.mcp_server.analysis.mapping.index import MapIndex
from plumbrule.mcp_server.analysis.mapping.ranking import Edges

SHARDS = 64
"""Pieces of the postings: a question of ten words reads ten of them and not 5 MB."""

FILES_OF_A_PIECE = 16
"""Files whose definitions lie together: about 30 kB."""


class Evicted(Exception):
    """A piece is gone; nothing else of this index is worth reading."""


class Opened:
    """What ranking and choosing ask of an index, whether it was just made or lies in the cache."""

    def __init__(self, head: dict[str, Any], pieces: "_Pieces") -> None:
        self.paths: list[str] = head["paths"]
        self.own: list[bool] = [mark == "1" for mark in head["own"]]
        self.lengths: list[float] = head["lengths"]
        self.ranks: list[float] = head["ranks"]
        self.around: Edges = head["around"]
        self.users: list[int] = head["users"]
        self.uses: dict[str, int] = head["uses"]
        self.coverage: dict[str, Any] = head["coverage"]
        self.finished: bool = head["finished"]
        self._pieces = pieces

    def postings(self, words: Iterable[str]) -> dict[str, list[tuple[int, float]]]:
        """The files that hold each of the words, with weights.

        Raises:
            Evicted: a piece is gone.
        """
        found: dict[str, list[tuple[int, float]]] = {}
        shards: dict[str, dict[str, list[tuple[int, float]]]] = {}
        for word in words:
            name = _shard(word)
            if name not in shards:
                shards[name] = self._pieces.get(name)
            if word in shards[name]:
                found[word] = shards[name][word]
        return found

    def symbols(self, numbers: Iterable[int]) -> dict[int, list[Row]]:
        """The definitions of the files of these numbers.

        Raises:
            Evicted: a piece is gone.
        """
        found: dict[int, list[Row]] = {}
        pieces: dict[str, list[list[list[object]]]] = {}
        for number in numbers:
            name = f"files-{number // FILES_OF_A_PIECE}"
            if name not in pieces:
                pieces[name] = self._pieces.get(name)
            rows = pieces[name][number % FILES_OF_A_PIECE]
            found[number] = [Row(*cast("tuple[str, str, int, int, str, str, bool]", tuple(row))) for row in rows]
        return found


class _Pieces:
    """Pieces by name: those just made, or those in the cache."""

    def __init__(self, cache: Cache | None, key: str, made: dict[str, bytes] | None = None) -> None:
        self._cache = cache
        self._key = key
        self._made = made

    def get(self, name: str) -> Any:
        if self._made is not None:
            return orjson.loads(self._made[name])
        raw = self._cache.get(f"{self._key}/{name}") if self._cache is not None else None
        if raw is None:
            raise Evicted
        return orjson.loads(raw)


def opened(cache: Cache, key: str) -> Opened | None:
    """The index under `key`, None when it is not there."""
    raw = cache.get(f"{key}/head")
    return None if raw is None else Opened(orjson.loads(raw), _Pieces(cache, key))


def kept(index: MapIndex, coverage: dict[str, Any], cache: Cache, key: str, *, finished: bool = True) -> Opened:
    """The index in its pieces, put into the cache under `key`; "" keeps nothing. The head goes last.

    `finished` is false when the call's deadline came first.
    """
    made = _pieces(index)
    head = {
        "paths": index.paths,
        "own": "".join("1" if mine else "0" for mine in index.own),
        "lengths": [round(length, 1) for length in index.lengths],
        "ranks": [round(rank, 9) for rank in index.ranks],
        "around": [[(number, round(weight, 3)) for number, weight in targets] for targets in index.around],
        "users": index.users,
        "uses": index.uses,
        "coverage": coverage,
        "finished": finished,
    }
    raw = orjson.dumps(head)
    if key:
        cache.put_many({f"{key}/{name}": piece for name, piece in made.items()})
        cache.put(f"{key}/head", raw)
    return Opened(orjson.loads(raw), _Pieces(None, key, made))


def _pieces(index: MapIndex) -> dict[str, bytes]:
    shards: dict[str, dict[str, Sequence[tuple[int, float]]]] = {f"words-{number}": {} for number in range(SHARDS)}
    for word in sorted(index.postings):
        shards[_shard(word)][word] = [(number, round(weight, 2)) for number, weight in index.postings[word]]
    made = {name: orjson.dumps(words) for name, words in shards.items()}
    for start in range(0, len(index.paths), FILES_OF_A_PIECE):
        rows = [list(map(tuple, symbols)) for symbols in index.symbols[start : start + FILES_OF_A_PIECE]]
        made[f"files-{start // FILES_OF_A_PIECE}"] = orjson.dumps(rows)
    return made


def _shard(word: str) -> str:
    return f"words-{zlib.crc32(word.encode('utf-8', 'surrogatepass')) % SHARDS}"
