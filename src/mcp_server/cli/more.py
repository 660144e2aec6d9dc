"""A page for people shows the first of many and says how many it left out: nothing is cut silently."""

from collections.abc import Iterator, Sequence


def more(items: Sequence[object], shown: int, nouns: str = "") -> Iterator[str]:
    """One line on what a page that shows `shown` of the items leaves to `--json`; none when it shows all."""
    left = len(items) - shown
    if left > 0:
        what = f" {nouns}" if nouns and left > 1 else ""
        yield f"and {left:,} more{what}; --json gives all"


def listed(words: Sequence[str], shown: int) -> str:
    """The first of the words, and how many there are beside."""
    rest = len(words) - shown
    return ", ".join(words[:shown]) + (f" and {rest:,} more" if rest > 0 else "")
