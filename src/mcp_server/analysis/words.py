"""The one door through which the repository's own words and paths enter a report: one line, cleaned, bounded."""

from functools import lru_cache
from typing import TYPE_CHECKING

from plumbrule.core.facts import Evidence
from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.core.security.masking import MASK
from plumbrule.core.security.secrets import find_secrets
from plumbrule.core.security.text import clean_line

if TYPE_CHECKING:
    from plumbrule.mcp_server.analysis.model import Stated

MAX_PATH_CHARS = 240
MAX_WORD_CHARS = 200
MAX_DESCRIPTION_CHARS = 300


_TOKEN_LIKE = LazyPattern(r"[A-Za-z0-9_-]{16}")
"""No secret of a published form is shorter; the search for one costs three times as much as the rest."""


def place(path: str, line: int = 0) -> str:
    """`path:line`, or the path alone where no line says it; invisible and undecodable characters shown as ASCII, a
    secret in a name as `***`."""
    shown = _place(path)
    return f"{shown}:{line}" if line else shown


@lru_cache(1 << 15)
def _place(path: str) -> str:
    """Remembered: a path is shown by several sections."""
    return word(path, MAX_PATH_CHARS) if _TOKEN_LIKE.search(path) else clean_line(path, MAX_PATH_CHARS)


def evidence(path: str, rule: str, line: int = 0) -> Evidence:
    """Where and by which rule."""
    return Evidence(place(path, line), rule)


def word(text: str, max_chars: int = MAX_WORD_CHARS) -> str:
    """A word of the repository's, safe to show; a secret committed in it shows as `***`."""
    head = text[: 4 * max_chars]  # masked before it is cut: half a secret has no form to be known by
    for found in reversed(find_secrets(head)):
        head = head[: found.start] + MASK + head[found.end :]
    return clean_line(head, max_chars)


def stated(text: str, path: str, rule: str, line: int = 0, *, max_chars: int = MAX_WORD_CHARS) -> "Stated":
    """A word with its evidence."""
    from plumbrule.mcp_server.analysis.model import Stated  # a kept answer is told without it, 10 ms less

    return Stated(word(text, max_chars), evidence(path, rule, line))
