"""Text that others wrote, made safe to show: in a terminal, a log line, a JSON result, a model's context.

`clean_line` and `clean_block` remove what hides or acts (terminal sequences, invisible characters, tag and selector
smuggling) and show what deceives (controls, bidirectional overrides) as plain ASCII such as `<U+202E>`. What people
write stays: emoji sequences, joiners in Persian and Indic words, right-to-left text, combining marks.
`findings` names what would be removed, for the survey's risks; cleaned text has none. Printable ASCII, which is
nearly everything, is recognised at the speed of `str.isprintable`. Linear in the text for any input.
"""

import re
from typing import Final, Literal

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.values import dataclass

Kind = Literal["terminal", "control", "bidi", "zero_width", "tag", "selector", "surrogate", "noncharacter", "stacked"]
"""Escape sequences; other C0 and C1 controls; embeddings, overrides and isolates; invisible characters; Unicode tags;
variation selectors with nothing to vary; lone surrogates; code points that are no characters; piles of marks."""

MAX_MARKS = 8
"""Combining marks on one letter; real orthographies end at four."""

SUBREGION_FLAGS: Final = frozenset({"gbeng", "gbsct", "gbwls"})
"""The tag sequences that are emoji (Unicode emoji-sequences.txt, RGI_Emoji_Tag_Sequence): England, Scotland, Wales."""

_STRING_START = "\x90\x98\x9d\x9e\x9f"
_TERMINAL = LazyPattern(
    # CSI; then OSC, DCS, SOS, PM, APC with their text; then the two-character escapes (ECMA-48 5.3-5.6).
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    rf"|(?:\x1b[\]PX^_]|[{_STRING_START}])[^\x07\x1b\x9c{_STRING_START}]{{0,8192}}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
_BREAKS = "\r\x0b\x0c\x85\u2028\u2029"
_BREAK = LazyPattern(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SUSPECTS = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff"
    + "".join(chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(1 << 16, 1 << 20, 1 << 16))
)  # fmt: skip
_SUSPECT = LazyPattern(f"[{_SUSPECTS}]")
_ANYTHING_ODD = LazyPattern(f"[{_SUSPECTS}{_BREAKS}]")
_ODD_ASCII = LazyPattern(r"[\x00-\x08\x0b-\x1f\x7f]")
_MARK = "\u0300-\u034e\u0350-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_PILE = LazyPattern(f"([{_MARK}]{{{MAX_MARKS}}})[{_MARK}]+")
_DANGLING = LazyPattern(f"[\u200c\u200d\ufe00-\ufe0f{_MARK}\U0001f3f4\U000e0000-\U000e01ef]")
_SURROGATE = LazyPattern("[\ud800-\udfff]")

_BIDI = frozenset(range(0x202A, 0x202F)) | frozenset(range(0x2066, 0x206A))
_JOINING = LazyPattern(
    # Scripts whose words use the joiners (RFC 5892 A.1, A.2; Unicode 23.2): Arabic, Syriac, N'Ko, Mandaic, Indic,
    # Sinhala, Tibetan, Myanmar, Khmer, Mongolian, and the newer Indic blocks.
    "[\u0620-\u06ff\u0700-\u074f\u0750-\u077f\u07c0-\u07ff\u0840-\u085f\u0860-\u08ff\u0900-\u0dff\u0f00-\u0fff"
    "\u1000-\u109f\u1780-\u17b3\u17b6-\u17ff\u1820-\u18af\u1900-\u1cff\ua800-\uabff\ufb50-\ufdcf\ufdf0-\ufdff"
    "\ufe70-\ufefc\U00010a00-\U00011fff]"
)
_EMOJI = LazyPattern("[\xa9\xae\u203c-\u3299\U0001f000-\U0001faff]")
_IDEOGRAPH = LazyPattern("[\u2e80-\u2fff\u3021-\u3029\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")
_VARIED_SYMBOL = LazyPattern("[0-9#*\xa9\xae\u2010-\u2bff\u3000-\u303f\u3200-\u32ff\uff00-\uff5e\U0001f000-\U0001faff]")


@dataclass(frozen=True, slots=True)
class Hidden:
    """Something that a reader would not see, or would see wrongly: how often, and on which line first (from 1)."""

    kind: Kind
    count: int
    line: int


def clean_line(text: str, max_chars: int) -> str:
    """`text` as one safe line of at most `max_chars` characters; a cut shows as `…` at the end."""
    if len(text) <= max_chars and text.isascii() and text.isprintable():
        return text
    head = text[: 4 * max_chars + 4096]
    flat = _cleaned(head).replace("\n", " ").replace("\t", " ").strip()
    return _cut(flat, max_chars, cut_before=len(head) < len(text))


def clean_block(text: str, max_chars: int) -> str:
    """`text` as safe lines, line breaks made `\\n`, tabs kept; at most `max_chars` characters, a cut shows as `…`."""
    head = text[: 4 * max_chars + 4096]
    return _cut(_cleaned(head), max_chars, cut_before=len(head) < len(text))


def findings(text: str) -> tuple[Hidden, ...]:
    """What hides in `text`, by kind in a fixed order. A byte order mark at the start and form feeds are ordinary."""
    if _is_ordinary(text):
        return ()
    counts: dict[Kind, int] = {}
    first: dict[Kind, int] = {}

    def note(kind: Kind, at: int) -> None:
        counts[kind] = counts.get(kind, 0) + 1
        first[kind] = min(first.get(kind, at), at)

    spans = [match.span() for match in _TERMINAL.finditer(text)]
    for start, _ in spans:
        note("terminal", start)
    inside = _Inside(spans)
    for match in _SUSPECT.finditer(text):
        at = match.start()
        if not (at == 0 and match[0] == "\ufeff") and not inside(at):
            kind = _kind(text, at)
            if kind is not None:
                note(kind, at)
    for match in _PILE.finditer(text):
        note("stacked", match.start())
    return tuple(Hidden(kind, counts[kind], text.count("\n", 0, first[kind]) + 1) for kind in sorted(counts))


def json_safe(text: str) -> str:
    """`text` without lone surrogates, which no JSON parser takes: an undecodable byte shows as `\\xff`."""
    return text if text.isascii() else _SURROGATE.sub(_shown_surrogate, text)


def fence(text: str, label: str) -> str:
    """`text` between fences that it cannot close, under a line that says whose words these are.

    For renderings as text; structured results use named fields. `text` is cleaned by the caller.
    """
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{clean_line(label, 120)} (untrusted, quoted as found):\n{ticks}text\n{text}\n{ticks}"


def _is_ordinary(text: str) -> bool:
    if text.isascii():
        return not _ODD_ASCII.search(text)
    return not _ANYTHING_ODD.search(text) and not _PILE.search(text)


def _cleaned(text: str) -> str:
    if _is_ordinary(text):
        return text
    text = _BREAK.sub("\n", _TERMINAL.sub("", text))
    return _PILE.sub(r"\1", _SUSPECT.sub(_replacement, text))


def _replacement(match: re.Match[str]) -> str:
    kind = _kind(match.string, match.start())
    if kind is None:
        return match[0]
    code = ord(match[0])
    if kind == "control":
        return f"\\x{code:02x}"
    if kind == "bidi":
        return f"<U+{code:04X}>"
    if kind == "surrogate":
        return _shown_surrogate(match)
    return "\ufffd" if kind == "noncharacter" else ""


def _shown_surrogate(match: re.Match[str]) -> str:
    byte = ord(match[0]) - 0xDC00
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else "\ufffd"


def _kind(text: str, at: int) -> Kind | None:
    """What is wrong with the suspect at `at`, None when it belongs there."""
    code = ord(text[at])
    if code < 0xA0:
        return "control"
    if code in _BIDI:
        return "bidi"
    if code in (0x200C, 0x200D):
        return None if _joins(text, at) else "zero_width"
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return None if _varies(text, at) else "selector"
    if 0x180B <= code <= 0x180F and code != 0x180E:
        return None if at and "\u1820" <= text[at - 1] <= "\u18af" else "selector"
    if 0xE0000 <= code <= 0xE007F:
        return None if _in_flag(text, at) else "tag"
    if 0xD800 <= code <= 0xDFFF:
        return "surrogate"
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return "noncharacter"
    return "zero_width"


def _joins(text: str, at: int) -> bool:
    """Whether the joiner at `at` stands between two letters of a script that has them, or between two emoji."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if _JOINING.match(before) and _JOINING.match(after):
        return True
    if text[at] != "\u200d" or not _EMOJI.match(after):
        return False
    if before == "\ufe0f":
        before = text[max(at - 2, 0) : at - 1]
    return bool(_EMOJI.match(before))


def _varies(text: str, at: int) -> bool:
    """Whether the selector at `at` follows something that has variants (one selector each)."""
    before, code = text[at - 1 : at], ord(text[at])
    if code in (0xFE0E, 0xFE0F):
        return bool(_VARIED_SYMBOL.match(before))
    if code >= 0xE0100:  # ideographic variation sequences in use end far below 32 per character
        return code < 0xE0120 and bool(_IDEOGRAPH.match(before))
    return code <= 0xFE02 and bool(_IDEOGRAPH.match(before) or re.match("[\u2190-\u2aff\uff00-\uffef]", before))


def _in_flag(text: str, at: int) -> bool:
    """Whether the tag character at `at` is part of one of the three flags that are spelt with tags."""
    start = text.rfind("\U0001f3f4", max(0, at - 6), at)
    spelt = "".join(
        chr(ord(tag) - 0xE0000) for tag in text[start + 1 : start + 7] if "\U000e0020" <= tag <= "\U000e007f"
    )
    return start >= 0 and len(spelt) == 6 and spelt[5] == "\x7f" and spelt[:5] in SUBREGION_FLAGS


class _Inside:
    """Tells, for growing positions, whether one lies in one of the sorted spans."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self._spans = spans
        self._next = 0

    def __call__(self, at: int) -> bool:
        while self._next < len(self._spans) and self._spans[self._next][1] <= at:
            self._next += 1
        return self._next < len(self._spans) and self._spans[self._next][0] <= at


def _cut(text: str, max_chars: int, *, cut_before: bool) -> str:
    if len(text) <= max_chars and not cut_before:
        return text
    end = max(0, max_chars - 1)
    while end and _DANGLING.match(text, end - 1):  # a pattern with `+$` would be quadratic on a run that ends early
        end -= 1
    return text[:end] + "…"
