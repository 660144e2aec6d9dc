"""PEP 440 specifiers and Poetry's terms as unions of intervals, so that they can be joined and shown.

`ranges/python` answers exact questions through `packaging`; here a constraint becomes a value. Epochs, local versions
and arbitrary equality are not told: None.
"""

import re

from plumbrule.mcp_server.dependencies.ranges.intervals import (
    EVERYTHING,
    Interval,
    Key,
    Ranges,
    floor,
    key_of,
    release,
)
from plumbrule.mcp_server.dependencies.ranges.unions import all_of, any_of, complement

_TERM = re.compile(r"(===|==|~=|!=|<=|>=|<|>|=|\^|~)?\s*v?(\d+(?:\.\d+)*)(\.\*)?([A-Za-z0-9.-]*)$")
_PRE = re.compile(r"[.-]?(?:a|b|c|rc|alpha|beta|pre|preview|dev)[.-]?(\d*)$")
_RANKS = {"dev": "0", "alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
MAX_CHARS = 2_000
MAX_TERMS = 200


def python(text: str) -> Ranges | None:
    """The versions that a constraint allows, None when it cannot be told."""
    if len(text) > MAX_CHARS:
        return None
    return any_of(re.split(r"\s*\|\|?\s*", text.strip())[:MAX_TERMS], _all_of)


def _all_of(text: str) -> Ranges | None:
    terms = re.split(r"\s*,\s*|(?<=[\d*a-z])\s+(?=[<>=!~^])", text.strip())[:MAX_TERMS]
    return all_of(terms, lambda term: _term(term.strip()))


def _term(term: str) -> Ranges | None:
    if term in ("", "*"):
        return EVERYTHING
    one = _TERM.match(term)
    if one is None or one[1] == "===":
        return None
    operator, numbers = one[1] or "==", [int(part[:12]) for part in one[2].split(".")][:4]
    if one[3]:
        return _begins(operator, numbers) if not one[4] else None
    version = _version(numbers, one[4])
    return None if version is None else _compared(operator, numbers, version)


def _version(numbers: list[int], suffix: str) -> Key | None:
    """A version in the order of the intervals; a post release stands just above its release."""
    if not suffix:
        return release(*numbers)
    before = _PRE.match(suffix.lower())
    if before:
        word = re.sub(r"[^a-z]", "", suffix.lower())
        return key_of(f"{'.'.join(map(str, numbers))}-{_RANKS.get(word, word)}.{before[1] or 0}")
    return None


def _begins(operator: str, numbers: list[int]) -> Ranges | None:
    """`==3.11.*` and its opposite."""
    whole = (Interval(floor(*numbers), True, floor(*numbers[:-1], numbers[-1] + 1)),)
    if operator in ("==", "="):
        return whole
    return complement(whole) if operator == "!=" else None


def _compared(operator: str, numbers: list[int], version: Key) -> Ranges | None:
    if operator in ("^", "~", "~="):
        if operator == "^":
            at = next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)
        elif operator == "~":
            at = min(1, len(numbers) - 1)
        else:
            at = len(numbers) - 2
        return None if at < 0 else (Interval(version, True, floor(*numbers[:at], numbers[at] + 1)),)
    if operator in ("==", "="):
        return (Interval(version, True, version, True),)
    if operator == "!=":
        return complement((Interval(version, True, version, True),))
    final = version[1] == (1,)
    bounds = {
        ">=": Interval(version),
        ">": Interval(version, False),
        "<=": Interval(high=version, high_in=True),
        # PEP 440: an exclusive bound that is final leaves out its own pre-releases
        "<": Interval(high=floor(*numbers) if final else version),
    }
    return (bounds[operator],)
