"""Finds secrets committed to files: the part of the masker's knowledge that is right nearly always.

Masking hides too much rather than too little; a report must not cry wolf. So only published token formats, private
keys, passwords in URLs and random literals assigned to a secret's name count here, and examples never do.
Used by the survey, which shows where a secret lies and never what it is.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.masking_assignments import assigned_span
from plumbrule.core.security.masking_gate import BulkGate, Gate, Hit, build_bulk_gate, build_gate
from plumbrule.core.security.masking_marks import azure_client_secret, mailchimp
from plumbrule.core.security.masking_private_keys import pem
from plumbrule.core.security.masking_structures import jwt, url_userinfo
from plumbrule.core.security.masking_values import lowered
from plumbrule.core.security.randomness import reads_random, shuffled
from plumbrule.core.security.secret_keys import KEYWORDS, Strength
from plumbrule.core.security.secret_literals import BARE, bare_bytes, is_drawn, names_something
from plumbrule.core.security.secret_values import is_placeholder
from plumbrule.core.security.token_formats import body_matcher, token_formats
from plumbrule.core.security.token_openings import GLUED_BODY_CHARS, Opening, opening_of

MIN_LITERAL_CHARS = 16
"""The least length of an assigned literal that is reported without a known format."""


class Finding(NamedTuple):
    """One secret: the id of the rule that found it, and its offsets in the text (`end` exclusive)."""

    rule: str
    start: int
    end: int


def find_secrets(text: str) -> list[Finding]:
    """The secrets in `text`, by position, none inside another; empty for examples and placeholders."""
    find, rows = _gate()
    return _judged(text, find(lowered(text)), rows)


def secrets_of_file(text: str, small: bytes) -> list[Finding]:
    """As `find_secrets`, for megabytes. `small` is `text` in UTF-8 with its ASCII letters lowered."""
    gate = _bulk_gate()
    if gate is None:
        return find_secrets(text)
    rows, find, not_behind, opening = gate
    hits = [hit for hit in find(small) if not (hit[1] and small[hit[1] - 1] in not_behind[hit[0]])]
    goes_on = _begun_body().match
    hits = [hit for hit in hits if not opening[hit[0]] or goes_on(small, hit[2])]
    if len(small) != len(text):
        # Counting in characters takes longer than a look at what follows.
        literals = _Literals(small, _quoted_bytes().search, NEAR_CHARS * MAX_CHAR_BYTES)
        bare = bare_bytes().match
        hits = [
            hit
            for hit in hits
            if rows[hit[0]] not in _STRENGTHS or literals.begin_near(hit[2]) or bare(small, hit[2]) is not None
        ]
        hits = _in_characters(small, hits)
    return _judged(text, hits, rows)


def _judged(text: str, hits: Sequence[Hit], rows: "list[_Row]") -> list[Finding]:
    found: list[Finding] = []
    literals = _Literals(text, _QUOTED.search, NEAR_CHARS)
    begun = examined = 0
    for index, start, end in hits:
        row = rows[index]
        if isinstance(row, tuple):
            if start and text[start - 1] in "_-.":
                if begun < start < examined:
                    continue
                begun, examined = start, end + EXAMINED_CHARS
            given: Iterable[Finding] = _tokens(text, start, end, row)
            if not given:
                continue
        elif row not in _STRENGTHS:
            given = _at(text, start, end, row)
        elif bare := BARE.match(text, end):
            given = [Finding("assigned-literal", *bare.span(1))] if is_drawn(bare[1]) else ()
        elif literals.begin_near(end):
            given = _assigned_literal(text, start, end, row)
        else:
            continue
        for finding in given:
            # A key's body was looked at; its padding (a run of A in every OpenSSH key) is no mark of an example.
            if finding.rule == "private-key" or not is_example(text[finding.start : finding.end]):
                found.append(finding)
    return _outermost(found)


NEAR_CHARS = 640
"""How far behind a name its value begins at most: what `assigned_span` passes over is bounded, and is less."""

MAX_CHAR_BYTES = 4
_QUOTED_CHARS = 17
_QUOTED_LITERAL = r"[\"'][A-Za-z0-9+/=_\-.~!@#$%^&*]{16}"
_QUOTED = LazyPattern(_QUOTED_LITERAL)


@cache
def _quoted_bytes() -> re.Pattern[bytes]:
    return re.compile(_QUOTED_LITERAL.encode())


class _Literals:
    """Whether a quoted literal of some length begins near behind a place. Places ascend, so nothing is read twice."""

    def __init__(self, text: str | bytes, search: Callable[..., re.Match[Any] | None], near: int) -> None:
        self._text = text
        self._search = search
        self._near = near
        self._known = self._read_to = -1

    def begin_near(self, place: int) -> bool:
        if self._known < place:
            limit = place + self._near
            found = self._search(self._text, max(place, self._read_to), limit)
            self._known = found.start() if found else -1
            self._read_to = found.end() - _QUOTED_CHARS + 1 if found else limit - _QUOTED_CHARS + 1
        return self._known >= place


def _in_characters(small: bytes, hits: Sequence[Hit]) -> list[Hit]:
    """Hits in bytes as hits in characters, in the same order."""
    places = sorted({place for _, start, end in hits for place in (start, end)})
    known: dict[int, int] = {}
    before = passed = 0
    for place in places:
        passed += len(small[before:place].decode("utf-8", "surrogatepass"))
        known[place] = passed
        before = place
    return [(index, known[start], known[end]) for index, start, end in hits]


_Row = tuple[Opening, ...] | Strength | str

_SKIPPED_KINDS = frozenset(("crypt", "plaid-public", "fly", "harness"))
_PUBLIC_BY_DESIGN = frozenset(
    ("pk.eyJ", "phc_", "sb_publishable_", "FLWPUBK-", "FLWPUBK_TEST-", "pk-lf-", "live_pub_", "test_pub_", "sq0idp-")
)
_STRENGTHS = frozenset(("password", "strong", "firm", "weak", "vague"))
_HAS_USER = LazyPattern(r"[^\s\"'<>`@%]*+[@%]")
_STRUCTURES = {
    "://": "url-password",
    "-----begin ": "private-key",
    "eyj": "jwt",
    **dict.fromkeys([f"{number}q~" for number in range(10)], "azure-client-secret"),
    **dict.fromkeys([f"-us{number}" for number in range(1, 10)], "mailchimp"),
}


@cache
def _rows() -> dict[str, _Row]:
    rows: dict[str, _Row] = {}
    for form in token_formats():
        if form.kind in _SKIPPED_KINDS:
            continue
        for literal in form.literals:
            if literal not in _PUBLIC_BY_DESIGN:
                low = lowered(literal)
                before = rows.get(low, ())
                rows[low] = (*(before if isinstance(before, tuple) else ()), opening_of(form, literal))
    for keyword, strength in KEYWORDS.items():
        if strength in ("password", "strong") or keyword == "token":
            rows.setdefault(keyword, strength)
    rows.update(_STRUCTURES)
    return rows


@cache
def _gate() -> tuple[Gate, list[_Row]]:
    rows = _rows()
    return build_gate(list(rows)), list(rows.values())


class _Bulk(NamedTuple):
    """The gate for files, its rows, and of each the bytes that it may not stand behind, and whether it opens a long
    body."""

    rows: list[_Row]
    find: BulkGate
    not_behind: list[frozenset[int]]
    opening: list[bool]


_BEGUN_CHARS = 8
"""So long is the body of most tokens at least. One look at it turns away two literals of three."""


@cache
def _begun_body() -> re.Pattern[bytes]:
    """What every class of body but `url` allows."""
    return re.compile(rb"[^\s\"'()<>]{%d}" % _BEGUN_CHARS)


@cache
def _bulk_gate() -> _Bulk | None:
    """None where the platform has no such gate."""
    rows = list(_rows().values())
    find = build_bulk_gate(list(_rows()))
    if find is None:
        return None
    behind = [_not_behind(row) if isinstance(row, tuple) else frozenset[int]() for row in rows]
    long = [
        isinstance(row, tuple) and all(one.least >= _BEGUN_CHARS and one.body != "url" for one in row) for row in rows
    ]
    return _Bulk(rows, find, behind, long)


_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789")
_GLUE = frozenset(b"_-.")


def _not_behind(row: tuple[Opening, ...]) -> frozenset[int]:
    if not all(one.opens_word for one in row):
        return frozenset()
    return _WORD_BYTES if any(one.glued for one in row) else _WORD_BYTES | _GLUE


def _tokens(text: str, start: int, end: int, row: tuple[Opening, ...]) -> list[Finding]:
    found: list[Finding] = []
    for one in row:
        if text.startswith(one.literal, start):
            stop = _token_end(text, start, end, one)
            if stop:
                found.append(Finding(one.kind, start, stop))
    return found


def _at(text: str, start: int, end: int, row: str) -> Iterator[Finding]:
    if row == "private-key":
        yield from (
            Finding(row, start, right) for left, right in pem(text, start, end, {}) if _is_key_body(text[left:right])
        )
    elif row in ("azure-client-secret", "mailchimp"):
        read = azure_client_secret if row == "azure-client-secret" else mailchimp
        yield from (Finding(row, left, right) for left, right in read(text, start, end, {}))
    elif row == "jwt":
        yield from (
            Finding(row, left, right) for left, right in jwt(text, start, end, {}) if text.count(".", left, right) == 2
        )
    elif row == "url-password" and _HAS_USER.match(text, end):
        yield from (
            Finding(row, left, right)
            for left, right in url_userinfo(text, start, end, {})
            if _is_literal_password(text[left:right])
        )


def _token_end(text: str, start: int, end: int, opening: Opening) -> int:
    glued = bool(opening.opens_word and start and text[start - 1] in "_-.")
    if opening.opens_word and start and (text[start - 1].isalnum() or (glued and not opening.glued)):
        return 0
    read = body_matcher(opening.body)
    body = read(text[end : end + MAX_GLUED_CHARS], 0) if glued else read(text, end)
    if body is None or len(body[0]) < max(opening.least, GLUED_BODY_CHARS if glued else 0):
        return 0
    if glued and opening.doubtful and not shuffled(body[0]):
        return 0
    return end + len(body[0]) if reads_random(body[0]) and len(set(body[0])) >= 8 else 0


EXAMINED_CHARS = 40
MAX_GLUED_CHARS = 250
"""Behind `_`, `-` or `.` a name may go on for megabytes with a mark of a token in every fourth place: a body is looked
at so far, and what begins so near behind another is passed over."""


MIN_KEY_CHARS = 64
"""The body of the shortest private key, Ed25519 in PKCS #8, has 64 characters."""


_KEY_LINE = LazyPattern(r"[A-Za-z0-9+/=]{40}")  # base64 lines have 64; a program that writes a PEM has none


def _is_key_body(body: str) -> bool:
    letters = sum(map(str.isalnum, body))
    return _KEY_LINE.search(body) is not None and letters >= MIN_KEY_CHARS * 9 // 10 and reads_random(body)


_LITERAL = LazyPattern(r"[A-Za-z0-9+/=_\-.~!@#$%^&*]+")


def _assigned_literal(text: str, start: int, end: int, row: str) -> Iterator[Finding]:
    strength: Strength = "password" if row == "password" else "strong" if row == "strong" else "weak"
    span = assigned_span(text, start, end, strength)
    if span is None or text[span[0] - 1] not in "\"'" or span[1] - span[0] < MIN_LITERAL_CHARS:
        return
    value = text[span[0] : span[1]]
    if (
        len(value) <= 200
        and _LITERAL.fullmatch(value)
        and shuffled(value)
        and len(set(value)) >= 10
        and not names_something(value)
        and not _is_search_key(text, *span)
    ):
        yield Finding("assigned-literal", *span)


def _is_search_key(text: str, start: int, end: int) -> bool:
    """Whether a documentation site publishes it by design: Algolia's key that may only search one index."""
    around = text[max(0, start - 300) : end + 300]
    return end - start == 32 and _SEARCHED.search(around) is not None and _SEARCHED_INDEX.search(around) is not None


_SEARCHED = LazyPattern(r"\bapp_?[iI]d[\"']?\s*[:=]")
_SEARCHED_INDEX = LazyPattern(r"\bindex_?[nN]ame[\"']?\s*[:=]")


def _is_literal_password(value: str) -> bool:
    return (
        len(value) >= 6
        and "," not in value
        and _WEAK_PASSWORD.fullmatch(value) is None
        and not value.startswith(("$", "{", "<", "%", "*", ":"))
    )


_WEAK_PASSWORD = LazyPattern(
    r"(?i)(?:pass(?:word|wd)?|pwd|secret|token|user(?:name)?|test(?:ing)?|postgres|mysql|root|admin|guest|redis|example|foo|bar|baz|changeme|mongo|rabbitmq|"
    r"x+|\*+|my[-_]?\w*|your[-_]?\w*|some[-_]?\w*|\w*pass(?:word|wd)?|\w*(?:%20)?secret|api_?key|[a-z_]+)\d{0,4}!?"
)
_EXAMPLE = LazyPattern(
    r"(?i)example|dummy|fake|placeholder|redacted|changeme|your[_-]?|x{4,}|test[_-]?(?:key|token|secret)|sample|insert|abcdefgh|12345678|deadbeef|eby8vdm02xno|0{6,}|1{6,}|a{6,}"
)


def is_documented(text: str, position: int) -> bool:
    """Whether the line is one of a documentation comment or of a session that is shown in one."""
    line = text[text.rfind("\n", 0, position) + 1 : position + 5].lstrip()
    return line.startswith(("* ", "/// ", "//! ", "iex>", ">>> "))


def is_example(secret: str) -> bool:
    """Whether `secret` is written to be read: AKIA…EXAMPLE, runs of x, the alphabet, one character repeated."""
    return is_placeholder(secret) or _EXAMPLE.search(secret) is not None


def _outermost(found: list[Finding]) -> list[Finding]:
    found.sort(key=_place)
    kept: list[Finding] = []
    for finding in found:
        if not kept or finding.start >= kept[-1].end:
            kept.append(finding)
    return kept


def _place(finding: Finding) -> tuple[int, bool, int]:
    """By position; where two rules begin at one, a known format says more than a name in front."""
    return finding.start, finding.rule == "assigned-literal", -finding.end
