"""Keys that are known by a mark inside or at their end: `...-us12`, `..._mmk`, Azure's, New Relic's, Facebook's.

Beside `masking_structures`, which lists these readers with its own. Each looks back from the mark.
"""


# ruff: noqa: ARG001 - because all readers have one signature, whether they look back or ahead or need to remember

from collections.abc import Sequence

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.masking_assignments import Seen, Span
from plumbrule.core.security.randomness import reads_random

_NOTHING: Sequence[Span] = ()

_MAILCHIMP = LazyPattern(r"(?:(?<![0-9A-Za-z])|(?<=\\[nrt])|(?<=%[0-9A-F]{2})|(?<=\\u00[0-9a-f]{2}))[0-9a-f]{32}\Z")
_AZURE_BEFORE = LazyPattern(r"[A-Za-z0-9_~.\-]{3}\Z")
_AZURE_AFTER = LazyPattern(r"[A-Za-z0-9_~.\-]{31,40}+")


def mailchimp(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The 32 hex digits before `-us12`."""
    if start < 32 or _MAILCHIMP.search(text, start - 32, start) is None:
        return _NOTHING
    return ((start - 32, end),)


_MAXMIND = LazyPattern(r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}\Z")


def maxmind(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The licence key before `_mmk`."""
    if start < 36 or _MAXMIND.search(text, start - 36, start) is None:
        return _NOTHING
    return ((start - 36, end),)


def azure_client_secret(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """An Entra ID client secret: three characters, a digit, `Q~`, 31 to 34 more."""
    after = _AZURE_AFTER.match(text, end)
    before = _AZURE_BEFORE.search(text, max(0, start - 3), start)
    return ((before.start(), after.end()),) if after and before else _NOTHING


_AZURE_MARK_AFTER = LazyPattern(r"[A-Za-z0-9+/]{2,10}(?:=|%3[Dd]){0,2}(?![A-Za-z0-9+/])")
_AZURE_MARKS = (
    "AZDO", "ACDb", "+ACR", "AzSe", "AzCa", "AzFu", "APIM", "+ASt", "+ASb", "+AEh", "AIoT", "+ABa", "ACOG", "AAAW",
)  # fmt: skip


def azure_marked_key(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """A key of an Azure service that carries its mark (`AZDO`, `ACDb`, ...) near its end."""
    if text[start:end] not in _AZURE_MARKS and text[start:end].replace("%2B", "+") not in _AZURE_MARKS:
        return _NOTHING
    after = _AZURE_MARK_AFTER.match(text, end)
    if after is None:
        return _NOTHING
    at = start
    while at and start - at < MAX_AZURE_CHARS and (text[at - 1].isalnum() or text[at - 1] in "+/-_"):
        at -= 1
    if not MIN_AZURE_CHARS <= start - at < MAX_AZURE_CHARS or not reads_random(text[at:start]):
        return _NOTHING
    return ((at, after.end()),)


MIN_AZURE_CHARS = 30
MAX_AZURE_CHARS = 88
"""Keys have 33 to 76 characters before the mark; a longer run is somebody's base64."""

_NEW_RELIC = LazyPattern(r"[0-9a-f]{30,40}\Z")


def new_relic_licence(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """The hex digits before `FFFFNRAL`."""
    found = _NEW_RELIC.search(text, max(0, start - 40), start)
    return ((found.start(), end),) if found and text[start:end].isupper() else _NOTHING


_FACEBOOK_SECRET = LazyPattern(r"[A-Za-z0-9_\-]{26,42}(?![A-Za-z0-9_\-])")


def facebook_app(text: str, start: int, end: int, seen: Seen) -> Sequence[Span]:
    """An app's access token: its number, a bar, its secret."""
    if not text[max(0, start - 12) : start].isdigit():
        return _NOTHING
    after = _FACEBOOK_SECRET.match(text, end)
    if after is None or not reads_random(after[0]):
        return _NOTHING
    return (after.span(),)


AZURE_MARKS = frozenset(form.lower() for mark in _AZURE_MARKS for form in (mark, mark.replace("+", "%2B")))
