"""Importance of files: by who refers to whom (PageRank), and by what was asked (BM25, then a walk from what matched).

Pure functions over lists. `index` computes the first once for a content, `mapper` asks for the second on each call.
"""

import math
from collections.abc import Mapping, Sequence

Edges = list[list[tuple[int, float]]]
"""For each file the files that it refers to, with weights above 0."""

DAMPING = 0.85
"""The part of a file's importance that it hands on (Page and Brin 1998)."""

ROUNDS = 30
"""Enough for three digits: the rest shrinks by the damping each round."""

STEPS = 3
"""How far a walk from what matched goes: 0.85 to the third is 0.6, and the fourth step reaches half of the files."""

STRONGEST = 16
"""Neighbours of a file that a walk follows; the rest of a hub's thousand users would only spread it thin."""

LEAST = 1e-4
"""What a walk still hands on; below this the order no longer changes."""

BACK = 0.3
"""What following a reference backwards counts: users explain what they use, less than the reverse."""

SATURATION, LENGTH = 1.2, 0.6
"""BM25's k1 and b; b a little below the customary 0.75: long source files are long because they matter."""


def pagerank(edges: Edges, rests: Sequence[float]) -> list[float]:
    """The importance of each file; `rests` are proportional to where a random reader starts anew. Sums to 1."""
    count = len(edges)
    if not count:
        return []
    start = _share(rests)
    out = [sum(weight for _, weight in targets) for targets in edges]
    ranks = list(start)
    for _ in range(ROUNDS):
        following = [0.0] * count
        lost = 0.0
        for number, targets in enumerate(edges):
            if not targets:
                lost += ranks[number]
                continue
            handed = DAMPING * ranks[number] / out[number]
            for target, weight in targets:
                following[target] += handed * weight
        again = (1 - DAMPING) + DAMPING * lost
        ranks = [value + again * rest for value, rest in zip(following, start, strict=True)]
    return ranks


def matched(
    words: Mapping[str, float], postings: Mapping[str, Sequence[tuple[int, float]]], lengths: Sequence[float]
) -> dict[int, float]:
    """BM25 of the files that hold at least one of the words, by number."""
    scores: dict[int, float] = {}
    count = len(lengths) or 1
    mean = sum(lengths) / count or 1.0
    for word, weight in words.items():
        found = postings.get(word, ())
        rarity = math.log(1 + (count - len(found) + 0.5) / (len(found) + 0.5))
        for number, times in found:
            norm = times + SATURATION * (1 - LENGTH + LENGTH * lengths[number] / mean)
            scores[number] = scores.get(number, 0.0) + weight * rarity * times * (SATURATION + 1) / norm
    return scores


def walked(around: Edges, seeds: Mapping[int, float]) -> dict[int, float]:
    """Personalised PageRank cut off after `STEPS`: what lies further from the seeds has no part in the answer.

    `around` holds the few strongest neighbours of each file, see `neighbours`. Only what the seeds reach is looked at.
    """
    total = sum(seeds.values())
    here = {number: value / total for number, value in sorted(seeds.items())} if total else {}
    ranks: dict[int, float] = {number: (1 - DAMPING) * value for number, value in here.items()}
    for _ in range(STEPS):
        following: dict[int, float] = {}
        for number, value in here.items():
            if value < LEAST:
                continue
            targets = around[number]
            handed = DAMPING * value / (sum(weight for _, weight in targets) or 1.0)
            for target, weight in targets:
                following[target] = following.get(target, 0.0) + handed * weight
        for number, value in following.items():
            ranks[number] = ranks.get(number, 0.0) + (1 - DAMPING) * value
        here = following
    return ranks


def neighbours(edges: Edges) -> Edges:
    """For each file the `STRONGEST` others that it refers to or that refer to it, the latter counting less."""
    both: list[dict[int, float]] = [dict(targets) for targets in edges]
    for number, targets in enumerate(edges):
        for target, weight in targets:
            both[target][number] = both[target].get(number, 0.0) + weight * BACK
    return [sorted(found.items(), key=lambda one: (-one[1], one[0]))[:STRONGEST] for found in both]


def _share(values: Sequence[float]) -> list[float]:
    total = sum(values)
    return [value / total for value in values] if total else [1 / len(values)] * len(values)
