"""Conda's match specs as intervals (conda's documentation of `MatchSpec` and version specs)."""

import re

from plumbrule.mcp_server.dependencies.ranges.intervals import (
    EVERYTHING,
    Interval,
    Ranges,
    floor,
    key_of,
    release,
)
from plumbrule.mcp_server.dependencies.ranges.unions import all_of, any_of, complement

_TERM = re.compile(r"(===|==|~=|!=|<=|>=|<|>|=)?\s*([0-9][0-9A-Za-z._]*?)(\.?\*)?$")
_WITH_BUILD = re.compile(r"(={0,3}[0-9][^=<>!~,|\s]*)(?:\s+|=)[^\s,|<>!~=]+$")
"""The third part of a spec, after a second `=` or a blank, is a build and says nothing of versions."""

MAX_CHARS = 1_000


def conda(text: str) -> Ranges | None:
    """What stands after the name: `=1.20` (all of 1.20), `==1.20`, `1.20.*`, `>=1,<2`, `1.20|1.21`; no builds."""
    bare = text.strip()
    if len(bare) > MAX_CHARS:
        return None
    if not bare or bare == "*":
        return EVERYTHING
    if bare[0] == "[":
        return None
    if built := _WITH_BUILD.match(bare):
        bare = built[1]
    return any_of(bare.replace(" ", "").split("|"), lambda part: all_of(part.split(","), _term))


def _term(term: str) -> Ranges | None:
    if term in ("", "*"):
        return EVERYTHING
    one = _TERM.match(term)
    version = key_of(one[2]) if one else None
    if one is None or version is None:
        return None
    numbers = [int(part) for part in re.findall(r"\d+", re.split(r"[A-Za-z]", one[2])[0])[:4]]
    begins = (Interval(release(*numbers), True, floor(*numbers[:-1], numbers[-1] + 1)),)
    operator = one[1] or "=="
    if one[3] or operator == "=":
        return complement(begins) if operator == "!=" else begins
    exact = (Interval(version, True, version, True),)
    bounds: dict[str, Ranges] = {
        "==": exact,
        "===": exact,
        "!=": complement(exact),
        ">=": (Interval(version),),
        ">": (Interval(version, False),),
        "<=": (Interval(high=version, high_in=True),),
        "<": (Interval(high=version),),
        "~=": (Interval(version, True, floor(*numbers[:-2], numbers[max(0, len(numbers) - 2)] + 1)),),
    }
    return bounds[operator]
