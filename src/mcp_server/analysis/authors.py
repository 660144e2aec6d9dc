"""Whose commits they are: one person under several addresses, and programs apart from people.

Mail addresses are keys only; no result ever holds one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field

from plumbrule.core.values import dataclass

_BOT = re.compile(
    r"\[bot\]|^(?:dependabot|renovate|greenkeeper|github[- ]actions?|pre-commit-ci|snyk-bot|imgbot|allcontributors|"
    r"codecov|semantic-release|release-please|mergify|bors|pyup|weblate|hosted weblate|travis ci|circleci|"
    r"deepsource|whitesource|mend|stale|web-flow|actions-user|copybara|gitlocalize|crowdin)\b|"
    r"[-_ ](?:bot|robot|ci)$|^bot[-_ ]|(?-i:[a-z]Bot$)",
    re.IGNORECASE,
)
"""Names and addresses of programs that commit: GitHub marks its own by `[bot]`, the others call themselves so."""

_NO_REPLY = re.compile(r"\A(?:[0-9]+\+)?([^@]+)@users\.noreply\.github\.com\Z")

_HANDLE = re.compile(
    r"(?=.{5,})(?![A-Z][a-z]+-[A-Z][a-z]+\Z)[A-Za-z]\w*(?:-\w+)+|(?=.{5,})[A-Za-z]+[0-9]\w*|(?=.{5,})[A-Za-z]+_\w+"
)
"""One word with a hyphen, an underscore or a digit: no first name, which two may share."""


@dataclass(slots=True)
class Author:
    """One person or program. `name` is the one used in the newest commit."""

    name: str
    commits: int = 0
    bot: bool = False


@dataclass(slots=True)
class Authors:
    """Authors in the order of their newest commits; numbers stand for them until `people` puts addresses together."""

    numbers: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    counts: list[int] = field(default_factory=list[int])

    def number(self, name: str, mail: str) -> int:
        """The number of this name under this address, with one commit more."""
        key = (name, mail)
        at = self.numbers.get(key)
        if at is None:
            at = self.numbers[key] = len(self.counts)
            self.counts.append(0)
        self.counts[at] += 1
        return at

    def people(self) -> tuple[list[Author], list[int]]:
        """The authors, and for each number which of them it is.

        Two are one person when they share an address, or a name of at least two words or one that only a person makes
        up (`MSP-Greg`, `x4nth`), without regard to case.
        """
        parents = list(range(len(self.counts)))
        seen: dict[str, int] = {}
        for (name, mail), number in self.numbers.items():
            for key in _keys(name, mail):
                first = _root(parents, seen.setdefault(key, number))
                second = _root(parents, number)
                parents[max(first, second)] = min(first, second)
        return _grouped(self.numbers, self.counts, parents)


def _keys(name: str, mail: str) -> Sequence[str]:
    known = _NO_REPLY.match(mail)
    address = f"@{known[1]}" if known else mail
    folded = " ".join(name.casefold().split())
    keys = [f"m{address}"] if address and address != "none@none" else []
    return [*keys, f"n{folded}"] if " " in folded or not keys or _HANDLE.fullmatch(name.strip()) else keys


def _root(parents: list[int], at: int) -> int:
    while parents[at] != at:
        parents[at] = parents[parents[at]]
        at = parents[at]
    return at


def _grouped(
    numbers: Mapping[tuple[str, str], int], counts: Sequence[int], parents: list[int]
) -> tuple[list[Author], list[int]]:
    authors: list[Author] = []
    place: dict[int, int] = {}
    of_number: list[int] = []
    for (name, mail), number in numbers.items():  # newest first, so the first name is the newest
        root = _root(parents, number)
        if root not in place:
            place[root] = len(authors)
            authors.append(Author(name))
        author = authors[place[root]]
        author.commits += counts[number]
        author.bot |= _BOT.search(name) is not None or "[bot]" in mail
        of_number.append(place[root])
    return authors, of_number


def bus_factor(commits: Sequence[int]) -> int:
    """The fewest authors who made half of the commits together; 0 where there are none."""
    total, reached = sum(commits), 0
    for count, one in enumerate(sorted(commits, reverse=True), 1):
        reached += one
        if 2 * reached >= total:
            return count
    return 0
