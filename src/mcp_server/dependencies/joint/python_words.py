"""What manifests write, as PEP 508 has it: Poetry's and Pipenv's own grammar written out exactly, or not at all.

`^1.2`, `~1.2`, `1.*`, `1.2`, `=1.2` and alternatives with `||`; the markers `python ^3.8` and `platform win32`. What
PEP 440 cannot say (versions up to 1.5 or from 2.3.1 on) is None: a looser or narrower text would be a guess.
Below: `ranges/python`. Above: `python_asks`.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.mcp_server.dependencies.ranges.python import specifiers_of

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

MAX_EXCLUDED = 100
"""Clauses that fill a gap between alternatives; more are no constraint that anybody writes."""

Numbers = tuple[int, ...]


@lru_cache(maxsize=20_000)
def requirement_line(name: str, extras: tuple[str, ...], constraint: str, marker: str) -> str | None:
    """One PEP 508 line without URL, None when the statement cannot be said in one."""
    from packaging.requirements import InvalidRequirement, Requirement  # 15 ms, where there is a question to ask

    specifier, condition = pep440(constraint), pep508_marker(marker)
    if specifier is None or condition is None:
        return None
    text = f"{name}{'[' + ','.join(extras) + ']' if extras else ''}{specifier}"
    try:
        return str(Requirement(f"{text}; {condition}" if condition else text))
    except (InvalidRequirement, RecursionError):  # parentheses by the thousand
        return None


def pep440(constraint: str) -> str | None:
    """A constraint as PEP 440 specifiers, "" for any version; None when they cannot say it."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # as above

    text = constraint.strip()
    if text in ("", "*"):
        return ""
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        alternatives = specifiers_of(text)
    if not alternatives:
        return None
    return str(alternatives[0]) if len(alternatives) == 1 else _together(alternatives)


class _Span(NamedTuple):
    """The versions from `low` (None: from the beginning) up to and without `high` (None: without end)."""

    low: Numbers | None
    high: Numbers | None


def _together(alternatives: Sequence["SpecifierSet"]) -> str | None:
    """Alternatives as one list of clauses: their hull, less the gaps between them."""
    spans: list[_Span] = []
    for alternative in alternatives:
        span = _span(alternative)
        if span is None:
            return None
        spans.append(span)
    merged = _merged(spans)
    clauses = [f">={_dotted(merged[0].low)}"] if merged[0].low else []
    clauses += [f"<{_dotted(merged[-1].high)}"] if merged[-1].high else []
    for before, after in itertools.pairwise(merged):
        gap = _excluded(before.high or (), after.low or ())
        if gap is None or len(clauses) + len(gap) > MAX_EXCLUDED:
            return None
        clauses += gap
    return ",".join(clauses)


_PLAIN = re.compile(r"\d{1,9}(?:\.\d{1,9})*")


def _span(alternative: "SpecifierSet") -> _Span | None:
    """What one alternative holds, where it is one run of versions between plain numbers."""
    low: Numbers | None = None
    high: Numbers | None = None
    for clause in alternative:
        bare = clause.version.removesuffix(".*")
        if not _PLAIN.fullmatch(bare):
            return None
        numbers = tuple(int(part) for part in bare.split("."))
        if clause.operator == ">=":
            low = max(low or numbers, numbers)
        elif clause.operator == "<":
            high = min(high or numbers, numbers)
        elif clause.operator == "==" and clause.version.endswith(".*"):
            low, high = max(low or numbers, numbers), _lowest(high, (*numbers[:-1], numbers[-1] + 1))
        elif clause.operator == "~=" and len(numbers) > 1:
            low, high = max(low or numbers, numbers), _lowest(high, (*numbers[:-2], numbers[-2] + 1))
        else:
            return None
    return _Span(low, high)


def _lowest(one: Numbers | None, other: Numbers) -> Numbers:
    return other if one is None else min(one, other)


def _merged(spans: Iterable[_Span]) -> list[_Span]:
    """Runs in their order, those that touch or overlap as one."""
    found: list[_Span] = []
    for span in sorted(spans, key=lambda one: _bare(one.low or ())):
        last = found[-1] if found else None
        if last is None or (last.high is not None and span.low is not None and _bare(last.high) < _bare(span.low)):
            found.append(span)
        elif last.high is not None:
            high = None if span.high is None else max(last.high, span.high, key=_bare)
            found[-1] = _Span(last.low, high)
    return found


def _bare(numbers: Numbers) -> Numbers:
    """Without trailing zeros: 1 and 1.0 are the same version."""
    while numbers and not numbers[-1]:
        numbers = numbers[:-1]
    return numbers


def _excluded(start: Numbers, end: Numbers) -> list[str] | None:
    """`!=x.*` clauses that hold exactly the versions from `start` up to `end`; None when no finite list does."""
    start = _bare(start)
    end = end + (0,) * (len(start) - len(end))
    at = next((at for at, number in enumerate(end) if number != (start[at] if at < len(start) else 0)), len(end))
    if len(start) > at + 1 or at == len(end):
        return None
    clauses: list[Numbers] = []
    for depth in range(at, len(end)):
        first = start[depth] if depth == at and depth < len(start) else 0
        if end[depth] - first > MAX_EXCLUDED:
            return None
        clauses += [(*end[:depth], number) for number in range(first, end[depth])]
    return [f"!={_dotted(prefix)}.*" for prefix in clauses]


def _dotted(numbers: Numbers | None) -> str:
    return ".".join(map(str, numbers or ()))


_PYTHON = re.compile(r"^(?:(?P<before>.*) and )?(?P<key>python|platform) (?P<text>[^'\"]+)$", re.DOTALL)


def pep508_marker(marker: str) -> str | None:
    """A marker with Poetry's `python …` and `platform …` written out; "" for none, None when that cannot be done."""
    rest, found = marker.strip(), list[str]()
    while own := _PYTHON.match(rest):
        made = _python_marker(own["text"]) if own["key"] == "python" else _platform_marker(own["text"])
        if made is None:
            return None
        if made:
            found.append(made)
        rest = (own["before"] or "").strip()
    if rest and found:
        rest = f"({rest})"
    return " and ".join(filter(None, (rest, *reversed(found))))


def _python_marker(text: str) -> str | None:
    alternatives = specifiers_of(text)
    if alternatives is None:
        return None
    parts: list[str] = []
    for alternative in alternatives:
        clauses = sorted(str(clause) for clause in alternative)
        if not clauses:
            return ""
        parts.append(" and ".join(_python_clause(clause) for clause in clauses))
    return parts[0] if len(parts) == 1 else "(" + " or ".join(f"({part})" for part in parts) + ")"


def _python_clause(clause: str) -> str:
    """`python_version` compares minor releases only; whatever says more is of `python_full_version`."""
    operator, version = re.match(r"(===|==|~=|!=|<=|>=|<|>)(.*)", clause).groups()  # type: ignore[union-attr] # it is one
    bare = version.removesuffix(".*")
    if bare.count(".") < 2 and (operator in (">=", "<") or version.endswith(".*")):
        return f"python_version {operator} '{bare}'"
    return f"python_full_version {operator} '{version}'"


def _platform_marker(text: str) -> str | None:
    names = [part.strip() for part in text.split("||")]
    if not all(re.fullmatch(r"!?[\w-]+", name) for name in names):
        return None
    parts = [f"sys_platform {'!=' if name.startswith('!') else '=='} '{name.lstrip('!')}'" for name in names]
    return parts[0] if len(parts) == 1 else "(" + " or ".join(parts) + ")"
