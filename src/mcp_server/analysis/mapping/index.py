"""What ranking needs of a repository, question apart: made once for a content, kept in the cache in pieces.

A file refers to another when it uses a name that the other defines. A name that many files define connects none of
them. Words are counted where they tell most: in paths, names of definitions, their documentation, and used names.
Above it lies `mapper`, which keeps the pieces; `ranking` reads them.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.mapping.choosing import MAX_SIGNATURE_CHARS, Row
from plumbrule.mcp_server.analysis.mapping.ranking import Edges, neighbours, pagerank
from plumbrule.mcp_server.analysis.mapping.words import counted, words_of

MOST_DEFINERS = 8
"""A name that more files define says nothing about which of them is meant (`get`, `run`, `main`)."""

FILE_NAME, FOLDER, DEFINED, DOCUMENTED, USED = 4.0, 2.0, 3.0, 1.0, 0.4
"""What one occurrence of a word counts, by where it stands."""

OUTSIDE = 0.25
"""What references from tests, examples and generated files count: they use everything and explain little."""


@dataclass(frozen=True, slots=True)
class MappedSource:
    """One file's part: its facts in JSON, and whether it is the project's own source."""

    path: str
    own: bool
    symbols: bytes
    refs: bytes


@dataclass(frozen=True, slots=True)
class MapIndex:
    """Files are numbered in the order of their paths; all lists go by that number."""

    paths: list[str]
    own: list[bool]
    lengths: list[float]
    """Weighted words of the file."""
    ranks: list[float]
    """Importance without a question; they sum to 1."""
    around: Edges
    """The strongest neighbours of each file."""
    users: list[int]
    """How many files refer to something that the file defines."""
    postings: dict[str, list[tuple[int, float]]]
    """Word to files with its weight in each, by number."""
    uses: dict[str, int]
    """How many files use a name that is defined here and in few places."""
    symbols: list[list[Row]]
    """The definitions of each file."""


def build(sources: Sequence[MappedSource]) -> MapIndex:
    """The index of all files; linear in what they define and use."""
    paths = [source.path for source in sources]
    own = [source.own for source in sources]
    definers: dict[str, list[int]] = defaultdict(list)
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    lengths: list[float] = []
    used: list[dict[str, int]] = []
    rows: list[list[Row]] = []
    for number, source in enumerate(sources):
        symbols: list[dict[str, Any]] = orjson.loads(source.symbols)
        refs: dict[str, int] = orjson.loads(source.refs)
        used.append(refs)
        for name in {_bare(symbol["name"]) for symbol in symbols}:
            definers[name].append(number)
        words = _words(source.path, symbols, refs)
        rows.append([_row(symbol) for symbol in symbols])
        lengths.append(sum(words.values()))
        for word, weight in words.items():
            postings[word].append((number, weight))
    edges, users, uses = _references(definers, used, own)
    ranks = pagerank(edges, [1.0 if mine else OUTSIDE for mine in own])
    return MapIndex(paths, own, lengths, ranks, neighbours(edges), users, dict(postings), uses, rows)


def _row(symbol: Mapping[str, Any]) -> Row:
    return Row(
        symbol["kind"],
        symbol["name"],
        symbol["line"],
        symbol["end"],
        symbol["signature"][:MAX_SIGNATURE_CHARS],
        symbol.get("doc", ""),
        symbol.get("visibility") == "private",
    )


def _bare(name: str) -> str:
    """`fetch` of `Client.fetch` and of `Client.fetch/2`."""
    return name.rpartition(".")[2].partition("/")[0]


def _words(path: str, symbols: Iterable[Mapping[str, Any]], refs: Mapping[str, int]) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    folder, _, name = path.rpartition("/")
    for words, weight in ((words_of(name), FILE_NAME), (words_of(folder), FOLDER)):
        for word in words:
            found[word] += weight
    for word, count in counted(_bare(symbol["name"]) for symbol in symbols).items():
        found[word] += DEFINED * count
    for word, count in counted(symbol["doc"] for symbol in symbols if "doc" in symbol).items():
        found[word] += DOCUMENTED * count
    for name, count in refs.items():
        weight = USED * (1 + math.log(count))
        for word in words_of(name):
            found[word] += weight
    return found


def _references(
    definers: Mapping[str, list[int]], used: Sequence[Mapping[str, int]], own: Sequence[bool]
) -> tuple[Edges, list[int], dict[str, int]]:
    """Edges from users to definers, how many files use each file, and how many use each name."""
    telling = {name: files for name, files in definers.items() if len(files) <= MOST_DEFINERS}
    edges: Edges = []
    users = [0] * len(used)
    uses: dict[str, int] = defaultdict(int)
    for number, refs in enumerate(used):
        reached: dict[int, float] = defaultdict(float)
        for name, count in refs.items():
            files = telling.get(name)
            if files is None or number in files:
                continue
            uses[name] += 1
            weight = math.sqrt(count) * _telling(name) / len(files)
            for target in files:
                if target != number:
                    reached[target] += weight
        factor = 1.0 if own[number] else OUTSIDE
        edges.append([(target, weight * factor) for target, weight in sorted(reached.items())])
        for target in reached:
            users[target] += 1
    return edges, users, dict(uses)


def _telling(name: str) -> float:
    """Long and composed names connect; short ones happen to be equal."""
    if name.startswith("_"):
        return 0.2
    return 2.0 if len(words_of(name)) > 1 else 1.0 if len(name) > 4 else 0.5
