"""Versions as a resolver's proof writes them (`>=4.9.dev0,<4.10.dev0`, `<1.5 | >1.5`), in the words of requirements.

Only for what people read and for where a search begins: nothing that counts as proven rests on it.
Below: nothing. Above: `python_relaxing`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.version import Version

_CLAUSE = re.compile(r"(===|==|~=|!=|<=|>=|<|>)(.+)$")
_ORDER = (">=", ">", "~=", "==", "===", "!=", "<", "<=")
ALTERNATIVE = " | "
MAX_EXCLUDED = 2


@lru_cache(4096)
def said(text: str) -> str:
    """A proof's range as a specifier: holes as `!=`, `.dev0` edges as the releases that they stand for.

    What stays a choice of several ranges keeps its ` | `.
    """
    if text[:1].isalnum():
        return f"=={text}"
    parts = [part.split(",") for part in text.replace(" ", "").split("|")]
    joined = [parts[0]]
    for part in parts[1:]:
        hole = _hole(joined[-1][-1], part[0])
        if hole is None:
            joined.append(part)
        else:
            joined[-1] = [*joined[-1][:-1], hole, *part[1:]]
    return ALTERNATIVE.join(",".join(_few(_plain(one))) for one in joined)


def hull(constraints: Sequence[str]) -> str:
    """The least range that holds all of them, "" for everything: what each has in common when none is the widest."""
    found = [edges(constraint) for constraint in constraints]
    low = min((one[0] for one in found), key=_version) if all(one[0] for one in found) else ""
    high = max((one[1] for one in found), key=_version) if all(one[1] for one in found) else ""
    if low and high and low == high and low.startswith("=="):
        return low
    return ",".join(filter(None, (low.replace("==", ">="), high.replace("==", "<="))))


def edges(constraint: str) -> tuple[str, str]:
    """The clauses that bound a constraint below and above, "" for none."""
    alternatives = said(constraint).split(ALTERNATIVE)
    return _edge(alternatives[0], (">=", ">", "==", "~=")), _edge(alternatives[-1], ("<", "<=", "=="))


def tightest(constraints: Sequence[str], most: int) -> list[str]:
    """Those that begin highest and those that end lowest, half of each: what excludes something is among them."""
    bounds = {one: edges(one) for one in dict.fromkeys(constraints)}
    low = sorted((one for one in bounds if bounds[one][0]), key=lambda one: _version(bounds[one][0]), reverse=True)
    high = sorted((one for one in bounds if bounds[one][1]), key=lambda one: _version(bounds[one][1]))
    chosen = {*low[: most // 2], *high[: most // 2]}
    return [one for one in bounds if one in chosen]


def _hole(end: str, start: str) -> str | None:
    """What lies between two ranges, when that is one version or one prefix."""
    before, after = _CLAUSE.match(end), _CLAUSE.match(start)
    if before is None or after is None or before[1] != "<" or after[1] not in (">", ">="):
        return None
    if before[2] == after[2] and after[1] == ">":
        return f"!={before[2]}"
    prefix = _prefix(before[2], after[2])
    return f"!={prefix}.*" if prefix and after[1] == ">=" else None


def _prefix(low: str, high: str) -> str | None:
    """The prefix whose releases lie between `4.9.dev0` and `4.10.dev0`."""
    first, last = low.removesuffix(".dev0"), high.removesuffix(".dev0")
    if first == low or last == high or not re.fullmatch(r"\d+(\.\d+)*", f"{first}.{last}"):
        return None
    numbers, above = [int(one) for one in first.split(".")], [int(one) for one in last.split(".")]
    size = max(len(numbers), len(above))
    numbers += [0] * (size - len(numbers))
    above += [0] * (size - len(above))
    while len(numbers) > 1 and numbers[-1] == above[-1] == 0:
        numbers, above = numbers[:-1], above[:-1]
    return ".".join(map(str, numbers)) if [*numbers[:-1], numbers[-1] + 1] == above else None


def _plain(clauses: Sequence[str]) -> list[str]:
    """Clauses lowest first, without the `.dev0` of edges."""
    if len(clauses) == 2:
        low, high = _CLAUSE.match(clauses[0]), _CLAUSE.match(clauses[1])
        if low and high and low[1] == ">=" and high[1] == "<":
            prefix = _prefix(low[2], high[2])
            if prefix:
                return [f"=={prefix}.*"]
    bare = [clause.removesuffix(".dev0") for clause in clauses]
    return sorted(bare, key=lambda one: _ORDER.index(_operator(one)) if _operator(one) in _ORDER else -1)


def _few(clauses: list[str]) -> list[str]:
    """Without exclusions where there are many: nobody reads them, and what is left is true as well."""
    excluded = [one for one in clauses if one.startswith("!=")]
    return clauses if len(excluded) <= MAX_EXCLUDED else [one for one in clauses if one not in excluded]


def _operator(clause: str) -> str:
    found = _CLAUSE.match(clause)
    return found[1] if found else ""


def _edge(alternative: str, operators: Sequence[str]) -> str:
    for clause in alternative.split(","):
        if _operator(clause) in operators and not (clause.endswith(".*") and operators[0] == "<"):
            return clause.replace("~=", ">=").removesuffix(".*")
    return ""


def _version(clause: str) -> "Version":
    from packaging.version import InvalidVersion, Version

    found = _CLAUSE.match(clause)
    try:
        return Version(found[2] if found else "0")
    except InvalidVersion:
        return Version("0")
