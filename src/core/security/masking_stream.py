"""Masks a stream line by line: bounded memory, no waiting for later lines, and still what spans lines is hidden.

Above `masking`, below `plumbrule mask`. Each line is looked at together with the end of the lines before it, so that
a name on one line covers its value on the next; the lines of a private key are hidden until it ends.
"""

import re

from plumbrule.core.security.masking import MASK, Masker, hidden
from plumbrule.core.security.masking_assignments import Span

CONTEXT_CHARS = 400
"""How much of what came before is looked at with a line."""

MAX_PIECE_CHARS = 1_048_576
"""A longer line is let out in pieces."""

OVERLAP_CHARS = 65_536
"""What is held back of a piece, so that a secret across its end is seen whole."""

MAX_KEY_LINES = 2_000
"""A private key of more lines is none (RSA of 16,384 bits has 200)."""

_KEY_BEGINS = re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----(?![^\n]{0,65536}-----END)")
_KEY_ENDS = re.compile(r"-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY")
_KEY_LINE = re.compile(
    r"[\s>|\"'+#*,]*(?:(?P<body>[A-Za-z0-9+/=\\]+)|(?:Proc-Type|DEK-Info|Comment|Version|Hash|Charset): .*)?"
    r"[\s\"'+,\\]*"
)
_BODY_AT_END = re.compile(r"[A-Za-z0-9+/=]{24,}[\s\"'+,\\]*$")


class MaskedStream:
    """Takes lines with their ends and gives them back masked, one for one."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._before = ""
        self._held = ""
        self._swallowing = False
        self._key_lines = 0

    def feed(self, text: str) -> str:
        """What may be let out now that `text` came: all when it ends a line, else all but the end of a long one."""
        self._held += text
        if self._held.endswith("\n"):
            return self._line()
        return self._piece() if len(self._held) >= MAX_PIECE_CHARS else ""

    def finish(self) -> str:
        """What is left when the stream ends without an end of line."""
        return self._line() if self._held else ""

    def _line(self) -> str:
        line, self._held = self._held, ""
        line = self._without_swallowed(line)
        if self._key_lines:
            kept = self._key_line(line)
            if kept is not None:
                return kept
        shown = self._masked(line, len(line))
        if _KEY_BEGINS.search(line):
            self._key_lines = 1
        return shown

    def _piece(self) -> str:
        cut = len(self._held) - OVERLAP_CHARS
        context = self._before
        for start, end in self._masker.spans(context + self._held):
            if start < len(context) + cut < end:
                cut = max(0, start - len(context))
        if cut == 0:  # one secret longer than a piece
            self._held, self._swallowing = "", True
            return MASK
        piece, self._held = self._held[:cut], self._held[cut:]
        return self._masked(self._without_swallowed(piece), len(piece))

    def _masked(self, text: str, size: int) -> str:
        context = self._before
        spans = self._masker.spans(context + text)
        inside: list[Span] = [
            (max(0, start - len(context)), end - len(context)) for start, end in spans if end > len(context)
        ]
        self._before = (context + text)[-CONTEXT_CHARS:] if size < CONTEXT_CHARS else text[-CONTEXT_CHARS:]
        return hidden(text, inside) if inside else text

    def _without_swallowed(self, text: str) -> str:
        if not self._swallowing:
            return text
        rest = re.search(r"[\s\"'`]", text)
        if rest is None:
            return ""
        self._swallowing = False
        return text[rest.start() :]

    def _key_line(self, line: str) -> str | None:
        """A line of a private key hidden; None when the key turned out to have been cut before."""
        self._key_lines += 1
        ending = _KEY_ENDS.search(line)
        if ending is not None:
            self._key_lines = 0
            return (MASK if line[: ending.start()].strip() else "") + line[ending.start() :]
        found = _KEY_LINE.fullmatch(line)
        at_end = _BODY_AT_END.search(line[-4096:]) if found is None else None
        if (found is None and at_end is None) or self._key_lines > MAX_KEY_LINES:
            self._key_lines = 0
            return None
        if at_end is not None:
            at = len(line) - len(line[-4096:]) + at_end.start()
            return self._masker.mask(line[:at]) + MASK + _line_end(line)
        return MASK + _line_end(line) if found is not None and (found["body"] or ":" in line) else line


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
