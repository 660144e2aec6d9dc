"""What the text rules give to each other: a rule's places in one file, before anybody has judged the path."""

from hashlib import sha256
from typing import NamedTuple

from plumbrule.mcp_server.dependencies.manifests.dangers import Grade


class Seen(NamedTuple):
    """One row: `line` of the first of its `places` (from 1), `mark` a short hash of what was seen there."""

    rule: str
    severity: Grade
    message: str
    line: int
    places: int
    mark: str = ""


def line_of(text: str, position: int) -> int:
    """The line of a position, from 1."""
    return text.count("\n", 0, position) + 1


def mark_of(words: str) -> str:
    """Eight hexadecimal digits for what was seen, white space and case apart: it says whether, never what."""
    folded = " ".join(words[:2000].lower().split())
    return sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:8]
