"""npm's range grammar, as node-semver 7.8 reads it: text to spans of versions, each with the pre-releases it lets in.

The rules are those of node-semver's README and of its published fixtures (npm/node-semver, ISC), against which this
is graded: `||`, hyphen ranges, x-ranges, `~`, `^`, comparators joined by spaces, build metadata ignored. PyPI's
`node-semver` 0.9.1 misses two of their 174 strict rows, has no intersections, and takes 20 times as long.
`loose` is how npm itself reads what stands in a manifest. Above: `npm_algebra`, which compares ranges.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from plumbrule.mcp_server.dependencies.ranges.intervals import Key

MAX_CHARS = 100_000
"""A range of 5,000 alternatives has 60,000; one that is longer is refused as unreadable."""

REMEMBERED_CHARS = 200
"""Longer ranges are read each time: what is remembered must stay small."""

MAX_SAFE_INTEGER = 2**53 - 1
MAX_VERSION_CHARS = 256

Release = tuple[int, int, int]


class Span(NamedTuple):
    """All versions between two bounds; `high` None is no bound. Pre-releases only of the releases in `opened`."""

    low: Key
    low_in: bool
    high: Key | None
    high_in: bool
    opened: frozenset[Release] = frozenset()


class _Bound(NamedTuple):
    operator: str
    version: Key


class _Partial(NamedTuple):
    """A version with what may be missing: None for `x` and for what is not there."""

    major: int | None
    minor: int | None
    patch: int | None
    before: str = ""


_NUMBER, _NUMBER_LOOSE = r"0|[1-9][0-9]*", r"[0-9]+"
_WORD = r"[0-9]*[a-zA-Z-][a-zA-Z0-9-]*"
_BUILD = r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)"


def _identifiers(number: str) -> str:
    return rf"(?:{_WORD}|{number})(?:\.(?:{_WORD}|{number}))*"


def _version_pattern(number: str, prefix: str, dash: str) -> re.Pattern[str]:
    one = rf"({number})"
    return re.compile(rf"{prefix}{one}\.{one}\.{one}(?:{dash}({_identifiers(number)}))?{_BUILD}?", re.ASCII)


def _partial_text(number: str, dash: str) -> str:
    one = rf"({number}|[xX*])"
    return rf"[v=\s]*{one}(?:\.{one}(?:\.{one}(?:{dash}({_identifiers(number)}))?{_BUILD}?)?)?"


_STRICT = _version_pattern(_NUMBER, "v?", "-")
_LOOSE = _version_pattern(_NUMBER_LOOSE, r"[v=\s]*", "-?")
_PARTIALS = {
    False: re.compile(rf"(~>?|\^|[<>]?=?)\s*{_partial_text(_NUMBER, '-')}", re.ASCII),
    True: re.compile(rf"(~>?|\^|[<>]?=?)\s*{_partial_text(_NUMBER_LOOSE, '-?')}", re.ASCII),
}
_HYPHENS = {
    False: re.compile(rf"({_partial_text(_NUMBER, '-')})\s+-\s+({_partial_text(_NUMBER, '-')})", re.ASCII),
    True: re.compile(rf"({_partial_text(_NUMBER_LOOSE, '-?')})\s+-\s+({_partial_text(_NUMBER_LOOSE, '-?')})", re.ASCII),
}
_BLANKS = re.compile(r"\s+")
_METADATA = re.compile(rf"(?<=[0-9A-Za-z*]){_BUILD}")
_AFTER_OPERATOR = re.compile(r"([<>]=?|=|~>?|\^) (?=[v=0-9xX*])")

ZERO: Key = ((0, 0, 0, 0), (0,), ((0, 0, ""),))
"""`0.0.0-0`: no version is less."""

EVERY = Span(ZERO, True, None, False)


@lru_cache(maxsize=4096)
def parse_version(text: str, loose: bool = False) -> Key | None:
    """A version's place in the order of SemVer 2.0, None for what is no version."""
    text = text.strip()
    if len(text) > MAX_VERSION_CHARS:
        return None
    found = (_LOOSE if loose else _STRICT).fullmatch(text)
    return None if found is None else _key(found[1], found[2], found[3], found[4] or "")


def _key(major: str | int, minor: str | int, patch: str | int, before: str) -> Key | None:
    numbers = (int(major), int(minor), int(patch))
    if max(numbers) > MAX_SAFE_INTEGER:
        return None
    if not before:
        return final(*numbers)
    return (*numbers, 0), (0,), tuple(_identifier(one) for one in before.split("."))


def _identifier(text: str) -> tuple[int, int, str]:
    return (0, int(text), "") if text.isdigit() else (1, 0, text)


def final(major: int, minor: int = 0, patch: int = 0) -> Key:
    """A release."""
    return (major, minor, patch, 0), (1,), ()


def before_all(major: int, minor: int = 0, patch: int = 0) -> Key:
    """A release's first pre-release, `-0`: where ranges end that mean to leave its pre-releases out."""
    return (major, minor, patch, 0), (0,), ((0, 0, ""),)


def release_of(version: Key) -> Release:
    """Its three numbers."""
    return version[0][0], version[0][1], version[0][2]


def is_final(version: Key) -> bool:
    """Whether it is no pre-release."""
    return version[1] == (1,)


def parse_range(text: str, *, loose: bool = False, prereleases: bool = False) -> tuple[Span, ...] | None:
    """The alternatives of a range, empty ones left out; None for what is no range (a tag, a place, a slip).

    `prereleases` is node-semver's `includePrerelease`: then x-ranges begin at `-0`, and every pre-release counts.
    """
    if len(text) <= REMEMBERED_CHARS:
        return _remembered(text, loose, prereleases)
    return _parsed(text, loose, prereleases) if len(text) <= MAX_CHARS else None


@lru_cache(maxsize=8192)
def _remembered(text: str, loose: bool, prereleases: bool) -> tuple[Span, ...] | None:
    return _parsed(text, loose, prereleases)


def _parsed(text: str, loose: bool, prereleases: bool) -> tuple[Span, ...] | None:
    spans: list[Span] = []
    read = False
    parts = _BLANKS.sub(" ", text.strip()).split("||")
    everything = before_all(0) if prereleases else final(0)
    for part in parts:
        bounds = _bounds(part.strip(), loose, prereleases)
        if bounds is None:
            if loose:
                continue
            return None
        read = True
        span = _span([one for one in bounds if one != (">=", everything)])
        if span == EVERY and len(parts) > 1:
            return (EVERY,)  # node-semver: what else stands there, and its pre-releases, no longer counts
        if span is not None:
            spans.append(span)
    return tuple(spans) if read else None


def _bounds(part: str, loose: bool, prereleases: bool) -> list[_Bound] | None:
    """The comparators of one alternative; None when it has something else in it (loosely: nothing else)."""
    part = _METADATA.sub("", part)
    if hyphen := _HYPHENS[loose].fullmatch(part):
        return _hyphened(hyphen, prereleases)
    found: list[_Bound] = []
    read = not part
    for term in _AFTER_OPERATOR.sub(r"\1", part).split(" "):
        bounds = _term(term, loose, prereleases) if term else []
        if bounds is None:
            if loose:
                continue
            return None
        read = True
        found += bounds
    return found if read else None


def _term(term: str, loose: bool, prereleases: bool) -> list[_Bound] | None:
    found = _PARTIALS[loose].fullmatch(term)
    if found is None:
        return None
    operator, partial = found[1], _partial(found[2], found[3], found[4], found[5])
    if partial is None:
        return None
    if operator.startswith("~"):
        bounds = _tilde(partial, prereleases)
    elif operator == "^":
        bounds = _caret(partial, prereleases)
    else:
        bounds = _compared(operator, partial, prereleases)
    return _safe(bounds)


def _safe(bounds: list[_Bound]) -> list[_Bound] | None:
    return None if any(max(one.version[0]) > MAX_SAFE_INTEGER for one in bounds) else bounds


def _partial(major: str | None, minor: str | None, patch: str | None, before: str | None) -> _Partial | None:
    """None for numbers behind an `x`."""
    numbers: list[int | None] = []
    for text in (major, minor, patch):
        number = None if text is None or text in "xX*" else int(text)
        if number is not None and numbers and numbers[-1] is None:
            return None
        numbers.append(number)
    return _Partial(numbers[0], numbers[1], numbers[2], (before or "") if numbers[2] is not None else "")


def _least(one: _Partial, prereleases: bool) -> Key:
    """The first version that a partial one can mean."""
    major, minor, patch = one.major or 0, one.minor or 0, one.patch or 0
    if one.before:
        return (major, minor, patch, 0), (0,), tuple(_identifier(part) for part in one.before.split("."))
    return before_all(major, minor, patch) if prereleases and one.patch is None else final(major, minor, patch)


def _after(one: _Partial) -> Key:
    """The first version after all that a partial one can mean."""
    assert one.major is not None
    return before_all(one.major + 1) if one.minor is None else before_all(one.major, one.minor + 1)


def _tilde(one: _Partial, prereleases: bool) -> list[_Bound]:
    if one.major is None:
        return []
    return [_Bound(">=", _least(one, prereleases)), _Bound("<", _after(one))]


def _caret(one: _Partial, prereleases: bool) -> list[_Bound]:
    if one.major is None:
        return []
    if one.major or one.minor is None:
        end = before_all(one.major + 1)
    elif one.minor or one.patch is None:
        end = before_all(0, one.minor + 1)
    else:
        end = before_all(0, 0, one.patch + 1)
    return [_Bound(">=", _least(one, prereleases)), _Bound("<", end)]


def _compared(operator: str, one: _Partial, prereleases: bool) -> list[_Bound]:
    if one.patch is not None:
        return [_Bound(operator or "=", _least(one, prereleases))]
    if one.major is None:
        return [_Bound("<", ZERO)] if operator in ("<", ">") else []
    if operator in ("", "="):
        return [_Bound(">=", _least(one, prereleases)), _Bound("<", _after(one))]
    if operator == ">":
        after = release_of(_after(one))
        return [_Bound(">=", before_all(*after) if prereleases else final(*after))]
    if operator == ">=":
        return [_Bound(">=", _least(one, prereleases))]
    if operator == "<":
        return [_Bound("<", before_all(*release_of(_least(one, False))))]
    return [_Bound("<", _after(one))]


def _hyphened(found: re.Match[str], prereleases: bool) -> list[_Bound] | None:
    low = _partial(found[2], found[3], found[4], found[5])
    high = _partial(found[7], found[8], found[9], found[10])
    if low is None or high is None:
        return None
    bounds = [] if low.major is None else [_Bound(">=", _lower_end(low, prereleases))]
    if high.major is None:
        return bounds
    if high.patch is None:
        bounds.append(_Bound("<", _after(high)))
    elif high.before or not prereleases:
        bounds.append(_Bound("<=", _least(high, prereleases)))
    else:
        bounds.append(_Bound("<", before_all(high.major, high.minor or 0, high.patch + 1)))
    return _safe(bounds)


def _lower_end(one: _Partial, prereleases: bool) -> Key:
    """Of a hyphen range: with pre-releases counted, even a full version begins at its first one."""
    least = _least(one, prereleases)
    return before_all(*release_of(least)) if prereleases and not one.before else least


def _span(bounds: list[_Bound]) -> Span | None:
    """All bounds at once; None when nothing lies between."""
    low, low_in, high, high_in = ZERO, True, None, False
    opened: set[Release] = set()
    for operator, version in bounds:
        if not is_final(version):
            opened.add(release_of(version))
        if operator in (">", ">=", "=") and (version > low or (version == low and operator == ">")):
            low, low_in = version, operator != ">"
        if operator in ("<", "<=", "=") and (high is None or version < high or (version == high and operator == "<")):
            high, high_in = version, operator != "<"
    if high is not None and (low > high or (low == high and not (low_in and high_in))):
        return None
    return Span(low, low_in, high, high_in, frozenset(opened))


def holds(span: Span, version: Key) -> bool:
    """Whether a version lies between the bounds, pre-release or not."""
    if version < span.low or (version == span.low and not span.low_in):
        return False
    return span.high is None or version < span.high or (version == span.high and span.high_in)


def alternatives(text: str) -> Iterator[Span]:
    """The spans of a range as npm reads manifests; nothing for what is no range."""
    yield from parse_range(text, loose=True) or ()
