"""What the past of a repository tells: hot spots, files that change together, owners, age, releases.

`past_of` reads the log once, commit by commit, and keeps numbers only; what it finds is a function of the commit and
kept under its id. `history_of` chooses from it what the files of today deserve. Below lie `authors`, `releases`.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from itertools import combinations
from math import log2
from typing import NamedTuple

import orjson

from plumbrule.core.store.cache import Cache
from plumbrule.core.values import dataclass
from plumbrule.mcp_server.analysis.authors import Authors, bus_factor
from plumbrule.mcp_server.analysis.edition import edition
from plumbrule.mcp_server.analysis.inventory import shows_only
from plumbrule.mcp_server.analysis.languages.model import FileLanguage
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.analysis.notes import Notes, Spot
from plumbrule.mcp_server.analysis.releases import day_of, releases_until
from plumbrule.mcp_server.analysis.sections.quality import Coupling, History, HotSpot, Owner, Release
from plumbrule.mcp_server.analysis.words import evidence, place, word
from plumbrule.mcp_server.platforms.ports.snapshot import Change, Snapshot, Tag

BIG_COMMIT = 30
"""A commit of more files says nothing about which of them belong together: a rename, a reformat, a release."""

MIN_TOGETHER = 5
MIN_SHARE = 0.3
"""Fewer common commits, or a smaller part of all that touch either, are chance."""

KEPT_FILES = 2_000
KEPT_PAIRS = 500
"""What is kept for later: far more than a report shows, because files of today are chosen from it."""

SHOWN_SPOTS = 20
SHOWN_PAIRS = 20
SHOWN_OWNERS = 10


class Touched(NamedTuple):
    """A file, the commits that changed it (merges and mass edits apart) and how many people made them."""

    path: str
    commits: int
    authors: int


class Together(NamedTuple):
    """Two files and the commits that changed both; `share` is of the commits that changed either."""

    first: str
    second: str
    together: int
    share: float


@dataclass(frozen=True, slots=True)
class Walked:
    """What one walk over the log found. `owners` are people with their commits, most first; bots are only counted."""

    commits: int
    merges: int
    bots: int
    first_s: int
    last_s: int
    complete: bool
    owners: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    authors: int = 0
    bus_factor: int = 0
    touched: list[Touched] = field(default_factory=list[Touched])
    together: list[Together] = field(default_factory=list[Together])
    timed_out: bool = False
    """Whether the walk ended by its seconds: another day it may come further."""


class _Walk:
    """Takes commits one by one: 4 us each with five files."""

    def __init__(self) -> None:
        self.authors = Authors()
        self.moments = array("q")
        self.whose = array("l")
        self.merges = 0
        self.numbers: dict[str, int] = {}
        """The file that a path means in the commits to come, which are older: after a move the one that it became."""
        self.paths: list[str] = []
        self.files = array("l")
        """File numbers of all commits, one after the other."""
        self.ends = array("l")
        self.makers = array("l")

    def take(self, change: Change) -> None:
        self.moments.append(change.when_s)
        if change.merge:
            self.merges += 1
            return
        author = self.authors.number(change.name, change.mail)
        self.whose.append(author)
        if change.paths:
            self.files.extend(map(self._number, change.paths))
            self.ends.append(len(self.files))
            self.makers.append(author)

        for old, new in change.moved:
            self.numbers[old] = self._number(new)

    def _number(self, path: str) -> int:
        number = self.numbers.get(path)
        if number is None:
            number = self.numbers[path] = len(self.paths)
            self.paths.append(path)
        return number

    def end(self, *, complete: bool) -> Walked:
        people, of_number = self.authors.people()
        persons = [one for one in people if not one.bot] or people
        ranked = sorted(persons, key=lambda one: (-one.commits, one.name))
        paths = [path.encode("utf-8", "replace").decode() for path in self.paths]  # as JSON can hold them
        return Walked(
            commits=len(self.moments),
            merges=self.merges,
            bots=sum(one.commits for one in people if one.bot),
            first_s=min(self.moments, default=0),
            last_s=max(self.moments, default=0),
            complete=complete,
            owners=[(one.name, one.commits) for one in ranked[:100]],
            authors=len(persons),
            bus_factor=bus_factor([one.commits for one in persons]),
            touched=self._touched(paths, of_number),
            together=self._together(paths),
        )

    def _touched(self, paths: Sequence[str], of_number: Sequence[int]) -> list[Touched]:
        counts = Counter(self.files)
        best = sorted(counts.items(), key=lambda one: (-one[1], paths[one[0]]))[:KEPT_FILES]
        makers: dict[int, set[int]] = {number: set() for number, _ in best}
        start = 0
        for end, maker in zip(self.ends, self.makers, strict=True):
            for number in self.files[start:end]:
                if number in makers:
                    makers[number].add(of_number[maker])
            start = end
        return [Touched(paths[number], commits, len(makers[number])) for number, commits in best]

    def _together(self, paths: Sequence[str]) -> list[Together]:
        counts = Counter(self.files)
        often = {number for number, commits in counts.items() if commits >= MIN_TOGETHER}
        pairs: Counter[tuple[int, int]] = Counter()
        start = 0
        for end in self.ends:
            if 1 < end - start <= BIG_COMMIT:
                pairs.update(combinations(sorted(often.intersection(self.files[start:end])), 2))
            start = end
        found: list[Together] = []
        for (first, second), together in pairs.items():
            share = together / (counts[first] + counts[second] - together)
            if together >= MIN_TOGETHER and share >= MIN_SHARE:
                a, b = sorted((paths[first], paths[second]))
                found.append(Together(a, b, together, round(share, 3)))
        found.sort(key=lambda one: (-one.together * one.share, one.first, one.second))
        return found[:KEPT_PAIRS]


async def past_of(snapshot: Snapshot, cache: Cache, limits: SurveyLimits) -> Walked | None:
    """The past of the snapshot's commit, from the cache where it was walked before; None where there is none.

    A walk that ended by its seconds is not kept.
    """
    origin = snapshot.origin
    if origin.commit is None:
        return None
    shallow = "shallow" if origin.shallow else ""
    key = f"history/{origin.commit}/{limits.max_history_commits}/{shallow}/{edition()}/{origin.subpath}"
    kept = cache.get(key)
    if kept is not None:
        return _revived(kept)
    walk = _Walk()
    end = await snapshot.log(walk.take, max_commits=limits.max_history_commits, max_s=limits.max_history_s)
    if end is None or not walk.moments:
        return None
    found = walk.end(complete=end == "whole")
    if end == "timed_out":
        return replace(found, timed_out=True)
    cache.put(key, _packed(found))
    return found


def _packed(found: Walked) -> bytes:
    return orjson.dumps(found, default=list)  # rows are named tuples, which it does not know


def _revived(kept: bytes) -> Walked:
    fields = orjson.loads(kept)
    return Walked(
        **fields
        | {
            "owners": [(name, commits) for name, commits in fields["owners"]],
            "touched": [Touched(*one) for one in fields["touched"]],
            "together": [Together(*one) for one in fields["together"]],
        }
    )


def history_of(
    found: Walked,
    files: Mapping[str, FileLanguage],
    lines: Mapping[str, int],
    commit: str,
    notes: Notes | None = None,
) -> History:
    """The section but for its releases, a function of the commit and its content. `files` are the files of today by
    path, `lines` the lines of those that were read.

    """
    own = own_lines(files, lines)
    if notes is not None:
        notes.own = own
    return history_from(found, own, commit, notes)


def own_lines(files: Mapping[str, FileLanguage], lines: Mapping[str, int]) -> dict[str, int | None]:
    """The project's own source with its lines where they are known: vendored, generated, documents, data, locks and
    tests are not what somebody would rewrite."""
    return {path: lines.get(path) for path, file in files.items() if file.counted and not shows_only(path)}


def history_from(found: Walked, own: Mapping[str, int | None], commit: str, notes: Notes | None = None) -> History:
    """The section from what `own_lines` says of the files of today: hot spots and coupling are of these alone."""
    people = max(sum(commits for _, commits in found.owners), found.commits - found.merges - found.bots, 1)
    spots = [
        Spot(one.path, one.commits, one.authors, own[one.path])
        for one in found.touched
        if one.commits > 1 and one.path in own
    ]
    if notes is not None:
        notes.spots = spots
    return History(
        commits=found.commits,
        authors=found.authors,
        first_day=day_of(found.first_s),
        last_day=day_of(found.last_s),
        complete=found.complete,
        bus_factor=found.bus_factor,
        evidence=evidence(commit[:12], "history.log"),
        hot_spots=hottest(spots),
        coupling=tuple(
            Coupling(place(one.first), place(one.second), one.together, one.share)
            for one in found.together
            if one.first in own and one.second in own
        )[:SHOWN_PAIRS],
        owners=tuple(
            Owner(word(name, 80), commits, round(commits / people, 3)) for name, commits in found.owners[:SHOWN_OWNERS]
        ),
        bot_commits=found.bots or None,
    )


def hottest(spots: Iterable[Spot]) -> tuple[HotSpot, ...]:
    """The files that deserve a look first: those that change often, and more so when they are long."""
    ranked = sorted(spots, key=lambda one: (-one.commits * log2(2 + (one.lines or 0)), one.path))
    return tuple(HotSpot(place(one.path), one.commits, one.lines, one.authors) for one in ranked[:SHOWN_SPOTS])


def with_releases(history: History, tags: Sequence[Tag]) -> History:
    """The section with the releases up to its last day. Tags come and go without a commit: they are asked for anew."""
    found = releases_until(history.last_day, tags)
    return replace(
        history,
        releases=tuple(Release(name, day) for name, day in found.shown),
        releases_count=found.total,
        release_every_days=found.every_days,
    )
