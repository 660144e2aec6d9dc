"""Finds SPDX licence texts inside a text: which, how close, and on which lines.

Candidates come from an index of rare word pairs; each is then given the stretch of the text where its pairs are
densest, and scored there by Dice's coefficient over word pairs (twice the pairs in common, over the pairs of both).
What a licence covers is set aside and the rest is searched again, so several texts in one file are found. Work is
bounded by the size of the text times the number of candidates and rounds.
"""

from collections import Counter
from typing import NamedTuple

from plumbrule.mcp_server.analysis.licences.spdx import spdx
from plumbrule.mcp_server.analysis.licences.words import Words

MATCH = 0.9  # at least this: the licence, with small edits
SIMILAR = 0.75  # at least this: reported as close to it

_ROUNDS = 8
_ROUNDS_IN_LONG_TEXTS = 3  # the licences of a bundle's hundred dependencies are no longer the project's own
_LONG = 6_000  # words; the GPL has 5,600
_CANDIDATES = 8
_MIN_RARE = 0.3  # of a text's rare pairs: fewer is another licence that borrows a clause
_NEARLY, _EXTENDED = 0.03, 1.05  # so much less like it and so much longer is the same licence with an addition
_USED = 0  # stands for a word pair that a found licence has covered

# Licences that repeat a more common one nearly word for word: believed only when the text says one of these words too.
_MUST_SAY: dict[str, tuple[str, ...]] = {
    "Pixar": ("pixar", "modified apache"),
    "ECL-1.0": ("educational community",),
    "ECL-2.0": ("educational community",),
    "BSD-3-Clause-LBNL": ("lawrence berkeley", "enhancements"),
    "BSD-3-Clause-Modification": ("modified", "altered"),
    "BSD-3-Clause-No-Nuclear-License": ("nuclear",),
    "BSD-3-Clause-No-Nuclear-License-2014": ("nuclear",),
    "BSD-3-Clause-No-Nuclear-Warranty": ("nuclear",),
    "BSD-3-Clause-No-Military-License": ("military",),
    "BSD-3-Clause-HP": ("hewlett", "hp"),
    "BSD-4-Clause-UC": ("university of california",),
    "BSD-4.3RENO": ("university of california", "berkeley"),
    "BSD-4.3TAHOE": ("university of california", "berkeley"),
    "BSD-2-Clause-Views": ("views and conclusions",),
    "BSD-2-Clause-FreeBSD": ("freebsd",),
    "BSD-2-Clause-NetBSD": ("netbsd",),
    "BSD-2-Clause-Darwin": ("darwin",),
    "X11": ("x consortium", "advertising or otherwise to promote"),
    "X11-distribute-modifications-variant": ("distribute with modifications",),
    "X11-swapped": ("x consortium", "advertising"),
    "MIT-open-group": ("open group", "advertising"),
    "MIT-enna": ("acknowledg",),
    "MIT-feh": ("acknowledg",),
    "MIT-advertising": ("acknowledg",),
    "JSON": ("good, not evil",),
    "curl": ("except as contained in this notice",),
    "Net-SNMP": ("net-snmp", "cambridge broadband", "cmu"),
    "SGI-OpenGL": ("opengl",),
}


class TextMatch(NamedTuple):
    """A licence text found: the words from `first` to `last` (inclusive) of the searched text."""

    identifier: str
    score: float
    first: int
    last: int


def guarding_words() -> list[str]:
    """The words of which one must be said for a licence that repeats a more common one."""
    return [phrase for phrases in _MUST_SAY.values() for phrase in phrases]


def find_texts(words: Words, lowered: str) -> list[TextMatch]:
    """The licence texts in a text, best first. `lowered` is the text in lower case, for the words that guard."""
    pairs = words.pairs()
    left = bytearray(words.hashes.tobytes())
    found: list[TextMatch] = []
    for _ in range(_ROUNDS if len(pairs) < _LONG else _ROUNDS_IN_LONG_TEXTS):
        match = _best(pairs, left, lowered)
        if match is None:
            break
        found.append(match)
        covered = match.last - match.first
        pairs[match.first : match.last] = [_USED] * covered
        left[2 * match.first : 2 * match.last + 2] = bytes(2 * covered + 2)
    return found


def _best(pairs: list[int], left: bytearray, lowered: str) -> TextMatch | None:
    """The best candidate on what is `left` of the words, whose pairs are `pairs`."""
    packed = spdx()
    rare = packed.rare_pairs()
    hits: Counter[int] = Counter()
    for pair in set(pairs):
        if owners := rare.get(pair):
            hits.update(owners)
    likely = sorted(
        (-count / packed.telling_pairs(text, 48), text)
        for text, count in hits.most_common(4 * _CANDIDATES)
        if count >= 4 or packed.texts[text].words < 24
    )
    best: TextMatch | None = None
    for bound, text in _most_promising(likely[:_CANDIDATES], set(pairs), lowered):
        if bound < SIMILAR:
            break
        length = packed.texts[text].words - 1
        if best is not None and (bound < best.score - _NEARLY or (best.score == 1 and length <= _length(best))):
            continue
        match = _verbatim(left, text) if bound == 1.0 else None
        match = match or _score(pairs, packed.pair_counts(text), packed.texts[text].identifier)
        if match is not None and (best is None or _is_better(match, best)):
            best = match
    return best if best is not None and best.score >= SIMILAR else None


def _verbatim(left: bytearray, text: int) -> TextMatch | None:
    """Where the licence stands word for word, as most do; found without comparing pair by pair."""
    packed = spdx()
    wanted = packed.words(text).tobytes()
    at = left.find(wanted)
    while at >= 0 and at % 2:
        at = left.find(wanted, at + 1)
    if at < 0:
        return None
    return TextMatch(packed.texts[text].identifier, 1.0, at // 2, at // 2 + packed.texts[text].words - 1)


def _most_promising(likely: list[tuple[float, int]], present: set[int], lowered: str) -> list[tuple[float, int]]:
    """The candidates with the most that their scores can be, best first; those that the text must name and does not
    are left out.

    Of a licence's pairs those that stand nowhere in the text are missing from any stretch of it. Set arithmetic is
    fifty times faster than scoring, and of the GPL's eight relatives one is left to score.
    """
    packed = spdx()
    found: list[tuple[float, int]] = []
    for negative_share, text in likely:
        identifier = packed.texts[text].identifier
        must_say = _MUST_SAY.get(identifier)
        if must_say and not any(phrase in lowered for phrase in must_say):
            continue
        if -negative_share < _MIN_RARE:
            continue
        wanted = packed.pair_counts(text)
        whole = packed.texts[text].words - 1
        most = whole - len(wanted.keys() - present)
        found.append((2 * most / (whole + most), text))
    return sorted(found, key=lambda one: (-round(one[0], 2), -packed.texts[one[1]].words, one[1]))


def _is_better(match: TextMatch, best: TextMatch) -> bool:
    """The better of two: by score, and of nearly equals the one that explains more words (a text and its extension)."""
    for longer, shorter, answer in ((match, best, True), (best, match, False)):
        if _length(longer) > _EXTENDED * _length(shorter) and longer.score >= shorter.score - _NEARLY:
            return answer
    return (round(match.score, 2), _length(match), match.score) > (round(best.score, 2), _length(best), best.score)


def _length(match: TextMatch) -> int:
    return match.last - match.first


def _score(pairs: list[int], wanted: dict[int, int], identifier: str) -> TextMatch | None:
    """The candidate on the stretch where its pairs are densest, or None where it has none.

    The stretch has the largest sum of hits (+1) and misses (-1), by Kadane's algorithm. A pair is a hit only as often
    as the licence has it, so a second copy of the licence counts as misses and the stretch ends with the first.
    """
    best = total = 0
    best_first = best_last = first = -1
    used: dict[int, int] = {}
    for position, pair in enumerate(pairs):
        if wanted.get(pair, 0) > used.get(pair, 0):
            if total <= 0:
                total, first, used = 0, position, {}
            used[pair] = used.get(pair, 0) + 1
            total += 1
            if total > best:
                best, best_first, best_last = total, first, position
        else:
            total -= 1
    if not best:
        return None
    length = best_last - best_first + 1
    common = (best + length) // 2  # hits minus misses is `best`, hits plus misses is the length
    score = 2 * common / (sum(wanted.values()) + length)
    return TextMatch(identifier, round(score, 3), best_first, best_last + 1)
