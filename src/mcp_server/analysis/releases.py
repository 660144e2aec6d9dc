"""Releases and how often they come, from tags that name versions."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median_low

from plumbrule.mcp_server.platforms.ports.snapshot import Tag

_VERSION = re.compile(
    r"(?:(?P<part>[@A-Za-z][@\w./-]*?)[-_/@])?(?:v|V|r|rel-|release-|rel_|REL_|REL|version-)?(?P<number>\d+(?:[._]\d+){1,3})"
    r"(?P<rest>(?:[.+_-]?[A-Za-z][\w.+-]*|[-+][\w.+-]+)?)"
)
"""`1.2.3`, `v1.2`, `release-1.2.3`, `rel_1_2_3`, `@scope/name@1.2.3`, `part/v1.2.3`, and what follows."""

_FINAL = re.compile(
    r"[.+_-]?(?:final|ga|release|post\.?\d+|r\d+|p\d+|sp\d+|fix\d*|hotfix\d*|\+.*|v\d+)?", re.IGNORECASE
)
"""What a final version may have behind its numbers; anything else marks one before it (rc, alpha, beta, dev)."""


def final_releases(tags: Sequence[Tag], until_s: int) -> list[Tag]:
    """Tags of final versions at or before a moment, in the order of time; those before finals where there are no
    finals. A tag behind the commit that is looked at says nothing about it."""
    named = [(tag, _VERSION.fullmatch(tag.name)) for tag in tags if tag.when_s <= until_s]
    versions = [(tag, found) for tag, found in named if found]
    final = [tag for tag, found in versions if _FINAL.fullmatch(found["rest"])]
    return final or [tag for tag, _ in versions]


def every_days(releases: Sequence[Tag]) -> int | None:
    """The median of days between days with a release; None with fewer than three such days."""
    days = sorted({tag.when_s // 86_400 for tag in releases})
    if len(days) < 3:
        return None
    return median_low([later - earlier for earlier, later in pairwise(days)])


def day_of(when_s: int) -> str:
    """ISO 8601 in UTC."""
    return datetime.fromtimestamp(when_s, UTC).date().isoformat()
