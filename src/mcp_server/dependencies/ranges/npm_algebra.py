"""What npm ranges have in common, exactly: whether, what, and said again as a range.

A range is taken apart into its releases (disjoint half-open intervals of number triples) and the pre-releases it lets
in (per release). On these, intersection and inclusion are exact for every version there can be, where node-semver's
own `intersects` takes `>1.0.0 <1.0.1` for something. Linear in the alternatives, so 5,000 of them are harmless.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from plumbrule.mcp_server.dependencies.ranges.intervals import Key
from plumbrule.mcp_server.dependencies.ranges.npm import (
    REMEMBERED_CHARS,
    Release,
    Span,
    before_all,
    final,
    holds,
    is_final,
    parse_range,
    parse_version,
    release_of,
)

Stretch = tuple[Release, Release | None]
"""Releases from the first up to, without, the second; None is no end."""


@dataclass(frozen=True, slots=True)
class Versions:
    """Exactly the versions that a range allows. `before` are spans of pre-releases of one release each."""

    finals: tuple[Stretch, ...]
    before: Mapping[Release, tuple[Span, ...]]

    @property
    def empty(self) -> bool:
        return not self.finals and not self.before

    def has(self, version: Key) -> bool:
        """Whether a version is one of them."""
        if not is_final(version):
            return any(holds(span, version) for span in self.before.get(release_of(version), ()))
        release = release_of(version)
        at = bisect_right(self.finals, release, key=lambda stretch: stretch[0]) - 1
        if at < 0:
            return False
        end = self.finals[at][1]
        return end is None or release < end


def versions_of(text: str, *, loose: bool = True) -> Versions | None:
    """What a range allows; None when it is none."""
    return _remembered(text, loose) if len(text) <= REMEMBERED_CHARS else _read(text, loose)


@lru_cache(maxsize=8192)
def _remembered(text: str, loose: bool) -> Versions | None:
    return _read(text, loose)


def _read(text: str, loose: bool) -> Versions | None:
    spans = parse_range(text, loose=loose)
    return None if spans is None else _versions(spans)


def satisfies(version: str, text: str, *, loose: bool = True, prereleases: bool = False) -> bool:
    """node-semver's `satisfies`; `prereleases` is its `includePrerelease`. False for what is no version or range."""
    key = parse_version(version, loose)
    if key is None:
        return False
    if prereleases:
        spans = parse_range(text, loose=loose, prereleases=True)
        return any(holds(span, key) for span in spans or ())
    allowed = versions_of(text, loose=loose)
    return allowed is not None and allowed.has(key)


def intersects(first: str, second: str) -> bool:
    """Whether some version satisfies both; False when one of them is no range."""
    shared = intersection((first, second))
    return shared is not None and not shared.empty


def subset(inner: str, outer: str) -> bool:
    """Whether every version that satisfies `inner` satisfies `outer`."""
    one, other = versions_of(inner), versions_of(outer)
    return one is not None and other is not None and meet(one, other) == one


def intersection(texts: Iterable[str]) -> Versions | None:
    """What satisfies all of them; None when one is no range."""
    shared = None
    for text in texts:
        one = versions_of(text)
        if one is None:
            return None
        shared = one if shared is None else meet(shared, one)
    return versions_of("*") if shared is None else shared


def meet(first: Versions, second: Versions) -> Versions:
    """What both allow."""
    before: dict[Release, tuple[Span, ...]] = {}
    fewer, more = sorted((first.before, second.before), key=len)
    for release, spans in sorted(fewer.items()):
        if release in more:
            both = [_narrowed(one, other) for one in spans for other in more[release]]
            if kept := _joined([span for span in both if span is not None]):
                before[release] = kept
    return Versions(_overlap(first.finals, second.finals), before)


def as_range(versions: Versions) -> str:
    """A range that allows exactly these: the author's shorthand where one fits, else comparators."""
    finals = versions.finals
    if versions.before and finals == (((0, 0, 0), None),):
        finals = (((0, 0, 0), (1, 0, 0)), ((1, 0, 0), None))  # node-semver drops all that stands beside a `*`
    parts = [_stretch_text(start, end) for start, end in finals]
    for _, spans in sorted(versions.before.items()):
        parts += [_span_text(span) for span in spans]
    return " || ".join(parts) or "<0.0.0-0"


def text_of(version: Key) -> str:
    """A version as npm writes it."""
    numbers = ".".join(str(one) for one in release_of(version))
    before = ".".join(str(number) if kind == 0 else word for kind, number, word in version[2])
    return f"{numbers}-{before}" if before else numbers


def ordered(versions: Iterable[str]) -> list[str]:
    """Newest first; what is no version is left out."""
    keyed = ((parse_version(one, True), one) for one in versions)
    return [text for _, text in sorted(((key, text) for key, text in keyed if key is not None), reverse=True)]


def _versions(spans: Sequence[Span]) -> Versions:
    stretches: list[Stretch] = []
    before: dict[Release, list[Span]] = {}
    for span in spans:
        start, end = _first_final(span), _end(span)
        if end is None or start < end:
            stretches.append((start, end))
        for release in span.opened:
            of_release = _of_release(span, release)
            if of_release is not None:
                before.setdefault(release, []).append(of_release)
    kept = {release: _joined(found) for release, found in sorted(before.items())}
    return Versions(_merged(stretches), kept)


def _first_final(span: Span) -> Release:
    """The least release at or above the lower bound."""
    major, minor, patch = release_of(span.low)
    return (major, minor, patch + 1) if is_final(span.low) and not span.low_in else (major, minor, patch)


def _end(span: Span) -> Release | None:
    """The first release that the upper bound shuts out; between two releases lies none."""
    if span.high is None:
        return None
    major, minor, patch = release_of(span.high)
    return (major, minor, patch + 1) if is_final(span.high) and span.high_in else (major, minor, patch)


def _of_release(span: Span, release: Release) -> Span | None:
    """What a span holds of one release's pre-releases."""
    return _narrowed(span, Span(before_all(*release), True, final(*release), False))


def _narrowed(first: Span, second: Span) -> Span | None:
    low, shut = max((first.low, not first.low_in), (second.low, not second.low_in))
    if first.high is None or second.high is None:
        one = second if first.high is None else first
        high, high_in = one.high, one.high_in
    else:
        high, high_in = min((first.high, first.high_in), (second.high, second.high_in))
    if high is not None and (low > high or (low == high and (shut or not high_in))):
        return None
    return Span(low, not shut, high, high_in)


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """The same pre-releases in the fewest spans. All of one release, so every span has an end."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.low, not one.low_in)):
        last = found[-1] if found else None
        if last is not None and last.high is not None and _touches(last, span):
            high, high_in = max((last.high, last.high_in), (span.high or last.high, span.high_in))
            found[-1] = Span(last.low, last.low_in, high, high_in)
        else:
            found.append(span)
    return tuple(found)


def _touches(first: Span, second: Span) -> bool:
    assert first.high is not None
    return second.low < first.high or (second.low == first.high and (first.high_in or second.low_in))


def _merged(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    for start, end in sorted(stretches, key=lambda one: one[0]):
        if found and (found[-1][1] is None or start <= found[-1][1]):
            last = found[-1][1]
            found[-1] = (found[-1][0], None if last is None or end is None else max(last, end))
        else:
            found.append((start, end))
    return tuple(found)


def _overlap(first: Sequence[Stretch], second: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Both are sorted and disjoint: one walk along the two."""
    found: list[Stretch] = []
    at = other = 0
    while at < len(first) and other < len(second):
        start = max(first[at][0], second[other][0])
        ends = [end for end in (first[at][1], second[other][1]) if end is not None]
        end = min(ends) if ends else None
        if end is None or start < end:
            found.append((start, end))
        if end is None:
            break
        if first[at][1] == end:
            at += 1
        if second[other][1] == end:
            other += 1
    return tuple(found)


def _stretch_text(start: Release, end: Release | None) -> str:
    major, minor, patch = start
    if end is None:
        return "*" if start == (0, 0, 0) else f">={major}.{minor}.{patch}"
    if end == (major, minor, patch + 1):
        return f"{major}.{minor}.{patch}"
    if start != (0, 0, 0):
        if end == (major + 1, 0, 0) and major:
            return f"^{major}.{minor}.{patch}"
        if end == (major, minor + 1, 0):
            return f"~{major}.{minor}.{patch}"
    below = "<" + ".".join(str(one) for one in end)
    return below if start == (0, 0, 0) else f">={major}.{minor}.{patch} {below}"


def _span_text(span: Span) -> str:
    """Both ends name their release with a pre-release, for else node-semver would let none in."""
    assert span.high is not None
    if span.low == span.high:
        return text_of(span.low)
    low = f">{'=' if span.low_in else ''}{text_of(span.low)}"
    return f"{low} <{'=' if span.high_in else ''}{text_of(span.high)}"
