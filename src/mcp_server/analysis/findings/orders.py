"""Orders to a model in plain text and in its disguises, and hidden comments that address one.

A literal gate over the lowered text finds where something may begin; anchored patterns look there. Languages: those
that most models read. Disguises: spaced letters, base64, rot13, hexadecimal, reversed letters, digits for letters.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from functools import cache

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.masking_values import lowered as lower
from plumbrule.mcp_server.analysis.findings import order_words as words
from plumbrule.mcp_server.analysis.findings.first_gate import Gate, first_gate
from plumbrule.mcp_server.analysis.findings.seen import Seen, line_of, mark_of
from plumbrule.mcp_server.dependencies.manifests.dangers import PIPED, Grade

MAX_COMMENT_CHARS = 4000
MAX_AROUND_CHARS = 600
MAX_HITS = 20_000
"""Hits of one kind that are looked at in one file; the first real one ends the search of its rule anyway."""

GATED = 16
"""Literals of one gate where they are many and everyday."""

_QUOTES = "\"'`“”‘’«»「」『』„"  # noqa: RUF001 - because typographic quotes are quotes too
_TALKS_ABOUT = LazyPattern(r"(?i)prompt[\s_-]*injection|jailbreak|adversarial|red[\s-]?team|guardrail|prompt attack")
_BASE64_RUN = LazyPattern(r"[A-Za-z0-9+/_-]{16,4000}")
_HEX_RUN = LazyPattern(r"[0-9a-f]{24,4000}")
_STYLE = LazyPattern(r"""[^<>{}]{0,300}>([^<>]{20,600})<""")


def orders(text: str, raw: bytes | None = None, small: bytes | None = None) -> list[Seen]:
    """The rules about words, each at most once, in the order of their first places. `raw` is `text` in UTF-8."""
    if raw is None:
        raw = text.encode("utf-8", "surrogatepass")
    if small is None:
        small = raw.lower()  # ASCII letters alone, so that every byte keeps its place
    hits = _hits(small, len(text))
    if not hits:
        return []
    low = lower(text)
    found: dict[str, Seen] = {}
    for kind, starts in hits.items():
        for one in _CHECKS[kind](text, low, starts[:MAX_HITS]) if kind in _CHECKS else ():
            before = found.get(one.rule)
            if before is None or (_WEIGHT[one.severity], one.line) < (_WEIGHT[before.severity], before.line):
                found[one.rule] = one
    if "comment" in hits or "style" in hits:
        named = _characters(small, [start for _, start, _ in _names()(small)], len(text))
        found.update(_addressed(text, named, hits))
    return sorted(found.values(), key=lambda one: (one.line, one.rule))


def _hits(small: bytes, characters: int) -> dict[str, list[int]]:
    """Where each kind of check has something to look at, in characters of the text."""
    by_kind: dict[str, list[int]] = {}
    gates = _gates()
    for gate, kinds in gates[:-1] if len(small) == characters else gates:
        for index, start, _ in gate(small):
            by_kind.setdefault(kinds[index], []).append(start)
    return {kind: _characters(small, starts, characters) for kind, starts in by_kind.items()}


def _characters(small: bytes, starts: list[int], characters: int) -> list[int]:
    """Offsets in bytes as offsets in characters, sorted."""
    starts.sort()
    if len(small) == characters:
        return starts
    before, passed, made = 0, 0, list[int]()
    for start in starts:
        passed += len(small[before:start].decode("utf-8", "surrogatepass"))
        made.append(passed)
        before = start
    return made


@cache
def _gates() -> tuple[tuple[Gate, tuple[str, ...]], ...]:
    """Gates with the check of every literal; the last is for texts that are not ASCII.

    Few literals a gate, neighbours in the alphabet together: 64 at once take three times as long as four times 16.
    """
    further = sorted(words.FURTHER)
    tables = [words.COMMON, *(further[at : at + GATED] for at in range(0, len(further), GATED))]
    tables.append([(literal, "foreign") for literal in words.SCRIPTS])
    return tuple((first_gate([literal for literal, _ in table]), tuple(kind for _, kind in table)) for table in tables)


@cache
def _names() -> Gate:
    return first_gate(words.NAMES)


def is_order(text: str) -> bool:
    """Whether `text` tells its reader to ignore what it was told, in any of the plain forms."""
    return any(one.rule == "text.instruction-override" for one in orders(text))


_WEIGHT: dict[Grade, int] = {"high": 0, "medium": 1, "low": 2}


def _overrides(text: str, low: str, starts: Sequence[int]) -> Iterator[Seen]:
    count, first, severity = 0, None, "low"
    for start in starts:
        match = words.ORDER.match(low, start)
        if match is None:
            continue
        count += 1
        weight: Grade = "low" if _is_quoted(text, start, match.end()) else "high"
        if first is None or (weight == "high" and severity == "low"):
            first, severity = match, weight
    if first is not None:
        grave: Grade = "low" if severity == "low" or _TALKS_ABOUT.search(text) else "high"
        message = "text that tells its reader to ignore instructions"
        yield Seen("text.instruction-override", grave, message, line_of(text, first.start()), count, mark_of(first[0]))


def _is_quoted(text: str, start: int, end: int) -> bool:
    """Whether the words stand in quotation marks on their line, as examples of attacks do, or in a fenced block."""
    left = text.rfind("\n", 0, start) + 1
    right = text.find("\n", end)
    before = text[max(left, start - 120) : start]
    after = text[end : min(len(text) if right < 0 else right, end + 200)]
    return any(mark in before for mark in _QUOTES) and any(mark in after for mark in _QUOTES)


def _foreign(text: str, low: str, starts: Sequence[int]) -> Iterator[Seen]:
    for start in starts:
        match = words.FOREIGN_ORDER.search(low, max(0, start - 60), start + 120)
        if match is not None and match.start() <= start < match.end():
            grave: Grade = (
                "low" if _is_quoted(text, match.start(), match.end()) or _TALKS_ABOUT.search(text) else "high"
            )
            message = "text that tells its reader to ignore instructions"
            line = line_of(text, match.start())
            yield Seen("text.instruction-override", grave, message, line, 1, mark_of(match[0]))
            return


def _spaced(text: str, low: str, starts: Sequence[int]) -> Iterator[Seen]:
    for start in starts:
        squashed = re.sub(r"[^a-z0-9]", "", low[max(0, start - 4) : start + MAX_AROUND_CHARS])
        if words.SQUASHED_ORDER.search(squashed) or words.SQUASHED_ORDER.search(squashed.translate(words.DIGITS)):
            yield _disguised(text, start, squashed[:60])
            return


def _encoded(text: str, low: str, starts: Sequence[int]) -> Iterator[Seen]:
    """Base64, hexadecimal, rot13 or reversed letters that spell an order."""
    for start in starts[:2000]:
        for plain in _readings(text, low, start):
            if words.ORDER.search(plain):
                yield _disguised(text, start, plain[:200])
                return


def _readings(text: str, low: str, start: int) -> Iterator[str]:
    around = low[max(0, start - MAX_AROUND_CHARS) : start + MAX_AROUND_CHARS]
    yield around[::-1]
    yield around.translate(words.ROT13)
    left = start
    while left > 0 and start - left < MAX_AROUND_CHARS and _is_base64(text[left - 1]):
        left -= 1
    run = _BASE64_RUN.match(text, left)
    if run is None:
        return
    for skip in range(4):
        body = run[0][skip:].replace("-", "+").replace("_", "/")
        body = body[: len(body) - (len(body) % 4 == 1)]
        yield base64.b64decode(body + "=" * (-len(body) % 4)).decode("latin-1").lower()
    digits = _HEX_RUN.match(low, left)
    if digits is not None:
        yield bytes.fromhex(digits[0][: len(digits[0]) // 2 * 2]).decode("latin-1").lower()


def _is_base64(letter: str) -> bool:
    return letter.isascii() and (letter.isalnum() or letter in "+/_-")


def _disguised(text: str, start: int, mark: str) -> Seen:
    message = "a disguised order to ignore instructions"
    return Seen("text.disguised-order", "high", message, line_of(text, start), 1, mark_of(mark))


def _addressed(text: str, names: list[int], hits: dict[str, list[int]]) -> Iterator[tuple[str, Seen]]:
    """A comment or an invisible element of a page that speaks to a model. Only those with a word for one are read."""
    next_name = 0
    for start, end in _unseen(text, hits.get("comment", []), hits.get("style", [])):
        end = min(end, start + MAX_COMMENT_CHARS)
        while next_name < len(names) and names[next_name] < start:
            next_name += 1
        if next_name == len(names):
            return
        if names[next_name] < end and words.ADDRESSED.search(text, start, end):
            grave: Grade = "high" if words.CONSEQUENCE.search(text, start, end) else "medium"
            message = "a hidden comment that addresses a model"
            mark = mark_of(text[start:end])
            yield "text.comment-to-model", Seen("text.comment-to-model", grave, message, line_of(text, start), 1, mark)
            if grave == "high":
                return


def _unseen(text: str, comments: list[int], styles: list[int]) -> Iterator[tuple[int, int]]:
    """Where what is not shown begins and ends."""
    spans: list[tuple[int, int]] = []
    after = 0
    for start in comments[:MAX_HITS]:
        if start < after:
            continue
        if text.startswith("<!--", start):
            end = text.find("-->", start + 4)
            if end < 0:
                break
        else:  # a Markdown reference that is never used, which renderers drop
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
        spans.append((start, end))
        after = end
    for start in styles[:MAX_HITS]:
        inside = _STYLE.match(text, start)
        if inside:
            spans.append(inside.span(1))
    return iter(sorted(spans))


def _spoken(text: str, _low: str, starts: Sequence[int]) -> Iterator[Seen]:
    """Visible words to a model that want something grave of it; sections for agents as such are everyday."""
    for start in starts:
        left, right = max(0, start - 60), start + 60
        if words.SPOKEN.search(text, left, right) and words.GRAVE.search(text, start, start + 400):
            line, mark = line_of(text, start), mark_of(text[start : start + 200])
            yield Seen("text.order-to-model", "medium", "an order to a model that works in here", line, 1, mark)
            return


def _commands(text: str, _low: str, starts: Sequence[int]) -> Iterator[Seen]:
    """A download that goes straight into a shell. What it means depends on the file."""
    count, first = 0, None
    for start in starts:
        match = PIPED.match(text, start)
        if match is not None:
            count, first = count + 1, first or match
    if first is not None:
        line, mark = line_of(text, first.start()), mark_of(first[0])
        yield Seen("shell.download-run", "low", "a download that is run unseen", line, count, mark)


def _agents(text: str, low: str, starts: Sequence[int]) -> Iterator[Seen]:
    """Orders that are grave where agents look for their instructions; `judged` drops them elsewhere."""
    for start in starts:
        for rule, pattern, message in words.AGENT_ORDERS:
            match = pattern.search(low, max(0, start - 120), start + 240)
            if match is not None:
                yield Seen(rule, "high", message, line_of(text, match.start()), 1, mark_of(match[0]))


def _configured(text: str, low: str, _starts: Sequence[int]) -> Iterator[Seen]:
    """Settings of editors and agents that start programs by themselves."""
    for rule, literal, pattern, message in words.CONFIGURED:
        at = low.find(literal)
        match = pattern.search(low, max(0, at - 100)) if at >= 0 else None
        if match is not None:
            places = sum(1 for _ in pattern.finditer(low, match.start()))
            yield Seen(rule, "medium", message, line_of(text, match.start()), places, mark_of(match[0]))


_CHECKS = {
    "spoken": _spoken,
    "order": _overrides,
    "foreign": _foreign,
    "spaced": _spaced,
    "encoded": _encoded,
    "download": _commands,
    "agent": _agents,
    "configured": _configured,
}
