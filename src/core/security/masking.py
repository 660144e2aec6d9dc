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
from functools import lru_cache, partial
from itertools import accumulate
from threading import Lock

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.masking_assignments import Span, assigned_span
from plumbrule.core.security.masking_gate import Gate, build_gate
from plumbrule.core.security.masking_structures import READERS, Reader, opens_word_after_escape
from plumbrule.core.security.masking_values import encoded_forms, lowered
from plumbrule.core.security.secret_keys import KEYWORDS, Strength
from plumbrule.core.security.token_formats import TokenFormat, body_matcher, reads_random, token_formats

MASK = "***"
"""What stands where a secret stood. The masker leaves it alone, so masking twice changes nothing."""

_ANSI = LazyPattern(
    r"(?:\x1b|\x9b|\\{1,4}x1[bB]|\\{1,4}u001[bB]|\\{1,4}033|\\{1,4}e(?=\[))(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,256}(?:\x07|\x1b\\)|[@-Z\\-_])?"
)
_ANSI_LITERALS = ("\x1b", "\x9b", "\\x1b", "\\u001b", "\\033", "\\e[")
_HIDE: Reader = lambda _text, start, end: ((start, end),)  # noqa: E731 - because a table entry, not a function with a story


class Masker:
    """Masks what it was told (`register`) and what it knows by shape. Safe to share between threads."""

    def __init__(self, *secrets: str) -> None:
        self._forms: frozenset[str] = frozenset()
        self._lock = Lock()
        self._find, self._table = _compiled(self._forms)
        self.mask_name = lru_cache(maxsize=1024)(self.mask)
        if secrets:
            self.register(*secrets)

    def register(self, *secrets: str) -> None:
        """Hide these values from now on, in every encoding. Empty ones and those under 4 characters are left out."""
        forms = frozenset[str]().union(*map(encoded_forms, secrets))
        with self._lock:
            if forms <= self._forms:
                return
            self._forms |= forms
            self._find, self._table = _compiled(self._forms)
            self.mask_name.cache_clear()

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
        table = self._table
        done = 0
        for index, start, end in hits:
            if end <= done:
                continue
            for read in table[index]:
                if read is None:
                    return self._spans_without_ansi(text)
                for span in read(text, start, end):
                    spans.append(span)
                    if span[0] <= end and span[1] > done:
                        done = span[1]
        return spans

    def _spans_without_ansi(self, text: str) -> list[Span]:
        """The spans found in the text without its colour codes, carried back to where they lie in it."""
        kept = _ANSI.split(text)
        if len(kept) == 1:
            kept = [text]
        cuts = [match.span() for match in _ANSI.finditer(text)]
        plain = "".join(kept)
        starts = list(accumulate(map(len, kept), initial=0))[:-1]
        shifts = [0, *accumulate(end - start for start, end in cuts)]
        hits = self._find(lowered(plain))
        table = [tuple(read for read in row if read is not None) for row in (self._table[hit[0]] for hit in hits)]
        spans: list[Span] = []
        done = 0
        for (_, start, end), row in zip(hits, table, strict=True):
            if end <= done:
                continue
            for read in row:
                for left, right in read(plain, start, end):
                    spans.append((_carried(left, starts, shifts), _carried(right - 1, starts, shifts) + 1))
                    if left <= end and right > done:
                        done = right
        return spans


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


def _known_rows() -> dict[str, list[Reader]]:
    rows: dict[str, list[Reader]] = {}
    for form in token_formats():
        for literal in form.literals:
            rows.setdefault(lowered(literal), []).append(_token_reader(form, literal))
    for literal, read in READERS.items():
        rows.setdefault(literal, []).append(read)
    for keyword, strength in KEYWORDS.items():
        rows.setdefault(keyword, []).append(partial(_assigned, strength))
    return rows


def _assigned(strength: Strength, text: str, start: int, end: int) -> Sequence[Span]:
    last = text[end - 1]
    span = assigned_span(text, start, end - 1 if last in "=:" else end, strength)
    return () if span is None else (span,)


def _token_reader(form: TokenFormat, literal: str) -> Reader:
    least, sure, body = form.body_chars, form.sure, form.body
    match: Callable[[str, int], re.Match[str] | None] | None = None

    def read(text: str, start: int, end: int) -> Sequence[Span]:
        nonlocal match
        if not text.startswith(literal, start):
            return ()
        if sure != "sure" and start and text[start - 1].isalnum() and not opens_word_after_escape(text, start):
            return ()
        if match is None:
            match = body_matcher(body)
        found = match(text, end)
        if found is None:
            return ()
        stop = found.end()
        if stop - end < least or (sure == "random" and not reads_random(text[end:stop])):
            return ()
        return ((start, stop),)

    return read
