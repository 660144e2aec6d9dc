"""Text that tries to steer a reader: hidden characters, comments that address a model, orders to ignore orders.

The repository's words are reported as a finding with its place, never repeated: repeating them would do their work.
"""

import re
from collections.abc import Iterator

from plumbrule.core.security.text import findings
from plumbrule.mcp_server.analysis.model import Risk, Severity
from plumbrule.mcp_server.analysis.words import evidence

_ORDER = re.compile(
    r"(?i)\b(?:ignore|disregard|forget|override)\s+(?:(?:all|any|the|your|of|my|every)\s+){0,4}"
    r"(?:previous|prior|above|earlier|preceding|existing|system)\s+(?:\w+\s+){0,2}"
    r"(?:instruction|prompt|direction|rule|message|context|guideline)s?\b"
)
MAX_COMMENT_CHARS = 4000
_ADDRESSED = re.compile(
    r"(?i)\b(?:(?:ai|llm|language)\s*(?:model|agent|assistant)s?|assistant|chatgpt|claude|copilot|gemini|agent)\b"
    r"(?=[\s\S]{0,400}\b(?:must|should|always|never|do not|don't|please|ignore|run|execute|send|fetch|say|tell|you)\b)"
    r"|<!--[\s\W]{0,20}(?:system|assistant|ai|llm|agents?|chatgpt|claude|copilot|gemini)\s*[:,]"
    r"|\b(?:note|message|instructions?|attention)\s+(?:to|for)\s+(?:(?:all|any|the)\s+)?"
    r"(?:ai|llm|language model|agent|assistant)s?\b"
    r"|\byou are (?:now|an? (?:ai|assistant|agent))\b|\bsystem prompt\b"
)
_ODD_KINDS = ("bidi", "tag", "zero_width", "terminal", "selector")


def text_risks(path: str, raw: bytes) -> list[Risk]:
    """What a document holds that its reader would not see or should not obey."""
    text = raw.decode("utf-8", "surrogateescape")
    found: list[Risk] = []
    hidden = [one for one in findings(text) if one.kind in _ODD_KINDS]
    if hidden:
        count = sum(one.count for one in hidden)
        first = min(hidden, key=lambda one: one.line)
        message = f"hidden or direction-changing characters ({', '.join(one.kind for one in hidden)})"
        severity: Severity = "high" if {"bidi", "tag"} & {one.kind for one in hidden} else "low"
        found.append(Risk(severity, message, evidence(path, "text.hidden-characters", first.line), count))
    order = _ORDER.search(text)
    if order:
        place = evidence(path, "text.instruction-override", _line(text, order.start()))
        found.append(Risk("high", "text that tells its reader to ignore instructions", place))
    for start, end in comments(text):
        if _ADDRESSED.search(text, start, min(end, start + MAX_COMMENT_CHARS)):
            place = evidence(path, "text.comment-to-model", _line(text, start))
            found.append(Risk("high", "a hidden comment that addresses a model", place))
            break
    return found


def comments(text: str) -> Iterator[tuple[int, int]]:
    """Where HTML comments begin and end, ends exclusive. Linear: an opening without an end ends the search."""
    start = text.find("<!--")
    while start >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            return
        yield start, end + 3
        start = text.find("<!--", end + 3)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
