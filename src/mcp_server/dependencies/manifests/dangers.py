"""What makes a statement of a manifest a danger: one value for all parsers, and the shell lines that they share.

A danger crosses as a `Declaration` of field `fact` and label `danger`: `rule` names what is wrong, `scope` how grave it
is there, `value` what was seen. Analysis turns them into findings; the value is hashed there and never shown.
"""

import re
from collections.abc import Iterator
from typing import Literal

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.mcp_server.dependencies.model import Declaration

DANGER = "danger"
"""The label of such a fact."""

Grade = Literal["high", "medium", "low"]

MAX_SEEN_CHARS = 300
MAX_SCRIPT_CHARS = 200_000
"""Of one step; people write a hundredth of it."""

PIPED = LazyPattern(
    # What lies before the pipe is taken whole and never given back, so that a text of nothing but `curl` stays linear.
    r"(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod)\s(?=[^\n|;&]{0,400}?(?:https?://|\$))[^\n|;&]{0,800}+"
    r"\|\s{0,9}+(?:sudo\s+(?:-\S+\s+){0,4})?(?:env\s+\S+\s+)?(?:/(?:usr/)?bin/)?(?:ba|z|da|k|fi)?sh\b(?!\.)"
    r"|(?:ba|z|da)?sh\s+(?:-c\s+)?(?:<\(|\"?\$\()\s*(?:curl|wget)\s(?=[^\n;&]{0,300}?https?://)[^\n;&]{0,300}"
    r"|(?:iwr|irm|invoke-webrequest|invoke-restmethod)\s[^\n|;&]{0,400}+\|\s{0,9}+(?:iex|invoke-expression)\b",
    re.IGNORECASE,
)
"""A download that a shell runs unseen."""

_CONTINUED = re.compile(r"\\\r?\n\s*")


def danger(rule: str, grade: Grade, seen: str, line: int) -> Declaration:
    """The fact for one place."""
    return Declaration("fact", seen[:MAX_SEEN_CHARS], line, rule, DANGER, grade)


def downloads(script: str, line: int, rule: str) -> Iterator[Declaration]:
    """The downloads that `script` runs unseen; over plain http anybody on the way can change them."""
    if "url" not in script and "wget" not in script and "irm" not in script and "iwr" not in script:
        return
    for found in PIPED.finditer(_CONTINUED.sub(" ", script[:MAX_SCRIPT_CHARS])):
        grade: Grade = "medium" if "http://" in found[0] else "low"
        yield danger(rule, grade, found[0], line + _lines_before(script, found[0]))


def _lines_before(script: str, seen: str) -> int:
    """How many lines lie above; 0 where folding made the place unfindable. A block begins below its key."""
    at = script.find(seen[:40])
    below = int("\n" in script.strip("\n") or script.endswith("\n"))
    return below + script.count("\n", 0, at) if at >= 0 else 0


def line_in(script: str, line: int, at: int) -> int:
    """The line of the offset `at` of a script whose key stands on `line`; a block's text begins below its key."""
    below = int("\n" in script.strip("\n") or script.endswith("\n"))
    return line + below + script.count("\n", 0, at)
