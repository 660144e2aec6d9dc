"""Characters that a reader does not see or sees wrongly: payloads, reordering, look-alikes, terminal sequences.

What people write stays unmentioned: emoji sequences, joiners of Indic and Arabic words, right-to-left text, byte order
marks, soft hyphens, flags. Sources: Unicode TR 36 and TR 39, CVE-2021-42574 and 42694 (Trojan Source).
"""

import re
from collections.abc import Iterator
from functools import cache

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.mcp_server.analysis.findings.first_gate import Gate, first_gate
from plumbrule.mcp_server.analysis.findings.orders import is_order
from plumbrule.mcp_server.analysis.findings.seen import Seen, line_of, mark_of
from plumbrule.mcp_server.dependencies.manifests.dangers import Grade

_GATED: tuple[tuple[bytes, range | None], ...] = (
    (b"\xe2\x80", range(0x8B, 0x8E)),
    (b"\xe2\x80", range(0xAA, 0xAF)),
    (b"\xe2\x81", range(0xA0, 0xAA)),
    (b"\xef\xbb\xbf", None),
    (b"\xef\xb8", range(0x80, 0x90)),
    (b"\xf3\xa0", None),
    (b"\xe1\xa0\x8e", None),
    (b"\xe3\x85\xa4", None),
    (b"\xf0\x9d", range(0x90, 0xA0)),
    (b"\xef\xbc", range(0xA1, 0xBB)),
    (b"\xef\xbd", range(0x81, 0x9B)),
)
"""Invisible characters, controls of direction, tags, selectors, mathematical and full-width letters, as UTF-8."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UNDECODED = (b"\xef\xbf\xbd", b"\xed\xb2", b"\xed\xb3")
"""The replacement character, and the surrogates that stand for bytes that are no UTF-8."""

_MOST_UNDECODED = 10
_FOREIGN_LEADS = b"\xd0\xd1\xce\xcf"
_MOST_FOREIGN = 50
"""One byte in so many: a text with more Cyrillic or Greek is written in it, and its typing slips are legion."""

_GLANCE_BYTES = 8_192

_INVISIBLE = "\u200b-\u200d\u2060-\u2064\ufeff\u180e\u3164"
_TAGS = LazyPattern("[\U000e0000-\U000e007f]+")
_FLAG = LazyPattern("\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f")
_SELECTORS = LazyPattern("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_PAYLOAD = LazyPattern(f"[{_INVISIBLE}]{{8,}}")
_IN_WORD = LazyPattern("[\u200b-\u200d\u2060-\u2064\ufeff\u180e]+")
_BIDI = LazyPattern("[\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = LazyPattern("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_DISGUISED_LETTERS = LazyPattern("[\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]")
_ALL_HIDDEN = LazyPattern(f"[{_INVISIBLE}\u00ad\ufe00-\ufe0f\u202a-\u202e\u2066-\u2069\U000e0100-\U000e01ef]+")

_LOOKS_LATIN = dict(
    zip("асеорхуіјѕһԁԛԝАВЕКМНОРСТХІЈЅοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aceopxyijshdqwABEKMHOPCTXIJSoABEZHIKMNOPTYX", strict=True)  # noqa: RUF001 - because these look-alikes are what is looked for
)
_LATINISED = str.maketrans(_LOOKS_LATIN)
_CONFUSABLE = LazyPattern(f"[{''.join(_LOOKS_LATIN)}]")
_MIXED = LazyPattern(f"[A-Za-z0-9_{''.join(_LOOKS_LATIN)}]+")
_FOREIGN_WORD = LazyPattern("[\u0370-\u03ff\u0400-\u052f]{2,}")

_COLOUR = LazyPattern(r"\x1b\[(?![\d;]*\b8[;m])[\d;:]*m")
_SEQUENCE = LazyPattern(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_]|[ -/]*[0-~])")
_CLIPBOARD = LazyPattern(r"\x1b\]52;")

MAX_DECODED_CHARS = 1_000_000
MAX_PLACES = 10_000
"""Counting stops here: more of the same says nothing more."""


def hidden(text: str, raw: bytes) -> Iterator[Seen]:
    """The rules about characters, each at most once. `raw` is `text` in UTF-8."""
    if len(raw) != len(text) and _is_undecoded(raw):
        return  # another encoding, or no text at all: the bytes mean little
    if "\x1b" in text:
        yield from _terminal(text)
    if len(raw) == len(text):
        return
    if _holds_any(raw):
        yield from _payloads(text)
        yield from _reordered(text)
        yield from _disguised(text)
    if _is_slightly_foreign(raw):
        yield from _look_alikes(text)


def _is_undecoded(raw: bytes) -> bool:
    find = _undecoded()
    return any(len(find(part)) >= _MOST_UNDECODED for part in (raw[:_GLANCE_BYTES], raw))


@cache
def _undecoded() -> Gate:
    return first_gate(_UNDECODED)


@cache
def _gates() -> tuple[Gate, Gate]:
    """As many literals as vector instructions take, twice."""
    marks = [mark + bytes([last]) for mark, ends in _GATED for last in ends or ()]
    marks += [mark for mark, ends in _GATED if ends is None]
    marks.sort()
    return first_gate(marks[: len(marks) // 2]), first_gate(marks[len(marks) // 2 :])


def _holds_any(raw: bytes) -> bool:
    marked = raw.startswith(_BYTE_ORDER_MARK)
    return any(hits[1:] if marked and hits and hits[0][1] == 0 else hits for hits in (find(raw) for find in _gates()))


def _is_slightly_foreign(raw: bytes) -> bool:
    """Whether there is Cyrillic or Greek, but little. What its beginning tells of a text written in it is enough."""
    most = max(20, len(raw) // _MOST_FOREIGN)
    if _foreign_letters(raw[: len(raw) // 8]) > most:
        return False
    return 0 < _foreign_letters(raw) <= most


def _foreign_letters(raw: bytes) -> int:
    return len(raw) - len(raw.translate(None, _FOREIGN_LEADS))  # counting each lead is three times as slow


def _terminal(text: str) -> Iterator[Seen]:
    """Colours hide nothing; moving the cursor, erasing, titles, links and the clipboard do."""
    clipboard = _CLIPBOARD.search(text)
    first, count, colours = -1, 0, 0
    for found in _SEQUENCE.finditer(text):
        if _COLOUR.match(text, found.start()):
            colours += 1
            continue
        first = found.start() if first < 0 else first
        count += 1
        if count >= MAX_PLACES:
            break
    if clipboard:
        line = line_of(text, clipboard.start())
        yield Seen("text.terminal-sequence", "high", "a terminal sequence that writes to the clipboard", line, count)
    elif count:
        message = "terminal sequences that can hide or rewrite what a terminal shows"
        yield Seen("text.terminal-sequence", "medium", message, line_of(text, first), count)
    elif colours:
        at = text.index("\x1b[")
        yield Seen("text.terminal-colour", "low", "raw terminal colours", line_of(text, at), colours)


def _payloads(text: str) -> Iterator[Seen]:
    tags = [found for found in _TAGS.finditer(text) if not _is_flag(text, found)]
    amount = sum(found.end() - found.start() for found in tags)
    if amount >= 4:
        line = line_of(text, tags[0].start())
        yield Seen("text.tag-characters", "high", "text written in invisible tag characters", line, amount)
    selectors = next(_SELECTORS.finditer(text), None)
    if selectors:
        line, mark = line_of(text, selectors.start()), mark_of(selectors[0][:200])
        yield Seen("text.selector-payload", "high", "data hidden in variation selectors", line, 1, mark)
    for found in _PAYLOAD.finditer(text):
        kinds = set(found[0][:MAX_PLACES]) - {"\ufeff", "\u3164"}
        if len(kinds) > 1:
            line, mark = line_of(text, found.start()), mark_of(found[0][:200])
            yield Seen("text.zero-width-payload", "high", "data hidden in invisible characters", line, 1, mark)
            break
        if len(found[0]) >= 64:
            message = "a long run of invisible characters"
            yield Seen("text.zero-width-payload", "medium", message, line_of(text, found.start()), 1)
            break
    inside = [found for found in _IN_WORD.finditer(text, 0, MAX_DECODED_CHARS) if _is_in_word(text, found)]
    if inside:
        line = line_of(text, inside[0].start())
        message = "words with invisible characters inside"
        yield Seen("text.zero-width-word", "medium", message, line, min(len(inside), MAX_PLACES))


def _is_in_word(text: str, found: re.Match[str]) -> bool:
    """Asked here: looking behind is tried at every character, looking ahead again at each character of a run."""
    before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
    return all(one == "_" or (one.isascii() and one.isalnum()) for one in (before, after))


def _is_flag(text: str, found: re.Match[str]) -> bool:
    start = found.start()
    return start > 0 and _FLAG.fullmatch(text, start - 1, found.end()) is not None


def _reordered(text: str) -> Iterator[Seen]:
    """Controls of direction on lines where no letter is written from right to left: nothing there needs them.

    Low where other lines have such letters: translations isolate their placeholders. `judged` knows code from those.
    """
    first, count, at = -1, 0, 0
    while count < MAX_PLACES and (found := _BIDI.search(text, at)):
        start = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.end())
        end = len(text) if end < 0 else end
        if not _RIGHT_TO_LEFT.search(text, start, end):
            first = found.start() if first < 0 else first
            count += 1
        at = end
    if count:
        severity: Grade = "low" if _RIGHT_TO_LEFT.search(text) else "high"
        message = "controls that reorder what is shown, on lines without right-to-left text"
        yield Seen("text.bidi-control", severity, message, line_of(text, first), count)


def _disguised(text: str) -> Iterator[Seen]:
    """Orders that can be read only after hidden characters are taken away, or letters brought to their plain form."""
    import unicodedata  # a megabyte that only odd files need

    head = text[:MAX_DECODED_CHARS]
    shapes: list[str] = []
    spelt = "".join(chr(ord(one) - 0xE0000) for one in "".join(_TAGS.findall(head)) if one >= "\U000e0020")
    if len(spelt) >= 20:
        shapes.append(spelt)
    shapes += [_bytes_of_selectors(run) for run in _SELECTORS.findall(head)[:20]]
    plain = _ALL_HIDDEN.sub("", head) if _ALL_HIDDEN.search(head) else head
    if _DISGUISED_LETTERS.search(plain):
        plain = unicodedata.normalize("NFKC", plain)
    if plain is not head:
        shapes.append(plain)
    if any(map(is_order, shapes)) and not is_order(text):
        yield Seen("text.disguised-order", "high", "a disguised order to ignore instructions", 1, 1, mark_of(shapes[0]))


def _bytes_of_selectors(run: str) -> str:
    """The text that a run of variation selectors spells, a byte each (the usual way to smuggle by them)."""
    codes = (ord(one) - (0xFE00 if one <= "\ufe0f" else 0xE0100 - 16) for one in run[:4000])
    return bytes(code for code in codes if 0 <= code < 256).decode("utf-8", "replace")


def _look_alikes(text: str) -> Iterator[Seen]:
    """Words of Latin letters in which single letters are Cyrillic or Greek ones of the same shape."""
    first, count, at, word = -1, 0, 0, ""
    while count < MAX_PLACES and (found := _CONFUSABLE.search(text, at)):
        start = found.start()
        while start > at and _MIXED.match(text[start - 1]):
            start -= 1
        whole = _MIXED.match(text, start)
        assert whole is not None  # because the confusable letter itself matches
        at = whole.end()
        if _is_spoofed(text, start, whole[0]):
            first, word = (start, whole[0]) if first < 0 else (first, word)
            count += 1
    if count:
        message = "words that mix Latin letters with look-alikes of another alphabet"
        yield Seen("text.look-alike", "medium", message, line_of(text, first), count, mark_of(word))
        if is_order(text[:MAX_DECODED_CHARS].translate(_LATINISED)) and not is_order(text):
            line = line_of(text, first)
            yield Seen("text.disguised-order", "high", "a disguised order to ignore instructions", line, 1)


def _is_spoofed(text: str, start: int, word: str) -> bool:
    """Not when a neighbouring letter is foreign too (a slip of the keyboard), nor on a line of foreign words."""
    if len(word) > 100 or sum("A" <= letter <= "z" and letter != "_" for letter in word) < 3:
        return False
    around = text[max(0, start - 1) : start] + text[start + len(word) : start + len(word) + 1]
    if any(letter.isalpha() and not letter.isascii() for letter in around):
        return False
    left = max(text.rfind("\n", 0, start) + 1, start - 300)
    right = text.find("\n", start)
    line = text[left : min(len(text) if right < 0 else right, start + 300)]
    return not _FOREIGN_WORD.search(line.replace(word, ""))
