"""Which of two versions comes first, by each ecosystem's own rule, for the ranges of advisories."""

import re
from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

from plumbrule.mcp_server.dependencies.ranges.intervals import key_of

Order = Callable[[str], Any]
"""A version's key; None for what is no version. Keys of one ecosystem can be compared with each other."""

MAX_VERSION = 200


def order_of(ecosystem: str) -> Order:
    """The order of an ecosystem of the OSV schema. Where its tools order by SemVer or nearly so, that is used."""
    return {"PyPI": _python, "Maven": _maven, "RubyGems": _gem, "Packagist": _packagist}.get(ecosystem, _semver)


def _semver(text: str) -> object:
    return key_of(text[:MAX_VERSION])


def _python(text: str) -> object:
    from packaging.version import InvalidVersion, Version  # 10 ms that only a Python package with advisories pays

    try:
        return Version(text[:MAX_VERSION])
    except InvalidVersion:
        return None


def _gem(text: str) -> object:
    """Numbers and words apart; a word makes a pre-release and sorts before any number (Gem::Version)."""
    parts = re.findall(r"\d+|[a-z]+", text[:MAX_VERSION].lower())
    if not parts or not parts[0].isdigit():
        return None
    first_word = next((at for at, part in enumerate(parts) if not part.isdigit()), len(parts))
    head = [int(part[:18]) for part in parts[:first_word]]
    while head and head[-1] == 0:
        head.pop()
    tail = [(1, int(part[:18]), "") if part.isdigit() else (0, 0, part) for part in parts[first_word:]]
    return (*((1, number, "") for number in head), *tail, (1, 0, ""))  # the end counts as a zero


_STABILITY = {"dev": 0, "alpha": 1, "a": 1, "beta": 2, "b": 2, "rc": 3, "c": 3, "#": 4, "pl": 5, "p": 5, "patch": 5}


def _packagist(text: str) -> object:
    """Composer's: four numbers, then words by stability, as PHP's version_compare has them."""
    parts = re.findall(r"\d+|[a-z]+", text[:MAX_VERSION].lower().removeprefix("v"))
    if not parts or not parts[0].isdigit():
        return None
    first_word = next((at for at, part in enumerate(parts) if not part.isdigit()), len(parts))
    head = [int(part[:18]) for part in parts[: min(first_word, 4)]]
    tail = [(4, int(part[:18])) if part.isdigit() else (_STABILITY.get(part, -1), 0) for part in parts[len(head) :]]
    return (*((4, number) for number in head), *((4, 0) for _ in range(4 - len(head))), *tail, (4, -1))


# fmt: off
_QUALIFIERS: dict[str, int] = {
    "alpha": 0, "a": 0, "beta": 1, "b": 1, "milestone": 2, "m": 2, "rc": 3, "cr": 3, "snapshot": 4,
    "ga": 5, "final": 5, "release": 5, "sp": 6,
}
# fmt: on
_MavenItem = tuple[int, int, str]


def _maven(text: str) -> object:
    """Maven's ComparableVersion: known qualifiers around the release, unknown ones after it, numbers above all."""
    items: list[_MavenItem] = []
    for part in re.findall(r"\d+|[a-z]+", text[:MAX_VERSION].lower()):
        if part.isdigit():
            items.append((9, int(part[:18]), ""))
        else:
            known = _QUALIFIERS.get(part)
            items.append((known, 0, "") if known is not None else (7, 0, part))
    if not items or items[0][0] != 9:
        return None
    while len(items) > 1 and items[-1] in ((9, 0, ""), (5, 0, "")):
        items.pop()
    return _maven_key(items)


def _compared(first: list[_MavenItem], second: list[_MavenItem]) -> int:
    for at in range(max(len(first), len(second))):
        one = first[at] if at < len(first) else None
        other = second[at] if at < len(second) else None
        left, right = _against(one, other), _against(other, one)
        if left != right:
            return -1 if left < right else 1
    return 0


def _against(one: _MavenItem | None, other: _MavenItem | None) -> _MavenItem:
    """An item, or what stands for a missing one: zero beside a number, the release beside a word."""
    if one is not None:
        return one
    return (9, 0, "") if other is not None and other[0] == 9 else (5, 0, "")


_maven_key = cmp_to_key(_compared)
