"""Hides secrets in text and in values: the one masker behind logs, errors, results, spans and `plumbrule mask`.

One pass of an automaton over the lower-cased record finds every literal that can open a secret: a registered value
in one of its encodings, a token's prefix, a secret's name, a structure such as `://`. Patterns then look at the hit
alone, never for one. Whatever is secret becomes `***`, whole. Below: `masking_gate`, `masking_values`,
`token_formats`, `secret_keys`, `masking_assignments`, `masking_structures`; above: everything that lets text out.
"""
# ruff: noqa: E501 - because a pattern broken over lines hides which alternatives it has

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from itertools import accumulate
from threading import Lock

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.masking_assignments import Reader, Seen, Span, assigned_span
from plumbrule.core.security.masking_gate import Gate, Hit, build_gate
from plumbrule.core.security.masking_structures import READERS, opens_word_after_escape
from plumbrule.core.security.masking_values import encoded_forms, lowered
from plumbrule.core.security.randomness import reads_random
from plumbrule.core.security.secret_keys import KEYWORDS, Strength
from plumbrule.core.security.token_formats import TokenFormat, body_matcher, token_formats

MASK = "***"
"""What stands where a secret stood. The masker leaves it alone, so masking twice changes nothing."""

MAX_DENSE_HITS = 256
NEAR_CHARS = 48
"""One literal this many times, each within so many characters of the last, is an attack on the masker's time."""

MAX_HITS = 4096
MIN_CHARS_PER_HIT = 14
"""So many hits so close together are a list of nothing but secrets' names; it is hidden whole, unread."""

_ANSI = LazyPattern(
    r"(?:\x1b|\x9b|\\{1,4}x1[bB]|\\{1,4}u001[bB]|\\{1,4}033|\\{1,4}e(?=\[))(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,256}(?:\x07|\x1b\\)|[@-Z\\-_])?"
)
_ANSI_LITERALS = ("\x1b", "\x9b", "\\x1b", "\\u001b", "\\033", "\\e[")
_HIDE: Reader = lambda _text, start, end, _seen: ((start, end),)  # noqa: E731 - because a table entry, not a function with a story


class Masker:
    """Masks what it was told (`register`) and what it knows by shape. Safe to share between threads."""

    def __init__(self, *secrets: str) -> None:
        self._forms = frozenset[str]().union(*map(encoded_forms, secrets))
        self._lock = Lock()
        self._find, self._table = _compiled(self._forms)
        self.mask_name = lru_cache(maxsize=1024)(self.mask)

    def register(self, *secrets: str) -> None:
        """Hide these values from now on, in every encoding. Empty ones and those under 4 characters are left out."""
        forms = frozenset[str]().union(*map(encoded_forms, secrets))
        with self._lock:
            if forms <= self._forms:
                return
            self._forms |= forms
            self._find, self._table = _compiled(self._forms)
            self.mask_name.cache_clear()

    def hide_registered(self, raw: bytes) -> bytes:
        """`raw` with every registered value replaced by `***`, nothing else; `raw` itself when there is none.

        For megabytes that were made safe when they were made: without registered values it costs nothing.
        """
        if not self._forms:
            return raw
        low = raw.lower()
        found = sorted((form for form in map(str.encode, self._forms) if form in low), key=len, reverse=True)
        if not found:
            return raw
        return re.sub(b"|".join(map(re.escape, found)), MASK.encode(), raw, flags=re.IGNORECASE)

    def mask(self, text: str) -> str:
        """`text` with every secret replaced by `***`; `text` itself when there is none. Takes a whole record, of any length."""
        hits = self._find(lowered(text))
        if not hits:
            return text
        spans = self._spans(text, hits)
        if not spans:
            return text
        return hidden(text, spans)

    def spans(self, text: str) -> list[Span]:
        """Where the secrets of `text` lie, start and end, in order; they may touch or overlap."""
        return sorted(self._spans(text, self._find(lowered(text))))

    def mask_value(self, value: object) -> object:
        """`value` with the secrets in it hidden, of the same shape; `value` itself when nothing had to change.

        Dicts, lists, tuples, strings, bytes and exceptions are looked into, keys decide as names do in text.
        """
        from plumbrule.core.security.masking_shapes import masked_value  # because that module builds on this one

        return masked_value(self, value)

    def _spans(self, text: str, hits: Sequence[tuple[int, int, int]]) -> list[Span]:
        spans: list[Span] = []
        seen: Seen = {}
        table = self._table
        left = right = 0
        if len(hits) >= MAX_DENSE_HITS:
            if any(None in table[index] for index, _, _ in hits):
                return self._spans_without_ansi(text)
            hits, spans = _thinned(hits)
            if len(hits) >= MAX_HITS and len(hits) * MIN_CHARS_PER_HIT > len(text):
                return [(0, len(text))]
        for index, start, end in hits:
            if left <= start and end <= right:
                continue  # inside what is hidden already
            for read in table[index]:
                if read is None:
                    return self._spans_without_ansi(text)
                for span in read(text, start, end, seen):
                    spans.append(span)
                    if span[1] > right:
                        left, right = (min(left, span[0]), span[1]) if span[0] <= right else span
        return spans

    def _spans_without_ansi(self, text: str) -> list[Span]:
        """The spans found in the text without its colour codes, carried back to where they lie in it."""
        kept = _ANSI.split(text)
        cuts = [match.span() for match in _ANSI.finditer(text)]
        plain = "".join(kept)
        starts = list(accumulate(map(len, kept), initial=0))[:-1]
        shifts = [0, *accumulate(end - start for start, end in cuts)]
        hits = [hit for hit in self._find(lowered(plain)) if None not in self._table[hit[0]]]
        return [
            (_carried(left, starts, shifts), _carried(right - 1, starts, shifts) + 1)
            for left, right in self._spans(plain, hits)
        ]


def _thinned(hits: Sequence[Hit]) -> tuple[list[Hit], list[Span]]:
    """The hits worth a look, and spans to hide unseen: where one literal repeats so densely that only malice wrote it.

    The last of a dense run stays among the hits, for what follows it.
    """
    runs: dict[int, list[int]] = {}
    spans: list[Span] = []
    for index, start, _ in hits:
        run = runs.get(index)
        if run is not None and start - run[1] <= NEAR_CHARS:
            run[1] = start
            run[2] += 1
        else:
            if run is not None and run[2] >= MAX_DENSE_HITS:
                spans.append((run[0], run[1]))
            runs[index] = [start, start, 1]
    spans.extend((first, last) for first, last, count in runs.values() if count >= MAX_DENSE_HITS)
    if not spans:
        return list(hits), spans
    spans = _merged(spans)
    firsts = [first for first, _ in spans]
    return [hit for hit in hits if not _lies_in(hit[1], spans, firsts)], spans


def _lies_in(place: int, spans: list[Span], firsts: list[int]) -> bool:
    at = bisect_right(firsts, place) - 1
    return at >= 0 and place < spans[at][1]


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _carried(place: int, starts: list[int], shifts: list[int]) -> int:
    return place + shifts[bisect_right(starts, place) - 1]


def hidden(text: str, spans: list[Span]) -> str:
    """`text` with `***` in the place of each span; overlapping spans become one."""
    spans.sort()
    parts: list[str] = []
    at = 0
    for start, end in spans:
        if end <= at:
            continue
        if start > at or not parts:
            parts.append(text[at:start])
            parts.append(MASK)
        at = end
    parts.append(text[at:])
    return "".join(parts)


_Row = tuple[Reader | None, ...]
"""What to do at a literal; None asks for the colour codes to be taken out first."""


def _compiled(forms: frozenset[str]) -> tuple[Gate, list[_Row]]:
    rows: dict[str, list[Reader | None]] = {literal: [None] for literal in _ANSI_LITERALS}
    for form in forms:
        rows.setdefault(form, []).append(_HIDE)
    for literal, readers in _known_rows().items():
        rows.setdefault(literal, []).extend(readers)
    literals = list(rows)
    return build_gate(literals), [tuple(rows[literal]) for literal in literals]


@cache
def _known_rows() -> dict[str, list[Reader]]:
    rows: dict[str, list[Reader]] = {}
    for form in token_formats():
        read = _token_reader(form)
        for low in {lowered(literal) for literal in form.literals}:
            rows.setdefault(low, []).append(read)
    for literal, read in READERS.items():
        rows.setdefault(literal, []).append(read)
    for keyword, strength in KEYWORDS.items():
        rows.setdefault(keyword, []).append(partial(_assigned, strength))
    return rows


def _assigned(strength: Strength, text: str, start: int, end: int, _seen: Seen) -> Sequence[Span]:
    # Some keywords end in their separator, so that they open the gate as words of their own only.
    while not text[end - 1].isalnum():
        end -= 1
    span = assigned_span(text, start, end, strength)
    return () if span is None else (span,)


def _token_reader(form: TokenFormat) -> Reader:
    literals = frozenset(form.literals)
    least, sure, body = form.body_chars, form.sure, form.body
    match: Callable[[str, int], re.Match[str] | None] | None = None

    def read(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
        nonlocal match
        if seen and end < seen.get(form, 0):
            return ()  # in a run of characters that was too short or read like words
        if text[start:end] not in literals:
            return ()  # in another case
        if sure != "sure" and start and text[start - 1].isalnum() and not opens_word_after_escape(text, start):
            return ()
        if match is None:
            match = body_matcher(body)
        found = match(text, end)
        if found is None:
            return ()
        stop = found.end()
        if stop - end < least or (sure == "random" and not reads_random(text[end:stop])):
            seen[form] = stop
            return ()
        return ((start, stop),)

    return read
