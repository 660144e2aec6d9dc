"""Range grammars of npm, Cargo, Composer, RubyGems, Mix, Pub and NuGet into intervals.

Each by its own documents; they agree on `^` and differ in `~`, in a bare version's meaning, in how terms are joined.
Whether a pre-release may be chosen is a resolver's policy and no part of a range here.
"""

import re
from collections.abc import Callable

from plumbrule.mcp_server.dependencies.ranges.intervals import (
    EVERYTHING,
    Interval,
    Key,
    Ranges,
    floor,
    intersection,
    key_of,
    release,
)
from plumbrule.mcp_server.dependencies.ranges.npm import parse_range as npm_spans

_PARTIAL = re.compile(
    r"[v=\s]*(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?([-+][0-9A-Za-z.+-]+)?$"
)
_OPERATOR = re.compile(r"(\^|~>|~|>=|<=|!=|==|=|>|<)?\s*(.+)$")
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)$")
MAX_CHARS = 2_000
MAX_TERMS = 200


def ranges_of(ecosystem: str, text: str) -> Ranges | None:
    """The versions that a constraint allows, None when it is none that can be told (a tag, a branch, a place)."""
    grammar = GRAMMARS.get(ecosystem)
    return grammar(text.strip()) if grammar and len(text) <= MAX_CHARS else None


def npm(text: str) -> Ranges | None:
    """node-semver's grammar, as `ranges/npm` reads it."""
    spans = npm_spans(text, loose=True)
    return None if spans is None else tuple(Interval(one.low, one.low_in, one.high, one.high_in) for one in spans)


def cargo(text: str) -> Ranges | None:
    """Cargo's: a bare version is a caret, terms joined by commas."""
    return _joined(text, re.compile(r"\s*,\s*"), lambda term: _npm_term(term if _has_operator(term) else f"^{term}"))


def composer(text: str) -> Ranges | None:
    """Composer's: `|` or `||`, terms joined by commas or spaces, `~1.2` up to the next major."""
    bare = re.sub(r"@(?:dev|alpha|beta|RC|stable)\b", "", text)
    return _union(re.split(r"\|\|?", bare), lambda part: _joined(part, re.compile(r"[\s,]+"), _composer_term))


def pub(text: str) -> Ranges | None:
    """Pub's: a bare version is that version, terms joined by spaces."""
    return EVERYTHING if text in ("", "any") else _joined(text, re.compile(r"\s+"), _npm_term)


def gems(text: str) -> Ranges | None:
    """RubyGems': terms joined by commas, `~>` raises the last number but one."""
    return _joined(text, re.compile(r"\s*,\s*"), _pessimistic)


def mix(text: str) -> Ranges | None:
    """Elixir's: `or` and `and`, `~>` as RubyGems has it."""
    return _union(re.split(r"\s+or\s+", text), lambda part: _joined(part, re.compile(r"\s+and\s+"), _pessimistic))


def nuget(text: str) -> Ranges | None:
    """NuGet's: an interval in brackets, a bare version as the least one, `*` as any."""
    bare = text.replace(" ", "")
    if not bare or "$" in bare:
        return None
    if bare[0] not in "[(":
        star = bare.replace("-*", "").replace(".*", "").replace("*", "")
        least = key_of(star) if star else release(0)
        return None if least is None else (Interval(least),)
    inside = bare[1:-1].split(",")
    if bare[-1] not in ")]" or len(inside) > 2:
        return None
    low, high = key_of(inside[0]) if inside[0] else None, key_of(inside[-1]) if inside[-1] else None
    if (inside[0] and low is None) or (inside[-1] and high is None):
        return None
    return (Interval(low, bare[0] == "[", high, bare[-1] == "]"),)


GRAMMARS: dict[str, Callable[[str], Ranges | None]] = {
    "javascript": npm,
    "rust": cargo,
    "php": composer,
    "dart": pub,
    "ruby": gems,
    "elixir": mix,
    "dotnet": nuget,
}


def _union(parts: list[str], read: Callable[[str], Ranges | None]) -> Ranges | None:
    found: list[Interval] = []
    for part in parts[:MAX_TERMS]:
        one = read(part.strip())
        if one is None:
            return None
        found += one
    return tuple(found)


def _joined(text: str, separator: re.Pattern[str], read: Callable[[str], Ranges | None]) -> Ranges | None:
    """All terms at once. Blanks after an operator belong to its term."""
    if hyphen := _HYPHEN.match(text):
        return _between(hyphen[1], hyphen[2])
    found: Ranges = EVERYTHING
    bare = re.sub(r"(\^|~>|~|>=|<=|!=|==|=|>|<)\s+", r"\1", text)
    for term in separator.split(bare)[:MAX_TERMS]:
        one = read(term) if term else EVERYTHING
        if one is None:
            return None
        found = intersection(found, one)
    return found


def _has_operator(term: str) -> bool:
    return not term or term[0] in "^~<>=*" or "*" in term


def _between(low: str, high: str) -> Ranges | None:
    first, last = _npm_term(f">={low}"), _npm_term(f"<={high}")
    return None if first is None or last is None else intersection(first, last)


def _partial(text: str) -> tuple[list[int], Key | None] | None:
    """The numbers that are given, and the full version when all three are; None for what is no version."""
    found = _PARTIAL.match(text)
    if not found:
        return None
    numbers: list[int] = []
    for part in (found[1], found[2], found[3], found[4]):
        if part is None or not part.isdigit():
            break
        numbers.append(int(part[:18]))
    return numbers, key_of(text.strip().lstrip("v= ")) if len(numbers) >= 3 else None


def _next(numbers: list[int], at: int) -> Key:
    """The first version after all that share the numbers up to `at`, its pre-releases left out."""
    return floor(*numbers[:at], numbers[at] + 1)


def _npm_term(term: str) -> Ranges | None:
    if term in ("*", "x", "X", "", "latest"):
        return EVERYTHING if term != "latest" else None
    one = _OPERATOR.match(term)
    read = _partial(one[2]) if one else None
    if one is None or read is None:
        return None
    operator, (numbers, full) = one[1] or "=", read
    if not numbers:
        return EVERYTHING if operator not in ("<", ">", "!=") else ()
    low = full or release(*numbers)
    if operator == "^":
        first = next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)
        return (Interval(low if full else floor_of(numbers), True, _next(numbers, min(first, 2))),)
    if operator in ("~", "~>"):
        return (Interval(low if full else floor_of(numbers), True, _next(numbers, min(1, len(numbers) - 1))),)
    return _compared(operator, numbers, full)


def floor_of(numbers: list[int]) -> Key:
    """Where a range of a partial version begins: at its first final version."""
    return release(*numbers)


def _compared(operator: str, numbers: list[int], full: Key | None) -> Ranges | None:
    """A comparator; with a partial version it speaks of all versions that begin so."""
    begin, end = full or release(*numbers), _next(numbers, len(numbers) - 1)
    if operator in ("=", "=="):
        return (Interval(full, True, full, True),) if full else (Interval(begin, True, end),)
    if operator == "!=":
        return (Interval(high=begin), Interval(begin, False)) if full else EVERYTHING
    if operator == ">":
        return (Interval(full, False),) if full else (Interval(release(*end[0]), True),)
    if operator == ">=":
        return (Interval(begin),)
    if operator == "<":
        return (Interval(high=begin if full else floor(*numbers)),)
    return (Interval(high=full, high_in=True),) if full else (Interval(high=end),)


def _composer_term(term: str) -> Ranges | None:
    if term.startswith(("dev-", "@")) or term.endswith("-dev"):
        return None
    if term.startswith("~"):
        read = _partial(term[1:])
        if read is None or not read[0]:
            return None
        numbers, full = read
        return (Interval(full or release(*numbers), True, _next(numbers, max(0, len(numbers) - 2))),)
    return _npm_term(term)


def _pessimistic(term: str) -> Ranges | None:
    """RubyGems and Elixir: `~> 1.2` is below 2, `~> 1.2.3` below 1.3; a bare version is that version."""
    one = _OPERATOR.match(term)
    if one is None:
        return EVERYTHING if not term else None
    version = key_of(one[2])
    if version is None:
        return None
    operator = one[1] or "="
    if operator in ("~>", "~"):
        numbers = [int(part) for part in re.findall(r"\d+", re.split(r"[-a-zA-Z]", one[2].strip())[0])[:4]]
        return (Interval(version, True, _next(numbers, max(0, len(numbers) - 2))),)
    if operator == "!=":
        return (Interval(high=version), Interval(version, False))
    bounds = {
        ">": Interval(version, False),
        ">=": Interval(version),
        "<": Interval(high=version),
        "<=": Interval(high=version, high_in=True),
    }
    return (bounds.get(operator, Interval(version, True, version, True)),)
