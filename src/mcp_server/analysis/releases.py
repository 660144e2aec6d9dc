"""Releases and how often they come, from tags that name versions."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from plumbrule.mcp_server.analysis.words import word
from plumbrule.mcp_server.platforms.ports.snapshot import Tag

DAY_S = 86_400
SHOWN = 10

_VERSION = re.compile(
    r"(?:(?P<part>[@A-Za-z][@\w./-]*?)[-_/@])?(?:v|V|r|rel-|release-|rel_|REL_|REL|version-)?(?P<number>\d+(?:[._]\d+){1,3})"
    r"(?P<rest>(?:[.+_-]?[A-Za-z][\w.+-]*|[-+][\w.+-]+)?)"
)
"""`1.2.3`, `v1.2`, `release-1.2.3`, `rel_1_2_3`, `@scope/name@1.2.3`, `part/v1.2.3`, and what follows."""

_FINAL = re.compile(
    r"[.+_-]?(?:final|ga|release|post\.?\d+|r\d+|p\d+|sp\d+|fix\d*|hotfix\d*|\+.*|v\d+)?", re.IGNORECASE
)
"""What a final version may have behind its numbers; anything else marks one before it (rc, alpha, beta, dev)."""


class Releases(NamedTuple):
    """The newest ones as name and day, how many there are, and the median of days between them."""

    shown: list[tuple[str, str]]
    total: int
    every_days: int | None


def releases_until(last_day: str, tags: Sequence[Tag]) -> Releases:
    """The releases up to a day (ISO 8601, UTC), the newest first."""
    until_s = int(datetime.fromisoformat(last_day).replace(tzinfo=UTC).timestamp()) + DAY_S - 1
    found = final_releases(tags, until_s)
    shown = [(word(tag.name, 80), day_of(tag.when_s)) for tag in found[: -SHOWN - 1 : -1]]
    return Releases(shown, len(found), every_days(found))


def told_releases(last_day: str, tags: Sequence[Tag]) -> dict[str, object]:
    """The wire form of the fields of `History` that tell of releases."""
    found = releases_until(last_day, tags)
    rows = [{"name": name, "day": day} for name, day in found.shown]
    return {"releases": rows, "releases_count": found.total, "release_every_days": found.every_days}


def final_releases(tags: Sequence[Tag], until_s: int) -> list[Tag]:
    """Tags of final versions at or before a moment, in the order of time; those before finals where there are no
    finals. A tag behind the commit that is looked at says nothing about it."""
    named = [(tag, _VERSION.fullmatch(tag.name)) for tag in tags if tag.when_s <= until_s]
    versions = [(tag, found) for tag, found in named if found]
    final = [tag for tag, found in versions if _FINAL.fullmatch(found["rest"])]
    return final or [tag for tag, _ in versions]


def every_days(releases: Sequence[Tag]) -> int | None:
    """The median of days between days with a release; None with fewer than three such days."""
    days = sorted({tag.when_s // DAY_S for tag in releases})
    if len(days) < 3:
        return None
    apart = sorted(later - earlier for earlier, later in pairwise(days))
    return apart[(len(apart) - 1) // 2]  # the lower one of two; `statistics` costs 5 ms to import


def day_of(when_s: int) -> str:
    """ISO 8601 in UTC."""
    return datetime.fromtimestamp(when_s, UTC).date().isoformat()
