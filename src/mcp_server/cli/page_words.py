"""What pages are made of: rows, and words of a repository made fit for a terminal."""

from collections.abc import Iterable, Iterator

from plumbrule.core.facts import Evidence
from plumbrule.core.security.text import clean_line
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.cli.more import more

MAX_CHARACTERS = 400
"""Longer words of a repository are cut; a page is for reading."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what it says, where that stands, and how it should strike the eye."""

    text: str
    where: str = ""
    tone: str = "plain"


def shortened(rows: Iterable[Row], most: int) -> Iterator[Row]:
    """The rows; of more than `most` the first, and how many there are beside."""
    found = list(rows)
    yield from found[:most]
    yield from (Row(text, tone="quiet") for text in more(found, most))


def counted(count: int, noun: str) -> str:
    """A number with its noun, in the plural where it takes one."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def where(evidence: Evidence) -> str:
    """The place of a fact."""
    return clean(evidence.at)


def clean(text: str) -> str:
    """One line without anything that acts on a terminal."""
    return clean_line(text, MAX_CHARACTERS)
